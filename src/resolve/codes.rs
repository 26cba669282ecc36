//! What is known of a single code: looked up once, and remembered.

use super::memo::Known;
use super::{CodeFacts, Facts, ProcedureStanding, Why};
use crate::Date;
use crate::code::{Icd10Cm, Procedure, Side};
use crate::table::{Cover, Flags, GroupPart, InForce, Letters, NoteKind, TableKind, Tables};

/// Looks up a procedure: what is remembered of it.
#[cold]
pub(super) fn know_procedure(tables: &Tables, facts_of: CodeFacts, code: Procedure) -> Known {
    let mut facts = (facts_of.procedure)(code);
    let visit = code.category_one_number().is_some_and(|n| (99202..=99499).contains(&n));
    facts.note(Facts::VISIT, visit);
    let (mut rank, mut history) = (None, None);
    if let Some(table) = &tables.procedures {
        rank = table.rank(code);
        history = rank.and_then(|r| table.history_of(r));
    }
    if let Some(rank) = rank {
        if let Some(table) = &tables.policies {
            facts.note(Facts::POLICY, table.tests(rank).next().is_some());
            facts.note(Facts::SUPPORTED, table.has_part(rank, GroupPart::supports));
            facts.note(Facts::EXCLUDED, table.has_part(rank, GroupPart::excludes));
            facts.note(Facts::POLICY_MODIFIER, table.has_part(rank, GroupPart::wants_modifier));
        }
        let listed = tables.add_ons.as_ref().is_some_and(|t| t.rows(rank).next().is_some());
        // Without CMS's list the fee schedule tells, each release its own.
        facts.note(Facts::ADD_ON, listed || tables.add_ons.is_none() && tables.fees.is_some());
    }
    Known { rank, history, facts, letters: Letters::NONE }
}

pub(super) fn procedure_standing(
    tables: &Tables,
    code: Procedure,
    known: Known,
    day: Option<Date>,
) -> ProcedureStanding {
    let Some(table) = &tables.procedures else {
        return ProcedureStanding::NotEvaluated(Why::NoTable(TableKind::Procedures));
    };
    let Some(day) = day else { return ProcedureStanding::NotEvaluated(Why::NoDate) };
    let in_force = match (known.rank, known.history) {
        (Some(_), Some(history)) => Some(table.in_force_by(history, day)),
        (Some(rank), None) => table.in_force(rank, day),
        (None, _) => None,
    };
    match in_force {
        Some(InForce::Yes) => ProcedureStanding::InForce,
        Some(InForce::NotYet(from)) => ProcedureStanding::NotYet(from),
        Some(InForce::Ended(to)) => ProcedureStanding::Ended(to),
        None => unlisted(table.cover(code.kind()), day),
    }
}

/// Looks up a diagnosis: what is remembered of it.
#[cold]
pub(super) fn know_diagnosis(tables: &Tables, facts_of: CodeFacts, code: Icd10Cm) -> Known {
    let icd = &tables.icd10cm;
    let mut facts = (facts_of.diagnosis)(code);
    let first = code.text().as_bytes().first().copied();
    facts.note(Facts::Z_CODE, first == Some(b'Z'));
    facts.note(Facts::MATERNAL, first == Some(b'O'));
    facts.note(Facts::SYMPTOM, first == Some(b'R'));
    let Some(rank) = icd.rank(code) else {
        return Known { rank: None, history: None, facts, letters: Letters::NONE };
    };
    let flags = icd.flags_ever(rank);
    let bound = Flags::NEWBORN.with(Flags::PEDIATRIC).with(Flags::MATERNITY).with(Flags::ADULT);
    facts.note(Facts::MANIFESTATION, flags.any(Flags::MANIFESTATION));
    facts.note(Facts::EXTERNAL_CAUSE, flags.any(Flags::EXTERNAL_CAUSE));
    facts.note(Facts::PRINCIPAL, flags.any(Flags::UNACCEPTABLE.with(Flags::QUESTIONABLE_ADMISSION)));
    facts.note(Facts::WRONG_PROCEDURE, flags.any(Flags::WRONG_PROCEDURE));
    facts.note(Facts::AGE_BOUND, flags.any(bound));
    facts.note(Facts::SEX_BOUND, flags.any(Flags::FEMALE.with(Flags::MALE)));
    facts.note(Facts::SIDE_OPEN, flags.any(Flags::UNSPECIFIED));
    facts.note(Facts::LEFT_SIDE, icd.side(rank) == Some(Side::Left));
    facts.note(Facts::RIGHT_SIDE, icd.side(rank) == Some(Side::Right));
    facts.note(Facts::USE_ADDITIONAL, icd.asks_plainly(rank, NoteKind::UseAdditional));
    Known { rank: Some(rank), history: Some(icd.history_of(rank)), facts, letters: icd.letters_of(rank) }
}

/// What can be said of a code that the table does not list.
fn unlisted(cover: Cover, day: Date) -> ProcedureStanding {
    match cover {
        Cover::None => ProcedureStanding::NotEvaluated(Why::NoneOfThisKind),
        Cover::Whole { from } | Cover::Partial { from, .. } if day < from => {
            ProcedureStanding::NotEvaluated(Why::BeforeTable(TableKind::Procedures))
        }
        Cover::Whole { .. } => ProcedureStanding::Unknown,
        Cover::Partial { codes, .. } => ProcedureStanding::NotInShortList(codes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Rank;

    /// Rules read these instead of the table, so that asking them about everything would not show one that is too narrow.
    #[test]
    fn what_a_diagnosis_brings_is_what_the_table_says() {
        let tables = Tables::embedded();
        let icd = &tables.icd10cm;
        let mut found = 0;
        for rank in (0..icd.len() as u32).map(Rank) {
            let code = icd.code(rank).unwrap();
            let known = know_diagnosis(&tables, crate::rules::CODE_FACTS, code);
            let sexes = Flags::FEMALE.with(Flags::MALE);
            let plain = icd.rule_notes(rank, NoteKind::UseAdditional).any(|note| icd.note_asks_plainly(note));
            for (fact, holds) in [
                (Facts::SEX_BOUND, icd.flags_ever(rank).any(sexes)),
                (Facts::LEFT_SIDE, icd.side(rank) == Some(Side::Left)),
                (Facts::RIGHT_SIDE, icd.side(rank) == Some(Side::Right)),
                (Facts::USE_ADDITIONAL, plain),
            ] {
                assert_eq!(known.facts.any(fact), holds, "{code} {fact:?}");
                found += u32::from(holds);
            }
            assert_eq!(known.letters, icd.letters_of(rank));
        }
        assert!(found > 10_000, "{found}");
    }
}
