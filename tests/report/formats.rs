//! Formats by name, and rules as pages.

use cleanclaim::report::Format;
use cleanclaim::rules;
use serde_json::Value;

#[test]
fn formats_are_known_by_name() {
    for format in Format::ALL {
        assert_eq!(format.name().parse::<Format>().unwrap(), format);
    }
    let error = "xml".parse::<Format>().unwrap_err().to_string();
    assert_eq!(error, "\"xml\" is no report format: expected one of text, json, ndjson, csv, sarif, html");
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
