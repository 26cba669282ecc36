//! Procedure codes and modifiers: one index for all the sources of a tables folder.

use std::collections::BTreeMap;

use super::format::{Description, Pack, PackWriter, Section, SourceFile, u16_at, u32_at};
use super::index::{CodeIndex, Rank};
use super::text::{TextBuilder, TextStore};
use super::word_index::{Phrase, PhraseKind, WordIndex, WordIndexBuilder, WordSections};
use crate::code::{Modifier, Procedure, ProcedureKind};
use crate::error::PackError;
use crate::{Date, DateRange};

/// Kind of the pack.
pub(crate) const KIND: &str = "procedures";
const RECORD: usize = 12;
const SPAN: usize = 8;
const COVER: usize = 16;
const MODIFIER: usize = 8;
const NONE: u32 = u32::MAX;
/// In a record's upper half: no list has the code, see [`Witness`].
const YEARS: u32 = 1;
const NAMED: u32 = 2;

/// CPT and HCPCS Level II codes as the user's own files list them, and the modifiers of the HCPCS file.
pub struct ProcedureTable {
    pack: Pack,
    index: CodeIndex,
    texts: TextStore,
    words: Option<WordSections>,
    records: Section,
    spans: Section,
    histories: Section,
    /// The last span of each history: nearly all claims are of its days.
    newest: Box<[DateRange]>,
    covers: Section,
    modifiers: Section,
}

/// What the table can say about codes of one kind that it does not list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// It lists no codes of this kind.
    None,
    /// It lists codes, but so few that a code that is not among them may well exist.
    Partial {
        /// Codes of this kind.
        codes: u32,
        /// First day for which the list stands.
        from: Date,
    },
    /// It lists all of them.
    Whole {
        /// First day for which the list stands.
        from: Date,
    },
}

/// How a procedure code or a modifier stands on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InForce {
    /// In force.
    Yes,
    /// Begins on this day.
    NotYet(Date),
    /// Ended on this day.
    Ended(Date),
}

/// The rows from which the pack is built.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProcedureRows {
    pub(crate) codes: BTreeMap<String, ProcedureRow>,
    pub(crate) modifiers: BTreeMap<String, ProcedureRow>,
    pub(crate) covers: BTreeMap<ProcedureKind, Cover>,
    /// The last day for which the sources of a kind stand.
    pub(crate) ends: BTreeMap<ProcedureKind, Date>,
    pub(crate) edition: String,
    pub(crate) window: Option<DateRange>,
    pub(crate) sources: Vec<SourceFile>,
}

/// A code or a modifier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProcedureRow {
    pub(crate) spans: Vec<DateRange>,
    pub(crate) short: Option<String>,
    pub(crate) long: Option<String>,
    pub(crate) witness: Witness,
}

/// What says that a code exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Witness {
    /// A list of codes.
    #[default]
    List,
    /// Fee schedules of the years in its spans. That a year's schedule leaves it out does not prove that it ended.
    Years,
    /// Nothing: tables of edits name it, and they name codes that ended long ago, too.
    Named,
}

impl ProcedureTable {
    /// Stands for the first day of a code that is in a list which does not tell it.
    pub const UNKNOWN_START: Date = Date::constant(1, 1, 1);

    pub(crate) fn open(pack: Pack) -> Result<ProcedureTable, PackError> {
        pack.expect_kind(KIND)?;
        let mut table = ProcedureTable {
            index: CodeIndex::open(&pack)?,
            texts: TextStore::open(&pack)?,
            words: WordSections::open(&pack)?,
            records: pack.section("records", RECORD)?,
            spans: pack.section("spans", SPAN)?,
            histories: pack.section("histories", 4)?,
            newest: Box::default(),
            covers: pack.section("covers", COVER)?,
            modifiers: pack.section("modifiers", MODIFIER)?,
            pack,
        };
        let (expected, got) = (table.index.len(), table.records.count(RECORD));
        if expected != got {
            let what = format!("{got} records for {expected} codes");
            return Err(PackError::Section { section: "records", what });
        }
        let newest = |id| table.history(id).next_back().unwrap_or(DateRange::NEVER);
        table.newest = (0..=u16::MAX).take(table.histories.count(4)).map(newest).collect();
        Ok(table)
    }

    /// What the table is and from when to when it knows.
    pub fn description(&self) -> &Description {
        self.pack.description()
    }

    /// Days for which the table stands.
    pub fn window(&self) -> DateRange {
        let d = self.pack.description();
        DateRange { from: d.from, to: d.to }
    }

    pub(crate) fn index(&self) -> &CodeIndex {
        &self.index
    }

    /// The words by which codes are found; `None` if an earlier cleanclaim made the pack.
    pub(crate) fn words(&self) -> Option<WordIndex<'_>> {
        self.words.as_ref()?.read(&self.pack, &self.texts)
    }

    /// Number of codes.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Has it no codes?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rank of a code; `None` if no source lists it.
    pub fn rank(&self, code: Procedure) -> Option<Rank> {
        self.index.rank_of(code.key())
    }

    /// The code of a rank.
    pub fn code(&self, rank: Rank) -> Option<Procedure> {
        self.index.code(rank).map(Procedure::from_key)
    }

    fn history(&self, id: u16) -> impl DoubleEndedIterator<Item = DateRange> + '_ {
        let ends = self.pack.bytes(self.histories);
        let first = if id == 0 { 0 } else { u32_at(ends, usize::from(id) * 4 - 4) as usize };
        let last = u32_at(ends, usize::from(id) * 4) as usize;
        let spans = self.pack.bytes(self.spans);
        (first..last).map(move |i| {
            let day = |at| Date::from_number_unchecked(u32_at(spans, at));
            DateRange { from: day(i * SPAN), to: day(i * SPAN + 4) }
        })
    }

    /// How the code stands on a day; `None` if no list of codes has it then: tables of edits name it, or a fee schedule of another year.
    #[inline]
    pub fn in_force(&self, rank: Rank, day: Date) -> Option<InForce> {
        let record = u32_at(self.pack.bytes(self.records), rank.at() * RECORD);
        let standing = self.in_force_by(record as u16, day);
        match record >> 16 {
            0 => Some(standing),
            YEARS if standing == InForce::Yes => Some(standing),
            _ => None,
        }
    }

    /// The number of the history that says when the code is in force; `None` if it takes more than that to tell.
    pub(crate) fn history_of(&self, rank: Rank) -> Option<u16> {
        let record = u32_at(self.pack.bytes(self.records), rank.at() * RECORD);
        (record >> 16 == 0).then_some(record as u16)
    }

    /// As [`ProcedureTable::in_force`], for whoever remembers the number of the code's history.
    #[inline]
    pub(crate) fn in_force_by(&self, history: u16, day: Date) -> InForce {
        match self.newest.get(usize::from(history)) {
            Some(span) if span.contains(day) => InForce::Yes,
            _ => self.in_force_earlier(history, day),
        }
    }

    fn in_force_earlier(&self, history: u16, day: Date) -> InForce {
        let (mut ended, mut begins) = (None, None);
        for span in self.history(history) {
            if span.contains(day) {
                return InForce::Yes;
            }
            if span.to < day {
                ended = Some(span.to);
            } else if begins.is_none() {
                begins = Some(span.from);
            }
        }
        match (ended, begins) {
            (Some(day), _) => InForce::Ended(day),
            (None, Some(day)) => InForce::NotYet(day),
            // A code without a span is listed without dates: nothing is known against it.
            (None, None) => InForce::Yes,
        }
    }

    /// Does a list of codes, or a fee schedule, have it? If not, only tables of edits name it.
    pub fn is_listed(&self, rank: Rank) -> bool {
        u32_at(self.pack.bytes(self.records), rank.at() * RECORD) >> 16 != NAMED
    }

    /// The windows in which the code is in force.
    pub fn windows(&self, rank: Rank) -> Vec<DateRange> {
        self.history(u16_at(self.pack.bytes(self.records), rank.at() * RECORD)).collect()
    }

    /// The code's short title, if a source has one.
    pub fn short_title(&self, rank: Rank) -> Option<String> {
        self.text(u32_at(self.pack.bytes(self.records), rank.at() * RECORD + 4))
    }

    /// The code's title, if a source has one.
    pub fn title(&self, rank: Rank) -> Option<String> {
        self.text(u32_at(self.pack.bytes(self.records), rank.at() * RECORD + 8))
            .or_else(|| self.short_title(rank))
    }

    fn text(&self, id: u32) -> Option<String> {
        (id != NONE).then(|| self.texts.get(&self.pack, id))
    }

    /// What the table can say about codes of a kind that it does not list.
    pub fn cover(&self, kind: ProcedureKind) -> Cover {
        let at = kind as usize * COVER;
        let bytes = self.pack.bytes(self.covers);
        let from = Date::from_number_unchecked(u32_at(bytes, at + 8));
        match u32_at(bytes, at) {
            1 => Cover::Partial { codes: u32_at(bytes, at + 4), from },
            2 => Cover::Whole { from },
            _ => Cover::None,
        }
    }

    /// The last day for which the list of a kind stands; `None` if there is none. The table's own window ends with the first of them.
    pub fn stands_until(&self, kind: ProcedureKind) -> Option<Date> {
        let at = kind as usize * COVER;
        let bytes = self.pack.bytes(self.covers);
        (u32_at(bytes, at) != 0).then(|| Date::from_number_unchecked(u32_at(bytes, at + 12)))
    }

    /// Does the table list modifiers (the HCPCS file does)?
    pub fn has_modifiers(&self) -> bool {
        self.modifiers.count(MODIFIER) > 0
    }

    /// How a modifier stands on a day; `None` if it is not listed.
    pub fn modifier(&self, modifier: Modifier, day: Date) -> Option<InForce> {
        let at = self.modifier_at(modifier)?;
        Some(self.in_force_by(u16_at(self.pack.bytes(self.modifiers), at + 2), day))
    }

    /// A modifier's title.
    pub fn modifier_title(&self, modifier: Modifier) -> Option<String> {
        let at = self.modifier_at(modifier)?;
        self.text(u32_at(self.pack.bytes(self.modifiers), at + 4))
    }

    fn modifier_at(&self, modifier: Modifier) -> Option<usize> {
        let bytes = self.pack.bytes(self.modifiers);
        let wanted = u16::from_be_bytes(modifier.bytes());
        let key = |i: usize| u16_at(bytes, i * MODIFIER).swap_bytes();
        let (mut low, mut high) = (0, self.modifiers.count(MODIFIER));
        while low < high {
            let mid = (low + high) / 2;
            if key(mid) < wanted { low = mid + 1 } else { high = mid }
        }
        (low < self.modifiers.count(MODIFIER) && key(low) == wanted).then_some(low * MODIFIER)
    }
}

impl ProcedureRows {
    /// Builds the pack.
    pub(crate) fn build(&self) -> Vec<u8> {
        let mut texts = TextBuilder::default();
        let mut seen: BTreeMap<Vec<DateRange>, u16> = BTreeMap::from([(vec![], 0)]);
        let (mut ends, mut spans) = (vec![0u32], Vec::new());
        let mut history = |row: &ProcedureRow| -> u16 {
            *seen.entry(row.spans.clone()).or_insert_with(|| {
                spans.extend(row.spans.iter().flat_map(|s| [s.from.number(), s.to.number()]));
                ends.push((spans.len() / 2) as u32);
                (ends.len() - 1) as u16
            })
        };
        let mut text = |text: &Option<String>| text.as_ref().map_or(NONE, |t| texts.add(t));
        let (mut records, mut modifiers) = (Vec::new(), Vec::new());
        let mut words = WordIndexBuilder::default();
        for (row, rank) in self.codes.values().zip(0..) {
            let witness = match row.witness {
                Witness::List => 0,
                Witness::Years => YEARS,
                Witness::Named => NAMED,
            };
            records.extend_from_slice(&(u32::from(history(row)) | witness << 16).to_le_bytes());
            let (short, long) = (text(&row.short), text(&row.long));
            records.extend_from_slice(&short.to_le_bytes());
            records.extend_from_slice(&long.to_le_bytes());
            for (kind, text) in [(PhraseKind::Title, long), (PhraseKind::ShortTitle, short)] {
                if text != NONE {
                    words.phrase(Phrase { rank: Rank(rank), kind, text, window: 0 });
                }
            }
        }
        for (code, row) in &self.modifiers {
            modifiers.extend_from_slice(&code.as_bytes()[..2]);
            modifiers.extend_from_slice(&history(row).to_le_bytes());
            let title = if row.long.is_some() { &row.long } else { &row.short };
            modifiers.extend_from_slice(&text(title).to_le_bytes());
        }
        let covers = ProcedureKind::ALL.into_iter().flat_map(|kind| {
            let end = self.ends.get(&kind).copied().unwrap_or(Date::MAX).number();
            match self.covers.get(&kind).copied().unwrap_or(Cover::None) {
                Cover::None => [0, 0, 0, 0],
                Cover::Partial { codes, from } => [1, codes, from.number(), end],
                Cover::Whole { from } => [2, 0, from.number(), end],
            }
        });
        let window = self.window.unwrap_or(DateRange { from: Date::MAX, to: Date::MAX });
        let named = self.codes.values().filter(|r| r.witness == Witness::Named).count();
        let mut counts = vec![
            ("codes".to_owned(), (self.codes.len() - named) as u64),
            ("modifiers".to_owned(), self.modifiers.len() as u64),
        ];
        if named > 0 {
            counts.push(("codes that only edits name".to_owned(), named as u64));
        }
        let description = Description {
            kind: KIND.to_owned(),
            edition: self.edition.clone(),
            from: window.from,
            to: window.to,
            built_on: vec![],
            base: None,
            sources: self.sources.clone(),
            counts,
        };
        let mut writer = PackWriter::default();
        writer.section("codes", CodeIndex::build(self.codes.keys().map(|k| k.as_bytes())));
        writer.section("records", records);
        writer.section("modifiers", modifiers);
        writer.u32s("covers", covers);
        writer.u32s("histories", ends);
        writer.u32s("spans", spans);
        words.finish(&texts.finish(&mut writer), &mut writer);
        writer.finish(&description)
    }
}
