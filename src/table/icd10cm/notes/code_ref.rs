//! What one reference in a tabular note covers: `E08.-`, `A00-B99`, `E08-E13 with .42`.
//!
//! Codes are dotless upper-case ASCII of at most seven bytes, as in the code tables.

use std::fmt;

/// One code or range named by a note, with the restriction it was written with.
///
/// A single code is a range that ends where it begins; it covers itself and all its descendants, so
/// the 7th character never matters unless the note says so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CodeRef {
    /// Where the range begins, as written: `S520`, `O00`.
    pub(crate) first: String,
    /// Where it ends, everything below it included: `S523`, `O9A`. Equal to `first` for a single code.
    pub(crate) last: String,
    /// The characters the note asks for, beyond the range.
    pub(crate) only: Option<Only>,
}

/// A restriction on the characters of a code: `with fifth character 4`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Only {
    /// The characters that begin at a position, counted from 1: `with .42` after a category, `with 7th
    /// character B`. Each pair is an inclusive range of texts of one length.
    At {
        /// The position of the first character compared, counted from 1.
        position: usize,
        /// The texts allowed there.
        values: Vec<(String, String)>,
    },
    /// `with fifth or sixth character 1-4`: the character that says intent in T36 to T65. It is the
    /// sixth, or the fifth where the sixth is the placeholder X.
    ///
    /// Not "either of the two": T39.015A is an adverse effect (5), although its fifth character is 1.
    Intent {
        /// The characters allowed.
        values: Vec<(String, String)>,
    },
    /// `(I69. with final characters -23)`: the code, without its 7th character and placeholders, ends
    /// so, with at least one character between the written part and this end.
    Ends {
        /// How many characters of the code the note wrote out.
        written: usize,
        /// How the code must end.
        text: String,
    },
}

impl CodeRef {
    /// A single code with its descendants.
    #[must_use]
    pub(crate) fn prefix(code: &str) -> Self {
        Self::range(code, code)
    }

    /// All codes from `first` to `last`, both with their descendants.
    #[must_use]
    pub(crate) fn range(first: &str, last: &str) -> Self {
        Self { first: first.to_owned(), last: last.to_owned(), only: None }
    }

    /// Whether the note wrote a range rather than one code.
    #[must_use]
    pub(crate) fn is_range(&self) -> bool {
        self.first != self.last
    }

    /// Whether a code is one the note means.
    ///
    /// A restriction on characters is about complete codes: a header too short to have them never
    /// matches, even if all its descendants do.
    #[must_use]
    pub(crate) fn matches(&self, code: &[u8]) -> bool {
        self.spans(code, self.ends()) && self.only.as_ref().is_none_or(|only| only.matches(code))
    }

    /// The codes of a sorted table that match, by their places.
    pub(crate) fn select<'a, T: AsRef<[u8]>>(&'a self, sorted: &'a [T]) -> impl Iterator<Item = usize> + 'a {
        // A range is not one run of bytes because of MOVED, but no category moves to another letter.
        let (first, last) = (self.first.as_bytes(), self.last.as_bytes());
        let (first, last) = if self.is_range() {
            (&first[..1.min(first.len())], &last[..1.min(last.len())])
        } else {
            (first, last)
        };
        let from = sorted.partition_point(|code| code.as_ref() < first);
        let to = sorted.partition_point(|code| code.as_ref() < last || code.as_ref().starts_with(last));
        let ends = self.ends();
        let only = move |code: &[u8]| self.only.as_ref().is_none_or(|only| only.matches(code));
        (from..to).filter(move |&at| {
            let code = sorted[at].as_ref();
            self.spans(code, ends) && only(code)
        })
    }

    /// Where the range begins and ends in the book's order; nothing for a single code.
    fn ends(&self) -> Option<[BookOrder<'_>; 2]> {
        self.is_range().then(|| [book_order(self.first.as_bytes()), book_order(self.last.as_bytes())])
    }

    fn spans(&self, code: &[u8], ends: Option<[BookOrder<'_>; 2]>) -> bool {
        let last = self.last.as_bytes();
        let Some([from, to]) = ends else { return code.starts_with(last) };
        let key = book_order(code);
        from <= key && (key < to || code.starts_with(last))
    }
}

/// What sorts codes as the book does.
type BookOrder<'a> = (&'a [u8], bool, &'a [u8]);

/// Where the book prints a lettered code before the place its bytes give it: the letters that continue
/// a code, and the code they stand right before. D37-D44 does not hold D3A, and M05-M14 holds M1A.
///
/// Read off the editions of 2021 to 2026, which agree, down to the fourth character and to the deeper
/// ones next to which a range can end.
const MOVED: [(&str, &str, &str); 35] = [
    ("C4", "A", "C44"),
    ("C7", "AB", "C76"),
    ("C84", "AZ", "C849"),
    ("C91", "AZ", "C919"),
    ("C92", "AZ", "C929"),
    ("C93", "Z", "C939"),
    ("C96", "AZ", "C969"),
    ("D3", "A", "D37"),
    ("D46", "ABC", "D464"),
    ("D46", "Z", "D469"),
    ("D47", "Z", "D479"),
    ("F68", "A", "F688"),
    ("G40", "ABC", "G404"),
    ("G43", "ABCD", "G438"),
    ("H93", "A", "H932"),
    ("I82", "ABC", "I828"),
    ("J4", "A", "J45"),
    ("L98", "A", "L985"),
    ("M1", "A", "M10"),
    ("M350", "ABC", "M3509"),
    ("M79", "A", "M798"),
    ("N803", "ABC", "N8039"),
    ("N80", "ABCD", "N808"),
    ("O09", "A", "O092"),
    ("O35", "ABCDEFGH", "O352"),
    ("P041", "A", "P0418"),
    ("S068", "A", "S0689"),
    ("T50", "ABZ", "T509"),
    ("T79", "A", "T798"),
    ("T80", "A", "T805"),
    ("W44", "ABCDEFGH", "W448"),
    ("Y936", "A", "Y9369"),
    ("Y93", "ABCDEFGHIJKL", "Y938"),
    ("Z3", "A", "Z37"),
    ("Z91", "A", "Z914"),
];

/// Sorts codes as the book prints them: bytes, but a moved code right before its place.
fn book_order(code: &[u8]) -> BookOrder<'_> {
    // The letters stand at the third to fifth place; most codes have digits there and need no search.
    let lettered = code.iter().skip(2).take(3).any(u8::is_ascii_alphabetic);
    let mut moved = MOVED.iter().take_while(|_| lettered);
    let place = moved.find_map(|(parent, letters, before)| {
        let next = code.strip_prefix(parent.as_bytes())?.first()?;
        letters.as_bytes().contains(next).then_some(before.as_bytes())
    });
    match place {
        Some(before) => (before, false, code),
        None => (code, true, &[]),
    }
}

impl Only {
    fn matches(&self, code: &[u8]) -> bool {
        let among = |values: &[(String, String)], from: usize| {
            values.iter().any(|(low, high)| {
                code.get(from..from.saturating_add(low.len()))
                    .is_some_and(|part| low.as_bytes() <= part && part <= high.as_bytes())
            })
        };
        match self {
            Self::At { position, values } => position.checked_sub(1).is_some_and(|from| among(values, from)),
            Self::Intent { values } => match code.get(5) {
                None => false,
                Some(b'X') => among(values, 4),
                Some(_) => among(values, 5),
            },
            Self::Ends { written, text } => {
                let base = without_extension(code);
                base.len() > written + text.len() && base.ends_with(text.as_bytes())
            }
        }
    }
}

/// The code without its 7th character and the placeholders before it.
fn without_extension(code: &[u8]) -> &[u8] {
    let mut base = code;
    if code.len() == 7 {
        base = &code[..6];
        while let [rest @ .., b'X'] = base {
            base = rest;
        }
    }
    base
}

impl fmt::Display for CodeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.first)?;
        if self.is_range() {
            write!(f, "-{}", self.last)?;
        }
        self.only.as_ref().map_or(Ok(()), |only| write!(f, " with {only}"))
    }
}

impl fmt::Display for Only {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (place, values) = match self {
            Self::At { position, values } => (format!("character {position}"), values),
            Self::Intent { values } => ("intent".to_owned(), values),
            Self::Ends { text, .. } => return write!(f, "end {text}"),
        };
        f.write_str(&place)?;
        for (index, (low, high)) in values.iter().enumerate() {
            let comma = if index == 0 { " " } else { ", " };
            match low == high {
                true => write!(f, "{comma}{low}")?,
                false => write!(f, "{comma}{low}-{high}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(code: CodeRef, only: Only) -> CodeRef {
        CodeRef { only: Some(only), ..code }
    }

    fn pairs(values: &[(&str, &str)]) -> Vec<(String, String)> {
        values.iter().map(|(low, high)| ((*low).to_owned(), (*high).to_owned())).collect()
    }

    #[test]
    fn a_code_covers_its_descendants_only() {
        let strain = CodeRef::prefix("S39012");
        assert!(strain.matches(b"S39012") && strain.matches(b"S39012A"));
        assert!(!strain.matches(b"S3901") && !strain.matches(b"S39011A") && !strain.matches(b""));
    }

    #[test]
    fn ranges_end_with_the_descendants_of_their_end() {
        let pregnancy = CodeRef::range("O00", "O9A");
        assert!(pregnancy.matches(b"O9A119") && pregnancy.matches(b"O0000"));
        assert!(!pregnancy.matches(b"N999") && !pregnancy.matches(b"P000"));
        let forearm = CodeRef::range("S520", "S523");
        assert!(forearm.matches(b"S52399A") && !forearm.matches(b"S52401A") && !forearm.matches(b"S52"));
        let mixed = CodeRef::range("T80", "T886");
        assert!(mixed.matches(b"T886XXA") && !mixed.matches(b"T887XXA"));
    }

    #[test]
    fn ranges_follow_the_printed_order() {
        assert!(
            !CodeRef::range("D37", "D44").matches(b"D3A00") && CodeRef::range("C00", "D49").matches(b"D3A00")
        );
        assert!(
            !CodeRef::range("C76", "C80").matches(b"C7A00") && CodeRef::range("C7A", "C7B").matches(b"C7B00")
        );
        assert!(
            CodeRef::range("M05", "M14").matches(b"M1A00X0")
                && !CodeRef::range("M15", "M19").matches(b"M1A00X0")
        );
        assert!(CodeRef::range("C43", "C44").matches(b"C4A0"));
        assert!(CodeRef::range("C960", "C969").matches(b"C96Z"));
        assert!(
            !CodeRef::range("Y930", "Y93A").matches(b"Y9383")
                && CodeRef::range("Y930", "Y93A").matches(b"Y93A9")
        );
        assert!(
            CodeRef::range("I10", "I1A").matches(b"I1A0") && CodeRef::range("I10", "I1A").matches(b"I169")
        );
        let codes = ["M059", "M100", "M150", "M1A0", "M250"];
        let chosen: Vec<_> = CodeRef::range("M05", "M14").select(&codes).map(|at| codes[at]).collect();
        assert_eq!(chosen, ["M059", "M100", "M1A0"]);
    }

    #[test]
    fn characters_at_a_position() {
        let neuropathy = with(
            CodeRef::range("E08", "E13"),
            Only::At { position: 4, values: pairs(&[("51", "52"), ("61", "61")]) },
        );
        assert!(neuropathy.matches(b"E1152") && neuropathy.matches(b"E11610"));
        assert!(
            !neuropathy.matches(b"E1153") && !neuropathy.matches(b"E115") && !neuropathy.matches(b"E1451")
        );
        let open = with(CodeRef::prefix("S52"), Only::At { position: 7, values: pairs(&[("B", "B")]) });
        assert!(open.matches(b"S52001B") && !open.matches(b"S52001A") && !open.matches(b"S52001"));
        let never = with(CodeRef::prefix("S52"), Only::At { position: 0, values: pairs(&[("S", "S")]) });
        assert!(!never.matches(b"S52001B"));
    }

    #[test]
    fn intent_is_one_character() {
        let poisoning = with(CodeRef::range("T36", "T65"), Only::Intent { values: pairs(&[("1", "4")]) });
        assert!(
            poisoning.matches(b"T39011A") && poisoning.matches(b"T3691XA") && poisoning.matches(b"T510X2A")
        );
        // An adverse effect, although its fifth character is 1.
        assert!(
            !poisoning.matches(b"T39015A") && !poisoning.matches(b"T3695XA") && !poisoning.matches(b"T3901")
        );
    }

    #[test]
    fn endings_leave_room_for_the_dash() {
        let apraxia = with(CodeRef::prefix("I69"), Only::Ends { written: 3, text: "90".to_owned() });
        assert!(apraxia.matches(b"I69390") && !apraxia.matches(b"I6990") && !apraxia.matches(b"I69391"));
        let underdosing = with(CodeRef::range("T36", "T50"), Only::Ends { written: 3, text: "6".to_owned() });
        assert!(underdosing.matches(b"T3696XA") && underdosing.matches(b"T360X6D"));
        assert!(!underdosing.matches(b"T366") && !underdosing.matches(b"T366X5A"));
    }
}
