//! ICD-10-CM diagnoses and ICD-10-PCS procedures.

use std::fmt;

use super::text::pack;
use super::{CodeError, CodeText, text_traits};

/// A diagnosis code of the shape that ICD-10-CM uses: a letter, two letters or digits, and up to four more.
///
/// Letters do occur in the second and third place (`C7A.00`, `Z3A.20`, `QA0.0101`). Reads with or without the dot, in
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
            3..=7 if bytes[0].is_ascii_uppercase() => Ok(Icd10Cm(u64::from_be_bytes(bytes))),
            3..=5 if bytes[..len].iter().all(u8::is_ascii_digit) => Err(CodeError::Icd9),
            1 | 2 => Err(CodeError::Length { expected: "3 to 7", got: len }),
            _ => Err(CodeError::Character { expected: "a letter", at: 1 }),
        }
    }

    /// From bytes that a table holds, upper case and without the dot.
    pub(crate) fn from_key(key: &[u8]) -> Icd10Cm {
        Icd10Cm(pack(key))
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

    /// Is `self` this category, subcategory or code, or one below it?
    pub fn is_within(self, ancestor: Icd10Cm) -> bool {
        let bits = 64 - 8 * ancestor.len() as u32;
        self.0 >> bits == ancestor.0 >> bits
    }

    /// The seventh character, if there is one.
    pub fn seventh(self) -> Option<char> {
        let b = self.0.to_be_bytes()[6];
        (b != 0).then_some(b as char)
    }
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
        assert_eq!(why("E1.165"), CodeError::Character { expected: "a letter or a digit", at: 3 });
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
