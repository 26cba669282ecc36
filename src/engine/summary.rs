//! What a run looked at, found, and could not look at.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::parties::{Parties, Share, add};
use super::session::SessionTally;
use super::watch::Times;
use super::{Checker, Session};
use crate::accept::{Acceptance, Unused};
use crate::read::Columns;
use crate::rule::{Finding, NotEvaluated, Rule, Severity};
use crate::table::TableKind;
use crate::{Cents, Date};

/// The end of every report.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Summary {
    /// Claims checked.
    pub claims: u64,
    /// The level at which a run fails: a claim with a finding at or above it is not clean.
    pub fail_on: Severity,
    /// Claims without a finding at or above that level.
    pub clean_claims: u64,
    /// What the claims charge, and how much of it is at stake.
    pub charges: Charges,
    /// Lines checked.
    pub lines: u64,
    /// Findings that were looked at and accepted, as the claims themselves or a file of acceptances say; not counted below.
    pub accepted: u64,
    /// Acceptances that accept nothing any more, in the order in which they were added.
    pub unused_acceptances: Vec<UnusedAcceptance>,
    /// Acceptances of claims that were not checked, or by rules that did not run: nothing is known of them.
    pub other_acceptances: u64,
    /// The profiles, and the claims that were checked by each.
    pub profiles: Vec<ProfileUse>,
    /// Findings by severity, mildest first: info, warning, error.
    pub findings: [u64; 3],
    /// Findings that are counted and do not stand in the report: [`Options::most_findings`](super::Options::most_findings) left no room.
    pub left_out: u64,
    /// Findings by rule and severity, in the order of the rules.
    pub rules: Vec<RuleCount>,
    /// Findings by the line's rendering provider, or else the claim's billing provider; counted only for reports that show them.
    pub providers: Vec<Share>,
    /// Findings by payer, as the file names it, if at least five patients have it; counted only for reports that show them.
    pub payers: Vec<Share>,
    /// Findings of all other payers, by severity. What only a few patients have in the payer's column may be somebody's name.
    pub other_payers: [u64; 3],
    /// Why files were not checked, or not to their end: with the name of each. Nothing else here counts what they hold.
    pub failed: Vec<String>,
    /// Ids of the rules that were chosen, for any claim.
    pub chosen: Vec<&'static str>,
    /// What could not be evaluated, in the order of the rules.
    pub not_evaluated: Vec<NotEvaluated>,
    /// The tables that were used.
    pub tables: Vec<TableUse>,
}

/// What the claims of a run charge. A claim's charge is [`Claim::charge`](crate::Claim::charge): its stated total, or else the sum of its lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Charges {
    /// Charges of all claims.
    pub billed: Cents,
    /// Charges of the claims that are not clean: what is not paid, or late, if they are sent as they are.
    pub at_stake: Cents,
    /// Claims that are not clean and state no charge; they are in neither sum.
    pub unstated: u64,
}

/// A profile and how often it was used.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ProfileUse {
    /// Its name.
    pub profile: String,
    /// Claims that were checked by its rules.
    pub claims: u64,
}

/// An acceptance that accepts nothing any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusedAcceptance {
    /// The acceptance.
    pub acceptance: Acceptance,
    /// Why it does not.
    pub why: Unused,
}

/// Findings of one rule.
#[derive(Clone, Copy, Debug)]
pub struct RuleCount {
    /// The rule.
    pub rule: &'static Rule,
    /// Its findings by severity: info, warning, error.
    pub counts: [u64; 3],
}

impl RuleCount {
    /// All its findings.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// A table and how far it reached.
#[derive(Clone, Debug, serde::Serialize)]
pub struct TableUse {
    /// Which table.
    #[serde(rename = "table")]
    pub kind: TableKind,
    /// Its edition, in the publisher's words.
    pub edition: String,
    /// The first day about which it knows.
    pub from: Date,
    /// The last day for which it stands; open for some lists.
    pub to: Option<Date>,
    /// Lines with a date of service after that day: judged by the newest edition there is.
    pub stale_lines: u64,
}

/// Counts while claims go by; counts of several threads add up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) claims: u64,
    pub(crate) clean_claims: i64,
    pub(crate) lines: u64,
    /// In cents; sums of counts of several threads in any order are the same.
    billed: i128,
    at_stake: i128,
    unstated: u64,
    pub(super) parties: Parties,
    sessions: SessionTally,
    /// By rule id.
    rules: FxHashMap<&'static str, RuleCount>,
    stale: BTreeMap<TableKind, u64>,
    gaps: Vec<NotEvaluated>,
    /// Only if the run is measured.
    pub(super) times: Times,
}

impl Tally {
    pub(crate) fn count(&mut self, finding: &Finding) {
        let none = RuleCount { rule: finding.rule, counts: [0; 3] };
        self.rules.entry(finding.rule.id).or_insert(none).counts[finding.severity as usize] += 1;
    }

    /// Counts a claim's charge.
    #[inline]
    pub(crate) fn charge(&mut self, charge: Option<Cents>, clean: bool) {
        self.billed += charge.map_or(0, |c| i128::from(c.0));
        if !clean {
            self.at_stake(charge);
        }
    }

    /// Counts the charge of a claim that is not clean.
    pub(crate) fn at_stake(&mut self, charge: Option<Cents>) {
        match charge {
            Some(charge) => self.at_stake += i128::from(charge.0),
            None => self.unstated += 1,
        }
    }

    pub(crate) fn count_stale(&mut self, kind: TableKind, lines: u64) {
        if lines > 0 {
            *self.stale.entry(kind).or_default() += lines;
        }
    }

    /// Takes over what a session could not evaluate; once, when it has done its work.
    pub(crate) fn finish(&mut self, session: &Session<'_>, columns: &Columns) {
        for (kind, lines) in session.stale_lines() {
            self.count_stale(kind, lines);
        }
        self.sessions.add(session.tally());
        session.not_evaluated(columns).into_iter().for_each(|gap| self.gap(gap));
    }

    fn gap(&mut self, gap: NotEvaluated) {
        match self.gaps.iter_mut().find(|g| g.rule == gap.rule && g.why == gap.why) {
            Some(same) => same.lines += gap.lines,
            None => self.gaps.push(gap),
        }
    }

    /// Adds the counts of another thread.
    pub(crate) fn add(&mut self, other: &Tally) {
        self.claims += other.claims;
        self.clean_claims += other.clean_claims;
        self.lines += other.lines;
        self.billed += other.billed;
        self.at_stake += other.at_stake;
        self.unstated += other.unstated;
        self.sessions.add(&other.sessions);
        self.times.add(&other.times);
        // Sums, in whatever order.
        other.rules.iter().for_each(|(id, theirs)| {
            let none = RuleCount { rule: theirs.rule, counts: [0; 3] };
            add(&mut self.rules.entry(id).or_insert(none).counts, theirs.counts);
        });
        self.parties.add(&other.parties);
        for (&kind, &lines) in &other.stale {
            self.count_stale(kind, lines);
        }
        for gap in &other.gaps {
            self.gap(*gap);
        }
    }

    pub(crate) fn summary(mut self, checker: &Checker) -> Summary {
        let tables = checker.tables();
        let mut findings = [0; 3];
        let mut rules: Vec<RuleCount> = std::mem::take(&mut self.rules).into_values().collect();
        rules.sort_unstable_by_key(|rule| rule.rule.id);
        rules.iter().for_each(|rule| add(&mut findings, rule.counts));
        self.gaps.sort_by_key(|g| (g.rule.id, g.why));
        let tables = TableKind::ALL
            .into_iter()
            .filter_map(|kind| {
                let d = tables.description(kind)?;
                Some(TableUse {
                    kind,
                    edition: d.edition.clone(),
                    from: d.from,
                    to: (d.to != Date::MAX).then_some(d.to),
                    stale_lines: self.stale.get(&kind).copied().unwrap_or(0),
                })
            })
            .collect();
        let (unused_acceptances, other_acceptances) = self.unused(checker);
        let profiles = checker.profiles().enumerate().map(|(at, name)| ProfileUse {
            profile: name.to_owned(),
            claims: self.sessions.profiles.get(at).copied().unwrap_or(0),
        });
        let (providers, payers, other_payers) = self.parties.shares();
        Summary {
            claims: self.claims,
            clean_claims: u64::try_from(self.clean_claims).unwrap_or(0),
            charges: Charges {
                billed: cents(self.billed),
                at_stake: cents(self.at_stake),
                unstated: self.unstated,
            },
            lines: self.lines,
            accepted: self.sessions.accepted,
            unused_acceptances,
            other_acceptances,
            profiles: profiles.collect(),
            findings,
            rules,
            providers,
            payers,
            other_payers,
            chosen: checker.chosen(),
            not_evaluated: self.gaps,
            tables,
            ..Summary::default()
        }
    }
}

/// A sum, as far as the type reaches.
fn cents(sum: i128) -> Cents {
    Cents(sum.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
}

impl Tally {
    /// Acceptances that accept nothing any more, and how many are of claims that were not looked at.
    fn unused(&self, checker: &Checker) -> (Vec<UnusedAcceptance>, u64) {
        let (mut unused, mut others) = (Vec::new(), 0);
        for (at, acceptance) in checker.acceptances().iter().enumerate() {
            let met = self.sessions.acceptances.get(at).copied().unwrap_or_default();
            let why = match acceptance.lapsed(checker.today()) {
                Some(why) => why,
                None if met.findings > 0 => continue,
                None if met.looked_at => Unused::NoFinding,
                None => {
                    others += 1;
                    continue;
                }
            };
            unused.push(UnusedAcceptance { acceptance: acceptance.clone(), why });
        }
        (unused, others)
    }
}

impl Summary {
    /// Clean claims in tenths of a percent, rounded down so that 100 % means all; `None` if there are no claims.
    pub fn clean_rate(&self) -> Option<u16> {
        tenths(self.clean_claims, self.claims)
    }

    /// All findings.
    pub fn total(&self) -> u64 {
        self.findings.iter().sum()
    }

    /// Findings of that severity.
    pub fn count(&self, severity: Severity) -> u64 {
        self.findings[severity as usize]
    }
}

/// A part in tenths of a percent of the whole, rounded down.
pub(crate) fn tenths(part: u64, whole: u64) -> Option<u16> {
    let rate = (u128::from(part) * 1000).checked_div(u128::from(whole))?;
    u16::try_from(rate).ok()
}
