//! What goes with what by the code sets themselves: visits, vaccines, births. Lists and sources: `data/policies/consistency.csv`.

use super::listed::pair;
use super::screening::say;
use crate::claim::Field;
use crate::code::Procedure;
use crate::resolve::{Case, Facts};
use crate::rule::{Check, Citation, Findings, Rule, Severity, Status};
use crate::table::{Standing, TableKind};

const NEEDS: &[TableKind] = &[TableKind::Icd10Cm];
const READS: &[Field] = &[Field::Procedure, Field::Diagnosis(1), Field::DosFrom];

const fn tabular(section: &'static str) -> Citation {
    Citation {
        title: "ICD-10-CM tabular list",
        section,
        url: "https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    }
}

const fn guidelines(section: &'static str) -> Citation {
    Citation {
        title: "ICD-10-CM Official Guidelines for Coding and Reporting",
        section,
        url: "https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    }
}

pub(super) static COV101: Rule = Rule {
    id: "COV101",
    name: "preventive-visit-without-its-diagnosis",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a preventive visit has no diagnosis of an examination",
    why: "A preventive visit is an encounter for an examination without a complaint, and the categories Z00 to Z02 say so. With a disease only, payers take it for an ordinary \
          visit that was billed with the wrong code.",
    fix: "report the examination as the reason for the visit; for a visit because of a complaint report an office visit",
    citation: tabular("Z00-Z13, Persons encountering health services for examinations"),
    carc: &[11],
    needs: NEEDS,
    reads: READS,
    fails: &["dos_from,procedure,dx1\n2026-03-02,99396,I10"],
    passes: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,99396,I10,Z00.01",
        "dos_from,procedure,dx1\n2026-03-02,99391,Z00.129",
        "dos_from,procedure,dx1\n2026-03-02,99396,",
    ],
    when: Facts::LISTED,
    check: Check::Line(|case, at, out| say(case, at, "COV101", out)),
};

pub(super) static COV102: Rule = Rule {
    id: "COV102",
    name: "vaccination-without-its-diagnosis",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "the administration of a vaccine has no diagnosis of an encounter for immunization",
    why: "Z23 says that the patient came for a vaccination; it may be left out where the vaccine is a part of a preventive examination, and a wound or an exposure is a reason of \
          its own. The vaccines that Medicare covers as preventive are paid with Z23 only.",
    fix: "report Z23, after the examination or the injury if there is one",
    citation: guidelines("I.C.21.c.2, Inoculations and vaccinations"),
    carc: &[11],
    needs: NEEDS,
    reads: READS,
    fails: &[
        "dos_from,procedure,dx1\n2026-03-02,90471,I10",
        "dos_from,procedure,dx1\n2026-03-02,G0008,Z00.00",
    ],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,90471,Z23",
        "dos_from,procedure,dx1\n2026-03-02,90460,Z00.129",
        "dos_from,procedure,dx1\n2026-03-02,90471,S61.011A",
    ],
    when: Facts::LISTED,
    check: Check::Line(|case, at, out| say(case, at, "COV102", out)),
};

pub(super) static COV103: Rule = Rule {
    id: "COV103",
    name: "maternity-service-without-pregnancy",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a maternity service has no diagnosis of pregnancy, childbirth or the time after it",
    why: "Every encounter because of a pregnancy is coded in chapter 15 or in the categories Z33 to Z39. A maternity service without one is taken for an error in one of the two.",
    fix: "report the pregnancy, or check the procedure",
    citation: tabular("Chapter 15, Pregnancy, childbirth and the puerperium; Z33-Z39"),
    carc: &[11],
    needs: NEEDS,
    reads: READS,
    fails: &["dos_from,procedure,dx1\n2026-03-02,59025,R10.9"],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,59025,Z34.83",
        "dos_from,procedure,dx1\n2026-03-02,59200,N88.2",
    ],
    when: Facts::LISTED,
    check: Check::Line(|case, at, out| say(case, at, "COV103", out)),
};

pub(super) static COV104: Rule = Rule {
    id: "COV104",
    name: "delivery-against-its-diagnosis",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a cesarean has the diagnosis of an uncomplicated vaginal delivery, or a vaginal delivery that of a cesarean",
    why: "O80 is for a spontaneous vaginal delivery with minimal or no assistance, O82 for a cesarean without indication, as the tabular list says at the codes.",
    fix: "check which delivery is documented, and correct the code that does not say it",
    citation: tabular(
        "O80, Encounter for full-term uncomplicated delivery; O82, Encounter for cesarean delivery without indication",
    ),
    carc: &[11],
    needs: NEEDS,
    reads: READS,
    fails: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,59510,O80,Z37.0",
        "dos_from,procedure,dx1,dx2\n2026-03-02,59400,O82,Z37.0",
    ],
    passes: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,59400,O80,Z37.0",
        "dos_from,procedure,dx1,dx2\n2026-03-02,59510,O82,Z37.0",
    ],
    when: Facts::LISTED,
    check: Check::Line(delivery_against_its_diagnosis),
};

/// Deliveries by cesarean, and vaginal ones: CPT's numbers.
const CESAREAN: [u32; 6] = [59510, 59514, 59515, 59618, 59620, 59622];
const VAGINAL: [u32; 6] = [59400, 59409, 59410, 59610, 59612, 59614];

/// Is it a delivery, by whichever way?
pub(super) fn is_delivery(code: Procedure) -> bool {
    code.category_one_number().is_some_and(|n| CESAREAN.contains(&n) || VAGINAL.contains(&n))
}

fn delivery_against_its_diagnosis(case: &Case<'_>, at: usize, out: &mut Findings) {
    let Some(number) = case.lines[at].code.and_then(Procedure::category_one_number) else { return };
    let (wrong, other) = match number {
        n if CESAREAN.contains(&n) => ("O80", "a cesarean"),
        n if VAGINAL.contains(&n) => ("O82", "a vaginal delivery"),
        _ => return,
    };
    let line = &case.claim.lines[at];
    let is_wrong = |&i: &usize| case.diagnoses[i].code.is_some_and(|c| c.text().as_str() == wrong);
    if case.claim.pointed(line).any(|i| is_wrong(&i)) {
        let kind = if wrong == "O80" { "an uncomplicated vaginal delivery" } else { "a cesarean" };
        out.on_line(at, Field::Procedure, format_args!("{number} is {other}, and {wrong} is {kind}"))
            .code(number)
            .code(wrong);
    }
}

pub(super) static COV105: Rule = Rule {
    id: "COV105",
    name: "mother-and-newborn-on-one-claim",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a claim has diagnoses of the mother and of the newborn",
    why: "Codes of chapter 15 are for the mother's record, never for the newborn's; Z38 is for the newborn's first record and not for the mother's. Each patient has a claim of its own.",
    fix: "bill mother and newborn on claims of their own; on the mother's claim the outcome of delivery is Z37",
    citation: tabular("Notes at chapter 15 and at Z38"),
    carc: &[11],
    needs: NEEDS,
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &["dos_from,procedure,dx1,dx2\n2026-03-02,59400,O80,Z38.00"],
    passes: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,59400,O80,Z37.0",
        "dos_from,procedure,dx1,dx2\n2026-03-02,99460,Z38.00,P59.9",
    ],
    when: Facts::MATERNAL,
    check: Check::Claim(mother_and_newborn_on_one_claim),
};

fn mother_and_newborn_on_one_claim(case: &Case<'_>, out: &mut Findings) {
    let billable = |i: &usize| matches!(case.diagnoses[*i].standing, Some(Standing::Billable(_)));
    let find = |begins: fn(&str) -> bool| {
        (0..case.diagnoses.len())
            .filter(billable)
            .find(|&i| case.diagnoses[i].code.is_some_and(|c| begins(&c.text())))
    };
    if case.diagnoses.len() < 2 {
        return;
    }
    let Some(newborn) = find(|c| c.starts_with("Z38")) else { return };
    let Some(mother) = find(|c| c.starts_with('O')) else { return };
    let last = newborn.max(mother);
    let field = Field::Diagnosis(case.claim.diagnoses[last].column);
    let line = case.line_of(last);
    let message = format!(
        "{} is a diagnosis of the mother, {} one of the newborn: each has a claim of its own",
        case.shown(mother),
        case.shown(newborn)
    );
    out.at(line, field, message).code(case.shown(mother)).code(case.shown(newborn));
}

pub(super) static COV106: Rule = Rule {
    id: "COV106",
    name: "newborn-care-without-newborn-diagnosis",
    severity: Severity::Info,
    status: Status::Preview,
    summary: "care of a normal newborn has no diagnosis of a newborn",
    why: "The first record of a newborn has Z38 as its principal diagnosis; later ones have the examination or a condition of the newborn. Preview: the list was not verified against a primary source.",
    fix: "report Z38 on the newborn's first record, later what was examined or treated",
    citation: tabular("Z38, Liveborn infants according to place of birth and type of delivery"),
    carc: &[11],
    needs: NEEDS,
    reads: READS,
    fails: &["dos_from,procedure,dx1\n2026-03-02,99460,Z39.0"],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,99460,Z38.00",
        "dos_from,procedure,dx1\n2026-03-02,99462,P59.9",
    ],
    when: Facts::LISTED,
    check: Check::Line(|case, at, out| say(case, at, "COV106", out)),
};

pub(super) static COV131: Rule = Rule {
    id: "COV131",
    name: "symptom-beside-its-disease",
    severity: Severity::Info,
    status: Status::Preview,
    summary: "a symptom stands beside a disease of which it is a part",
    why: "Signs and symptoms that routinely belong to a disease are not coded beside it, unless the classification says so. Off unless selected: the guideline is general, which pairs it \
          means is for people to judge.",
    fix: "leave the symptom out if it belongs to the disease and nothing else explains it",
    citation: guidelines("I.B.5, Conditions that are an integral part of a disease process"),
    carc: &[],
    needs: NEEDS,
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &["dos_from,procedure,dx1,dx2\n2026-03-02,99213,J18.9,R05.9"],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,99213,R05.9",
        "dos_from,procedure,dx1,dx2\n2026-03-02,99213,A09,R51.9",
    ],
    when: Facts::SYMPTOM,
    check: Check::Claim(symptom_beside_its_disease),
};

fn symptom_beside_its_disease(case: &Case<'_>, out: &mut Findings) {
    for (at, symptom) in case.diagnoses.iter().enumerate() {
        let Some(code) = symptom.code.filter(|c| c.text().starts_with('R')) else { continue };
        let disease =
            case.diagnoses.iter().filter_map(|d| d.code).find_map(|d| Some((d, pair("COV131", code, d)?)));
        let Some((disease, row)) = disease else { continue };
        let field = Field::Diagnosis(case.claim.diagnoses[at].column);
        let line = case.line_of(at);
        out.at(line, field, format_args!("{code} beside {disease}: {}", row.service))
            .code(code)
            .code(disease);
    }
}
