//! ICD-10-CM diagnoses and ICD-10-PCS procedures.

use std::fmt;

use super::text::pack;
use super::{CodeError, CodeText, text_traits};

/// A diagnosis code of the shape that ICD-10-CM uses: a letter, two letters or digits, and up to four more.
///
/// A letter does occur in the second or third place (`C7A.00`, `Z3A.20`, `QA0.0101`), but never in both: what has no digit there may be
/// somebody's name. Reads with or without the dot, in
/// any case; prints with the dot.
///
/// ```
/// use cleanclaim::code::Icd10Cm;
/// let code: Icd10Cm = "e1165".parse()?;
/// assert_eq!(code.to_string(), "E11.65");
/// assert_eq!(code.text().as_str(), "E1165");
/// # Ok::<(), cleanclaim::code::CodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Icd10Cm(u64);

/// A seven-character procedure code of the shape that ICD-10-PCS uses: digits and letters without I and O.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Icd10Pcs(u64);

impl Icd10Cm {
    /// Reads a code.
    ///
    /// # Errors
    /// [`CodeError`] if the text does not have the shape of an ICD-10-CM code, [`CodeError::Icd9`] if it has that of an
    /// ICD-9-CM code.
    #[inline]
    pub fn parse(text: &[u8]) -> Result<Icd10Cm, CodeError> {
        match well_formed(text) {
            Some(key) => Ok(Icd10Cm(key)),
            None => Icd10Cm::parse_slowly(text),
        }
    }

    /// The same one character after the other; knows what is wrong, and where.
    fn parse_slowly(text: &[u8]) -> Result<Icd10Cm, CodeError> {
        let text = text.trim_ascii();
        let mut bytes = [0u8; 8];
        let mut len = 0;
        for (i, &b) in text.iter().enumerate() {
            if b == b'.' && i == 3 {
                continue;
            }
            if len == 7 {
                return Err(CodeError::Length { expected: "3 to 7", got: undotted(text) });
            }
            bytes[len] = b.to_ascii_uppercase();
            if !b.is_ascii_alphanumeric() {
                return Err(match is_icd9_external(text) {
                    true => CodeError::Icd9,
                    false => CodeError::Character { expected: "a letter or a digit", at: len + 1 },
                });
            }
            len += 1;
        }
        match len {
            0 => Err(CodeError::Empty),
            3..=7 if bytes[0].is_ascii_uppercase() && !bytes[1..3].iter().any(u8::is_ascii_digit) => {
                Err(CodeError::Character { expected: "a digit", at: 2 })
            }
            3..=7 if bytes[0].is_ascii_uppercase() => Ok(Icd10Cm(u64::from_be_bytes(bytes))),
            3..=5 if bytes[..len].iter().all(u8::is_ascii_digit) => Err(CodeError::Icd9),
            1 | 2 => Err(CodeError::Length { expected: "3 to 7", got: len }),
            _ => Err(CodeError::Character { expected: "a letter", at: 1 }),
        }
    }

    /// From what a table holds: upper case, without the dot, packed.
    pub(crate) fn from_key(key: u64) -> Icd10Cm {
        Icd10Cm(key)
    }

    /// The code as a number that orders as the text does.
    #[inline]
    pub(crate) fn key(self) -> u64 {
        self.0
    }

    /// The code without its dot.
    pub fn text(self) -> CodeText {
        CodeText::unpack(self.0)
    }

    /// Number of characters, 3 to 7, the dot not counted.
    #[inline]
    pub fn len(self) -> usize {
        8 - (self.0.trailing_zeros() / 8) as usize
    }

    /// Never: a code has at least three characters.
    pub fn is_empty(self) -> bool {
        false
    }

    /// The three-character category.
    pub fn category(self) -> Icd10Cm {
        Icd10Cm(self.0 & 0xFFFF_FF00_0000_0000)
    }

    /// The first two characters, as a number that orders as they do.
    pub(crate) fn first_two(self) -> u64 {
        self.0 >> 48
    }

    /// Is `self` this category, subcategory or code, or one below it?
    pub fn is_within(self, ancestor: Icd10Cm) -> bool {
        let bits = 64 - 8 * ancestor.len() as u32;
        self.0 >> bits == ancestor.0 >> bits
    }

    /// How many characters are the same from the left.
    pub(crate) fn common_prefix(self, other: Icd10Cm) -> usize {
        ((self.0 ^ other.0).leading_zeros() as usize / 8).min(self.len())
    }

    /// The seventh character, if there is one.
    pub fn seventh(self) -> Option<char> {
        let b = self.0.to_be_bytes()[6];
        (b != 0).then_some(b as char)
    }
}

/// The key of a text that is a code as it stands, with or without its dot: all its characters at once.
#[inline]
fn well_formed(text: &[u8]) -> Option<u64> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = EACH << 7;
    let mut word = match text {
        &[a, b, c] => u64::from_be_bytes([a, b, c, 0, 0, 0, 0, 0]),
        // The first four and the last four; where they overlap they agree.
        _ if text.len() <= 8 => {
            let first = u64::from(u32::from_be_bytes(*text.first_chunk()?)) << 32;
            let last = u64::from(u32::from_be_bytes(*text.last_chunk()?));
            first | last << (8 * (8 - text.len()))
        }
        _ => return None,
    };
    let mut len = text.len();
    if text.get(3) == Some(&b'.') {
        word = word & 0xFFFF_FF00_0000_0000 | (word << 8) & 0x0000_00FF_FFFF_FFFF;
        len -= 1;
    }
    if len > 7 || word & HIGH != 0 {
        return None;
    }
    // The high bit of each byte that is not below a character: no byte has it yet, so that none carries into the next.
    let from = |character: u8| word + EACH * u64::from(0x80 - character);
    let small = from(b'a') & !from(b'z' + 1) & HIGH;
    let letters = small | from(b'A') & !from(b'Z' + 1) & HIGH;
    let digits = from(b'0') & !from(b'9' + 1) & HIGH;
    let all = HIGH << (8 * (8 - len));
    let first_is_letter = letters >> 63 == 1;
    let digit_follows = digits & 0x0080_8000_0000_0000 != 0;
    (letters | digits == all && first_is_letter && digit_follows).then_some(word - (small >> 2))
}

/// An external cause of ICD-9-CM: the only codes with a dot after the fourth character.
fn is_icd9_external(text: &[u8]) -> bool {
    matches!(text, [b'E' | b'e', a, b, c, b'.', d] if [a, b, c, d].iter().all(|n| n.is_ascii_digit()))
}

fn undotted(text: &[u8]) -> usize {
    text.iter().filter(|&&b| b != b'.').count()
}

impl fmt::Display for Icd10Cm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text().dotted().as_str())
    }
}

impl Icd10Pcs {
    /// Reads a code.
    ///
    /// # Errors
    /// [`CodeError`] if the text does not have the shape of an ICD-10-PCS code.
    pub fn parse(text: &[u8]) -> Result<Icd10Pcs, CodeError> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return Err(CodeError::Empty);
        }
        if text.len() != 7 {
            return Err(CodeError::Length { expected: "7", got: text.len() });
        }
        let upper = text.to_ascii_uppercase();
        match upper.iter().position(|b| !b.is_ascii_alphanumeric() || matches!(b, b'I' | b'O')) {
            None => Ok(Icd10Pcs(pack(&upper))),
            Some(at) => {
                Err(CodeError::Character { expected: "a digit or a letter other than I and O", at: at + 1 })
            }
        }
    }

    /// The code.
    pub fn text(self) -> CodeText {
        CodeText::unpack(self.0)
    }
}

impl fmt::Display for Icd10Pcs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text().as_str())
    }
}

text_traits!(Icd10Cm);
text_traits!(Icd10Pcs);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_but_valid_shapes_are_read() {
        for (text, printed) in [
            ("C7A.00", "C7A.00"),
            ("z3a20", "Z3A.20"),
            ("QA00101", "QA0.0101"),
            ("I10", "I10"),
            (" M54.5 ", "M54.5"),
            ("S72.001A", "S72.001A"),
        ] {
            assert_eq!(Icd10Cm::parse(text.as_bytes()).unwrap().to_string(), printed);
        }
    }

    #[test]
    fn what_cannot_be_a_code_says_why() {
        let why = |t: &str| Icd10Cm::parse(t.as_bytes()).unwrap_err();
        assert_eq!(why("250.00"), CodeError::Icd9);
        assert_eq!(why("4019"), CodeError::Icd9);
        assert_eq!(why(""), CodeError::Empty);
        assert_eq!(why("E1"), CodeError::Length { expected: "3 to 7", got: 2 });
        assert_eq!(why("S72.001AX"), CodeError::Length { expected: "3 to 7", got: 8 });
        assert_eq!(why("E11..65"), CodeError::Character { expected: "a letter or a digit", at: 4 });
        assert_eq!(why("SMITH"), CodeError::Character { expected: "a digit", at: 2 });
        assert_eq!(why("abc"), CodeError::Character { expected: "a digit", at: 2 });
        assert_eq!(why("E1.165"), CodeError::Character { expected: "a letter or a digit", at: 3 });
    }

    proptest::proptest! {
        #[test]
        fn both_ways_read_the_same(
            code in "[A-Za-z0-9][A-Za-z0-9]{1,2}[.]?[A-Za-z0-9]{0,5}",
            odd in "[ -~]{0,9}",
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..10),
        ) {
            for text in [code.as_bytes(), odd.as_bytes(), &bytes] {
                proptest::prop_assert_eq!(Icd10Cm::parse(text), Icd10Cm::parse_slowly(text));
            }
        }
    }

    #[test]
    fn containment_is_by_prefix() {
        let code = |t: &str| t.parse::<Icd10Cm>().unwrap();
        assert!(code("E11.65").is_within(code("E11")));
        assert!(code("E11.65").is_within(code("E11.65")));
        assert!(!code("E11.6").is_within(code("E11.65")));
        assert_eq!(code("S72.001A").seventh(), Some('A'));
        assert_eq!(code("S72.001A").category(), code("S72"));
    }

    #[test]
    fn pcs_has_no_i_and_no_o() {
        assert!(Icd10Pcs::parse(b"0016070").is_ok());
        assert!(Icd10Pcs::parse(b"00160I0").is_err());
        assert!(Icd10Pcs::parse(b"001607").is_err());
    }
}
