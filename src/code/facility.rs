//! Where and how: place of service, bill type, revenue, discharge status; and the patient's sex.

use std::fmt;

use super::{CodeError, text_traits};

/// A place-of-service code, 01 to 99. A lost leading zero is put back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceOfService(u8);

/// A four-digit revenue code. Lost leading zeros are put back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revenue(u16);

/// A type of bill: facility, care and frequency (`111`), read with or without its leading zero, printed with it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BillType([u8; 3]);

/// A patient discharge status, 01 to 99. A lost leading zero is put back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DischargeStatus(u8);

/// The patient's sex as claims state it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sex {
    /// F
    Female,
    /// M
    Male,
    /// U: not stated or not known.
    Unknown,
}

fn number(text: &[u8], most: usize, expected: &'static str) -> Result<u16, CodeError> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return Err(CodeError::Empty);
    }
    if text.len() > most {
        return Err(CodeError::Length { expected, got: text.len() });
    }
    text.iter().enumerate().try_fold(0, |n, (i, b)| {
        if b.is_ascii_digit() {
            Ok(n * 10 + u16::from(b - b'0'))
        } else {
            Err(CodeError::Character { expected: "a digit", at: i + 1 })
        }
    })
}

impl PlaceOfService {
    /// Reads a code.
    ///
    /// # Errors
    /// [`CodeError`] if the text is not one or two digits, or is 00.
    pub fn parse(text: &[u8]) -> Result<PlaceOfService, CodeError> {
        match number(text, 2, "2")? {
            0 => Err(CodeError::Value { expected: "01 to 99" }),
            n => Ok(PlaceOfService(n as u8)),
        }
    }

    /// A code written in the program.
    pub const fn constant(number: u8) -> PlaceOfService {
        PlaceOfService(number)
    }

    /// The code as a number, 1 to 99.
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl Revenue {
    /// Reads a code.
    ///
    /// # Errors
    /// [`CodeError`] if the text is not one to four digits.
    pub fn parse(text: &[u8]) -> Result<Revenue, CodeError> {
        number(text, 4, "4").map(Revenue)
    }

    /// The code as a number.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// 0001: not a service but the claim's total.
    pub const fn is_total(self) -> bool {
        self.0 == 1
    }
}

impl BillType {
    /// Reads a code of three characters, or four with a leading zero.
    ///
    /// # Errors
    /// [`CodeError`] if the text is not two digits and a digit or letter.
    pub fn parse(text: &[u8]) -> Result<BillType, CodeError> {
        let text = text.trim_ascii();
        let text = match text {
            [b'0', rest @ ..] if rest.len() == 3 => rest,
            _ => text,
        };
        let &[a, b, c] = text else {
            return Err(match text.len() {
                0 => CodeError::Empty,
                got => CodeError::Length { expected: "3, or 4 with a leading zero", got },
            });
        };
        if !a.is_ascii_digit() || !b.is_ascii_digit() {
            return Err(CodeError::Character {
                expected: "a digit",
                at: 1 + usize::from(a.is_ascii_digit()),
            });
        }
        if !c.is_ascii_alphanumeric() {
            return Err(CodeError::Character { expected: "a digit or a letter", at: 3 });
        }
        Ok(BillType([a, b, c.to_ascii_uppercase()]))
    }

    /// A hospital's or other facility's inpatient bill, judged as of the discharge date: 11x, 18x, 21x, 41x, 51x, 61x, 65x, 66x, 86x.
    ///
    /// Source: Medicare Claims Processing Manual, chapter 25, form locator 4: the second digit 1 is inpatient (Part A), 8 a swing
    /// bed in a hospital; 12x and 22x are inpatient Part B, billed as outpatient services.
    pub fn is_inpatient(self) -> bool {
        matches!(&self.0[..2], b"11" | b"18" | b"21" | b"41" | b"51" | b"61" | b"65" | b"66" | b"86")
    }

    /// An inpatient bill of a hospital, 11x: what the Medicare Code Editor looks at.
    pub fn is_hospital_inpatient(self) -> bool {
        &self.0[..2] == b"11"
    }
}

impl DischargeStatus {
    /// Reads a code.
    ///
    /// # Errors
    /// [`CodeError`] if the text is not one or two digits.
    pub fn parse(text: &[u8]) -> Result<DischargeStatus, CodeError> {
        number(text, 2, "2").map(|n| DischargeStatus(n as u8))
    }

    /// The code as a number, 0 to 99.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// 30: still a patient.
    pub const fn is_still_patient(self) -> bool {
        self.0 == 30
    }
}

impl Sex {
    /// Reads `F`, `M`, `U`, the words, and the codes 2, 1, 0 of CMS's files.
    ///
    /// # Errors
    /// [`CodeError`] for anything else.
    pub fn parse(text: &[u8]) -> Result<Sex, CodeError> {
        let text = text.trim_ascii();
        // Nearly every file.
        match text {
            b"F" => return Ok(Sex::Female),
            b"M" => return Ok(Sex::Male),
            _ => {}
        }
        let is = |words: &[&[u8]]| words.iter().any(|w| text.eq_ignore_ascii_case(w));
        if is(&[b"f", b"female", b"2"]) {
            Ok(Sex::Female)
        } else if is(&[b"m", b"male", b"1"]) {
            Ok(Sex::Male)
        } else if is(&[b"u", b"unknown", b"0"]) {
            Ok(Sex::Unknown)
        } else if text.is_empty() {
            Err(CodeError::Empty)
        } else {
            Err(CodeError::Value { expected: "F, M, U" })
        }
    }
}

impl fmt::Display for PlaceOfService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

impl fmt::Display for Revenue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

impl fmt::Display for BillType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0{}", std::str::from_utf8(&self.0).unwrap_or_default())
    }
}

impl fmt::Display for DischargeStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

impl fmt::Display for Sex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Sex::Female => "F",
            Sex::Male => "M",
            Sex::Unknown => "U",
        })
    }
}

text_traits!(PlaceOfService);
text_traits!(Revenue);
text_traits!(BillType);
text_traits!(DischargeStatus);
text_traits!(Sex);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_come_back() {
        assert_eq!(PlaceOfService::parse(b"2").unwrap().to_string(), "02");
        assert_eq!(Revenue::parse(b"250").unwrap().to_string(), "0250");
        assert_eq!(BillType::parse(b"111").unwrap(), BillType::parse(b"0111").unwrap());
        assert_eq!(DischargeStatus::parse(b"1").unwrap().to_string(), "01");
    }

    #[test]
    fn inpatient_by_the_second_digit() {
        let inpatient = |t: &str| t.parse::<BillType>().unwrap().is_inpatient();
        assert!(inpatient("111") && inpatient("0117") && inpatient("211"));
        assert!(!inpatient("121") && !inpatient("131") && !inpatient("851"));
    }

    #[test]
    fn sex_in_three_spellings() {
        assert_eq!(Sex::parse(b"female"), Ok(Sex::Female));
        assert_eq!(Sex::parse(b"1"), Ok(Sex::Male));
        assert!(Sex::parse(b"X").is_err());
        assert!(PlaceOfService::parse(b"00").is_err());
    }
}
