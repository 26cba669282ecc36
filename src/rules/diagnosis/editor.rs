//! The Medicare Code Editor's edits of diagnoses.

use super::{billable, code_editor, first_listed};
use crate::claim::{Field, Kind};
use crate::code::BillType;
use crate::resolve::{Case, Facts};
use crate::rule::{Check, Findings, Rule, Severity, Status};
use crate::table::{Flags, TableKind};

pub(super) static DXS002: Rule = Rule {
    id: "DXS002",
    name: "manifestation-first",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a manifestation code is the first-listed or principal diagnosis",
    why: "A manifestation code describes what another disease does, never the disease itself. It cannot come first.",
    fix: "list the underlying disease first",
    citation: code_editor("Edit 6, Manifestation code as principal diagnosis; guideline I.A.13"),
    carc: &[11],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &["dos_from,procedure,dx1,dx2\n2026-03-02,99213,F02.80,G30.9"],
    passes: &["dos_from,procedure,dx1,dx2\n2026-03-02,99213,G30.9,F02.80"],
    when: Facts::MANIFESTATION,
    check: Check::Claim(manifestation_first),
};

fn manifestation_first(case: &Case<'_>, out: &mut Findings) {
    let Some((first, _)) = first_listed(case) else { return };
    if first.flags.has(Flags::MANIFESTATION) {
        out.at(
            case.line_of(0),
            first.field(case),
            format_args!("{} is a manifestation code and cannot be listed first", first.code),
        )
        .code(first.code);
    }
}

pub(super) static DXS004: Rule = Rule {
    id: "DXS004",
    name: "external-cause-first",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "an external cause is the first-listed or principal diagnosis",
    why: "Codes V00 to Y99 say how an injury came about, not what it is.",
    fix: "list the injury or condition first",
    citation: code_editor(
        "Edit 2, External cause of morbidity code as principal diagnosis; guideline I.C.20.a.6",
    ),
    carc: &[11],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &["dos_from,procedure,dx1,dx2\n2026-03-02,99283,W01.0XXA,S52.501A"],
    passes: &["dos_from,procedure,dx1,dx2\n2026-03-02,99283,S52.501A,W01.0XXA"],
    when: Facts::EXTERNAL_CAUSE,
    check: Check::Claim(external_cause_first),
};

fn external_cause_first(case: &Case<'_>, out: &mut Findings) {
    let Some((first, _)) = first_listed(case) else { return };
    if first.flags.has(Flags::EXTERNAL_CAUSE) {
        out.at(
            case.line_of(0),
            first.field(case),
            format_args!("{} is an external cause and cannot be listed first", first.code),
        )
        .code(first.code);
    }
}

pub(super) static DXS006: Rule = Rule {
    id: "DXS006",
    name: "unacceptable-principal-diagnosis",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "the principal diagnosis of a hospital stay is one that cannot be the reason for an admission",
    why: "Some codes describe a circumstance that influences health but not a current illness, or are too vague to explain a stay. A few are \
          acceptable as long as a secondary diagnosis stands beside them.",
    fix: "list the condition that occasioned the admission as principal",
    citation: code_editor("Edit 9, Unacceptable principal diagnosis"),
    carc: &[11],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::BillType],
    fails: &[
        "claim_type,bill_type,dos_from,discharge_date,revenue_code,dx1\nI,111,2026-03-02,2026-03-04,0120,Z87.891",
        "claim_type,bill_type,dos_from,discharge_date,revenue_code,dx1\nI,111,2026-03-02,2026-03-04,0120,Z51.89",
    ],
    passes: &[
        "claim_type,bill_type,dos_from,discharge_date,revenue_code,dx1,dx2\nI,111,2026-03-02,2026-03-04,0120,Z51.89,I10",
        "claim_type,bill_type,dos_from,revenue_code,dx1\nI,131,2026-03-02,0510,Z87.891",
    ],
    when: Facts::PRINCIPAL,
    check: Check::Claim(unacceptable_principal_diagnosis),
};

fn unacceptable_principal_diagnosis(case: &Case<'_>, out: &mut Findings) {
    if !is_hospital_stay(case) {
        return;
    }
    let Some((first, _)) = first_listed(case) else { return };
    if !first.flags.has(Flags::UNACCEPTABLE) {
        return;
    }
    let with_secondary = first.flags.has(Flags::REQUIRES_SECONDARY);
    if with_secondary && case.diagnoses.len() > 1 {
        return;
    }
    let without = if with_secondary { " without a secondary diagnosis" } else { "" };
    out.at(
        case.line_of(0),
        first.field(case),
        format_args!("{} is not acceptable as principal diagnosis{without}", first.code),
    )
    .code(first.code);
}

pub(super) static DXS013: Rule = Rule {
    id: "DXS013",
    name: "questionable-admission",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "the principal diagnosis of a hospital stay does not usually justify an admission",
    why: "Payers ask for the record when a stay is explained by a condition that is mostly treated outside of the hospital.",
    fix: "check that the record shows why the patient was admitted",
    citation: code_editor("Edit 8, Questionable admission"),
    carc: &[50],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::BillType],
    fails: &[
        "claim_type,bill_type,dos_from,discharge_date,revenue_code,dx1\nI,111,2026-03-02,2026-03-04,0120,R03.0",
    ],
    passes: &[
        "claim_type,bill_type,dos_from,discharge_date,revenue_code,dx1\nI,111,2026-03-02,2026-03-04,0120,J18.9",
    ],
    when: Facts::PRINCIPAL,
    check: Check::Claim(questionable_admission),
};

fn questionable_admission(case: &Case<'_>, out: &mut Findings) {
    if !is_hospital_stay(case) {
        return;
    }
    let Some((first, _)) = first_listed(case) else { return };
    if first.flags.has(Flags::QUESTIONABLE_ADMISSION) {
        out.at(
            case.line_of(0),
            first.field(case),
            format_args!("{} as principal diagnosis makes the admission questionable", first.code),
        )
        .code(first.code);
    }
}

pub(super) static DXS014: Rule = Rule {
    id: "DXS014",
    name: "wrong-procedure-performed",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a diagnosis of a hospital stay says that a wrong procedure was performed",
    why: "Medicare does not pay for a stay with a procedure on the wrong patient, the wrong site, or not the one intended; it is billed apart from what is covered.",
    fix: "bill the covered services of the stay and the wrong procedure on claims of their own",
    citation: code_editor("Edit 18, Wrong procedure performed"),
    carc: &[233],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::BillType],
    fails: &[
        "claim_type,bill_type,dos_from,discharge_date,revenue_code,dx1,dx2\nI,111,2026-03-02,2026-03-04,0120,S52.501A,Y65.51",
    ],
    passes: &[
        "claim_type,bill_type,dos_from,discharge_date,revenue_code,dx1,dx2\nI,111,2026-03-02,2026-03-04,0120,S52.501A,Y65.4",
    ],
    when: Facts::WRONG_PROCEDURE,
    check: Check::Claim(wrong_procedure_performed),
};

fn wrong_procedure_performed(case: &Case<'_>, out: &mut Findings) {
    if !is_hospital_stay(case) {
        return;
    }
    for d in billable(case).filter(|d| d.flags.has(Flags::WRONG_PROCEDURE)) {
        out.at(
            case.line_of(d.at),
            d.field(case),
            format_args!("{} says that a wrong procedure was performed", d.code),
        )
        .code(d.code);
    }
}

/// A hospital's inpatient bill, 11x: what the Medicare Code Editor looks at.
fn is_hospital_stay(case: &Case<'_>) -> bool {
    case.claim.kind == Kind::Institutional
        && case.claim.facility.bill_type.is_some_and(BillType::is_hospital_inpatient)
}
