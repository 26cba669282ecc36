//! ICD-10-CM: which codes exist, when each was billable, what they are called, how they hang together.

#[cfg(feature = "import")]
mod build;
mod flags;
#[cfg(feature = "import")]
mod notes;
mod relations;
#[cfg(feature = "import")]
mod rows;

pub use flags::{Flags, NoteKind};
pub(crate) use relations::{Letters, letter};
pub use relations::{NoteId, RuleNote};
#[cfg(feature = "import")]
pub(crate) use rows::{Block, Chapter, NoteRow, Rows, same_words};

use std::sync::OnceLock;

use super::format::{Description, Pack, Section, u16_at, u32_at};
use super::index::{CodeIndex, Rank};
use super::text::{TextId, TextStore};
use super::word_index::{Phrase, PhraseKind, WordIndex, WordSections};
use crate::code::{Icd10Cm, Side};
use crate::error::PackError;
use crate::{Date, DateRange};

/// Kind of the pack.
pub(crate) const KIND: &str = "icd10cm";
/// Ends a title that its only source cuts.
pub(crate) const CUT: char = '…';
const RECORD: usize = 16;
const SPAN: usize = 12;
const NOTE: usize = 16;
const RETITLED: usize = 12;
const SEVENTH: usize = 12;
const BLOCK: usize = 16;
const CHAPTER: usize = 16;
const NONE: u32 = u32::MAX;

// Which side a title names: three bits of a record's traits.
const SIDES: u16 = 7;
const LEFT: u16 = 1;
const RIGHT: u16 = 2;
const BILATERAL: u16 = 3;
const UNSPECIFIED_SIDE: u16 = 4;
/// The code is the one above it with a seventh character: one more bit.
const MADE_OF_SEVENTH: u16 = 8;

/// The diagnosis codes of all releases since 2015-10-01.
pub struct Icd10CmTable {
    pack: Pack,
    index: CodeIndex,
    texts: TextStore,
    words: Option<WordSections>,
    records: Section,
    spans: Section,
    histories: Section,
    /// The last span of each history: nearly all claims are of its days.
    newest: Box<[(DateRange, Flags)]>,
    /// The flags of all spans of each history.
    ever: Box<[Flags]>,
    /// Bits for the codes whose titles changed, by rank; made when the first title is asked for.
    was_retitled: OnceLock<Box<[u64]>>,
    notes: Section,
    note_windows: Section,
    tabular: Section,
    relations: relations::Relations,
    retitled: Section,
    sevenths: Section,
    blocks: Section,
    chapters: Section,
}

/// How a code stands on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Billable, with these flags.
    Billable(Flags),
    /// Exists, but has codes below it and is not billable itself.
    Header,
    /// Will be billable, or a header, from this day on.
    NotYet(Date),
    /// Was billable, or a header, until this day.
    Ended(Date),
    /// The table knows nothing of days before [`Icd10CmTable::window`].
    BeforeTable,
}

/// A note of the tabular list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Note {
    /// What the note does.
    pub kind: NoteKind,
    /// Where it stands: a code, a block such as `A00-A09`, or `chapter 1`.
    pub at: String,
    /// Its words.
    pub text: String,
    /// When it is known to be in force.
    #[serde(skip)]
    pub window: DateRange,
}

/// A seventh character and its meaning.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Seventh {
    /// The character.
    pub character: char,
    /// What it says.
    pub meaning: String,
}

#[derive(Clone, Copy)]
struct Record {
    billable: u16,
    header: u16,
    title: u32,
    parent: u32,
    traits: u16,
    block: u16,
}

impl Icd10CmTable {
    pub(crate) fn open(pack: Pack) -> Result<Icd10CmTable, PackError> {
        pack.expect_kind(KIND)?;
        let index = CodeIndex::open(&pack)?;
        let mut table = Icd10CmTable {
            texts: TextStore::open(&pack)?,
            words: WordSections::open(&pack)?,
            records: pack.section("records", RECORD)?,
            spans: pack.section("spans", SPAN)?,
            histories: pack.section("histories", 4)?,
            newest: Box::default(),
            ever: Box::default(),
            was_retitled: OnceLock::new(),
            notes: pack.section("notes", NOTE)?,
            note_windows: pack.section("note_windows", 8)?,
            tabular: pack.section("tabular", 8)?,
            relations: relations::Relations::open(&pack)?,
            retitled: pack.section("retitled", RETITLED)?,
            sevenths: pack.section("sevenths", SEVENTH)?,
            blocks: pack.section("blocks", BLOCK)?,
            chapters: pack.section("chapters", CHAPTER)?,
            index,
            pack,
        };
        let (expected, got) = (table.index.len(), table.records.count(RECORD));
        if expected != got {
            let what = format!("{got} records for {expected} codes");
            return Err(PackError::Section { section: "records", what });
        }
        let none = (DateRange::NEVER, Flags::default());
        let newest = |id| table.history(id).next_back().unwrap_or(none);
        let histories = || (0..=u16::MAX).take(table.histories.count(4));
        let ever = |id| table.history(id).fold(Flags::default(), |all, (_, flags)| all.with(flags));
        (table.newest, table.ever) = (histories().map(newest).collect(), histories().map(ever).collect());
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

    /// Names this very pack.
    pub(crate) fn checksum(&self) -> u32 {
        self.pack.checksum()
    }

    pub(crate) fn index(&self) -> &CodeIndex {
        &self.index
    }

    /// The words by which codes are found; `None` if an earlier cleanclaim made the pack.
    pub(crate) fn words(&self) -> Option<WordIndex<'_>> {
        self.words.as_ref()?.read(&self.pack, &self.texts)
    }

    /// Does a phrase hold on a day, as far as the editions that were read tell? Before the first, what it has is the nearest there is.
    pub(crate) fn phrase_holds(&self, phrase: Phrase, day: Date) -> bool {
        let windows = self.pack.bytes(self.note_windows);
        let day_at = |at| Date::from_number_unchecked(u32_at(windows, at));
        phrase.kind != PhraseKind::Inclusion || {
            let at = phrase.window * 8;
            DateRange { from: day_at(at), to: day_at(at + 4) }.contains(day.max(self.notes_from()))
        }
    }

    /// Number of codes and headers.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Is it empty? The embedded one never is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rank of a code or header of any release; `None` if there never was such a code.
    pub fn rank(&self, code: Icd10Cm) -> Option<Rank> {
        self.index.rank_of(code.key())
    }

    /// The code of a rank.
    pub fn code(&self, rank: Rank) -> Option<Icd10Cm> {
        self.index.code(rank).map(Icd10Cm::from_key)
    }

    fn record(&self, rank: Rank) -> Record {
        let bytes = self.pack.bytes(self.records);
        let at = rank.at() * RECORD;
        Record {
            billable: u16_at(bytes, at),
            header: u16_at(bytes, at + 2),
            title: u32_at(bytes, at + 4),
            parent: u32_at(bytes, at + 8),
            traits: u16_at(bytes, at + 12),
            block: u16_at(bytes, at + 14),
        }
    }

    /// The spans of a history, oldest first.
    #[inline]
    fn history(&self, id: u16) -> impl DoubleEndedIterator<Item = (DateRange, Flags)> + '_ {
        let ends = self.pack.bytes(self.histories);
        let first = if id == 0 { 0 } else { u32_at(ends, usize::from(id) * 4 - 4) as usize };
        let last = u32_at(ends, usize::from(id) * 4) as usize;
        let spans = self.pack.bytes(self.spans);
        (first..last).map(move |i| {
            let at = i * SPAN;
            let day = |at| Date::from_number_unchecked(u32_at(spans, at));
            (DateRange { from: day(at), to: day(at + 4) }, Flags(u32_at(spans, at + 8)))
        })
    }

    /// How the code stands on a day.
    #[inline]
    pub fn standing(&self, rank: Rank, day: Date) -> Standing {
        self.standing_by(self.history_of(rank), rank, day)
    }

    /// The number of the history that says when the code was billable.
    pub(crate) fn history_of(&self, rank: Rank) -> u16 {
        self.record(rank).billable
    }

    /// As [`Icd10CmTable::standing`], for whoever remembers the number of the code's history.
    #[inline]
    pub(crate) fn standing_by(&self, history: u16, rank: Rank, day: Date) -> Standing {
        match self.newest.get(usize::from(history)) {
            Some((span, flags)) if span.contains(day) => Standing::Billable(*flags),
            _ => self.standing_earlier(history, rank, day),
        }
    }

    fn standing_earlier(&self, history: u16, rank: Rank, day: Date) -> Standing {
        match self.history(history).find(|(span, _)| span.contains(day)) {
            Some((_, flags)) => Standing::Billable(flags),
            None => self.not_billable(&self.record(rank), day),
        }
    }

    #[cold]
    fn not_billable(&self, record: &Record, day: Date) -> Standing {
        if day < self.window().from {
            return Standing::BeforeTable;
        }
        if self.history(record.header).any(|(span, _)| span.contains(day)) {
            return Standing::Header;
        }
        let all = || self.history(record.billable).chain(self.history(record.header)).map(|(span, _)| span);
        // A code that ended and comes back is best described by the nearer end.
        match (
            all().map(|s| s.to).filter(|&to| to < day).max(),
            all().map(|s| s.from).filter(|&from| from > day).min(),
        ) {
            (Some(ended), _) => Standing::Ended(ended),
            (None, Some(from)) => Standing::NotYet(from),
            (None, None) => Standing::BeforeTable,
        }
    }

    /// The windows in which the code was billable; adjacent windows with different flags are one.
    pub fn billable_windows(&self, rank: Rank) -> Vec<DateRange> {
        merged(self.history(self.record(rank).billable).map(|(span, _)| span))
    }

    /// The windows in which the code had codes below it.
    pub fn header_windows(&self, rank: Rank) -> Vec<DateRange> {
        merged(self.history(self.record(rank).header).map(|(span, _)| span))
    }

    /// The Medicare Code Editor's flags with the windows in which they held.
    pub fn flag_windows(&self, rank: Rank) -> Vec<(DateRange, Flags)> {
        self.history(self.record(rank).billable).collect()
    }

    /// The flags that the code has or ever had.
    pub fn flags_ever(&self, rank: Rank) -> Flags {
        self.ever.get(usize::from(self.history_of(rank))).copied().unwrap_or_default()
    }

    /// The newest title; `None` for codes whose title is in no source yet (it comes with `tables add`).
    pub fn title(&self, rank: Rank) -> Option<String> {
        let id = self.record(rank).title;
        (id != NONE).then(|| self.texts.get(&self.pack, id))
    }

    /// The title in force on a day, as far as the editions that were read tell.
    pub fn title_on(&self, rank: Rank, day: Date) -> Option<String> {
        self.title_id_on(rank, day).map(|id| self.texts.get(&self.pack, id))
    }

    /// Writes the title in force on a day behind a text, in parentheses.
    pub(crate) fn add_title_on(&self, rank: Rank, day: Date, out: &mut String) {
        if let Some(id) = self.title_id_on(rank, day) {
            out.push_str(" (");
            self.texts.add(&self.pack, id, out);
            out.push(')');
        }
    }

    fn title_id_on(&self, rank: Rank, day: Date) -> Option<TextId> {
        let mut titles = self.retitled(rank);
        let Some((_, first)) = titles.next() else {
            return Some(self.record(rank).title).filter(|&id| id != NONE);
        };
        Some(titles.take_while(|(from, _)| *from <= day).last().map_or(first, |(_, text)| text))
    }

    /// Every title that the code had, with the day from which it is known; empty if it never changed.
    pub fn titles(&self, rank: Rank) -> Vec<(Date, String)> {
        self.retitled(rank).map(|(from, text)| (from, self.texts.get(&self.pack, text))).collect()
    }

    fn retitled(&self, rank: Rank) -> impl Iterator<Item = (Date, u32)> + '_ {
        let bytes = self.pack.bytes(self.retitled);
        let count = self.retitled.count(RETITLED);
        let bits = self.was_retitled.get_or_init(|| {
            let mut bits = vec![0; self.len().div_ceil(64)];
            for rank in (0..count).map(|i| u32_at(bytes, i * RETITLED) as usize) {
                if let Some(word) = bits.get_mut(rank / 64) {
                    *word |= 1 << (rank % 64);
                }
            }
            bits.into()
        });
        // Most never were.
        let any = bits.get(rank.at() / 64).is_some_and(|word| word >> (rank.at() % 64) & 1 == 1);
        let first = if any { lower_bound(bytes, RETITLED, rank.0) } else { count };
        (first..count)
            .map(|i| i * RETITLED)
            .take_while(move |&at| u32_at(bytes, at) == rank.0)
            .map(|at| (Date::from_number_unchecked(u32_at(bytes, at + 4)), u32_at(bytes, at + 8)))
    }

    /// The code above; `None` for a category.
    pub fn parent(&self, rank: Rank) -> Option<Rank> {
        let parent = self.record(rank).parent;
        (parent != NONE).then_some(Rank(parent))
    }

    /// The codes directly below, of any release.
    pub fn children(&self, rank: Rank) -> Vec<Rank> {
        // What is below a code follows it, and has a parent that is the code or follows it, too.
        let parents = (rank.0 + 1..self.len() as u32).map(|at| (Rank(at), self.record(Rank(at)).parent));
        let below = parents.take_while(|&(_, parent)| parent != NONE && parent >= rank.0);
        below.filter(|&(_, parent)| parent == rank.0).map(|(at, _)| at).collect()
    }

    /// All codes below, of any release, in order.
    pub fn below(&self, rank: Rank) -> Vec<Rank> {
        // They follow it, each below it or below one that is.
        let within = |r: &Rank| self.parent(*r).is_some_and(|parent| parent >= rank);
        (rank.0.saturating_add(1)..self.index.len() as u32).map(Rank).take_while(within).collect()
    }

    /// The side that the code's title names, where the same title exists for the other side.
    #[inline]
    pub fn side(&self, rank: Rank) -> Option<Side> {
        match self.record(rank).traits & SIDES {
            LEFT => Some(Side::Left),
            RIGHT => Some(Side::Right),
            _ => None,
        }
    }

    /// Is it the bilateral code of a family that also has left and right ones?
    pub fn is_bilateral(&self, rank: Rank) -> bool {
        self.record(rank).traits & SIDES == BILATERAL
    }

    /// Does the title leave the side open where others of the family name it?
    pub fn is_side_unspecified(&self, rank: Rank) -> bool {
        self.record(rank).traits & SIDES == UNSPECIFIED_SIDE
    }

    /// The block, as (`A00-A09`, title).
    pub fn block(&self, rank: Rank) -> Option<(String, String)> {
        let at = usize::from(self.record(rank).block);
        (at < self.blocks.count(BLOCK)).then(|| (self.block_name(at), self.block_title(at)))
    }

    /// The chapter, as (number, title).
    pub fn chapter(&self, rank: Rank) -> Option<(u32, String)> {
        let block = usize::from(self.record(rank).block);
        if block >= self.blocks.count(BLOCK) {
            return None;
        }
        let chapter = u32_at(self.pack.bytes(self.blocks), block * BLOCK + 8) as usize;
        Some(self.chapter_at(chapter))
    }

    fn chapter_at(&self, at: usize) -> (u32, String) {
        let bytes = self.pack.bytes(self.chapters);
        let title = u32_at(bytes, at * CHAPTER + 4);
        (u32_at(bytes, at * CHAPTER), self.texts.get(&self.pack, title))
    }

    fn block_name(&self, at: usize) -> String {
        let bytes = self.pack.bytes(self.blocks);
        let text = |at: usize| {
            let b = bytes.get(at..at + 3).unwrap_or_default();
            String::from_utf8_lossy(b).into_owned()
        };
        let (first, last) = (text(at * BLOCK), text(at * BLOCK + 4));
        if first == last { first } else { format!("{first}-{last}") }
    }

    fn block_title(&self, at: usize) -> String {
        self.texts.get(&self.pack, u32_at(self.pack.bytes(self.blocks), at * BLOCK + 12))
    }

    /// The number of the chapter.
    pub(crate) fn chapter_number(&self, rank: Rank) -> Option<u32> {
        let block = usize::from(self.record(rank).block);
        let of = u32_at(self.pack.bytes(self.blocks), block * BLOCK + 8) as usize;
        (block < self.blocks.count(BLOCK)).then(|| u32_at(self.pack.bytes(self.chapters), of * CHAPTER))
    }

    /// The number of the newest title.
    pub(crate) fn title_text(&self, rank: Rank) -> Option<TextId> {
        Some(self.record(rank).title).filter(|&id| id != NONE)
    }

    /// The seventh characters that the code, or one above it, calls for; empty if none.
    pub fn sevenths(&self, rank: Rank) -> Vec<Seventh> {
        let Some(owner) = self.seventh_owner(rank) else { return Vec::new() };
        let of = self.seventh_texts(owner);
        of.map(|(character, text)| Seventh { character, meaning: self.texts.get(&self.pack, text) }).collect()
    }

    /// The code, or the one above it, at which the tabular list says which seventh characters there are.
    pub(crate) fn seventh_owner(&self, rank: Rank) -> Option<Rank> {
        let mut node = Some(rank);
        while let Some(at) = node.filter(|&at| self.seventh_texts(at).next().is_none()) {
            node = self.parent(at);
        }
        node
    }

    /// The seventh characters that the tabular list gives at this very code, and the numbers of their meanings.
    pub(crate) fn seventh_texts(&self, rank: Rank) -> impl Iterator<Item = (char, TextId)> + '_ {
        let bytes = self.pack.bytes(self.sevenths);
        let first = lower_bound(bytes, SEVENTH, rank.0);
        (first..self.sevenths.count(SEVENTH))
            .map(|i| i * SEVENTH)
            .take_while(move |&i| u32_at(bytes, i) == rank.0)
            .map(|i| (char::from_u32(u32_at(bytes, i + 4)).unwrap_or('?'), u32_at(bytes, i + 8)))
    }

    /// Are the codes directly below it made of it and a seventh character?
    pub(crate) fn wants_seventh(&self, rank: Rank) -> bool {
        // The first code below stands next in order.
        let next = Rank(rank.0 + 1);
        let next = if next.at() < self.len() { self.record(next) } else { return false };
        next.parent == rank.0 && next.traits & MADE_OF_SEVENTH != 0
    }

    /// The code made of a code and a seventh character, with placeholders between.
    pub(crate) fn with_seventh(&self, rank: Rank, character: char) -> Option<Rank> {
        let mut code = self.code(rank)?.text().as_bytes().to_vec();
        code.resize(code.len().max(6), b'X');
        code.push(u8::try_from(character).ok()?);
        self.index.rank(&code)
    }

    /// The notes at the code itself.
    pub fn notes(&self, rank: Rank) -> Vec<Note> {
        let at = self.code(rank).map(|c| c.to_string()).unwrap_or_default();
        self.notes_at_node(rank.0, &at)
    }

    /// The notes at the code and at everything above it, through block and chapter, nearest first.
    pub fn inherited_notes(&self, rank: Rank) -> Vec<Note> {
        let mut out = Vec::new();
        let mut node = Some(rank);
        while let Some(at) = node {
            out.extend(self.notes(at));
            node = self.parent(at);
        }
        let block = usize::from(self.record(rank).block);
        if block < self.blocks.count(BLOCK) {
            let codes = self.len();
            out.extend(self.notes_at_node((codes + block) as u32, &self.block_name(block)));
            let chapter = u32_at(self.pack.bytes(self.blocks), block * BLOCK + 8) as usize;
            let node = codes + self.blocks.count(BLOCK) + chapter;
            out.extend(self.notes_at_node(node as u32, &format!("chapter {}", self.chapter_at(chapter).0)));
        }
        out
    }

    fn notes_at_node(&self, node: u32, at: &str) -> Vec<Note> {
        let bytes = self.pack.bytes(self.notes);
        let first = lower_bound(bytes, NOTE, node);
        (first..self.notes.count(NOTE))
            .take_while(|&line| u32_at(bytes, line * NOTE) == node)
            .map(|line| self.note_line(line, at))
            .collect()
    }

    fn note_line(&self, line: usize, at: &str) -> Note {
        let bytes = self.pack.bytes(self.notes);
        Note {
            kind: NoteKind::from_number(u32_at(bytes, line * NOTE + 4)),
            at: at.to_owned(),
            text: self.texts.get(&self.pack, u32_at(bytes, line * NOTE + 12)),
            window: self.line_window(line),
        }
    }

    fn line_window(&self, line: usize) -> DateRange {
        let at = u32_at(self.pack.bytes(self.notes), line * NOTE + 8) as usize * 8;
        let day = |at| Date::from_number_unchecked(u32_at(self.pack.bytes(self.note_windows), at));
        DateRange { from: day(at), to: day(at + 4) }
    }

    /// A line of a note with its place.
    fn note_at_line(&self, line: usize) -> Note {
        let node = u32_at(self.pack.bytes(self.notes), line * NOTE) as usize;
        let (codes, blocks) = (self.len(), self.blocks.count(BLOCK));
        let at = match node {
            n if n < codes => self.code(Rank(n as u32)).map(|c| c.to_string()).unwrap_or_default(),
            n if n < codes + blocks => self.block_name(n - codes),
            n => format!("chapter {}", self.chapter_at(n - codes - blocks).0),
        };
        self.note_line(line, &at)
    }

    /// Notes with codes that could not all be read: what the checks do not know of the tabular.
    #[cfg(feature = "import")]
    pub fn unread_notes(&self) -> Vec<Note> {
        let lines = (0..self.notes.count(NOTE)).map(|line| self.note_at_line(line));
        lines.filter(|n| relations::COMPILED.contains(&n.kind) && notes::has_unread_codes(&n.text)).collect()
    }

    /// First days of the first and the last tabular list whose notes are known.
    #[cfg(feature = "import")]
    fn tabular_days(&self) -> Option<(Date, Date)> {
        let bytes = self.pack.bytes(self.tabular);
        Some((Date::from_number(u32_at(bytes, 0))?, Date::from_number(u32_at(bytes, 4))?))
    }

    /// What to use instead of a code that is not billable on a day: the billable codes below it, at most `most`; for an ended
    /// code without any, those of its parent that began when it ended.
    pub fn successors(&self, rank: Rank, day: Date, most: usize) -> Vec<Rank> {
        let billable = |r: &Rank| matches!(self.standing(*r, day), Standing::Billable(_));
        let mut out: Vec<Rank> = self.below(rank).into_iter().filter(billable).collect();
        if out.is_empty()
            && let (Standing::Ended(end), Some(parent)) = (self.standing(rank, day), self.parent(rank))
        {
            let began = |r: &Rank| self.billable_windows(*r).iter().any(|w| w.from == end.add_days(1));
            out = self.below(parent).into_iter().filter(|r| billable(r) && began(r)).collect();
        }
        out.truncate(most);
        out
    }
}

/// First record whose leading number is not below `key`.
fn lower_bound(bytes: &[u8], width: usize, key: u32) -> usize {
    let (mut low, mut high) = (0, bytes.len() / width);
    while low < high {
        let mid = (low + high) / 2;
        if u32_at(bytes, mid * width) < key { low = mid + 1 } else { high = mid }
    }
    low
}

/// Sorted windows, those that touch made one.
fn merged(windows: impl Iterator<Item = DateRange>) -> Vec<DateRange> {
    let mut out: Vec<DateRange> = Vec::new();
    for window in windows {
        match out.last_mut() {
            Some(last) if last.is_open() || last.to.add_days(1) >= window.from => {
                last.to = last.to.max(window.to);
            }
            _ => out.push(window),
        }
    }
    out
}
