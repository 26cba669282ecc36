//! `AMT`: units and charges are there, are amounts, and add up.

use super::sources::{manual_26, nucc, x12_837p};
use crate::claim::{Field, Kind, Line, Topic};
use crate::code::{Procedure, ProcedureKind};
use crate::resolve::{Case, Facts};
use crate::rule::{Check, Citation, Findings, Rule, Severity, Status};
use crate::{Cents, Units};

pub(super) static RULES: &[&Rule] =
    &[&AMT001, &AMT002, &AMT003, &AMT004, &AMT005, &AMT006, &AMT007, &AMT008, &AMT009];

const CHARGE: Citation = nucc("item number 24F, charges: negative amounts are not allowed");
const TOTAL: Citation = nucc("item number 28, total charge: the total of all charges in 24F");
const UNITS: Citation = manual_26("10.4, item 24G");

static AMT001: Rule = Rule {
    id: "AMT001",
    name: "unreadable-amount",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "units or a charge are not a number",
    why: "Units and charges are numbers with a decimal point: money with at most two digits after it, units with at most three.",
    fix: "write the amount as in 1234.50",
    citation: x12_837p("loop 2400, SV102 and SV104; loop 2300, CLM02"),
    carc: &[16],
    needs: &[],
    reads: &[],
    fails: &[
        "dos_from,procedure,dx1,units\n2026-03-02,99213,E11.65,one",
        "dos_from,procedure,dx1,charge\n2026-03-02,99213,E11.65,100.005",
        "dos_from,procedure,dx1,total_charge\n2026-03-02,99213,E11.65,1e3",
    ],
    passes: &[
        "dos_from,procedure,dx1,units,charge,total_charge\n2026-03-02,99213,E11.65,1.0,$100.00,\"1,000\"",
        "dos_from,procedure,dx1,units,charge,total_charge\n2026-03-02,99213,E11.65,,,",
    ],
    when: Facts::FAULT,
    check: Check::Claim(unreadable_amount),
};

fn unreadable_amount(case: &Case<'_>, out: &mut Findings) {
    for fault in case.claim.faults_of(Topic::Amount) {
        out.on_fault(fault, fault.message());
    }
}

static AMT002: Rule = Rule {
    id: "AMT002",
    name: "negative-charge",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a line's charge is below zero",
    why: "Claims have no negative charges: credits and reversals are sent as replacements or voids of the claim. A charge of zero is allowed, as \
          for quality codes.",
    fix: "bill the charge, or void the claim that it was billed on",
    citation: CHARGE,
    carc: &[16],
    needs: &[],
    reads: &[Field::Charge],
    fails: &["dos_from,procedure,dx1,charge\n2026-03-02,99213,E11.65,-0.01"],
    passes: &["dos_from,procedure,dx1,charge\n2026-03-02,3044F,E11.65,0.00"],
    when: Facts::ODD_CHARGE,
    check: Check::Line(negative_charge),
};

fn negative_charge(case: &Case<'_>, at: usize, out: &mut Findings) {
    if let Some(charge) = case.claim.lines[at].charge
        && charge < Cents(0)
    {
        out.on_line(at, Field::Charge, format_args!("the charge is negative: {charge}"));
    }
}

static AMT003: Rule = Rule {
    id: "AMT003",
    name: "wrong-total-charge",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "the total charge is not the sum of the line charges",
    why: "A claim whose lines do not add up to its total is rejected. The charge of a line is for all its units, not a price per unit. Judged only \
          if every line has a charge; revenue code 0001 is the total, not a line.",
    fix: "correct the total, or the line that is missing or wrong",
    citation: TOTAL,
    carc: &[16],
    needs: &[],
    reads: &[Field::Charge, Field::TotalCharge],
    fails: &[
        "dos_from,procedure,dx1,charge,total_charge\n2026-03-02,99213,E11.65,100.00,110.01\n2026-03-02,36415,E11.65,10.00,110.01",
        "dos_from,procedure,dx1,units,charge,total_charge\n2026-03-02,97110,M54.50,3,40.00,120.00",
    ],
    passes: &[
        "dos_from,procedure,dx1,charge,total_charge\n2026-03-02,99213,E11.65,100.00,110.00\n2026-03-02,36415,E11.65,10.00,110.00",
        "dos_from,procedure,dx1,units,charge,total_charge\n2026-03-02,97110,M54.50,3,120.00,120.00",
        "dos_from,procedure,dx1,charge,total_charge\n2026-03-02,99213,E11.65,100.00,110.00\n2026-03-02,36415,E11.65,,110.00",
        "claim_type,bill_type,dos_from,revenue_code,procedure,dx1,charge,total_charge\nI,131,2026-03-02,0450,99283,R07.9,100.00,100.00\nI,131,2026-03-02,0001,,R07.9,100.00,100.00",
    ],
    when: Facts::TOTAL_CHARGE,
    check: Check::Claim(wrong_total_charge),
};

fn wrong_total_charge(case: &Case<'_>, out: &mut Findings) {
    let claim = case.claim;
    let Some(total) = claim.total_charge else { return };
    let (mut sum, mut by_price, mut count) = (0i64, 0i64, 0);
    for line in claim.lines.iter().filter(|l| !is_total(l)) {
        let Some(charge) = line.charge else { return };
        let units = line.units.map_or(1, |u| u.0 / Units::ONE.0);
        sum = sum.saturating_add(charge.0);
        by_price = by_price.saturating_add(charge.0.saturating_mul(units));
        count += 1;
    }
    if count == 0 || sum == total.0 {
        return;
    }
    let lines = if count == 1 { "line charges".to_owned() } else { format!("{count} lines") };
    let finding = out.on_claim(
        Field::TotalCharge,
        format_args!("the total charge is {total}, the {lines} add up to {}", Cents(sum)),
    );
    if by_price == total.0 {
        finding.help("the line charges look like prices per unit: a line's charge is for all its units");
    }
}

fn is_total(line: &Line) -> bool {
    line.revenue.is_some_and(|r| r.is_total())
}

static AMT004: Rule = Rule {
    id: "AMT004",
    name: "negative-total-charge",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "the total charge is below zero",
    why: "Claims have no negative charges: credits and reversals are sent as replacements or voids of the claim.",
    fix: "correct the total, or void the claim that is taken back",
    citation: nucc("item number 28, total charge: negative amounts are not allowed"),
    carc: &[16],
    needs: &[],
    reads: &[Field::TotalCharge],
    fails: &["dos_from,procedure,dx1,total_charge\n2026-03-02,99213,E11.65,-100.00"],
    passes: &["dos_from,procedure,dx1,total_charge\n2026-03-02,3044F,E11.65,0"],
    when: Facts::TOTAL_CHARGE,
    check: Check::Claim(negative_total_charge),
};

fn negative_total_charge(case: &Case<'_>, out: &mut Findings) {
    if let Some(total) = case.claim.total_charge
        && total < Cents(0)
    {
        out.on_claim(Field::TotalCharge, format_args!("the total charge is negative: {total}"));
    }
}

static AMT005: Rule = Rule {
    id: "AMT005",
    name: "units-not-positive",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a line has zero or negative units",
    why: "A service that was rendered has a count above zero. On institutional claims, lines without a procedure code may have none.",
    fix: "report how often the service was rendered",
    citation: x12_837p("loop 2400, SV104, service unit count"),
    carc: &[16],
    needs: &[],
    reads: &[Field::Units],
    fails: &[
        "dos_from,procedure,dx1,units\n2026-03-02,99213,E11.65,0",
        "dos_from,procedure,dx1,units\n2026-03-02,99213,E11.65,-1",
    ],
    passes: &[
        "dos_from,procedure,dx1,units\n2026-03-02,A0425,I46.9,0.1",
        "claim_type,bill_type,dos_from,revenue_code,procedure,dx1,units\nI,131,2026-03-02,0250,,R07.9,0",
    ],
    when: Facts::ODD_UNITS,
    check: Check::Line(units_not_positive),
};

fn units_not_positive(case: &Case<'_>, at: usize, out: &mut Findings) {
    let line = &case.claim.lines[at];
    let Some(units) = line.units else { return };
    let uncounted = case.claim.kind == Kind::Institutional && line.procedure.is_none();
    if units < Units(0) || (units == Units(0) && !uncounted) {
        out.on_line(at, Field::Units, format_args!("{units} units, expected more than 0"));
    }
}

static AMT006: Rule = Rule {
    id: "AMT006",
    name: "fractional-units",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a service that is counted in whole units has a fraction of one",
    why: "CPT services and G codes are counted. Fractions belong to anesthesia time, ambulance miles (to a tenth), oxygen, drugs and supplies; \
          Medicare wants drugs rounded up to whole units too, other payers do not, so that they are left alone here.",
    fix: "report the number of times, or of whole time units, that the service was rendered",
    citation: UNITS,
    carc: &[16],
    needs: &[],
    reads: &[Field::Units, Field::Procedure],
    fails: &[
        "dos_from,procedure,dx1,units\n2026-03-02,97110,M54.50,2.5",
        "dos_from,procedure,dx1,units\n2026-03-02,G0283,M54.50,0.5",
    ],
    passes: &[
        "dos_from,procedure,dx1,units\n2026-03-02,97110,M54.50,2.000",
        "dos_from,procedure,dx1,units\n2026-03-02,01967,O80,12.5",
        "dos_from,procedure,dx1,units\n2026-03-02,A0425,I46.9,12.3",
        "dos_from,procedure,dx1,units\n2026-03-02,J1745,K50.00,2.5",
    ],
    when: Facts::ODD_UNITS,
    check: Check::Line(fractional_units),
};

fn fractional_units(case: &Case<'_>, at: usize, out: &mut Findings) {
    let line = &case.claim.lines[at];
    if let (Some(units), Some(code)) = (line.units, line.code())
        && !units.is_whole()
        && is_counted(code)
    {
        out.on_line(
            at,
            Field::Units,
            format_args!("{units} units of {code}, which is counted in whole units"),
        )
        .code(code);
    }
}

/// Is it a service of which there is no half: neither time of anesthesia nor miles, drugs or supplies?
fn is_counted(code: Procedure) -> bool {
    match code.kind() {
        ProcedureKind::CategoryOne => !code.category_one_number().is_some_and(|n| (100..=1999).contains(&n)),
        ProcedureKind::LevelTwo => code.text().starts_with('G'),
        _ => true,
    }
}

static AMT007: Rule = Rule {
    id: "AMT007",
    name: "excessive-units",
    severity: Severity::Error,
    status: Status::Preview,
    summary: "a line has more than 9999.9 units",
    why: "Medicare's carrier system holds four digits and one after the point; more units are split over lines (chapter 17, section 70). Preview: \
          the size of the field was not found in a primary source.",
    fix: "split the units over several lines",
    citation: Citation {
        title: "Medicare Claims Processing Manual (Pub. 100-04), chapter 17",
        section: "70, Claims processing requirements: units that exceed the size of the field",
        url: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c17.pdf",
    },
    carc: &[16],
    needs: &[],
    reads: &[Field::Units],
    fails: &["dos_from,procedure,dx1,units\n2026-03-02,J7192,D66,10000"],
    passes: &["dos_from,procedure,dx1,units\n2026-03-02,J7192,D66,9999.9"],
    when: Facts::ODD_UNITS,
    check: Check::Line(excessive_units),
};

fn excessive_units(case: &Case<'_>, at: usize, out: &mut Findings) {
    const MOST: Units = Units(9_999_900);
    if let Some(units) = case.claim.lines[at].units
        && units > MOST
    {
        out.on_line(at, Field::Units, format_args!("{units} units, a line holds {MOST}"));
    }
}

static AMT008: Rule = Rule {
    id: "AMT008",
    name: "missing-units",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a professional line has no units",
    why: "Item 24G is required. Medicare takes a missing count for 1 unit, which is wrong for whatever was rendered more often; other payers \
          return the claim.",
    fix: "report how often the service was rendered, 1 if once",
    citation: UNITS,
    carc: &[16],
    needs: &[],
    reads: &[Field::Units],
    fails: &["dos_from,procedure,dx1,units\n2026-03-02,99213,E11.65,"],
    passes: &[
        "dos_from,procedure,dx1,units\n2026-03-02,99213,E11.65,1",
        "dos_from,procedure,dx1,units\n2026-03-02,99213,E11.65,one",
        "claim_type,bill_type,dos_from,revenue_code,procedure,dx1,units\nI,131,2026-03-02,0250,,R07.9,",
    ],
    when: Facts::ODD_UNITS,
    check: Check::Line(missing_units),
};

fn missing_units(case: &Case<'_>, at: usize, out: &mut Findings) {
    let claim = case.claim;
    let missing = claim.kind == Kind::Professional && claim.lines[at].units.is_none();
    if missing && !claim.is_unreadable(at, Field::Units) {
        out.on_line(at, Field::Units, "the line has no units");
    }
}

static AMT009: Rule = Rule {
    id: "AMT009",
    name: "missing-charge",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a professional line has no charge",
    why: "Item 24F is required, also where nothing is charged: then it is zero.",
    fix: "add the charge for all units of the line, 0.00 if nothing is charged",
    citation: manual_26("10.4, item 24F"),
    carc: &[16],
    needs: &[],
    reads: &[Field::Charge],
    fails: &["dos_from,procedure,dx1,charge\n2026-03-02,99213,E11.65,"],
    passes: &[
        "dos_from,procedure,dx1,charge\n2026-03-02,3044F,E11.65,0",
        "dos_from,procedure,dx1,charge\n2026-03-02,99213,E11.65,free",
        "claim_type,bill_type,dos_from,revenue_code,procedure,dx1,charge\nI,131,2026-03-02,0250,,R07.9,",
    ],
    when: Facts::ODD_CHARGE,
    check: Check::Line(missing_charge),
};

fn missing_charge(case: &Case<'_>, at: usize, out: &mut Findings) {
    let claim = case.claim;
    let missing = claim.kind == Kind::Professional && claim.lines[at].charge.is_none();
    if missing && !claim.is_unreadable(at, Field::Charge) {
        out.on_line(at, Field::Charge, "the line has no charge");
    }
}
