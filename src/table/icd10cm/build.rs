//! Builds the ICD-10-CM pack from its rows.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::notes::parse_block;
use super::relations::{BROAD, BROAD_FROM, COMPILED, CONDITIONAL, MASKS, PLAIN};
use super::rows::{CodeRow, NoteRow, Rows};
use super::{BILATERAL, Flags, KIND, LEFT, MADE_OF_SEVENTH, NONE, NoteKind, RIGHT, UNSPECIFIED_SIDE};
use crate::DateRange;
use crate::table::format::{Description, PackWriter};
use crate::table::index::{CodeIndex, Rank};
use crate::table::text::TextBuilder;
use crate::table::word_index::{MOST_WINDOWS, Phrase, PhraseKind, WordIndexBuilder};

impl Rows {
    /// Builds the pack.
    pub(crate) fn build(&self) -> Vec<u8> {
        let mut rows = self.codes.clone();
        add_headers(&mut rows);
        let ranks: HashMap<&str, u32> = rows.keys().map(String::as_str).zip(0..).collect();
        let headers = header_windows(&rows);
        let sides = sides(&rows);
        let blocks_of = self.block_of_category();
        let mut texts = TextBuilder::default();
        let mut histories = Histories::default();
        let mut notes = Notes::default();
        let mut words = WordIndexBuilder::default();
        let (mut records, mut retitled, mut sevenths) = (vec![], vec![], vec![]);
        for (code, row) in &rows {
            let rank = ranks[code.as_str()];
            let parent = parent_of(code, &ranks);
            let block = self.block_of(&blocks_of, code);
            let title = row.newest_title().map_or(NONE, |t| texts.add(t));
            let header: Vec<_> =
                headers.get(code.as_str()).into_iter().flatten().map(|&w| (w, Flags::default())).collect();
            for half in [histories.id(&row.spans), histories.id(&header)] {
                records.extend_from_slice(&half.to_le_bytes());
            }
            records.extend_from_slice(&title.to_le_bytes());
            records.extend_from_slice(&parent.unwrap_or(NONE).to_le_bytes());
            let made = self.is_made_of_seventh(code);
            let side = sides.get(code.as_str()).copied().unwrap_or(0);
            let traits = side | if made { MADE_OF_SEVENTH } else { 0 };
            records.extend_from_slice(&traits.to_le_bytes());
            records.extend_from_slice(&block.map_or(u16::MAX, |b| b as u16).to_le_bytes());
            notes.add(rank, &row.notes, &mut texts);
            let mut phrase = |kind, text, window| {
                words.phrase(Phrase { rank: Rank(rank), kind, text, window });
            };
            if title != NONE && !made {
                phrase(PhraseKind::Title, title, 0);
            }
            if row.titles.len() > 1 {
                for (from, text) in &row.titles {
                    let text = texts.add(text);
                    retitled.extend([rank, from.number(), text]);
                    if text != title && !made {
                        phrase(PhraseKind::FormerTitle, text, 0);
                    }
                }
            }
            for note in
                row.notes.iter().filter(|n| matches!(n.kind, NoteKind::Inclusion | NoteKind::Includes))
            {
                let window = notes.windows.iter().position(|w| *w == note.window);
                if let Some(window) = window.filter(|&w| w < MOST_WINDOWS) {
                    phrase(PhraseKind::Inclusion, texts.add(&note.text), window);
                }
            }
            for (character, meaning) in &row.sevenths {
                let meaning = texts.add(meaning);
                sevenths.extend([rank, *character as u32, meaning]);
                words.know(meaning);
            }
        }
        let (mut blocks, mut chapters) = (Vec::new(), vec![]);
        for (i, block) in self.blocks.iter().enumerate() {
            let name = |s: &str| {
                let mut out = [0u8; 4];
                out.iter_mut().zip(s.bytes().take(3)).for_each(|(to, from)| *to = from);
                out
            };
            blocks.extend_from_slice(&name(&block.first));
            blocks.extend_from_slice(&name(&block.last));
            blocks.extend_from_slice(&(block.chapter as u32).to_le_bytes());
            blocks.extend_from_slice(&texts.add(&block.title).to_le_bytes());
            notes.add((rows.len() + i) as u32, &block.notes, &mut texts);
        }
        for (i, chapter) in self.chapters.iter().enumerate() {
            chapters.extend([chapter.number, texts.add(&chapter.title), 0, 0]);
            notes.add((rows.len() + self.blocks.len() + i) as u32, &chapter.notes, &mut texts);
        }
        let mut writer = PackWriter::default();
        let codes: Vec<&str> = rows.keys().map(String::as_str).collect();
        let places = Places {
            codes: &codes,
            ranks: &ranks,
            blocks: codes.iter().map(|code| self.block_of(&blocks_of, code)).collect(),
            chapters: self.blocks.iter().map(|b| b.chapter).collect(),
        };
        let unparsed = notes.compile(&places, &mut texts, &mut writer);

        let billable = rows.values().filter(|r| !r.spans.is_empty()).count();
        let untitled = rows.values().filter(|r| !r.spans.is_empty() && r.titles.is_empty()).count();
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
                count("codes without a title", untitled),
                count("notes", notes.lines.len() / 4),
                count("note lines whose codes could not all be read", unparsed),
            ],
        };
        writer.section("codes", CodeIndex::build(rows.keys().map(|k| k.as_bytes())));
        writer.section("records", records);
        histories.finish(&mut writer);
        writer.u32s("notes", notes.lines);
        writer.u32s("note_windows", notes.windows.iter().flat_map(|w| [w.from.number(), w.to.number()]));
        let tabular = self.tabular.map_or([0, 0], |(first, last)| [first.number(), last.number()]);
        writer.u32s("tabular", tabular);
        writer.u32s("retitled", retitled);
        writer.u32s("sevenths", sevenths);
        writer.section("blocks", blocks);
        writer.u32s("chapters", chapters);
        words.finish(&texts.finish(&mut writer), &mut writer);
        writer.finish(&description)
    }

    /// Is the code another with one of its seventh characters? Then its title is that one's and the character's meaning.
    fn is_made_of_seventh(&self, code: &str) -> bool {
        let Some(seventh) = code.chars().nth(6) else { return false };
        (3..=6)
            .rev()
            .filter_map(|n| self.codes.get(&code[..n]))
            .find(|row| !row.sevenths.is_empty())
            .is_some_and(|row| row.sevenths.iter().any(|(character, _)| *character == seventh))
    }

    fn block_of_category(&self) -> HashMap<&str, usize> {
        let all = self.blocks.iter().enumerate();
        all.flat_map(|(i, b)| b.categories.iter().map(move |c| (c.as_str(), i))).collect()
    }

    /// The block in which the book prints the category; for categories that left the book, the one whose range holds it.
    fn block_of(&self, known: &HashMap<&str, usize>, code: &str) -> Option<usize> {
        let category = &code[..3];
        known.get(category).copied().or_else(|| {
            self.blocks.iter().position(|b| b.first.as_str() <= category && category <= b.last.as_str())
        })
    }
}

/// The hierarchy, for finding what holds for a code.
struct Places<'a> {
    codes: &'a [&'a str],
    ranks: &'a HashMap<&'a str, u32>,
    /// Block of each code.
    blocks: Vec<Option<usize>>,
    /// Chapter of each block.
    chapters: Vec<usize>,
}

impl Places<'_> {
    /// The nodes whose notes hold for a code: itself, what is above it, its block, its chapter.
    fn above(&self, rank: usize) -> Vec<u32> {
        let mut out = vec![rank as u32];
        let mut code = self.codes[rank];
        while let Some(parent) = parent_of(code, self.ranks) {
            out.push(parent);
            code = self.codes[parent as usize];
        }
        if let Some(block) = self.blocks[rank] {
            out.push((self.codes.len() + block) as u32);
            out.push((self.codes.len() + self.chapters.len() + self.chapters[block]) as u32);
        }
        out
    }

    /// The codes below a node, itself included.
    fn is_at(&self, node: u32, rank: usize) -> bool {
        let n = self.codes.len();
        match node as usize {
            at if at < n => self.codes[rank].starts_with(self.codes[at]),
            at if at < n + self.chapters.len() => self.blocks[rank] == Some(at - n),
            at => self.blocks[rank].is_some_and(|b| self.chapters[b] == at - n - self.chapters.len()),
        }
    }
}

/// The lines of all notes, and what they say about codes.
#[derive(Default)]
struct Notes {
    /// Node, kind, window, text.
    lines: Vec<u32>,
    windows: Vec<DateRange>,
    /// Line, kind, heading, codes, traits; by node.
    compiled: BTreeMap<u32, Vec<Compiled>>,
    unparsed: usize,
}

struct Compiled {
    line: u32,
    kind: usize,
    text: String,
    heading: Option<String>,
    parsed: super::notes::Parsed,
}

impl Notes {
    /// The notes of a node. Lines of one element and one time are read together: a heading stands before the lines under it.
    fn add(&mut self, node: u32, rows: &[NoteRow], texts: &mut TextBuilder) {
        let mut groups: Vec<(&NoteRow, Vec<(u32, &str)>)> = Vec::new();
        for row in rows {
            let window = match self.windows.iter().position(|w| *w == row.window) {
                Some(at) => at,
                None => {
                    self.windows.push(row.window);
                    self.windows.len() - 1
                }
            };
            let line = (self.lines.len() / 4) as u32;
            self.lines.extend([node, row.kind.number(), window as u32, texts.add(&row.text)]);
            match groups.iter_mut().find(|(g, _)| g.kind == row.kind && g.window == row.window) {
                Some((_, lines)) => lines.push((line, &row.text)),
                None => groups.push((row, vec![(line, &row.text)])),
            }
        }
        for (group, lines) in groups {
            let Some(kind) = COMPILED.iter().position(|&k| k == group.kind) else { continue };
            let words: Vec<&str> = lines.iter().map(|&(_, text)| text).collect();
            for (note, &(line, _)) in parse_block(group.kind, &words).into_iter().zip(&lines) {
                self.unparsed += usize::from(!note.parsed.unparsed.is_empty());
                if !note.parsed.refs.is_empty() {
                    let of = self.compiled.entry(node).or_default();
                    of.push(Compiled {
                        line,
                        kind,
                        text: note.text,
                        heading: note.heading,
                        parsed: note.parsed,
                    });
                }
            }
        }
    }

    /// Writes the sets and the profiles; gives the number of lines with codes that could not be read.
    fn compile(&self, places: &Places<'_>, texts: &mut TextBuilder, writer: &mut PackWriter) -> usize {
        let (mut sets, mut runs) = (vec![], vec![]);
        // By node and kind: the numbers of its notes, and the first letters of the codes that they name.
        let mut of_node: HashMap<u32, [(Vec<u32>, u32); COMPILED.len()]> = HashMap::new();
        for (&node, notes) in &self.compiled {
            for note in notes {
                let named = named_by(note, node, places);
                if named.is_empty() {
                    continue;
                }
                let number = (sets.len() / 4) as u32;
                let mut letters = 0;
                for &rank in &named {
                    letters |= 1u32 << (places.codes[rank as usize].as_bytes()[0] - b'A');
                    match runs.len() {
                        n if n > 0 && runs_are_of(&sets, n) && runs[n - 1] + 1 == rank => runs[n - 1] = rank,
                        _ => runs.extend([rank, rank]),
                    }
                }
                let traits = if named.len() > BROAD_FROM { BROAD } else { 0 }
                    | if note.parsed.conditional { CONDITIONAL } else { 0 }
                    | if asks_plainly(note, places.codes.get(node as usize)) { PLAIN } else { 0 };
                let heading = note.heading.as_ref().map_or(NONE, |h| texts.add(h));
                sets.extend([note.line, heading, (runs.len() / 2) as u32, traits]);
                let of = &mut of_node.entry(node).or_default()[note.kind];
                of.0.push(number);
                of.1 |= letters;
            }
        }
        let mut known: HashMap<Vec<Vec<u32>>, u16> = HashMap::new();
        let (mut profile_of, mut profiles, mut lists) = (Vec::new(), vec![], vec![]);
        for rank in 0..places.codes.len() {
            let mut profile = vec![Vec::new(); COMPILED.len()];
            let mut masks = [0u32; MASKS];
            for node in places.above(rank) {
                for (kind, (notes, letters)) in of_node.get(&node).into_iter().flatten().enumerate() {
                    profile[kind].extend_from_slice(notes);
                    if kind < MASKS {
                        masks[kind] |= letters;
                    }
                }
            }
            let next = known.len() as u16;
            let id = *known.entry(profile).or_insert_with_key(|profile| {
                for notes in profile {
                    lists.extend_from_slice(notes);
                    profiles.push(lists.len() as u32);
                }
                profiles.extend(masks);
                next
            });
            profile_of.extend_from_slice(&id.to_le_bytes());
        }
        writer.section("profile_of", profile_of);
        writer.u32s("profiles", profiles);
        writer.u32s("note_lists", lists);
        writer.u32s("note_sets", sets);
        writer.u32s("note_runs", runs);
        self.unparsed
    }
}

/// Does a note ask for a code that the claim can be expected to have? One at a category asks many codes at once; one with an "if" leaves it to the record.
fn asks_plainly(note: &Compiled, code: Option<&&str>) -> bool {
    const DOUBTS: [&str; 14] = [
        "if",
        "when",
        "any",
        "associated",
        "exposure",
        "tobacco",
        "history",
        "drug",
        "adverse",
        "external",
        "organism",
        "agent",
        "such",
        "resistance",
    ];
    let doubtful = |text: &str| {
        text.split(|c: char| !c.is_ascii_alphabetic())
            .any(|w| DOUBTS.iter().any(|d| w.eq_ignore_ascii_case(d)))
    };
    code.is_some_and(|c| c.len() > 3)
        && !doubtful(&note.text)
        && !note.heading.as_deref().is_some_and(doubtful)
}

/// Do the runs so far include one of the note that is being written?
fn runs_are_of(sets: &[u32], runs: usize) -> bool {
    let done = sets.len().checked_sub(2).map_or(0, |at| sets[at] as usize * 2);
    runs > done
}

/// Ranks of the codes that a note names. A code is never excluded from itself: what stands at or below the note's own place is not meant.
fn named_by(note: &Compiled, node: u32, places: &Places<'_>) -> Vec<u32> {
    // The codes stand in the order of their ranks.
    let selected = note.parsed.refs.iter().flat_map(|one| one.select(places.codes));
    let mut out: Vec<u32> = selected.map(|at| at as u32).collect();
    out.sort_unstable();
    out.dedup();
    let excepted = |rank: u32| {
        let code = places.codes[rank as usize].as_bytes();
        note.parsed.except.iter().any(|e| e.matches(code))
    };
    out.retain(|&rank| !excepted(rank) && !places.is_at(node, rank as usize));
    out
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
fn header_windows(rows: &BTreeMap<String, CodeRow>) -> BTreeMap<&str, Vec<DateRange>> {
    let mut out: BTreeMap<&str, Vec<DateRange>> = BTreeMap::new();
    for (code, row) in rows {
        for n in 3..code.len() {
            if let Some((header, _)) = rows.get_key_value(&code[..n]) {
                out.entry(header).or_default().extend(row.spans.iter().map(|(span, _)| *span));
            }
        }
    }
    for windows in out.values_mut() {
        windows.sort_unstable();
        *windows = super::merged(std::mem::take(windows).into_iter());
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
        (false, false) if has("bilateral") => {
            let both = mirrored("bilateral", "left") && mirrored("bilateral", "right");
            (both || ends_bilateral(words, titles)).then_some(BILATERAL)
        }
        (false, false) if mirrored("unspecified", "left") && mirrored("unspecified", "right") => {
            Some(UNSPECIFIED_SIDE)
        }
        _ => None,
    }
}

/// "…, bilateral" where there are "…, left eye" and "…, right eye".
fn ends_bilateral(words: &[String], titles: &HashSet<&[String]>) -> bool {
    let Some((last, stem)) = words.split_last() else { return false };
    let sided = |side: &str| {
        titles.iter().any(|t| {
            t.starts_with(stem) && t.get(stem.len()).is_some_and(|w| w == side) && t.len() <= stem.len() + 3
        })
    };
    last == "bilateral" && sided("left") && sided("right")
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
