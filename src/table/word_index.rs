//! Which titles and inclusion terms have which words: an FST from word to stem, and for each stem the numbers of the phrases that have it.
//!
//! It is a part of a table's pack and rests on its texts. Everything is read in place when a search asks for it; opening a table costs
//! no more than finding the sections.
//!
//! ```text
//! w_map      FST: every word as it is written, and every stem -> stem * 2 + (1 if written so)
//! w_ends     where the postings of each stem end
//! w_posts    of each stem: how many phrases, then their numbers as differences, all varints
//! w_phrases  of each phrase: rank and kind, text and window
//! w_lengths  of each phrase: its words that are not in brackets
//! w_refs     of each word of the text store: its stem, or a list of them, and its brackets
//! w_lists    the lists: how many, then the stems
//! ```

use std::collections::{BTreeMap, BTreeSet};

use fst::automaton::{Automaton, Str};
use fst::{IntoStreamer, Map, Streamer};

use super::format::{Pack, PackWriter, Section, u16_at, u32_at};
use super::index::Rank;
use super::near::Near;
use super::text::{NumberedTexts, TextId, TextStore, read_varint, write_varint};
use super::words::{stem, words_of};
use crate::error::PackError;

/// Number of a stem.
pub(crate) type Stem = u16;

const PHRASE: usize = 8;
const NO_STEM: u32 = 0xffff;
// Of a word of the text store.
const LIST: u32 = 1 << 16;
const OPENS: u32 = 1 << 17;
const CLOSES: u32 = 1 << 18;
const PAUSES: u32 = 1 << 19;
/// In a list's length: the last of it is all parts of a hyphenated word in one.
const JOINED: u16 = 1 << 15;
// Of a phrase.
const KIND_SHIFT: u32 = 30;
const WINDOW_SHIFT: u32 = 24;
/// Most windows that phrases can name.
pub(crate) const MOST_WINDOWS: usize = 256;

/// What a phrase is to its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PhraseKind {
    /// Its title.
    Title,
    /// A title that it had at another time.
    FormerTitle,
    /// An inclusion term, or a line under "Includes".
    Inclusion,
    /// Its short title.
    ShortTitle,
}

const KINDS: [PhraseKind; 4] =
    [PhraseKind::Title, PhraseKind::FormerTitle, PhraseKind::Inclusion, PhraseKind::ShortTitle];

/// A text by which a code is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Phrase {
    pub(crate) rank: Rank,
    pub(crate) kind: PhraseKind,
    pub(crate) text: TextId,
    /// Number of the window in which it holds, where its table has such windows.
    pub(crate) window: usize,
}

/// A word of a phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PhraseWord {
    pub(crate) stem: Stem,
    /// In brackets, or another way to write words that also stand there: the phrase is whole without it.
    pub(crate) optional: bool,
    /// Does a comma or the like follow?
    pub(crate) pauses: bool,
}

/// Where the sections are.
#[derive(Clone, Copy)]
pub(crate) struct WordSections {
    map: Section,
    ends: Section,
    posts: Section,
    phrases: Section,
    lengths: Section,
    refs: Section,
    lists: Section,
}

impl WordSections {
    /// `None` if the pack has no words: an earlier cleanclaim made it.
    pub(crate) fn open(pack: &Pack) -> Result<Option<WordSections>, PackError> {
        if pack.find("w_map").is_none() {
            return Ok(None);
        }
        Ok(Some(WordSections {
            map: pack.section("w_map", 1)?,
            ends: pack.section("w_ends", 4)?,
            posts: pack.section("w_posts", 1)?,
            phrases: pack.section("w_phrases", PHRASE)?,
            lengths: pack.section("w_lengths", 1)?,
            refs: pack.section("w_refs", 4)?,
            lists: pack.section("w_lists", 2)?,
        }))
    }

    /// Opens the words for a search.
    pub(crate) fn read<'p>(&self, pack: &'p Pack, texts: &'p TextStore) -> Option<WordIndex<'p>> {
        let map = Map::new(pack.bytes(self.map)).ok()?;
        Some(WordIndex { map, at: *self, pack, texts })
    }
}

/// The words of one table.
pub(crate) struct WordIndex<'p> {
    map: Map<&'p [u8]>,
    at: WordSections,
    pack: &'p Pack,
    texts: &'p TextStore,
}

impl<'p> WordIndex<'p> {
    /// The stem of a word that some phrase has just so.
    pub(crate) fn written(&self, word: &str) -> Option<Stem> {
        self.map.get(word).filter(|value| value & 1 == 1).map(|value| (value >> 1) as Stem)
    }

    /// The stem of a word of which some phrase has another form.
    pub(crate) fn stemmed(&self, word: &str) -> Option<Stem> {
        self.map.get(stem(word)).map(|value| (value >> 1) as Stem)
    }

    /// Has some phrase another form of the word? "Migrans" is none of "migrane", though both lose their ending.
    pub(crate) fn has_form_of(&self, word: &str) -> bool {
        let Some(own) = self.stemmed(word) else { return false };
        let Some(root) = word.strip_suffix('e') else { return true };
        let is_form = |form: &str| self.written(form) == Some(own);
        let forms = ["s", "d"].iter().map(|end| format!("{word}{end}"));
        // What is not spelt with an e: another spelling altogether, or the word without it.
        let is_plural = is_form(&format!("{root}s"));
        forms.chain([root.to_owned(), format!("{root}ing")]).any(|form| is_form(&form)) || !is_plural
    }

    /// The stems of the words that begin so.
    pub(crate) fn beginning(&self, prefix: &str) -> Vec<Stem> {
        let mut stream = self.map.search(Str::new(prefix).starts_with()).into_stream();
        let mut out = Vec::new();
        while let Some((_, value)) = stream.next() {
            if value & 1 == 1 {
                out.push((value >> 1) as Stem);
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Words that differ from `word` by at most so many typing errors, in order.
    pub(crate) fn near(&self, word: &str, errors: u8) -> Vec<(String, Stem)> {
        let Some(automaton) = Near::new(word, errors) else { return Vec::new() };
        let mut stream = self.map.search(automaton).into_stream();
        let mut out = Vec::new();
        while let Some((word, value)) = stream.next() {
            if value & 1 == 1 {
                out.push((String::from_utf8_lossy(word).into_owned(), (value >> 1) as Stem));
            }
        }
        out
    }

    fn postings(&self, stem: Stem) -> &'p [u8] {
        let ends = self.pack.bytes(self.at.ends);
        let at = usize::from(stem) * 4;
        let start = if at == 0 { 0 } else { u32_at(ends, at - 4) as usize };
        self.pack.bytes(self.at.posts).get(start..u32_at(ends, at) as usize).unwrap_or_default()
    }

    /// How many phrases have the stem.
    pub(crate) fn count(&self, stem: Stem) -> u32 {
        read_varint(self.postings(stem), &mut 0).unwrap_or(0)
    }

    /// Hands on the numbers of the phrases that have the stem, in order.
    #[inline]
    pub(crate) fn each_phrase(&self, stem: Stem, mut take: impl FnMut(u32)) {
        let bytes = self.postings(stem);
        let (mut at, mut phrase) = (0, 0);
        read_varint(bytes, &mut at);
        while let Some(step) = read_varint(bytes, &mut at) {
            phrase += step;
            take(phrase);
        }
    }

    /// How many stems there are: all numbers of stems are below it.
    pub(crate) fn stem_count(&self) -> usize {
        self.at.ends.count(4)
    }

    /// How many phrases there are.
    pub(crate) fn len(&self) -> usize {
        self.at.phrases.count(PHRASE)
    }

    /// A phrase by its number.
    pub(crate) fn phrase(&self, number: u32) -> Phrase {
        let bytes = self.pack.bytes(self.at.phrases);
        let (owner, text) =
            (u32_at(bytes, number as usize * PHRASE), u32_at(bytes, number as usize * PHRASE + 4));
        Phrase {
            rank: Rank(owner & ((1 << KIND_SHIFT) - 1)),
            kind: KINDS[(owner >> KIND_SHIFT) as usize],
            text: text & ((1 << WINDOW_SHIFT) - 1),
            window: (text >> WINDOW_SHIFT) as usize,
        }
    }

    /// How many words a phrase has that are not in brackets.
    #[inline]
    pub(crate) fn length(&self, number: u32) -> u8 {
        self.pack.bytes(self.at.lengths).get(number as usize).copied().unwrap_or(0)
    }

    /// The words of a text, in its order.
    pub(crate) fn words(&self, text: TextId, out: &mut Vec<PhraseWord>) {
        out.clear();
        let (refs, lists) = (self.pack.bytes(self.at.refs), self.pack.bytes(self.at.lists));
        let mut brackets = 0u32;
        self.texts.each_word(self.pack, text, |number| {
            let of = u32_at(refs, number as usize * 4);
            brackets += u32::from(of & OPENS != 0);
            let optional = brackets > 0;
            let stem = of & 0xffff;
            if of & LIST != 0 {
                let at = stem as usize * 2;
                let count = u16_at(lists, at);
                let parts = usize::from(count & !JOINED);
                for i in 0..parts {
                    let optional = optional || count & JOINED != 0 && i + 1 == parts;
                    out.push(PhraseWord { stem: u16_at(lists, at + 2 + i * 2), optional, pauses: false });
                }
            } else if stem != NO_STEM {
                out.push(PhraseWord { stem: stem as Stem, optional, pauses: false });
            }
            if let Some(last) = out.last_mut().filter(|_| of & PAUSES != 0) {
                last.pauses = true;
            }
            brackets = brackets.saturating_sub(u32::from(of & CLOSES != 0));
        });
    }

    /// The text itself.
    pub(crate) fn text(&self, text: TextId) -> String {
        self.texts.get(self.pack, text)
    }
}

/// Collects the phrases of a table.
#[derive(Default)]
pub(crate) struct WordIndexBuilder {
    phrases: BTreeSet<Phrase>,
    /// Texts whose words must be known, though they lead to no code.
    others: BTreeSet<TextId>,
}

impl WordIndexBuilder {
    /// A text by which a code shall be found.
    pub(crate) fn phrase(&mut self, phrase: Phrase) {
        self.phrases.insert(phrase);
    }

    /// A text whose words shall be known, as "initial encounter for closed fracture".
    pub(crate) fn know(&mut self, text: TextId) {
        self.others.insert(text);
    }

    /// Writes the sections.
    pub(crate) fn finish(self, texts: &NumberedTexts, writer: &mut PackWriter) {
        let used = self.phrases.iter().map(|p| p.text).chain(self.others.iter().copied());
        let used: BTreeSet<u32> = used.flat_map(|text| texts.words_of(text)).collect();
        let parts: BTreeMap<u32, Vec<String>> =
            used.iter().map(|&number| (number, with_joined(texts.word(number)))).collect();
        let written: BTreeSet<&str> = parts.values().flatten().map(String::as_str).collect();
        let stems: BTreeSet<String> = written.iter().map(|word| stem(word)).collect();
        // Numbers beyond what a pack can name are left out; the tables of this world have some ten thousand stems.
        let numbers: BTreeMap<&str, Stem> =
            stems.iter().map(String::as_str).zip(0..NO_STEM as Stem).collect();
        let number_of = |word: &str| numbers.get(stem(word).as_str()).copied();
        let stems_of: BTreeMap<u32, Vec<Stem>> = (parts.iter())
            .map(|(&number, words)| (number, words.iter().filter_map(|w| number_of(w)).collect()))
            .collect();

        let mut keys: BTreeMap<&str, u64> =
            numbers.iter().map(|(&stem, &number)| (stem, u64::from(number) << 1)).collect();
        for &word in &written {
            keys.extend(number_of(word).map(|number| (word, u64::from(number) << 1 | 1)));
        }
        let mut map = fst::MapBuilder::memory();
        for (word, value) in keys {
            // Writing to memory cannot fail, and the keys of a map are in order.
            map.insert(word, value).unwrap_or_else(|e| debug_assert!(false, "{e}"));
        }
        writer.section("w_map", map.into_inner().unwrap_or_default());

        let (mut refs, mut lists) = (vec![NO_STEM; texts.word_count()], Vec::<u16>::new());
        for (&number, stems) in &stems_of {
            let raw = texts.word(number);
            let what = match stems.as_slice() {
                [] => NO_STEM,
                [one] => u32::from(*one),
                many => {
                    let at = lists.len() as u32;
                    let joined = if is_joined(raw) { JOINED } else { 0 };
                    lists.push(many.len() as u16 | joined);
                    lists.extend(many);
                    at | LIST
                }
            };
            let flag = |yes: bool, flag: u32| if yes { flag } else { 0 };
            refs[number as usize] = what
                | flag(plain(raw).contains(['(', '[']), OPENS)
                | flag(plain(raw).contains([')', ']']), CLOSES)
                | flag(raw.ends_with([',', ';', ':']), PAUSES);
        }

        let mut posts: Vec<Vec<u32>> = vec![Vec::new(); numbers.len()];
        let (mut phrases, mut lengths) = (Vec::new(), Vec::new());
        for (phrase, number) in self.phrases.iter().zip(0u32..) {
            let (mut brackets, mut length) = (0u32, 0usize);
            for word in texts.words_of(phrase.text) {
                brackets += u32::from(refs[word as usize] & OPENS != 0);
                let stems = stems_of.get(&word).map(Vec::as_slice).unwrap_or_default();
                for &stem in stems {
                    let of = &mut posts[usize::from(stem)];
                    if of.last() != Some(&number) {
                        of.push(number);
                    }
                }
                if brackets == 0 {
                    length += stems.len() - usize::from(is_joined(texts.word(word)));
                }
                brackets = brackets.saturating_sub(u32::from(refs[word as usize] & CLOSES != 0));
            }
            phrases.extend([
                phrase.rank.0 | (phrase.kind as u32) << KIND_SHIFT,
                phrase.text | (phrase.window as u32) << WINDOW_SHIFT,
            ]);
            lengths.push(u8::try_from(length).unwrap_or(u8::MAX));
        }
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for of in &posts {
            write_varint(&mut bytes, of.len() as u32);
            let mut last = 0;
            for &phrase in of {
                write_varint(&mut bytes, phrase - last);
                last = phrase;
            }
            ends.push(bytes.len() as u32);
        }
        writer.u32s("w_ends", ends);
        writer.section("w_posts", bytes);
        writer.u32s("w_phrases", phrases);
        writer.section("w_lengths", lengths);
        writer.u32s("w_refs", refs);
        writer.section("w_lists", lists.into_iter().flat_map(u16::to_le_bytes).collect());
    }
}

/// Is it written with a hyphen, so that it may be written in one word as well?
fn is_joined(raw: &str) -> bool {
    raw.contains('-') && words_of(raw).len() > 1
}

/// Without the brackets of a plural: "finger(s)" is a finger, and no part of it may be left out.
fn plain(raw: &str) -> String {
    ["(s)", "(es)", "(e)"].iter().fold(raw.to_owned(), |word, plural| word.replace(plural, ""))
}

/// The words in a word of the text store, and at last all of a hyphenated one together.
fn with_joined(raw: &str) -> Vec<String> {
    let mut words = words_of(&plain(raw));
    if is_joined(raw) {
        words.push(words.concat());
    }
    words
}
