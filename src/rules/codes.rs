//! `COD`: every code exists, can be billed, and is in force on the date of service.

use std::cmp::Reverse;

use crate::Date;
use crate::claim::{Coded, Field};
use crate::code::{CodeError, Icd10Cm};
use crate::resolve::{Case, DiagnosisUse, Facts, ProcedureStanding, Why};
use crate::rule::{Check, Citation, Finding, Findings, Rule, Severity, Status};
use crate::table::{Icd10CmTable, Rank, Standing, TableKind};

pub(super) static RULES: &[&Rule] =
    &[&COD001, &COD002, &COD003, &COD004, &COD005, &COD006, &COD007, &COD010, &COD011, &COD012, &COD013];

const GUIDELINES: Citation = Citation {
    title: "ICD-10-CM Official Guidelines for Coding and Reporting",
    section: "I.B.2, Level of detail in coding",
    url: "https://www.cms.gov/medicare/coding-billing/icd-10-codes",
};

const CODE_SET: Citation = Citation {
    title: "ICD-10-CM code set (45 CFR 162.1002; CMS and CDC code files)",
    section: "Tabular list and annual code files",
    url: "https://www.cms.gov/medicare/coding-billing/icd-10-codes",
};

const HCPCS: Citation = Citation {
    title: "HCPCS code set (45 CFR 162.1002; CMS HCPCS quarterly update, AMA CPT)",
    section: "Code, add date and termination date",
    url: "https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update",
};

static COD001: Rule = Rule {
    id: "COD001",
    name: "unknown-diagnosis",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a diagnosis code is not in any release of ICD-10-CM",
    why: "A claim with a diagnosis code that does not exist is rejected before it is adjudicated.",
    fix: "look the condition up in the current code set and report its code",
    citation: CODE_SET,
    carc: &[146],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1)],
    fails: &[
        "dos_from,procedure,dx1\n2026-03-02,99213,E11.66",
        "dos_from,procedure,dx1\n2026-03-02,99213,ABC",
        "dos_from,procedure,dx1\n2026-03-02,99213,E11..65",
    ],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,99213,E11.65",
        "dos_from,procedure,dx1\n2026-03-02,99213,z3a20",
    ],
    when: Facts::BAD_DIAGNOSIS,
    check: Check::Diagnosis(unknown_diagnosis),
};

fn unknown_diagnosis(case: &Case<'_>, at: &DiagnosisUse, out: &mut Findings) {
    if case.all_billable {
        return;
    }
    let field = Field::Diagnosis(at.column);
    match case.claim.diagnoses[at.diagnosis].code {
        Coded::Unreadable(u) if u.error != CodeError::Icd9 => {
            let shown = case.shown(at.diagnosis);
            let finding = match u.shown {
                Some(_) => {
                    out.at(at.line, field, format_args!("{shown} is no ICD-10-CM code: it {}", u.error))
                }
                None => out.at(at.line, field, format_args!("not an ICD-10-CM code: it {}", u.error)),
            };
            finding.codes.extend(u.shown);
            if let Some(meant) = u.shown.and_then(|text| without_marks(&case.tables.icd10cm, &text, at.day)) {
                finding.help(format_args!("without its marks it is {meant}; check the documentation"));
            }
        }
        Coded::Code(code) => {
            let table = &case.tables.icd10cm;
            if case.diagnoses[at.diagnosis].rank.is_some()
                || seventh_for(table, code).is_some()
                || is_icd9_external(code)
            {
                return;
            }
            let near = nearest(table, code, at.day);
            let finding =
                out.at(at.line, field, format_args!("{code} is in no release of ICD-10-CM")).code(code);
            if !near.is_empty() {
                finding.help(format_args!("nearest codes: {near}; check the documentation"));
            }
            mark_stale(case, finding, at.day);
        }
        Coded::Unreadable(_) => {}
    }
}

static COD002: Rule = Rule {
    id: "COD002",
    name: "header-diagnosis",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a diagnosis is a category or subcategory that has more specific codes on the date of service",
    why: "Diagnoses are reported to the highest number of characters available. A three-character category with codes below it is not \
          billable, and the line is denied.",
    fix: "report the most specific code that the documentation supports",
    citation: GUIDELINES,
    carc: &[146],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &[
        "dos_from,procedure,dx1\n2026-03-02,99213,E11",
        "dos_from,procedure,dx1\n2021-10-01,99213,M54.5",
    ],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,99213,I10",
        "dos_from,procedure,dx1\n2021-09-30,99213,M54.5",
    ],
    when: Facts::BAD_DIAGNOSIS,
    check: Check::Diagnosis(header_diagnosis),
};

fn header_diagnosis(case: &Case<'_>, at: &DiagnosisUse, out: &mut Findings) {
    let Some((code, rank, day)) = trouble(case, at, |s| s == Standing::Header) else { return };
    let table = &case.tables.icd10cm;
    if wants_seventh(table, rank, day) {
        return;
    }
    let below = table.successors(rank, day, usize::MAX);
    let lengths: Vec<usize> = below.iter().filter_map(|&r| table.code(r)).map(|c| c.len()).collect();
    let fewest = lengths.iter().min().map_or(1, |n| n - code.len());
    let most = lengths.iter().max().map_or(1, |n| n - code.len());
    let more = if fewest == most { fewest.to_string() } else { format!("{fewest} to {most}") };
    let plural = if most == 1 { "" } else { "s" };
    let mut message = format!(
        "{code} is a header with {} codes below it, not billable: {more} more character{plural} needed",
        below.len()
    );
    if let Some(last) = table.billable_windows(rank).iter().rev().find(|w| w.to < day) {
        message.push_str(&format!(" (it was billable until {})", last.to));
    }
    let finding = out.at(at.line, Field::Diagnosis(at.column), message).code(code);
    finding.help(format_args!("use a code below it: {}", children_listed(table, rank, day)));
    mark_stale(case, finding, Some(day));
}

static COD003: Rule = Rule {
    id: "COD003",
    name: "diagnosis-out-of-date",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a diagnosis code ended before, or begins after, the date of service",
    why: "Codes change each 1 October and 1 April. Payers judge a code by the date of service (the discharge date of an inpatient stay), not \
          by the date of the claim.",
    fix: "report the code that was in force on the date of service",
    citation: CODE_SET,
    carc: &[146],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &[
        "dos_from,procedure,dx1\n2021-09-30,99213,M54.50",
        "dos_from,procedure,dx1\n2026-09-30,99213,D69.11",
        "dos_from,procedure,dx1\n2016-10-01,99213,I60.21",
    ],
    passes: &[
        "dos_from,procedure,dx1\n2021-10-01,99213,M54.50",
        "dos_from,procedure,dx1\n2016-09-30,99213,I60.20",
        "dos_from,procedure,dx1\n2026-10-01,99213,D69.11",
    ],
    when: Facts::BAD_DIAGNOSIS,
    check: Check::Diagnosis(diagnosis_out_of_date),
};

fn diagnosis_out_of_date(case: &Case<'_>, at: &DiagnosisUse, out: &mut Findings) {
    let outside = |s| matches!(s, Standing::Ended(_) | Standing::NotYet(_));
    let Some((code, rank, day)) = trouble(case, at, outside) else { return };
    let table = &case.tables.icd10cm;
    let field = Field::Diagnosis(at.column);
    let finding = match at.standing {
        Some(Standing::Ended(last)) => {
            let next = table.successors(rank, day, usize::MAX);
            let finding = out.at(
                at.line,
                field,
                format_args!("{code} ended on {last}, before the date of service {day}"),
            );
            if !next.is_empty() {
                finding.help(format_args!("since then: {}", listed(table, &next, day)));
            }
            finding
        }
        Some(Standing::NotYet(first)) => {
            let finding = out.at(
                at.line,
                field,
                format_args!("{code} begins on {first}, after the date of service {day}"),
            );
            let before =
                table.parent(rank).filter(|&p| matches!(table.standing(p, day), Standing::Billable(_)));
            if let Some(parent) = before.and_then(|p| table.code(p)) {
                finding.help(format_args!("before that day: {parent}"));
            }
            finding
        }
        _ => return,
    };
    finding.code(code);
    mark_stale(case, finding, Some(day));
}

static COD004: Rule = Rule {
    id: "COD004",
    name: "wrong-seventh-character",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a diagnosis lacks its seventh character, or has one that its category does not define",
    why: "Where the tabular list defines seventh characters, a code without one, or with another, is invalid. Shorter codes are filled with the \
          placeholder X so that the character stands in the seventh place.",
    fix: "add the seventh character that the documentation supports",
    citation: Citation {
        title: "ICD-10-CM Official Guidelines for Coding and Reporting",
        section: "I.A.4, Placeholder character; I.A.5, 7th characters",
        url: "https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    },
    carc: &[146],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &[
        "dos_from,procedure,dx1\n2026-03-02,99283,S72.001",
        "dos_from,procedure,dx1\n2026-03-02,99283,S72.001Z",
        "dos_from,procedure,dx1\n2026-03-02,99283,S01.00A",
    ],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,99283,S72.001A",
        "dos_from,procedure,dx1\n2026-03-02,99283,S01.00XA",
    ],
    when: Facts::BAD_DIAGNOSIS,
    check: Check::Diagnosis(wrong_seventh_character),
};

fn wrong_seventh_character(case: &Case<'_>, at: &DiagnosisUse, out: &mut Findings) {
    if case.all_billable {
        return;
    }
    let Coded::Code(code) = case.claim.diagnoses[at.diagnosis].code else { return };
    let table = &case.tables.icd10cm;
    let field = Field::Diagnosis(at.column);
    if let Some(rank) = case.diagnoses[at.diagnosis].rank {
        let Some((code, _, day)) = trouble(case, at, |s| s == Standing::Header) else { return };
        if !wants_seventh(table, rank, day) {
            return;
        }
        let made = table.successors(rank, day, usize::MAX);
        let filled = if code.len() < 6 { ", filled with X to six characters" } else { "" };
        let finding =
            out.at(at.line, field, format_args!("{code} needs a seventh character{filled}")).code(code);
        finding.help(format_args!("use one of {}", sevenths_listed(table, rank, &made)));
        mark_stale(case, finding, Some(day));
        return;
    }
    let Some((base, rank)) = seventh_for(table, code) else { return };
    let day = at.day.unwrap_or(Date::MAX);
    let made = table.successors(rank, day, usize::MAX);
    let message = match code.seventh() {
        Some(seventh) => format!("{code}: {seventh} is no seventh character of {base}"),
        None => format!("{code}: {base} needs its seventh character in the seventh place, filled with X"),
    };
    let finding = out.at(at.line, field, message).code(code);
    if !made.is_empty() {
        finding.help(format_args!("use one of {}", sevenths_listed(table, rank, &made)));
    }
    mark_stale(case, finding, at.day);
}

static COD005: Rule = Rule {
    id: "COD005",
    name: "icd-9-diagnosis",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a diagnosis has the shape of ICD-9-CM on a service of 2015-10-01 or later",
    why: "ICD-9-CM codes are valid only for services through 2015-09-30.",
    fix: "code the condition in ICD-10-CM",
    citation: CODE_SET,
    carc: &[146],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &[
        "dos_from,procedure,dx1\n2015-10-01,99213,250.00",
        "dos_from,procedure,dx1\n2026-03-02,99213,E849.0",
    ],
    passes: &[
        "dos_from,procedure,dx1\n2015-09-30,99213,250.00",
        "dos_from,procedure,dx1\n2026-03-02,99213,E84.9",
    ],
    when: Facts::BAD_DIAGNOSIS,
    check: Check::Diagnosis(icd_9_diagnosis),
};

fn icd_9_diagnosis(case: &Case<'_>, at: &DiagnosisUse, out: &mut Findings) {
    if case.all_billable || at.day.is_none_or(|d| d < Date::ICD10_START) {
        return;
    }
    let shape = match case.claim.diagnoses[at.diagnosis].code {
        Coded::Unreadable(u) => u.error == CodeError::Icd9,
        Coded::Code(code) => case.diagnoses[at.diagnosis].rank.is_none() && is_icd9_external(code),
    };
    if shape {
        let shown = case.shown(at.diagnosis);
        out.at(
            at.line,
            Field::Diagnosis(at.column),
            format_args!("{shown} has the shape of an ICD-9-CM code, which ended on 2015-09-30"),
        )
        .code(shown);
    }
}

static COD006: Rule = Rule {
    id: "COD006",
    name: "icd-10-before-its-time",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a diagnosis is in ICD-10-CM on a service before 2015-10-01",
    why: "Services before 2015-10-01 are coded in ICD-9-CM, whenever the claim is sent.",
    fix: "check the date of service; if it is right, code the condition in ICD-9-CM",
    citation: CODE_SET,
    carc: &[146],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1), Field::DosFrom],
    fails: &["dos_from,procedure,dx1\n2015-09-30,99213,E11.65"],
    passes: &["dos_from,procedure,dx1\n2015-10-01,99213,E11.65"],
    when: Facts::BAD_DIAGNOSIS,
    check: Check::Diagnosis(icd_10_before_its_time),
};

fn icd_10_before_its_time(case: &Case<'_>, at: &DiagnosisUse, out: &mut Findings) {
    if case.all_billable {
        return;
    }
    let (Coded::Code(code), Some(day)) = (case.claim.diagnoses[at.diagnosis].code, at.day) else { return };
    if day < Date::ICD10_START && case.diagnoses[at.diagnosis].rank.is_some() {
        out.at(
            at.line,
            Field::Diagnosis(at.column),
            format_args!("{code} is an ICD-10-CM code, in use since 2015-10-01; the service is of {day}"),
        )
        .code(code);
    }
}

static COD007: Rule = Rule {
    id: "COD007",
    name: "undated-diagnosis",
    severity: Severity::Info,
    status: Status::Stable("0.1.0"),
    summary: "a diagnosis cannot be judged because the claim has no date of service",
    why: "A code is right or wrong only on a date. Without one, nothing more than its existence can be said.",
    fix: "give the date of service",
    citation: CODE_SET,
    carc: &[16],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Diagnosis(1)],
    fails: &["procedure,dx1\n99213,E11.65"],
    passes: &["dos_from,procedure,dx1\n2026-03-02,99213,E11.65"],
    when: Facts::BAD_DIAGNOSIS,
    check: Check::Diagnosis(undated_diagnosis),
};

fn undated_diagnosis(case: &Case<'_>, at: &DiagnosisUse, out: &mut Findings) {
    if case.all_billable || at.day.is_some() || case.diagnoses[at.diagnosis].rank.is_none() {
        return;
    }
    out.not_evaluated(Why::NoDate);
    let shown = case.shown(at.diagnosis);
    out.at(
        at.line,
        Field::Diagnosis(at.column),
        format_args!("{shown} exists, but no date of service says when it is used"),
    )
    .code(shown);
}

static COD010: Rule = Rule {
    id: "COD010",
    name: "malformed-procedure",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a procedure code has the shape of neither CPT nor HCPCS Level II",
    why: "Procedure codes have five characters: five digits, four digits and one of F, T, U, M, A, or a letter and four digits.",
    fix: "report the code alone, without modifier, blanks or punctuation",
    citation: HCPCS,
    carc: &[181],
    needs: &[],
    reads: &[Field::Procedure],
    fails: &[
        "dos_from,procedure,dx1\n2026-03-02,9921,E11.65",
        "dos_from,procedure,dx1\n2026-03-02,99213-25,E11.65",
    ],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,99213,E11.65",
        "dos_from,procedure,dx1\n2026-03-02,0591T,E11.65",
    ],
    when: Facts::BAD_PROCEDURE,
    check: Check::Line(malformed_procedure),
};

fn malformed_procedure(case: &Case<'_>, at: usize, out: &mut Findings) {
    let Some(Coded::Unreadable(u)) = case.claim.lines[at].procedure else { return };
    match u.shown {
        Some(shown) => out
            .on_line(at, Field::Procedure, format_args!("{shown} is no procedure code: it {}", u.error))
            .code(shown),
        None => out.on_line(at, Field::Procedure, format_args!("not a procedure code: it {}", u.error)),
    };
}

static COD011: Rule = Rule {
    id: "COD011",
    name: "unknown-procedure",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a procedure code is not in the code tables that were added",
    why: "A line with a procedure code that does not exist is rejected. Which codes exist is known only for the kinds of codes whose tables were \
          added: HCPCS Level II from CMS's file, CPT from the user's licensed one.",
    fix: "look the procedure up in the code set of the date of service",
    citation: HCPCS,
    carc: &[181],
    needs: &[TableKind::Procedures],
    reads: &[Field::Procedure, Field::DosFrom],
    fails: &["dos_from,procedure,dx1\n2026-03-02,G0007,E11.65"],
    passes: &["dos_from,procedure,dx1\n2026-03-02,G0008,E11.65"],
    when: Facts::BAD_PROCEDURE,
    check: Check::Line(unknown_procedure),
};

fn unknown_procedure(case: &Case<'_>, at: usize, out: &mut Findings) {
    let line = &case.lines[at];
    let (Some(code), Some(table)) = (line.code, &case.tables.procedures) else { return };
    let kind = code.kind().name();
    let finding = match line.standing {
        ProcedureStanding::NotEvaluated(why) => return out.not_evaluated(why),
        ProcedureStanding::Unknown => {
            out.on_line(at, Field::Procedure, format_args!("{code} is not in the {kind} code set"))
        }
        ProcedureStanding::NotInShortList(codes) => out
            .on_line(at, Field::Procedure, format_args!("{code} is not in the list that was added, of {codes} {kind} codes"))
            .severity(Severity::Warning)
            .help(
                "if the list is not meant to hold every code, add it again with `cleanclaim tables add --partial`; otherwise check the code",
            ),
        _ => return,
    };
    finding.code(code);
    if finding.help.is_empty() {
        let near: Vec<String> = table
            .index()
            .one_edit_away(code.text().as_bytes())
            .into_iter()
            .filter(|&r| line.day.is_none_or(|d| table.in_force(r, d) == Some(crate::table::InForce::Yes)))
            .take(5)
            .filter_map(|r| table.code(r))
            .map(|c| c.to_string())
            .collect();
        if !near.is_empty() {
            finding.help(format_args!("nearest codes: {}; check the documentation", near.join(", ")));
        }
    }
    stale_procedure(case, finding, line.day);
}

static COD012: Rule = Rule {
    id: "COD012",
    name: "procedure-out-of-date",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a procedure code ended before, or begins after, the date of service",
    why: "A line is judged by the code set of its date of service. A code that ended, or does not yet exist, is rejected.",
    fix: "report the code that was in force on the date of service",
    citation: HCPCS,
    carc: &[181],
    needs: &[TableKind::Procedures],
    reads: &[Field::Procedure, Field::DosFrom],
    fails: &[
        "dos_from,procedure,dx1\n2025-01-01,G0106,E11.65",
        "dos_from,procedure,dx1\n2025-12-31,G0013,E11.65",
    ],
    passes: &[
        "dos_from,procedure,dx1\n2024-12-31,G0106,E11.65",
        "dos_from,procedure,dx1\n2026-01-01,G0013,E11.65",
    ],
    when: Facts::BAD_PROCEDURE,
    check: Check::Line(procedure_out_of_date),
};

fn procedure_out_of_date(case: &Case<'_>, at: usize, out: &mut Findings) {
    let line = &case.lines[at];
    let (Some(code), Some(day)) = (line.code, line.day) else { return };
    let message = match line.standing {
        ProcedureStanding::Ended(last) => format!("{code} ended on {last}, before the date of service {day}"),
        ProcedureStanding::NotYet(first) => {
            format!("{code} begins on {first}, after the date of service {day}")
        }
        _ => return,
    };
    let finding = out.on_line(at, Field::Procedure, message).code(code);
    stale_procedure(case, finding, Some(day));
}

static COD013: Rule = Rule {
    id: "COD013",
    name: "missing-procedure",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a professional line has no procedure code",
    why: "A line of a professional claim is a procedure: without its code there is nothing to pay. Lines of institutional claims may have a revenue code only.",
    fix: "add the procedure code, or drop the line",
    citation: Citation {
        title: "Medicare Claims Processing Manual (Pub. 100-04), chapter 26",
        section: "10.4, item 24D",
        url: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c26pdf.pdf",
    },
    carc: &[16],
    needs: &[],
    reads: &[Field::Procedure],
    fails: &["dos_from,procedure,dx1\n2026-03-02,,E11.65"],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,99213,E11.65",
        "claim_type,bill_type,dos_from,revenue_code,procedure,dx1\nI,131,2026-03-02,0250,,E11.65",
    ],
    when: Facts::BAD_PROCEDURE,
    check: Check::Line(missing_procedure),
};

fn missing_procedure(case: &Case<'_>, at: usize, out: &mut Findings) {
    let line = &case.claim.lines[at];
    if line.procedure.is_none()
        && line.revenue.is_none()
        && case.claim.kind != crate::claim::Kind::Institutional
    {
        out.on_line(at, Field::Procedure, "the line has no procedure code");
    }
}

/// A readable diagnosis of known rank whose standing on its day is of the wanted sort.
fn trouble(
    case: &Case<'_>,
    at: &DiagnosisUse,
    wanted: impl Fn(Standing) -> bool,
) -> Option<(Icd10Cm, Rank, Date)> {
    if case.all_billable || !wanted(at.standing?) {
        return None;
    }
    let of = &case.diagnoses[at.diagnosis];
    Some((of.code?, of.rank?, at.day?))
}

/// Are all billable codes below it made by a seventh character?
fn wants_seventh(table: &Icd10CmTable, rank: Rank, day: Date) -> bool {
    let Some(code) = table.code(rank) else { return false };
    let below = table.successors(rank, day, usize::MAX);
    // Directly below: the characters between are placeholders.
    let direct = |c: Icd10Cm| c.len() == 7 && c.text()[code.len()..6].bytes().all(|b| b == b'X');
    !below.is_empty() && below.iter().filter_map(|&r| table.code(r)).all(direct)
}

/// For a code in no release: the code that takes a seventh character and to which this one adds a wrong or misplaced one.
fn seventh_for(table: &Icd10CmTable, code: Icd10Cm) -> Option<(Icd10Cm, Rank)> {
    let text = code.text();
    let base = text.get(..text.len() - 1)?.trim_end_matches('X');
    let base = Icd10Cm::parse(base.as_bytes()).ok()?;
    let rank = table.rank(base)?;
    let takes = table.below(rank).into_iter().filter_map(|r| table.code(r)).any(|c| c.len() == 7);
    let leaf = table.children(rank).iter().filter_map(|&r| table.code(r)).all(|c| c.len() == 7);
    (takes && leaf).then_some((base, rank))
}

/// E800 to E999 with a digit after the dot, and V01 to V91 codes, in ICD-9-CM's shape: only the former cannot be meant as ICD-10-CM.
fn is_icd9_external(code: Icd10Cm) -> bool {
    let text = code.text();
    let bytes = text.as_bytes();
    matches!(bytes, [b'E', b'8' | b'9', rest @ ..] if (2..=3).contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit))
}

/// Codes with their titles, at most ten.
fn listed(table: &Icd10CmTable, ranks: &[Rank], day: Date) -> String {
    listed_with(table, ranks, |rank, _, out| table.add_title_on(rank, day, out))
}

/// What is directly below a header on a day, at most ten; a dash marks what has codes below it in turn.
fn children_listed(table: &Icd10CmTable, rank: Rank, day: Date) -> String {
    let exists = |r: &Rank| matches!(table.standing(*r, day), Standing::Billable(_) | Standing::Header);
    let children: Vec<Rank> = table.children(rank).into_iter().filter(exists).collect();
    listed_with(table, &children, |rank, _, out| {
        if table.standing(rank, day) == Standing::Header {
            out.push('-');
        }
        table.add_title_on(rank, day, out);
    })
}

/// Codes made by a seventh character, with what it says, at most ten.
fn sevenths_listed(table: &Icd10CmTable, rank: Rank, made: &[Rank]) -> String {
    let meanings = table.sevenths(rank);
    listed_with(table, made, |_, code, out| {
        if let Some(of) = meanings.iter().find(|s| Some(s.character) == code.seventh()) {
            out.extend([" (", &of.meaning, ")"]);
        }
    })
}

/// Codes, at most ten, each with what `say` writes behind it.
fn listed_with(
    table: &Icd10CmTable,
    ranks: &[Rank],
    mut say: impl FnMut(Rank, Icd10Cm, &mut String),
) -> String {
    const MOST: usize = 10;
    // Written into one text: reports of a year have hundreds of thousands of them.
    let mut out = String::with_capacity(64 * ranks.len().min(MOST));
    for &rank in ranks.iter().take(MOST) {
        let Some(code) = table.code(rank) else { continue };
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(code.text().dotted().as_str());
        say(rank, code, &mut out);
    }
    if ranks.len() > MOST {
        out.push_str(&format!(", and {} more", ranks.len() - MOST));
    }
    out
}

/// The code that a text is without its dots, blanks and other marks, if it is billable on the day.
fn without_marks(table: &Icd10CmTable, text: &str, day: Option<Date>) -> Option<String> {
    let bare: Vec<u8> = text.bytes().filter(u8::is_ascii_alphanumeric).collect();
    let rank = table.rank(Icd10Cm::parse(&bare).ok()?)?;
    let day = day.unwrap_or(Date::MAX);
    matches!(table.standing(rank, day), Standing::Billable(_)).then(|| listed(table, &[rank], day))
}

/// Billable codes one edit away, the longest common beginning first, at most five.
fn nearest(table: &Icd10CmTable, code: Icd10Cm, day: Option<Date>) -> String {
    // Bits of the packed codes that are the same from the first on: whole characters of them count.
    let common = |other: Icd10Cm| (code.key() ^ other.key()).leading_zeros() / 8;
    let near = table.index().one_edit_away(code.text().as_bytes()).into_iter();
    let mut near: Vec<(Reverse<u32>, Rank)> = near
        .filter(|&r| day.is_none_or(|d| matches!(table.standing(r, d), Standing::Billable(_))))
        .filter_map(|r| Some((Reverse(common(table.code(r)?)), r)))
        .collect();
    near.sort_unstable();
    let ranks: Vec<Rank> = near.into_iter().take(5).map(|(_, r)| r).collect();
    listed(table, &ranks, day.unwrap_or(Date::MAX))
}

fn mark_stale(case: &Case<'_>, finding: &mut Finding, day: Option<Date>) {
    if day.is_some_and(|d| d > case.tables.icd10cm.window().to) {
        finding.stale(TableKind::Icd10Cm);
    }
}

fn stale_procedure(case: &Case<'_>, finding: &mut Finding, day: Option<Date>) {
    let to = case.tables.procedures.as_ref().map(|t| t.window().to);
    if to.zip(day).is_some_and(|(to, day)| day > to) {
        finding.stale(TableKind::Procedures);
    }
}
