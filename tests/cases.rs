//! What the examples of the rules cannot say: how bad a finding is in which case, where it stands, what it advises.

use std::path::Path;

use cleanclaim::import::{AddOptions, TablesFolder};
use cleanclaim::rule::{Finding, Severity};
use cleanclaim::{Checker, Tables, read};

/// The findings of one rule on one claim; the csv has no claim id.
fn found(rule: &str, example: &str) -> Vec<Finding> {
    let text = example.lines().enumerate().map(|(n, row)| {
        let id = if n == 0 { "claim_id" } else { "X-1" };
        format!("{id},{row}\n")
    });
    let claims = read::csv_claims(&text.collect::<String>()).unwrap();
    let rule = cleanclaim::rules::find(rule).unwrap();
    let checker = Checker::new(Tables::embedded()).rules([(rule, rule.severity)]);
    checker.as_of("2026-11-22".parse().unwrap()).check(&claims[0]).findings
}

fn one(rule: &str, example: &str) -> Finding {
    let mut all = found(rule, example);
    assert_eq!(all.len(), 1, "{rule} on {example}: {all:?}");
    all.remove(0)
}

#[test]
fn a_claim_is_late_or_may_have_met_a_holiday() {
    let late = |from: &str, received: &str| {
        one("late-filing", &format!("dos_from,procedure,dx1,received_date\n{from},99213,I10,{received}"))
    };
    // 2025-03-04 is a Tuesday.
    assert_eq!(late("2024-03-04", "2025-03-05").severity, Severity::Warning);
    assert_eq!(late("2024-03-04", "2025-03-07").severity, Severity::Warning);
    assert_eq!(late("2024-03-04", "2025-03-08").severity, Severity::Error);
}

#[test]
fn an_institutional_claim_is_late_after_its_last_day() {
    let header =
        "claim_type,bill_type,statement_from,statement_to,dos_from,revenue_code,procedure,dx1,received_date";
    let claim = |to: &str| format!("{header}\nI,131,2024-03-04,{to},2024-03-04,0450,99283,I10,2025-04-14");
    assert_eq!(one("late-filing", &claim("2024-04-08")).line, None);
    assert!(found("late-filing", &claim("2024-04-14")).is_empty());
}

#[test]
fn each_line_of_a_professional_claim_has_its_own_limit() {
    let finding = one(
        "late-filing",
        "dos_from,procedure,dx1,received_date\n2024-05-06,99213,I10,2025-05-06\n2024-04-01,99213,I10,2025-05-06",
    );
    assert_eq!((finding.line, finding.row), (Some(1), 3));
}

#[test]
fn who_bills_alone_gets_a_hint() {
    let claim = |billing: &str| {
        format!("dos_from,procedure,dx1,rendering_npi,billing_npi\n2026-03-02,99213,I10,,{billing}")
    };
    assert_eq!(one("missing-rendering-npi", &claim("1234567893")).severity, Severity::Info);
    assert_eq!(one("missing-rendering-npi", &claim("")).severity, Severity::Warning);
}

#[test]
fn an_ambulance_may_leave_out_the_diagnosis() {
    let claim = |code: &str| format!("dos_from,procedure,dx1\n2026-03-02,{code},");
    assert_eq!(one("missing-diagnosis", &claim("A0429")).severity, Severity::Warning);
    assert_eq!(one("missing-diagnosis", &claim("99213")).severity, Severity::Error);
}

#[test]
fn both_sides_three_times_is_an_error() {
    let claim = |mods: &str| format!("dos_from,procedure,modifiers,dx1\n2026-03-02,20610,{mods},M17.0");
    assert_eq!(one("bilateral-with-side", &claim("50 LT")).severity, Severity::Warning);
    let finding = one("bilateral-with-side", &claim("LT RT 50"));
    assert_eq!((finding.severity, finding.field.to_string().as_str()), (Severity::Error, "mod3"));
}

#[test]
fn a_price_per_unit_is_recognised() {
    let claim = |charge: &str| {
        format!("dos_from,procedure,dx1,units,charge,total_charge\n2026-03-02,97110,M54.50,3,{charge},120.00")
    };
    assert!(one("wrong-total-charge", &claim("40.00")).advice().contains("prices per unit"));
    assert!(!one("wrong-total-charge", &claim("41.00")).advice().contains("prices per unit"));
}

#[test]
fn duplicates_are_the_same_on_short_and_long_claims() {
    for others in [0, 40] {
        let header = "line,dos_from,procedure,units,dx1".to_owned();
        let line = |n: usize, code: &str| format!("\n{n},2026-03-02,{code},1,I10");
        let middle = (0..others).map(|n| line(n + 10, &format!("8{n:04}")));
        let rows: String = middle.collect();
        let text = header + &line(1, "36415") + &rows + &line(8, "99213") + &line(9, "36415");
        let finding = one("duplicate-line", &text);
        assert_eq!(finding.line, Some(others + 2));
        assert_eq!(finding.message, "36415 of 2026-03-02 repeats line 1");
    }
}

#[test]
fn a_third_repeat_names_the_first_line() {
    let row = "\n2026-03-02,36415,I10";
    let findings = found("duplicate-line", &format!("dos_from,procedure,dx1{row}{row}{row}"));
    let messages: Vec<&str> = findings.iter().map(|f| f.message.as_str()).collect();
    assert_eq!(messages, ["36415 of 2026-03-02 repeats line 1"; 2]);
}

#[test]
fn a_pointer_is_named_as_the_form_has_it() {
    let finding =
        one("dangling-pointer", "dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,99213,I10,E11.9,\"1,4\"");
    assert_eq!(finding.message, "pointer D leads to no diagnosis: the claim has 2 diagnoses");
}

#[test]
fn what_cannot_be_read_is_not_missing() {
    for (rule, column) in [("missing-place", "pos"), ("missing-units", "units"), ("missing-charge", "charge")]
    {
        let text = format!("dos_from,procedure,dx1,{column}\n2026-03-02,99213,I10,??\n2026-03-02,99214,I10,");
        assert_eq!(one(rule, &text).line, Some(1), "{rule}");
    }
}

#[test]
fn a_date_is_never_shown_as_it_was_mistyped() {
    let text = "dos_from,procedure,dx1,patient_dob\n13-1-1960,99213,I10,13-1-1960";
    for rule in ["unreadable-date", "impossible-age"] {
        let finding = one(rule, text);
        assert!(!finding.message.contains("1960") && finding.codes.is_empty(), "{finding:?}");
    }
}

#[test]
fn what_cannot_be_read_is_said_once() {
    let checker = Checker::new(Tables::embedded()).as_of("2026-11-22".parse().unwrap());
    for (column, bad) in [
        ("line", "A"),
        ("claim_type", "X"),
        ("patient_dob", "1980-02-30"),
        ("patient_sex", "X"),
        ("dos_to", "x"),
        ("pos", "O1"),
        ("procedure", "9921"),
        ("mod1", "5"),
        ("units", "one"),
        ("charge", "1.005"),
        ("total_charge", "x"),
        ("dx1", "E11..65"),
        ("dx2", "ABC"),
        ("dx_pointers", "1A"),
        ("rendering_npi", "1234567894"),
        ("billing_npi", "12"),
        ("referring_npi", "x"),
        ("taxonomy", "207Q"),
        ("received_date", "x"),
        ("statement_from", "x"),
        ("bill_type", "1X1"),
        ("revenue_code", "45O"),
        ("patient_status", "x"),
        ("admit_date", "x"),
        ("discharge_date", "x"),
    ] {
        // What else the row needs, so that nothing is missing.
        let mut fields = vec![
            ("dos_from", "2026-03-02"),
            ("procedure", "99213"),
            ("dx1", "I10"),
            ("pos", "11"),
            ("units", "1"),
            ("charge", "1.00"),
            ("dx_pointers", "A"),
            ("rendering_npi", "1234567893"),
        ];
        match fields.iter_mut().find(|(name, _)| *name == column) {
            Some(field) => field.1 = bad,
            None => fields.push((column, bad)),
        }
        let row = |pick: fn(&(&'static str, &'static str)) -> &'static str| {
            fields.iter().map(pick).collect::<Vec<_>>().join(",")
        };
        let text = format!("claim_id,{}\nX-1,{}\n", row(|f| f.0), row(|f| f.1));
        let report = checker.check(&read::csv_claims(&text).unwrap()[0]);
        let on_field: Vec<&str> = report
            .findings
            .iter()
            .filter(|f| f.severity > Severity::Info && f.field.to_string() == column)
            .map(|f| f.rule.id)
            .collect();
        assert_eq!(on_field.len(), 1, "{column}: {on_field:?}");
    }
}

#[test]
fn without_a_today_nothing_is_in_the_future() {
    let claims = read::csv_claims("claim_id,dos_from,procedure,dx1\nX-1,9999-01-01,99213,I10\n").unwrap();
    let rule = cleanclaim::rules::find("future-service-date").unwrap();
    let report = Checker::new(Tables::embedded()).rules([(rule, rule.severity)]).check(&claims[0]);
    assert!(report.findings.is_empty());
    assert_eq!(report.not_evaluated.len(), 1);
}

/// A record of CMS's HCPCS file: 3 is a code, 7 a modifier.
fn hcpcs_record(code: &str, id: char, title: &str, added: &str) -> String {
    let head = format!("{code:>5}00100{id}{title:<80}{title:<28}");
    format!("{head:<268}{added:8}{added:8}{:8}N{:27}\r\n", "", "")
}

#[test]
fn letters_are_known_once_the_hcpcs_file_was_added() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("modifier-tables");
    let _ = std::fs::remove_dir_all(&folder);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("HCPC2026_JAN_ANWEB.txt");
    let records = [
        hcpcs_record("A1", '7', "Synthetic modifier", "20020701"),
        hcpcs_record("LT", '7', "Synthetic left side", "19840101"),
        hcpcs_record("A4550", '3', "Synthetic tray", "19820101"),
    ];
    std::fs::write(&file, records.concat()).unwrap();
    TablesFolder::open(&folder).add(&[file], &AddOptions::default()).unwrap();
    let rules = ["unknown-modifier", "modifier-out-of-date"].map(|r| cleanclaim::rules::find(r).unwrap());
    let checker = Checker::new(Tables::open(&folder).unwrap()).rules(rules.map(|r| (r, r.severity)));
    let said = |day: &str, code: &str, modifier: &str| {
        let text = format!("claim_id,dos_from,procedure,mod1,dx1\nX-1,{day},{code},{modifier},I10\n");
        let report = checker.check(&read::csv_claims(&text).unwrap()[0]);
        let findings: Vec<&str> = report.findings.iter().map(|f| f.rule.id).collect();
        (findings, report.not_evaluated.len())
    };
    let nothing = (vec![], 0);
    assert_eq!(said("2026-03-02", "A4550", "LT"), nothing);
    assert_eq!(said("2026-03-02", "A4550", "25"), nothing);
    assert_eq!(said("2026-03-02", "A4550", "ZZ"), (vec!["MOD001"], 0));
    assert_eq!(said("2002-06-30", "A4550", "A1"), (vec!["MOD002"], 0));
    assert_eq!(said("2002-07-01", "A4550", "A1"), nothing);
    // Origin and destination of a transport are in no list, nor is what the list did not yet know.
    assert_eq!(said("2026-03-02", "A0429", "RH"), nothing);
    assert_eq!(said("2026-03-02", "A4550", "RH"), (vec!["MOD001"], 0));
    assert_eq!(said("1996-01-01", "A4550", "ZZ"), (vec![], 2));
}

#[test]
fn a_diagnosis_that_is_unknown_names_the_codes_near_it() {
    let help = |code: &str| {
        one("COD001", &format!("dos_from,procedure,dx1\n2026-03-02,99213,{code}")).help.to_string()
    };
    // Put in, mistaken, swapped.
    for code in ["E11.665", "E11.66", "E11.56"] {
        assert!(
            help(code).contains("E11.65 (Type 2 diabetes mellitus with hyperglycemia)"),
            "{code}: {}",
            help(code)
        );
    }
    // Its marks in the wrong places; a header is not advised.
    assert!(help("F4.11").contains("F41.1 (Generalized anxiety disorder)"));
    assert!(!help("E1.1").contains("E11"), "{}", help("E1.1"));
}
