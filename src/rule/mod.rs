//! What a rule is: one declaration and one function.

mod finding;

pub use finding::{Finding, Findings, NotEvaluated, Severity};

use crate::claim::Field;
use crate::resolve::{Case, DiagnosisUse, Facts};
use crate::table::TableKind;

/// A check, with everything that is said about it anywhere.
///
/// `explain`, the reference page, every report and the tests come from this one declaration.
#[derive(Debug)]
pub struct Rule {
    /// Three letters of family, three digits. Never changes.
    pub id: &'static str,
    /// The fault, in kebab case; reads well after "allow".
    pub name: &'static str,
    /// What the payer does: rejects or denies by published policy, often denies, or nothing.
    pub severity: Severity,
    /// Since when it is part of the program, or why not.
    pub status: Status,
    /// A clause that fits after "flags a claim when"; lower case, no full stop.
    pub summary: &'static str,
    /// Why it matters, in sentences.
    pub why: &'static str,
    /// What to do about it: the help of findings that have none of their own. A clause, lower case, no full stop.
    pub fix: &'static str,
    /// Who says so.
    pub citation: Citation,
    /// Adjustment reason codes that a payer would most likely send back. Numbers; X12 owns the texts.
    pub carc: &'static [u16],
    /// Tables without which it cannot be evaluated. The first one's edition is the edition of its findings.
    pub needs: &'static [TableKind],
    /// Columns without which it cannot be evaluated; a numbered one stands for its family.
    pub reads: &'static [Field],
    /// Claims that it flags, as csv; one claim each, without its id unless the rule is about ids.
    pub fails: &'static [&'static str],
    /// The nearest claims that it does not flag.
    pub passes: &'static [&'static str],
    /// Without any of these facts about a claim it finds no fault and has nothing to leave open, so that it is not asked. A rule about lines that names
    /// none but [`Facts::OF_MODIFIERS`] is asked only about the lines of which one of its facts holds.
    pub when: Facts,
    /// The check.
    pub check: Check,
}

/// Where a rule stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// On by default, since this version.
    Stable(&'static str),
    /// Off unless selected by its id: what it rests on could not be verified against a primary source, or it is right only for some files.
    Preview,
    /// Gone; the id is never used again.
    Removed,
}

/// A published source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Citation {
    /// The document.
    pub title: &'static str,
    /// Where in it.
    pub section: &'static str,
    /// Where to find it.
    pub url: &'static str,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// The claim, once.
    Claim(fn(&Case<'_>, &mut Findings)),
    /// Each line, by its index.
    Line(fn(&Case<'_>, usize, &mut Findings)),
    /// Each diagnosis, where it stands.
    Diagnosis(fn(&Case<'_>, &DiagnosisUse, &mut Findings)),
}

impl PartialEq for Rule {
    /// A rule is its id.
    fn eq(&self, other: &Rule) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

impl Rule {
    /// The family: the letters of the id.
    pub fn family(&self) -> &'static str {
        &self.id[..3]
    }

    /// Does it run unless told otherwise?
    pub fn is_default(&self) -> bool {
        matches!(self.status, Status::Stable(_))
    }
}
