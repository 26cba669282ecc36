//! Findings that a person has looked at and accepted, with a reason: they are counted, not shown.
//!
//! [`Acceptances`] are read from a csv file ([`Acceptances::add_file`]); a claim's own column `accept` ([`Claim::accepted`]) says the same
//! for one claim. [`crate::Checker::accepting`] checks with them, and [`write_new`] adds findings of a run to a file.

mod file;
mod fingerprint;

pub use file::{NewAcceptance, write_new};
pub use fingerprint::{Fingerprint, NoFingerprint};

use rustc_hash::FxHashMap;

use crate::claim::Claim;
use crate::code::CodeText;
use crate::rule::{Finding, Rule};
use crate::{Date, Result};

/// One row of a file of acceptances. What it leaves blank it does not ask about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// The rule.
    pub rule: &'static Rule,
    /// The claim's id; empty if the fingerprint says which finding is meant.
    pub claim: String,
    /// The finding's mark.
    pub fingerprint: Option<Fingerprint>,
    /// The finding's codes, in any order, with or without dots; empty for any.
    pub codes: Vec<String>,
    /// Why it is right as it is.
    pub reason: String,
    /// The last day on which it is accepted.
    pub until: Option<Date>,
    /// The file that it stands in.
    pub file: String,
    /// Its row, from 1.
    pub row: u64,
}

impl Acceptance {
    /// Is the finding the one that is meant? The rule and whatever is stated must be the same.
    fn means(&self, claim: &Claim, finding: &Finding, fingerprint: &mut impl FnMut() -> Fingerprint) -> bool {
        self.rule == finding.rule
            && (self.claim.is_empty() || self.claim == claim.id)
            && (self.codes.is_empty() || same_codes(&self.codes, &finding.codes))
            && self.fingerprint.is_none_or(|mark| mark == fingerprint())
    }

    /// Why it does not hold on that day, if it does not. An end cannot be judged without knowing the day: nothing is hidden on a guess.
    pub fn lapsed(&self, day: Option<Date>) -> Option<Unused> {
        match (self.until, day) {
            (Some(until), Some(day)) if until < day => Some(Unused::Ended),
            (Some(_), None) => Some(Unused::NoDay),
            _ => None,
        }
    }
}

/// Are they the same, in whatever order and form? Claims may state them with or without the dot, in any case; so may a row made by hand.
fn same_codes(stated: &[String], codes: &[CodeText]) -> bool {
    fn bare(list: &[impl AsRef<str>]) -> Vec<String> {
        let mut bare: Vec<String> =
            list.iter().map(|c| c.as_ref().replace('.', "").to_ascii_uppercase()).collect();
        bare.sort_unstable();
        bare
    }
    stated.len() == codes.len() && bare(stated) == bare(codes)
}

/// Why an acceptance accepted nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unused {
    /// Its last day is over.
    Ended,
    /// It has a last day, and what day it is was not said.
    NoDay,
    /// The rule looked at the claim and found nothing of the kind.
    NoFinding,
}

impl std::fmt::Display for Unused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Unused::Ended => "its last day is over",
            Unused::NoDay => "it has a last day, and today is not known",
            Unused::NoFinding => "there is no such finding any more",
        })
    }
}

/// Accepted findings, ready to be looked up.
///
/// ```
/// use cleanclaim::{Checker, Claim, Tables, accept::Acceptances};
///
/// let mut accepted = Acceptances::default();
/// accepted.add_text("accepted.csv", "rule,claim,codes,reason\nCOD007,A-1,E11,the day is still to come\n")?;
/// let checker = Checker::new(Tables::embedded()).accepting(accepted);
///
/// let mut claim = Claim::new("A-1");
/// claim.add_diagnosis("E11");
/// let undated = |claim: &Claim| checker.check(claim).findings.iter().any(|f| f.rule.id == "COD007");
/// assert!(!undated(&claim));
/// claim.id = "A-2".to_owned();
/// assert!(undated(&claim));
/// # Ok::<(), cleanclaim::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Acceptances {
    list: Vec<Acceptance>,
    by_claim: FxHashMap<String, Vec<usize>>,
    /// Those that name no claim.
    by_mark: FxHashMap<Fingerprint, Vec<usize>>,
}

impl Acceptances {
    /// Adds one.
    pub fn add(&mut self, acceptance: Acceptance) {
        let at = self.list.len();
        match acceptance.fingerprint.filter(|_| acceptance.claim.is_empty()) {
            Some(mark) => self.by_mark.entry(mark).or_default().push(at),
            None => self.by_claim.entry(acceptance.claim.clone()).or_default().push(at),
        }
        self.list.push(acceptance);
    }

    /// Adds the rows of a csv file: columns `rule`, `claim`, `fingerprint`, `codes`, `reason`, `until`.
    ///
    /// # Errors
    /// If the file cannot be read, or with all rows that say nothing sensible, by their places.
    pub fn add_file(&mut self, path: impl AsRef<std::path::Path>) -> Result<()> {
        let path = path.as_ref();
        let text = std::fs::read(path).map_err(|e| crate::Error::io(path, e))?;
        file::read(path, &text)?.into_iter().for_each(|acceptance| self.add(acceptance));
        Ok(())
    }

    /// Adds the rows of a csv text, which messages call by that name.
    ///
    /// # Errors
    /// As [`Acceptances::add_file`].
    pub fn add_text(&mut self, name: &str, text: &str) -> Result<()> {
        file::read(name.as_ref(), text.as_bytes())?.into_iter().for_each(|acceptance| self.add(acceptance));
        Ok(())
    }

    /// All of them, in the order in which they were added.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Acceptance> {
        self.list.iter()
    }

    /// The n-th of them.
    pub(crate) fn get(&self, at: usize) -> Option<&Acceptance> {
        self.list.get(at)
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Numbers of those that name the claim.
    pub(crate) fn of_claim(&self, id: &str) -> &[usize] {
        self.by_claim.get(id).map_or(&[], Vec::as_slice)
    }

    /// Calls `each` with the number of every one that means this finding.
    pub(crate) fn meaning(&self, claim: &Claim, finding: &Finding, mut each: impl FnMut(usize, &Acceptance)) {
        let mut known = None;
        let mut mark = || *known.get_or_insert_with(|| Fingerprint::of(claim, finding));
        let by_claim = self.of_claim(&claim.id);
        let by_mark = match self.by_mark.is_empty() {
            true => None,
            false => self.by_mark.get(&mark()),
        };
        for &at in by_claim.iter().chain(by_mark.into_iter().flatten()) {
            let acceptance = &self.list[at];
            if acceptance.means(claim, finding, &mut mark) {
                each(at, acceptance);
            }
        }
    }
}

/// Does the claim itself accept findings of the rule, in its column `accept`?
pub(crate) fn accepted_by_claim(claim: &Claim, rule: &Rule) -> bool {
    let mut words = claim.accepted.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words.any(|w| rule.id.eq_ignore_ascii_case(w) || rule.name == w)
}
