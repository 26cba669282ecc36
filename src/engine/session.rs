//! Checks claims one after the other: picks the profile, and takes out what was accepted.

use super::Checker;
use super::checker::{Desk, merge};
use super::watch::Step;
use crate::accept::accepted_by_claim;
use crate::claim::Claim;
use crate::read::Columns;
use crate::rule::{Finding, NotEvaluated, Rule};
use crate::table::TableKind;

/// Checks claims one after the other and keeps its buffers: a clean claim allocates nothing.
pub struct Session<'c> {
    checker: &'c Checker,
    /// One without a profile, then one for each profile.
    desks: Vec<Desk<'c>>,
    /// The one that checks, or checked last.
    at: usize,
    tally: SessionTally,
}

/// What a session counts beside findings.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionTally {
    /// Findings that were accepted.
    pub(crate) accepted: u64,
    /// Claims of each profile.
    pub(crate) profiles: Vec<u64>,
    /// What came of each acceptance.
    pub(crate) acceptances: Vec<Met>,
}

/// What came of an acceptance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Met {
    /// Has its rule looked at its claim?
    pub(crate) looked_at: bool,
    /// Findings that it means; of an acceptance that has lapsed, they are shown all the same.
    pub(crate) findings: u64,
}

impl SessionTally {
    /// Adds the counts of another session with the same checker.
    pub(crate) fn add(&mut self, other: &SessionTally) {
        self.accepted += other.accepted;
        self.profiles.resize(self.profiles.len().max(other.profiles.len()), 0);
        self.profiles.iter_mut().zip(&other.profiles).for_each(|(ours, theirs)| *ours += theirs);
        self.acceptances.resize(self.acceptances.len().max(other.acceptances.len()), Met::default());
        for (ours, theirs) in self.acceptances.iter_mut().zip(&other.acceptances) {
            ours.looked_at |= theirs.looked_at;
            ours.findings += theirs.findings;
        }
    }
}

impl<'c> Session<'c> {
    pub(super) fn new(checker: &'c Checker, desks: Vec<Desk<'c>>) -> Session<'c> {
        let tally = SessionTally {
            accepted: 0,
            profiles: vec![0; desks.len() - 1],
            acceptances: vec![Met::default(); checker.acceptances().iter().len()],
        };
        Session { checker, desks, at: 0, tally }
    }

    /// Checks a claim; its findings by line, field and rule, without those that were accepted. They are the session's until the next claim.
    pub fn check(&mut self, claim: &Claim) -> &[Finding] {
        self.check_with(claim, |_| ())
    }

    /// Has the memory fetched that a claim needs which is checked soon: it takes longer to come than the claim before takes to check.
    #[inline]
    pub(super) fn fetch(&self, claim: &Claim) {
        self.desks[self.checker.plan_of(claim)].fetch(claim);
    }

    /// The same; says after every step which one it was.
    #[inline]
    pub(super) fn check_with(&mut self, claim: &Claim, done: impl FnMut(Step)) -> &[Finding] {
        self.at = self.checker.plan_of(claim);
        if self.at > 0 {
            self.tally.profiles[self.at - 1] += 1;
        }
        self.desks[self.at].check(claim, done);
        self.accept(claim)
    }

    /// Only what the `FMT` rules of a plan say of a claim's faults: for faults that show after the claim was checked.
    pub(crate) fn check_faults(&mut self, claim: &Claim, plan: usize) -> &[Finding] {
        self.at = plan;
        self.desks[plan].check_faults(claim);
        self.accept(claim)
    }

    /// Takes out what was accepted.
    fn accept(&mut self, claim: &Claim) -> &[Finding] {
        let (checker, desk, tally) = (self.checker, &mut self.desks[self.at], &mut self.tally);
        let acceptances = checker.acceptances();
        for &at in acceptances.of_claim(&claim.id) {
            let rule = acceptances.get(at).map(|a| a.rule);
            tally.acceptances[at].looked_at |= rule.is_some_and(|rule| desk.runs(rule));
        }
        let own = !claim.accepted.is_empty();
        if own || !acceptances.is_empty() {
            let today = checker.today();
            let findings = desk.findings_mut();
            let before = findings.len();
            findings.retain(|finding| {
                let mut accepted = own && accepted_by_claim(claim, finding.rule);
                acceptances.meaning(claim, finding, |at, acceptance| {
                    tally.acceptances[at].looked_at = true;
                    tally.acceptances[at].findings += 1;
                    accepted |= acceptance.lapsed(today).is_none();
                });
                !accepted
            });
            tally.accepted += (before - findings.len()) as u64;
        }
        desk.findings()
    }

    /// By which profile the last claim was checked: 0 for none.
    pub(crate) fn plan(&self) -> usize {
        self.at
    }

    /// The rule that runs, or ran last.
    pub(crate) fn current_rule(&self) -> &'static Rule {
        self.desks[self.at].current_rule()
    }

    /// The findings of the last claim.
    pub(crate) fn findings(&self) -> &[Finding] {
        self.desks[self.at].findings()
    }

    /// Says that so many claims came after more ids than are remembered.
    pub(crate) fn scattered_not_evaluated(&mut self, claims: u64) {
        self.desks[0].scattered_not_evaluated(claims);
    }

    /// What could not be evaluated so far, given the columns that there were.
    pub fn not_evaluated(&self, columns: &Columns) -> Vec<NotEvaluated> {
        let mut out: Vec<NotEvaluated> =
            self.desks.iter().flat_map(|desk| desk.not_evaluated(columns)).collect();
        merge(&mut out);
        out.sort_by_key(|g| (g.rule.id, g.why));
        out
    }

    /// What was counted so far.
    pub(crate) fn tally(&self) -> &SessionTally {
        &self.tally
    }

    /// Lines checked so far with a day after the end of a table's window.
    pub(crate) fn stale_lines(&self) -> impl Iterator<Item = (TableKind, u64)> + '_ {
        self.desks.iter().flat_map(Desk::stale_lines)
    }
}
