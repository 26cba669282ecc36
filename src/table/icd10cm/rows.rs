//! ICD-10-CM as rows: what importers fill in, what editions are merged in, and what a pack is built from.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Flags, Icd10CmTable, KIND, NONE, NoteKind};
use crate::table::format::{Description, PackWriter, SourceFile};
use crate::table::index::CodeIndex;
use crate::table::text::TextBuilder;
use crate::{Date, DateRange};

/// Which side a title names; two bits are not enough for four answers and none.
pub(super) const SIDES: u16 = 7;
pub(super) const LEFT: u16 = 1;
pub(super) const RIGHT: u16 = 2;
pub(super) const BILATERAL: u16 = 3;
pub(super) const UNSPECIFIED_SIDE: u16 = 4;

/// The whole table.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub(crate) codes: BTreeMap<String, CodeRow>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) chapters: Vec<Chapter>,
    pub(crate) edition: String,
    pub(crate) window: DateRange,
    pub(crate) sources: Vec<SourceFile>,
    /// The embedded pack into which sources were merged, by checksum.
    pub(crate) base: Option<u32>,
}

/// A code or header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CodeRow {
    /// When billable, with which flags, sorted.
    pub(crate) spans: Vec<(DateRange, Flags)>,
    /// Titles by the day from which each is known, sorted; the last is the newest.
    pub(crate) titles: Vec<(Date, String)>,
    pub(crate) notes: Vec<(NoteKind, String)>,
    pub(crate) sevenths: Vec<(char, String)>,
}

/// A block of categories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// First and last category.
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) chapter: usize,
    pub(crate) title: String,
    pub(crate) notes: Vec<(NoteKind, String)>,
}

/// A chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chapter {
    pub(crate) number: u32,
    pub(crate) title: String,
    pub(crate) notes: Vec<(NoteKind, String)>,
}

impl CodeRow {
    /// Notes a title known from `day` on. The same words in other letters are no new title.
    pub(crate) fn add_title(&mut self, day: Date, title: &str) {
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() {
            return;
        }
        let at = self.titles.partition_point(|(from, _)| *from < day);
        if let Some((from, text)) = self.titles.get_mut(at) {
            // The same day again, from another file: the later word stands.
            if *from == day {
                *text = title;
                return;
            }
            if same_words(text, &title) {
                *from = day;
                return;
            }
        }
        if at > 0 && same_words(&self.titles[at - 1].1, &title) {
            // An unchanged title keeps its day; its newest spelling is the better one.
            if at == self.titles.len() {
                self.titles[at - 1].1 = title;
            }
            return;
        }
        self.titles.insert(at, (day, title));
    }

    fn newest_title(&self) -> Option<&str> {
        self.titles.last().map(|(_, t)| t.as_str())
    }
}

/// Are they the same but for case, blanks and punctuation?
pub(crate) fn same_words(a: &str, b: &str) -> bool {
    let letters = |s: &str| -> Vec<u8> {
        s.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase()).collect()
    };
    a == b || letters(a) == letters(b)
}

impl Rows {
    /// The rows from which a pack was built.
    pub(crate) fn of(table: &Icd10CmTable) -> Rows {
        let codes = table
            .index
            .all()
            .into_iter()
            .map(|(code, rank)| {
                let mut titles = table.titles(rank);
                if titles.is_empty() {
                    // A title that never changed has no day of its own in the pack: the table's first day does as well.
                    titles.extend(table.title(rank).map(|t| (table.window().from, t)));
                }
                let notes = table.notes(rank).into_iter().map(|n| (n.kind, n.text)).collect();
                let own = super::lower_bound(table.pack.bytes(table.sevenths), super::SEVENTH, rank.0);
                let has_own = own < table.sevenths.count(super::SEVENTH)
                    && super::u32_at(table.pack.bytes(table.sevenths), own * super::SEVENTH) == rank.0;
                let sevenths = if has_own { table.sevenths(rank) } else { Vec::new() };
                let row = CodeRow {
                    spans: table.flag_windows(rank),
                    titles,
                    notes,
                    sevenths: sevenths.into_iter().map(|s| (s.character, s.meaning)).collect(),
                };
                (String::from_utf8_lossy(&code).into_owned(), row)
            })
            .collect();
        let strip = |notes: Vec<super::Note>| notes.into_iter().map(|n| (n.kind, n.text)).collect();
        let block_count = table.blocks.count(super::BLOCK);
        let blocks = (0..block_count)
            .map(|i| {
                let name = table.block_name(i);
                let (first, last) = name.split_once('-').unwrap_or((&name, &name));
                Block {
                    first: first.to_owned(),
                    last: last.to_owned(),
                    chapter: super::u32_at(table.pack.bytes(table.blocks), i * super::BLOCK + 8) as usize,
                    title: table.block_title(i),
                    notes: strip(table.notes_at_node((table.len() + i) as u32, "")),
                }
            })
            .collect();
        let chapters = (0..table.chapters.count(super::CHAPTER))
            .map(|i| {
                let (number, title) = table.chapter_at(i);
                let notes = strip(table.notes_at_node((table.len() + block_count + i) as u32, ""));
                Chapter { number, title, notes }
            })
            .collect();
        let description = table.description();
        Rows {
            codes,
            blocks,
            chapters,
            edition: description.edition.clone(),
            window: table.window(),
            sources: description.sources.clone(),
            base: description.base,
        }
    }

    /// Drops headers that a file names but under which no code ever was billable in ICD-10's time, and codes that only old lists name.
    pub(crate) fn drop_codes_without_use(&mut self) {
        let with_codes: Vec<String> =
            self.codes.iter().filter(|(_, r)| !r.spans.is_empty()).map(|(c, _)| c.clone()).collect();
        self.codes.retain(|code, row| {
            let next = with_codes.partition_point(|c| c.as_str() < code.as_str());
            !row.spans.is_empty() || with_codes.get(next).is_some_and(|c| c.starts_with(code.as_str()))
        });
    }

    /// Builds the pack.
    pub(crate) fn build(&self) -> Vec<u8> {
        let mut rows = self.codes.clone();
        add_headers(&mut rows);
        let ranks: HashMap<&str, u32> = rows.keys().map(String::as_str).zip(0..).collect();
        let headers = header_windows(&rows);
        let sides = sides(&rows);
        let mut texts = TextBuilder::default();
        let mut histories = Histories::default();
        let (mut records, mut notes, mut retitled, mut sevenths) = (vec![], vec![], vec![], vec![]);
        for (code, row) in &rows {
            let rank = ranks[code.as_str()];
            let parent = parent_of(code, &ranks);
            let block = self
                .blocks
                .iter()
                .position(|b| b.first.as_str() <= &code[..3] && &code[..3] <= b.last.as_str());
            let title = row.newest_title().map_or(NONE, |t| texts.add(t));
            let header: Vec<_> =
                headers.get(code.as_str()).into_iter().flatten().map(|&w| (w, Flags::default())).collect();
            for half in [histories.id(&row.spans), histories.id(&header)] {
                records.extend_from_slice(&half.to_le_bytes());
            }
            records.extend_from_slice(&title.to_le_bytes());
            records.extend_from_slice(&parent.unwrap_or(NONE).to_le_bytes());
            records.extend_from_slice(&sides.get(code.as_str()).copied().unwrap_or(0).to_le_bytes());
            records.extend_from_slice(&block.map_or(u16::MAX, |b| b as u16).to_le_bytes());
            for (kind, text) in &row.notes {
                notes.extend([rank, kind.number(), texts.add(text)]);
            }
            if row.titles.len() > 1 {
                for (from, text) in &row.titles {
                    retitled.extend([rank, from.number(), texts.add(text)]);
                }
            }
            for (character, meaning) in &row.sevenths {
                sevenths.extend([rank, *character as u32, texts.add(meaning)]);
            }
        }
        let (mut blocks, mut chapters) = (Vec::new(), vec![]);
        for (i, block) in self.blocks.iter().enumerate() {
            let name = |s: &str| {
                let mut out = [0u8; 4];
                out[..3].copy_from_slice(&s.as_bytes()[..3]);
                out
            };
            blocks.extend_from_slice(&name(&block.first));
            blocks.extend_from_slice(&name(&block.last));
            blocks.extend_from_slice(&(block.chapter as u32).to_le_bytes());
            blocks.extend_from_slice(&texts.add(&block.title).to_le_bytes());
            let node = (rows.len() + i) as u32;
            notes.extend(block.notes.iter().flat_map(|(k, t)| [node, k.number(), texts.add(t)]));
        }
        for (i, chapter) in self.chapters.iter().enumerate() {
            chapters.extend([chapter.number, texts.add(&chapter.title), 0, 0]);
            let node = (rows.len() + self.blocks.len() + i) as u32;
            notes.extend(chapter.notes.iter().flat_map(|(k, t)| [node, k.number(), texts.add(t)]));
        }

        let billable = rows.values().filter(|r| !r.spans.is_empty()).count();
        let untitled = rows.values().filter(|r| r.titles.is_empty()).count();
        let count = |name: &str, n: usize| (name.to_owned(), n as u64);
        let description = Description {
            kind: KIND.to_owned(),
            edition: self.edition.clone(),
            from: self.window.from,
            to: self.window.to,
            built_on: vec![],
            base: self.base,
            sources: self.sources.clone(),
            counts: vec![
                count("codes", billable),
                count("headers", rows.len() - billable),
                count("without a title", untitled),
                count("notes", notes.len() / 3),
            ],
        };
        let mut writer = PackWriter::default();
        writer.section("codes", CodeIndex::build(rows.keys().map(|k| k.as_bytes())));
        writer.section("records", records);
        histories.finish(&mut writer);
        writer.u32s("notes", notes);
        writer.u32s("retitled", retitled);
        writer.u32s("sevenths", sevenths);
        writer.section("blocks", blocks);
        writer.u32s("chapters", chapters);
        texts.finish(&mut writer);
        writer.finish(&description)
    }
}

/// Every proper prefix of a code, from the category on, is a header, also where no source names it.
fn add_headers(rows: &mut BTreeMap<String, CodeRow>) {
    let prefixes: BTreeSet<String> =
        rows.keys().flat_map(|c| (3..c.len()).map(|n| c[..n].to_owned())).collect();
    // Between S01.00 and S01.00XA there is no code: a placeholder is not a level.
    for prefix in prefixes {
        if !prefix.ends_with('X') {
            rows.entry(prefix).or_default();
        }
    }
}

fn parent_of(code: &str, ranks: &HashMap<&str, u32>) -> Option<u32> {
    (3..code.len()).rev().find_map(|n| ranks.get(&code[..n]).copied())
}

/// When each header has a billable code below it.
fn header_windows(rows: &BTreeMap<String, CodeRow>) -> HashMap<&str, Vec<DateRange>> {
    let mut out: HashMap<&str, Vec<DateRange>> = HashMap::new();
    for (code, row) in rows {
        for n in 3..code.len() {
            if let Some((header, _)) = rows.get_key_value(&code[..n]) {
                out.entry(header).or_default().extend(row.spans.iter().map(|(span, _)| *span));
            }
        }
    }
    for windows in out.values_mut() {
        windows.sort_unstable();
        *windows = super::merged(windows.drain(..).collect::<Vec<_>>().into_iter());
    }
    out
}

/// Distinct histories, numbered; number 0 is the empty one.
struct Histories {
    ids: HashMap<Vec<(DateRange, Flags)>, u16>,
    ends: Vec<u32>,
    spans: Vec<u32>,
}

impl Default for Histories {
    fn default() -> Histories {
        Histories { ids: HashMap::from([(vec![], 0)]), ends: vec![0], spans: vec![] }
    }
}

impl Histories {
    fn id(&mut self, history: &[(DateRange, Flags)]) -> u16 {
        if let Some(&id) = self.ids.get(history) {
            return id;
        }
        let id = self.ends.len() as u16;
        for (span, flags) in history {
            self.spans.extend([span.from.number(), span.to.number(), flags.0]);
        }
        self.ends.push((self.spans.len() / 3) as u32);
        self.ids.insert(history.to_vec(), id);
        id
    }

    fn finish(self, writer: &mut PackWriter) {
        writer.u32s("histories", self.ends);
        writer.u32s("spans", self.spans);
    }
}

/// The side that each title names, where the same title with the other side exists in the category: "right heart failure" names
/// a side of the heart and has no mirror image, "pain in right hip" has.
fn sides(rows: &BTreeMap<String, CodeRow>) -> HashMap<&str, u16> {
    let titled: Vec<(&str, Vec<String>)> = rows
        .iter()
        .map(|(code, row)| (code.as_str(), words(row.newest_title().unwrap_or_default())))
        .collect();
    let mut out = HashMap::new();
    for category in titled.chunk_by(|a, b| a.0[..3] == b.0[..3]) {
        let titles: HashSet<&[String]> = category.iter().map(|(_, words)| words.as_slice()).collect();
        out.extend(category.iter().filter_map(|(code, words)| Some((*code, side_of(words, &titles)?))));
    }
    out
}

fn side_of(words: &[String], titles: &HashSet<&[String]>) -> Option<u16> {
    let has = |word: &str| words.iter().any(|w| w == word);
    // "unspecified fracture of unspecified femur": any one of the words, or all of them.
    let mirrored = |word: &str, other: &str| {
        let places: Vec<usize> = (0..words.len()).filter(|&i| words[i] == word).collect();
        let swapped_at = |at: &[usize]| {
            let mut swapped = words.to_vec();
            at.iter().for_each(|&i| other.clone_into(&mut swapped[i]));
            titles.contains(swapped.as_slice())
        };
        !places.is_empty() && (swapped_at(&places) || places.iter().any(|&i| swapped_at(&[i])))
    };
    match (has("left"), has("right")) {
        (true, false) if mirrored("left", "right") => Some(LEFT),
        (false, true) if mirrored("right", "left") => Some(RIGHT),
        (false, false) if mirrored("bilateral", "left") && mirrored("bilateral", "right") => Some(BILATERAL),
        (false, false) if mirrored("unspecified", "left") && mirrored("unspecified", "right") => {
            Some(UNSPECIFIED_SIDE)
        }
        _ => None,
    }
}

/// Lower-case words; a plural counts as its singular, so that "bilateral hips" is the mirror of "left hip".
fn words(title: &str) -> Vec<String> {
    let singular = |w: &str| match w.to_ascii_lowercase() {
        plural if plural.len() > 3 && plural.ends_with('s') && !plural.ends_with("ss") => {
            plural[..plural.len() - 1].to_owned()
        }
        word => word,
    };
    title.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(singular).collect()
}
