//! What a command line, or a line of a file, asks for: its codes one by one, and the words between them as phrases.

use super::is_code;
use crate::Tables;
use crate::code::{Icd10Cm, Modifier, Procedure, is_blank};
use crate::search::{is_block, joins};

/// What the arguments of a command line, or lines, ask for: each code by itself, the words between them as phrases. An argument of several
/// words is a line of its own; the others, one beside the other, are one.
///
/// ```
/// use cleanclaim::{Tables, lookup};
///
/// let texts = |words: &[&str]| lookup::texts(&Tables::embedded(), words);
/// assert_eq!(texts(&["low", "back", "pain"]), ["low back pain"]);
/// assert_eq!(texts(&["E11.65", "low back pain", "m545"]), ["E11.65", "low back pain", "m545"]);
/// assert_eq!(texts(&["E11.65", "ckd", "3b"]), ["E11.65", "ckd 3b"]);
/// assert_eq!(texts(&["11", "25"]), ["11", "25"]);
/// assert_eq!(texts(&["E11.65/I10, M54.5 and knee pain", "99214-25"]), ["E11.65", "I10", "M54.5", "knee pain", "99214", "25"]);
/// ```
pub fn texts(tables: &Tables, arguments: &[impl AsRef<str>]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut words = false;
    for text in arguments.iter().map(AsRef::as_ref) {
        let is_word = !text.trim_matches(is_blank).contains(char::is_whitespace);
        match lines.last_mut().filter(|_| words && is_word) {
            Some(line) => *line = format!("{line} {text}"),
            None => lines.push(text.to_owned()),
        }
        words = is_word;
    }
    lines.iter().flat_map(|line| of_line(tables, line)).map(str::to_owned).collect()
}

/// The words without those at either end that only hold them together with what is no more there.
fn without_joins<'p, 'l>(run: &'p [Piece<'l>]) -> &'p [Piece<'l>] {
    let first = run.iter().position(|piece| !piece.joins()).unwrap_or(run.len());
    let end = run.iter().rposition(|piece| !piece.joins()).map_or(first, |last| last + 1);
    &run[first..end]
}

/// The codes of a line, and the words between them.
fn of_line<'l>(tables: &Tables, line: &'l str) -> Vec<&'l str> {
    if is_block(line) {
        return vec![line];
    }
    let mut pieces = pieces(tables, line);
    // Nothing but codes: "11 25" are two, and no phrase.
    if pieces.iter().all(|piece| is_code(piece.text) || piece.joins()) {
        pieces.iter_mut().for_each(|piece| piece.is_code = is_code(piece.text));
    }
    if !pieces.iter().any(|piece| piece.is_code) {
        return vec![line];
    }
    let mut out = Vec::new();
    let mut after_procedure = false;
    for run in pieces.chunk_by(|a, b| !a.is_code && !b.is_code) {
        let run = without_joins(run);
        let each = run.iter().map(|piece| piece.text);
        match run {
            [code] if code.is_code => {
                after_procedure = Procedure::parse(code.text.as_bytes()).is_ok();
                out.push(code.text);
            }
            // "99213 RT": modifiers follow their procedure.
            words if after_procedure && words.iter().all(Piece::is_modifier) => out.extend(each),
            [first, .., last] => out.extend(line.get(first.at..last.at + last.text.len())),
            _ => out.extend(each),
        }
    }
    out
}

/// A word of a line.
struct Piece<'l> {
    text: &'l str,
    /// Where in the line it begins.
    at: usize,
    /// Is it one that is not read together with the words beside it?
    is_code: bool,
}

impl Piece<'_> {
    /// Does it only hold others together, as "and"?
    fn joins(&self) -> bool {
        joins(&self.text.to_lowercase())
    }

    fn is_modifier(&self) -> bool {
        Modifier::parse(self.text.as_bytes()).is_ok() && !self.joins()
    }
}

/// The words of a line; where codes are written together, as "99213-25" or "E11.65/I10", each code.
fn pieces<'l>(tables: &Tables, line: &'l str) -> Vec<Piece<'l>> {
    let is_code = |text: &str| is_surely_code(tables, text);
    let mut out = Vec::new();
    for_each_part(line, 0, is_between, |text, at| {
        // The end of a sentence is none of its last code.
        let without_mark = text.trim_end_matches(['.', '?', '!', ':']);
        let text = if is_code(without_mark) { without_mark } else { text };
        let mut parts = text.split('-');
        let is_procedure = parts.next().is_some_and(|code| Procedure::parse(code.as_bytes()).is_ok());
        if is_procedure && parts.all(|part| Modifier::parse(part.as_bytes()).is_ok()) {
            for_each_part(text, at, |c| c == '-', |text, at| out.push(Piece { text, at, is_code: true }));
        } else if text.split('/').any(is_code) {
            let mut push = |text, at| out.push(Piece { text, at, is_code: is_code(text) });
            for_each_part(text, at, |c| c == '/', &mut push);
        } else if text.contains(char::is_alphanumeric) {
            out.push(Piece { text, at, is_code: is_block(text) || is_code(text) });
        }
    });
    out
}

/// Hands on what stands between separators, and where, if the text begins at `at`.
fn for_each_part<'t>(
    text: &'t str,
    mut at: usize,
    is_separator: impl Fn(char) -> bool + Copy,
    mut take: impl FnMut(&'t str, usize),
) {
    for part in text.split_inclusive(is_separator) {
        let trimmed = part.trim_end_matches(is_separator);
        if !trimmed.is_empty() {
            take(trimmed, at);
        }
        at += part.len();
    }
}

/// Does it stand between codes and words? So do characters that nobody sees, and that come with what is copied.
fn is_between(c: char) -> bool {
    is_blank(c) || matches!(c, ',' | ';')
}

/// Is it a code of the tables, or written as only a code is, so that it is not read together with the words beside it? "3b", "20" and "b12"
/// beside words are words.
fn is_surely_code(tables: &Tables, text: &str) -> bool {
    let bytes = text.as_bytes();
    is_code(text)
        && (text.contains('.')
            || Procedure::parse(bytes).is_ok()
            || Icd10Cm::parse(bytes).is_ok_and(|code| tables.icd10cm.rank(code).is_some()))
}
