//! Procedure modifiers.

use std::fmt;

use super::{CodeError, text_traits};

/// A two-character procedure modifier.
///
/// ```
/// use cleanclaim::code::Modifier;
/// assert_eq!("rt".parse::<Modifier>()?.to_string(), "RT");
/// # Ok::<(), cleanclaim::code::CodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Modifier([u8; 2]);

/// A side of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The patient's left.
    Left,
    /// The patient's right.
    Right,
}

impl Modifier {
    /// Reads a modifier; a lone digit is taken for one whose leading zero was lost, and refused.
    ///
    /// # Errors
    /// [`CodeError`] if the text is not two letters or digits.
    #[inline]
    pub fn parse(text: &[u8]) -> Result<Modifier, CodeError> {
        let text = text.trim_ascii();
        let &[a, b] = text else {
            return Err(match text.len() {
                0 => CodeError::Empty,
                got => CodeError::Length { expected: "2", got },
            });
        };
        if !a.is_ascii_alphanumeric() || !b.is_ascii_alphanumeric() {
            let at = 1 + usize::from(a.is_ascii_alphanumeric());
            return Err(CodeError::Character { expected: "a letter or a digit", at });
        }
        Ok(Modifier([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
    }

    /// A modifier written in the program.
    pub const fn constant(text: &[u8; 2]) -> Modifier {
        Modifier(*text)
    }

    /// The two characters.
    #[inline]
    pub const fn bytes(self) -> [u8; 2] {
        self.0
    }

    /// How many modifiers there can be.
    pub(crate) const COUNT: usize = 36 * 36;

    /// A number below [`Modifier::COUNT`] of its own; `None` for one that was written in a program and is not made of digits and capital letters.
    #[inline]
    pub(crate) fn number(self) -> Option<usize> {
        let digit = |b: u8| match b {
            b'0'..=b'9' => Some(usize::from(b - b'0')),
            b'A'..=b'Z' => Some(usize::from(b - b'A') + 10),
            _ => None,
        };
        Some(digit(self.0[0])? * 36 + digit(self.0[1])?)
    }

    /// Is it all digits, as most of CPT's modifiers are?
    pub fn is_numeric(self) -> bool {
        self.0.iter().all(u8::is_ascii_digit)
    }

    /// The side of the body that the modifier names: LT, RT, and the eyelids, fingers and toes.
    ///
    /// Source: HCPCS Level II modifiers E1 to E4, FA to F9, TA to T9, LT, RT (coronary arteries name no side).
    pub fn side(self) -> Option<Side> {
        match &self.0 {
            b"LT" | b"E1" | b"E2" | b"FA" | b"F1" | b"F2" | b"F3" | b"F4" | b"TA" | b"T1" | b"T2" | b"T3"
            | b"T4" => Some(Side::Left),
            b"RT" | b"E3" | b"E4" | b"F5" | b"F6" | b"F7" | b"F8" | b"F9" | b"T5" | b"T6" | b"T7" | b"T8"
            | b"T9" => Some(Side::Right),
            _ => None,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::Left => "left",
            Side::Right => "right",
        })
    }
}

impl fmt::Display for Modifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.0).unwrap_or_default())
    }
}

text_traits!(Modifier);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides() {
        let side = |t: &str| t.parse::<Modifier>().unwrap().side();
        assert_eq!(side("LT"), Some(Side::Left));
        assert_eq!(side("T5"), Some(Side::Right));
        assert_eq!(side("F4"), Some(Side::Left));
        assert_eq!(side("LC"), None);
        assert_eq!(side("59"), None);
    }

    #[test]
    fn two_characters_and_no_other_number() {
        for text in ["", "1", "259", "2 ", "é", "2-"] {
            assert!(Modifier::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Modifier::parse(b" x{").is_err());
        assert_eq!(Modifier::parse(b" 1p").unwrap().to_string(), "1P");
    }
}
