//! Text broken between words.

use crate::code::{is_blank, is_unseen};

/// Widest text of pages and cards: a plain terminal.
pub(super) const PAGE: usize = 80;

/// What was asked, for a terminal: so much of it, and nothing that nobody sees.
pub(super) fn asked(text: &str, most: usize) -> String {
    let seen = |c: char| if is_unseen(c) && !c.is_whitespace() { char::REPLACEMENT_CHARACTER } else { c };
    text.trim_matches(is_blank).chars().map(seen).take(most).collect()
}

/// Hands on text that begins at column `used`, broken between words to fit `width`; further lines begin at column `indent`, and the
/// last one ends. A word that is longer than a line is broken, too.
pub(super) fn broken(text: &str, used: usize, indent: usize, width: usize, mut put: impl FnMut(&str)) {
    const BLANKS: &str = "                                ";
    let indent = indent.min(BLANKS.len());
    let mut column = used;
    for (i, word) in text.split_whitespace().enumerate() {
        let len = word.chars().count();
        if i > 0 && column + 1 + len > width && column > indent {
            put("\n");
            put(&BLANKS[..indent]);
            column = indent;
        } else if i > 0 {
            put(" ");
            column += 1;
        }
        let mut rest = word;
        while column + rest.chars().count() > width && indent < width {
            let room = width.saturating_sub(column);
            let end = rest.char_indices().nth(room).map_or(rest.len(), |(at, _)| at);
            put(&rest[..end]);
            rest = &rest[end..];
            put("\n");
            put(&BLANKS[..indent]);
            column = indent;
        }
        put(rest);
        column += rest.chars().count();
    }
    put("\n");
}
