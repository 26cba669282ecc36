//! Identity: every format is read back, and holds the same findings.

use std::collections::BTreeMap;

use cleanclaim::code::CodeText;
use cleanclaim::report::Format;
use proptest::prelude::*;
use serde_json::Value;

use crate::fixture::{claims, report, report_of, summary};

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
                ("codes", f.codes.iter().map(CodeText::as_str).collect::<Vec<_>>().join(" ")),
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
    assert_eq!(summary["left_out"], 2);
    assert_eq!(
        summary["charges"],
        serde_json::json!({"billed": "350.00", "at_stake": "120.50", "unstated": 1})
    );
    assert_eq!(summary["findings"], serde_json::json!({"error": 3, "warning": 1, "info": 1}));
    assert_eq!(summary["rules"]["COD001"], 1);
    assert_eq!(summary["failed"], serde_json::json!(["-late, \"b\".csv.gz:1: cannot unpack"]));
    assert_eq!(summary["chosen"], serde_json::json!(["COD001", "COD002"]));
    assert_eq!(summary["unused_acceptances"][0]["fingerprint"], "f-00000000075bcd15");
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

/// The findings of a csv report.
fn csv_findings(report: &str) -> Vec<Flat> {
    let mut reader = csv::Reader::from_reader(report.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let rows = rows.iter().filter(|row| &row[0] == "finding");
    rows.map(|row| {
        let cell = |key: &str| header.iter().position(|h| h == key).map(|at| row[at].to_owned()).unwrap();
        let plain = |key: &str| cell(key).strip_prefix('\'').map_or_else(|| cell(key), str::to_owned);
        expected()[0].keys().map(|&key| (key, plain(key))).collect()
    })
    .collect()
}

#[test]
fn csv_says_the_same() {
    let report = report(Format::Csv, false);
    assert_eq!(csv_findings(&report), expected());
    let mut reader = csv::Reader::from_reader(report.as_bytes());
    let width = reader.headers().unwrap().len();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let of = |kind: &str| rows.iter().filter(|row| &row[0] == kind).count();
    assert_eq!((of("count"), of("rule"), of("not_evaluated"), of("table")), (12, 5, 3, 1));
    assert_eq!((of("failed"), of("acceptance")), (1, 1));
    assert!(rows.iter().all(|row| row.len() == width));
    assert_eq!(report.matches("\r\n").count(), rows.len() + 1);
    let count = |what: &str| rows.iter().find(|row| &row[8] == what).map(|row| row[width - 1].to_owned());
    assert_eq!(count("charges_at_stake").as_deref(), Some("120.50"));
    assert_eq!(count("left_out").as_deref(), Some("2"));
}

/// What spreadsheets take for the beginning of a formula (OWASP, CSV injection), with the wide forms of East Asian ones.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

proptest! {
    #[test]
    fn no_cell_of_csv_is_a_formula(
        sign in prop::sample::select(FORMULA.to_vec()),
        text in "[ -~\t\r\n＝é;,\"']{0,12}",
        plain in any::<bool>(),
    ) {
        let id = if plain { text } else { format!("{sign}{text}") };
        let mut claims = claims();
        claims.truncate(1);
        claims[0].0.id = id.clone();
        claims[0].1[0].message = id.clone();
        let code = CodeText::new(id.as_bytes());
        claims[0].1[0].codes = vec![code];
        let report = report_of(&claims, &summary(), Format::Csv, false);
        let mut reader = csv::Reader::from_reader(report.as_bytes());
        for row in reader.records() {
            for cell in row.unwrap().iter() {
                prop_assert!(!cell.starts_with(FORMULA), "{cell:?}");
            }
        }
        // Nothing is lost by it.
        let first = &csv_findings(&report)[0];
        prop_assert_eq!((&first["claim_id"], &first["message"]), (&id, &id));
        prop_assert_eq!(&first["codes"], code.as_str());
    }
}

/// The findings of a SARIF log, with what its rules say.
fn sarif_findings(log: &Value) -> Vec<Flat> {
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap().iter();
    let plain = |message: &Value| text(&message["text"]).replace("{{", "{").replace("}}", "}");
    results
        .map(|result| {
            let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
            assert_eq!(rule["id"], result["ruleId"]);
            let properties = &result["properties"];
            let mut out: Flat = BTreeMap::from([
                ("kind", "finding".to_owned()),
                ("rule", text(&result["ruleId"])),
                ("message", plain(&result["message"])),
                ("source", text(&rule["properties"]["source"])),
                ("section", text(&rule["properties"]["section"])),
                ("carc", text(&rule["properties"]["carc"])),
                ("url", text(&rule["helpUri"])),
            ]);
            for key in ["name", "claim_id", "line", "field", "codes", "help", "edition", "stale"] {
                out.insert(key, text(&properties[key]));
            }
            assert_eq!(rule["name"], properties["name"]);
            let level = text(&result["level"]);
            out.insert("severity", if level == "note" { "info".to_owned() } else { level });
            let place = &result["locations"][0]["physicalLocation"];
            out.insert("row", text(&place["region"]["startLine"]));
            out.insert("file", text(&place["artifactLocation"]["uri"]).replace("%2C", ","));
            let logical = &result["locations"][0]["logicalLocations"][0];
            assert_eq!(logical["name"], properties["claim_id"]);
            out
        })
        .collect()
}

#[test]
fn sarif_says_the_same() {
    let log: Value = serde_json::from_str(&report(Format::Sarif, false)).unwrap();
    assert_eq!(sarif_findings(&log), expected());
    check_summary(&log["runs"][0]["properties"]["summary"]);
    let went = &log["runs"][0]["invocations"][0];
    assert_eq!(went["executionSuccessful"], false);
    assert_eq!(
        went["toolExecutionNotifications"][0]["message"]["text"],
        "-late, \"b\".csv.gz:1: cannot unpack"
    );
    let first = &log["runs"][0]["results"][1];
    assert_eq!(first["partialFingerprints"], serde_json::json!({"finding/v1": "COD001/C001/1/E11.66"}));
}

#[test]
fn braces_are_no_placeholders_in_sarif() {
    let mut claims = claims();
    claims[0].1[0].message = "{0} and }".to_owned();
    let report = report_of(&claims, &summary(), Format::Sarif, false);
    let log: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(log["runs"][0]["results"][0]["message"]["text"], "{{0}} and }}");
}

/// What the text report says of a finding: its place, level, rule and message.
fn text_findings(report: &str) -> Vec<[String; 7]> {
    let mut out: Vec<[String; 7]> = Vec::new();
    let (mut place, mut open) = (vec![], false);
    for row in report.lines().take_while(|row| *row != "Summary") {
        if let Some((file, rest)) = row.split_once("  claim ") {
            let (file, number) = file.rsplit_once(':').unwrap();
            let (claim, line) = rest.rsplit_once(" line ").unwrap_or((rest, ""));
            place = vec![file.to_owned(), number.to_owned(), claim.to_owned(), line.to_owned()];
            continue;
        }
        let head = row.strip_prefix("  ").filter(|r| !r.starts_with(' ')).and_then(|r| r.split_once(": "));
        if let Some((head, message)) = head {
            let words: Vec<&str> = head.split(' ').collect();
            let [level, rule, _name] = words[..] else { panic!("{row}") };
            let mut place = place.clone().into_iter();
            out.push(std::array::from_fn(|at| match at {
                0..4 => place.next().unwrap(),
                4 => level.to_owned(),
                5 => rule.to_owned(),
                _ => message.to_owned(),
            }));
            open = true;
        } else if open && row.starts_with("    ") && !row.trim_start().starts_with("help: ") {
            let message = &mut out.last_mut().unwrap()[6];
            *message = format!("{message} {}", row.trim());
        } else {
            open = false;
        }
    }
    out
}

#[test]
fn text_says_the_same() {
    // On a screen, control characters are marks and a message is one paragraph.
    let shown =
        |text: &str| text.replace(|c: char| c.is_control() && c != '\n', "\u{FFFD}").replace('\n', " ");
    let keys = ["file", "row", "claim_id", "line", "severity", "rule", "message"];
    let expected: Vec<[String; 7]> = expected().iter().map(|f| keys.map(|key| shown(&f[key]))).collect();
    assert_eq!(text_findings(&report(Format::Text, false)), expected);
}

/// The findings of a page, with what its rules say. The rows are XML as well.
pub(crate) fn html_findings(page: &str) -> Vec<Flat> {
    let start = page.find("<tbody>").unwrap();
    let end = start + page[start..].find("</tbody>").unwrap() + "</tbody>".len();
    let rows = roxmltree::Document::parse(&page[start..end]).unwrap();
    let rows: Vec<_> = rows.descendants().filter(|node| node.has_tag_name("tr")).map(html_row).collect();
    rows.into_iter()
        .map(|mut row| {
            let start = page.find(&format!("<article id=\"{}\"", row["rule"])).unwrap();
            let end = start + page[start..].find("</article>").unwrap() + "</article>".len();
            let article = roxmltree::Document::parse(&page[start..end]).unwrap();
            row.insert("name", article.root_element().attribute("data-name").unwrap().to_owned());
            let part =
                |class: &str| article.descendants().find(|node| node.attribute("class") == Some(class));
            let text = |class: &str| part(class).map(all_text).unwrap_or_default();
            if row["help"].is_empty() {
                row.insert("help", text("fix"));
            }
            row.insert("carc", text("carc").replace(", ", " "));
            row.insert("source", text("source"));
            let link = part("source").and_then(|s| s.first_element_child()).and_then(|a| a.attribute("href"));
            row.insert("url", link.unwrap_or_default().to_owned());
            row
        })
        .collect()
}

fn all_text(node: roxmltree::Node<'_, '_>) -> String {
    node.descendants().filter_map(|n| n.is_text().then(|| n.text()).flatten()).collect()
}

fn html_row(tr: roxmltree::Node<'_, '_>) -> Flat {
    let cells: Vec<String> = tr.children().filter(roxmltree::Node::is_element).map(all_text).collect();
    let [level, rule, claim, line, place, codes, _charge, message, help] = &cells[..] else {
        panic!("{cells:?}")
    };
    let data = |name: &str| tr.attribute(name).unwrap_or_default().to_owned();
    let file = place.strip_suffix(&format!(":{}", data("data-row"))).unwrap();
    BTreeMap::from([
        ("kind", "finding".to_owned()),
        ("file", file.to_owned()),
        ("row", data("data-row")),
        ("claim_id", claim.clone()),
        ("line", line.clone()),
        ("rule", rule.clone()),
        ("severity", level.clone()),
        ("field", data("data-field")),
        ("codes", codes.clone()),
        ("message", message.clone()),
        ("help", help.clone()),
        ("edition", data("data-edition")),
        ("stale", data("data-stale")),
    ])
}

#[test]
fn html_says_the_same() {
    // On a page, control characters are marks, white space is a blank, and document and section stand together.
    let shown = |text: &str| text.replace(['\n', '\t'], " ").replace(|c: char| c.is_control(), "\u{FFFD}");
    let mut expected = expected();
    for finding in &mut expected {
        let section = finding.remove("section").unwrap();
        let title = finding.remove("source").unwrap();
        let source = if section.is_empty() { title } else { format!("{title}, {section}") };
        finding.insert("source", source);
        finding.values_mut().for_each(|value| *value = shown(value));
    }
    let page = report(Format::Html, false);
    assert_eq!(html_findings(&page), expected);
    // A row knows its payer by a key, which the chart explains.
    let (_, rest) = page.split_once("data-provider=\"1234567893\" data-payer=\"").unwrap();
    let key = rest.split('"').next().unwrap();
    assert!(page.contains(&format!(
        "data-filter=\"payer\" data-value=\"{key}\">A &lt;b&gt;&amp;&quot;payer&quot;</a>"
    )));
    assert!(page.contains("<td>120.50</td>"));
}
