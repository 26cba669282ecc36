//! One fixed list of findings, its summary, and the report of both in a format.

use cleanclaim::accept::{Acceptance, Unused};
use cleanclaim::code::Modifier;
use cleanclaim::engine::{Charges, RuleCount, Share, Summary, TableUse, UnusedAcceptance};
use cleanclaim::report::{Checked, Format};
use cleanclaim::rule::{Finding, NotEvaluated, Severity};
use cleanclaim::table::TableKind;
use cleanclaim::{Cents, Claim, Field, Line, Tables, Why, rules};

pub(crate) fn finding(rule: &str, field: Field, line: Option<usize>, row: u64, message: &str) -> Finding {
    let rule = rules::find(rule).unwrap();
    Finding {
        rule,
        severity: rule.severity,
        field,
        line,
        row,
        codes: vec![],
        message: message.to_owned(),
        help: String::new(),
        edition: Some("edition".to_owned()),
        stale: None,
    }
}

/// A claim like any other, and one whose id is an attack on terminals and spreadsheets.
pub(crate) fn claims() -> Vec<(Claim, Vec<Finding>)> {
    let mut plain = Claim::new("C001");
    plain.row = 2;
    plain.patient.id = "PATIENT-ID".to_owned();
    plain.payer = "A <b>&\"payer\"".to_owned();
    plain.billing_npi = "1234567893".parse().ok();
    plain.total_charge = Some(Cents(12_050));
    for code in ["E11.66", "I10", "M54.5", "J06.9", "R05.9", "K21.9", "N39.0", "Z99"] {
        plain.add_diagnosis(code);
    }
    let mut line = Line::new(1);
    line.row = 2;
    line.from = "2026-03-02".parse().ok();
    line.set_procedure("99213");
    line.modifiers = [Modifier::constant(b"25"), Modifier::constant(b"59")].into_iter().collect();
    line.units = "1.5".parse().ok();
    line.point_at(&[1, 2]);
    plain.lines.push(line);
    let mut line = Line::new(20);
    line.row = 3;
    line.from = "2026-03-02".parse().ok();
    line.to = "2026-03-04".parse().ok();
    plain.lines.push(line);

    let mut first =
        finding("COD001", Field::Diagnosis(1), Some(0), 2, "E11.66 is in no release of ICD-10-CM");
    first.code("E11.66").help("nearest codes: E11.65, E11.69");
    let mut hidden = finding("COD002", Field::Diagnosis(8), Some(0), 2, "Z99 is a header");
    hidden.code("Z99").severity(Severity::Warning).stale(TableKind::Icd10Cm);
    let second = finding("COD013", Field::Procedure, Some(1), 3, "the line has no procedure code");
    let whole = finding("COD007", Field::PatientDob, None, 2, "born after the service");

    let mut odd = Claim::new("=cmd|' /C calc'!A0,\u{1b}[31m\"x\"");
    odd.row = 4;
    let message = "-1 is, \"no\" code,\nor is it";
    let attack = finding("COD010", Field::Modifier(2), None, 4, message);
    vec![(plain, vec![whole, first, hidden, second]), (odd, vec![attack])]
}

pub(crate) fn summary() -> Summary {
    let rule = |id| rules::find(id).unwrap();
    let gap = |id, why, lines| NotEvaluated { rule: rule(id), why, lines };
    let mut summary = Summary::default();
    summary.claims = 3;
    summary.clean_claims = 1;
    summary.lines = 4;
    summary.charges = Charges { billed: Cents(35_000), at_stake: Cents(12_050), unstated: 1 };
    summary.left_out = 2;
    let share = |name: &str, counts| Share { name: name.to_owned(), counts };
    summary.providers = vec![share("1234567893", [1, 1, 2]), share("", [0, 0, 1])];
    summary.payers = vec![share("A <b>&\"payer\"", [1, 1, 2]), share("", [0, 0, 1])];
    summary.findings = [1, 1, 3];
    summary.rules = vec![
        RuleCount { rule: rule("COD001"), counts: [0, 0, 1] },
        RuleCount { rule: rule("COD002"), counts: [0, 1, 0] },
        RuleCount { rule: rule("COD007"), counts: [1, 0, 0] },
        RuleCount { rule: rule("COD010"), counts: [0, 0, 1] },
        RuleCount { rule: rule("COD013"), counts: [0, 0, 1] },
    ];
    summary.failed = vec!["-late, \"b\".csv.gz:1: cannot unpack".to_owned()];
    summary.unused_acceptances = vec![UnusedAcceptance {
        acceptance: Acceptance {
            rule: rule("COD001"),
            claim: String::new(),
            fingerprint: "f-00000000075bcd15".parse().ok(),
            codes: vec!["E11.67".to_owned()],
            reason: "seen".to_owned(),
            until: None,
            file: "accepted.csv".to_owned(),
            row: 2,
        },
        why: Unused::NoFinding,
    }];
    summary.chosen = vec!["COD001", "COD002"];
    summary.not_evaluated = vec![
        gap("COD003", Why::NoDate, 1),
        gap("COD011", Why::NoTable(TableKind::Procedures), 4),
        gap("COD012", Why::NoTable(TableKind::Procedures), 3),
    ];
    summary.tables = vec![TableUse {
        kind: TableKind::Icd10Cm,
        edition: "ICD-10-CM, test edition".to_owned(),
        from: "2015-10-01".parse().unwrap(),
        to: "2027-03-31".parse().ok(),
        stale_lines: 2,
    }];
    summary
}

pub(crate) fn report(format: Format, colour: bool) -> String {
    report_of(&claims(), &summary(), format, colour)
}

/// A report of other claims.
pub(crate) fn report_of(
    claims: &[(Claim, Vec<Finding>)],
    summary: &Summary,
    format: Format,
    colour: bool,
) -> String {
    let tables = Tables::embedded();
    let reporter = format.reporter(colour);
    let mut out = Vec::new();
    reporter.begin(&mut out);
    for (i, (claim, findings)) in claims.iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(reporter.separator());
        }
        reporter.claim(&Checked { claim, findings, file: "a,b.csv", tables: &tables }, &mut out);
    }
    reporter.finish(summary, &mut out);
    String::from_utf8(out).unwrap()
}
