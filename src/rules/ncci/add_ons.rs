//! Add-on codes: procedures that are paid only beside a primary one, by NCCI's list or by the fee schedule's global days.

use crate::Date;
use crate::claim::Field;
use crate::code::Procedure;
use crate::resolve::{Case, Facts, Why};
use crate::rule::{Check, Citation, Findings, Rule, Severity, Status};
use crate::table::{AddOnTable, AddOnType, Global, Rank, TableKind};

const EDITS: Citation = Citation {
    title: "Medicare NCCI add-on code edits; NCCI Policy Manual",
    section: "Chapter I, R, Add-on codes",
    url: "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-add-code-edits",
};

/// Prolonged critical care: another physician of the group may have reported the first hour.
const CRITICAL_CARE: Procedure = Procedure::constant(b"99292");

pub(super) static NCC010: Rule = Rule {
    id: "NCC010",
    name: "add-on-without-primary",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "an add-on code of type 1 stands without any of its primary procedures on that day",
    why: "An add-on code is paid only if one of its primary procedures is paid to the same practitioner for the same day. For type 1 CMS lists \
          all primaries. Critical care (99292) is only a warning: a physician of the same group and specialty may have reported the first hour.",
    fix: "report the primary procedure that was done, or drop the add-on code",
    citation: EDITS,
    carc: &[107],
    needs: &[TableKind::AddOns],
    reads: &[Field::Procedure, Field::DosFrom],
    fails: &[
        "line,dos_from,procedure,dx1\n1,2024-03-02,00021,E11.65",
        "line,dos_from,procedure,dx1\n1,2024-03-02,00021,E11.65\n2,2024-03-03,00020,E11.65",
    ],
    passes: &[
        "line,dos_from,procedure,dx1\n1,2024-03-02,00021,E11.65\n2,2024-03-02,00020,E11.65",
        "line,dos_from,procedure,dx1\n1,2024-03-02,00020,E11.65",
    ],
    when: Facts::ADD_ON,
    check: Check::Line(listed),
};

fn listed(case: &Case<'_>, at: usize, out: &mut Findings) {
    without_primary(case, at, AddOnType::Listed, out);
}

pub(super) static NCC011: Rule = Rule {
    id: "NCC011",
    name: "add-on-without-listed-primary",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "an add-on code of type 3 stands without any of its listed primary procedures on that day",
    why: "An add-on code is paid only beside a primary procedure. For type 3 CMS lists some primaries, and each contractor may accept more.",
    fix: "report the primary procedure that was done, or ask the contractor whether it accepts the one reported",
    citation: EDITS,
    carc: &[107],
    needs: &[TableKind::AddOns],
    reads: &[Field::Procedure, Field::DosFrom],
    fails: &["line,dos_from,procedure,dx1\n1,2024-03-02,00023,E11.65\n2,2024-03-02,00010,E11.65"],
    passes: &["line,dos_from,procedure,dx1\n1,2024-03-02,00023,E11.65\n2,2024-03-02,00020,E11.65"],
    when: Facts::ADD_ON,
    check: Check::Line(listed_or_more),
};

fn listed_or_more(case: &Case<'_>, at: usize, out: &mut Findings) {
    without_primary(case, at, AddOnType::Both, out);
}

pub(super) static NCC012: Rule = Rule {
    id: "NCC012",
    name: "add-on-alone",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "an add-on code of type 2 is the only procedure of that day",
    why: "An add-on code is paid only beside a primary procedure. For type 2 the contractor says which; without any other procedure there is none.",
    fix: "report the primary procedure that was done, or drop the add-on code",
    citation: EDITS,
    carc: &[107],
    needs: &[TableKind::AddOns],
    reads: &[Field::Procedure, Field::DosFrom],
    fails: &["line,dos_from,procedure,dx1\n1,2024-03-02,00022,E11.65"],
    passes: &["line,dos_from,procedure,dx1\n1,2024-03-02,00022,E11.65\n2,2024-03-02,00010,E11.65"],
    when: Facts::ADD_ON,
    check: Check::Line(alone),
};

fn alone(case: &Case<'_>, at: usize, out: &mut Findings) {
    without_primary(case, at, AddOnType::Contractor, out);
}

/// The type of an add-on code on a day, by its rows in force: contractors may add to what is listed as soon as one row says so.
pub(crate) fn type_on(table: &AddOnTable, rank: Rank, day: Date) -> Option<AddOnType> {
    table.rows(rank).filter(|r| r.window.contains(day)).map(|r| r.kind).reduce(|a, b| match (a, b) {
        (a, b) if a == b => a,
        _ => AddOnType::Both,
    })
}

fn without_primary(case: &Case<'_>, at: usize, wanted: AddOnType, out: &mut Findings) {
    let (Some(table), Some(_)) = (&case.tables.add_ons, case.setting) else { return };
    let line = &case.lines[at];
    let (Some(code), Some(rank)) = (line.code, line.rank) else { return };
    if table.rows(rank).next().is_none() {
        return;
    }
    let description = table.description();
    let Some(day) = line.day else { return out.not_evaluated(Why::NoDate) };
    if day < description.from {
        return out.not_evaluated(Why::BeforeTable(TableKind::AddOns));
    }
    if type_on(table, rank, day) != Some(wanted) {
        return;
    }
    let others = || {
        let other = move |&i: &usize| i != at && case.lines[i].day == line.day && case.same_provider(i, at);
        (0..case.lines.len()).filter(other)
    };
    let rows = || table.rows(rank).filter(move |r| r.window.contains(day));
    let found = match wanted {
        AddOnType::Contractor => others().any(|i| case.lines[i].code.is_some_and(|c| c != code)),
        _ => rows().any(|row| row.primary.is_some() && others().any(|i| case.lines[i].rank == row.primary)),
    };
    if found {
        return;
    }
    let procedures = case.tables.procedures.as_ref();
    let primaries: Vec<String> =
        rows().filter_map(|row| Some(procedures?.code(row.primary?)?.to_string())).collect();
    let says = match wanted {
        AddOnType::Listed => "all of whose primary procedures CMS lists",
        AddOnType::Both => "some of whose primary procedures CMS lists, the contractor others",
        AddOnType::Contractor => "whose primary procedures the contractor defines",
    };
    let lacks =
        if wanted == AddOnType::Contractor { "no other procedure" } else { "none of its primary procedures" };
    let kind = wanted.digit();
    let edition = &description.edition;
    let mut message = format!(
        "{code} is an add-on code of type {kind}, {says}, and there is {lacks} on {day}, edition {edition}"
    );
    let mut notes: Vec<String> = rows().map(|row| table.note(&row)).filter(|n| !n.is_empty()).collect();
    notes.dedup();
    if let Some(note) = notes.first().filter(|_| wanted != AddOnType::Contractor) {
        message.push_str(&format!("; CMS notes: {note}"));
    }
    let help = match primaries.as_slice() {
        [] => format!(
            "drop line {}, or report the procedure to which {code} is added",
            case.claim.lines[at].number
        ),
        list => format!(
            "drop line {}, or report the primary procedure if it was done that day: {}",
            case.claim.lines[at].number,
            shortened(list)
        ),
    };
    let finding = out.on_line(at, Field::Procedure, message).code(code).help(help);
    if code == CRITICAL_CARE {
        finding.severity(Severity::Warning);
    }
    if day > description.to {
        finding.stale(TableKind::AddOns);
    }
}

/// Codes, at most ten.
fn shortened(codes: &[String]) -> String {
    const MOST: usize = 10;
    let shown = codes.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    if codes.len() > MOST { format!("{shown} and {} more", codes.len() - MOST) } else { shown }
}

pub(super) static NCC013: Rule = Rule {
    id: "NCC013",
    name: "global-days-of-another-service",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a procedure with global days ZZZ is the only one of that day, and no table of add-on codes was added",
    why: "Global days ZZZ in the fee schedule mark a service that is always added to another one. Which one the fee schedule does not say; \
          NCCI's table of add-on codes does, and takes the place of this rule when it was added.",
    fix: "report the procedure to which this one is added, or drop the line",
    citation: Citation {
        title: "Medicare physician fee schedule, relative value file",
        section: "Field description: global surgery, ZZZ",
        url: "https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files",
    },
    carc: &[107],
    needs: &[TableKind::Fees],
    reads: &[Field::Procedure, Field::DosFrom],
    fails: &["line,dos_from,procedure,dx1\n1,2026-07-02,00034,E11.65"],
    passes: &["line,dos_from,procedure,dx1\n1,2026-07-02,00034,E11.65\n2,2026-07-02,00030,E11.65"],
    when: Facts::ADD_ON,
    check: Check::Line(zzz),
};

fn zzz(case: &Case<'_>, at: usize, out: &mut Findings) {
    let (None, Some(table), Some(_)) = (&case.tables.add_ons, &case.tables.fees, case.setting) else {
        return;
    };
    let line = &case.lines[at];
    let (Some(code), Some(rank), Some(day)) = (line.code, line.rank, line.day) else { return };
    let Some(edition) = table.edition(day) else {
        return out.not_evaluated(Why::BeforeTable(TableKind::Fees));
    };
    if table.indicators(edition, rank).is_none_or(|i| i.global != Global::AddOn) {
        return;
    }
    let other =
        |i: usize| i != at && case.lines[i].day == line.day && case.lines[i].code.is_some_and(|c| c != code);
    if !(0..case.lines.len()).any(other) {
        let message =
            format!("{code} has global days ZZZ, is added to another service, and stands alone on {day}");
        let finding = out.on_line(at, Field::Procedure, message).code(code);
        if edition.stale {
            finding.stale(TableKind::Fees);
        }
    }
}
