//! Amounts: money in cents, service units in thousandths. Never floating point.

use std::fmt;
use std::str::FromStr;

use crate::code::eight_digits;

/// An amount of US dollars in whole cents.
///
/// ```
/// use cleanclaim::Cents;
/// assert_eq!("$1,234.5".parse::<Cents>().unwrap(), Cents(123_450));
/// assert_eq!(Cents(123_450).to_string(), "1234.50");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(pub i64);

/// Service units in thousandths: 1.5 units are `Units(1500)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Units(pub i64);

/// A text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Something other than digits, one point, thousands commas, a sign or a dollar sign.
    #[error("expected a number such as 1234.50")]
    Form,
    /// More digits after the point than the unit has.
    #[error("expected at most {most} digits after the point")]
    TooFine {
        /// Digits that the unit has.
        most: u32,
    },
    /// Too large to be an amount on a claim.
    #[error("the number is too large")]
    TooLarge,
}

impl Cents {
    /// Reads `1234.5`, `$1,234.50`, `-3`, `(3.00)`.
    ///
    /// # Errors
    /// [`AmountError`] if the text is not an amount in cents.
    pub fn parse(text: &[u8]) -> Result<Cents, AmountError> {
        // Nearly every file: digits, a point, two digits.
        if let Some(cents) = dollars_and_cents(text) {
            return Ok(Cents(i64::from(cents)));
        }
        Cents::parse_slowly(text)
    }

    fn parse_slowly(text: &[u8]) -> Result<Cents, AmountError> {
        let text = text.trim_ascii();
        let (text, negative) = match text {
            [b'(', inner @ .., b')'] => (inner, true),
            _ => (text, false),
        };
        let amount = decimal(text, 2, true)?;
        Ok(Cents(if negative { -amount } else { amount }))
    }
}

impl Units {
    /// One unit.
    pub const ONE: Units = Units(1000);

    /// Reads `1`, `1.5`, `0.25`.
    ///
    /// # Errors
    /// [`AmountError`] if the text is not a number with at most three digits after the point.
    pub fn parse(text: &[u8]) -> Result<Units, AmountError> {
        if let [digit @ b'0'..=b'9'] = *text {
            return Ok(Units(i64::from(digit - b'0') * 1000));
        }
        decimal(text.trim_ascii(), 3, false).map(Units)
    }

    /// Has it no part after the point?
    pub const fn is_whole(self) -> bool {
        self.0 % 1000 == 0
    }
}

/// `0.00` to `99999.99`, all digits at once.
#[inline]
fn dollars_and_cents(text: &[u8]) -> Option<u32> {
    if text.len() > 8 {
        return None;
    }
    // The first four and the last four characters, which overlap and agree: the last in the lowest byte.
    let first = u64::from(u32::from_be_bytes(*text.first_chunk()?)) << (8 * (text.len() - 4));
    let word = first | u64::from(u32::from_be_bytes(*text.last_chunk()?));
    if word >> 16 & 0xFF != u64::from(b'.') {
        return None;
    }
    let digits = (word >> 24) << 16 | word & 0xFFFF;
    let zeros = 0x3030_3030_3030_3030 << (8 * (text.len() - 1));
    eight_digits((digits | zeros).swap_bytes()).map(|[number, ..]| number)
}

/// A decimal number scaled by ten to the power of `scale`.
fn decimal(text: &[u8], scale: u32, money: bool) -> Result<i64, AmountError> {
    let (text, negative) = match text {
        [b'-', rest @ ..] => (rest, true),
        [b'+', rest @ ..] => (rest, false),
        _ => (text, false),
    };
    let text = match text {
        [b'$', rest @ ..] if money => rest,
        _ => text,
    };
    let mut value: i64 = 0;
    let mut after: Option<u32> = None;
    let mut any = false;
    // Digits since the last thousands comma: a decimal comma must not turn 12,50 into 1250.
    let mut group: Option<u32> = None;
    for &b in text {
        match b {
            b'0'..=b'9' => {
                any = true;
                if after.is_none() {
                    group = group.map(|n| n + 1);
                }
                match &mut after {
                    Some(n) if *n >= scale && b == b'0' => continue,
                    Some(n) if *n >= scale => return Err(AmountError::TooFine { most: scale }),
                    Some(n) => *n += 1,
                    None => {}
                }
                value = value * 10 + i64::from(b - b'0');
                if value > 100_000_000_000_000 {
                    return Err(AmountError::TooLarge);
                }
            }
            b'.' if after.is_none() => after = Some(0),
            b',' if money && any && after.is_none() && group.is_none_or(|n| n == 3) => group = Some(0),
            _ => return Err(AmountError::Form),
        }
    }
    if !any || group.is_some_and(|n| n != 3) {
        return Err(AmountError::Form);
    }
    for _ in after.unwrap_or(0)..scale {
        value *= 10;
    }
    Ok(if negative { -value } else { value })
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let amount = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", amount / 100, amount % 100)
    }
}

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let amount = self.0.unsigned_abs();
        write!(f, "{sign}{}", amount / 1000)?;
        if !amount.is_multiple_of(1000) {
            let part = format!("{:03}", amount % 1000);
            write!(f, ".{}", part.trim_end_matches('0'))?;
        }
        Ok(())
    }
}

impl FromStr for Cents {
    type Err = AmountError;
    fn from_str(s: &str) -> Result<Cents, AmountError> {
        Cents::parse(s.as_bytes())
    }
}

impl FromStr for Units {
    type Err = AmountError;
    fn from_str(s: &str) -> Result<Units, AmountError> {
        Units::parse(s.as_bytes())
    }
}

crate::code::serde_as_text!(Cents);
crate::code::serde_as_text!(Units);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_reads_as_people_write_it() {
        for (text, cents) in [
            ("12", 1200),
            ("12.5", 1250),
            ("$1,234.50", 123_450),
            ("-3.00", -300),
            ("(3.00)", -300),
            ("0.10", 10),
            ("1.5000", 150),
            ("1234.56", 123_456),
            ("999999999999.99", 99_999_999_999_999),
        ] {
            assert_eq!(Cents::parse(text.as_bytes()), Ok(Cents(cents)), "{text}");
        }
        for text in ["", ".", "-", "12..5", "1.234", "12a", "1e3", "99999999999999999999", "NaN", ",1"] {
            assert!(Cents::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_common_form_is_read_as_all_others(text in "[0-9]{0,6}[.]?[0-9]{0,3}", odd in "[0-9.,$+() -]{0,9}", any in ".{0,9}") {
            for text in [text, odd, any] {
                let slowly = Cents::parse_slowly(text.as_bytes());
                proptest::prop_assert_eq!(Cents::parse(text.as_bytes()), slowly, "{}", text);
            }
        }
    }

    #[test]
    fn units_keep_their_fraction() {
        assert_eq!(Units::parse(b"1"), Ok(Units::ONE));
        assert_eq!(Units::parse(b"1.50").unwrap().to_string(), "1.5");
        assert_eq!(Units::parse(b"4.000").unwrap().to_string(), "4");
        assert!(!Units(1).is_whole());
        assert!(Units::parse(b"1,000").is_err());
    }
}
