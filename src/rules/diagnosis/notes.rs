//! The tabular list's own notes: Excludes1, code first, use additional code.

use super::{Billable, billable, guidelines};
use crate::claim::Field;
use crate::resolve::{Case, Facts, Why};
use crate::rule::{Check, Findings, Rule, Severity, Status};
use crate::table::{Flags, NoteId, NoteKind, TableKind, letter};

pub(super) static DXS001: Rule = Rule {
    id: "DXS001",
    name: "excluded-diagnosis-pair",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "an Excludes1 note says that two diagnoses are not coded together",
    why: "An Excludes1 note means \"not coded here\": the two conditions cannot occur together, or one is part of the other. The note holds for \
          everything below its place and in both directions. The guideline allows the pair when the two conditions are unrelated, so a person \
          has to look. Notes that name more than 1,500 codes say little about one pair and are reported as info.",
    fix: "report only the code that the note leads to, unless the two conditions are unrelated (guideline I.A.12.a); then accept the finding, with the reason, by `check --accept-new` or in the claim's column `accept`",
    citation: guidelines("I.A.12.a, Excludes1; Tabular List"),
    carc: &[11],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,M54.50,S39.012A",
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,S39.012A,M54.50",
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,E10.9,E11.9",
    ],
    passes: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,M54.6,S39.012A",
        "dos_from,procedure,dx1,dx2,accept\n2026-03-02,99213,M54.50,S39.012A,DXS001",
    ],
    when: Facts::EXCLUDES.or(Facts::BEFORE_NOTES),
    check: Check::Claim(excluded_diagnosis_pair),
};

fn excluded_diagnosis_pair(case: &Case<'_>, out: &mut Findings) {
    let Some(day) = case.day.filter(|_| case.diagnoses.len() > 1) else { return };
    let icd = &case.tables.icd10cm;
    if day < icd.notes_from() {
        return out.not_evaluated(Why::BeforeNotes(icd.notes_from()));
    }
    let mut rest = billable(case);
    while let Some(a) = rest.next() {
        for b in rest.clone() {
            // Most pairs end here, without a look into the table.
            let perhaps = |at: &Billable, other: &Billable| at.letters.excludes1 & letter(other.code) != 0;
            if !perhaps(&a, &b) && !perhaps(&b, &a) {
                continue;
            }
            let Some((note, at_first)) = icd.excludes1((a.code, a.rank), (b.code, b.rank), day) else {
                continue;
            };
            let (at, other) = if at_first { (a, b) } else { (b, a) };
            let note = icd.rule_note(note);
            let finding = out.at(
                case.line_of(b.at),
                b.field(case),
                format_args!(
                    "{} and {}: Excludes1 at {} of {} names \"{}\"",
                    a.code, b.code, note.at, at.code, note.text
                ),
            );
            finding.code(at.code).code(other.code);
            if note.is_broad || note.is_conditional {
                finding.severity(Severity::Info);
            }
        }
    }
}

pub(super) static DXS003: Rule = Rule {
    id: "DXS003",
    name: "missing-first-code",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a \"code first\" note names a diagnosis that stands after, or a manifestation stands without its cause",
    why: "Where a condition is the manifestation of another, the tabular list says which code comes first. A manifestation code with no other \
          diagnosis before it, or one whose named cause stands after it, is out of sequence.",
    fix: "list the underlying condition before the code with the note",
    citation: guidelines("I.A.13, Etiology/manifestation convention; I.A.17, Code first"),
    carc: &[11],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,F02.80,G30.9",
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,N18.6,I12.0",
        "claim_type,bill_type,dos_from,discharge_date,procedure,dx1\nI,111,2026-03-02,2026-03-04,99223,F02.80",
    ],
    passes: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,G30.9,F02.80",
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,I12.0,N18.6",
    ],
    when: Facts::MANIFESTATION.or(Facts::CODE_FIRST),
    check: Check::Claim(missing_first_code),
};

fn missing_first_code(case: &Case<'_>, out: &mut Findings) {
    let Some(day) = case.day else { return };
    let icd = &case.tables.icd10cm;
    let all = billable(case);
    for later in all.clone() {
        let manifestation = later.flags.has(Flags::MANIFESTATION);
        let others = all.clone().filter(|d| d.at != later.at).fold(0, |bits, d| bits | letter(d.code));
        if later.letters.code_first & others == 0 && !manifestation {
            continue;
        }
        if day < icd.notes_from() {
            return out.not_evaluated(Why::BeforeNotes(icd.notes_from()));
        }
        let named = |other: &Billable| {
            icd.note_between(later.rank, (other.code, other.rank), NoteKind::CodeFirst, day)
        };
        if all.clone().any(|d| d.at < later.at && named(&d).is_some()) {
            continue;
        }
        let after = all.clone().filter(|d| d.at > later.at).find_map(|d| Some((d, named(&d)?)));
        match after {
            Some((first, note)) => {
                let note = icd.rule_note(note);
                out.at(
                    case.line_of(later.at),
                    later.field(case),
                    format_args!(
                        "{} stands before {}: code first at {} says \"{}\"",
                        later.code, first.code, note.at, note.text
                    ),
                )
                .code(later.code)
                .code(first.code)
                .help(format_args!("list {} before {}", first.code, later.code));
            }
            // Alone on the claim there is no cause at all; with another diagnosis before it, that may well be one: lists of causes are examples.
            None if manifestation && case.diagnoses.len() == 1 => {
                out.at(
                    case.line_of(later.at),
                    later.field(case),
                    format_args!(
                        "{} is a manifestation and the claim has no underlying condition",
                        later.code
                    ),
                )
                .code(later.code);
            }
            None => {}
        }
    }
}

pub(super) static DXS012: Rule = Rule {
    id: "DXS012",
    name: "missing-additional-code",
    severity: Severity::Info,
    status: Status::Stable("0.1.0"),
    summary: "a \"use additional code\" note at the code names diagnoses of which none is on the claim",
    why: "The tabular list asks for a second code that completes the first, as the stage of a chronic kidney disease. Only notes at the code itself or its \
          subcategory are looked at, and none that ask for a code \"if\" or \"when\" something applies: whether it does, no claim says.",
    fix: "add the code if the documentation supports it",
    citation: guidelines("I.A.17, Use additional code; Tabular List"),
    carc: &[],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &["dos_from,procedure,dx1\n2026-03-02,99213,I12.0"],
    passes: &[
        "dos_from,procedure,dx1,dx2,dx3\n2026-03-02,99213,I12.0,N18.6,Z99.2",
        "dos_from,procedure,dx1\n2026-03-02,99213,E11.9",
    ],
    when: Facts::USE_ADDITIONAL.or(Facts::BEFORE_NOTES),
    check: Check::Claim(missing_additional_code),
};

fn missing_additional_code(case: &Case<'_>, out: &mut Findings) {
    let Some(day) = case.day else { return };
    let icd = &case.tables.icd10cm;
    if day < icd.notes_from() {
        // Never a pass: whether a second code was asked for is not known.
        return out.not_evaluated(Why::BeforeNotes(icd.notes_from()));
    }
    let all = billable(case);
    for d in all.clone() {
        if !d.facts.any(Facts::USE_ADDITIONAL) {
            continue;
        }
        // Notes of one place belong together: any of the codes will do.
        let own: [Option<NoteId>; 8] = {
            let mut notes = icd.rule_notes(d.rank, NoteKind::UseAdditional);
            std::array::from_fn(|_| notes.next())
        };
        let mut own =
            own.into_iter().flatten().filter(|&n| icd.note_asks_plainly(n) && icd.note_in_force(n, day));
        let Some(first) = own.next() else { continue };
        let answered = |note: NoteId| all.clone().any(|other| icd.note_names(note, other.rank));
        if answered(first) || own.any(answered) {
            continue;
        }
        let note = icd.rule_note(first);
        out.at(
            case.line_of(d.at),
            d.field(case),
            format_args!("{}: at {} the tabular list asks for an additional {}", d.code, note.at, note.text),
        )
        .code(d.code);
    }
}
