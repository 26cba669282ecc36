//! What rules say: findings, and what could not be evaluated.

use std::fmt::{self, Write as _};

use super::Rule;
use crate::claim::{Claim, Fault, Field};
use crate::code::{CodeText, Npi};
use crate::resolve::Why;
use crate::table::TableKind;

/// How bad a finding is, by what payers do.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth a look.
    Info,
    /// Often denied, or an exception exists.
    Warning,
    /// Rejected or denied by published policy; the level at which a run fails unless told otherwise.
    #[default]
    Error,
}

impl Severity {
    /// All, mildest first.
    pub const ALL: [Severity; 3] = [Severity::Info, Severity::Warning, Severity::Error];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for Severity {
    type Err = crate::Error;
    fn from_str(s: &str) -> crate::Result<Severity> {
        Severity::ALL.into_iter().find(|v| v.name().eq_ignore_ascii_case(s)).ok_or_else(|| {
            crate::ErrorKind::Usage(format!("{s:?} is no severity: expected error, warning or info")).into()
        })
    }
}

/// Something wrong with a claim.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that says so.
    pub rule: &'static Rule,
    /// How bad it is here; the rule's own unless the case or the user says otherwise.
    pub severity: Severity,
    /// The field at fault.
    pub field: Field,
    /// Index of the line; `None` for the claim as a whole.
    pub line: Option<usize>,
    /// Row of the source, from 1; 0 if it has no rows.
    pub row: u64,
    /// The codes that it is about, in their official form.
    pub codes: Vec<CodeText>,
    /// What is wrong: names the values; lower case, no full stop, nothing of the patient.
    pub message: String,
    /// What to do; empty for the rule's own [`Rule::fix`].
    pub help: String,
    /// The edition that it rests on, if another than that of the rule's first table.
    pub edition: Option<String>,
    /// The table whose window ends before the date of service.
    pub stale: Option<TableKind>,
}

impl Finding {
    /// Adds a code: its first 15 characters, `?` for what is not ASCII.
    pub fn code(&mut self, code: impl fmt::Display) -> &mut Finding {
        self.codes.push(CodeText::of(code));
        self
    }

    /// Says what to do.
    pub fn help(&mut self, help: impl fmt::Display) -> &mut Finding {
        rewrite(&mut self.help, help);
        self
    }

    /// Says how bad it is here.
    pub fn severity(&mut self, severity: Severity) -> &mut Finding {
        self.severity = severity;
        self
    }

    /// Marks that it rests on a table that ended before the date of service.
    pub fn stale(&mut self, kind: TableKind) -> &mut Finding {
        self.stale = Some(kind);
        self
    }

    /// Whose work it is about: who rendered the line, or else who bills the claim.
    pub fn provider(&self, claim: &Claim) -> Option<Npi> {
        let line = self.line.and_then(|at| claim.lines.get(at));
        line.and_then(|line| line.rendering_npi).or(claim.billing_npi)
    }

    /// What to do.
    pub fn advice(&self) -> &str {
        if self.help.is_empty() { self.rule.fix } else { &self.help }
    }
}

/// A rule that could not be evaluated, why, and on how many lines.
#[derive(Clone, Copy, Debug)]
pub struct NotEvaluated {
    /// The rule.
    pub rule: &'static Rule,
    /// Why not.
    pub why: Why,
    /// Lines that it would have looked at.
    pub lines: u64,
}

/// Writes a text in the place of another, and keeps its memory.
fn rewrite(text: &mut String, now: impl fmt::Display) {
    text.clear();
    // Writing to a string cannot fail.
    let _ = write!(text, "{now}");
}

/// Takes what the rules say about one claim, and counts what they could not evaluate.
#[derive(Debug)]
pub struct Findings {
    pub(crate) list: Vec<Finding>,
    /// Findings of claims before, for the memory that their texts have: reports of a year have millions.
    spare: Vec<Finding>,
    rule: &'static Rule,
    rows: Vec<u64>,
    claim_row: u64,
    gaps: Vec<NotEvaluated>,
    last_gap: usize,
}

/// Most findings that are kept for their memory.
const SPARE: usize = 64;

impl Findings {
    pub(crate) fn new(first: &'static Rule) -> Findings {
        Findings {
            list: vec![],
            spare: vec![],
            rule: first,
            rows: vec![],
            claim_row: 0,
            gaps: vec![],
            last_gap: 0,
        }
    }

    /// Makes ready for a claim.
    pub(crate) fn begin(&mut self, claim: &Claim) {
        self.clear();
        self.claim_row = claim.row;
        self.rows.clear();
        self.rows.extend(claim.lines.iter().map(|l| l.row));
    }

    /// Forgets what was found.
    #[inline]
    pub(crate) fn clear(&mut self) {
        if !self.list.is_empty() {
            self.spare.append(&mut self.list);
            self.spare.truncate(SPARE);
        }
    }

    #[inline]
    pub(crate) fn set_rule(&mut self, rule: &'static Rule) {
        self.rule = rule;
    }

    pub(crate) fn current_rule(&self) -> &'static Rule {
        self.rule
    }

    /// Finds fault with a field of the claim as a whole.
    pub fn on_claim(&mut self, field: Field, message: impl fmt::Display) -> &mut Finding {
        self.push(None, self.claim_row, field, message)
    }

    /// Finds fault with a field of a line.
    pub fn on_line(&mut self, line: usize, field: Field, message: impl fmt::Display) -> &mut Finding {
        let row = self.rows.get(line).copied().unwrap_or(self.claim_row);
        self.push(Some(line), row, field, message)
    }

    /// Finds fault at a place that may be a line or the claim.
    pub fn at(&mut self, line: Option<usize>, field: Field, message: impl fmt::Display) -> &mut Finding {
        match line {
            Some(line) => self.on_line(line, field, message),
            None => self.on_claim(field, message),
        }
    }

    /// Finds fault with a field that could not be read, at its place.
    pub(crate) fn on_fault(&mut self, fault: &Fault, message: impl fmt::Display) -> &mut Finding {
        let finding = match fault.line {
            Some(line) => self.on_line(line, fault.field, message),
            None => self.on_row(fault.row, fault.field, message),
        };
        finding.codes.extend(fault.code());
        finding
    }

    /// Finds fault with a row that is no line of the claim.
    pub(crate) fn on_row(&mut self, row: u64, field: Field, message: impl fmt::Display) -> &mut Finding {
        self.push(None, row, field, message)
    }

    fn push(
        &mut self,
        line: Option<usize>,
        row: u64,
        field: Field,
        message: impl fmt::Display,
    ) -> &mut Finding {
        let spare = self.spare.pop();
        let (mut codes, mut text, mut help) =
            spare.map_or_else(Default::default, |old| (old.codes, old.message, old.help));
        codes.clear();
        help.clear();
        rewrite(&mut text, message);
        self.list.push(Finding {
            rule: self.rule,
            severity: self.rule.severity,
            field,
            line,
            row,
            codes,
            message: text,
            help,
            edition: None,
            stale: None,
        });
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// Says that the rule could not be evaluated on a line, and why.
    #[inline]
    pub fn not_evaluated(&mut self, why: Why) {
        let rule = self.rule;
        self.count_gap(rule, why, 1);
    }

    /// Counts lines on which a rule could not be evaluated. The same rule and reason mostly come in a row.
    pub(crate) fn count_gap(&mut self, rule: &'static Rule, why: Why, lines: u64) {
        let same = |g: &NotEvaluated| std::ptr::eq(g.rule, rule) && g.why == why;
        if !self.gaps.get(self.last_gap).is_some_and(same) {
            self.last_gap = match self.gaps.iter().position(same) {
                Some(at) => at,
                None => {
                    self.gaps.push(NotEvaluated { rule, why, lines: 0 });
                    self.gaps.len() - 1
                }
            };
        }
        self.gaps[self.last_gap].lines += lines;
    }

    pub(crate) fn gaps(&self) -> &[NotEvaluated] {
        &self.gaps
    }
}
