//! What is wrong with a user's policy file: everything, with its line, not only the first row that cannot be read.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::policies::{self, ALWAYS, Column, Row};
use crate::code::{Modifier, Procedure};
use crate::table::policies::{Relation, Span, Terms, diagnoses_of, procedures_of};
use crate::table::{Cover, InForce, Standing, Tables, cpt_modifier};
use crate::{Date, DateRange, Error, Result};

/// Something wrong with a policy file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[non_exhaustive]
pub struct PolicyProblem {
    /// Line of the file, from 1.
    pub line: u64,
    /// The column at fault.
    pub column: &'static str,
    /// What is wrong; lower case, no full stop.
    pub message: String,
}

/// What was found in a policy file.
#[derive(Clone, Debug, Default, serde::Serialize)]
#[non_exhaustive]
pub struct PolicyReport {
    /// What is wrong, by line.
    pub problems: Vec<PolicyProblem>,
    /// Rows that were looked at.
    pub rows: u64,
    /// Policies among them.
    pub policies: u64,
    /// What could not be looked at.
    pub notes: Vec<String>,
}

/// Reads a policy file and says all that is wrong with it, against the code tables.
///
/// # Errors
/// If the file cannot be read, or is no policy file.
pub fn check_policies(path: impl AsRef<Path>, tables: &Tables) -> Result<PolicyReport> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, e))?;
    let bytes = super::container::decompress(path, bytes)?;
    let content = super::content::Content::of(bytes).map_err(|e| Error::import(path, None, e))?;
    let text = content.text().unwrap_or_default();
    let (places, records) = policies::records(text).map_err(|(line, e)| Error::import(path, line, e))?;
    let mut lint = Lint { tables, report: PolicyReport::default() };
    let width = places.iter().flatten().max().map_or(0, |m| m + 1);
    let mut rows = Vec::new();
    for (line, cells) in &records {
        if cells.len() < width {
            let message = format!("the row has {} fields, the header names {width} or more", cells.len());
            lint.say(*line, Column(0), message);
            continue;
        }
        match policies::row(*line, cells, &places, None) {
            Ok(row) => {
                lint.limits(*line, policies::field(cells, &places, 13), policies::field(cells, &places, 14));
                rows.push(row);
            }
            Err(faults) => {
                for fault in faults {
                    let got =
                        if fault.got.is_empty() { "nothing".to_owned() } else { format!("{:?}", fault.got) };
                    lint.say(*line, fault.column, format!("expected {}, got {got}", fault.expected));
                }
            }
        }
    }
    lint.report.rows = records.len() as u64;
    lint.report.policies = rows.iter().map(|r| &r.terms.policy).collect::<BTreeSet<_>>().len() as u64;
    rows.iter().for_each(|row| lint.row(row));
    lint.together(&rows);
    lint.versions(&rows);
    lint.parts(&rows);
    if tables.procedures.is_none() {
        let note = "procedures were looked at by their shape only: no table of procedures was added";
        lint.report.notes.push(note.to_owned());
    }
    lint.report.problems.sort();
    lint.report.problems.dedup();
    Ok(lint.report)
}

struct Lint<'a> {
    tables: &'a Tables,
    report: PolicyReport,
}

/// Bounds of the codes that a span names, as keys that order as the codes do.
fn keys(span: &Span) -> ([u8; 8], [u8; 8]) {
    let fill = |text: &str, with: u8| {
        let mut out = [with; 8];
        for (to, from) in out.iter_mut().zip(text.bytes()) {
            *to = from;
        }
        out
    };
    match span {
        Span::Code(code) => (fill(code, 0), fill(code, 0)),
        Span::Prefix(prefix) => (fill(prefix, 0), fill(prefix, 0xFF)),
        Span::Range(first, last) => (fill(first, 0), fill(last, 0xFF)),
    }
}

fn overlap(a: &Span, b: &Span) -> bool {
    let ((a, z), (b, y)) = (keys(a), keys(b));
    a <= y && b <= z
}

/// Spans of rows as intervals, sorted; each that overlaps one before it, with that one.
fn overlapping<'r>(rows: &[(&'r Row, Span)]) -> Vec<(&'r Row, &'r Row, bool)> {
    let mut sorted: Vec<_> = rows.iter().map(|(row, span)| (keys(span), *row, *span)).collect();
    sorted.sort_by_key(|(keys, row, _)| (*keys, row.line));
    let mut out = Vec::new();
    let mut widest: Option<([u8; 8], &Row, Span)> = None;
    for ((first, last), row, span) in sorted {
        if let Some((end, other, other_span)) = widest.filter(|(end, ..)| first <= *end) {
            let (earlier, later) = if other.line < row.line { (other, row) } else { (row, other) };
            out.push((earlier, later, span == other_span));
            if last <= end {
                continue;
            }
        }
        widest = Some((last, row, span));
    }
    out
}

impl Lint<'_> {
    fn say(&mut self, line: u64, column: Column, message: String) {
        self.report.problems.push(PolicyProblem { line, column: column.name(), message });
    }

    /// A row by itself.
    fn row(&mut self, row: &Row) {
        let window = row.terms.window;
        if window.to < Date::ICD10_START {
            let message = format!("no date can reach it: it ends on {}, before ICD-10-CM begins", window.to);
            return self.say(row.line, Column::TO, message);
        }
        self.procedure(row, window);
        if let Some(span) = &row.diagnosis {
            self.diagnosis(row.line, span, window);
        }
        for &modifier in &row.modifiers {
            self.modifier(row.line, modifier, window);
        }
    }

    fn procedure(&mut self, row: &Row, window: DateRange) {
        let (line, span) = (row.line, &row.procedure);
        if let Span::Range(first, last) = span
            && first > last
        {
            let message = format!("an empty range: {first} comes after {last}");
            return self.say(line, Column::PROCEDURE, message);
        }
        let Some(table) = &self.tables.procedures else { return };
        let ranks = procedures_of(span, table.index());
        let kind = |text: &str| Procedure::parse(text.as_bytes()).ok().map(Procedure::kind);
        let (Span::Code(first) | Span::Prefix(first) | Span::Range(first, _)) = span;
        // A prefix is of the kind of the codes that it could begin.
        let padded = format!("{first:0<5}");
        let whole = kind(&padded).is_some_and(|k| matches!(table.cover(k), Cover::Whole { .. }));
        if ranks.is_empty() {
            if whole {
                let what = if matches!(span, Span::Code(_)) { "an unknown code" } else { "names no code" };
                self.say(line, Column::PROCEDURE, format!("{}: {what}", span.text()));
            }
            return;
        }
        let reached = ranks.iter().any(|&rank| {
            let windows = table.windows(rank);
            windows.is_empty() || windows.iter().any(|w| w.from <= window.to && window.from <= w.to)
        });
        if !reached {
            let days = ranks.first().map(|&r| table.windows(r)).unwrap_or_default();
            let ended = days.last().map(|w| w.to).filter(|&to| to != Date::MAX && to < window.from);
            let message = match ended {
                Some(to) => format!("{} ended on {to}, before the policy begins", span.text()),
                None => format!("no date can reach it: {} is not in force while the policy is", span.text()),
            };
            self.say(line, Column::PROCEDURE, message);
        }
    }

    fn diagnosis(&mut self, line: u64, span: &Span, window: DateRange) {
        let icd = &self.tables.icd10cm;
        if let Span::Range(first, last) = span
            && first > last
        {
            let message = format!("an empty range: {first} comes after {last}");
            return self.say(line, Column::DIAGNOSIS, message);
        }
        let Span::Code(text) = span else {
            if diagnoses_of(span, icd, window).is_empty() {
                let what = if span.ranks(icd.index()).is_empty() {
                    "names no code"
                } else {
                    "no code in force while the policy is"
                };
                self.say(line, Column::DIAGNOSIS, format!("{}: {what}", span.text()));
            }
            return;
        };
        let shown = text.dotted();
        let Some(rank) = icd.index().rank(text.as_bytes()) else {
            return self.say(line, Column::DIAGNOSIS, format!("{shown}: an unknown code"));
        };
        let windows = icd.billable_windows(rank);
        let now = icd.window().to.min(window.to);
        match windows.last() {
            None => {
                let message =
                    format!("{shown} is a header, which no claim may use; {shown}* names the codes below it");
                self.say(line, Column::DIAGNOSIS, message);
            }
            Some(last) if last.to < window.from => {
                let message =
                    format!("{shown} ended on {}, before the policy begins on {}", last.to, window.from);
                self.say(line, Column::DIAGNOSIS, message);
            }
            Some(last) if last.to < now => {
                let next: Vec<String> = icd
                    .below(rank)
                    .into_iter()
                    .filter(|&r| matches!(icd.standing(r, now), Standing::Billable(_)))
                    .filter_map(|r| icd.code(r))
                    .take(5)
                    .map(|c| c.to_string())
                    .collect();
                let since =
                    if next.is_empty() { String::new() } else { format!("; since then {}", next.join(", ")) };
                let message = format!("{shown} ended on {}, and the policy goes on{since}", last.to);
                self.say(line, Column::DIAGNOSIS, message);
            }
            Some(_) if windows.first().is_some_and(|w| w.from > window.to) => {
                self.say(
                    line,
                    Column::DIAGNOSIS,
                    format!("{shown} begins after the policy ends on {}", window.to),
                );
            }
            Some(_) => {}
        }
    }

    fn modifier(&mut self, line: u64, modifier: Modifier, window: DateRange) {
        let day = window.to.min(self.tables.icd10cm.window().to);
        let hcpcs = self.tables.procedures.as_ref().filter(|p| p.has_modifiers());
        let standing = cpt_modifier(modifier, day).or_else(|| hcpcs.and_then(|p| p.modifier(modifier, day)));
        match standing {
            Some(InForce::Ended(to)) if to < window.from => {
                self.say(
                    line,
                    Column::MODIFIER,
                    format!("{modifier} ended on {to}, before the policy begins"),
                );
            }
            None if hcpcs.is_some() || modifier.is_numeric() => {
                self.say(line, Column::MODIFIER, format!("{modifier}: an unknown modifier"));
            }
            _ => {}
        }
    }

    /// Ages and frequencies are kept for later: their form must be right now.
    fn limits(&mut self, line: u64, age: &str, frequency: &str) {
        let number = |t: &str| t.trim().parse::<u16>().ok();
        let good = age.is_empty()
            || age.split_once('-').is_some_and(|(from, to)| match (number(from), number(to)) {
                (Some(from), Some(to)) => from <= to,
                (Some(_), None) => to.trim().is_empty(),
                (None, Some(_)) => from.trim().is_empty(),
                (None, None) => false,
            });
        if !good {
            self.say(line, Column(13), format!("expected ages as 18-75, 65- or -17, got {age:?}"));
        }
        let words: Vec<&str> = frequency.split_whitespace().collect();
        let good = match words.as_slice() {
            [] => true,
            [n, "per", "life"] => number(n).is_some(),
            [n, "per", m, unit] => {
                number(n).is_some() && number(m).is_some() && ["days", "months", "years"].contains(unit)
            }
            _ => false,
        };
        if !good {
            self.say(
                line,
                Column(14),
                format!("expected a frequency as \"1 per 365 days\" or \"1 per life\", got {frequency:?}"),
            );
        }
    }

    /// Rows of one policy that say the same twice, or the opposite.
    fn together(&mut self, rows: &[Row]) {
        let mut of: BTreeMap<&Terms, Vec<&Row>> = BTreeMap::new();
        for row in rows {
            of.entry(&row.terms).or_default().push(row);
        }
        for rows in of.into_values() {
            let mut spans: BTreeMap<Span, Vec<&Row>> = BTreeMap::new();
            for row in rows {
                spans.entry(row.procedure).or_default().push(row);
            }
            let list: Vec<&Span> = spans.keys().collect();
            // Procedures that are named twice, by a range and by themselves, are judged together.
            let wide = list.iter().any(|s| !matches!(s, Span::Code(_)));
            for (i, span) in list.iter().enumerate() {
                let mut together = spans[span].clone();
                if wide {
                    let others = list[i + 1..].iter().filter(|other| overlap(span, other));
                    together.extend(others.flat_map(|other| spans[other].iter().copied()));
                }
                self.same_procedures(&together);
            }
        }
    }

    fn same_procedures(&mut self, rows: &[&Row]) {
        type Key<'a> = (Relation, &'a str, &'a str, &'a [Modifier]);
        let mut lists: BTreeMap<Key<'_>, Vec<(&Row, Span)>> = BTreeMap::new();
        let mut words: HashMap<(Relation, Modifier, &str), &Row> = HashMap::new();
        let mut supports: Vec<(&Row, Span)> = Vec::new();
        let mut excludes: Vec<(&Row, Span)> = Vec::new();
        for row in rows {
            let Some(span) = row.diagnosis else {
                for &modifier in &row.modifiers {
                    let key = (row.relation, modifier, row.group.as_str());
                    if let Some(before) = words.insert(key, row).filter(|b| b.line != row.line) {
                        let (first, line) = (before.line.min(row.line), before.line.max(row.line));
                        self.say(line, Column::MODIFIER, format!("repeats line {first}"));
                    }
                }
                continue;
            };
            let key = (row.relation, row.group.as_str(), row.part.as_str(), row.modifiers.as_slice());
            lists.entry(key).or_default().push((row, span));
            if row.modifiers.is_empty() {
                match row.relation {
                    Relation::Supports => supports.push((row, span)),
                    _ => excludes.push((row, span)),
                }
            }
        }
        for list in lists.values() {
            for (earlier, later, same) in overlapping(list) {
                let same = same && earlier.procedure == later.procedure;
                let what = if same { "repeats" } else { "overlaps" };
                self.say(later.line, Column::DIAGNOSIS, format!("{what} line {}", earlier.line));
            }
        }
        for (row, span) in &excludes {
            for (other, supported) in supports.iter().filter(|(_, s)| overlap(s, span)) {
                let (first, line) = (row.line.min(other.line), row.line.max(other.line));
                let both = if span == supported {
                    span.text()
                } else {
                    format!("{} and {}", span.text(), supported.text())
                };
                self.say(
                    line,
                    Column::RELATION,
                    format!("contradicts line {first}: {both} both supported and excluded"),
                );
            }
        }
        for ((relation, modifier, _), row) in &sorted(&words) {
            if *relation != Relation::Requires {
                continue;
            }
            let lifting =
                rows.iter().find(|r| r.relation == Relation::Lifts && r.modifiers.contains(modifier));
            if let Some(other) = lifting {
                let (first, line) = (row.line.min(other.line), row.line.max(other.line));
                self.say(
                    line,
                    Column::RELATION,
                    format!("contradicts line {first}: {modifier} is both required and lifts"),
                );
            }
        }
    }

    /// One policy in force twice on a day, in different versions.
    fn versions(&mut self, rows: &[Row]) {
        type Key<'a> = (&'a str, &'a str, &'a str, Span);
        let mut of: BTreeMap<Key<'_>, BTreeMap<&Terms, u64>> = BTreeMap::new();
        for row in rows {
            let t = &row.terms;
            let key = (t.policy.as_str(), t.jurisdictions.as_str(), t.payer.as_str(), row.procedure);
            of.entry(key).or_default().entry(t).or_insert(row.line);
        }
        for terms in of.into_values().filter(|t| t.len() > 1) {
            let mut list: Vec<(&Terms, u64)> = terms.into_iter().collect();
            list.sort_by_key(|(t, line)| (t.window, *line));
            for pair in list.windows(2) {
                let ((a, first), (b, second)) = (pair[0], pair[1]);
                if b.window.from <= a.window.to {
                    let from = if b.window.from == ALWAYS {
                        "all days".to_owned()
                    } else {
                        b.window.from.to_string()
                    };
                    let message = format!(
                        "the policy is in force twice from {from} on: see line {}",
                        first.min(second)
                    );
                    self.say(first.max(second), Column::FROM, message);
                }
            }
        }
    }

    /// A group with parts needs at least two.
    fn parts(&mut self, rows: &[Row]) {
        type Key<'a> = (&'a Terms, Span, Relation, &'a str);
        let mut of: HashMap<Key<'_>, (u64, BTreeSet<&str>)> = HashMap::new();
        for row in rows.iter().filter(|r| r.diagnosis.is_some()) {
            let key = (&row.terms, row.procedure, row.relation, row.group.as_str());
            of.entry(key).or_insert((row.line, BTreeSet::new())).1.insert(&row.part);
        }
        let mut found: Vec<(u64, &str, String)> = of
            .into_iter()
            .filter_map(|((.., group), (line, parts))| {
                let named = parts.iter().any(|p| !p.is_empty());
                if parts.len() == 1 && named {
                    Some((line, group, "has one part only: a combination needs two".to_owned()))
                } else if named && parts.contains("") {
                    Some((line, group, "has rows with a part and rows without".to_owned()))
                } else {
                    None
                }
            })
            .collect();
        found.sort();
        for (line, group, what) in found {
            self.say(line, Column(5), format!("group {group} {what}"));
        }
    }
}

/// In the order of lines.
fn sorted<'a, K: Copy>(of: &HashMap<K, &'a Row>) -> Vec<(K, &'a Row)> {
    let mut out: Vec<(K, &Row)> = of.iter().map(|(k, r)| (*k, *r)).collect();
    out.sort_by_key(|(_, row)| row.line);
    out
}
