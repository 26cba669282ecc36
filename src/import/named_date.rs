//! Dates that only the name of a file tells: `icd10cm-order-April-2027.txt`.

use crate::Date;

/// From when the edition of ICD-10-CM is in force that these names, innermost first, speak of.
///
/// A year alone is a fiscal year and begins in October before it. A month may stand in the name of the archive only.
pub(crate) fn icd10cm_effective(names: &[String]) -> Option<Date> {
    let found: Vec<(Option<u32>, Option<u32>)> = names.iter().map(|n| year_and_month(n)).collect();
    let year = found.iter().find_map(|(year, _)| *year)?;
    let month = found.iter().find_map(|(y, month)| month.filter(|_| y.is_none_or(|y| y == year)));
    effective(year, month)
}

/// A fiscal year or one of its updates as a date.
pub(crate) fn effective(year: u32, month: Option<u32>) -> Option<Date> {
    let (year, month) = match month {
        None => (year.checked_sub(1)?, 10),
        Some(month) => (year, month),
    };
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1)
}

/// The month that a name speaks of, if it speaks of that year.
pub(crate) fn month_of(names: &[String], wanted: u32) -> Option<u32> {
    names.iter().map(|n| year_and_month(n)).find_map(|(year, month)| month.filter(|_| year == Some(wanted)))
}

/// A year of this century in the name, as `2027` in `icd10OrderFiles2027_0`.
pub(crate) fn year_of(name: &str) -> Option<u32> {
    year_and_month(name).0
}

fn year_and_month(name: &str) -> (Option<u32>, Option<u32>) {
    let name = name.to_ascii_lowercase();
    let runs: Vec<&str> = name
        .split_inclusive(|c: char| !c.is_ascii_digit())
        .map(|s| s.trim_end_matches(|c: char| !c.is_ascii_digit()))
        .collect();
    let is_year = |run: &str| run.len() == 4 && run.starts_with("20");
    let at = runs.iter().position(|run| is_year(run));
    let year = at.and_then(|at| runs[at].parse().ok());
    // 2027-04: one mark between the two numbers.
    let numbered = at.and_then(|at| runs.get(at + 1)).and_then(|run| match *run {
        "01" => Some(1),
        "04" => Some(4),
        "10" => Some(10),
        _ => None,
    });
    let word = |long: &str, short: &str| {
        name.contains(long) || name.split(|c: char| !c.is_ascii_alphabetic()).any(|w| w == short)
    };
    let worded = match () {
        () if word("april", "apr") => Some(4),
        () if word("january", "jan") => Some(1),
        () if word("october", "oct") => Some(10),
        () => None,
    };
    (year, worded.or(numbered))
}

/// The day on which the next update of ICD-10-CM may come: 1 April or 1 October.
pub(crate) fn next_icd10cm_update(day: Date) -> Date {
    let next = match day.month() {
        1..=3 => Date::new(day.year(), 4, 1),
        4..=9 => Date::new(day.year(), 10, 1),
        _ => Date::new(day.year() + 1, 4, 1),
    };
    next.unwrap_or(Date::MAX)
}

/// The last day of the calendar quarter.
pub(crate) fn quarter_end(day: Date) -> Date {
    let next = match day.month() {
        1..=3 => Date::new(day.year(), 4, 1),
        4..=6 => Date::new(day.year(), 7, 1),
        7..=9 => Date::new(day.year(), 10, 1),
        _ => Date::new(day.year() + 1, 1, 1),
    };
    next.map_or(Date::MAX, |d| d.add_days(-1))
}

/// Month and year in words.
pub(crate) fn month_and_year(day: Date) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = MONTHS.get(day.month() as usize - 1).unwrap_or(&"");
    format!("{month} {}", day.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Option<String> {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        icd10cm_effective(&names).map(|d| d.to_string())
    }

    #[test]
    fn names_that_publishers_use() {
        for (names, expected) in [
            (&["icd10cm_order_2027.txt"][..], "2026-10-01"),
            (&["icd10cm-order-April-2027.txt"], "2027-04-01"),
            (&["icd10OrderFiles2021_0.zip"], "2020-10-01"),
            (&["icd10cm_order_2021-01.txt.zst"], "2021-01-01"),
            (&["icd10cm_tabular_2026-04.xml"], "2026-04-01"),
            (
                &["icd10cm_order_2025.txt", "april-1-2025-code-descriptions-tabular-order-icd-10-cm.zip"],
                "2025-04-01",
            ),
            (&["icd10cm_order_2025.txt", "Code Descriptions", "backup-april-2024.zip"], "2024-10-01"),
            (&["icd10cm_codes.txt", "2024-Code-Descriptions.zip"], "2023-10-01"),
            (&["icd10cm-CodesDescriptions-October-2026.zip"], "2026-10-01"),
            (&["order.txt", "updated-02012022.zip"], ""),
            (&["codes.txt"], ""),
        ] {
            assert_eq!(of(names).unwrap_or_default(), expected, "{names:?}");
        }
    }

    #[test]
    fn quarters_and_updates() {
        let day = |t: &str| t.parse::<Date>().unwrap();
        assert_eq!(quarter_end(day("2026-01-01")), day("2026-03-31"));
        assert_eq!(quarter_end(day("2026-12-31")), day("2026-12-31"));
        assert_eq!(next_icd10cm_update(day("2026-10-01")), day("2027-04-01"));
        assert_eq!(next_icd10cm_update(day("2027-04-01")), day("2027-10-01"));
        assert_eq!(month_and_year(day("2026-01-01")), "January 2026");
    }
}
