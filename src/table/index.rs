//! The index of a code set: an FST from normalised code to rank, and nothing else in it.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use fst::automaton::{Automaton, Str};
use fst::{IntoStreamer, Map, Streamer};

use super::format::Pack;
use super::near::Near;
use super::one_edit::Sorted;
use crate::code::{CodeText, pack};
use crate::error::PackError;

/// Position of a code in the sorted code set; the row number of every array of its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank(pub(crate) u32);

impl Rank {
    /// As an array index.
    #[inline]
    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}

/// Codes in order, by rank and by text.
pub(crate) struct CodeIndex {
    map: Map<Cow<'static, [u8]>>,
    fingerprint: u32,
    /// The codes by rank, packed, once so many codes or ranks were asked for that it pays to make them.
    by_rank: OnceLock<Sorted>,
    asked: AtomicU32,
}

/// So many codes are found one by one, which takes as long as making all.
const ONE_BY_ONE: u32 = 10_000;

impl CodeIndex {
    pub(crate) fn open(pack: &Pack) -> Result<CodeIndex, PackError> {
        let section = pack.section("codes", 1)?;
        let bytes = pack.cow(section);
        let fingerprint = crc32fast::hash(&bytes);
        let map =
            Map::new(bytes).map_err(|e| PackError::Section { section: "codes", what: e.to_string() })?;
        Ok(CodeIndex { map, fingerprint, by_rank: OnceLock::new(), asked: AtomicU32::new(0) })
    }

    /// Bytes of the section: sorted, distinct keys become an FST whose values are their ranks.
    pub(crate) fn build<'a>(keys: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
        let mut builder = fst::MapBuilder::memory();
        for (rank, key) in keys.into_iter().enumerate() {
            // Writing to memory cannot fail; keys are sorted by their callers, who hold them in ordered maps.
            builder.insert(key, rank as u64).unwrap_or_else(|e| debug_assert!(false, "{e}"));
        }
        builder.into_inner().unwrap_or_default()
    }

    /// Names this very set of codes; packs that hold ranks name the set that they were built on.
    pub(crate) fn fingerprint(&self) -> u32 {
        self.fingerprint
    }

    /// Insists that a pack of ranks was built on this very set of codes.
    pub(crate) fn expect_built_on(&self, pack: &Pack) -> Result<(), PackError> {
        let expected = pack.description().built_on.first().copied().unwrap_or(0);
        let got = self.fingerprint;
        if expected == got { Ok(()) } else { Err(PackError::RankSpace { expected, got }) }
    }

    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }

    pub(crate) fn rank(&self, code: &[u8]) -> Option<Rank> {
        self.map.get(code).map(|rank| Rank(rank as u32))
    }

    /// The rank of a code as [`pack`] makes it of letters and digits.
    pub(crate) fn rank_of(&self, key: u64) -> Option<Rank> {
        match self.made() {
            Some(codes) => codes.place(key).map(Rank),
            None => self.rank(CodeText::unpack(key).as_bytes()),
        }
    }

    /// The code of a rank, packed.
    pub(crate) fn code(&self, rank: Rank) -> Option<u64> {
        match self.made() {
            Some(codes) => codes.get(rank.at()),
            None => self.find(rank),
        }
    }

    /// The sorted codes, if there are any yet. A report of a year asks for millions, a look-up for ten: only who asks for many waits until
    /// all are made.
    fn made(&self) -> Option<&Sorted> {
        if let Some(codes) = self.by_rank.get() {
            return Some(codes);
        }
        let many = self.asked.fetch_add(1, Ordering::Relaxed) >= ONE_BY_ONE;
        many.then(|| self.by_rank.get_or_init(|| self.packed()))
    }

    /// All codes by rank, packed.
    fn packed(&self) -> Sorted {
        let mut codes = Vec::with_capacity(self.len());
        let mut stream = self.map.stream();
        while let Some((key, _)) = stream.next() {
            codes.push(pack(key));
        }
        Sorted::new(codes)
    }

    /// Walks to the code of a rank: of a node's transitions, the last whose codes do not begin after it. As the ranks ascend with the codes,
    /// so do the outputs, and there is no need to look at them all.
    fn find(&self, rank: Rank) -> Option<u64> {
        let fst = self.map.as_fst();
        let (mut node, mut left, mut key, mut len) = (fst.root(), u64::from(rank.0), [0; 8], 0);
        if rank.at() >= self.len() {
            return None;
        }
        while !(node.is_final() && node.final_output().value() == left) {
            let (mut from, mut to) = (0, node.len());
            while to - from > 1 {
                let middle = (from + to) / 2;
                if node.transition(middle).out.value() <= left { from = middle } else { to = middle }
            }
            let next = (from < to).then(|| node.transition(from))?;
            left = left.checked_sub(next.out.value())?;
            *key.get_mut(len)? = next.inp;
            len += 1;
            node = fst.node(next.addr);
        }
        Some(u64::from_be_bytes(key))
    }

    /// The rank of the first code that is not before a text; how many there are, if all are before it.
    pub(crate) fn rank_of_first(&self, text: &[u8]) -> u32 {
        let first = self.map.range().ge(text).into_stream().next().map(|(_, rank)| rank as u32);
        first.unwrap_or(self.len() as u32)
    }

    /// All codes that begin with `prefix`, in order.
    pub(crate) fn with_prefix(&self, prefix: &[u8]) -> Vec<(Vec<u8>, Rank)> {
        let Ok(text) = std::str::from_utf8(prefix) else { return Vec::new() };
        collect(self.map.search(Str::new(text).starts_with()).into_stream(), usize::MAX)
    }

    /// Codes from `first` through `last` and everything that begins with `last`.
    pub(crate) fn in_range(&self, first: &[u8], last: &[u8]) -> Vec<(Vec<u8>, Rank)> {
        let mut stream = self.map.range().ge(first).into_stream();
        let mut out = Vec::new();
        while let Some((key, rank)) = stream.next() {
            if key > last && !key.starts_with(last) {
                break;
            }
            out.push((key.to_vec(), Rank(rank as u32)));
        }
        out
    }

    /// Codes that differ from `code` by at most so many typing errors, at most `most` of them.
    pub(crate) fn near(&self, code: &str, errors: u8, most: usize) -> Vec<(Vec<u8>, Rank)> {
        Near::new(code, errors)
            .map_or_else(Vec::new, |near| collect(self.map.search(near).into_stream(), most))
    }

    /// Codes that differ from `code` by one character put in, left out or mistaken, or by two swapped, in order. Searches the sorted codes: many times as
    /// fast as an automaton, and files with many typing errors need it.
    pub(crate) fn one_edit_away(&self, code: &[u8]) -> Vec<Rank> {
        let codes = self.by_rank.get_or_init(|| self.packed());
        // A longer one has no code of eight characters near.
        let mut ranks = if code.len() <= 8 { codes.away(pack(code), code.len()) } else { vec![] };
        ranks.sort_unstable();
        ranks.dedup();
        ranks.into_iter().map(Rank).collect()
    }

    /// Every code with its rank.
    pub(crate) fn all(&self) -> Vec<(Vec<u8>, Rank)> {
        collect(self.map.stream(), usize::MAX)
    }
}

fn collect<A: Automaton>(mut stream: fst::map::Stream<'_, A>, most: usize) -> Vec<(Vec<u8>, Rank)> {
    let mut out = Vec::new();
    while let Some((key, rank)) = stream.next() {
        if out.len() == most {
            break;
        }
        out.push((key.to_vec(), Rank(rank as u32)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_gives_its_code_whichever_way() {
        let table = crate::Tables::embedded().icd10cm;
        let index = table.index();
        for (key, rank) in index.all() {
            assert_eq!(index.find(rank), Some(pack(&key)));
            assert_eq!(index.code(rank), Some(pack(&key)));
        }
        assert!(index.by_rank.get().is_some());
        let none = Rank(index.len() as u32);
        assert_eq!((index.find(none), index.code(none)), (None, None));
    }

    #[test]
    fn one_edit_away_is_what_the_automaton_says() {
        let table = crate::Tables::embedded().icd10cm;
        let index = table.index();
        let listed =
            ["E1156", "QA001", "XYZ", "I", "A0000000", "S72001AA", "S72001AAA", ""].map(str::to_owned);
        // Every so many a code with a character put in, left out or mistaken, or its last two swapped.
        let all = index.all();
        let typed = all.iter().step_by(1009).enumerate().map(|(n, (key, _))| {
            let mut code = String::from_utf8(key.clone()).unwrap();
            let at = n / 4 % code.len();
            match n % 4 {
                0 => code.insert(at, 'A'),
                1 => drop(code.remove(at)),
                2 => code.replace_range(at..=at, "9"),
                _ => {
                    let last = code.pop().unwrap();
                    code.insert(code.len() - 1, last);
                }
            }
            code
        });
        for code in &listed.into_iter().chain(typed).collect::<Vec<_>>() {
            let mut expected = index.near(code, 1, usize::MAX);
            expected.retain(|(key, _)| key != code.as_bytes());
            let mut expected: Vec<Rank> = expected.into_iter().map(|(_, rank)| rank).collect();
            expected.sort();
            assert_eq!(index.one_edit_away(code.as_bytes()), expected, "{code}");
        }
    }
}
