//! Quarters and dates as CMS writes them into the names of NCCI files.

use crate::{Date, DateRange};

/// The first day of the quarter that a name speaks of: `2026Q3`, `2026-q3`, or PTP's own `v322r0`, which is the third quarter of 2026.
pub(crate) fn of_names(names: &[String]) -> Option<Date> {
    names.iter().find_map(|name| named(name).or_else(|| release(name)))
}

/// `2024q3`, `V2024Q2`, `2026-quarter-3`.
fn named(name: &str) -> Option<Date> {
    let name = name.to_ascii_lowercase();
    let bytes = name.as_bytes();
    (0..bytes.len().saturating_sub(5)).find_map(|at| {
        let year: i16 = name.get(at..at + 4)?.parse().ok().filter(|y| (1996..2100).contains(y))?;
        if at > 0 && bytes[at - 1].is_ascii_digit() {
            return None;
        }
        let rest = name.get(at + 4..)?.trim_start_matches(['-', '_', ' ', '.']);
        let rest = rest.strip_prefix("quarter").or_else(|| rest.strip_prefix('q'))?;
        let digit = rest.trim_start_matches(['-', '_', ' ']).bytes().next()?;
        first_day(year, i8::try_from(digit).ok()? - b'0' as i8)
    })
}

/// `v322r0`: 1994 and 32 years, quarter 2 counted from 0.
fn release(name: &str) -> Option<Date> {
    let name = name.to_ascii_lowercase();
    name.match_indices('v').find_map(|(at, _)| {
        let bytes = name.as_bytes().get(at + 1..at + 5)?;
        let &[a, b, c, b'r'] = bytes else { return None };
        let digit = |d: u8| d.is_ascii_digit().then(|| i16::from(d - b'0'));
        let year = 1994 + digit(a)? * 10 + digit(b)?;
        // A release number that is no year of ours is somebody's own.
        let quarter = i8::try_from(digit(c)?).ok()? + 1;
        if year > 2070 { None } else { first_day(year, quarter) }
    })
}

fn first_day(year: i16, quarter: i8) -> Option<Date> {
    if !(1..=4).contains(&quarter) {
        return None;
    }
    Date::new(year, quarter * 3 - 2, 1)
}

/// The date after `Eff_`: `Eff_07-01-2026`; or the quarter that the names speak of.
pub(crate) fn effective_of_names(names: &[String]) -> Option<Date> {
    let after = |name: &String| {
        let name = name.to_ascii_lowercase();
        let at = name.find("eff")?;
        let rest = name.get(at..)?.trim_start_matches(|c: char| !c.is_ascii_digit());
        let text = rest.get(..10)?.replace('_', "-");
        let (month, rest) = text.split_once('-')?;
        let (day, year) = rest.split_once('-')?;
        Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    };
    names.iter().find_map(after).or_else(|| of_names(names))
}

/// The calendar quarter in which a day lies.
pub(crate) fn around(day: Date) -> DateRange {
    let quarter = (day.month() - 1) / 3 + 1;
    let from = first_day(day.year(), quarter).unwrap_or(day);
    let next = if quarter == 4 { first_day(day.year() + 1, 1) } else { first_day(day.year(), quarter + 1) };
    DateRange { from, to: next.map_or(Date::MAX, |d| d.add_days(-1)) }
}

/// "2026 Q3".
pub(crate) fn label(day: Date) -> String {
    format!("{} Q{}", day.year(), (day.month() - 1) / 3 + 1)
}

/// "2026q3", for keys.
pub(crate) fn key(day: Date) -> String {
    format!("{}q{}", day.year(), (day.month() - 1) / 3 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cms_uses() {
        let of = |name: &str| of_names(&[name.to_owned()]).map_or_else(String::new, |d| d.to_string());
        for (name, expected) in [
            ("ccipra-v322r0-f1.txt", "2026-07-01"),
            ("ccipra-v300r0-f2.TXT", "2024-01-01"),
            ("ccioph-v313r0-f4.txt", "2025-10-01"),
            ("ccipra-2024q3.reshaped.txt", "2024-07-01"),
            ("AOC_V2024Q2.reshaped.txt", "2024-04-01"),
            ("medicare-ncci-2026-q3-practitioner-ptp-edits-ccipra-v322r0.zip", "2026-07-01"),
            ("ccipra-v999r0-f1.txt", ""),
            ("edits.txt", ""),
            ("20240q9", ""),
        ] {
            assert_eq!(of(name), expected, "{name}");
        }
        let eff = |name: &str| effective_of_names(&[name.to_owned()]).map(|d| d.to_string());
        assert_eq!(eff("MCR_MUE_PractitionerServices_Eff_07-01-2026.csv").as_deref(), Some("2026-07-01"));
        assert_eq!(eff("MCR_MUE_x_Eff_13-01-2026.csv"), None);
    }

    #[test]
    fn a_quarter_has_three_months() {
        let day = |t: &str| t.parse::<Date>().unwrap_or(Date::MAX);
        assert_eq!(around(day("2024-05-20")), DateRange { from: day("2024-04-01"), to: day("2024-06-30") });
        assert_eq!(around(day("2024-12-31")), DateRange { from: day("2024-10-01"), to: day("2024-12-31") });
        assert_eq!((label(day("2024-10-01")), key(day("2024-01-31"))), ("2024 Q4".into(), "2024q1".into()));
    }
}
