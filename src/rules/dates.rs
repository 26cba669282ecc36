//! `DTE`: dates follow one another as they must, and the claim is in time.

use super::sources::{manual_1, manual_25, manual_26, x12_837p};
use crate::Date;
use crate::claim::{Claim, Field, Kind, Topic};
use crate::resolve::{Case, Facts, Why};
use crate::rule::{Check, Citation, Findings, Rule, Severity, Status};

pub(super) static RULES: &[&Rule] =
    &[&DTE001, &DTE002, &DTE003, &DTE004, &DTE005, &DTE006, &DTE007, &DTE008, &DTE009, &DTE010];

const ITEM_24A: Citation = manual_26("10.4, item 24A");
const FL_6: Citation = manual_25("75.1, form locator 6, statement covers period");
const TIMELY: Citation = manual_1("70, Time limitations for filing Part A and Part B claims");

static DTE001: Rule = Rule {
    id: "DTE001",
    name: "reversed-service-dates",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "the last day of service is before the first",
    why: "A line whose dates run backwards is unprocessable.",
    fix: "correct the dates of service",
    citation: ITEM_24A,
    carc: &[16],
    needs: &[],
    reads: &[Field::DosFrom, Field::DosTo],
    fails: &["dos_from,dos_to,procedure,dx1\n2026-03-02,2026-03-01,99213,E11.65"],
    passes: &[
        "dos_from,dos_to,procedure,dx1\n2026-03-02,2026-03-02,99213,E11.65",
        "dos_from,dos_to,procedure,dx1\n2026-03-02,,99213,E11.65",
    ],
    when: Facts::SPAN,
    check: Check::Line(reversed_service_dates),
};

fn reversed_service_dates(case: &Case<'_>, at: usize, out: &mut Findings) {
    let line = &case.claim.lines[at];
    if let (Some(from), Some(to)) = (line.from, line.to)
        && to < from
    {
        out.on_line(at, Field::DosTo, format_args!("service ends on {to}, before it begins on {from}"));
    }
}

static DTE002: Rule = Rule {
    id: "DTE002",
    name: "future-service-date",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a service or statement date is after the day of the check",
    why: "Services are billed after they were rendered. The day of the check is today, or what --as-of says.",
    fix: "correct the date, or send the claim after the service",
    citation: FL_6,
    carc: &[16, 110],
    needs: &[],
    reads: &[],
    fails: &[
        "dos_from,procedure,dx1\n2026-11-23,99213,E11.65",
        "dos_from,dos_to,procedure,dx1\n2026-11-22,2026-11-23,99213,E11.65",
    ],
    passes: &[
        "dos_from,procedure,dx1\n2026-11-22,99213,E11.65",
        "dos_from,dos_to,procedure,dx1\n2026-11-21,2026-11-22,99213,E11.65",
    ],
    when: Facts::FUTURE,
    check: Check::Claim(future_service_date),
};

fn future_service_date(case: &Case<'_>, out: &mut Findings) {
    let claim = case.claim;
    let Some(today) = case.as_of else { return out.not_evaluated(Why::NoToday) };
    let in_future = |date: Option<Date>| date.filter(|&d| d > today);
    let message = |date: Date| format!("{date} is after the day of the check, {today}");
    for (field, date) in [(Field::StatementFrom, claim.statement.0), (Field::StatementTo, claim.statement.1)]
    {
        if let Some(date) = in_future(date) {
            out.on_claim(field, message(date));
        }
    }
    for (at, line) in claim.lines.iter().enumerate() {
        // One finding a line: if it begins in the future, so it ends.
        if let Some(from) = in_future(line.from) {
            out.on_line(at, Field::DosFrom, message(from));
        } else if let Some(to) = in_future(line.to) {
            out.on_line(at, Field::DosTo, message(to));
        }
    }
}

static DTE003: Rule = Rule {
    id: "DTE003",
    name: "service-before-birth",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a service is before the patient's birth",
    why: "Either the date of service or the date of birth is wrong; a payer that holds another date of birth finds no such patient.",
    fix: "check the date of service and the patient's date of birth",
    citation: manual_26("10.2, item 3; 10.4, item 24A"),
    carc: &[14, 16],
    needs: &[],
    reads: &[Field::DosFrom, Field::PatientDob],
    fails: &["dos_from,procedure,dx1,patient_dob\n2026-03-01,99460,Z38.00,2026-03-02"],
    passes: &["dos_from,procedure,dx1,patient_dob\n2026-03-02,99460,Z38.00,2026-03-02"],
    when: Facts::BEFORE_BIRTH,
    check: Check::Line(service_before_birth),
};

fn service_before_birth(case: &Case<'_>, at: usize, out: &mut Findings) {
    if let (Some(from), Some(born)) = (case.claim.lines[at].from, case.claim.patient.born)
        && from < born
    {
        out.on_line(at, Field::DosFrom, "the service is before the patient's birth");
    }
}

static DTE004: Rule = Rule {
    id: "DTE004",
    name: "missing-service-date",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a line has no date of service and the claim no statement period",
    why: "Codes, edits and prices are judged by the date of service. Without one the line is unprocessable, and little of it can be checked.",
    fix: "add the date of service",
    citation: ITEM_24A,
    carc: &[16],
    needs: &[],
    reads: &[Field::DosFrom],
    fails: &["dos_from,procedure,dx1\n,99213,E11.65"],
    passes: &[
        "dos_from,procedure,dx1\n2026-03-02,99213,E11.65",
        "dos_from,procedure,dx1\n2026-13-02,99213,E11.65",
        "claim_type,bill_type,statement_from,statement_to,dos_from,revenue_code,dx1\nI,111,2026-03-02,2026-03-04,,0120,I21.4",
    ],
    when: Facts::UNDATED,
    check: Check::Line(missing_service_date),
};

fn missing_service_date(case: &Case<'_>, at: usize, out: &mut Findings) {
    if case.lines[at].day.is_none() && !case.claim.is_unreadable(at, Field::DosFrom) {
        out.on_line(at, Field::DosFrom, "the line has no date of service");
    }
}

static DTE005: Rule = Rule {
    id: "DTE005",
    name: "unreadable-date",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a date cannot be read or does not exist",
    why: "A date that is no day of the calendar, or in a form that no one can tell for certain, makes the claim unprocessable.",
    fix: "write dates as YYYY-MM-DD",
    citation: x12_837p("segment DTP, format D8, CCYYMMDD"),
    carc: &[16],
    needs: &[],
    reads: &[],
    fails: &[
        "dos_from,procedure,dx1\n2026-02-29,99213,E11.65",
        "dos_from,procedure,dx1\nyesterday,99213,E11.65",
        "dos_from,procedure,dx1,received_date\n2026-03-02,99213,E11.65,2026-13-01",
    ],
    passes: &[
        "dos_from,procedure,dx1\n2024-02-29,99213,E11.65",
        "dos_from,procedure,dx1\n3/2/26,99213,E11.65",
    ],
    when: Facts::FAULT,
    check: Check::Claim(unreadable_date),
};

fn unreadable_date(case: &Case<'_>, out: &mut Findings) {
    for fault in case.claim.faults_of(Topic::Date) {
        // Without what stood there: a column mapped wrongly may hold birth dates.
        out.on_fault(fault, format_args!("{} cannot be read: {}", fault.field, fault.reason)).codes.clear();
    }
}

static DTE006: Rule = Rule {
    id: "DTE006",
    name: "outside-statement-period",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a line of an institutional claim is dated outside the statement period",
    why: "Line item dates must lie within the from and through dates of the bill: the outpatient code editor returns the claim (edit 23).",
    fix: "correct the line's date or the statement period, or bill the service on the claim of its period",
    citation: Citation {
        title: "Medicare Integrated Outpatient Code Editor (I/OCE) specifications",
        section: "edit 23, invalid date",
        url: "https://www.cms.gov/medicare/coding-billing/outpatient-code-editor-oce",
    },
    carc: &[16],
    needs: &[],
    reads: &[Field::StatementFrom, Field::StatementTo, Field::DosFrom],
    fails: &[
        "claim_type,bill_type,statement_from,statement_to,dos_from,revenue_code,procedure,dx1\nI,131,2026-03-02,2026-03-04,2026-03-05,0450,99283,R07.9",
        "claim_type,bill_type,statement_from,statement_to,dos_from,revenue_code,procedure,dx1\nI,131,2026-03-02,2026-03-04,2026-03-01,0450,99283,R07.9",
    ],
    passes: &[
        "claim_type,bill_type,statement_from,statement_to,dos_from,revenue_code,procedure,dx1\nI,131,2026-03-02,2026-03-04,2026-03-04,0450,99283,R07.9",
        "claim_type,bill_type,statement_from,statement_to,dos_from,revenue_code,procedure,dx1\nI,131,2026-03-02,2026-03-04,2026-03-02,0450,99283,R07.9",
    ],
    when: Facts::STAY,
    check: Check::Line(outside_statement_period),
};

fn outside_statement_period(case: &Case<'_>, at: usize, out: &mut Findings) {
    let claim = case.claim;
    let (Kind::Institutional, (Some(first), Some(last))) = (claim.kind, claim.statement) else { return };
    if last < first {
        return;
    }
    let line = &claim.lines[at];
    let outside = |date: Option<Date>| date.filter(|&d| d < first || d > last);
    let found = match (outside(line.from), outside(line.to)) {
        (Some(date), _) => (Field::DosFrom, date),
        (None, Some(date)) => (Field::DosTo, date),
        (None, None) => return,
    };
    out.on_line(at, found.0, format_args!("{} is outside the statement period {first} to {last}", found.1));
}

static DTE007: Rule = Rule {
    id: "DTE007",
    name: "reversed-statement-period",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "the statement period ends before it begins",
    why: "The from date of a bill may not be later than its through date.",
    fix: "correct the statement period",
    citation: FL_6,
    carc: &[16],
    needs: &[],
    reads: &[Field::StatementFrom, Field::StatementTo],
    fails: &[
        "claim_type,bill_type,statement_from,statement_to,revenue_code,dx1\nI,111,2026-03-04,2026-03-03,0120,I21.4",
    ],
    passes: &[
        "claim_type,bill_type,statement_from,statement_to,revenue_code,dx1\nI,111,2026-03-04,2026-03-04,0120,I21.4",
    ],
    when: Facts::STAY,
    check: Check::Claim(reversed_statement_period),
};

fn reversed_statement_period(case: &Case<'_>, out: &mut Findings) {
    if let (Some(from), Some(to)) = case.claim.statement
        && to < from
    {
        out.on_claim(
            Field::StatementTo,
            format_args!("the statement period ends on {to}, before it begins on {from}"),
        );
    }
}

static DTE008: Rule = Rule {
    id: "DTE008",
    name: "discharge-before-admission",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "the discharge date is before the admission date",
    why: "A stay that ends before it begins cannot be grouped or priced.",
    fix: "correct the dates of admission and discharge",
    citation: manual_25("75.1, form locator 12, admission date"),
    carc: &[16],
    needs: &[],
    reads: &[Field::Admitted, Field::Discharged],
    fails: &[
        "claim_type,bill_type,admit_date,discharge_date,dos_from,revenue_code,dx1\nI,111,2026-03-04,2026-03-03,2026-03-04,0120,I21.4",
    ],
    passes: &[
        "claim_type,bill_type,admit_date,discharge_date,dos_from,revenue_code,dx1\nI,111,2026-03-04,2026-03-04,2026-03-04,0120,I21.4",
    ],
    when: Facts::STAY,
    check: Check::Claim(discharge_before_admission),
};

fn discharge_before_admission(case: &Case<'_>, out: &mut Findings) {
    let facility = &case.claim.facility;
    if let (Some(admitted), Some(discharged)) = (facility.admitted, facility.discharged)
        && discharged < admitted
    {
        out.on_claim(
            Field::Discharged,
            format_args!("discharge on {discharged}, before the admission on {admitted}"),
        );
    }
}

static DTE009: Rule = Rule {
    id: "DTE009",
    name: "late-filing",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "the claim reached Medicare more than one calendar year after the service",
    why: "Medicare denies claims that it receives later than one calendar year after the service: after the line's first day on professional \
          claims, after the last day of the statement on institutional ones; a service of 29 February ends with 28 February. A last day on a \
          weekend moves to Monday, and on a federal holiday to the next workday: up to three days later the rule only warns. It looks at claims \
          whose payer is Medicare or not stated, and only with a received date: compared with today, every file of last year's claims would be late.",
    fix: "see section 70.7 for the exceptions; otherwise the claim cannot be paid",
    citation: TIMELY,
    carc: &[29],
    needs: &[],
    reads: &[Field::Received, Field::DosFrom],
    fails: &[
        "dos_from,procedure,dx1,received_date\n2024-03-04,99213,E11.65,2025-03-10",
        "dos_from,procedure,dx1,received_date\n2024-02-29,99213,E11.65,2025-03-03",
        "dos_from,procedure,dx1,payer,received_date\n2024-03-05,99213,E11.65,Medicare,2025-03-06",
    ],
    passes: &[
        "dos_from,procedure,dx1,received_date\n2024-03-05,99213,E11.65,2025-03-05",
        "dos_from,procedure,dx1,received_date\n2024-02-29,99213,E11.65,2025-02-28",
        "dos_from,procedure,dx1,received_date\n2024-03-08,99213,E11.65,2025-03-10",
        "dos_from,procedure,dx1,payer,received_date\n2024-03-04,99213,E11.65,Blue Plan,2025-06-10",
        "dos_from,procedure,dx1,received_date\n2024-03-04,99213,E11.65,",
    ],
    when: Facts::RECEIVED,
    check: Check::Claim(late_filing),
};

fn late_filing(case: &Case<'_>, out: &mut Findings) {
    let Some(received) = case.claim.received else { return };
    late(case, received, out, |from, last| {
        format!("received on {received}: the time limit for the service of {from} ended on {last}")
    });
}

static DTE010: Rule = Rule {
    id: "DTE010",
    name: "late-if-sent-today",
    severity: Severity::Warning,
    status: Status::Preview,
    summary: "a claim that Medicare has not received yet is past the time limit on the day of the check",
    why: "The same limit as for late filing, compared with the day of the check instead of a received date. Off unless selected, because it is \
          right only for claims that are still to be sent: select it before sending.",
    fix: "see section 70.7 for the exceptions; otherwise the claim cannot be paid",
    citation: TIMELY,
    carc: &[29],
    needs: &[],
    reads: &[Field::DosFrom],
    fails: &["dos_from,procedure,dx1\n2025-11-20,99213,E11.65"],
    passes: &[
        "dos_from,procedure,dx1\n2025-11-21,99213,E11.65",
        "dos_from,procedure,dx1,received_date\n2025-11-17,99213,E11.65,2025-12-01",
    ],
    when: Facts::ALWAYS,
    check: Check::Claim(late_if_sent_today),
};

fn late_if_sent_today(case: &Case<'_>, out: &mut Findings) {
    if case.claim.received.is_none() {
        let Some(today) = case.as_of else { return out.not_evaluated(Why::NoToday) };
        late(case, today, out, |from, last| {
            format!("the time limit for the service of {from} ended on {last}")
        });
    }
}

/// Finds fault with what is filed on a day after Medicare's time limit.
fn late(case: &Case<'_>, filed: Date, out: &mut Findings, message: impl Fn(Date, Date) -> String) {
    /// The last day may have been a federal holiday, on a Friday at worst.
    const HOLIDAYS: i32 = 3;
    let claim = case.claim;
    if !may_be_medicare(&claim.payer) {
        return;
    }
    let mut judge = |line: Option<usize>, field: Field, service: Date| {
        let last = service.add_years(1).or_monday();
        if filed > last {
            let finding = out.at(line, field, message(service, last));
            if filed <= last.add_days(HOLIDAYS) {
                finding.severity(Severity::Warning);
            }
        }
    };
    if claim.kind == Kind::Institutional {
        if let Some(through) = through(claim) {
            judge(None, Field::StatementTo, through);
        }
        return;
    }
    for (at, line) in claim.lines.iter().enumerate() {
        if let Some(from) = line.from {
            judge(Some(at), Field::DosFrom, from);
        }
    }
}

/// The last day of an institutional bill.
fn through(claim: &Claim) -> Option<Date> {
    claim.statement.1.or_else(|| claim.lines.iter().filter_map(|l| l.to.or(l.from)).max())
}

/// Not another payer's claim. Medicare Advantage plans set their own limits.
fn may_be_medicare(payer: &str) -> bool {
    let payer = payer.trim().as_bytes();
    let names = |word: &[u8]| payer.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
    payer.is_empty() || (names(b"medicare") && !names(b"advantage"))
}
