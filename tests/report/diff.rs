//! Two reports compared.

use cleanclaim::report::{Format, ReportDiff, diff_text, read_report};
use serde_json::{Value, json};

use crate::fixture::report;
use crate::schema::{faults, read, strict};

fn whole() -> Value {
    let mut whole: Value = serde_json::from_str(&report(Format::Json, false)).unwrap();
    whole["summary"]["failed"] = json!([]);
    whole
}

fn compare(old: &Value, new: &Value) -> ReportDiff {
    let read = |name: &str, value: &Value| read_report(name, value.to_string().as_bytes()).unwrap();
    ReportDiff::new(read("old.json", old), read("new.json", new))
}

fn counts(diff: &ReportDiff) -> (usize, usize, usize) {
    (diff.solved.len(), diff.appeared.len(), diff.remaining.len())
}

#[test]
fn a_report_is_the_same_as_itself() {
    let diff = compare(&whole(), &whole());
    assert_eq!(counts(&diff), (0, 0, 5));
    // The fixture leaves two findings out, on both sides.
    assert_eq!(diff.notes.len(), 2, "{:?}", diff.notes);
}

#[test]
fn findings_are_known_by_claim_line_rule_and_codes() {
    // What may change.
    for (key, value) in [
        ("row", json!(99)),
        ("file", json!("later.csv")),
        ("message", json!("worded anew")),
        ("help", json!("do otherwise")),
        ("severity", json!("info")),
        ("field", json!("dx7")),
    ] {
        let mut new = whole();
        new["findings"][1][key] = value;
        assert_eq!(counts(&compare(&whole(), &new)), (0, 0, 5), "{key}");
    }
    // What makes it another finding.
    for (key, value) in [
        ("claim_id", json!("C002")),
        ("line", json!(2)),
        ("line", json!(null)),
        ("rule", json!("COD002")),
        ("codes", json!(["E11.67"])),
        ("codes", json!([])),
    ] {
        let mut new = whole();
        new["findings"][1][key] = value;
        assert_eq!(counts(&compare(&whole(), &new)), (1, 1, 4), "{key}");
    }
    // Which of two codes stands first is no difference.
    let (mut old, mut new) = (whole(), whole());
    old["findings"][1]["codes"] = json!(["A00.0", "B00.0"]);
    new["findings"][1]["codes"] = json!(["B00.0", "A00.0"]);
    assert_eq!(counts(&compare(&old, &new)), (0, 0, 5));
}

#[test]
fn findings_that_are_alike_are_counted() {
    let times = |n: usize| {
        let mut report = whole();
        let finding = report["findings"][1].clone();
        report["findings"] = vec![finding; n].into();
        report
    };
    assert_eq!(counts(&compare(&times(3), &times(2))), (1, 0, 2));
    assert_eq!(counts(&compare(&times(2), &times(3))), (0, 1, 2));
    assert_eq!(counts(&compare(&times(0), &times(3))), (0, 3, 0));
    assert_eq!(counts(&compare(&times(3), &times(0))), (3, 0, 0));
}

#[test]
fn what_cannot_be_compared_is_said() {
    let mut old = whole();
    old["summary"]["left_out"] = json!(0);
    let note = |change: &dyn Fn(&mut Value)| {
        let mut new = old.clone();
        change(&mut new);
        compare(&old, &new).notes.join("; ")
    };
    assert_eq!(note(&|_| {}), "");
    assert!(note(&|new| new["summary"]["fail_on"] = json!("info")).contains("--fail-on error and info"));
    assert!(note(&|new| new["summary"]["claims"] = json!(4)).contains("about 3 and 4 claims"));
    assert_eq!(
        note(&|new| new["summary"]["accepted"] = json!(1)),
        "new.json accepts one more finding, which counts as solved"
    );
    assert!(note(&|new| new["summary"]["accepted"] = json!(2)).contains("2 more findings, which count as"));
    assert!(note(&|new| new["summary"]["left_out"] = json!(7)).contains("new.json leaves out 7 findings"));
    let gap = |rule: &str| json!([{"rule": rule, "reason": "no table", "lines": 9}]);
    assert!(
        note(&|new| new["summary"]["not_evaluated"] = gap("COD001")).contains("COD001 was not evaluated")
    );
    let failed = json!(["a.csv: No such file", "b.csv.gz:1: cannot unpack"]);
    assert_eq!(
        note(&|new| new["summary"]["failed"] = failed.clone()),
        "new.json: 2 files were not checked, or not to the end: findings there may count as solved"
    );
    assert_eq!(
        note(&|new| new["summary"]["chosen"] = json!(["COD001", "DUP001"])),
        "only old.json is by COD002: such findings count as solved; only new.json is by DUP001: such findings count as new"
    );
    // An earlier release did not say.
    assert_eq!(note(&|new| drop(new["summary"].as_object_mut().unwrap().remove("chosen"))), "");
    assert_eq!(
        note(&|new| new["summary"]["tables"][0]["edition"] = json!("later")),
        "the table icd10cm is another: later, before ICD-10-CM, test edition"
    );
    assert_eq!(
        note(&|new| new["summary"]["tables"][0]["table"] = json!("mue")),
        "only old.json is by the table icd10cm; only new.json is by the table mue"
    );
    // Counts beyond all measure are counts.
    let most = json!({"error": u64::MAX, "warning": 1, "info": 0});
    assert_eq!(note(&|new| new["summary"]["findings"] = most.clone()), "");
    // Not of a rule that had no findings before.
    assert_eq!(note(&|new| new["summary"]["not_evaluated"] = gap("COD003")), "");
}

#[test]
fn it_is_told_in_text_and_in_json() {
    let (mut old, mut new) = (whole(), whole());
    old["summary"]["left_out"] = json!(0);
    new["summary"]["left_out"] = json!(0);
    new["summary"]["clean_claims"] = json!(2);
    new["summary"]["charges"]["at_stake"] = json!("20.00");
    new["findings"].as_array_mut().unwrap().remove(0);
    new["findings"][0]["line"] = json!(2);
    let diff = compare(&old, &new);
    let mut text = Vec::new();
    diff_text(&diff, &mut text);
    let text = String::from_utf8(text).unwrap();
    let expected = "\
                     old     new
claims                 3       3
clean claims           1       2
clean-claim rate  33.3 %  66.6 %
findings               5       5
accepted               0       0
charges           350.00  350.00
charges at stake  120.50   20.00

2 solved, 1 new, 3 remaining; charges at stake down by 100.50

New
  claim C001 line 2 (a,b.csv:2)
    error COD001 unknown-diagnosis: E11.66 is in no release of ICD-10-CM

Remaining
";
    assert!(text.trim_start().starts_with(expected), "{text}");
    assert!(
        text.contains("\nSolved\n  claim C001 (a,b.csv:2)\n    info COD007 undated-diagnosis: born"),
        "{text}"
    );
    assert!(!text.contains('\u{1b}'));
    let json: Value = serde_json::from_slice(&diff.to_json()).unwrap();
    let schema = strict(read("docs/report-diff.schema.json"));
    assert_eq!(faults(&schema, &json), Vec::<String>::new());
    assert_eq!(json["appeared"][0]["line"], 2);
    assert_eq!((&json["old"]["clean_rate"], &json["new"]["at_stake"]), (&json!(333), &json!("20.00")));
    let mut wrong = json.clone();
    wrong["old"]["billed"] = json!(350);
    assert_ne!(faults(&schema, &wrong), Vec::<String>::new());
}

#[test]
fn what_is_no_report_is_said_with_its_place() {
    let error = |text: &str| read_report("r.json", text.as_bytes()).unwrap_err().to_string();
    assert!(error("").starts_with("r.json: the file is empty"), "{}", error(""));
    let ndjson = report(Format::Ndjson, false);
    for other in [ndjson.as_str(), "Summary\n", "kind,file\n", "[]"] {
        assert!(error(other).contains("not a json report: write it with `cleanclaim check --format json`"));
    }
    let json = report(Format::Json, false);
    let cut = error(&json[..json.len() / 2]);
    let row = json[..json.len() / 2].lines().count();
    assert!(cut.starts_with(&format!("r.json:{row}:")) && cut.contains("EOF"), "{cut}");
    let other = error(&json.replacen("\"version\":1", "\"version\":7", 1));
    assert!(other.starts_with("r.json:1:12: report of version 7, expected 1"), "{other}");
    let missing = error(&json.replacen("\"claim_id\"", "\"id\"", 1));
    assert!(missing.starts_with("r.json:2:") && missing.contains("missing field `claim_id`"), "{missing}");
    // What stands in the wrong place is not repeated: it could be anyone's name.
    for wrong in [
        json.replacen("\"row\":2", "\"row\":\"SMITH\"", 1),
        json.replacen("\"severity\":\"info\"", "\"severity\":\"SMITH\"", 1),
    ] {
        let wrong = error(&wrong);
        assert!(wrong.starts_with("r.json:2:") && wrong.contains("expected"), "{wrong}");
        assert!(!wrong.contains("SMITH"), "{wrong}");
    }
}
