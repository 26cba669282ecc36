//! The index of a code set: an FST from normalised code to rank, and nothing else in it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use fst::automaton::{Automaton, Levenshtein, Str};
use fst::{IntoStreamer, Map, Streamer};

use super::format::Pack;
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
}

impl CodeIndex {
    pub(crate) fn open(pack: &Pack) -> Result<CodeIndex, PackError> {
        let section = pack.section("codes", 1)?;
        let bytes = pack.cow(section);
        let fingerprint = crc32fast::hash(&bytes);
        let map =
            Map::new(bytes).map_err(|e| PackError::Section { section: "codes", what: e.to_string() })?;
        Ok(CodeIndex { map, fingerprint })
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

    /// The code of a rank.
    pub(crate) fn code(&self, rank: Rank) -> Option<Vec<u8>> {
        self.map.as_fst().get_key(u64::from(rank.0))
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

    /// Codes that differ from `code` by at most `distance` edits, at most `most` of them. Builds an automaton, which takes a hundred
    /// microseconds: for look-ups, not for reports.
    pub(crate) fn near(&self, code: &str, distance: u32, most: usize) -> Vec<(Vec<u8>, Rank)> {
        match Levenshtein::new(code, distance) {
            Ok(automaton) => collect(self.map.search(automaton).into_stream(), most),
            Err(_) => Vec::new(),
        }
    }

    /// Codes that differ from `code` by one character put in, left out or mistaken, in order. Walks the FST itself: ten times as fast as
    /// an automaton, and files with many typing errors need it.
    pub(crate) fn one_edit_away(&self, code: &[u8]) -> Vec<(Vec<u8>, Rank)> {
        let fst = self.map.as_fst();
        let mut found = BTreeMap::new();
        let mut walk = Walk { fst, found: &mut found, key: Vec::with_capacity(8) };
        walk.from(fst.root(), 0, code, true);
        found.into_iter().collect()
    }

    /// Every code with its rank.
    pub(crate) fn all(&self) -> Vec<(Vec<u8>, Rank)> {
        collect(self.map.stream(), usize::MAX)
    }
}

/// A walk over the FST with one edit to spend.
struct Walk<'f, D> {
    fst: &'f fst::raw::Fst<D>,
    found: &'f mut BTreeMap<Vec<u8>, Rank>,
    key: Vec<u8>,
}

impl<D: AsRef<[u8]>> Walk<'_, D> {
    fn from(&mut self, node: fst::raw::Node<'_>, value: u64, rest: &[u8], spare: bool) {
        if rest.is_empty() && node.is_final() && !spare {
            self.found.insert(self.key.clone(), Rank((value + node.final_output().value()) as u32));
        }
        if !spare {
            // Nothing left to spend: only the rest as it stands.
            let Some((&next, rest)) = rest.split_first() else { return };
            if let Some(at) = node.find_input(next) {
                self.follow(node, at, value, rest, false);
            }
            return;
        }
        for at in 0..node.len() {
            let input = node.transition(at).inp;
            match rest.split_first() {
                Some((&next, after)) if next == input => self.follow(node, at, value, after, true),
                // Mistaken.
                Some((_, after)) => self.follow(node, at, value, after, false),
                None => {}
            }
            // Left out by the writer.
            self.follow(node, at, value, rest, false);
        }
        // Put in by the writer.
        if let Some((_, after)) = rest.split_first() {
            self.from(node, value, after, false);
        }
    }

    fn follow(&mut self, node: fst::raw::Node<'_>, at: usize, value: u64, rest: &[u8], spare: bool) {
        let transition = node.transition(at);
        self.key.push(transition.inp);
        self.from(self.fst.node(transition.addr), value + transition.out.value(), rest, spare);
        self.key.pop();
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
    #[test]
    fn one_edit_away_is_what_the_automaton_says() {
        let table = crate::Tables::embedded().icd10cm;
        let index = table.index();
        for code in ["E1166", "S72001Z", "M545", "Z3A2", "E11", "QA001", "XYZ", "I", "A0000000"] {
            let mut expected = index.near(code, 1, usize::MAX);
            expected.retain(|(key, _)| key != code.as_bytes());
            expected.sort();
            assert_eq!(index.one_edit_away(code.as_bytes()), expected, "{code}");
        }
    }
}
