//! Words within some typing errors of another, as an automaton that walks an FST.

use fst::automaton::Automaton;

/// Longest word, in bytes, that is compared.
const LONGEST: usize = 32;
/// As far as distances are counted.
const FAR: u8 = u8::MAX / 2;

/// Accepts what differs from a word by at most so many errors: a letter put in, left out, mistaken, or swapped with the next. Letters are
/// bytes, as all words and codes but a handful are ASCII.
///
/// A state is the last two rows of the table of edit distances. The automata of the `fst` crate are built for a word before they run, which
/// takes a millisecond for two errors, and they do not know swapped letters.
pub(super) struct Near<'w> {
    word: &'w [u8],
    errors: u8,
}

/// How far each beginning of the word is from what was read.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// Of all that was read; and of all but the last letter of it.
    now: [u8; LONGEST + 1],
    before: [u8; LONGEST + 1],
    last: u8,
}

impl<'w> Near<'w> {
    /// `None` if the word is too long to be compared.
    pub(super) fn new(word: &'w str, errors: u8) -> Option<Near<'w>> {
        (word.len() <= LONGEST).then_some(Near { word: word.as_bytes(), errors })
    }
}

impl Automaton for Near<'_> {
    type State = Row;

    fn start(&self) -> Row {
        let now = std::array::from_fn(|i| i as u8);
        // Nothing was read before, so nothing can be swapped: no letter of a word is 0.
        Row { now, before: [FAR; LONGEST + 1], last: 0 }
    }

    fn is_match(&self, row: &Row) -> bool {
        row.now[self.word.len()] <= self.errors
    }

    fn can_match(&self, row: &Row) -> bool {
        row.now[..=self.word.len()].iter().any(|&far| far <= self.errors)
    }

    fn accept(&self, row: &Row, letter: u8) -> Row {
        let mut next = Row { now: [0; LONGEST + 1], before: row.now, last: letter };
        next.now[0] = (row.now[0] + 1).min(FAR);
        for (i, &own) in self.word.iter().enumerate() {
            let mistaken = row.now[i] + u8::from(own != letter);
            let mut far = mistaken.min(row.now[i + 1] + 1).min(next.now[i] + 1);
            if i > 0 && own == row.last && self.word[i - 1] == letter {
                far = far.min(row.before[i - 1] + 1);
            }
            next.now[i + 1] = far.min(FAR);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn far(word: &str, other: &str) -> Option<u8> {
        (0..4).find(|&errors| {
            let near = Near::new(word, errors).unwrap();
            let row = other.bytes().fold(near.start(), |row, letter| near.accept(&row, letter));
            near.is_match(&row)
        })
    }

    #[test]
    fn errors_are_counted() {
        for (word, other, errors) in [
            ("pneumonia", "pneumonia", 0),
            ("pnuemonia", "pneumonia", 1),
            ("clavcle", "clavicle", 1),
            ("clavvicle", "clavicle", 1),
            ("clavikle", "clavicle", 1),
            ("calvicel", "clavicle", 2),
            ("ab", "", 2),
            ("", "ab", 2),
            ("abc", "ca", 3),
        ] {
            assert_eq!(far(word, other), Some(errors), "{word} {other}");
            assert_eq!(far(other, word), Some(errors), "{other} {word}");
        }
        assert_eq!(far("abcd", "wxyz"), None);
        assert!(Near::new(&"a".repeat(LONGEST + 1), 1).is_none());
    }

    #[test]
    fn a_walk_goes_on_only_where_a_word_can_come() {
        let near = Near::new("abcdef", 1).unwrap();
        let after = |text: &str| text.bytes().fold(near.start(), |row, letter| near.accept(&row, letter));
        assert!(
            near.can_match(&after("ab")) && near.can_match(&after("ba")) && near.can_match(&after("abxc"))
        );
        assert!(!near.can_match(&after("xy")) && !near.can_match(&after("abcdefgh")));
        // However long the text, nothing overflows.
        assert!(!near.can_match(&after(&"abc".repeat(200))));
    }
}
