//! Procedure codes: CPT and HCPCS Level II.

use std::fmt;

use super::{CodeError, CodeText, text_traits};

/// A five-character procedure code: CPT or HCPCS Level II by its shape.
///
/// ```
/// use cleanclaim::code::{Procedure, ProcedureKind};
/// let code: Procedure = "g0008".parse()?;
/// assert_eq!((code.to_string().as_str(), code.kind()), ("G0008", ProcedureKind::LevelTwo));
/// # Ok::<(), cleanclaim::code::CodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Procedure(u64);

/// The part of the procedure code sets to which a code belongs by its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProcedureKind {
    /// CPT Category I, five digits.
    CategoryOne,
    /// CPT Category II, performance measures: four digits and F.
    CategoryTwo,
    /// CPT Category III, emerging technology: four digits and T.
    CategoryThree,
    /// Proprietary laboratory analyses: four digits and U.
    Laboratory,
    /// Multianalyte assays, administrative: four digits and M.
    Multianalyte,
    /// Vaccine administration, first used for Covid-19: four digits and A.
    VaccineAdministration,
    /// HCPCS Level II: a letter and four digits.
    LevelTwo,
    /// Dental codes, D and four digits: the American Dental Association's, not in CMS's HCPCS file.
    Dental,
}

impl ProcedureKind {
    /// All of them, in the order of the declaration.
    pub const ALL: [ProcedureKind; 8] = [
        ProcedureKind::CategoryOne,
        ProcedureKind::CategoryTwo,
        ProcedureKind::CategoryThree,
        ProcedureKind::Laboratory,
        ProcedureKind::Multianalyte,
        ProcedureKind::VaccineAdministration,
        ProcedureKind::LevelTwo,
        ProcedureKind::Dental,
    ];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            ProcedureKind::CategoryOne => "CPT Category I",
            ProcedureKind::CategoryTwo => "CPT Category II",
            ProcedureKind::CategoryThree => "CPT Category III",
            ProcedureKind::Laboratory => "CPT PLA",
            ProcedureKind::Multianalyte => "CPT MAAA",
            ProcedureKind::VaccineAdministration => "CPT vaccine administration",
            ProcedureKind::LevelTwo => "HCPCS Level II",
            ProcedureKind::Dental => "CDT dental",
        }
    }

    /// Does the American Medical Association own the codes of this kind?
    pub fn is_cpt(self) -> bool {
        !matches!(self, ProcedureKind::LevelTwo | ProcedureKind::Dental)
    }
}

impl Procedure {
    /// Reads a code.
    ///
    /// # Errors
    /// [`CodeError`] if the text has the shape of neither a CPT nor a HCPCS Level II code.
    #[inline]
    pub fn parse(text: &[u8]) -> Result<Procedure, CodeError> {
        // Nearly every one: five digits, or a capital letter and four digits.
        if let &[first, a, b, c, d] = text
            && (first.is_ascii_digit() || first.is_ascii_uppercase())
            && [a, b, c, d].iter().all(u8::is_ascii_digit)
        {
            return Ok(Procedure::of(&[first, a, b, c, d]));
        }
        Procedure::parse_slowly(text)
    }

    fn parse_slowly(text: &[u8]) -> Result<Procedure, CodeError> {
        let text = text.trim_ascii();
        let &[a, b, c, d, e] = text else {
            return Err(match text.len() {
                0 => CodeError::Empty,
                got => CodeError::Length { expected: "5", got },
            });
        };
        let bytes = [a.to_ascii_uppercase(), b, c, d, e.to_ascii_uppercase()];
        if let Some(at) = bytes[1..4].iter().position(|b| !b.is_ascii_digit()) {
            return Err(CodeError::Character { expected: "a digit", at: at + 2 });
        }
        match (bytes[0], bytes[4]) {
            (b'0'..=b'9', b'0'..=b'9' | b'F' | b'T' | b'U' | b'M' | b'A') => {}
            (b'A'..=b'Z', b'0'..=b'9') => {}
            (b'0'..=b'9', _) => {
                return Err(CodeError::Character { expected: "a digit or one of F T U M A", at: 5 });
            }
            (b'A'..=b'Z', _) => return Err(CodeError::Character { expected: "a digit", at: 5 }),
            _ => return Err(CodeError::Character { expected: "a letter or a digit", at: 1 }),
        }
        Ok(Procedure::of(&bytes))
    }

    /// A code written in the program.
    ///
    /// # Panics
    /// At compile time, when used in a `const`, if it is not made of digits and capital letters.
    #[inline]
    pub const fn constant(text: &[u8; 5]) -> Procedure {
        let mut at = 0;
        while at < text.len() {
            assert!(text[at].is_ascii_digit() || text[at].is_ascii_uppercase());
            at += 1;
        }
        Procedure::of(text)
    }

    /// Five digits and capital letters.
    #[inline]
    const fn of(text: &[u8; 5]) -> Procedure {
        Procedure(u64::from_be_bytes([text[0], text[1], text[2], text[3], text[4], 0, 0, 0]))
    }

    /// The code as a number that orders as the text does.
    #[inline]
    pub(crate) fn key(self) -> u64 {
        self.0
    }

    /// From what a table holds, packed.
    pub(crate) fn from_key(key: u64) -> Procedure {
        Procedure(key)
    }

    /// The code.
    pub fn text(self) -> CodeText {
        CodeText::unpack(self.0)
    }

    /// To which set the code belongs, by its shape.
    #[inline]
    pub fn kind(self) -> ProcedureKind {
        let bytes = self.0.to_be_bytes();
        match (bytes[0], bytes[4]) {
            (b'D', _) => ProcedureKind::Dental,
            (b'A'..=b'Z', _) => ProcedureKind::LevelTwo,
            (_, b'F') => ProcedureKind::CategoryTwo,
            (_, b'T') => ProcedureKind::CategoryThree,
            (_, b'U') => ProcedureKind::Laboratory,
            (_, b'M') => ProcedureKind::Multianalyte,
            (_, b'A') => ProcedureKind::VaccineAdministration,
            _ => ProcedureKind::CategoryOne,
        }
    }

    /// The number of a Category I code, for ranges such as the anesthesia codes 00100 to 01999.
    #[inline]
    pub fn category_one_number(self) -> Option<u32> {
        let bytes = self.0.to_be_bytes();
        bytes[..5].iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
    }
}

impl fmt::Display for Procedure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text().as_str())
    }
}

text_traits!(Procedure);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_follows_shape() {
        use ProcedureKind::*;
        for (text, kind) in [
            ("99213", CategoryOne),
            ("0001F", CategoryTwo),
            ("0100t", CategoryThree),
            ("0001U", Laboratory),
            ("0002M", Multianalyte),
            ("0001A", VaccineAdministration),
            ("J1885", LevelTwo),
            ("D0120", Dental),
        ] {
            assert_eq!(Procedure::parse(text.as_bytes()).unwrap().kind(), kind, "{text}");
        }
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in ["", "9921", "992133", "99213-25", "9921X", "GG008", "G000T", "-1234", "9 213"] {
            assert!(Procedure::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn only_category_one_has_a_number() {
        assert_eq!(Procedure::parse(b"00100").unwrap().category_one_number(), Some(100));
        assert_eq!(Procedure::parse(b"0100T").unwrap().category_one_number(), None);
    }
}
