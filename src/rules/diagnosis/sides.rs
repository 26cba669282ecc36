//! Left, right, both, or not said.

use super::{Billable, billable, code_editor, guidelines};
use crate::Date;
use crate::claim::Field;
use crate::code::Icd10Cm;
use crate::resolve::{Case, Facts};
use crate::rule::{Check, Findings, Rule, Severity, Status};
use crate::table::{Flags, Icd10CmTable, Standing, TableKind};

pub(super) static DXS010: Rule = Rule {
    id: "DXS010",
    name: "unspecified-side",
    severity: Severity::Info,
    status: Status::Stable("0.1.0"),
    summary: "a diagnosis leaves the side open although its family has codes for left and right",
    why: "Since 2022-04-01 Medicare returns inpatient claims with such a code unless the record explains why the side is not known. Other payers ask, too. \
          Warning on a hospital stay, otherwise info.",
    fix: "report the side that the documentation states",
    citation: code_editor("Edit 20, Unspecified code"),
    carc: &[11],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &["dos_from,procedure,dx1\n2022-04-01,99213,G81.00"],
    passes: &[
        "dos_from,procedure,dx1\n2022-03-31,99213,G81.00",
        "dos_from,procedure,dx1\n2022-04-01,99213,G81.01",
    ],
    when: Facts::SIDE_OPEN,
    check: Check::Claim(unspecified_side),
};

/// CMS changed the edit on this day; before it there was none.
const EDIT_20: Date = Date::constant(2022, 4, 1);

fn unspecified_side(case: &Case<'_>, out: &mut Findings) {
    if case.day.is_none_or(|day| day < EDIT_20) {
        return;
    }
    for d in billable(case).filter(|d| d.flags.has(Flags::UNSPECIFIED)) {
        let finding = out
            .at(case.line_of(d.at), d.field(case), format_args!("{} does not say which side", d.code))
            .code(d.code);
        if case.claim.is_inpatient() {
            finding.severity(Severity::Warning);
        }
    }
}

pub(super) static DXS011: Rule = Rule {
    id: "DXS011",
    name: "sides-instead-of-bilateral",
    severity: Severity::Info,
    status: Status::Stable("0.1.0"),
    summary: "the left and the right code of a family stand together although it has a bilateral one",
    why: "Where a bilateral code exists, it describes the condition on both sides; the two sides are coded apart only where there is none, or where one side has been treated already.",
    fix: "report the bilateral code",
    citation: guidelines("I.B.13, Laterality"),
    carc: &[],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &["dos_from,procedure,dx1,dx2\n2026-03-02,99213,H25.11,H25.12"],
    passes: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,M25.551,M25.552",
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,H25.11,H26.9",
    ],
    when: Facts::TWO_SIDES,
    check: Check::Claim(sides_instead_of_bilateral),
};

fn sides_instead_of_bilateral(case: &Case<'_>, out: &mut Findings) {
    let Some(day) = case.day.filter(|_| case.diagnoses.len() > 1) else { return };
    let icd = &case.tables.icd10cm;
    let sided = |side: Facts| billable(case).filter(move |d| d.facts.any(side));
    for left in sided(Facts::LEFT_SIDE) {
        for right in sided(Facts::RIGHT_SIDE) {
            let Some(both) = bilateral(icd, &left, &right, day) else { continue };
            let last = if left.at > right.at { left } else { right };
            out.at(
                case.line_of(last.at),
                last.field(case),
                format_args!("{} and {} are the two sides of {both}", left.code, right.code),
            )
            .code(left.code)
            .code(right.code)
            .code(both)
            .help(format_args!("report {both} if both sides are affected"));
        }
    }
}

/// The bilateral code of two that differ in one character only.
fn bilateral(icd: &Icd10CmTable, left: &Billable, right: &Billable, day: Date) -> Option<Icd10Cm> {
    let (left, right) = (left.code, right.code);
    let differing = left.key() ^ right.key();
    let at = differing.trailing_zeros() / 8 * 8;
    if differing == 0 || differing >> at > 0xFF || left.len() != right.len() {
        return None;
    }
    (b'0'..=b'9').find_map(|digit| {
        let code = Icd10Cm::from_key(left.key() & !(0xFF << at) | u64::from(digit) << at);
        let rank = icd.rank(code)?;
        (icd.is_bilateral(rank) && matches!(icd.standing(rank, day), Standing::Billable(_))).then_some(code)
    })
}
