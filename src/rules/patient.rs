//! `DEM`: the patient's age and sex, and whether diagnoses and services fit them.

use crate::Date;
use crate::claim::{Claim, Field, Topic};
use crate::code::{Procedure, Sex};
use crate::resolve::{Case, Facts};
use crate::rule::{Check, Citation, Findings, Rule, Severity, Status};
use crate::table::{Flags, Standing, TableKind};

pub(super) static RULES: &[&Rule] = &[&DEM001, &DEM002, &DEM003, &DEM004, &DEM005];

const fn code_editor(section: &'static str) -> Citation {
    Citation {
        title: "Definitions of Medicare Code Edits, v44",
        section,
        url: "https://www.cms.gov/medicare/payment/prospective-payment-systems/acute-inpatient-pps/ms-drg-classifications-and-software",
    }
}

/// The patient's age in whole years when the service was rendered or the stay began.
fn age(case: &Case<'_>) -> Option<u16> {
    let stay = case.claim.facility.admitted.filter(|_| case.claim.is_inpatient());
    case.claim.patient.born?.age_on(stay.or(case.day)?)
}

/// The groups of the Medicare Code Editor's age edit: flag, name, youngest and oldest age.
const AGES: [(Flags, &str, u16, u16); 4] = [
    (Flags::NEWBORN, "newborn", 0, 0),
    (Flags::PEDIATRIC, "pediatric", 0, 17),
    (Flags::MATERNITY, "maternity", 9, 64),
    (Flags::ADULT, "adult", 15, 124),
];

/// Before this day maternity was 12 to 55.
const WIDER_MATERNITY: Date = Date::constant(2019, 10, 1);

static DEM001: Rule = Rule {
    id: "DEM001",
    name: "diagnosis-against-age",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a diagnosis does not fit the patient's age",
    why: "Newborn diagnoses are for age 0, pediatric ones for 0 to 17, maternity ones for 9 to 64 (12 to 55 before 2019-10-01), adult ones for 15 to 124. Age is in whole years \
          on the date of service, or on the day of admission.",
    fix: "check the birth date and the diagnosis",
    citation: code_editor("Edit 4, Age conflict"),
    carc: &[9],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::PatientDob, Field::DosFrom],
    fails: &[
        "dos_from,procedure,dx1,patient_dob\n2026-03-02,99213,A33,2025-03-02",
        "dos_from,procedure,dx1,patient_dob\n2026-03-02,99213,O80,1961-03-02",
        "dos_from,procedure,dx1,patient_dob\n2019-09-30,99213,O80,1963-09-30",
    ],
    passes: &[
        "dos_from,procedure,dx1,patient_dob\n2026-03-02,99213,A33,2025-03-03",
        "dos_from,procedure,dx1,patient_dob\n2026-03-02,99213,O80,1961-03-03",
        "dos_from,procedure,dx1,patient_dob\n2019-10-01,99213,O80,1963-09-30",
    ],
    when: Facts::AGE_BOUND,
    check: Check::Claim(diagnosis_against_age),
};

fn diagnosis_against_age(case: &Case<'_>, out: &mut Findings) {
    let (Some(age), Some(day)) = (age(case), case.day) else { return };
    if age > 124 {
        return;
    }
    for (at, d) in case.diagnoses.iter().enumerate() {
        let (Some(Standing::Billable(flags)), Some(code)) = (d.standing, d.code) else { continue };
        for (flag, name, youngest, oldest) in AGES {
            if !flags.has(flag) {
                continue;
            }
            let (youngest, oldest) =
                if flag == Flags::MATERNITY && day < WIDER_MATERNITY { (12, 55) } else { (youngest, oldest) };
            if age < youngest || age > oldest {
                let field = Field::Diagnosis(case.claim.diagnoses[at].column);
                let line = case.line_of(at);
                out.at(
                    line,
                    field,
                    format_args!("{code} is a {name} diagnosis, for ages {youngest} to {oldest}, and the patient is outside"),
                )
                .code(code);
            }
        }
    }
}

/// CMS deactivated the sex edit for services from this day on.
const SEX_EDIT_RETIRED: Date = Date::constant(2024, 10, 1);

static DEM002: Rule = Rule {
    id: "DEM002",
    name: "diagnosis-against-sex",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a diagnosis does not fit the patient's sex as stated on the claim",
    why: "Until 2024-09-30 Medicare returned such claims. The edit was retired on 2024-10-01; since then the finding is info, for other payers may still ask.",
    fix: "check the stated sex and the diagnosis",
    citation: code_editor("Edit 5, Sex conflict (deactivated 2024-10-01)"),
    carc: &[10],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::PatientSex, Field::DosFrom],
    fails: &[
        "dos_from,procedure,dx1,patient_sex\n2024-09-30,99213,N40.1,F",
        "dos_from,procedure,dx1,patient_sex\n2026-03-02,99213,O80,M",
    ],
    passes: &[
        "dos_from,procedure,dx1,patient_sex\n2024-09-30,99213,N40.1,M",
        "dos_from,procedure,dx1,patient_sex\n2024-09-30,99213,N40.1,U",
    ],
    when: Facts::SEX_BOUND,
    check: Check::Claim(diagnosis_against_sex),
};

fn diagnosis_against_sex(case: &Case<'_>, out: &mut Findings) {
    let Some(day) = case.day else { return };
    let (other, of) = match case.claim.patient.sex {
        Some(Sex::Female) => (Flags::MALE, "male"),
        Some(Sex::Male) => (Flags::FEMALE, "female"),
        _ => return,
    };
    let retired = day >= SEX_EDIT_RETIRED;
    for (at, d) in case.diagnoses.iter().enumerate() {
        let (Some(Standing::Billable(flags)), Some(code), Some(rank)) = (d.standing, d.code, d.rank) else {
            continue;
        };
        if !d.facts.any(Facts::SEX_BOUND) {
            continue;
        }
        // The flags went with the edit; what a code was before still says what it means.
        let conflicts = flags.has(other) || retired && case.tables.icd10cm.flags_ever(rank).has(other);
        if conflicts {
            let field = Field::Diagnosis(case.claim.diagnoses[at].column);
            let line = case.line_of(at);
            let finding = out
                .at(
                    line,
                    field,
                    format_args!(
                        "{code} is a diagnosis of {of} patients, and the claim states the other sex"
                    ),
                )
                .code(code);
            if retired {
                finding.severity(Severity::Info);
            }
        }
    }
}

static DEM003: Rule = Rule {
    id: "DEM003",
    name: "impossible-age",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "the patient's age is not between 0 and 124 years, or the birth date cannot be read",
    why: "An age outside of this range is taken for a typing error, and the claim is returned.",
    fix: "correct the birth date",
    citation: code_editor("Edit 4, Age conflict: age must be 0 through 124"),
    carc: &[16],
    needs: &[],
    reads: &[Field::PatientDob, Field::DosFrom],
    fails: &[
        "dos_from,procedure,dx1,patient_dob\n2026-03-02,99213,I10,1901-03-02",
        "dos_from,procedure,dx1,patient_dob\n2026-03-02,99213,I10,1950-02-30",
    ],
    passes: &[
        "dos_from,procedure,dx1,patient_dob\n2026-03-02,99213,I10,1901-03-03",
        "dos_from,procedure,dx1,patient_dob\n2026-03-02,99213,I10,2026-03-02",
    ],
    when: Facts::FAULT.or(Facts::OLD),
    check: Check::Claim(impossible_age),
};

fn impossible_age(case: &Case<'_>, out: &mut Findings) {
    if age(case).is_some_and(|age| age > 124) {
        out.on_claim(Field::PatientDob, "the patient would be older than 124 years");
    }
    unreadable(case.claim, Field::PatientDob, "the birth date cannot be read", out);
}

static DEM004: Rule = Rule {
    id: "DEM004",
    name: "impossible-sex",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "the patient's sex is stated by something other than F, M or U",
    why: "Claims state the sex as F, M or U; anything else is returned.",
    fix: "state F, M or U",
    citation: Citation {
        title: "ASC X12N 837 (005010X222A1, X223A2)",
        section: "Loop 2010BA/2010CA, DMG03, gender code",
        url: "https://x12.org/codes",
    },
    carc: &[16],
    needs: &[],
    reads: &[Field::PatientSex],
    fails: &["dos_from,procedure,dx1,patient_sex\n2026-03-02,99213,I10,X"],
    passes: &[
        "dos_from,procedure,dx1,patient_sex\n2026-03-02,99213,I10,U",
        "dos_from,procedure,dx1,patient_sex\n2026-03-02,99213,I10,female",
    ],
    when: Facts::FAULT,
    check: Check::Claim(impossible_sex),
};

fn impossible_sex(case: &Case<'_>, out: &mut Findings) {
    unreadable(case.claim, Field::PatientSex, "the patient's sex cannot be read", out);
}

fn unreadable(claim: &Claim, field: Field, what: &str, out: &mut Findings) {
    for fault in claim.faults_of(Topic::Patient).filter(|f| f.field == field) {
        out.on_row(fault.row, field, format_args!("{what}: {}", fault.reason));
    }
}

/// Preventive visits, new and established, with the ages in years that CPT gives each.
const PREVENTIVE: [(u32, u16, u16); 7] = [
    (99381, 0, 0),
    (99382, 1, 4),
    (99383, 5, 11),
    (99384, 12, 17),
    (99385, 18, 39),
    (99386, 40, 64),
    (99387, 65, 124),
];

static DEM005: Rule = Rule {
    id: "DEM005",
    name: "preventive-visit-against-age",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a preventive visit is billed with the code of another age group",
    why: "Each of the codes 99381 to 99387 and 99391 to 99397 is for one age group: under 1, 1 to 4, 5 to 11, 12 to 17, 18 to 39, 40 to 64, 65 and over.",
    fix: "report the code of the patient's age group",
    citation: Citation {
        title: "CPT, Evaluation and Management",
        section: "Preventive medicine services 99381-99387, 99391-99397",
        url: "https://www.ama-assn.org/practice-management/cpt",
    },
    carc: &[6],
    needs: &[],
    reads: &[Field::Procedure, Field::PatientDob, Field::DosFrom],
    fails: &[
        "dos_from,procedure,dx1,patient_dob\n2026-03-02,99395,Z00.00,1986-03-02",
        "dos_from,procedure,dx1,patient_dob\n2026-03-02,99391,Z00.129,2025-03-02",
    ],
    passes: &[
        "dos_from,procedure,dx1,patient_dob\n2026-03-02,99395,Z00.00,1986-03-03",
        "dos_from,procedure,dx1,patient_dob\n2026-03-02,99396,Z00.00,1986-03-02",
    ],
    when: Facts::VISIT,
    check: Check::Line(preventive_visit_against_age),
};

fn preventive_visit_against_age(case: &Case<'_>, at: usize, out: &mut Findings) {
    let line = &case.lines[at];
    let Some(number) =
        line.code.and_then(Procedure::category_one_number).filter(|n| (99381..=99397).contains(n))
    else {
        return;
    };
    let group = |(code, ..): &(u32, u16, u16)| *code == number || code + 10 == number;
    let Some((_, youngest, oldest)) = PREVENTIVE.into_iter().find(group) else { return };
    let (Some(born), Some(day)) = (case.claim.patient.born, line.day) else { return };
    if born.age_on(day).is_some_and(|age| age < youngest || age > oldest) {
        let ages = match (youngest, oldest) {
            (0, 0) => "under 1 year".to_owned(),
            (65, _) => "from 65 years".to_owned(),
            _ => format!("{youngest} to {oldest} years"),
        };
        out.on_line(
            at,
            Field::Procedure,
            format_args!("{number} is the preventive visit {ages}, and the patient is outside"),
        )
        .code(number);
    }
}
