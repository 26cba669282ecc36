//! What a run looked at, found, and could not look at.

use std::collections::BTreeMap;

use super::Session;
use crate::Date;
use crate::read::Columns;
use crate::rule::{Finding, NotEvaluated, Rule, Severity};
use crate::table::{TableKind, Tables};

/// The end of every report.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Summary {
    /// Claims checked.
    pub claims: u64,
    /// Claims without a finding at or above the level at which a run fails.
    pub clean_claims: u64,
    /// Lines checked.
    pub lines: u64,
    /// Findings that the claims themselves say were looked at and accepted; not counted below.
    pub accepted: u64,
    /// Findings by severity, mildest first: info, warning, error.
    pub findings: [u64; 3],
    /// Findings by rule and severity, in the order of the rules.
    pub rules: Vec<RuleCount>,
    /// What could not be evaluated, in the order of the rules.
    pub not_evaluated: Vec<NotEvaluated>,
    /// The tables that were used.
    pub tables: Vec<TableUse>,
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
    accepted: u64,
    /// By rule id.
    rules: BTreeMap<&'static str, RuleCount>,
    stale: BTreeMap<TableKind, u64>,
    gaps: Vec<NotEvaluated>,
}

impl Tally {
    pub(crate) fn count(&mut self, finding: &Finding) {
        let none = RuleCount { rule: finding.rule, counts: [0; 3] };
        self.rules.entry(finding.rule.id).or_insert(none).counts[finding.severity as usize] += 1;
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
        self.accepted += session.accepted();
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
        self.accepted += other.accepted;
        for (id, theirs) in &other.rules {
            let none = RuleCount { rule: theirs.rule, counts: [0; 3] };
            let ours = self.rules.entry(id).or_insert(none);
            for (ours, theirs) in ours.counts.iter_mut().zip(theirs.counts) {
                *ours += theirs;
            }
        }
        for (&kind, &lines) in &other.stale {
            self.count_stale(kind, lines);
        }
        for gap in &other.gaps {
            self.gap(*gap);
        }
    }

    pub(crate) fn summary(mut self, tables: &Tables) -> Summary {
        let mut findings = [0; 3];
        for rule in self.rules.values() {
            for (sum, n) in findings.iter_mut().zip(rule.counts) {
                *sum += n;
            }
        }
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
        Summary {
            claims: self.claims,
            clean_claims: u64::try_from(self.clean_claims).unwrap_or(0),
            lines: self.lines,
            accepted: self.accepted,
            findings,
            rules: self.rules.into_values().collect(),
            not_evaluated: self.gaps,
            tables,
        }
    }
}

impl Summary {
    /// Findings of that severity.
    pub fn count(&self, severity: Severity) -> u64 {
        self.findings[severity as usize]
    }
}
