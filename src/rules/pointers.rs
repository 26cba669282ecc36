//! `PTR`: lines point at diagnoses of their claim, and a claim has diagnoses.

use super::sources::{manual_26, nucc, x12_837p};
use crate::claim::{Field, Kind, Points, Topic};
use crate::resolve::{Case, Facts};
use crate::rule::{Check, Citation, Findings, Rule, Severity, Status};

pub(super) static RULES: &[&Rule] = &[&PTR001, &PTR002, &PTR003, &PTR004, &PTR005, &PTR006, &PTR007, &PTR008];

/// Diagnoses that the CMS-1500 form and the 837P hold.
const MOST_DIAGNOSES: usize = 12;
/// Pointers that a line holds.
const MOST_POINTERS: usize = 4;

const ITEM_24E: Citation = nucc("item number 24E, diagnosis pointer");

static PTR001: Rule = Rule {
    id: "PTR001",
    name: "dangling-pointer",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a line points at a diagnosis that the claim does not have",
    why: "The pointer says why the service was necessary. One that points nowhere makes the line unprocessable.",
    fix: "point at a diagnosis that is on the claim, or add the diagnosis",
    citation: ITEM_24E,
    carc: &[16],
    needs: &[],
    reads: &[Field::Pointers, Field::Diagnosis(1)],
    fails: &[
        "dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,99213,E11.65,I10,C",
        "dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,99213,E11.65,I10,\"1,3\"",
        "dos_from,procedure,dx1,dx2,dx3,dx_pointers\n2026-03-02,99213,E11.65,,I10,B",
    ],
    passes: &[
        "dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,99213,E11.65,I10,B",
        "dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,99213,E11.65,I10,2:1",
        "dos_from,procedure,dx1,dx2,dx3,dx_pointers\n2026-03-02,99213,E11.65,,I10,C",
    ],
    when: Facts::POINTERS,
    check: Check::Line(dangling_pointer),
};

fn dangling_pointer(case: &Case<'_>, at: usize, out: &mut Findings) {
    let Points::Stated(list) = &case.claim.lines[at].points else { return };
    let all = case.claim.diagnoses.len();
    // A claim without any diagnosis is another rule's business.
    if all == 0 || case.claim.kind == Kind::Institutional {
        return;
    }
    for (&to, &stated) in list.as_slice().iter().zip(list.columns()) {
        if to == 0 || usize::from(to) > all {
            let diagnoses = if all == 1 { "diagnosis" } else { "diagnoses" };
            let message =
                format!("pointer {} leads to no diagnosis: the claim has {all} {diagnoses}", letter(stated));
            out.on_line(at, Field::Pointers, message);
        }
    }
}

/// Pointers as the form has them: 1 is A.
fn letter(pointer: u8) -> String {
    match pointer {
        1..=12 => char::from(b'A' + pointer - 1).to_string(),
        n => n.to_string(),
    }
}

static PTR002: Rule = Rule {
    id: "PTR002",
    name: "malformed-pointer",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a diagnosis pointer is neither a letter nor a number",
    why: "Pointers are letters A to L, or numbers 1 to 12 in files. Anything else, such as the diagnosis code itself, makes the line \
          unprocessable.",
    fix: "give letters A to L or numbers 1 to 12, joined or separated",
    citation: ITEM_24E,
    carc: &[16],
    needs: &[],
    reads: &[Field::Pointers],
    fails: &["dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,99213,E11.65,I10,E11.65"],
    passes: &["dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,99213,E11.65,I10,ab"],
    when: Facts::FAULT,
    check: Check::Claim(malformed_pointer),
};

fn malformed_pointer(case: &Case<'_>, out: &mut Findings) {
    for fault in case.claim.faults_of(Topic::Pointer) {
        out.on_fault(fault, fault.message());
    }
}

static PTR003: Rule = Rule {
    id: "PTR003",
    name: "missing-pointer",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a professional line points at none of several diagnoses",
    why: "Item 24E is required: without it the payer does not know which diagnosis the service was for.",
    fix: "point at the diagnosis for which the service was rendered, the main one first",
    citation: manual_26("10.4, item 24E"),
    carc: &[16],
    needs: &[],
    reads: &[Field::Pointers, Field::Diagnosis(1)],
    fails: &["dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,99213,E11.65,I10,"],
    passes: &[
        "dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,99213,E11.65,I10,A",
        "dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,99213,E11.65,,",
        "claim_type,bill_type,dos_from,revenue_code,procedure,dx1,dx2,dx_pointers\nI,131,2026-03-02,0450,99283,E11.65,I10,",
    ],
    when: Facts::SEVERAL_DIAGNOSES,
    check: Check::Line(missing_pointer),
};

fn missing_pointer(case: &Case<'_>, at: usize, out: &mut Findings) {
    let claim = case.claim;
    let silent = claim.kind == Kind::Professional && claim.lines[at].points == Points::All;
    if silent && claim.diagnoses.len() > 1 && !claim.is_unreadable(at, Field::Pointers) {
        let message = format!("the line points at none of the claim's {} diagnoses", claim.diagnoses.len());
        out.on_line(at, Field::Pointers, message);
    }
}

static PTR004: Rule = Rule {
    id: "PTR004",
    name: "too-many-pointers",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a line has more than four diagnosis pointers",
    why: "The form and the 837P hold four pointers a line. A fifth is dropped or makes the line unprocessable.",
    fix: "keep the four diagnoses that matter most for the service",
    citation: nucc("item number 24E, diagnosis pointer: a maximum of four letters"),
    carc: &[16],
    needs: &[],
    reads: &[Field::Pointers],
    fails: &[
        "dos_from,procedure,dx1,dx2,dx3,dx4,dx5,dx_pointers\n2026-03-02,99213,E11.65,I10,E78.5,K21.9,J45.909,ABCDE",
    ],
    passes: &[
        "dos_from,procedure,dx1,dx2,dx3,dx4,dx5,dx_pointers\n2026-03-02,99213,E11.65,I10,E78.5,K21.9,J45.909,ABCD",
    ],
    when: Facts::POINTERS,
    check: Check::Line(too_many_pointers),
};

fn too_many_pointers(case: &Case<'_>, at: usize, out: &mut Findings) {
    let Points::Stated(list) = &case.claim.lines[at].points else { return };
    let count = list.as_slice().len();
    if count > MOST_POINTERS {
        out.on_line(at, Field::Pointers, format_args!("{count} pointers, a line holds {MOST_POINTERS}"));
    }
}

static PTR005: Rule = Rule {
    id: "PTR005",
    name: "repeated-pointer",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a line points at the same diagnosis twice",
    why: "A pointer says something once. A repeated one is mostly a slip for another diagnosis.",
    fix: "drop the repeated pointer, or point at the diagnosis that was meant",
    citation: ITEM_24E,
    carc: &[16],
    needs: &[],
    reads: &[Field::Pointers],
    fails: &["dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,99213,E11.65,I10,AA"],
    passes: &[
        "dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,99213,E11.65,I10,AB",
        "dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,99213,E11.65,I10,A\n2026-03-02,36415,E11.65,I10,A",
    ],
    when: Facts::POINTERS,
    check: Check::Line(repeated_pointer),
};

fn repeated_pointer(case: &Case<'_>, at: usize, out: &mut Findings) {
    let Points::Stated(list) = &case.claim.lines[at].points else { return };
    let stated = list.columns();
    for (i, &pointer) in stated.iter().enumerate() {
        // Said once, however often it is repeated.
        if stated[..i].iter().filter(|&&p| p == pointer).count() == 1 {
            out.on_line(
                at,
                Field::Pointers,
                format_args!("pointer {} stands on the line twice", letter(pointer)),
            );
        }
    }
}

static PTR006: Rule = Rule {
    id: "PTR006",
    name: "unreferenced-diagnosis",
    severity: Severity::Info,
    status: Status::Stable("0.1.0"),
    summary: "no line of a professional claim points at a diagnosis",
    why: "Coexisting conditions may be listed without a pointer. A condition for which a service was rendered may not: look whether a pointer \
          was forgotten.",
    fix: "point at it from the line for which it was treated, if there is one",
    citation: ITEM_24E,
    carc: &[],
    needs: &[],
    reads: &[Field::Pointers, Field::Diagnosis(1)],
    fails: &["dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,99213,E11.65,I10,A"],
    passes: &[
        "dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,99213,E11.65,I10,A\n2026-03-02,36415,E11.65,I10,B",
        "dos_from,procedure,dx1,dx2,dx_pointers\n2026-03-02,99213,E11.65,I10,A\n2026-03-02,36415,E11.65,I10,",
    ],
    when: Facts::POINTERS,
    check: Check::Claim(unreferenced_diagnosis),
};

fn unreferenced_diagnosis(case: &Case<'_>, out: &mut Findings) {
    let claim = case.claim;
    if claim.kind != Kind::Professional || claim.lines.is_empty() {
        return;
    }
    let mut pointed = [false; 256];
    for line in &claim.lines {
        let Points::Stated(list) = &line.points else { return };
        for &n in list.as_slice() {
            pointed[usize::from(n)] = true;
        }
    }
    for (i, diagnosis) in claim.diagnoses.iter().enumerate().take(255) {
        if !pointed[i + 1] {
            let shown = case.shown(i);
            let message = format!("no line points at {shown}");
            out.on_claim(Field::Diagnosis(diagnosis.column), message).code(shown);
        }
    }
}

static PTR007: Rule = Rule {
    id: "PTR007",
    name: "missing-diagnosis",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a professional claim has no diagnosis",
    why: "Item 21 and segment HI are required. On paper, ambulance suppliers may leave them out, so their claims get a warning only.",
    fix: "add the diagnosis for which the services were rendered",
    citation: manual_26("10.4, item 21"),
    carc: &[16],
    needs: &[],
    reads: &[Field::Diagnosis(1)],
    fails: &["dos_from,procedure,dx1\n2026-03-02,99213,"],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,99213,E11.65",
        "dos_from,procedure,dx1\n2026-03-02,99213,E11..65",
        "claim_type,bill_type,dos_from,revenue_code,procedure,dx1\nI,131,2026-03-02,0450,99283,",
    ],
    when: Facts::NO_DIAGNOSIS,
    check: Check::Claim(missing_diagnosis),
};

fn missing_diagnosis(case: &Case<'_>, out: &mut Findings) {
    let claim = case.claim;
    if claim.kind != Kind::Professional || !claim.diagnoses.is_empty() || claim.lines.is_empty() {
        return;
    }
    let ambulance = case.lines.iter().all(|l| l.code.is_some_and(super::modifiers::is_ambulance));
    let finding = out.on_claim(Field::Diagnosis(1), "the claim has no diagnosis");
    if ambulance {
        finding.severity(Severity::Warning);
    }
}

static PTR008: Rule = Rule {
    id: "PTR008",
    name: "too-many-diagnoses",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a professional claim has more than twelve diagnoses",
    why: "Item 21 and segment HI hold twelve diagnoses. The others are dropped or the claim is rejected.",
    fix: "keep the diagnoses to which the lines point, or split the claim",
    citation: x12_837p("loop 2300, HI, health care diagnosis code: HI01 to HI12"),
    carc: &[16],
    needs: &[],
    reads: &[Field::Diagnosis(1)],
    fails: &[
        "dos_from,procedure,diagnoses\n2026-03-02,99213,E11.65 I10 E78.5 K21.9 J45.909 M54.50 F41.1 G47.33 E03.9 N18.31 D64.9 E55.9 R05.9",
    ],
    passes: &[
        "dos_from,procedure,diagnoses\n2026-03-02,99213,E11.65 I10 E78.5 K21.9 J45.909 M54.50 F41.1 G47.33 E03.9 N18.31 D64.9 E55.9",
    ],
    when: Facts::MANY_DIAGNOSES,
    check: Check::Claim(too_many_diagnoses),
};

fn too_many_diagnoses(case: &Case<'_>, out: &mut Findings) {
    let claim = case.claim;
    let count = claim.diagnoses.len();
    // Rows with diagnoses of their own may be lines of several forms.
    let own = || claim.lines.iter().any(|l| matches!(l.points, Points::Own(_)));
    if claim.kind == Kind::Professional && count > MOST_DIAGNOSES && !own() {
        let thirteenth = claim.diagnoses[MOST_DIAGNOSES].column;
        let message = format!("{count} diagnoses, a professional claim holds {MOST_DIAGNOSES}");
        out.on_claim(Field::Diagnosis(thirteenth), message);
    }
}
