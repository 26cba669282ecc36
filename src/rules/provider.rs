//! `PRV`: who rendered, referred and bills the service.

use super::sources::manual_26;
use crate::claim::{Field, Kind, Topic};
use crate::resolve::{Case, Facts};
use crate::rule::{Check, Citation, Findings, Rule, Severity, Status};

pub(super) static RULES: &[&Rule] = &[&PRV001, &PRV002, &PRV003];

static PRV001: Rule = Rule {
    id: "PRV001",
    name: "invalid-npi",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a national provider identifier cannot be one",
    why: "An NPI has ten digits, begins with 1 or 2 and ends with a check digit (Luhn's formula over 80840 and the first nine). A number that \
          fails belongs to nobody, and the claim is rejected.",
    fix: "look the provider up at npiregistry.cms.hhs.gov; two swapped digits are the usual slip",
    citation: Citation {
        title: "CMS, Requirements for National Provider Identifier (NPI) and NPI Check Digit (45 CFR 162.406)",
        section: "Requirements for NPI check digit",
        url: "https://www.cms.gov/Regulations-and-Guidance/Administrative-Simplification/NationalProvIdentStand/Downloads/NPIcheckdigit.pdf",
    },
    carc: &[16, 207],
    needs: &[],
    reads: &[],
    fails: &[
        "dos_from,procedure,dx1,rendering_npi\n2026-03-02,99213,E11.65,1234567894",
        "dos_from,procedure,dx1,billing_npi\n2026-03-02,99213,E11.65,123456789",
        "dos_from,procedure,dx1,referring_npi\n2026-03-02,99213,E11.65,3234567893",
    ],
    passes: &[
        "dos_from,procedure,dx1,rendering_npi,billing_npi,referring_npi\n2026-03-02,99213,E11.65,1234567893,1245319599,",
    ],
    when: Facts::FAULT,
    check: Check::Claim(invalid_npi),
};

fn invalid_npi(case: &Case<'_>, out: &mut Findings) {
    for fault in case.claim.faults_of(Topic::Npi) {
        out.on_fault(fault, fault.message());
    }
}

static PRV002: Rule = Rule {
    id: "PRV002",
    name: "malformed-taxonomy",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a provider taxonomy code does not have the shape of one",
    why: "Taxonomy codes are ten letters and digits; all that are assigned end in X. Payers that match claims by taxonomy do not find the provider.",
    fix: "use the code under which the provider is enrolled",
    citation: Citation {
        title: "NUCC Health Care Provider Taxonomy code set",
        section: "Code structure",
        url: "https://taxonomy.nucc.org/",
    },
    carc: &[16],
    needs: &[],
    reads: &[Field::Taxonomy],
    fails: &[
        "dos_from,procedure,dx1,taxonomy\n2026-03-02,99213,E11.65,207Q00000",
        "dos_from,procedure,dx1,taxonomy\n2026-03-02,99213,E11.65,207Q000000",
    ],
    passes: &[
        "dos_from,procedure,dx1,taxonomy\n2026-03-02,99213,E11.65,207q00000x",
        "dos_from,procedure,dx1,taxonomy\n2026-03-02,99213,E11.65,",
    ],
    when: Facts::FAULT,
    check: Check::Claim(malformed_taxonomy),
};

fn malformed_taxonomy(case: &Case<'_>, out: &mut Findings) {
    for fault in case.claim.faults_of(Topic::Taxonomy) {
        out.on_fault(fault, fault.message());
    }
}

static PRV003: Rule = Rule {
    id: "PRV003",
    name: "missing-rendering-npi",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a professional line does not say who rendered the service",
    why: "Item 24J names the provider who rendered the service, where another one bills. Laboratories, suppliers and providers who bill for \
          themselves leave it blank: a claim that names only who bills, on none of its lines who rendered, gets no more than a hint.",
    fix: "add the NPI of the person who rendered the service",
    citation: manual_26("10.4, item 24J"),
    carc: &[16, 206],
    needs: &[],
    reads: &[Field::RenderingNpi],
    fails: &[
        "dos_from,procedure,dx1,rendering_npi\n2026-03-02,99213,E11.65,",
        "dos_from,procedure,dx1,rendering_npi,billing_npi\n2026-03-02,99213,E11.65,1234567893,1245319599\n2026-03-02,36415,E11.65,,1245319599",
    ],
    passes: &[
        "dos_from,procedure,dx1,rendering_npi\n2026-03-02,99213,E11.65,1234567893",
        "dos_from,procedure,dx1,rendering_npi\n2026-03-02,99213,E11.65,1234567894",
        "claim_type,bill_type,dos_from,revenue_code,procedure,dx1,rendering_npi\nI,131,2026-03-02,0450,99283,R07.9,",
    ],
    when: Facts::UNRENDERED,
    check: Check::Claim(missing_rendering_npi),
};

fn missing_rendering_npi(case: &Case<'_>, out: &mut Findings) {
    let claim = case.claim;
    if claim.kind != Kind::Professional {
        return;
    }
    let named = claim.lines.iter().any(|l| l.rendering_npi.is_some());
    let bills_alone = !named && claim.billing_npi.is_some();
    for (at, line) in claim.lines.iter().enumerate() {
        if line.rendering_npi.is_none() && !claim.is_unreadable(at, Field::RenderingNpi) {
            let finding = out.on_line(at, Field::RenderingNpi, "the line has no rendering provider");
            if bills_alone {
                finding.severity(Severity::Info);
            }
        }
    }
}
