//! What the words of a query mean: as they stand, by the table of abbreviations, as the beginning of a word, or mistyped.

use super::How;
use super::abbreviations::{LONGEST, is_aside, is_empty_word, meanings};
use super::numbers::number_of;
use crate::table::{Stem, WordIndex, words_of};

/// Most words of a query that count.
pub(super) const MOST: usize = 16;
/// What is set aside and begins so makes an age of the number before it.
const AGES: [&str; 3] = ["yo", "y o", "year"];
/// Fewer letters, with other words behind them, are no beginning of a word.
const LEAST_BEGINNING: usize = 4;

/// Some words of the query that are read together.
pub(super) struct Part {
    /// As they were written.
    pub(super) written: String,
    /// What they can mean; empty if no table has such a word.
    pub(super) readings: Vec<Reading>,
}

impl Part {
    /// Is it written as a word that holds others together, or read as nothing but such words?
    fn joins(&self) -> bool {
        !self.readings.is_empty() && self.only_joins()
    }

    fn is_number(&self) -> bool {
        self.written.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Does it only hold other words together, as "w" for "with"?
    pub(super) fn only_joins(&self) -> bool {
        let joins = |word: &Word| matches!(word, Word::Any(word) if joins(word));
        self.readings.iter().all(|reading| reading.words.iter().all(joins))
    }
}

/// Does a word only hold others together?
pub(crate) fn joins(word: &str) -> bool {
    word == "with" || is_empty_word(word)
}

/// One meaning of a part.
pub(super) struct Reading {
    pub(super) how: How,
    /// What it means, in words; `None` if as it is written.
    pub(super) meant: Option<String>,
    pub(super) words: Vec<Word>,
}

/// A word to be found.
pub(super) enum Word {
    /// In any of its forms.
    Any(String),
    /// Whatever begins so.
    Beginning(String),
    /// One of these.
    OneOf(Vec<String>),
    /// A number, which need not be written in a title that names a range.
    Number(u32, String),
}

impl Word {
    /// Is it a single letter or digit?
    pub(super) fn is_one_letter(&self) -> bool {
        matches!(self, Word::Any(word) | Word::Number(_, word) if word.chars().nth(1).is_none())
    }

    /// The stems in a table that fulfil it.
    pub(super) fn stems(&self, index: &WordIndex<'_>) -> Vec<Stem> {
        match self {
            Word::Any(word) => index.written(word).or_else(|| index.stemmed(word)).into_iter().collect(),
            Word::Beginning(prefix) => {
                let mut stems = index.beginning(prefix);
                if let Some(stem) = index.stemmed(prefix).filter(|s| !stems.contains(s)) {
                    stems.push(stem);
                }
                stems
            }
            Word::Number(_, digits) => index.written(digits).into_iter().collect(),
            Word::OneOf(words) => words.iter().filter_map(|word| index.written(word)).collect(),
        }
    }
}

/// Reads a query against the words of all tables: its parts, and what is set aside, if anything is left. A word that any of them has is not
/// mistyped.
pub(super) fn read(text: &str, indexes: &[WordIndex<'_>]) -> (Vec<Part>, Vec<String>) {
    let mut words = words_of(text);
    words.truncate(MOST);
    // A blank after the last word says that it is whole.
    let open = text.ends_with(char::is_alphanumeric);
    let (mut out, mut aside) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < words.len() {
        let rest = &words[at..];
        let longest = (1..=LONGEST.min(rest.len()))
            .rev()
            .find(|&n| is_aside(&rest[..n]) || !meanings(&rest[..n]).is_empty());
        let joined = rest.len() > 1 && longest.unwrap_or(1) == 1 && is_one_word(&rest[..2], indexes);
        let n = if joined { 2 } else { longest.unwrap_or(1) };
        let part = &rest[..n];
        at += n;
        if n == 1 && longest.is_none() && is_empty_word(&part[0]) {
            continue;
        }
        let mut readings = Vec::new();
        if joined {
            let word = part.concat();
            readings.push(Reading {
                how: How::Joined,
                meant: Some(word.clone()),
                words: vec![Word::Any(word)],
            });
        }
        for meaning in meanings(part) {
            readings.push(Reading {
                how: if meaning.is_wider { How::Wider } else { How::Synonym },
                meant: Some(meaning.text.to_owned()),
                words: meaning.words().into_iter().map(Word::Any).collect(),
            });
        }
        let only = readings.is_empty();
        let place = match at < words.len() {
            true => Place::Inside,
            false if open => Place::Last,
            false => Place::Ended,
        };
        readings.extend(as_it_stands(part, only.then_some(place), indexes));
        let written = Part { written: part.join(" "), readings };
        if is_aside(part) {
            // "45 yo".
            let is_age = AGES.iter().any(|age| written.written.starts_with(age));
            aside.extend(out.pop_if(|before: &mut Part| is_age && before.is_number()));
            aside.push(written);
        } else {
            out.push(written);
        }
    }
    // "Pt" alone is all there is. Of "pt with htn", "with" holds nothing together any more.
    if out.iter().all(|part| part.readings.is_empty() || part.only_joins()) {
        out.append(&mut aside);
    } else if !aside.is_empty() {
        let first = out.iter().position(|part| !part.joins()).unwrap_or(0);
        out.drain(..first);
    }
    (out, aside.into_iter().map(|part| part.written).collect())
}

/// Where some words stand that no row of the table has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Others follow.
    Inside,
    /// At the end: more letters may follow.
    Last,
    /// At the end, and a blank after them.
    Ended,
}

/// Are two words one in the titles, as "non union"?
fn is_one_word(words: &[String], indexes: &[WordIndex<'_>]) -> bool {
    let joined = words.concat();
    joined.len() > 5 && joined.is_ascii() && indexes.iter().any(|index| index.written(&joined).is_some())
}

/// Words read as they stand: just so, in another form, as a beginning; and if nothing has them so, as mistyped or as two words in one. With a
/// place they have no other reading.
fn as_it_stands(part: &[String], place: Option<Place>, indexes: &[WordIndex<'_>]) -> Option<Reading> {
    // "On insulin" is in the table of abbreviations as a whole: insulin alone is something else.
    if part.len() > 1 && is_empty_word(&part[0]) {
        return None;
    }
    if let [word] = part
        && let Some(number) = number_of(word)
    {
        let words = vec![Word::Number(number, word.clone())];
        return Some(Reading { how: How::Exact, meant: None, words });
    }
    let is_written = |word: &String| indexes.iter().any(|index| index.written(word).is_some());
    if part.iter().all(is_written) {
        let words = part.iter().filter(|w| part.len() == 1 || !is_empty_word(w)).cloned();
        return Some(Reading { how: How::Exact, meant: None, words: words.map(Word::Any).collect() });
    }
    let [word] = part else { return None };
    let one = |how, meant, word| Some(Reading { how, meant, words: vec![word] });
    let begins = || indexes.iter().any(|index| !index.beginning(word).is_empty());
    if place == Some(Place::Last) && word.len() > 1 && begins() {
        return one(How::Prefix, None, Word::Beginning(word.clone()));
    }
    if indexes.iter().any(|index| index.has_form_of(word)) {
        return one(How::Stem, None, Word::Any(word.clone()));
    }
    // "Pyelo acute": who shortens a word need not do it at the end.
    if place? == Place::Inside && word.len() >= LEAST_BEGINNING && begins() {
        return one(How::Prefix, None, Word::Beginning(word.clone()));
    }
    let typo = |errors| {
        let meant = mistyped(word, errors, indexes);
        let words = vec![Word::OneOf(meant.clone())];
        (!meant.is_empty()).then(|| Reading { how: How::Typo, meant: Some(meant.join(" or ")), words })
    };
    let split = || {
        let (first, second) = two_words(word, is_written)?;
        let meant = Some(format!("{first} {second}"));
        Some(Reading { how: How::Split, meant, words: vec![Word::Any(first), Word::Any(second)] })
    };
    typo(1).or_else(split).or_else(|| typo(2))
}

/// The two words that a word is made of, as "hammertoe", if titles have both.
fn two_words(word: &str, is_written: impl Fn(&String) -> bool) -> Option<(String, String)> {
    const LEAST: usize = 3;
    /// No two words of a title are longer together; and trying each place of a whole file would take hours.
    const MOST_LETTERS: usize = 48;
    if !word.is_ascii() || word.len() > MOST_LETTERS || word.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let halves = (LEAST..=word.len().saturating_sub(LEAST)).map(|at| word.split_at(at));
    let mut halves = halves.map(|(first, second)| (first.to_owned(), second.to_owned()));
    halves.find(|(first, second)| is_written(first) && is_written(second))
}

/// The words that may have been meant, with so many typing errors; two only in a long word. The most frequent ones, at most three.
fn mistyped(word: &str, errors: u8, indexes: &[WordIndex<'_>]) -> Vec<String> {
    let letters = word.chars().count();
    let least = if errors < 2 { 4 } else { 7 };
    if !(least..=24).contains(&letters) || word.contains(|c: char| c.is_ascii_digit()) {
        return Vec::new();
    }
    let mut near: Vec<(bool, u32, String)> = Vec::new();
    for index in indexes {
        for (other, stem) in index.near(word, errors) {
            let first = other.chars().next() == word.chars().next();
            near.push((!first, u32::MAX - index.count(stem), other));
        }
    }
    near.retain(|(.., other)| !other.contains(|c: char| c.is_ascii_digit()));
    near.sort();
    near.dedup_by(|a, b| a.2 == b.2);
    near.into_iter().map(|(.., other)| other).take(3).collect()
}
