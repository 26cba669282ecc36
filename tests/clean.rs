//! Correct claims stay clean: a validator is judged by its false alarms.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cleanclaim::rule::Severity;
use cleanclaim::{Checker, Tables, read};

fn data(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

/// 537 claims, written by hand and each with the reason why it is right; see `tests/data/clean_claims_why.csv`.
#[test]
fn no_rule_says_more_than_a_hint_on_correct_claims() {
    let claims = read::csv_claims(&data("clean_claims.csv")).unwrap();
    assert_eq!(claims.len(), 537);
    let why = data("clean_claims_why.csv");
    let why: BTreeMap<&str, &str> = why.lines().filter_map(|line| line.split_once(',')).collect();
    let checker = Checker::new(Tables::embedded()).as_of("2026-11-22".parse().unwrap());
    let mut session = checker.session();
    let mut alarms = Vec::new();
    for claim in &claims {
        for f in session.check(claim).iter().filter(|f| f.severity > Severity::Info) {
            let why = why.get(claim.id.as_str()).unwrap_or(&"");
            alarms.push(format!(
                "{}:{} {} {}: {}\n    {why}",
                claim.id, f.row, f.rule.id, f.severity, f.message
            ));
        }
    }
    assert!(alarms.is_empty(), "{} false alarms:\n{}", alarms.len(), alarms.join("\n"));
}
