//! One claim: resolved, checked by the chosen rules, reported.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::watch::Step;
use super::{Session, When};
use crate::accept::Acceptances;
use crate::claim::Claim;
use crate::read::Columns;
use crate::resolve::{Facts, ResolvedLine, Resolver, Why};
use crate::rule::{Check, Finding, Findings, NotEvaluated, Rule, Severity};
use crate::table::{Setting, TableKind, Tables};
use crate::{Date, rules};

/// Tables and rules, ready to check claims. Shared by threads; each thread opens a [`Session`].
///
/// ```
/// use cleanclaim::{Checker, Claim, Line, Tables};
///
/// let checker = Checker::new(Tables::embedded()).as_of("2026-11-22".parse()?);
/// let mut claim = Claim::new("A-1");
/// claim.add_diagnosis("E11");
/// let mut line = Line::new(1);
/// line.from = Some("2026-03-02".parse()?);
/// line.set_procedure("99213");
/// claim.lines.push(line);
///
/// let report = checker.check(&claim);
/// let header = report.findings.iter().find(|f| f.rule.id == "COD002").expect("E11 has codes below it");
/// assert!(header.message.starts_with("E11 is a header"));
/// # Ok::<(), cleanclaim::DateError>(())
/// ```
pub struct Checker {
    tables: Arc<Tables>,
    rules: Vec<(&'static Rule, Severity)>,
    /// Rules that were chosen but cannot run, and the table that they miss.
    lacking: Vec<(&'static Rule, TableKind)>,
    as_of: Option<Date>,
    ask_all: bool,
    profiles: Vec<Profile>,
    acceptances: Acceptances,
}

/// Claims that are checked by rules of their own.
struct Profile {
    name: String,
    when: When,
    /// The same tables with other rules; it has no profiles and no acceptances.
    checker: Checker,
}

/// What a check of one claim gave.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// What is wrong, by line, field and rule.
    pub findings: Vec<Finding>,
    /// What could not be evaluated. Never a pass.
    pub not_evaluated: Vec<NotEvaluated>,
}

impl Checker {
    /// Checks against these tables, with the default rules.
    pub fn new(tables: Tables) -> Checker {
        let chosen = rules::all().filter(|r| r.is_default()).map(|r| (r, r.severity)).collect();
        Checker::bare(Arc::new(tables)).choose(chosen)
    }

    fn bare(tables: Arc<Tables>) -> Checker {
        Checker {
            tables,
            rules: vec![],
            lacking: vec![],
            as_of: None,
            ask_all: false,
            profiles: vec![],
            acceptances: Acceptances::default(),
        }
    }

    /// With these rules, at these severities.
    #[must_use]
    pub fn rules(self, rules: impl IntoIterator<Item = (&'static Rule, Severity)>) -> Checker {
        self.choose(rules.into_iter().collect())
    }

    /// Says what day it is, for the rules that need to know (services in the future, timely filing). Without it they are not evaluated:
    /// the library reads no clock.
    #[must_use]
    pub fn as_of(mut self, day: Date) -> Checker {
        self.as_of = Some(day);
        self
    }

    /// Checks claims of which `when` holds by these rules instead. Of several profiles that hold for a claim, the one that was added first counts.
    ///
    /// ```
    /// use cleanclaim::engine::{RuleSet, When};
    /// use cleanclaim::{Checker, Claim, Tables};
    ///
    /// let mut rules = RuleSet::default();
    /// rules.ignore(&["COD007"])?;
    /// let when = When { payer: vec!["Plan B".to_owned()], ..When::default() };
    /// let checker = Checker::new(Tables::embedded()).profile("lenient", when, rules.iter());
    ///
    /// let mut claim = Claim::new("A-1");
    /// claim.add_diagnosis("E11");
    /// let undated = |claim: &Claim| checker.check(claim).findings.iter().any(|f| f.rule.id == "COD007");
    /// assert!(undated(&claim));
    /// claim.payer = "PLAN B".to_owned();
    /// assert!(!undated(&claim));
    /// # Ok::<(), cleanclaim::Error>(())
    /// ```
    #[must_use]
    pub fn profile(
        mut self,
        name: impl Into<String>,
        when: When,
        rules: impl IntoIterator<Item = (&'static Rule, Severity)>,
    ) -> Checker {
        let checker = Checker::bare(Arc::clone(&self.tables)).rules(rules);
        self.profiles.push(Profile { name: name.into(), when, checker });
        self
    }

    /// With findings that were accepted: they are counted, not shown.
    #[must_use]
    pub fn accepting(mut self, acceptances: Acceptances) -> Checker {
        self.acceptances = acceptances;
        self
    }

    /// Asks every rule about every claim, whatever holds of it: to test that [`Rule::when`] is right. Findings are the same, only later.
    #[doc(hidden)]
    #[must_use]
    pub fn ask_every_rule(self) -> Checker {
        Checker { ask_all: true, ..self }
    }

    fn choose(mut self, mut chosen: Vec<(&'static Rule, Severity)>) -> Checker {
        chosen.sort_by_key(|(rule, _)| rule.id);
        let missing = |rule: &Rule| {
            // One of several tables for different claims is enough; the rule itself says which claims it could not judge.
            let has = |kind: TableKind| {
                let other = |o: &&TableKind| o.is_alternative_to(kind) && self.tables.has(**o);
                self.tables.has(kind) || rule.needs.iter().find(other).is_some()
            };
            rule.needs.iter().copied().find(|&kind| !has(kind))
        };
        self.lacking = chosen.iter().filter_map(|&(rule, _)| Some((rule, missing(rule)?))).collect();
        chosen.retain(|(rule, _)| missing(rule).is_none());
        self.rules = chosen;
        self
    }

    /// The tables.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The rules that run, with their severities, by id.
    pub fn running(&self) -> &[(&'static Rule, Severity)] {
        &self.rules
    }

    /// The rules that were chosen but cannot run, and the table that they miss.
    pub fn lacking(&self) -> &[(&'static Rule, TableKind)] {
        &self.lacking
    }

    /// Ids of all rules that were chosen, for claims of any profile, in their order.
    pub(crate) fn chosen(&self) -> Vec<&'static str> {
        let all = std::iter::once(self).chain(self.profiles.iter().map(|profile| &profile.checker));
        let rules = all.flat_map(|of| {
            let running = of.rules.iter().map(|(rule, _)| rule.id);
            running.chain(of.lacking.iter().map(|(rule, _)| rule.id))
        });
        rules.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The names of the profiles, in the order in which they were added.
    pub fn profiles(&self) -> impl ExactSizeIterator<Item = &str> {
        self.profiles.iter().map(|profile| profile.name.as_str())
    }

    /// The findings that were accepted.
    pub fn acceptances(&self) -> &Acceptances {
        &self.acceptances
    }

    /// What counts as today, if it was said.
    pub(crate) fn today(&self) -> Option<Date> {
        self.as_of
    }

    /// By which profile a claim is checked: 0 for none, else the profile's number from 1.
    #[inline]
    pub(super) fn plan_of(&self, claim: &Claim) -> usize {
        self.profiles.iter().position(|profile| profile.when.holds(claim)).map_or(0, |at| at + 1)
    }

    /// Checks one claim. For many, a [`Session`] is faster: it keeps its buffers.
    pub fn check(&self, claim: &Claim) -> Report {
        let mut session = self.session();
        let findings = session.check(claim).to_vec();
        Report { findings, not_evaluated: session.not_evaluated(&Columns::all()) }
    }

    /// A place to check many claims, one after the other.
    pub fn session(&self) -> Session<'_> {
        self.session_on(&Columns::all())
    }

    /// A place to check the claims of a file that has these columns: rules about others do not run, or every line would lack a field that the
    /// file never had.
    pub(crate) fn session_on(&self, columns: &Columns) -> Session<'_> {
        let profiles = self.profiles.iter().map(|profile| &profile.checker);
        let desks = std::iter::once(self).chain(profiles).map(|checker| {
            let mut desk = checker.desk(self.as_of, self.ask_all);
            desk.rules.retain(|(rule, _)| rule.reads.iter().all(|&field| columns.has(field)));
            desk.asked = Asked::new(&desk.rules, self.ask_all);
            desk.resolver.want(desk.asked.any);
            desk
        });
        Session::new(self, desks.collect())
    }

    /// Tables and rules, ready to check claims as of that day.
    fn desk(&self, as_of: Option<Date>, ask_all: bool) -> Desk<'_> {
        Desk {
            checker: self,
            resolver: Resolver::new(&self.tables, as_of, rules::CODE_FACTS),
            findings: Findings::new(rules::first()),
            lines: 0,
            later: [[0; TableKind::ALL.len() + 1]; Setting::ALL.len() + 1],
            passed: (None, 0),
            asked: Asked::new(&self.rules, ask_all),
            rules: self.rules.clone(),
            ends: {
                let mut ends: Vec<_> = TableKind::ALL
                    .into_iter()
                    .filter_map(|kind| Some((self.tables.end(kind)?, kind)))
                    .collect();
                ends.sort_unstable();
                ends
            },
        }
    }
}

/// Checks claims by the same rules, one after the other, and keeps its buffers: a clean claim allocates nothing.
pub(super) struct Desk<'c> {
    checker: &'c Checker,
    resolver: Resolver<'c>,
    findings: Findings,
    lines: u64,
    /// Lines by setting, none or one of [`Setting::ALL`], and by how many tables had ended before their day.
    later: [[u64; TableKind::ALL.len() + 1]; Setting::ALL.len() + 1],
    /// The last line's day, and how many tables had ended before it.
    passed: (Option<Date>, usize),
    /// The checker's rules that can be evaluated on the columns that there are.
    rules: Vec<(&'static Rule, Severity)>,
    /// Which of them are asked about a claim.
    asked: Asked,
    /// The last days of the tables that have an end, ascending.
    ends: Vec<(Date, TableKind)>,
}

impl Desk<'_> {
    /// Checks a claim and says after every step which one it was; the findings by line, field and rule. They stay until the next claim.
    #[inline]
    pub(super) fn check(&mut self, claim: &Claim, mut done: impl FnMut(Step)) -> &[Finding] {
        let facts = self.resolver.look(claim);
        self.count_lines();
        done(Step::Resolved);
        self.findings.clear();
        let asked = self.asked.about(facts);
        if asked == NOBODY {
            return &[];
        }
        let case = self.resolver.case(claim, both(asked, self.asked.diagnoses) != NOBODY);
        let out = &mut self.findings;
        out.begin(claim);
        for at in bits(asked) {
            let (rule, severity) = self.rules[at];
            out.set_rule(rule);
            let before = out.list.len();
            match rule.check {
                Check::Claim(check) => check(&case, out),
                Check::Line(check) => {
                    // Most claims with a modifier have lines without, and there are many such rules.
                    let of_modifiers =
                        rule.when.without(Facts::OF_MODIFIERS) == Facts::NONE && !self.asked.all;
                    let silent = |line: &ResolvedLine| of_modifiers && !line.facts.any(rule.when);
                    let asked = case.lines.iter().zip(0..).filter(|(line, _)| !silent(line));
                    asked.for_each(|(_, at)| check(&case, at, out));
                }
                Check::Diagnosis(check) => case.uses.iter().for_each(|at| check(&case, at, out)),
            }
            if severity != rule.severity {
                out.list[before..].iter_mut().for_each(|f| f.severity = severity);
            }
            done(Step::Asked(rule));
        }
        if out.list.len() > 1 {
            // The claim as a whole first, then line by line.
            out.list.sort_by_key(|f| (f.line.map_or(0, |l| l + 1), f.field, f.rule.id));
        }
        &out.list
    }

    /// Has the memory fetched that a claim needs.
    #[inline]
    pub(super) fn fetch(&self, claim: &Claim) {
        self.resolver.fetch(claim);
    }

    /// Counts the lines of the claim that is looked at, and those that are later than a table.
    fn count_lines(&mut self) {
        let (lines, setting) = (self.resolver.lines(), self.resolver.setting());
        self.lines += lines.len() as u64;
        let later = &mut self.later[setting.map_or(0, |s| s as usize + 1)];
        for line in lines {
            if line.day != self.passed.0 {
                // No day is before all days.
                let ended = self.ends.iter().take_while(|(end, _)| line.day > Some(*end)).count();
                self.passed = (line.day, ended);
            }
            later[self.passed.1] += 1;
        }
    }

    /// The rule that runs, or ran last.
    pub(super) fn current_rule(&self) -> &'static Rule {
        self.findings.current_rule()
    }

    /// The findings of the last claim.
    pub(super) fn findings(&self) -> &[Finding] {
        &self.findings.list
    }

    /// The findings of the last claim, for some of them to be taken out.
    pub(super) fn findings_mut(&mut self) -> &mut Vec<Finding> {
        &mut self.findings.list
    }

    /// Does the rule run here?
    pub(super) fn runs(&self, rule: &Rule) -> bool {
        self.rules.iter().any(|(r, _)| *r == rule)
    }

    /// Only what the `FMT` rules say of a claim's faults: for faults that show after the claim was checked.
    pub(super) fn check_faults(&mut self, claim: &Claim) -> &[Finding] {
        self.resolver.look(claim);
        let case = self.resolver.case(claim, false);
        let out = &mut self.findings;
        out.begin(claim);
        for &(rule, severity) in self.rules.iter().filter(|(r, _)| r.family() == "FMT") {
            out.set_rule(rule);
            let before = out.list.len();
            if let Check::Claim(check) = rule.check {
                check(&case, out);
            }
            out.list[before..]
                .iter_mut()
                .filter(|_| severity != rule.severity)
                .for_each(|f| f.severity = severity);
        }
        &out.list
    }

    /// Says that so many claims came after more ids than are remembered.
    pub(super) fn scattered_not_evaluated(&mut self, claims: u64) {
        if let Some(&(rule, _)) = self.checker.rules.iter().find(|(r, _)| r.name == "scattered-claim") {
            self.findings.count_gap(rule, Why::TooManyClaims, claims);
        }
    }

    /// What could not be evaluated so far, given the columns that there were.
    pub(super) fn not_evaluated(&self, columns: &Columns) -> Vec<NotEvaluated> {
        let mut out = self.findings.gaps().to_vec();
        let lines = self.lines;
        if lines > 0 {
            out.extend(self.checker.lacking.iter().map(|&(rule, kind)| NotEvaluated {
                rule,
                why: Why::NoTable(kind),
                lines,
            }));
            for &(rule, _) in &self.checker.rules {
                if let Some(&field) = rule.reads.iter().find(|&&field| !columns.has(field)) {
                    out.push(NotEvaluated { rule, why: Why::NoColumn(field), lines });
                }
            }
        }
        if lines > 0 {
            let alone = self.rules.iter().filter(|(rule, _)| rules::knows_one_claim_only(rule));
            out.extend(alone.map(|&(rule, _)| NotEvaluated { rule, why: Why::OtherClaims, lines }));
        }
        let unlisted = self.resolver.unlisted();
        for &(rule, _) in &self.rules {
            let gaps = rules::common_gap(rule).into_iter().flat_map(|gap| gap(&unlisted));
            out.extend(gaps.filter(|(_, n)| *n > 0).map(|(why, lines)| NotEvaluated { rule, why, lines }));
        }
        merge(&mut out);
        out.sort_by_key(|g| (g.rule.id, g.why));
        out
    }

    /// Lines checked so far with a day after the end of a table's window.
    pub(super) fn stale_lines(&self) -> impl Iterator<Item = (TableKind, u64)> + '_ {
        let settings = || std::iter::once(None).chain(Setting::ALL.into_iter().map(Some));
        self.ends.iter().enumerate().map(move |(at, &(_, kind))| {
            let judged = settings().zip(&self.later).filter(|(setting, _)| kind.judges(*setting));
            (kind, judged.map(|(_, later)| later[at + 1..].iter().sum::<u64>()).sum())
        })
    }
}

/// As many rules as there can be.
const WORDS: usize = 4;
/// A set of rules by their number among those that run.
type RuleBits = [u64; WORDS];
const NOBODY: RuleBits = [0; WORDS];

/// Which rules are asked.
struct Asked {
    /// The facts of which any rule is asked.
    any: Facts,
    by_fact: [RuleBits; 64],
    /// Those that are asked about each diagnosis.
    diagnoses: RuleBits,
    /// Is every rule asked about everything?
    all: bool,
}

impl Asked {
    fn new(rules: &[(&'static Rule, Severity)], all: bool) -> Asked {
        let (mut by_fact, mut diagnoses) = ([NOBODY; 64], NOBODY);
        let mut any = Facts::NONE;
        for (at, (rule, _)) in rules.iter().enumerate().take(WORDS * 64) {
            let when = if all { Facts::ALWAYS } else { rule.when };
            any = any | when;
            if matches!(rule.check, Check::Diagnosis(_)) {
                diagnoses[at / 64] |= 1 << (at % 64);
            }
            for fact in when.bits() {
                by_fact[fact][at / 64] |= 1 << (at % 64);
            }
        }
        Asked { any, by_fact, diagnoses, all }
    }

    #[inline]
    fn about(&self, facts: Facts) -> RuleBits {
        let facts = facts.both(self.any);
        facts.bits().fold(NOBODY, |all, fact| std::array::from_fn(|i| all[i] | self.by_fact[fact][i]))
    }
}

/// Rules that are in both sets.
fn both(a: RuleBits, b: RuleBits) -> RuleBits {
    std::array::from_fn(|i| a[i] & b[i])
}

/// Numbers of the rules, ascending.
fn bits(rules: RuleBits) -> impl Iterator<Item = usize> {
    (0..WORDS).flat_map(move |word| {
        let mut rest = rules[word];
        std::iter::from_fn(move || {
            let bit = rest.trailing_zeros() as usize;
            rest &= rest.wrapping_sub(1);
            (bit < 64).then_some(word * 64 + bit)
        })
    })
}

/// Makes one of gaps of the same rule and reason.
pub(super) fn merge(gaps: &mut Vec<NotEvaluated>) {
    let mut out: Vec<NotEvaluated> = Vec::with_capacity(gaps.len());
    for gap in gaps.drain(..) {
        match out.iter_mut().find(|g| g.rule == gap.rule && g.why == gap.why) {
            Some(same) => same.lines += gap.lines,
            None => out.push(gap),
        }
    }
    *gaps = out;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rules_have_a_number() {
        assert!(rules::all().count() <= WORDS * 64);
    }
}
