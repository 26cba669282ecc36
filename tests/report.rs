//! One fixed list of findings through every format, each machine format read back and compared.

use std::collections::BTreeMap;

use cleanclaim::code::Modifier;
use cleanclaim::engine::{RuleCount, Summary, TableUse};
use cleanclaim::report::{Checked, Format};
use cleanclaim::rule::{Finding, NotEvaluated, Severity};
use cleanclaim::table::TableKind;
use cleanclaim::{Claim, Field, Line, Tables, Why, rules};
use serde_json::Value;

fn finding(rule: &str, field: Field, line: Option<usize>, row: u64, message: &str) -> Finding {
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
fn claims() -> Vec<(Claim, Vec<Finding>)> {
    let mut plain = Claim::new("C001");
    plain.row = 2;
    plain.patient.id = "PATIENT-ID".to_owned();
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

fn summary() -> Summary {
    let rule = |id| rules::find(id).unwrap();
    let gap = |id, why, lines| NotEvaluated { rule: rule(id), why, lines };
    let mut summary = Summary::default();
    summary.claims = 3;
    summary.clean_claims = 1;
    summary.lines = 4;
    summary.findings = [1, 1, 3];
    summary.rules = vec![
        RuleCount { rule: rule("COD001"), counts: [0, 0, 1] },
        RuleCount { rule: rule("COD002"), counts: [0, 1, 0] },
        RuleCount { rule: rule("COD007"), counts: [1, 0, 0] },
        RuleCount { rule: rule("COD010"), counts: [0, 0, 1] },
        RuleCount { rule: rule("COD013"), counts: [0, 0, 1] },
    ];
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

fn report(format: Format, colour: bool) -> String {
    let tables = Tables::embedded();
    let reporter = format.reporter(colour);
    let mut out = Vec::new();
    reporter.begin(&mut out);
    for (i, (claim, findings)) in claims().iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(reporter.separator());
        }
        reporter.claim(&Checked { claim, findings, file: "a,b.csv", tables: &tables }, &mut out);
    }
    reporter.finish(&summary(), &mut out);
    String::from_utf8(out).unwrap()
}

/// A finding as key and text, the same from every format.
type Flat = BTreeMap<&'static str, String>;

fn expected() -> Vec<Flat> {
    let mut out = Vec::new();
    for (claim, findings) in claims() {
        for f in findings {
            let line = f.line.map(|at| claim.lines[at].number.to_string()).unwrap_or_default();
            let carc: Vec<String> = f.rule.carc.iter().map(u16::to_string).collect();
            out.push(BTreeMap::from([
                ("kind", "finding".to_owned()),
                ("file", "a,b.csv".to_owned()),
                ("row", f.row.to_string()),
                ("claim_id", claim.id.clone()),
                ("line", line),
                ("rule", f.rule.id.to_owned()),
                ("name", f.rule.name.to_owned()),
                ("severity", f.severity.to_string()),
                ("field", f.field.to_string()),
                ("codes", f.codes.join(" ")),
                ("message", f.message.clone()),
                ("help", f.advice().to_owned()),
                ("source", f.rule.citation.title.to_owned()),
                ("section", f.rule.citation.section.to_owned()),
                ("edition", "edition".to_owned()),
                ("url", f.rule.citation.url.to_owned()),
                ("carc", carc.join(" ")),
                ("stale", if f.stale.is_some() { "true".to_owned() } else { String::new() }),
            ]));
        }
    }
    out
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

fn flat(object: &Value) -> Flat {
    let keys = ["file", "row", "claim_id", "line", "rule", "name", "severity", "field", "codes", "message"];
    let mut out: Flat = keys.into_iter().map(|key| (key, text(&object[key]))).collect();
    for key in ["help", "carc", "stale"] {
        out.insert(key, text(&object[key]));
    }
    for (key, theirs) in [("source", "title"), ("section", "section"), ("edition", "edition"), ("url", "url")]
    {
        out.insert(key, text(&object["citation"][theirs]));
    }
    out.insert("kind", "finding".to_owned());
    out
}

fn check_summary(summary: &Value) {
    assert_eq!(summary["claims"], 3);
    assert_eq!(summary["lines"], 4);
    assert_eq!(summary["findings"], serde_json::json!({"error": 3, "warning": 1, "info": 1}));
    assert_eq!(summary["rules"]["COD001"], 1);
    assert_eq!(summary["not_evaluated"][0]["reason"], "no date of service");
    assert_eq!(summary["not_evaluated"][1]["lines"], 4);
    assert_eq!(summary["tables"][0]["table"], "icd10cm");
    assert_eq!(summary["tables"][0]["stale_lines"], 2);
}

#[test]
fn ndjson_says_the_same() {
    let report = report(Format::Ndjson, false);
    let mut lines: Vec<Value> = report.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let summary = lines.pop().unwrap();
    assert_eq!(summary["kind"], "summary");
    check_summary(&summary);
    assert!(lines.iter().all(|l| l["kind"] == "finding"));
    assert_eq!(lines.iter().map(flat).collect::<Vec<_>>(), expected());
    assert!(lines[0]["line"].is_null());
    assert_eq!(lines[3]["line"], 20);
    let first = report.lines().nth(1).unwrap();
    assert_eq!(
        first,
        r#"{"kind":"finding","file":"a,b.csv","row":2,"claim_id":"C001","line":1,"rule":"COD001","name":"unknown-diagnosis","severity":"error","field":"dx1","codes":["E11.66"],"message":"E11.66 is in no release of ICD-10-CM","help":"nearest codes: E11.65, E11.69","citation":{"title":"ICD-10-CM code set (45 CFR 162.1002; CMS and CDC code files)","section":"Tabular list and annual code files","edition":"edition","url":"https://www.cms.gov/medicare/coding-billing/icd-10-codes"},"carc":[146]}"#
    );
}

#[test]
fn json_says_the_same() {
    let report: Value = serde_json::from_str(&report(Format::Json, false)).unwrap();
    check_summary(&report["summary"]);
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.iter().map(flat).collect::<Vec<_>>(), expected());
}

#[test]
fn json_without_findings_is_json() {
    let reporter = Format::Json.reporter(false);
    let mut out = Vec::new();
    reporter.begin(&mut out);
    reporter.finish(&summary(), &mut out);
    let report: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(report["findings"], serde_json::json!([]));
}

#[test]
fn csv_says_the_same_and_holds_no_formula() {
    let report = report(Format::Csv, false);
    let mut reader = csv::Reader::from_reader(report.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    for cell in rows.iter().flat_map(|row| row.iter()) {
        let number = cell.strip_prefix('-').is_some_and(|n| n.parse::<u64>().is_ok());
        assert!(number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
    let findings: Vec<Flat> = rows
        .iter()
        .filter(|row| &row[0] == "finding")
        .map(|row| {
            let cell = |key: &str| header.iter().position(|h| h == key).map(|at| row[at].to_owned()).unwrap();
            let plain = |key: &str| cell(key).strip_prefix('\'').map_or_else(|| cell(key), str::to_owned);
            expected()[0].keys().map(|&key| (key, plain(key))).collect()
        })
        .collect();
    assert_eq!(findings, expected());
    let of = |kind: &str| rows.iter().filter(|row| &row[0] == kind).count();
    assert_eq!((of("count"), of("rule"), of("not_evaluated"), of("table")), (8, 5, 3, 1));
    assert!(rows.iter().all(|row| row.len() == header.len()));
    assert_eq!(report.matches("\r\n").count(), rows.len() + 1);
}

#[test]
fn text_shows_the_code_in_its_place() {
    let expected = "\
a,b.csv:2  claim C001
    | dx E11.66 I10 M54.5 J06.9 R05.9 K21.9 and 2 more
  info COD007 undated-diagnosis: born after the service
    help: give the date of service
    source: ICD-10-CM code set (45 CFR 162.1002; CMS and CDC code files), Tabular list and annual
            code files [edition]

a,b.csv:2  claim C001 line 1
    | 2026-03-02  99213-25-59  x1.5  dx E11.66 I10 M54.5 J06.9 R05.9 K21.9 Z99 and 1 more  -> A,B
    |                                   ^^^^^^ COD001
    |                                                                      ^^^ COD002
  error COD001 unknown-diagnosis: E11.66 is in no release of ICD-10-CM
    help: nearest codes: E11.65, E11.69
    source: ICD-10-CM code set (45 CFR 162.1002; CMS and CDC code files), Tabular list and annual
            code files [edition]
  warning COD002 header-diagnosis: Z99 is a header
    help: report the most specific code that the documentation supports
    source: ICD-10-CM Official Guidelines for Coding and Reporting, I.B.2, Level of detail in coding
            [edition]
    stale: the table of ICD-10-CM stands until 2027-03-31; the service is later

a,b.csv:3  claim C001 line 20
    | 2026-03-02 to 2026-03-04  (no procedure)  dx E11.66 I10 M54.5 J06.9 R05.9 K21.9 and 2 more
    |                           ^^^^^^^^^^^^^^ COD013
  error COD013 missing-procedure: the line has no procedure code
    help: add the procedure code, or drop the line
    source: Medicare Claims Processing Manual (Pub. 100-04), chapter 26, 10.4, item 24D [edition]

a,b.csv:4  claim =cmd|' /C calc'!A0,\u{FFFD}[31m\"x\"
  error COD010 malformed-procedure: -1 is, \"no\" code, or is it
    help: report the code alone, without modifier, blanks or punctuation
    source: HCPCS code set (45 CFR 162.1002; CMS HCPCS quarterly update, AMA CPT), Code, add date
            and termination date [edition]

Summary
  3 claims, 4 lines, 1 clean (33.3 %)
  3 errors, 1 warning, 1 info

  rule    name                   error  warning     info
  COD001  unknown-diagnosis          1
  COD002  header-diagnosis                    1
  COD007  undated-diagnosis                            1
  COD010  malformed-procedure        1
  COD013  missing-procedure          1

Not evaluated
  COD003 on 1 line: no date of service
  COD011, COD012 on 3 to 4 lines: no table of CPT and HCPCS codes; add one with `cleanclaim tables
    add HCPC2026_JAN_ANWEB.zip`

Tables used
  ICD-10-CM, test edition; 2015-10-01 to 2027-03-31; 2 lines of later days judged by this edition
    (stale)
";
    let report = report(Format::Text, false);
    assert_eq!(report, expected);
    assert!(!report.contains("PATIENT-ID"));
}

#[test]
fn colour_adds_nothing_but_colour() {
    let coloured = report(Format::Text, true);
    assert!(coloured.contains("\u{1b}[1;31merror\u{1b}[0m"));
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some(at) = rest.find('\u{1b}') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + rest[at..].find('m').unwrap() + 1..];
    }
    plain.push_str(rest);
    assert_eq!(plain, report(Format::Text, false));
}

#[test]
fn formats_are_known_by_name() {
    for format in Format::ALL {
        assert_eq!(format.name().parse::<Format>().unwrap(), format);
    }
    let error = "xml".parse::<Format>().unwrap_err().to_string();
    assert_eq!(error, "\"xml\" is no report format: expected text, json, ndjson or csv");
}

#[test]
fn every_rule_has_a_page() {
    for rule in rules::all() {
        let page = cleanclaim::report::rule_text(rule);
        assert!(page.starts_with(&format!("{} {}\n", rule.id, rule.name)));
        assert!(page.contains(rule.fails[0].lines().next().unwrap()), "{}", rule.id);
        assert!(
            page.lines().all(|l| l.len() <= 80 || l.starts_with("    ") || l.contains("https://")),
            "{page}"
        );
    }
    let all = cleanclaim::report::rules_markdown(rules::all());
    assert!(rules::all().all(|r| all.contains(&format!("\n### {} {}\n", r.id, r.name))));
    let json: Value = serde_json::from_slice(&cleanclaim::report::rule_json(rules::all())).unwrap();
    assert_eq!(json.as_array().unwrap().len(), rules::all().count());
    assert_eq!(json[0]["citation"]["title"], rules::all().next().unwrap().citation.title);
}

#[test]
fn many_marks_stand_under_their_codes_and_on_the_screen() {
    let mut claim = Claim::new("C");
    let codes: Vec<String> = (0..25).map(|i| format!("S72.{:03}A", i)).collect();
    for code in &codes {
        claim.add_diagnosis(code);
    }
    let mut line = Line::new(1);
    line.set_procedure("99213");
    claim.lines.push(line);
    let findings: Vec<Finding> = (1..=25)
        .map(|n| finding("COD001", Field::Diagnosis(n), Some(0), 2, &codes[usize::from(n) - 1]))
        .collect();
    let tables = Tables::embedded();
    let mut out = Vec::new();
    let of = Checked { claim: &claim, findings: &findings, file: "f", tables: &tables };
    Format::Text.reporter(false).claim(&of, &mut out);
    let text = String::from_utf8(out).unwrap();
    let mut marked = Vec::new();
    let mut shown = "";
    for row in text.lines().filter(|row| row.starts_with("    |")) {
        assert!(row.len() <= 100, "{row}");
        if !row.contains('^') {
            shown = row;
            continue;
        }
        let mut rest = 0;
        while let Some(at) = row[rest..].find('^').map(|at| at + rest) {
            let end = row[at..].find(|c| c != '^').map_or(row.len(), |n| at + n);
            marked.push(shown[at..end].to_owned());
            rest = end;
        }
    }
    assert_eq!(marked, codes);
    assert_eq!(text.matches("source: ").count(), 1, "{text}");
}
