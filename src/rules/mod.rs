//! The rules, one file a family; nothing here but declarations and checks.

mod charges;
mod codes;
mod coverage;
mod dates;
mod diagnosis;
mod duplicates;
mod format;
mod modifiers;
mod ncci;
mod patient;
mod place;
mod pointers;
mod provider;
mod sources;
mod units;

pub(crate) use ncci::{ANATOMIC, DISTINCT, EITHER_LINE, SERVICE, type_on};

use crate::resolve::{CodeFacts, Facts, Unlisted, Why};
use crate::rule::{Rule, Status};
use crate::table::{Setting, TableKind};

/// Every family, by the letters of their ids.
static FAMILIES: &[&[&Rule]] = &[
    charges::RULES,
    codes::RULES,
    coverage::RULES,
    patient::RULES,
    dates::RULES,
    duplicates::RULES,
    diagnosis::RULES,
    format::RULES,
    modifiers::RULES,
    units::RULES,
    ncci::RULES,
    place::RULES,
    provider::RULES,
    pointers::RULES,
];

/// Every rule, family by family.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|family| family.iter().copied())
}

/// Some rule, before any has run.
pub(crate) fn first() -> &'static Rule {
    FAMILIES[0][0]
}

/// The rule of that id, in any case, or of that name.
pub fn find(id_or_name: &str) -> Option<&'static Rule> {
    all().find(|r| r.id.eq_ignore_ascii_case(id_or_name) || r.name == id_or_name)
}

/// The id, name or family that is nearest to what was typed, if it is near.
pub(crate) fn nearest(typed: &str) -> Option<&'static str> {
    let rules = all().filter(|r| r.status != Status::Removed);
    crate::nearest::nearest(typed, rules.flat_map(|r| [r.id, r.name, r.family()]))
}

/// Does the rule sum up a day of which other claims may hold more? What they hold is never evaluated, and reports say so.
pub(crate) fn knows_one_claim_only(rule: &Rule) -> bool {
    ncci::ACROSS.contains(&rule.id) || units::ACROSS.contains(&rule.id)
}

/// What rules need to know of a code, by its text alone.
pub(crate) const CODE_FACTS: CodeFacts = CodeFacts {
    diagnosis: |code| if diagnosis::is_sequela(code) { Facts::SEQUELA } else { Facts::NONE },
    procedure: |code| if coverage::is_listed(code) { Facts::LISTED } else { Facts::NONE },
    modifier: modifiers::facts,
};

/// Reasons and lines of a gap that is so common that it is counted where codes are looked up.
type CommonGap = fn(&Unlisted) -> Vec<(Why, u64)>;

/// The common gap of a rule, if it has one.
pub(crate) fn common_gap(rule: &Rule) -> Option<CommonGap> {
    if units::UNLISTED.contains(&rule.id) {
        return Some(|lines| {
            let of = |s: Setting| (Why::NotListed(TableKind::mue(s)), lines.limits[s as usize]);
            Setting::ALL.map(of).to_vec()
        });
    }
    let policies = rule.needs.contains(&TableKind::Policies);
    policies.then_some(|lines| vec![(Why::NoPolicy, lines.policies)])
}
