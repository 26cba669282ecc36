//! Two json reports become a comparison: what was solved, what is new, what remains.

mod read;
mod text;

use std::collections::HashMap;

use serde::Serialize;

use super::key::Key;
pub use read::{OldFinding, OldReport, read_report};
pub use text::diff_text;

use crate::rule::Severity;

/// How a later report differs from an earlier one. See [`ReportDiff::new`].
///
/// Its JSON form is described by `docs/report-diff.schema.json`.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct ReportDiff {
    /// Version of the form.
    pub version: u32,
    /// The earlier report's counts.
    pub old: Side,
    /// The later report's counts.
    pub new: Side,
    /// Findings of the earlier report that the later one does not have: mended, accepted, or no longer looked at.
    pub solved: Vec<OldFinding>,
    /// Findings of the later report that the earlier one does not have.
    pub appeared: Vec<OldFinding>,
    /// Findings of both, as the later report has them.
    pub remaining: Vec<OldFinding>,
    /// Why the two cannot be compared without a thought; in sentences.
    pub notes: Vec<String>,
}

/// The counts of one report.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Side {
    /// The report's file, as it was named.
    pub file: String,
    /// Claims checked.
    pub claims: u64,
    /// Clean ones among them.
    pub clean_claims: u64,
    /// Clean claims in tenths of a percent, rounded down; `None` if there were no claims.
    pub clean_rate: Option<u16>,
    /// All findings, also those that the report does not list.
    pub findings: u64,
    /// Findings that were accepted, and are not among them.
    pub accepted: u64,
    /// Charges of all claims.
    pub billed: crate::Cents,
    /// Charges of the claims that are not clean.
    pub at_stake: crate::Cents,
}

impl ReportDiff {
    /// Compares two reports. A finding is known again by its claim, line, rule and codes, so that rows may move, files may be renamed, and
    /// messages and severities may change. Findings that are alike in all of these are counted: of three, two remain if there are two later.
    ///
    /// ```
    /// use cleanclaim::report::{ReportDiff, read_report};
    ///
    /// let report = |rows: &str, clean: u8| format!(
    ///     r#"{{"version":1,"findings":[{rows}],"summary":{{"fail_on":"error","claims":1,"clean_claims":{clean},"accepted":0,"charges":
    ///     {{"billed":"90.00","at_stake":"0.00","unstated":0}},"left_out":0,"findings":{{"error":1,"warning":0,"info":0}},"not_evaluated":[]}}}}"#
    /// );
    /// let finding = r#"{"file":"a.csv","row":2,"claim_id":"A-1","line":1,"rule":"COD002","name":"header-diagnosis",
    ///     "severity":"error","codes":["E11"],"message":"E11 is a header"}"#;
    /// let old = read_report("old.json", report(finding, 0).as_bytes())?;
    /// let new = read_report("new.json", report("", 1).as_bytes())?;
    /// let diff = ReportDiff::new(old, new);
    /// assert_eq!(diff.solved[0].rule, "COD002");
    /// assert!(diff.appeared.is_empty() && diff.remaining.is_empty());
    /// assert_eq!((diff.old.clean_rate, diff.new.clean_rate), (Some(0), Some(1000)));
    /// # Ok::<(), cleanclaim::Error>(())
    /// ```
    pub fn new(old: OldReport, new: OldReport) -> ReportDiff {
        let notes = notes(&old, &new);
        let (sides, mut there) = ((old.side, new.side), HashMap::<Key, u64>::new());
        for finding in &old.findings {
            *there.entry(finding.key()).or_default() += 1;
        }
        let (mut appeared, mut remaining) = (Vec::new(), Vec::new());
        for finding in new.findings {
            match there.get_mut(&finding.key()).filter(|left| **left > 0) {
                Some(left) => {
                    *left -= 1;
                    remaining.push(finding);
                }
                None => appeared.push(finding),
            }
        }
        // What is left of the earlier report was not met again. Of findings that are alike, the last ones.
        let mut solved = Vec::new();
        for finding in old.findings.into_iter().rev() {
            if let Some(left) = there.get_mut(&finding.key()).filter(|left| **left > 0) {
                *left -= 1;
                solved.push(finding);
            }
        }
        solved.reverse();
        ReportDiff { version: 1, old: sides.0, new: sides.1, solved, appeared, remaining, notes }
    }

    /// As JSON, ending in a line feed.
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        super::record::json(&mut out, self);
        out.push(b'\n');
        out
    }
}

/// What makes "solved" and "new" mean something else than work done.
fn notes(old: &OldReport, new: &OldReport) -> Vec<String> {
    let mut out = Vec::new();
    if old.fail_on != new.fail_on {
        let level = |of: Severity| of.name();
        out.push(format!(
            "the reports hold claims clean by different levels: --fail-on {} and {}",
            level(old.fail_on),
            level(new.fail_on)
        ));
    }
    if old.side.claims != new.side.claims {
        out.push(format!(
            "the reports are about {} and {} claims: findings on a claim that is in one only are solved or new",
            old.side.claims, new.side.claims
        ));
    }
    if new.side.accepted > old.side.accepted {
        let (more, s) = match new.side.accepted - old.side.accepted {
            1 => ("one more finding".to_owned(), "s"),
            more => (format!("{more} more findings"), ""),
        };
        out.push(format!("{} accepts {more}, which count{s} as solved", new.side.file));
    }
    for (side, left_out) in [(&old.side, old.left_out), (&new.side, new.left_out)] {
        if left_out > 0 {
            out.push(format!(
                "{} leaves out {left_out} findings (--max-findings): they count as if they were not there",
                side.file
            ));
        }
    }
    for (of, count) in [(old, "new"), (new, "solved")] {
        if of.failed > 0 {
            let (files, were) = if of.failed == 1 { ("file", "was") } else { ("files", "were") };
            out.push(format!(
                "{}: {} {files} {were} not checked, or not to the end: findings there may count as {count}",
                of.side.file, of.failed
            ));
        }
    }
    if let (Some(before), Some(after)) = (&old.chosen, &new.chosen) {
        for (one, other, of, count) in [(before, after, old, "solved"), (after, before, new, "new")] {
            let only: Vec<&str> = one.iter().filter(|id| !other.contains(id)).map(String::as_str).collect();
            if !only.is_empty() {
                let file = &of.side.file;
                out.push(format!("only {file} is by {}: such findings count as {count}", only.join(", ")));
            }
        }
    }
    for (one, other) in [(old, new), (new, old)] {
        for table in one.tables.keys().filter(|&table| !other.tables.contains_key(table)) {
            out.push(format!("only {} is by the table {table}", one.side.file));
        }
    }
    for (table, edition) in &new.tables {
        if let Some(before) = old.tables.get(table).filter(|before| *before != edition) {
            out.push(format!("the table {table} is another: {edition}, before {before}"));
        }
    }
    for (rule, &lines) in &new.not_evaluated {
        let before = old.not_evaluated.get(rule).copied().unwrap_or(0);
        if lines > before && old.findings.iter().any(|f| f.rule == *rule) {
            out.push(format!(
                "{rule} was not evaluated on {lines} lines, before on {before}: its solved findings may only be out of sight"
            ));
        }
    }
    out
}
