//! `FMT`: what a file says can be read, and every row belongs to one claim.

use super::sources::{manual_1, x12_837p};
use crate::claim::{Field, Topic};
use crate::resolve::{Case, Facts};
use crate::rule::{Check, Citation, Findings, Rule, Severity, Status};

pub(super) static RULES: &[&Rule] = &[&FMT001, &FMT002, &FMT003, &FMT004, &FMT005, &FMT006];

const RFC_4180: Citation = Citation {
    title: "RFC 4180, Common Format and MIME Type for CSV Files",
    section: "2, item 4: the same number of fields in every line",
    url: "https://www.rfc-editor.org/rfc/rfc4180#section-2",
};

const INCOMPLETE: Citation = manual_1("80.3.2, Handling incomplete or invalid claims");

static FMT001: Rule = Rule {
    id: "FMT001",
    name: "unreadable-field",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a field cannot be read",
    why: "A field that is not what its column says cannot be checked and will not be accepted. The field is left out; everything else on the \
          claim is checked all the same.",
    fix: "correct the field",
    citation: INCOMPLETE,
    carc: &[16],
    needs: &[],
    reads: &[],
    fails: &[
        "line,dos_from,procedure,dx1\nA,2026-03-02,99213,E11.65",
        "claim_type,bill_type,dos_from,revenue_code,procedure,dx1\nI,1X1,2026-03-02,0450,99283,E11.65",
    ],
    passes: &[
        "line,dos_from,procedure,dx1\n01,2026-03-02,99213,E11.65",
        "claim_type,bill_type,dos_from,revenue_code,procedure,dx1\nI,131,2026-03-02,0450,99283,E11.65",
    ],
    when: Facts::FAULT,
    check: Check::Claim(unreadable_field),
};

fn unreadable_field(case: &Case<'_>, out: &mut Findings) {
    for fault in case.claim.faults_of(Topic::Field) {
        out.on_fault(fault, fault.message());
    }
}

static FMT002: Rule = Rule {
    id: "FMT002",
    name: "wrong-number-of-fields",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a row has more or fewer fields than the header, or an open quotation mark",
    why: "A separator too many or too few shifts fields into the wrong columns: nothing on such a row can be trusted. A quotation mark that is never \
          closed swallows the rows after it.",
    fix: "put fields that contain the separator in quotation marks, and give every row all its fields",
    citation: RFC_4180,
    carc: &[16],
    needs: &[],
    reads: &[],
    fails: &[
        "dos_from,procedure,dx1\n2026-03-02,99213",
        "dos_from,procedure,dx1\n2026-03-02,99213,E11.65,I10",
        "dos_from,procedure,dx1,payer\n2026-03-02,99213,E11.65,\"Plan\n2026-03-02,99214,E11.65,Plan",
    ],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,99213,E11.65",
        "dos_from,procedure,dx1,payer\n2026-03-02,99213,E11.65,\"Plan\nB\"",
        "dos_from,procedure,dx1,payer\n2026-03-02,99213,E11.65,\"Plan, state\"",
    ],
    when: Facts::FAULT,
    check: Check::Claim(wrong_number_of_fields),
};

fn wrong_number_of_fields(case: &Case<'_>, out: &mut Findings) {
    for fault in case.claim.faults_of(Topic::FieldCount) {
        out.on_fault(fault, format_args!("the row has {}", fault.reason));
    }
}

static FMT003: Rule = Rule {
    id: "FMT003",
    name: "missing-claim-id",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a row has no claim id",
    why: "Without an id a row belongs to no claim, and the payer's answer cannot be matched with it.",
    fix: "give the row the id of its claim",
    citation: x12_837p("loop 2300, CLM01, patient control number"),
    carc: &[16],
    needs: &[],
    reads: &[],
    fails: &["claim_id,dos_from,procedure,dx1\n,2026-03-02,99213,E11.65"],
    passes: &["claim_id,dos_from,procedure,dx1\n0,2026-03-02,99213,E11.65"],
    when: Facts::FAULT,
    check: Check::Claim(missing_claim_id),
};

fn missing_claim_id(case: &Case<'_>, out: &mut Findings) {
    for fault in case.claim.faults_of(Topic::ClaimId) {
        out.on_fault(fault, "the row has no claim id");
    }
}

static FMT004: Rule = Rule {
    id: "FMT004",
    name: "scattered-claim",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a claim id comes back after rows of other claims",
    why: "Claims are read one after the other, so that rows which come back later are checked as a claim of their own: totals, pointers and \
          duplicates are then judged on half a claim.",
    fix: "check with `--group`, which puts the rows of each claim together, or sort the file by claim id",
    citation: x12_837p("loop 2300 with its loops 2400: the lines of a claim stand together"),
    carc: &[16],
    needs: &[],
    reads: &[],
    fails: &[
        "claim_id,dos_from,procedure,dx1\nA,2026-03-02,99213,E11.65\nB,2026-03-02,99213,E11.65\nA,2026-03-02,36415,E11.65",
    ],
    passes: &[
        "claim_id,dos_from,procedure,dx1\nA,2026-03-02,99213,E11.65\nA,2026-03-02,36415,E11.65\nB,2026-03-02,99213,E11.65",
    ],
    when: Facts::FAULT,
    check: Check::Claim(scattered_claim),
};

fn scattered_claim(case: &Case<'_>, out: &mut Findings) {
    for fault in case.claim.faults_of(Topic::Scattered) {
        out.on_fault(fault, fault.reason.to_string());
    }
}

static FMT005: Rule = Rule {
    id: "FMT005",
    name: "differing-claim-field",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a row differs from its claim's first row in a field of the whole claim",
    why: "Fields of the claim repeat on each of its rows. Where they differ, either the claim id covers two claims or one of the values is \
          wrong; the first row's is used.",
    fix: "make the rows of the claim agree",
    citation: x12_837p("loop 2300: fields of the claim are stated once"),
    carc: &[16],
    needs: &[],
    reads: &[],
    fails: &[
        "dos_from,procedure,dx1,billing_npi\n2026-03-02,99213,E11.65,1234567893\n2026-03-02,36415,E11.65,1245319599",
        "dos_from,procedure,dx1,total_charge\n2026-03-02,99213,E11.65,100.00\n2026-03-02,36415,E11.65,10.00",
    ],
    passes: &[
        "dos_from,procedure,dx1,billing_npi\n2026-03-02,99213,E11.65,1234567893\n2026-03-02,36415,E11.65,1234567893",
        "dos_from,procedure,dx1,rendering_npi\n2026-03-02,99213,E11.65,1234567893\n2026-03-02,36415,E11.65,1245319599",
    ],
    when: Facts::FAULT,
    check: Check::Claim(differing_claim_field),
};

fn differing_claim_field(case: &Case<'_>, out: &mut Findings) {
    for fault in case.claim.faults_of(Topic::Differs) {
        out.on_fault(fault, format_args!("{} differs from the claim's first row", fault.field));
    }
}

static FMT006: Rule = Rule {
    id: "FMT006",
    name: "control-characters",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a row contains control characters",
    why: "Control characters come from damaged files and wrong conversions. Clearing houses reject them, and what stands around them may be \
          damaged too.",
    fix: "export the row again as UTF-8 text",
    citation: Citation {
        title: "ASC X12N 837 Professional, technical report 005010X222A1 (45 CFR 162.1102)",
        section: "appendix B.1.1.2, basic and extended character set",
        url: "https://x12.org/products/technical-reports",
    },
    carc: &[16],
    needs: &[],
    reads: &[],
    fails: &["claim_id,dos_from,procedure,dx1\nA\u{1},2026-03-02,99213,E11.65"],
    passes: &["claim_id,dos_from,procedure,dx1\nA-\u{e9},2026-03-02,99213,E11.65"],
    when: Facts::FAULT,
    check: Check::Claim(control_characters),
};

fn control_characters(case: &Case<'_>, out: &mut Findings) {
    for fault in case.claim.faults_of(Topic::Control) {
        let message = match fault.field {
            Field::Claim => "the row contains control characters".to_owned(),
            field => format!("{field} contains control characters"),
        };
        out.on_fault(fault, message);
    }
}
