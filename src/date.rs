//! Calendar dates and the windows in which a code or an edit is in force.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use jiff::civil;

use crate::code::eight_digits;

/// A day of the proleptic Gregorian calendar, years 1 to 9999.
///
/// Four bytes, ordered, `Copy`; `Option<Date>` is four bytes too. There is no clock here: what needs
/// today's date is given it.
///
/// ```
/// use cleanclaim::Date;
/// let day: Date = "3/2/2026".parse()?;
/// assert_eq!(day.to_string(), "2026-03-02");
/// assert!(day < Date::new(2026, 10, 1).unwrap());
/// # Ok::<(), cleanclaim::DateError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NonZeroU32);

/// A text is not a date in one of the forms that [`Date::parse`] reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// None of the accepted forms.
    #[error("expected YYYY-MM-DD, YYYYMMDD, MM/DD/YYYY, M/D/YY or DD-Mon-YYYY")]
    Form,
    /// The form is right, the day does not exist, as 2026-02-30.
    #[error("no such day in the calendar")]
    NoSuchDay,
}

impl Date {
    /// The last day there is; stands for "open" in tables.
    pub const MAX: Date = Date::constant(9999, 12, 31);
    /// ICD-10-CM and ICD-10-PCS have been in force since this day.
    pub const ICD10_START: Date = Date::constant(2015, 10, 1);

    /// The day, or `None` if the calendar has no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Date> {
        if year < 1 {
            return None;
        }
        Some(civil::Date::new(year, month, day).ok()?.into())
    }

    /// A day known when the program is compiled.
    ///
    /// # Panics
    /// At compile time, when used in a `const`, if the month is not 1 to 12 or the day not 1 to 31.
    pub const fn constant(year: u32, month: u32, day: u32) -> Date {
        assert!(year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31);
        match NonZeroU32::new(year * 10_000 + month * 100 + day) {
            Some(n) => Date(n),
            None => unreachable!(),
        }
    }

    /// Reads the number `YYYYMMDD` as tables and packs write it.
    pub fn from_number(number: u32) -> Option<Date> {
        let (y, m, d) = (number / 10_000, number / 100 % 100, number % 100);
        Date::new(i16::try_from(y).ok()?, m as i8, d as i8)
    }

    /// From a number that a table holds, which was a date when it was written; 0 becomes [`Date::MAX`].
    #[inline]
    pub(crate) fn from_number_unchecked(number: u32) -> Date {
        NonZeroU32::new(number).map_or(Date::MAX, Date)
    }

    /// The day as the number `YYYYMMDD`.
    pub const fn number(self) -> u32 {
        self.0.get()
    }

    /// Calendar year.
    pub const fn year(self) -> i16 {
        (self.0.get() / 10_000) as i16
    }

    /// Month, 1 to 12.
    pub const fn month(self) -> i8 {
        (self.0.get() / 100 % 100) as i8
    }

    /// Day of the month, 1 to 31.
    pub const fn day(self) -> i8 {
        (self.0.get() % 100) as i8
    }

    /// Reads `YYYY-MM-DD`, `YYYYMMDD`, `MM/DD/YYYY`, `M/D/YY` and `DD-Mon-YYYY`; a time of day after an ISO date is ignored.
    ///
    /// Two-digit years below 70 are of this century.
    ///
    /// # Errors
    /// [`DateError`] if the text has none of these forms or names no day of the calendar.
    #[inline]
    pub fn parse(text: &[u8]) -> Result<Date, DateError> {
        match iso(text) {
            Some(Some(date)) => Ok(date),
            _ => Date::parse_century(text).map(|(date, _)| date),
        }
    }

    /// Like [`Date::parse`], for birth dates: a two-digit year means the latest one not after `latest`, which is asked for only then.
    ///
    /// # Errors
    /// As [`Date::parse`].
    pub fn parse_birth(text: &[u8], latest: impl FnOnce() -> Option<Date>) -> Result<Date, DateError> {
        if let Some(Some(date)) = iso(text) {
            return Ok(date);
        }
        let (date, short) = Date::parse_century(text)?;
        if short && latest().is_some_and(|l| date > l) {
            return Date::new(date.year() - 100, date.month(), date.day()).ok_or(DateError::NoSuchDay);
        }
        Ok(date)
    }

    fn parse_century(text: &[u8]) -> Result<(Date, bool), DateError> {
        let text = text.trim_ascii();
        if let Some(date) = iso(text) {
            return date.map(|d| (d, false)).ok_or(DateError::NoSuchDay);
        }
        let mut parts = [&b""[..]; 3];
        let mut count = 0;
        for part in text.split(|&b| b == b'/' || b == b'-') {
            *parts.get_mut(count).ok_or(DateError::Form)? = part;
            count += 1;
        }
        if count != 3 {
            return Err(DateError::Form);
        }
        let (month, day) = match month_name(parts[1]) {
            Some(month) => (month, digits(parts[0], 2).ok_or(DateError::Form)?),
            None => {
                (digits(parts[0], 2).ok_or(DateError::Form)?, digits(parts[1], 2).ok_or(DateError::Form)?)
            }
        };
        let year = digits(parts[2], 4).ok_or(DateError::Form)?;
        let (year, short) = match parts[2].len() {
            2 if year < 70 => (2000 + year, true),
            2 => (1900 + year, true),
            4 => (year, false),
            _ => return Err(DateError::Form),
        };
        Date::new(year as i16, month as i8, day as i8).map(|d| (d, short)).ok_or(DateError::NoSuchDay)
    }

    /// The day `days` later, or earlier if negative; stays within the calendar.
    pub fn add_days(self, days: i32) -> Date {
        civil::Date::from(self).saturating_add(jiff::Span::new().days(days)).into()
    }

    /// Whole days from this day to `other`; negative if `other` is earlier.
    pub fn days_until(self, other: Date) -> i32 {
        let span = civil::Date::from(self).until(civil::Date::from(other));
        span.map_or(0, |s| s.get_days())
    }

    /// The same day `years` later; 29 February becomes 28 February where there is none.
    pub fn add_years(self, years: i16) -> Date {
        civil::Date::from(self).saturating_add(jiff::Span::new().years(years)).into()
    }

    /// This day, or the Monday after it if it is a Saturday or a Sunday.
    pub fn or_monday(self) -> Date {
        match civil::Date::from(self).weekday() {
            civil::Weekday::Saturday => self.add_days(2),
            civil::Weekday::Sunday => self.add_days(1),
            _ => self,
        }
    }

    /// Age in whole years on `day` of someone born on this date; `None` if `day` is before birth.
    pub fn age_on(self, day: Date) -> Option<u16> {
        (self <= day).then(|| ((day.number() - self.number()) / 10_000) as u16)
    }
}

/// `YYYY-MM-DD` (a time may follow) and `YYYYMMDD`: what nearly every file uses, so it comes first and takes no detour.
#[inline]
fn iso(text: &[u8]) -> Option<Option<Date>> {
    let (&head, rest) = text.split_first_chunk()?;
    let head = u64::from_le_bytes(head);
    let [number, month, day] = match rest {
        [] => eight_digits(head)?,
        [tens, ones] | [tens, ones, b'T' | b' ', ..] => {
            // `YYYY-MM-` and `DD`.
            if head & 0xFF00_00FF_0000_0000 != 0x2D00_002D_0000_0000 {
                return None;
            }
            let day = u64::from(u16::from_le_bytes([*tens, *ones]));
            eight_digits(head & 0xFFFF_FFFF | (head >> 40 & 0xFFFF) << 32 | day << 48)?
        }
        _ => return None,
    };
    // Days up to the 28th exist in every month: no calendar needed.
    if number >= 1_0000 && (1..=12).contains(&month) && (1..=28).contains(&day) {
        return Some(NonZeroU32::new(number).map(Date));
    }
    Some(Date::new((number / 10_000) as i16, month as i8, day as i8))
}

#[inline]
fn digits(text: &[u8], most: usize) -> Option<u32> {
    if text.is_empty() || text.len() > most {
        return None;
    }
    text.iter().try_fold(0, |n, &b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
}

fn month_name(text: &[u8]) -> Option<u32> {
    const NAMES: [&[u8]; 12] =
        [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    let at = NAMES.iter().position(|name| text.eq_ignore_ascii_case(name))?;
    Some(at as u32 + 1)
}

impl From<civil::Date> for Date {
    /// Days before the year 1 become the first day of the year 1.
    fn from(d: civil::Date) -> Date {
        if d.year() < 1 {
            return Date::constant(1, 1, 1);
        }
        Date::constant(d.year() as u32, d.month() as u32, d.day() as u32)
    }
}

impl From<Date> for civil::Date {
    fn from(d: Date) -> civil::Date {
        civil::Date::new(d.year(), d.month(), d.day()).unwrap_or(civil::Date::MAX)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = DateError;
    fn from_str(s: &str) -> Result<Date, DateError> {
        Date::parse(s.as_bytes())
    }
}

crate::code::serde_as_text!(Date);

/// Days from `from` through `to`, both included; `to` is [`Date::MAX`] while it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateRange {
    /// First day in force.
    pub from: Date,
    /// Last day in force.
    pub to: Date,
}

impl DateRange {
    /// No day is inside.
    pub(crate) const NEVER: DateRange = DateRange { from: Date::MAX, to: Date::constant(1, 1, 1) };

    /// In force from this day on, without an end.
    pub const fn since(from: Date) -> DateRange {
        DateRange { from, to: Date::MAX }
    }

    /// Is the day inside?
    #[inline]
    pub fn contains(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// Does it have no end?
    pub fn is_open(&self) -> bool {
        self.to == Date::MAX
    }
}

impl fmt::Display for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_open() {
            write!(f, "since {}", self.from)
        } else {
            write!(f, "{} to {}", self.from, self.to)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, DateError> {
        Date::parse(text.as_bytes()).map(|d| d.to_string())
    }

    #[test]
    fn every_form_reads_as_the_same_day() {
        for text in [
            "2026-03-02",
            "20260302",
            "03/02/2026",
            "3/2/26",
            "02-Mar-2026",
            "2-MAR-2026",
            " 2026-03-02 ",
            "2026-03-02T10:00:00",
        ] {
            assert_eq!(parse(text).as_deref(), Ok("2026-03-02"), "{text}");
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        assert_eq!(parse("2026-02-29"), Err(DateError::NoSuchDay));
        assert_eq!(parse("2024-02-29").as_deref(), Ok("2024-02-29"));
        assert_eq!(parse("2026-13-01"), Err(DateError::NoSuchDay));
        assert_eq!(parse("0000-01-01"), Err(DateError::NoSuchDay));
        for text in
            ["", "-", "--", "yesterday", "2026-3", "1/2/3/4", "2026/1/1", "12345678901", "31-Foo-2026"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_birth_year_of_two_digits_is_never_after_the_service() {
        let service = Date::new(2026, 3, 2);
        let birth = |t: &str| Date::parse_birth(t.as_bytes(), || service).unwrap().to_string();
        assert_eq!(birth("3/2/26"), "2026-03-02");
        assert_eq!(birth("3/3/26"), "1926-03-03");
        assert_eq!(birth("1/1/71"), "1971-01-01");
    }

    #[test]
    fn age_counts_whole_years() {
        let born = Date::constant(2008, 2, 29);
        assert_eq!(born.age_on(Date::constant(2026, 2, 28)), Some(17));
        assert_eq!(born.age_on(Date::constant(2026, 3, 1)), Some(18));
        assert_eq!(born.age_on(Date::constant(2008, 2, 28)), None);
    }

    #[test]
    fn arithmetic_follows_the_calendar() {
        let day = Date::constant(2024, 2, 29);
        assert_eq!(day.add_years(1), Date::constant(2025, 2, 28));
        assert_eq!(day.add_days(1), Date::constant(2024, 3, 1));
        assert_eq!(day.days_until(Date::constant(2025, 2, 28)), 365);
        assert_eq!(Date::MAX.add_days(10), Date::MAX);
    }

    #[test]
    fn weekends_move_to_monday() {
        let monday = Date::constant(2025, 3, 10);
        for day in 8..=10 {
            assert_eq!(Date::constant(2025, 3, day).or_monday(), monday);
        }
        assert_eq!(Date::constant(2025, 3, 7).or_monday(), Date::constant(2025, 3, 7));
    }

    #[test]
    fn an_optional_date_costs_nothing() {
        assert_eq!(size_of::<Option<Date>>(), 4);
    }
}
