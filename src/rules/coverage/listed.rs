//! The reviewed list of what goes with what, `data/policies/consistency.csv`: part of the program, a source on each row.

use std::sync::LazyLock;

use crate::Date;
use crate::code::{Icd10Cm, Procedure};
use crate::resolve::{Case, Facts};
use crate::table::Standing;

/// A row: with these procedures one of these diagnoses is expected.
pub(super) struct Listed {
    rule: &'static str,
    procedures: Vec<(u64, u64)>,
    diagnoses: Vec<(u64, u64)>,
    /// The diagnoses as they are written, for messages.
    pub(super) words: &'static str,
    /// What the procedures are for, in our own words.
    pub(super) service: &'static str,
    from: Option<Date>,
    to: Option<Date>,
}

static LIST: LazyLock<Vec<Listed>> = LazyLock::new(|| {
    // Columns: rule, procedures, diagnoses, from, to, service, then source, section, url and review, which are for people.
    let rows = include_str!("../../../data/policies/consistency.csv").lines().skip(1).map(|line| {
        let mut fields = line.split(',');
        let mut next = || fields.next().unwrap_or_default().trim();
        let (rule, procedures, words) = (next(), next(), next());
        let day = |text: &str| Date::parse(text.as_bytes()).ok();
        Listed {
            rule,
            procedures: spans(procedures).collect(),
            diagnoses: spans(words).collect(),
            words,
            from: day(next()),
            to: day(next()),
            service: next(),
        }
    });
    rows.collect()
});

/// Codes, prefixes `E11*` and ranges `59000-59899`, separated by blanks, as ranges of keys.
fn spans(words: &str) -> impl Iterator<Item = (u64, u64)> + '_ {
    words.split_whitespace().map(|word| {
        let whole = word.strip_suffix('*');
        let (first, last) = word.split_once('-').unwrap_or((whole.unwrap_or(word), whole.unwrap_or(word)));
        let key = |text: &str, fill: u8| {
            let mut bytes = [fill; 8];
            for (to, from) in bytes.iter_mut().zip(text.bytes().filter(|&b| b != b'.')) {
                *to = from;
            }
            u64::from_be_bytes(bytes)
        };
        // A range goes through everything below its last code.
        let open = whole.is_some() || word.contains('-');
        (key(first, 0), key(last, if open { 0xFF } else { 0 }))
    })
}

fn among(spans: &[(u64, u64)], key: u64) -> bool {
    spans.iter().any(|&(first, last)| first <= key && key <= last)
}

/// Does any row name the procedure?
pub(super) fn names(code: Procedure) -> bool {
    LIST.iter().any(|row| among(&row.procedures, code.key()))
}

/// What a line lacks.
pub(super) struct Missing {
    pub(super) row: &'static Listed,
    pub(super) code: Procedure,
    /// The diagnosis is on the claim, but the line does not point at it.
    pub(super) elsewhere: Option<Icd10Cm>,
}

/// The row of a rule that the line does not meet. Silent where any fact is missing: no procedure, no day, no diagnosis, or one that is
/// not billable on the day, which other rules report.
pub(super) fn missing(case: &Case<'_>, at: usize, rule: &str) -> Option<Missing> {
    let line = &case.lines[at];
    let (code, day) = (line.code.filter(|_| line.facts.any(Facts::LISTED))?, line.day?);
    let applies = |row: &&Listed| {
        row.rule == rule
            && among(&row.procedures, code.key())
            && row.from.is_none_or(|from| from <= day)
            && row.to.is_none_or(|to| day <= to)
    };
    let rows = || LIST.iter().filter(applies);
    let row = rows().next()?;
    let meets = |code: Icd10Cm| rows().any(|row| among(&row.diagnoses, code.key()));
    let submitted = &case.claim.lines[at];
    let mut any = false;
    for i in case.claim.pointed(submitted) {
        any = true;
        let diagnosis = &case.diagnoses[i];
        let code = diagnosis.code?;
        if meets(code) {
            return None;
        }
        if !matches!(diagnosis.standing, Some(Standing::Billable(_))) {
            return None;
        }
    }
    let elsewhere = case.diagnoses.iter().filter_map(|d| d.code).find(|&code| meets(code));
    any.then_some(Missing { row, code, elsewhere })
}

/// The pairs of a rule about two diagnoses: `procedures` holds the one, `diagnoses` the other.
pub(super) fn pair(rule: &'static str, one: Icd10Cm, other: Icd10Cm) -> Option<&'static Listed> {
    LIST.iter().find(|row| {
        row.rule == rule && among(&row.procedures, one.key()) && among(&row.diagnoses, other.key())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::pack;
    use crate::rule::Status;
    use crate::table::Tables;

    #[test]
    fn every_row_has_its_source_and_its_rule() {
        for (n, line) in include_str!("../../../data/policies/consistency.csv").lines().enumerate().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            assert_eq!(fields.len(), 10, "line {}", n + 1);
            let rule = crate::rules::find(fields[0]).unwrap();
            assert!(fields[5..9].iter().all(|f| !f.trim().is_empty()), "line {}: {line}", n + 1);
            assert!(fields[8].starts_with("https://"), "line {}", n + 1);
            match fields[9] {
                "primary" | "contractor" => {}
                "unverified" => assert_eq!(rule.status, Status::Preview, "line {}", n + 1),
                other => panic!("line {}: {other}", n + 1),
            }
        }
    }

    #[test]
    fn every_diagnosis_of_the_list_is_a_code_or_begins_one() {
        let icd = Tables::embedded().icd10cm;
        let codes: Vec<u64> = icd.index().all().into_iter().map(|(k, _)| pack(&k)).collect();
        for row in LIST.iter() {
            for (word, &(first, last)) in row.words.split_whitespace().zip(&row.diagnoses) {
                assert!(codes.iter().any(|&k| first <= k && k <= last), "{}: {word}", row.rule);
            }
        }
    }

    #[test]
    fn no_listed_procedure_is_overlooked() {
        for text in ["59400", "59899", "G0101", "99381", "77067", "Q0091", "90480"] {
            let code: Procedure = text.parse().unwrap();
            assert!(names(code), "{text}");
        }
    }
}
