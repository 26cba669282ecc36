//! Policies that the user added: coverage articles and lists of the user's own.

use super::pointed;
use crate::claim::Field;
use crate::code::{CodeText, Icd10Cm};
use crate::resolve::{Case, Facts, Why};
use crate::rule::{Check, Citation, Finding, Findings, Rule, Severity, Status};
use crate::table::{
    Coverage, GroupPart, Judgement, PolicyTable, PolicyTest, Rank, Reach, Relation, Standing, TableKind,
};

const ARTICLES: Citation = Citation {
    title: "Medicare Program Integrity Manual (Pub. 100-08), chapter 13, Local Coverage Determinations; the policy named in the finding",
    section: "Billing and coding articles: codes that support medical necessity",
    url: "https://www.cms.gov/medicare-coverage-database/",
};

const NEEDS: &[TableKind] = &[TableKind::Policies, TableKind::Procedures, TableKind::Icd10Cm];
const READS: &[Field] = &[Field::Procedure, Field::Diagnosis(1), Field::DosFrom];

/// Hands every policy of the line's procedure that is in force there on that day to `say`, with what it says. Only those count that have a
/// part of which `about` holds, of whose procedures the fact holds: the others say nothing of what the rule is about.
fn each(
    case: &Case<'_>,
    at: usize,
    (fact, about): (Facts, fn(&GroupPart) -> bool),
    out: &mut Findings,
    mut say: impl FnMut(&Tested<'_>, &mut Findings),
) {
    let Some(table) = &case.tables.policies else { return };
    let line = &case.lines[at];
    // That no policy names the procedure is counted where codes are looked up: see [`crate::rules::common_gap`].
    let Some(rank) = line.rank.filter(|_| line.facts.any(fact)) else { return };
    let Some(day) = line.day else { return out.not_evaluated(Why::NoDate) };
    let submitted = &case.claim.lines[at];
    if case.claim.pointed(submitted).next().is_none() {
        return out.not_evaluated(Why::NoDiagnosis);
    }
    let mut tested = false;
    for test in table.tests(rank) {
        if !table.window(test).contains(day) {
            continue;
        }
        let severity = match table.reach(test, &case.claim.jurisdiction, &case.claim.payer) {
            Reach::Elsewhere => continue,
            Reach::Here => Severity::Error,
            Reach::Perhaps => Severity::Warning,
        };
        tested = true;
        if !table.parts(test).any(|part| about(&part)) {
            continue;
        }
        let ranks = Pointed { case, at, next: 0 };
        let judgement = table.judge(test, ranks, |m| submitted.modifiers.has(m));
        say(&Tested { case, at, table, test, severity, judgement }, out);
    }
    if !tested {
        out.not_evaluated(Why::NoPolicy);
    }
}

/// Ranks of the diagnoses to which a line points.
#[derive(Clone, Copy)]
struct Pointed<'a> {
    case: &'a Case<'a>,
    at: usize,
    next: usize,
}

impl Iterator for Pointed<'_> {
    type Item = Rank;
    fn next(&mut self) -> Option<Rank> {
        let line = &self.case.claim.lines[self.at];
        loop {
            let diagnosis = self.case.claim.pointed(line).nth(self.next)?;
            self.next += 1;
            if let Some(rank) = self.case.diagnoses.get(diagnosis).and_then(|d| d.rank) {
                return Some(rank);
            }
        }
    }
}

/// A policy that was applied to a line.
struct Tested<'a> {
    case: &'a Case<'a>,
    at: usize,
    table: &'a PolicyTable,
    test: PolicyTest,
    severity: Severity,
    judgement: Judgement,
}

impl Tested<'_> {
    fn procedure(&self) -> String {
        self.case.lines[self.at].code.map_or_else(String::new, |c| c.to_string())
    }

    fn group(&self, part: &GroupPart) -> String {
        format!("group {}", self.table.group_name(part))
    }

    /// Says it, with what every finding about a policy has: its codes, its severity, its edition.
    fn find<'f>(&self, out: &'f mut Findings, message: String) -> &'f mut Finding {
        let card = self.table.card(self.test);
        let perhaps = if self.severity == Severity::Warning {
            let place = if card.jurisdictions.iter().any(|j| j == "?") {
                "its source does not say where it holds".to_owned()
            } else {
                "the claim does not say its jurisdiction".to_owned()
            };
            format!(", if that policy holds there: {place}")
        } else {
            String::new()
        };
        let version =
            if card.version.is_empty() { String::new() } else { format!(" version {}", card.version) };
        let finding = out.on_line(self.at, Field::Procedure, message + &perhaps);
        finding.edition = Some(format!("{}{version}, in force since {}", card.id, card.from));
        finding.severity(self.severity).code(self.procedure());
        let line = &self.case.claim.lines[self.at];
        for i in self.case.claim.pointed(line) {
            finding.codes.extend(self.case.diagnoses[i].code.map(CodeText::of));
        }
        finding
    }

    /// Supporting codes nearest to those on the line: of the same category first, then of the same two characters.
    fn nearest(&self) -> Vec<Icd10Cm> {
        const MOST: usize = 5;
        let icd = &self.case.tables.icd10cm;
        let day = self.case.lines[self.at].day;
        let given: Vec<Icd10Cm> =
            Pointed { case: self.case, at: self.at, next: 0 }.filter_map(|r| icd.code(r)).collect();
        let alike = |code: Icd10Cm| given.iter().map(|other| code.common_prefix(*other)).max().unwrap_or(0);
        let in_force = |rank| day.is_some_and(|d| matches!(icd.standing(rank, d), Standing::Billable(_)));
        let mut found: Vec<(std::cmp::Reverse<usize>, Icd10Cm)> = Vec::new();
        for part in self.table.parts(self.test).filter(|p| p.relation == Relation::Supports) {
            let listed: Vec<Rank> = self.table.diagnoses(&part).collect();
            for other in &given {
                // A list is in the order of its codes, so that those that begin alike stand together.
                let start = |rank| icd.code(rank).map_or(0, |code| code.first_two());
                let from = listed.partition_point(|&rank| start(rank) < other.first_two());
                let same = listed[from..].iter().take_while(|&&rank| start(rank) == other.first_two());
                for code in same.filter(|&&rank| in_force(rank)).filter_map(|&rank| icd.code(rank)) {
                    found.push((std::cmp::Reverse(alike(code)), code));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().take(MOST).map(|(_, code)| code).collect()
    }

    /// What the policy covers, and what to do about it: never another diagnosis.
    fn advice(&self) -> String {
        let card = self.table.card(self.test);
        let near: Vec<String> = self.nearest().iter().map(ToString::to_string).collect();
        let title = if card.title.is_empty() { card.id } else { format!("{} ({})", card.id, card.title) };
        let near = if near.is_empty() {
            "no code of these categories".to_owned()
        } else {
            format!("of these or similar categories {}", near.join(", "))
        };
        format!(
            "{title} covers {near}; check that every documented reason for the service is coded and pointed at, and report what is documented, covered or not"
        )
    }

    /// How many diagnoses the policy supports, and in which groups.
    fn covers(&self) -> String {
        let mut groups: Vec<String> = Vec::new();
        let mut codes = 0;
        for part in self.table.parts(self.test).filter(|p| p.relation == Relation::Supports) {
            codes += self.table.count(&part);
            let name = self.table.group_name(&part);
            if !groups.contains(&name) {
                groups.push(name);
            }
        }
        let plural = if groups.len() == 1 { "" } else { "s" };
        let shown = if groups.len() > 5 {
            format!("{} groups", groups.len())
        } else {
            format!("group{plural} {}", groups.join(", "))
        };
        format!("{} lists {codes} in {shown}", self.table.policy_id(self.test))
    }
}

pub(super) static COV001: Rule = Rule {
    id: "COV001",
    name: "unsupported-procedure",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "no diagnosis to which the line points is on a policy's list of those that support the procedure",
    why: "A payer's coverage policy lists the diagnoses with which it pays a procedure. Without one of them on the line the service counts as not \
          medically necessary. Error where the policy holds for the claim; a warning where the claim does not say its jurisdiction and the policy does not \
          hold everywhere. A procedure without a policy is not evaluated, which does not mean that it is covered.",
    fix: "check that every documented reason for the service is coded and pointed at; report what is documented, covered or not",
    citation: ARTICLES,
    carc: &[50],
    needs: NEEDS,
    reads: READS,
    fails: &[
        "dos_from,procedure,dx1\n2026-03-02,G0106,I10",
        "dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,G0106,I10,Z12.11,A",
        "dos_from,procedure,dx1\n2026-03-02,G0120,E11.9",
    ],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,G0106,Z12.11",
        "dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,G0106,I10,Z12.11,AB",
        "dos_from,procedure,dx1,dx2\n2026-03-02,G0120,E11.9,I10",
        "dos_from,procedure,dx1\n2019-12-31,G0106,I10",
    ],
    when: Facts::SUPPORTED,
    check: Check::Line(unsupported_procedure),
};

fn unsupported_procedure(case: &Case<'_>, at: usize, out: &mut Findings) {
    each(case, at, (Facts::SUPPORTED, GroupPart::supports), out, |tested, out| {
        let Coverage::NotSupported(partly) = tested.judgement.coverage else { return };
        let mut message =
            format!("{} is not supported by {}: {}", tested.procedure(), pointed(case, at), tested.covers());
        if let Some(part) = partly {
            message.push_str(&format!(
                "; {} also needs a diagnosis of its part {}",
                tested.group(&part),
                tested.table.part_name(&part)
            ));
        }
        let advice = tested.advice();
        tested.find(out, message).help(advice);
    });
}

pub(super) static COV002: Rule = Rule {
    id: "COV002",
    name: "excluded-diagnosis",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a diagnosis to which the line points is on a policy's list of those with which the procedure is not covered",
    why: "Some policies list diagnoses that do not support a procedure. A warning where another diagnosis of the line is on a supporting list of the same policy.",
    fix: "check the documentation; report what it says, covered or not",
    citation: ARTICLES,
    carc: &[167],
    needs: NEEDS,
    reads: READS,
    fails: &["dos_from,procedure,dx1\n2026-03-02,G0117,Z00.00"],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,G0117,Z00.01",
        "dos_from,procedure,mod1,dx1\n2026-03-02,G0117,GA,Z00.00",
    ],
    when: Facts::EXCLUDED,
    check: Check::Line(excluded_diagnosis),
};

fn excluded_diagnosis(case: &Case<'_>, at: usize, out: &mut Findings) {
    each(case, at, (Facts::EXCLUDED, GroupPart::excludes), out, |tested, out| {
        let Coverage::Excluded { by, diagnosis, supported } = tested.judgement.coverage else { return };
        let code = case.tables.icd10cm.code(diagnosis).map_or_else(String::new, |c| c.to_string());
        let message = format!(
            "{} is not covered with {code}: {}, {}",
            tested.procedure(),
            tested.table.policy_id(tested.test),
            tested.group(&by)
        );
        let finding = tested.find(out, message);
        if supported {
            finding.severity(Severity::Warning);
        }
    });
}

pub(super) static COV003: Rule = Rule {
    id: "COV003",
    name: "missing-policy-modifier",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a policy wants a modifier on the line, and it is not there",
    why: "Some policies cover a procedure, or a diagnosis with it, only when a modifier on the line says that their conditions are met.",
    fix: "add the modifier if the documentation shows that its conditions are met",
    citation: ARTICLES,
    carc: &[4],
    needs: NEEDS,
    reads: READS,
    fails: &[
        "dos_from,procedure,dx1\n2026-03-02,G0108,E11.9",
        "dos_from,procedure,mod1,dx1\n2026-03-02,G0118,,H40.1111",
    ],
    passes: &[
        "dos_from,procedure,mod1,dx1\n2026-03-02,G0108,KX,E11.9",
        "dos_from,procedure,mod1,dx1\n2026-03-02,G0118,TS,H40.1111",
    ],
    when: Facts::POLICY_MODIFIER,
    check: Check::Line(missing_policy_modifier),
};

fn missing_policy_modifier(case: &Case<'_>, at: usize, out: &mut Findings) {
    each(case, at, (Facts::POLICY_MODIFIER, GroupPart::wants_modifier), out, |tested, out| {
        let (part, only) = match (tested.judgement.lacks, tested.judgement.coverage) {
            (Some(part), _) => (part, false),
            (None, Coverage::OnlyWith(part)) => (part, true),
            _ => return,
        };
        let mut wanted: Vec<String> = tested
            .table
            .parts(tested.test)
            .filter(|p| if only { *p == part } else { p.is_of_name(&part) })
            .filter_map(|p| p.modifier.map(|m| m.to_string()))
            .collect();
        wanted.dedup();
        let reason = if only { format!(" with {}", pointed(case, at)) } else { String::new() };
        let message = format!(
            "{}{reason} needs modifier {}: {}, {}",
            tested.procedure(),
            wanted.join(" or "),
            tested.table.policy_id(tested.test),
            tested.group(&part)
        );
        tested.find(out, message);
    });
}
