//! Who rendered the service: national provider identifiers and taxonomy codes.

use std::fmt;

use super::{CodeError, text_traits};

/// A National Provider Identifier: ten digits, the first 1 or 2, the last a Luhn check digit over `80840` and the rest.
///
/// Source: CMS, "Requirements for National Provider Identifier (NPI) and NPI Check Digit".
///
/// ```
/// use cleanclaim::code::Npi;
/// assert!("1234567893".parse::<Npi>().is_ok());
/// assert!("1234567894".parse::<Npi>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Npi(u64);

/// A provider taxonomy code: ten characters, digits and capitals, ending in X.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Taxonomy([u8; 10]);

impl Npi {
    /// Reads an NPI.
    ///
    /// # Errors
    /// [`CodeError`] if the text is not ten digits, begins with neither 1 nor 2, or fails its check digit.
    pub fn parse(text: &[u8]) -> Result<Npi, CodeError> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return Err(CodeError::Empty);
        }
        if let Some(at) = text.iter().position(|b| !b.is_ascii_digit()) {
            return Err(CodeError::Character { expected: "a digit", at: at + 1 });
        }
        if text.len() != 10 {
            return Err(CodeError::Length { expected: "10", got: text.len() });
        }
        if !matches!(text[0], b'1' | b'2') {
            return Err(CodeError::Character { expected: "1 or 2", at: 1 });
        }
        let (expected, got) = (check_digit(&text[..9]), text[9] - b'0');
        if expected != got {
            return Err(CodeError::CheckDigit { expected, got });
        }
        Ok(Npi(text.iter().fold(0, |n, b| n * 10 + u64::from(b - b'0'))))
    }

    /// The ten digits as a number.
    pub fn number(self) -> u64 {
        self.0
    }
}

/// The Luhn digit of `80840` and nine digits. The prefix always adds 24 to the sum.
fn check_digit(nine: &[u8]) -> u8 {
    let sum: u32 = nine.iter().rev().enumerate().fold(24, |sum, (i, b)| {
        let digit = u32::from(b - b'0');
        sum + if i % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }
    });
    ((10 - sum % 10) % 10) as u8
}

impl Taxonomy {
    /// The ten characters.
    pub const fn bytes(&self) -> &[u8; 10] {
        &self.0
    }

    /// Reads a taxonomy code.
    ///
    /// # Errors
    /// [`CodeError`] if the text is not ten letters or digits that end in X.
    pub fn parse(text: &[u8]) -> Result<Taxonomy, CodeError> {
        let text = text.trim_ascii();
        let mut bytes: [u8; 10] = text.try_into().map_err(|_| match text.len() {
            0 => CodeError::Empty,
            got => CodeError::Length { expected: "10", got },
        })?;
        bytes.make_ascii_uppercase();
        if let Some(at) = bytes.iter().position(|b| !b.is_ascii_alphanumeric()) {
            return Err(CodeError::Character { expected: "a letter or a digit", at: at + 1 });
        }
        if bytes[9] != b'X' {
            return Err(CodeError::Character { expected: "X", at: 10 });
        }
        Ok(Taxonomy(bytes))
    }
}

impl fmt::Display for Npi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010}", self.0)
    }
}

impl fmt::Display for Taxonomy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.0).unwrap_or_default())
    }
}

text_traits!(Npi);
text_traits!(Taxonomy);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_checks() {
        assert_eq!(Npi::parse(b"1234567893").unwrap().number(), 1_234_567_893);
        assert_eq!(Npi::parse(b"1234567890"), Err(CodeError::CheckDigit { expected: 3, got: 0 }));
        assert_eq!(Npi::parse(b"3234567893"), Err(CodeError::Character { expected: "1 or 2", at: 1 }));
        assert_eq!(Npi::parse(b"123456789"), Err(CodeError::Length { expected: "10", got: 9 }));
    }

    #[test]
    fn taxonomy_ends_in_x() {
        assert_eq!(Taxonomy::parse(b"207q00000x").unwrap().to_string(), "207Q00000X");
        assert!(Taxonomy::parse(b"207Q000000").is_err());
    }
}
