//! ICD-10-CM as rows: what importers fill in, what editions are merged into, and what a pack is built from.

use std::collections::BTreeMap;

use super::{Flags, Icd10CmTable, NoteKind};
use crate::table::format::SourceFile;
use crate::{Date, DateRange};

/// The whole table.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub(crate) codes: BTreeMap<String, CodeRow>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) chapters: Vec<Chapter>,
    pub(crate) edition: String,
    pub(crate) window: DateRange,
    pub(crate) sources: Vec<SourceFile>,
    /// First days of the first and of the last tabular list that was merged: from when to when notes are known.
    pub(crate) tabular: Option<(Date, Date)>,
    /// The embedded pack into which sources were merged, by checksum.
    pub(crate) base: Option<u32>,
}

/// A line of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoteRow {
    pub(crate) kind: NoteKind,
    pub(crate) text: String,
    /// When the note is known to be in force.
    pub(crate) window: DateRange,
}

/// A code or header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CodeRow {
    /// When billable, with which flags, sorted.
    pub(crate) spans: Vec<(DateRange, Flags)>,
    /// Titles by the day from which each is known, sorted; the last is the newest.
    pub(crate) titles: Vec<(Date, String)>,
    pub(crate) notes: Vec<NoteRow>,
    pub(crate) sevenths: Vec<(char, String)>,
}

/// A block of categories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// First and last category.
    pub(crate) first: String,
    pub(crate) last: String,
    /// The categories that the book prints in it: not all of its range, and some beyond (M1A stands in M05-M14).
    pub(crate) categories: Vec<String>,
    pub(crate) chapter: usize,
    pub(crate) title: String,
    pub(crate) notes: Vec<NoteRow>,
}

/// A chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chapter {
    pub(crate) number: u32,
    pub(crate) title: String,
    pub(crate) notes: Vec<NoteRow>,
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

    pub(super) fn newest_title(&self) -> Option<&str> {
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
        let strip = |notes: Vec<super::Note>| -> Vec<NoteRow> {
            notes.into_iter().map(|n| NoteRow { kind: n.kind, text: n.text, window: n.window }).collect()
        };
        let mut categories: BTreeMap<u16, Vec<String>> = BTreeMap::new();
        for (code, rank) in table.index.all().into_iter().filter(|(code, _)| code.len() == 3) {
            categories
                .entry(table.record(rank).block)
                .or_default()
                .push(String::from_utf8_lossy(&code).into_owned());
        }
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
                let notes = strip(table.notes(rank));
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
        let block_count = table.blocks.count(super::BLOCK);
        let blocks = (0..block_count)
            .map(|i| {
                let name = table.block_name(i);
                let (first, last) = name.split_once('-').unwrap_or((&name, &name));
                Block {
                    first: first.to_owned(),
                    last: last.to_owned(),
                    categories: categories.remove(&(i as u16)).unwrap_or_default(),
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
            tabular: table.tabular_days(),
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
}
