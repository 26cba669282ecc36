//! Text broken between words.

/// Widest text of pages and cards: a plain terminal.
pub(super) const PAGE: usize = 80;

/// Hands on text that begins at column `used`, broken between words to fit `width`; further lines begin at column `indent`, and the
/// last one ends.
pub(super) fn broken(text: &str, used: usize, indent: usize, width: usize, mut put: impl FnMut(&str)) {
    const BLANKS: &str = "                                ";
    let mut column = used;
    for (i, word) in text.split_whitespace().enumerate() {
        let len = word.chars().count();
        if i > 0 && column + 1 + len > width && column > indent {
            put("\n");
            put(&BLANKS[..indent.min(BLANKS.len())]);
            column = indent;
        } else if i > 0 {
            put(" ");
            column += 1;
        }
        put(word);
        column += len;
    }
    put("\n");
}
