//! Procedure-to-procedure edits (NCCI): which two procedures of one day are not paid together.

use prefetch_index::prefetch_index;

use super::format::{Description, Pack, PackWriter, Section, u16_at, u32_at};
use super::index::{CodeIndex, Rank};
use super::later::Later;
use super::text::{TextBuilder, TextStore};
use crate::code::Procedure;
use crate::error::PackError;
use crate::{Date, DateRange, Result};

const RECORD: usize = 8;
/// Bytes of a word of the filter.
const WORD: usize = 8;
const EDIT: usize = 12;
/// The pair is stored in the row of its column 2 code.
const REVERSED: u8 = 1;
const BEFORE_1996: u8 = 2;

/// The edits of one setting, by pairs of ranks.
///
/// Each pair stands once, in the row of that of its two codes which has fewer edits: a test looks into one short row, whichever
/// code is column 1.
pub struct PtpTable {
    pack: Pack,
    /// By rank: where its row begins, and in how many edits the code stands at all.
    records: Section,
    /// The other code of each edit: two bytes while all ranks fit.
    partners: Later,
    /// Number of the edit's dates, indicator and rationale: two bytes while all fit.
    ids: Later,
    edits: Section,
    /// Four bits for every pair in one of its words: nearly all tests are of pairs that have no edit, and of those nearly all end here.
    filter: Later,
    rationales: TextStore,
    wide_partners: bool,
    wide_ids: bool,
}

/// Whether a modifier can separate the two procedures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Indicator {
    /// 0: the column 2 procedure is never paid beside the column 1 procedure.
    #[serde(rename = "0")]
    Never,
    /// 1: paid with an NCCI-associated modifier.
    #[serde(rename = "1")]
    WithModifier,
    /// 9: the edit does not apply any more, or never did.
    #[serde(rename = "9")]
    NotApplicable,
}

impl Indicator {
    /// The digit that CMS prints.
    pub fn digit(self) -> u8 {
        match self {
            Indicator::Never => 0,
            Indicator::WithModifier => 1,
            Indicator::NotApplicable => 9,
        }
    }

    fn of(digit: u8) -> Indicator {
        match digit {
            0 => Indicator::Never,
            1 => Indicator::WithModifier,
            _ => Indicator::NotApplicable,
        }
    }
}

/// One edit, as its row in CMS's file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PtpEdit {
    /// The procedure that is paid.
    pub column1: Rank,
    /// The procedure that is denied beside it.
    pub column2: Rank,
    /// First and last day in force.
    pub window: DateRange,
    /// May a modifier separate the two?
    pub indicator: Indicator,
    /// Was it in force before 1996, so that the first day is only the first that the file can say?
    pub before_1996: bool,
    rationale: u16,
}

impl PtpEdit {
    /// Does it forbid anything on that day?
    #[inline]
    pub fn in_force(&self, day: Date) -> bool {
        self.indicator != Indicator::NotApplicable && self.window.contains(day)
    }
}

/// Bits for the pairs of a [`PtpTable`].
#[derive(Clone, Copy)]
pub(crate) struct PairFilter<'t>(&'t [[u8; WORD]]);

impl PtpTable {
    pub(crate) fn open(pack: Pack, kind: &str, index: &CodeIndex) -> Result<PtpTable, PackError> {
        pack.expect_kind(kind)?;
        index.expect_built_on(&pack)?;
        let wide_partners = pack.find("partners32").is_some();
        let wide_ids = pack.find("ids32").is_some();
        let table = PtpTable {
            records: pack.section("records", RECORD)?,
            partners: match wide_partners {
                true => pack.later("partners32", 4)?,
                false => pack.later("partners16", 2)?,
            },
            ids: match wide_ids {
                true => pack.later("ids32", 4)?,
                false => pack.later("ids16", 2)?,
            },
            edits: pack.section("edits", EDIT)?,
            filter: pack.later("pairs64", WORD)?,
            rationales: TextStore::open(&pack)?,
            wide_partners,
            wide_ids,
            pack,
        };
        let expect = |section, expected: usize, got: usize| match expected == got {
            true => Ok(()),
            false => Err(PackError::Section { section, what: format!("{got} records, expected {expected}") }),
        };
        let count = table.len();
        expect("records", index.len() + 1, table.records.count(RECORD))?;
        expect("ids", count, table.ids.count(if wide_ids { 4 } else { 2 }))?;
        expect("partners", count, table.record(Rank(index.len() as u32)).0)?;
        Ok(table)
    }

    /// Sections that only claims of several procedures need: they can be left in the file.
    pub(super) const LATER: [&str; 5] = ["pairs64", "partners16", "partners32", "ids16", "ids32"];

    /// Reads what was left in the file.
    pub(super) fn load(&self) -> Result<()> {
        for section in [&self.filter, &self.partners, &self.ids] {
            section.bytes(&self.pack);
        }
        self.left()
    }

    /// Could everything be read so far that was left in the file?
    pub(super) fn left(&self) -> Result<()> {
        self.pack.left()
    }

    /// What the table is and from when to when it knows.
    pub fn description(&self) -> &Description {
        self.pack.description()
    }

    /// Number of edits.
    pub fn len(&self) -> usize {
        self.partners.count(if self.wide_partners { 4 } else { 2 })
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes in memory.
    pub fn size(&self) -> usize {
        self.pack.size()
    }

    /// Where the row begins, and in how many edits the code stands.
    #[inline]
    fn record(&self, rank: Rank) -> (usize, u32) {
        let bytes = self.pack.bytes(self.records);
        let at = rank.at() * RECORD;
        (u32_at(bytes, at) as usize, u32_at(bytes, at + 4))
    }

    /// In how many edits, of any date, does the code stand?
    #[inline]
    pub fn degree(&self, rank: Rank) -> u32 {
        u32_at(self.pack.bytes(self.records), rank.at() * RECORD + 4)
    }

    #[inline]
    fn partner(&self, at: usize) -> u32 {
        let bytes = self.partners.bytes(&self.pack);
        if self.wide_partners { u32_at(bytes, at * 4) } else { u32::from(u16_at(bytes, at * 2)) }
    }

    /// Every edit between two codes, of any date and indicator, whichever is column 1; in the order of their first days.
    #[inline]
    pub fn edits(&self, a: Rank, b: Rank) -> impl Iterator<Item = PtpEdit> + '_ {
        let (start, degree_a) = self.record(a);
        let (start_b, degree_b) = self.record(b);
        let swap = (degree_b, b) < (degree_a, a);
        let (owner, other, start) = if swap { (b, a, start_b) } else { (a, b, start) };
        let end = if degree_a == 0 || degree_b == 0 {
            start
        } else {
            u32_at(self.pack.bytes(self.records), (owner.at() + 1) * RECORD) as usize
        };
        let first = self.find(start, end, other.0);
        (first..end)
            .take_while(move |&at| self.partner(at) == other.0)
            .map(move |at| self.edit(owner, other, at))
    }

    /// What tells that most pairs have no edit. It may have to be read from the pack's file first.
    #[inline]
    pub(crate) fn filter(&self) -> PairFilter<'_> {
        PairFilter(self.filter.bytes(&self.pack).as_chunks().0)
    }

    /// The first place in the row whose partner is not below the one sought.
    #[inline]
    fn find(&self, start: usize, end: usize, partner: u32) -> usize {
        if self.wide_partners || partner > u32::from(u16::MAX) {
            let (mut low, mut high) = (start, end);
            while low < high {
                let mid = usize::midpoint(low, high);
                if self.partner(mid) < partner { low = mid + 1 } else { high = mid }
            }
            return low;
        }
        let row = self.partners.bytes(&self.pack).get(start * 2..end * 2).unwrap_or_default();
        let (row, _) = row.as_chunks::<2>();
        start + row.partition_point(|&p| u32::from(u16::from_le_bytes(p)) < partner)
    }

    /// The edit in force on a day between two codes, whichever is column 1.
    #[inline]
    pub fn in_force(&self, a: Rank, b: Rank, day: Date) -> Option<PtpEdit> {
        self.edits(a, b).find(|edit| edit.in_force(day))
    }

    fn edit(&self, owner: Rank, other: Rank, at: usize) -> PtpEdit {
        let ids = self.ids.bytes(&self.pack);
        let id = if self.wide_ids { u32_at(ids, at * 4) } else { u32::from(u16_at(ids, at * 2)) };
        let bytes = self.pack.bytes(self.edits);
        let at = id as usize * EDIT;
        let day = |at| Date::from_number_unchecked(u32_at(bytes, at));
        let [indicator, flags] = u16_at(bytes, at + 8).to_le_bytes();
        let (column1, column2) = if flags & REVERSED == 0 { (owner, other) } else { (other, owner) };
        PtpEdit {
            column1,
            column2,
            window: DateRange { from: day(at), to: day(at + 4) },
            indicator: Indicator::of(indicator),
            before_1996: flags & BEFORE_1996 != 0,
            rationale: u16_at(bytes, at + 10),
        }
    }

    /// CMS's reason for the edit.
    pub fn rationale(&self, edit: &PtpEdit) -> String {
        self.rationales.get(&self.pack, u32::from(edit.rationale))
    }

    /// Every edit in which the code stands. Walks through the whole table: for people, not for checks.
    pub fn edits_of(&self, rank: Rank) -> Vec<PtpEdit> {
        let mut out = Vec::new();
        if self.degree(rank) > 0 {
            self.each(|edit| {
                if edit.column1 == rank || edit.column2 == rank {
                    out.push(edit);
                }
            });
        }
        out
    }

    /// The first edit in the code's own row, if it has one.
    pub fn edits_of_first(&self, rank: Rank) -> Option<PtpEdit> {
        let (start, end) = (self.record(rank).0, self.record(Rank(rank.0 + 1)).0);
        (start < end.min(self.len())).then(|| self.edit(rank, Rank(self.partner(start)), start))
    }

    /// Calls with every edit.
    fn each(&self, mut call: impl FnMut(PtpEdit)) {
        let rows = self.records.count(RECORD).saturating_sub(1);
        for owner in (0..rows as u32).map(Rank) {
            let end = self.record(Rank(owner.0 + 1)).0.min(self.len());
            for at in self.record(owner).0..end {
                call(self.edit(owner, Rank(self.partner(at)), at));
            }
        }
    }
}

impl PairFilter<'_> {
    /// Has the memory fetched that [`PairFilter::may_have`] needs.
    #[inline]
    pub(crate) fn fetch(self, a: Procedure, b: Procedure) {
        prefetch_index(self.0, filter_bits(a, b, self.0.len()).0);
    }

    /// Can there be an edit between the two? `false` is certain.
    #[inline]
    pub(crate) fn may_have(self, a: Procedure, b: Procedure) -> bool {
        let (at, bits) = filter_bits(a, b, self.0.len());
        self.0.get(at).is_some_and(|&word| u64::from_le_bytes(word) & bits == bits)
    }
}

/// The word of a pair, whichever is column 1, in a filter of so many words, and its bits there. From the codes, not their ranks: so it can be fetched
/// before the ranks are known.
#[inline]
fn filter_bits(a: Procedure, b: Procedure, words: usize) -> (usize, u64) {
    let (low, high) = (a.key().min(b.key()), a.key().max(b.key()));
    let mixed = low.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32) ^ high;
    let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let at = ((mixed >> 32) * words as u64) >> 32;
    let bit = |shift: u32| 1 << (mixed >> shift & 63);
    (at as usize, bit(0) | bit(6) | bit(12) | bit(18))
}

/// The rows from which the pack is built.
#[derive(Clone, Debug, Default)]
pub(crate) struct PtpRows {
    /// Every code that an edit names, by its number in [`PtpRows::pairs`].
    pub(crate) codes: Vec<Procedure>,
    /// Distinct dates, indicators and rationales.
    pub(crate) edits: Vec<PtpTerms>,
    /// Column 1, column 2, terms.
    pub(crate) pairs: Vec<[u32; 3]>,
}

/// What an edit says, but for its codes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct PtpTerms {
    pub(crate) window: DateRange,
    pub(crate) indicator: u8,
    pub(crate) before_1996: bool,
    pub(crate) rationale: String,
}

impl PtpRows {
    /// Builds the pack over an index that lists every code of the rows; edits of codes that it does not list are left out.
    pub(crate) fn build(&self, index: &CodeIndex, mut description: Description) -> Vec<u8> {
        let ranks: Vec<Option<Rank>> = self.codes.iter().map(|c| index.rank(c.text().as_bytes())).collect();
        let mut degree = vec![0u32; index.len()];
        let rank_of = |code: u32| ranks.get(code as usize).copied().flatten();
        for &[one, two, _] in &self.pairs {
            if let (Some(one), Some(two)) = (rank_of(one), rank_of(two)) {
                degree[one.at()] += 1;
                degree[two.at()] += 1;
            }
        }
        // Owner and partner as one number, then terms and direction: sorting by it puts every row in its order.
        let mut order: Vec<u32> = (0..self.edits.len() as u32).collect();
        order.sort_by_key(|&id| &self.edits[id as usize]);
        let mut place = vec![0u32; order.len()];
        order.iter().zip(0..).for_each(|(&id, at)| place[id as usize] = at);
        let mut entries: Vec<(u64, u32)> = Vec::with_capacity(self.pairs.len());
        for &[one, two, terms] in &self.pairs {
            let (Some(one), Some(two)) = (rank_of(one), rank_of(two)) else { continue };
            let swap = (degree[two.at()], two) < (degree[one.at()], one);
            let (owner, other) = if swap { (two, one) } else { (one, two) };
            entries.push((
                u64::from(owner.0) << 32 | u64::from(other.0),
                place[terms as usize] << 1 | u32::from(swap),
            ));
        }
        entries.sort_unstable();
        entries.dedup();

        // Only terms that are used, each in up to two directions, in order.
        let mut used = vec![u32::MAX; self.edits.len() * 2];
        entries.iter().for_each(|&(_, id)| used[id as usize] = 0);
        let mut texts = TextBuilder::default();
        let mut terms = Vec::new();
        for (id, slot) in used.iter_mut().enumerate().filter(|(_, slot)| **slot == 0) {
            *slot = (terms.len() / EDIT) as u32;
            let of = &self.edits[order[id / 2] as usize];
            terms.extend_from_slice(&of.window.from.number().to_le_bytes());
            terms.extend_from_slice(&of.window.to.number().to_le_bytes());
            let reversed = if id % 2 == 1 { REVERSED } else { 0 };
            let before = if of.before_1996 { BEFORE_1996 } else { 0 };
            terms.extend_from_slice(&[of.indicator, reversed | before]);
            terms.extend_from_slice(&(texts.add(&of.rationale) as u16).to_le_bytes());
        }
        let wide_ids = terms.len() / EDIT > usize::from(u16::MAX) + 1;
        let wide_partners = index.len() > usize::from(u16::MAX) + 1;
        let mut records = Vec::with_capacity((index.len() + 1) * RECORD);
        let mut partners = Vec::with_capacity(entries.len() * if wide_partners { 4 } else { 2 });
        let mut ids = Vec::with_capacity(entries.len() * if wide_ids { 4 } else { 2 });
        let put = |out: &mut Vec<u8>, number: u32, wide: bool| {
            out.extend_from_slice(&number.to_le_bytes()[..if wide { 4 } else { 2 }]);
        };
        let mut at = 0;
        for (rank, degree) in degree.iter().enumerate() {
            put(&mut records, at as u32, true);
            put(&mut records, *degree, true);
            while let Some(&(pair, id)) = entries.get(at).filter(|(pair, _)| (pair >> 32) as usize == rank) {
                put(&mut partners, pair as u32, wide_partners);
                put(&mut ids, used[id as usize], wide_ids);
                at += 1;
            }
        }
        put(&mut records, at as u32, true);
        put(&mut records, 0, true);

        // Sixteen bits a pair, of which four are set: one pair of some hundreds without an edit passes, and costs as much as they do.
        let mut filter = vec![0u64; entries.len() / 4 + 1];
        let mut by_rank = vec![None; index.len()];
        for (&code, rank) in self.codes.iter().zip(&ranks) {
            if let Some(rank) = rank {
                by_rank[rank.at()] = Some(code);
            }
        }
        for &(pair, _) in &entries {
            if let (Some(a), Some(b)) = (by_rank[(pair >> 32) as usize], by_rank[pair as u32 as usize]) {
                let (at, bits) = filter_bits(a, b, filter.len());
                filter[at] |= bits;
            }
        }

        description.built_on = vec![index.fingerprint()];
        description.counts = vec![
            ("edits".to_owned(), entries.len() as u64),
            ("codes".to_owned(), degree.iter().filter(|&&d| d > 0).count() as u64),
        ];
        let mut writer = PackWriter::default();
        writer.section("records", records);
        writer.section("edits", terms);
        texts.finish(&mut writer);
        writer.rest_is_later();
        writer.section("pairs64", filter.into_iter().flat_map(u64::to_le_bytes).collect());
        writer.section(if wide_partners { "partners32" } else { "partners16" }, partners);
        writer.section(if wide_ids { "ids32" } else { "ids16" }, ids);
        writer.finish(&description)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair of so many codes.
    fn pack(codes: u32) -> (CodeIndex, Vec<u8>) {
        let codes: Vec<String> = (0..codes).map(|n| format!("{}", 10_000 + n)).collect();
        let mut writer = PackWriter::default();
        writer.section("codes", CodeIndex::build(codes.iter().map(String::as_bytes)));
        let description = Description {
            kind: "test".to_owned(),
            edition: "one".to_owned(),
            from: Date::ICD10_START,
            to: Date::MAX,
            built_on: vec![],
            base: None,
            sources: vec![],
            counts: vec![],
        };
        let index = Pack::open(writer.finish(&description).into()).and_then(|pack| CodeIndex::open(&pack));
        let index = index.unwrap();
        let term = |indicator| PtpTerms {
            window: DateRange { from: Date::ICD10_START, to: Date::MAX },
            indicator,
            before_1996: false,
            rationale: "synthetic".to_owned(),
        };
        let numbers = 0..codes.len() as u32;
        let rows = PtpRows {
            codes: codes.iter().map(|code| code.parse().unwrap()).collect(),
            edits: vec![term(0), term(1)],
            pairs: numbers.clone().flat_map(|b| (0..b).map(move |a| [a, b, (a + b) % 2])).collect(),
        };
        let bytes = rows.build(&index, description);
        (index, bytes)
    }

    #[test]
    fn edits_left_in_the_file_are_found_and_their_loss_is_said() {
        let (index, mut bytes) = pack(700);
        let path = std::env::temp_dir().join(format!("cleanclaim-ptp-{}", std::process::id()));
        std::fs::write(&path, &bytes).unwrap();
        let open = |pack| PtpTable::open(pack, "test", &index).unwrap();
        let whole = open(Pack::read(&path).unwrap());
        let lazily = || open(Pack::read_but(&path, &PtpTable::LATER).unwrap());
        let table = lazily();
        assert!(table.pack.left_in_file().is_some() && whole.pack.left_in_file().is_none());
        let pairs = || (0..700).map(|n| (Rank(n), Rank(699 - n)));
        for (a, b) in pairs() {
            let edits: Vec<PtpEdit> = table.edits(a, b).collect();
            let code = |rank| Procedure::from_key(index.code(rank).unwrap());
            assert!(table.filter().may_have(code(a), code(b)) && edits.len() == 1);
            assert_eq!(edits, whole.edits(a, b).collect::<Vec<_>>());
        }
        table.left().unwrap();
        let table = lazily();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        for table in [table, lazily()] {
            assert!(table.load().is_err() && table.left().is_err());
        }
        assert!(Pack::read(&path).is_err());
        std::fs::remove_file(path).unwrap();
    }
}
