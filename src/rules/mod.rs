//! The rules, one file a family; nothing here but declarations and checks.

mod charges;
mod codes;
mod dates;
mod diagnosis;
mod duplicates;
mod format;
mod modifiers;
mod patient;
mod place;
mod pointers;
mod provider;
mod sources;

use crate::rule::Rule;

/// Every family, by the letters of their ids.
static FAMILIES: &[&[&Rule]] = &[
    charges::RULES,
    codes::RULES,
    patient::RULES,
    dates::RULES,
    duplicates::RULES,
    diagnosis::RULES,
    format::RULES,
    modifiers::RULES,
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
