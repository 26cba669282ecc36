//! SARIF 2.1.0 (OASIS Static Analysis Results Interchange Format): what viewers of findings and code hosts read.
//!
//! One run, written as it comes: the results first, then the tool with all its rules, so that a result can name its rule by its place in
//! the registry without knowing which other rules will have something to say. The summary is a property of the run.

use std::fmt::Write as _;

use serde::Serialize;

use super::key::Key;
use super::record::{FindingRecord, SummaryRecord, json};
use super::rule_page::{rule_markdown, source};
use super::{Checked, Reporter};
use crate::code::CodeText;
use crate::engine::Summary;
use crate::rule::{Rule, Severity, Status};
use crate::{Field, rules};

/// The schema to which a report conforms.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

/// One SARIF log with one run.
///
/// ```
/// use cleanclaim::engine::{Options, check_files};
/// use cleanclaim::read::Input;
/// use cleanclaim::report::Sarif;
/// use cleanclaim::{Checker, Tables};
///
/// let checker = Checker::new(Tables::embedded()).as_of("2026-11-22".parse()?);
/// let claims = [Input::from_argument("data/sample/claims.csv")];
/// let mut out = Vec::new();
/// let outcome = check_files(&checker, &claims, &Options::default(), &Sarif, &mut out, &mut |_| ())?;
/// let log: serde_json::Value = serde_json::from_slice(&out)?;
/// let results = log["runs"][0]["results"].as_array().ok_or("no results")?;
/// assert_eq!(results.len() as u64, outcome.summary.total());
/// assert_eq!(log["runs"][0]["tool"]["driver"]["name"], "cleanclaim");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Sarif;

impl Reporter for Sarif {
    fn begin(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"$schema\":");
        json(out, &SCHEMA);
        out.extend_from_slice(b",\"version\":\"2.1.0\",\"runs\":[{\"results\":[\n");
    }

    fn separator(&self) -> &'static [u8] {
        b",\n"
    }

    fn claim(&self, of: &Checked<'_>, out: &mut Vec<u8>) {
        for (i, finding) in of.findings.iter().enumerate() {
            if i > 0 {
                out.extend_from_slice(self.separator());
            }
            json(out, &SarifResult::new(FindingRecord::new(of, finding, None)));
        }
    }

    fn finish(&self, summary: &Summary, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\n],\n\"tool\":{\"driver\":");
        json(out, &Driver::new());
        out.extend_from_slice(b"},\n\"invocations\":");
        json(out, &[Invocation::new(&summary.failed)]);
        out.extend_from_slice(b",\n\"columnKind\":\"unicodeCodePoints\",\"properties\":{\"summary\":");
        json(out, &SummaryRecord::new(summary, None));
        out.extend_from_slice(b"}}]}\n");
    }
}

/// How the run went (3.20): without an error, or with notifications of what was not checked.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

impl Invocation {
    fn new(errors: &[String]) -> Invocation {
        let notification = |error: &String| Notification { level: "error", message: Message::new(error) };
        Invocation {
            execution_successful: errors.is_empty(),
            tool_execution_notifications: errors.iter().map(notification).collect(),
        }
    }
}

/// Severities under SARIF's names.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// A message in which no brace is a placeholder (3.11.5).
#[derive(Serialize)]
struct Message {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

impl Message {
    fn new(text: &str) -> Message {
        Message { text: braced(text), markdown: None }
    }
}

fn braced(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location<'a>; 1],
    partial_fingerprints: Fingerprint,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Fingerprint {
    #[serde(rename = "finding/v1")]
    finding: String,
}

/// What SARIF has no place for, under the names of the other formats.
#[derive(Serialize)]
struct Properties<'a> {
    name: &'static str,
    claim_id: &'a str,
    line: Option<u32>,
    field: Field,
    codes: &'a [CodeText],
    help: &'a str,
    edition: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stale: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation>,
    logical_locations: [LogicalLocation<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fully_qualified_name: Option<String>,
    kind: &'static str,
}

impl<'a> SarifResult<'a> {
    fn new(of: FindingRecord<'a>) -> SarifResult<'a> {
        let region = (of.row > 0).then_some(Region { start_line: of.row });
        let artifact = uri(of.file).map(|uri| ArtifactLocation { uri });
        let key = Key::new(of.claim_id, of.line, of.rule, of.codes);
        SarifResult {
            rule_id: of.rule,
            rule_index: rules().position(|rule| rule.id == of.rule).unwrap_or(0),
            level: level(of.severity),
            message: Message::new(of.message),
            locations: [Location {
                physical_location: artifact
                    .map(|artifact_location| PhysicalLocation { artifact_location, region }),
                logical_locations: [LogicalLocation {
                    name: of.claim_id,
                    fully_qualified_name: of.line.map(|line| format!("{}/{line}", of.claim_id)),
                    kind: "claim",
                }],
            }],
            partial_fingerprints: Fingerprint { finding: key.to_string() },
            properties: Properties {
                name: of.name,
                claim_id: of.claim_id,
                line: of.line,
                field: of.field,
                codes: of.codes,
                help: of.help,
                edition: of.citation.edition,
                stale: of.stale,
            },
        }
    }
}

/// A file as a URI reference (RFC 3986): relative as it was named; `None` for standard input and for claims from no file.
fn uri(file: &str) -> Option<String> {
    if file.is_empty() || file == "-" {
        return None;
    }
    let path = if std::path::MAIN_SEPARATOR == '\\' { file.replace('\\', "/") } else { file.to_owned() };
    let mut out = String::with_capacity(path.len() + 8);
    match path.as_bytes() {
        [b'/', ..] => out.push_str("file://"),
        [_, b':', b'/', ..] => out.push_str("file:///"),
        _ => {}
    }
    for (at, b) in path.bytes().enumerate() {
        // A colon in the first part of a relative path would begin a scheme; a drive's may stand.
        let plain = b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'/');
        if plain || (b == b':' && at == 1 && !out.is_empty() && out.starts_with("file:")) {
            out.push(char::from(b));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{b:02X}");
        }
    }
    Some(out)
}

/// The rules that a report can name, in the order of the registry.
fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::all().filter(|rule| rule.status != Status::Removed)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: &'static str,
    short_description: Message,
    full_description: Message,
    help: Message,
    #[serde(skip_serializing_if = "str::is_empty")]
    help_uri: &'static str,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    tags: [&'static str; 1],
    source: &'static str,
    section: &'static str,
    carc: &'static [u16],
}

impl Driver {
    fn new() -> Driver {
        Driver {
            name: env!("CARGO_PKG_NAME"),
            semantic_version: env!("CARGO_PKG_VERSION"),
            rules: rules().map(Descriptor::new).collect(),
        }
    }
}

impl Descriptor {
    fn new(rule: &'static Rule) -> Descriptor {
        let help = format!("What to do: {}. Source: {}.", rule.fix, source(rule));
        Descriptor {
            id: rule.id,
            name: rule.name,
            short_description: Message::new(&format!("Flags a claim when {}.", rule.summary)),
            full_description: Message::new(rule.why),
            help: Message { text: braced(&help), markdown: Some(braced(&rule_markdown(rule))) },
            help_uri: rule.citation.url,
            default_configuration: Configuration { enabled: rule.is_default(), level: level(rule.severity) },
            properties: RuleProperties {
                tags: [rule.family()],
                source: rule.citation.title,
                section: rule.citation.section,
                carc: rule.carc,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_uri_references() {
        let cases = [
            ("claims.csv", "claims.csv"),
            ("march/day 1.csv", "march/day%201.csv"),
            ("/data/a,b.csv", "file:///data/a%2Cb.csv"),
            ("a:b.csv", "a%3Ab.csv"),
            ("100%.csv", "100%25.csv"),
            ("é.csv", "%C3%A9.csv"),
        ];
        for (file, expected) in cases {
            assert_eq!(uri(file).as_deref(), Some(expected));
        }
        assert_eq!((uri("-"), uri("")), (None, None));
    }
}
