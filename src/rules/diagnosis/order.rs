//! What stands first, what stands alone, and what stands twice.

use super::{billable, code_editor, first_listed, guidelines};
use crate::claim::Field;
use crate::code::Icd10Cm;
use crate::resolve::{Case, Facts};
use crate::rule::{Check, Findings, Rule, Severity, Status};
use crate::table::TableKind;

pub(super) static DXS005: Rule = Rule {
    id: "DXS005",
    name: "repeated-diagnosis",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "the same diagnosis is listed twice on a claim",
    why: "Each diagnosis is reported once. A secondary diagnosis equal to the principal one changes the grouping of a stay, and payers reject claims that repeat a code.",
    fix: "drop the repeated code; point further lines at the first one",
    citation: code_editor("Edit 3, Duplicate of principal diagnosis; guideline I.B.12"),
    carc: &[16],
    needs: &[],
    reads: &[Field::Diagnosis(1)],
    fails: &["dos_from,procedure,dx1,dx2\n2026-03-02,99213,E11.65,E1165"],
    passes: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,E11.65,E11.69",
        "dos_from,procedure,dx1\n2026-03-02,99213,E11.65\n2026-03-02,36415,E11.65",
    ],
    when: Facts::SAME_DIAGNOSIS,
    check: Check::Claim(repeated_diagnosis),
};

fn repeated_diagnosis(case: &Case<'_>, out: &mut Findings) {
    for (at, d) in case.diagnoses.iter().enumerate().skip(1) {
        let Some(code) = d.code else { continue };
        if let Some(first) = case.diagnoses[..at].iter().position(|d| d.code == Some(code)) {
            let column = |at: usize| Field::Diagnosis(case.claim.diagnoses[at].column);
            out.at(
                case.line_of(at),
                column(at),
                format_args!("{code} is listed twice, as {} and {}", column(first), column(at)),
            )
            .code(code);
        }
    }
}

/// Codes and categories that are only ever first-listed; then those of them that are excepted.
const FIRST_ONLY: &[&str] = &[
    "Z00", "Z01", "Z02", "Z04", "Z31.81", "Z31.83", "Z31.84", "Z33.2", "Z34", "Z38", "Z39", "Z40", "Z42",
    "Z51.0", "Z51.1", "Z52", "Z76.1", "Z76.2", "Z99.12",
];
const FIRST_ONLY_EXCEPT: &[&str] = &["Z00.6", "Z52.9"];

pub(super) static DXS007: Rule = Rule {
    id: "DXS007",
    name: "first-listed-code-as-secondary",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a Z code that may only be listed first stands further down",
    why: "The guideline names Z codes that state the reason for the encounter and are therefore only ever first-listed, unless several encounters of one day \
          are combined. Where another of them is first, nothing is said.",
    fix: "list it first if it is the reason for the encounter, or drop it",
    citation: guidelines("I.C.21.c.16, Z codes that may only be principal/first-listed diagnosis"),
    carc: &[11],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &["dos_from,procedure,dx1,dx2\n2026-03-02,99395,J06.9,Z00.00"],
    passes: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,99395,Z00.00,J06.9",
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,C50.911,Z00.6",
        "dos_from,procedure,dx1,dx2\n2026-03-02,99395,Z00.00,Z01.419",
    ],
    when: Facts::Z_CODE,
    check: Check::Claim(first_listed_code_as_secondary),
};

fn first_listed_code_as_secondary(case: &Case<'_>, out: &mut Findings) {
    let Some((first, _)) = first_listed(case) else { return };
    if !case.diagnoses.iter().skip(1).any(|d| d.code.is_some_and(is_z)) || is_first_only(first.code) {
        return;
    }
    for d in billable(case).skip(1).filter(|d| is_first_only(d.code)) {
        out.at(
            case.line_of(d.at),
            d.field(case),
            format_args!("{} may only be listed first, and {} is", d.code, first.code),
        )
        .code(d.code);
    }
}

fn is_z(code: Icd10Cm) -> bool {
    code.key() >> 56 == u64::from(b'Z')
}

fn is_first_only(code: Icd10Cm) -> bool {
    let among = |list: &[&str]| {
        list.iter().any(|c| Icd10Cm::parse(c.as_bytes()).is_ok_and(|ancestor| code.is_within(ancestor)))
    };
    is_z(code) && among(FIRST_ONLY) && !among(FIRST_ONLY_EXCEPT)
}

pub(super) static DXS008: Rule = Rule {
    id: "DXS008",
    name: "maternal-code-without-pregnancy",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "weeks of gestation or the outcome of delivery stand without a code of chapter 15",
    why: "Z37 and Z3A only complete a record of pregnancy, childbirth and the puerperium: a code O00 to O9A stands before them. Z3A beside a supervision of \
          normal pregnancy (Z34) is common and only worth a look.",
    fix: "add the chapter 15 code, or drop the Z code",
    citation: guidelines(
        "I.C.21.c.11, Encounters for obstetrical and reproductive services; Tabular List at Z3A and Z37",
    ),
    carc: &[11],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,N39.0,Z3A.20",
        "dos_from,procedure,dx1\n2026-03-02,59400,Z37.0",
    ],
    passes: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,O23.42,Z3A.20",
        "dos_from,procedure,dx1,dx2\n2026-03-02,59400,O80,Z37.0",
    ],
    when: Facts::Z_CODE,
    check: Check::Claim(maternal_code_without_pregnancy),
};

fn maternal_code_without_pregnancy(case: &Case<'_>, out: &mut Findings) {
    let has =
        |prefix: &str| case.diagnoses.iter().any(|d| d.code.is_some_and(|c| c.text().starts_with(prefix)));
    if !case.diagnoses.iter().any(|d| d.code.is_some_and(is_z)) || has("O") {
        return;
    }
    for d in billable(case) {
        let text = d.code.text();
        let weeks = text.starts_with("Z3A");
        if !weeks && !text.starts_with("Z37") {
            continue;
        }
        let finding = out
            .at(
                case.line_of(d.at),
                d.field(case),
                format_args!("{} stands without a code of chapter 15 (O00 to O9A)", d.code),
            )
            .code(d.code);
        if weeks && ["Z33", "Z34", "Z36"].iter().any(|p| has(p)) {
            finding.severity(Severity::Info);
        }
    }
}

/// Categories that say that a condition is the sequela of another.
const SEQUELA: &[&str] = &["B90", "B91", "B92", "B94", "E64", "E68", "G09", "O94"];

pub(super) static DXS009: Rule = Rule {
    id: "DXS009",
    name: "sequela-first",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a sequela is listed before the condition that it left behind",
    why: "Two codes describe a sequela: first the condition as it is now, then the injury or disease that it comes from, with the seventh character S or a sequela code. \
          Codes that hold both, as I69, may stand first.",
    fix: "list the present condition first and the sequela code after it",
    citation: guidelines("I.B.10, Sequela (late effects)"),
    carc: &[11],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,S52.501S,M25.531",
        "dos_from,procedure,dx1\n2026-03-02,99213,B90.9",
    ],
    passes: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,M25.531,S52.501S",
        "dos_from,procedure,dx1\n2026-03-02,99213,I69.351",
    ],
    when: Facts::SEQUELA,
    check: Check::Claim(sequela_first),
};

fn sequela_first(case: &Case<'_>, out: &mut Findings) {
    let Some((first, _)) = first_listed(case) else { return };
    if is_sequela(first.code) {
        out.at(
            case.line_of(0),
            first.field(case),
            format_args!("{} is a sequela code and is listed first", first.code),
        )
        .code(first.code);
    }
}

/// Does the code say that a condition is the sequela of another?
pub(crate) fn is_sequela(code: Icd10Cm) -> bool {
    let text = code.text();
    let text = text.as_str();
    // External causes have their own rule; M80 and M84 take the same seventh character.
    let by_character = code.seventh() == Some('S') && matches!(text.as_bytes()[0], b'S' | b'T' | b'M');
    by_character || SEQUELA.iter().any(|c| text.starts_with(c))
}
