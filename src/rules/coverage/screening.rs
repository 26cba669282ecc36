//! Screening services and the diagnoses that say so. Lists and sources: `data/policies/consistency.csv`.

use super::listed::missing;
use super::pointed;
use crate::claim::Field;
use crate::code::{CodeText, Modifier};
use crate::resolve::{Case, Facts};
use crate::rule::{Check, Citation, Findings, Rule, Severity, Status};
use crate::table::TableKind;

const NEEDS: &[TableKind] = &[TableKind::Icd10Cm];
const READS: &[Field] = &[Field::Procedure, Field::Diagnosis(1), Field::DosFrom];
const FIX: &str = "report the screening diagnosis if the service was a screening; if there was a finding or complaint, report the diagnostic service and its diagnosis";
const WHY: &str = "Medicare pays a screening service only with a diagnosis that says that it is a screening, or names the risk; contractors publish which. Other payers \
                   mostly follow. Info where the diagnosis is on the claim and the line does not point at it.";

const fn manual_18(section: &'static str) -> Citation {
    Citation {
        title: "Medicare Claims Processing Manual (Pub. 100-04), chapter 18, Preventive and Screening Services",
        section,
        url: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c18pdf.pdf",
    }
}

/// Says what a line lacks by a rule of the list.
pub(super) fn say(case: &Case<'_>, at: usize, rule: &'static str, out: &mut Findings) {
    let Some(miss) = missing(case, at, rule) else { return };
    let message = format!(
        "{} is {}, and no diagnosis to which the line points says so: {}",
        miss.code,
        miss.row.service,
        pointed(case, at)
    );
    let finding = out.on_line(at, Field::Procedure, message).code(miss.code);
    let line = &case.claim.lines[at];
    for i in case.claim.pointed(line) {
        finding.codes.extend(case.diagnoses[i].code.map(CodeText::of));
    }
    match miss.elsewhere {
        Some(code) => {
            finding.severity(finding.severity.min(Severity::Info));
            finding.help(format_args!("{code} is on the claim: check whether the line should point at it"));
        }
        None if miss.row.words.len() < 60 => {
            finding.help(format_args!("expected one of {}; check the documentation", miss.row.words));
        }
        None => {}
    }
}

macro_rules! screening {
    ($id:ident, $function:ident) => {
        fn $function(case: &Case<'_>, at: usize, out: &mut Findings) {
            say(case, at, stringify!($id), out);
        }
    };
}

screening!(COV111, stool_dna);
screening!(COV112, colorectal);
screening!(COV113, breast);
screening!(COV114, prostate);
screening!(COV115, cervical);
screening!(COV116, lung);
screening!(COV117, bone);
screening!(COV120, aorta);
screening!(COV121, glaucoma);

pub(super) static COV111: Rule = Rule {
    id: "COV111",
    name: "stool-dna-test-without-screening-diagnosis",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a stool DNA test for colorectal cancer has no diagnosis of screening for it",
    why: WHY,
    fix: FIX,
    citation: Citation {
        title: "NCD 210.3, Colorectal Cancer Screening Tests; Noridian (Medicare contractor), Preventive Services",
        section: "Colorectal Cancer Screening, multitarget stool DNA",
        url: "https://med.noridianmedicare.com/es/web/jfa/topics/preventive-services/colorectal-cancer-screening",
    },
    carc: &[50],
    needs: NEEDS,
    reads: READS,
    fails: &["dos_from,procedure,dx1\n2026-03-02,81528,R19.5"],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,81528,Z12.11",
        "dos_from,procedure,dx1\n2026-03-02,81528,Z12.1",
    ],
    when: Facts::LISTED,
    check: Check::Line(stool_dna),
};

pub(super) static COV112: Rule = Rule {
    id: "COV112",
    name: "colorectal-screening-without-its-diagnosis",
    severity: Severity::Warning,
    status: Status::Preview,
    summary: "a colorectal cancer screening has no diagnosis of screening or of risk",
    why: "A screening is paid with a diagnosis of screening or of high risk. Preview: the list of risks was not at hand to be compared.",
    fix: FIX,
    citation: manual_18("60, Colorectal Cancer Screening"),
    carc: &[50],
    needs: NEEDS,
    reads: READS,
    fails: &["dos_from,procedure,dx1\n2026-03-02,G0121,I10"],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,G0121,Z12.11",
        "dos_from,procedure,dx1\n2026-03-02,G0105,Z80.0",
    ],
    when: Facts::LISTED,
    check: Check::Line(colorectal),
};

pub(super) static COV113: Rule = Rule {
    id: "COV113",
    name: "screening-mammography-without-its-diagnosis",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a screening mammography has no diagnosis of screening",
    why: WHY,
    fix: FIX,
    citation: Citation {
        title: "National Government Services (Medicare contractor), Preventive Services Guide",
        section: "Screening Mammography, Diagnosis Coding",
        url: "https://www.ngsmedicare.com/web/ngs/preventive-services",
    },
    carc: &[50],
    needs: NEEDS,
    reads: READS,
    fails: &["dos_from,procedure,dx1\n2026-03-02,77067,N63.10"],
    passes: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,77067,N63.10,Z12.31",
        "dos_from,procedure,dx1\n2026-03-02,77066,N63.10",
    ],
    when: Facts::LISTED,
    check: Check::Line(breast),
};

pub(super) static COV114: Rule = Rule {
    id: "COV114",
    name: "prostate-screening-without-its-diagnosis",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a prostate cancer screening has no diagnosis of screening",
    why: WHY,
    fix: FIX,
    citation: Citation {
        title: "National Government Services (Medicare contractor), Preventive Services Guide",
        section: "Prostate Cancer Screening, Diagnosis Coding",
        url: "https://ngsmedicare.com/hu/preventive-services?selectedArticleId=1658722",
    },
    carc: &[50],
    needs: NEEDS,
    reads: READS,
    fails: &["dos_from,procedure,dx1\n2026-03-02,G0103,N40.1"],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,G0103,Z12.5",
        "dos_from,procedure,dx1\n2026-03-02,84153,N40.1",
    ],
    when: Facts::LISTED,
    check: Check::Line(prostate),
};

pub(super) static COV115: Rule = Rule {
    id: "COV115",
    name: "cervical-screening-without-its-diagnosis",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a screening of cervix and vagina has no diagnosis of screening or of risk",
    why: WHY,
    fix: FIX,
    citation: Citation {
        title: "Noridian (Medicare contractor), Preventive Services",
        section: "Screening Pelvic Examinations, Diagnosis Code",
        url: "https://med.noridianmedicare.com/web/jeb/topics/preventive-services/screening-pelvic-examinations",
    },
    carc: &[50],
    needs: NEEDS,
    reads: READS,
    fails: &["dos_from,procedure,dx1\n2026-03-02,G0101,I10"],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,G0101,Z01.419",
        "dos_from,procedure,dx1\n2026-03-02,Q0091,Z72.51",
    ],
    when: Facts::LISTED,
    check: Check::Line(cervical),
};

pub(super) static COV116: Rule = Rule {
    id: "COV116",
    name: "lung-screening-without-smoking-diagnosis",
    severity: Severity::Warning,
    status: Status::Preview,
    summary: "a lung cancer screening, or the visit about it, has no diagnosis of smoking now or in the past",
    why: "Medicare denies the screening and the visit without a diagnosis of nicotine dependence on cigarettes or a history of it. Info where it is on the claim and \
          the line does not point at it. Preview: the list was not verified against a primary source.",
    fix: "report the smoking history that is documented, beside the screening",
    citation: Citation {
        title: "NCD 210.14, Lung Cancer Screening with Low Dose Computed Tomography; CMS Change Request 9540",
        section: "Diagnosis codes",
        url: "https://www.cms.gov/medicare-coverage-database/view/ncd.aspx?ncdid=364",
    },
    carc: &[50],
    needs: NEEDS,
    reads: READS,
    fails: &["dos_from,procedure,dx1\n2026-03-02,71271,Z12.2"],
    passes: &[
        "dos_from,procedure,dx1,dx2\n2026-03-02,71271,Z12.2,Z87.891",
        "dos_from,procedure,dx1\n2026-03-02,G0296,F17.210",
    ],
    when: Facts::LISTED,
    check: Check::Line(lung),
};

pub(super) static COV117: Rule = Rule {
    id: "COV117",
    name: "bone-density-without-its-diagnosis",
    severity: Severity::Info,
    status: Status::Preview,
    summary: "a bone mass measurement has no diagnosis of osteoporosis, of its risk or of screening",
    why: "Contractors list the diagnoses with which they pay a measurement. Preview: the lists were not at hand, and the one here is wide.",
    fix: "report the reason for the measurement that is documented",
    citation: Citation {
        title: "Medicare Coverage Database, article A57132",
        section: "Billing and Coding: Bone Mass Measurement",
        url: "https://www.cms.gov/medicare-coverage-database/view/article.aspx?articleId=57132",
    },
    carc: &[50],
    needs: NEEDS,
    reads: READS,
    fails: &["dos_from,procedure,dx1\n2026-03-02,77080,I10"],
    passes: &["dos_from,procedure,dx1\n2026-03-02,77080,Z78.0"],
    when: Facts::LISTED,
    check: Check::Line(bone),
};

pub(super) static COV118: Rule = Rule {
    id: "COV118",
    name: "diabetes-screening-without-its-diagnosis",
    severity: Severity::Info,
    status: Status::Stable("0.1.0"),
    summary: "a glucose test with the modifier of a screening in pre-diabetes has no diagnosis of screening",
    why: "Glucose tests also serve diagnosis and treatment; modifier TS says that this one is Medicare's second screening of a year, which is paid with a diagnosis of \
          screening for diabetes only.",
    fix: FIX,
    citation: Citation {
        title: "Noridian (Medicare contractor), Preventive Services",
        section: "Diabetes Screening, Diagnosis Code",
        url: "https://med.noridianmedicare.com/web/jeb/topics/preventive-services/diabetes-screening",
    },
    carc: &[50],
    needs: NEEDS,
    reads: READS,
    fails: &["dos_from,procedure,mod1,dx1\n2026-03-02,82947,TS,R73.03"],
    passes: &[
        "dos_from,procedure,mod1,dx1\n2026-03-02,82947,TS,Z13.1",
        "dos_from,procedure,mod1,dx1\n2026-03-02,82947,,R73.03",
    ],
    when: Facts::LISTED,
    check: Check::Line(diabetes),
};

fn diabetes(case: &Case<'_>, at: usize, out: &mut Findings) {
    if case.claim.lines[at].modifiers.has(Modifier::constant(b"TS")) {
        say(case, at, "COV118", out);
    }
}

pub(super) static COV119: Rule = Rule {
    id: "COV119",
    name: "lipid-screening-with-another-screening-diagnosis",
    severity: Severity::Info,
    status: Status::Preview,
    summary: "a lipid test has only a diagnosis of screening for lipid disorders, which is not Medicare's cardiovascular screening",
    why: "Medicare's cardiovascular screening is paid with Z13.6; screening for lipid disorders, Z13.220, is not a benefit of its own. Preview: the manual was not at hand to be compared, \
          and other payers differ.",
    fix: FIX,
    citation: manual_18("100, Cardiovascular Disease Screening"),
    carc: &[50],
    needs: NEEDS,
    reads: READS,
    fails: &["dos_from,procedure,dx1\n2026-03-02,80061,Z13.220"],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,80061,Z13.6",
        "dos_from,procedure,dx1\n2026-03-02,80061,E78.5",
    ],
    when: Facts::LISTED,
    check: Check::Line(lipids),
};

fn lipids(case: &Case<'_>, at: usize, out: &mut Findings) {
    let line = &case.claim.lines[at];
    // These are tests of known disease, too: only a line that calls itself a screening is one.
    let only = case
        .claim
        .pointed(line)
        .all(|i| case.diagnoses[i].code.is_some_and(|c| c.text().as_str() == "Z13220"));
    if only {
        say(case, at, "COV119", out);
    }
}

pub(super) static COV120: Rule = Rule {
    id: "COV120",
    name: "aneurysm-screening-without-its-diagnosis",
    severity: Severity::Info,
    status: Status::Preview,
    summary: "an ultrasound screening for aortic aneurysm has no diagnosis of screening or of risk",
    why: "The screening is paid once, for patients at risk. Preview: contractors name different diagnoses, and the manual was not at hand to be compared.",
    fix: FIX,
    citation: manual_18("110, Ultrasound Screening for Abdominal Aortic Aneurysm"),
    carc: &[50],
    needs: NEEDS,
    reads: READS,
    fails: &["dos_from,procedure,dx1\n2026-03-02,76706,R10.9"],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,76706,Z13.6",
        "dos_from,procedure,dx1\n2026-03-02,76706,Z87.891",
    ],
    when: Facts::LISTED,
    check: Check::Line(aorta),
};

pub(super) static COV121: Rule = Rule {
    id: "COV121",
    name: "glaucoma-screening-without-its-diagnosis",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a glaucoma screening has no diagnosis of screening",
    why: WHY,
    fix: FIX,
    citation: Citation {
        title: "Palmetto GBA (Medicare contractor), Glaucoma Screening",
        section: "Procedure and Diagnosis Code Information",
        url: "https://www.palmettogba.com/palmetto/rr.nsf/DID/8EELDL2714",
    },
    carc: &[50],
    needs: NEEDS,
    reads: READS,
    fails: &["dos_from,procedure,dx1\n2026-03-02,G0117,E11.9"],
    passes: &["dos_from,procedure,dx1,dx2\n2026-03-02,G0117,E11.9,Z13.5"],
    when: Facts::LISTED,
    check: Check::Line(glaucoma),
};
