//! `MUE`: more units than are likely, by NCCI's medically unlikely edits.

use crate::Units;
use crate::claim::{Field, Line};
use crate::resolve::{Case, Facts, Why};
use crate::rule::{Check, Citation, Finding, Findings, Rule, Severity, Status};
use crate::table::{Adjudication, Limit, TableKind};

pub(super) static RULES: &[&Rule] = &[&MUE001, &MUE002, &MUE003, &MUE004];

/// The rule that says for which procedures there is no limit.
pub(super) const UNLISTED: &[&str] = &["MUE001"];

/// Rules that sum up a day, of which other claims may hold more.
pub(super) const ACROSS: &[&str] = &["MUE002", "MUE003"];

const EDITS: Citation = Citation {
    title: "Medicare NCCI medically unlikely edits; NCCI Policy Manual",
    section: "Chapter I, V, Medically unlikely edits",
    url: "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-medically-unlikely-edits",
};

const TABLES: &[TableKind] = &[TableKind::MuePractitioner, TableKind::MueHospital, TableKind::MueSupplier];
const READS: &[Field] = &[Field::Procedure, Field::Units, Field::DosFrom];

static MUE001: Rule = Rule {
    id: "MUE001",
    name: "units-over-line-limit",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a line has more units than its procedure's limit a line",
    why: "A limit with adjudication indicator 1 is held against each line by itself; the whole line is denied. Values belong to a quarter: the \
          edition of the date of service counts. Professional claims go by the practitioner table, or by the supplier table if the taxonomy \
          (332B, 335E, 332H) or the jurisdiction (DME) says so, outpatient facility claims by the hospital table. A code without an entry is \
          not evaluated: CMS keeps some limits to itself.",
    fix: "check the units",
    citation: EDITS,
    carc: &[151],
    needs: TABLES,
    reads: READS,
    fails: &["dos_from,procedure,units,dx1\n2026-03-02,00010,4,E11.65"],
    passes: &[
        "dos_from,procedure,units,dx1\n2026-03-02,00010,3,E11.65",
        "line,dos_from,procedure,units,dx1\n1,2026-03-02,00010,3,E11.65\n2,2026-03-02,00010,3,E11.65",
    ],
    when: Facts::OVER_LIMIT.or(Facts::LIMIT_OPEN).or(Facts::SPAN),
    check: Check::Line(line_limit),
};

fn line_limit(case: &Case<'_>, at: usize, out: &mut Findings) {
    let line = &case.lines[at];
    let Some(limit) = line.limit else { return gap(case, at, out) };
    let claimed = &case.claim.lines[at];
    if days(claimed) > 1 {
        return out.not_evaluated(Why::SeveralDays);
    }
    let Some(units) = claimed.units.filter(|u| over(u.0, limit)) else { return };
    if limit.adjudication() == Adjudication::Line {
        let most = limit.value();
        let help = format!(
            "check the units; those beyond {most} that were necessary go on lines of their own, with the modifier that the documentation supports"
        );
        let what = format!("{units} units of {} on one line", shown(case, at));
        report(case, at, limit, what, help, out);
    }
}

/// Says why a line could not be looked at. That an edition does not list the code is counted where limits are looked up: see
/// [`crate::rules::common_gap`].
#[cold]
fn gap(case: &Case<'_>, at: usize, out: &mut Findings) {
    let (line, Some(setting)) = (&case.lines[at], case.setting) else { return };
    if line.code.is_none() {
        return;
    }
    let kind = TableKind::mue(setting);
    out.not_evaluated(match (case.tables.mue(setting), line.day) {
        (None, _) => Why::NoTable(kind),
        (Some(_), None) => Why::NoDate,
        (Some(table), Some(day)) if table.edition(day).is_none() => Why::BeforeTable(kind),
        _ => return,
    });
}

static MUE002: Rule = Rule {
    id: "MUE002",
    name: "units-over-day-limit",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "the lines of a day have more units of a procedure than its absolute limit a day",
    why: "A limit with adjudication indicator 2 rests on policy: the units of all lines of the day are added up, and no modifier and no \
          documentation lifts it. Lines that name different rendering providers are not added up.",
    fix: "check the units; they cannot exceed the limit",
    citation: EDITS,
    carc: &[151],
    needs: TABLES,
    reads: READS,
    fails: &[
        "dos_from,procedure,units,dx1\n2026-03-02,00011,2,E11.65",
        "line,dos_from,procedure,units,mod1,dx1\n1,2026-03-02,00011,1,,E11.65\n2,2026-03-02,00011,1,59,E11.65",
    ],
    passes: &[
        "dos_from,procedure,units,dx1\n2026-03-02,00011,1,E11.65",
        "line,dos_from,procedure,units,dx1\n1,2026-03-02,00011,1,E11.65\n2,2026-03-03,00011,1,E11.65",
    ],
    when: Facts::OVER_LIMIT.or(Facts::SAME_PROCEDURE),
    check: Check::Line(policy_limit),
};

fn policy_limit(case: &Case<'_>, at: usize, out: &mut Findings) {
    day_limit(case, at, Adjudication::DayPolicy, out);
}

static MUE003: Rule = Rule {
    id: "MUE003",
    name: "units-over-likely-day-limit",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "the lines of a day have more units of a procedure than are likely, though documentation may support them",
    why: "A limit with adjudication indicator 3 rests on clinical benchmarks: the units of all lines of the day are added up and denied beyond \
          it, but may be paid on review if the documentation supports them.",
    fix: "check the units, and keep the documentation at hand",
    citation: EDITS,
    carc: &[151],
    needs: TABLES,
    reads: READS,
    fails: &[
        "dos_from,procedure,units,dx1\n2026-03-02,00012,3,E11.65",
        "line,dos_from,procedure,units,dx1\n1,2026-03-02,00012,2,E11.65\n2,2026-03-02,00012,1,E11.65",
    ],
    passes: &[
        "dos_from,procedure,units,dx1\n2026-03-02,00012,2,E11.65",
        "line,dos_from,procedure,units,dx1\n1,2026-03-02,00012,1,E11.65\n2,2026-03-02,00012,1,E11.65",
    ],
    when: Facts::OVER_LIMIT.or(Facts::SAME_PROCEDURE),
    check: Check::Line(clinical_limit),
};

fn clinical_limit(case: &Case<'_>, at: usize, out: &mut Findings) {
    day_limit(case, at, Adjudication::DayClinical, out);
}

/// Finds fault with the line on which the units of the day first exceed the limit.
fn day_limit(case: &Case<'_>, at: usize, wanted: Adjudication, out: &mut Findings) {
    let line = &case.lines[at];
    let Some(limit) = line.limit.filter(|l| l.adjudication() == wanted) else { return };
    let same = |i: &usize| {
        let other = &case.lines[*i];
        other.rank == line.rank
            && other.day == line.day
            && days(&case.claim.lines[*i]) == 1
            && case.same_provider(*i, at)
    };
    let units = |i: usize| case.claim.lines[i].units.map_or(0, |u| u.0.max(0));
    if !same(&at) || units(at) == 0 {
        return;
    }
    let (mut before, mut lines) = (0i64, 1);
    for i in (0..at).filter(same) {
        before = before.saturating_add(units(i));
        lines += 1;
    }
    let sum = before.saturating_add(units(at));
    if over(before, limit) || !over(sum, limit) {
        return;
    }
    let most = limit.value();
    let what = match lines {
        1 => format!("{} units of {} in a day", Units(sum), shown(case, at)),
        n => format!("{} units of {} on {n} lines of a day", Units(sum), shown(case, at)),
    };
    let help = match wanted {
        Adjudication::DayPolicy => format!("reduce the units of the day to {most}; the limit is absolute"),
        _ => format!("check the units; beyond {most} payers pay on review, if the documentation supports it"),
    };
    report(case, at, limit, what, help, out);
}

static MUE004: Rule = Rule {
    id: "MUE004",
    name: "units-over-limit-per-day-of-span",
    severity: Severity::Warning,
    status: Status::Preview,
    summary: "a line over several days has more units a day than its procedure's limit",
    why: "The units of a line over several days are divided by its days and rounded, and held against the limit. Off unless chosen: how contractors \
          divide could not be verified against a primary source.",
    fix: "check the units, or report each day on a line of its own",
    citation: EDITS,
    carc: &[151],
    needs: TABLES,
    reads: &[Field::Procedure, Field::Units, Field::DosFrom, Field::DosTo],
    fails: &["dos_from,dos_to,procedure,units,dx1\n2026-03-02,2026-03-04,00010,12,E11.65"],
    passes: &["dos_from,dos_to,procedure,units,dx1\n2026-03-02,2026-03-04,00010,9,E11.65"],
    when: Facts::SPAN,
    check: Check::Line(span_limit),
};

fn span_limit(case: &Case<'_>, at: usize, out: &mut Findings) {
    let (line, claimed) = (&case.lines[at], &case.claim.lines[at]);
    let (Some(limit), Some(units), days) = (line.limit, claimed.units, days(claimed)) else { return };
    if days < 2 || units.0 <= 0 {
        return;
    }
    // Rounded to whole units.
    let a_day = (units.0.saturating_mul(2) / days / 1000 + 1) / 2;
    if over(a_day.saturating_mul(1000), limit) {
        let what = format!("{a_day} units of {} a day ({units} over {days} days)", shown(case, at));
        let help = "check the units, or report each day on a line of its own".to_owned();
        report(case, at, limit, what, help, out);
    }
}

/// Days of the line, at least one.
fn days(line: &Line) -> i64 {
    match (line.from, line.to) {
        (Some(from), Some(to)) if to > from => i64::from(from.days_until(to)) + 1,
        _ => 1,
    }
}

/// Are so many thousandths of a unit over the limit?
#[inline]
fn over(thousandths: i64, limit: Limit) -> bool {
    thousandths > i64::from(limit.value()) * 1000
}

fn shown(case: &Case<'_>, at: usize) -> String {
    case.lines[at].code.map_or_else(String::new, |c| c.to_string())
}

fn report<'o>(
    case: &Case<'_>,
    at: usize,
    limit: Limit,
    what: String,
    help: String,
    out: &'o mut Findings,
) -> Option<&'o mut Finding> {
    let (setting, line) = (case.setting?, &case.lines[at]);
    let (table, kind) = (case.tables.mue(setting)?, TableKind::mue(setting));
    let (code, day) = (line.code?, line.day?);
    let edition = table.edition(day)?;
    let label = quarter(table.window(edition).from);
    let message = format!(
        "{what}, limit {}: {} table, indicator {}, {}, edition {label}",
        limit.value(),
        setting.name(),
        limit.adjudication().digit(),
        rationale(&table.rationale(limit))
    );
    let finding = out.on_line(at, Field::Units, message).code(code).help(help);
    finding.edition = Some(label);
    if edition.stale {
        finding.stale(kind);
    }
    Some(finding)
}

fn rationale(text: &str) -> String {
    if text.is_empty() { "no rationale given".to_owned() } else { format!("rationale {text}") }
}

/// "2026 Q3".
fn quarter(day: crate::Date) -> String {
    format!("{} Q{}", day.year(), (day.month() - 1) / 3 + 1)
}
