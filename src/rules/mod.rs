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

use crate::rule::Rule;

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

/// Does the rule sum up a day of which other claims may hold more? What they hold is never evaluated, and reports say so.
pub(crate) fn knows_one_claim_only(rule: &Rule) -> bool {
    ncci::ACROSS.contains(&rule.id) || units::ACROSS.contains(&rule.id)
}
