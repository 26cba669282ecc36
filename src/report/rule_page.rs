//! A rule explained, from its declaration: what `explain` prints and what the reference page holds.

use std::fmt::{self, Write as _};

use super::record::{RuleRecord, json};
use super::wrap::{PAGE, broken};
use crate::rule::{Rule, Status};

/// What the families are about, in the order of the reference page.
const FAMILIES: [(&str, &str); 14] = [
    ("COD", "Codes exist and are in force"),
    ("DXS", "Diagnosis conventions"),
    ("DEM", "Diagnosis, procedure and patient"),
    ("NCC", "Procedures together"),
    ("MUE", "Units in a day"),
    ("MOD", "Modifiers"),
    ("COV", "Diagnosis and procedure"),
    ("PTR", "Diagnosis pointers"),
    ("POS", "Place of service"),
    ("DTE", "Dates"),
    ("PRV", "Providers"),
    ("AMT", "Charges and units"),
    ("DUP", "Duplicates"),
    ("FMT", "Readable input"),
];

/// Status as a word, and the version since which a stable rule is part of the program.
pub(super) fn status(rule: &Rule) -> (&'static str, Option<&'static str>) {
    match rule.status {
        Status::Stable(since) => ("stable", Some(since)),
        Status::Preview => ("preview", None),
        Status::Removed => ("removed", None),
    }
}

/// A page for the terminal.
///
/// ```
/// let rule = cleanclaim::rules::find("header-diagnosis").ok_or("no such rule")?;
/// assert!(cleanclaim::report::rule_text(rule).starts_with("COD002 header-diagnosis"));
/// # Ok::<(), &str>(())
/// ```
pub fn rule_text(rule: &Rule) -> String {
    let mut out = String::with_capacity(1024);
    // Writing to a string cannot fail.
    let _ = text_page(&mut out, rule);
    out
}

fn text_page(out: &mut String, rule: &Rule) -> fmt::Result {
    writeln!(out, "{} {}", rule.id, rule.name)?;
    writeln!(out, "{}, {}\n", rule.severity, standing(rule))?;
    filled(out, &format!("Flags a claim when {}.", rule.summary), 0);
    out.push('\n');
    filled(out, rule.why, 0);
    out.push('\n');
    let mut part = |label: &str, text: &str| {
        out.push_str(label);
        filled(out, text, label.len());
    };
    part("What to do:  ", rule.fix);
    part("Source:      ", &source(rule));
    if !rule.citation.url.is_empty() {
        part("             ", rule.citation.url);
    }
    if !rule.carc.is_empty() {
        part("CARC:        ", &list(rule.carc));
    }
    if !rule.needs.is_empty() {
        part("Needs:       ", &list(rule.needs.iter().map(|kind| kind.title())));
    }
    if !rule.reads.is_empty() {
        part("Reads:       ", &list(rule.reads));
    }
    for (heading, examples) in [("Flagged", rule.fails), ("Not flagged", rule.passes)] {
        if !examples.is_empty() {
            writeln!(out, "\n{heading}:")?;
        }
        for (i, example) in examples.iter().enumerate() {
            if i > 0 {
                out.push('\n');
            }
            for line in example.lines() {
                writeln!(out, "    {line}")?;
            }
        }
    }
    Ok(())
}

/// A section of the reference page.
///
/// ```
/// let rule = cleanclaim::rules::find("COD002").ok_or("no such rule")?;
/// assert!(cleanclaim::report::rule_markdown(rule).starts_with("### COD002 header-diagnosis"));
/// # Ok::<(), &str>(())
/// ```
pub fn rule_markdown(rule: &Rule) -> String {
    let mut out = String::with_capacity(1024);
    // Writing to a string cannot fail.
    let _ = markdown_section(&mut out, rule);
    out
}

fn markdown_section(out: &mut String, rule: &Rule) -> fmt::Result {
    writeln!(out, "### {} {}\n", rule.id, rule.name)?;
    writeln!(
        out,
        "*{}, {}.* Flags a claim when {}.\n",
        rule.severity,
        standing(rule),
        escaped(rule.summary)
    )?;
    writeln!(out, "{}\n", escaped(rule.why))?;
    writeln!(out, "* What to do: {}", escaped(rule.fix))?;
    let source = escaped(&source(rule));
    if rule.citation.url.is_empty() {
        writeln!(out, "* Source: {source}")?;
    } else {
        writeln!(out, "* Source: [{source}]({})", rule.citation.url)?;
    }
    if !rule.carc.is_empty() {
        writeln!(out, "* CARC: {}", list(rule.carc))?;
    }
    if !rule.needs.is_empty() {
        writeln!(out, "* Needs: {}", list(rule.needs.iter().map(|kind| kind.title())))?;
    }
    if !rule.reads.is_empty() {
        writeln!(out, "* Reads: {}", list(rule.reads.iter().map(|field| format!("`{field}`"))))?;
    }
    for (heading, examples) in [("Flagged", rule.fails), ("Not flagged", rule.passes)] {
        if !examples.is_empty() {
            writeln!(out, "\n{heading}:\n\n```csv\n{}\n```", examples.join("\n\n"))?;
        }
    }
    Ok(())
}

/// The whole reference page: a table of all rules, then each, family by family.
///
/// ```
/// let page = cleanclaim::report::rules_markdown(cleanclaim::rules::all());
/// assert!(page.starts_with("# Rules\n") && page.contains("### COD002 header-diagnosis"));
/// ```
pub fn rules_markdown<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> String {
    let rules: Vec<&Rule> = rules.into_iter().filter(|r| r.status != Status::Removed).collect();
    let mut out = String::from(
        "# Rules\n\nMade from the declarations by `cleanclaim rules --format markdown`; do not edit by hand.\n\n\
         | rule | name | severity | flags a claim when |\n| --- | --- | --- | --- |\n",
    );
    for rule in &rules {
        let anchor = format!("{}-{}", rule.id.to_ascii_lowercase(), rule.name);
        let preview = if rule.status == Status::Preview { " (preview)" } else { "" };
        let _ = writeln!(
            out,
            "| [{}](#{anchor}) | {} | {}{preview} | {} |",
            rule.id,
            rule.name,
            rule.severity,
            escaped(rule.summary).replace('|', "\\|")
        );
    }
    let mut family = "";
    for rule in rules {
        if rule.family() != family {
            family = rule.family();
            let about = FAMILIES.iter().find(|(id, _)| *id == family).map_or("", |(_, about)| about);
            let colon = if about.is_empty() { "" } else { ": " };
            let _ = writeln!(out, "\n## {family}{colon}{about}");
        }
        out.push('\n');
        let _ = markdown_section(&mut out, rule);
    }
    out
}

/// All that is said of rules, as a JSON list.
///
/// ```
/// let json = cleanclaim::report::rule_json(cleanclaim::rules::all());
/// let list: Vec<serde_json::Value> = serde_json::from_slice(&json)?;
/// assert!(list.iter().any(|rule| rule["id"] == "COD002"));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn rule_json<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Vec<u8> {
    let mut out = b"[\n".to_vec();
    for (i, rule) in rules.into_iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(b",\n");
        }
        json(&mut out, &RuleRecord::new(rule));
    }
    out.extend_from_slice(b"\n]\n");
    out
}

fn standing(rule: &Rule) -> String {
    match rule.status {
        Status::Stable(since) => format!("since {since}"),
        Status::Preview => "preview: runs only when selected by its id".to_owned(),
        Status::Removed => "removed".to_owned(),
    }
}

/// Document and section.
pub(super) fn source(rule: &Rule) -> String {
    let citation = rule.citation;
    if citation.section.is_empty() {
        return citation.title.to_owned();
    }
    format!("{}, {}", citation.title, citation.section)
}

pub(super) fn list<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|i| i.to_string()).collect();
    items.join(", ")
}

/// Text in which Markdown sees no markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '_' | '<' | '[' | ']' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text broken to fit a terminal.
fn filled(out: &mut String, text: &str, indent: usize) {
    broken(text, indent, indent, PAGE, |part| out.push_str(part));
}
