//! Does a diagnosis support a procedure: by which policy, where, since when.
//!
//! ```
//! use cleanclaim::coverage::{Verdict, Where, explain};
//! let tables = cleanclaim::Tables::embedded();
//! let day = "2026-03-02".parse()?;
//! let answer = explain(&tables, "93306".parse()?, "I10".parse()?, day, Where::default());
//! // No policy was added: that is not a no.
//! assert_eq!(answer.verdict, Verdict::Unknown);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;

use serde::Serialize;

use crate::Date;
use crate::code::{Icd10Cm, Procedure};
use crate::table::{Coverage, GroupPart, PolicyCard, PolicyTable, PolicyTest, Rank, Reach, Relation, Tables};

/// Where and for whom a question is asked; empty means not stated.
#[derive(Clone, Copy, Debug, Default)]
pub struct Where<'a> {
    /// The contractor or state.
    pub jurisdiction: &'a str,
    /// The payer.
    pub payer: &'a str,
}

/// What policies say of a diagnosis with a procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every policy in force that lists supporting diagnoses lists it.
    Supported,
    /// A policy in force lists supporting diagnoses, and this is none of them.
    NotSupported,
    /// A policy in force excludes it.
    Excluded,
    /// No policy in force says anything of it.
    Unknown,
}

/// An answer.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// The procedure asked about.
    pub procedure: Procedure,
    /// The diagnosis asked about.
    pub diagnosis: Icd10Cm,
    /// The day as of which the answer holds.
    pub as_of: Date,
    /// What all policies in force come to.
    pub verdict: Verdict,
    /// What each policy of the procedure says, those in force first.
    pub policies: Vec<Opinion>,
    /// If there is none in force: why.
    pub why: Option<String>,
}

/// What one policy says.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Opinion {
    /// The policy.
    #[serde(flatten)]
    pub policy: PolicyCard,
    /// Its verdict.
    pub verdict: Verdict,
    /// The group that says so.
    pub group: Option<String>,
    /// What else must be on the line: a modifier, a diagnosis of another part.
    pub with: Vec<String>,
    /// Does it hold on the day and in the place asked about?
    pub applies: Applies,
}

/// Does a policy hold on the day and in the place asked about?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applies {
    /// It does.
    Yes,
    /// It holds in some jurisdictions only, and none was asked about.
    Perhaps,
    /// Not on that day.
    OtherDay,
    /// Not there, or not for that payer.
    Elsewhere,
}

/// A policy that mentions a code.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Mention {
    /// The policy.
    #[serde(flatten)]
    pub policy: PolicyCard,
    /// What its groups do, with their names: `supports 1`.
    pub groups: Vec<String>,
    /// The procedures that it is about, at most ten.
    pub procedures: Vec<Procedure>,
    /// How many procedures it is about.
    pub procedure_count: usize,
    /// How many diagnoses it lists.
    pub diagnosis_count: usize,
}

/// Says whether a diagnosis alone supports a procedure on a day.
pub fn explain(
    tables: &Tables,
    procedure: Procedure,
    diagnosis: Icd10Cm,
    day: Date,
    at: Where<'_>,
) -> Answer {
    let mut answer =
        Answer { procedure, diagnosis, as_of: day, verdict: Verdict::Unknown, policies: vec![], why: None };
    let Some(table) = &tables.policies else {
        answer.why = Some(
            "no coverage policies were added; add some with `cleanclaim tables add policies.csv current_article.zip`"
                .to_owned(),
        );
        return answer;
    };
    let code = tables.icd10cm.rank(diagnosis);
    let Some(rank) = tables.procedures.as_ref().and_then(|p| p.rank(procedure)) else {
        answer.why = Some(format!("no policy mentions {procedure}"));
        return answer;
    };
    for test in table.tests(rank) {
        answer.policies.push(opinion(table, test, code, day, at));
    }
    answer.policies.sort_by(|a, b| {
        (a.applies, &a.policy.id, a.policy.from).cmp(&(b.applies, &b.policy.id, b.policy.from))
    });
    let applying: Vec<Verdict> =
        answer.policies.iter().filter(|p| p.applies <= Applies::Perhaps).map(|p| p.verdict).collect();
    answer.verdict = [Verdict::Excluded, Verdict::NotSupported, Verdict::Supported]
        .into_iter()
        .find(|v| applying.contains(v))
        .unwrap_or(Verdict::Unknown);
    if answer.policies.is_empty() {
        answer.why = Some(format!("no policy mentions {procedure}"));
    } else if applying.is_empty() {
        answer.why = Some(format!("no policy of {procedure} is in force there on {day}"));
    }
    answer
}

fn opinion(table: &PolicyTable, test: PolicyTest, code: Option<Rank>, day: Date, at: Where<'_>) -> Opinion {
    // As if every modifier that is wanted were there: the answer then names those that are.
    let judgement = table.judge(test, code.into_iter(), |_| false);
    let mut with = Vec::new();
    let modifier = |part: &GroupPart| part.modifier.map_or_else(String::new, |m| format!("modifier {m}"));
    let (verdict, group) = match judgement.coverage {
        Coverage::Supported(group) => (Verdict::Supported, Some(group)),
        Coverage::OnlyWith(group) => {
            with.push(modifier(&group));
            (Verdict::Supported, Some(group))
        }
        Coverage::NotSupported(Some(part)) => {
            let others = table.parts(test).filter(|p| p.is_of_group(&part));
            let lacking = others.filter(|p| !code.is_some_and(|c| table.holds(p, c)));
            with.extend(lacking.map(|p| format!("a diagnosis of part {}", table.part_name(&p))));
            (Verdict::Supported, Some(part))
        }
        Coverage::NotSupported(None) => (Verdict::NotSupported, None),
        Coverage::Excluded { by, .. } => (Verdict::Excluded, Some(by)),
        Coverage::Lifted | Coverage::Silent => (Verdict::Unknown, None),
    };
    if let Some(part) = judgement.lacks {
        let names = table.parts(test).filter(|p| p.is_of_name(&part));
        with.push(names.map(|p| modifier(&p)).collect::<Vec<_>>().join(" or "));
    }
    let applies = if table.window(test).contains(day) {
        match table.reach(test, at.jurisdiction, at.payer) {
            Reach::Here => Applies::Yes,
            Reach::Perhaps => Applies::Perhaps,
            Reach::Elsewhere => Applies::Elsewhere,
        }
    } else {
        Applies::OtherDay
    };
    Opinion { policy: table.card(test), verdict, group: group.map(|g| table.group_name(&g)), with, applies }
}

/// The policies that mention a procedure.
pub fn policies_of_procedure(tables: &Tables, procedure: Procedure) -> Vec<Mention> {
    let Some(table) = &tables.policies else { return vec![] };
    let Some(rank) = tables.procedures.as_ref().and_then(|p| p.rank(procedure)) else { return vec![] };
    let tests: Vec<PolicyTest> = table.tests(rank).collect();
    let all = table.all_tests();
    let of = all.iter().filter(|(test, _)| tests.contains(test));
    of.map(|(test, procedures)| mention(tables, table, *test, procedures, |_| true)).collect()
}

/// The policies that mention a diagnosis.
pub fn policies_of_diagnosis(tables: &Tables, diagnosis: Icd10Cm) -> Vec<Mention> {
    let Some(table) = &tables.policies else { return vec![] };
    let Some(code) = tables.icd10cm.rank(diagnosis) else { return vec![] };
    let holds = |part: &GroupPart| table.holds(part, code);
    let all = table.all_tests();
    let of = all.iter().filter(|(test, _)| table.parts(*test).any(|p| holds(&p)));
    of.map(|(test, procedures)| mention(tables, table, *test, procedures, holds)).collect()
}

fn mention(
    tables: &Tables,
    table: &PolicyTable,
    test: PolicyTest,
    procedures: &[Rank],
    of: impl Fn(&GroupPart) -> bool,
) -> Mention {
    const MOST: usize = 10;
    let mut groups: Vec<String> = Vec::new();
    let mut count = 0;
    for part in table.parts(test) {
        count += table.count(&part);
        let by_modifier = matches!(part.relation, Relation::Requires | Relation::Lifts);
        if by_modifier || !of(&part) {
            continue;
        }
        let name = format!("{} {}", part.relation.name(), table.group_name(&part));
        if groups.last() != Some(&name) {
            groups.push(name);
        }
    }
    let code = |rank: &Rank| tables.procedures.as_ref().and_then(|p| p.code(*rank));
    Mention {
        policy: table.card(test),
        groups,
        procedures: procedures.iter().filter_map(code).take(MOST).collect(),
        procedure_count: procedures.len(),
        diagnosis_count: count,
    }
}

impl Verdict {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Supported => "supported",
            Verdict::NotSupported => "not supported",
            Verdict::Excluded => "excluded",
            Verdict::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Answer {
    /// The answer for people.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} with {} on {}: {}", self.procedure, self.diagnosis, self.as_of, self.verdict)?;
        if let Some(why) = &self.why {
            writeln!(out, "  {why}")?;
        }
        for opinion in &self.policies {
            let p = &opinion.policy;
            let version =
                if p.version.is_empty() { String::new() } else { format!(" version {}", p.version) };
            let title = if p.title.is_empty() { String::new() } else { format!(", {}", p.title) };
            writeln!(out, "  {}{version}{title}", p.id)?;
            let group = opinion.group.as_ref().map_or_else(String::new, |g| format!(" by group {g}"));
            let with = if opinion.with.is_empty() {
                String::new()
            } else {
                format!(", with {}", opinion.with.join(" and "))
            };
            let but = match opinion.applies {
                Applies::Yes => "",
                Applies::Perhaps => "; holds in some jurisdictions only, and none was named",
                Applies::OtherDay => "; not in force on that day",
                Applies::Elsewhere => "; another jurisdiction or payer",
            };
            writeln!(out, "    {}{group}{with}{but}", opinion.verdict)?;
            let until = p.to.map_or_else(String::new, |to| format!(" until {to}"));
            let place = match p.jurisdictions.as_slice() {
                [] => "everywhere".to_owned(),
                [one] if one == "?" => "its source does not say where".to_owned(),
                list => list.join(", "),
            };
            let payer = if p.payer.is_empty() { String::new() } else { format!(", payer {}", p.payer) };
            writeln!(out, "    in force since {}{until}; {place}{payer}", p.from)?;
            for more in [&p.citation, &p.limits].into_iter().filter(|t| !t.is_empty()) {
                writeln!(out, "    {more}")?;
            }
        }
        Ok(())
    }
}
