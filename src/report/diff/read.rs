//! Reads a json report back, as far as a comparison needs it.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::Side;
use crate::error::ReportError;
use crate::report::json::VERSION;
use crate::report::key::Key;
use crate::rule::Severity;
use crate::{Cents, Error, Result};

/// A report that was written earlier. Read by [`read_report`], compared by [`ReportDiff::new`](super::ReportDiff::new).
#[derive(Debug)]
pub struct OldReport {
    pub(super) side: Side,
    pub(super) findings: Vec<OldFinding>,
    pub(super) fail_on: Severity,
    pub(super) left_out: u64,
    /// Lines on which a rule could not be evaluated; the most for any one reason.
    pub(super) not_evaluated: BTreeMap<String, u64>,
    /// Files that were not checked, or not to their end.
    pub(super) failed: usize,
    /// The rules that were chosen; `None` if the report does not say.
    pub(super) chosen: Option<Vec<String>>,
    /// Tables and their editions.
    pub(super) tables: BTreeMap<String, String>,
}

/// A finding of a report that was written earlier: texts, since an earlier version may have had other rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OldFinding {
    /// The file that the claim came from.
    pub file: String,
    /// Row of the file, from 1; 0 if it has no rows.
    pub row: u64,
    /// The submitter's id of the claim.
    pub claim_id: String,
    /// The submitter's number of the line; `None` for the claim as a whole.
    pub line: Option<u32>,
    /// The rule's id.
    pub rule: String,
    /// The rule's name.
    pub name: String,
    /// How bad it is.
    pub severity: Severity,
    /// The codes that it is about.
    pub codes: Vec<String>,
    /// What is wrong.
    pub message: String,
}

impl OldFinding {
    pub(super) fn key(&self) -> Key {
        Key::new(&self.claim_id, self.line, &self.rule, &self.codes)
    }
}

/// The form of the file. Properties that are not named here are skipped.
#[derive(Deserialize)]
struct Form {
    #[serde(deserialize_with = "known")]
    #[expect(dead_code, reason = "read to be checked")]
    version: u32,
    findings: Vec<OldFinding>,
    summary: SummaryForm,
}

#[derive(Deserialize)]
struct SummaryForm {
    fail_on: Severity,
    claims: u64,
    clean_claims: u64,
    accepted: u64,
    charges: ChargesForm,
    left_out: u64,
    findings: BTreeMap<Severity, u64>,
    not_evaluated: Vec<GapForm>,
    // What follows was added after the first release.
    #[serde(default)]
    failed: Vec<String>,
    chosen: Option<Vec<String>>,
    #[serde(default)]
    tables: Vec<TableForm>,
}

#[derive(Deserialize)]
struct TableForm {
    table: String,
    edition: String,
}

#[derive(Deserialize)]
struct ChargesForm {
    billed: Cents,
    at_stake: Cents,
}

#[derive(Deserialize)]
struct GapForm {
    rule: String,
    lines: u64,
}

const VERSION_ERROR: &str = "report of version";

fn known<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    match u32::deserialize(from)? {
        VERSION => Ok(VERSION),
        other => Err(serde::de::Error::custom(format_args!(
            "{VERSION_ERROR} {other}, expected {VERSION}: it was written by another cleanclaim; check the claims anew"
        ))),
    }
}

/// Reads what `check --format json` wrote. `file` is its name in messages. All findings are held: some 300 bytes each.
///
/// # Errors
/// [`ErrorKind::Report`](crate::ErrorKind::Report) with line and column where the text is no such report.
pub fn read_report(file: &str, json: &[u8]) -> Result<OldReport> {
    let form: Form = serde_json::from_slice(json).map_err(|e| {
        let place = (e.column() > 0).then(|| (e.line(), e.column()));
        Error::report(file, place, reason(json, &e))
    })?;
    let of = form.summary;
    let mut not_evaluated = BTreeMap::new();
    for gap in of.not_evaluated {
        let lines: &mut u64 = not_evaluated.entry(gap.rule).or_default();
        *lines = gap.lines.max(*lines);
    }
    let side = Side {
        file: file.to_owned(),
        claims: of.claims,
        clean_claims: of.clean_claims,
        clean_rate: crate::engine::tenths(of.clean_claims, of.claims),
        findings: of.findings.values().fold(0, |sum, n| sum.saturating_add(*n)),
        accepted: of.accepted,
        billed: of.charges.billed,
        at_stake: of.charges.at_stake,
    };
    Ok(OldReport {
        side,
        findings: form.findings,
        fail_on: of.fail_on,
        left_out: of.left_out,
        not_evaluated,
        failed: of.failed.len(),
        chosen: of.chosen,
        tables: of.tables.into_iter().map(|table| (table.table, table.edition)).collect(),
    })
}

/// Which mistake it most likely is.
fn reason(json: &[u8], error: &serde_json::Error) -> ReportError {
    let text = error.to_string();
    // The place is said apart from it.
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    // It names the value that it met, which could be anyone's name.
    let what = match text.rsplit_once(", expected ") {
        Some((_, expected)) if !text.starts_with(VERSION_ERROR) => {
            format!("something else stands here, expected {expected}")
        }
        _ => text.to_owned(),
    };
    match json.trim_ascii_start() {
        [] => ReportError::Empty,
        [b'{', rest @ ..] if rest.starts_with(b"\"kind\"") => ReportError::OtherFormat,
        [b'{', ..] => ReportError::Broken { what },
        _ => ReportError::OtherFormat,
    }
}
