//! `MOD`, from 101: modifiers against the fee schedule's indicators, which say for which procedures they make sense.

use crate::claim::{Field, Kind};
use crate::code::Modifier;
use crate::resolve::{Case, Facts, Why};
use crate::rule::{Check, Citation, Findings, Rule, Severity, Status};
use crate::table::{Edition, FeeTable, Indicators, Rank, TableKind};

const FEES: Citation = Citation {
    title: "Medicare physician fee schedule, relative value file; Claims Processing Manual, chapter 12",
    section: "Field descriptions: PC/TC, bilateral surgery, assistant at surgery, co-surgeons, team surgery; 40.7, 40.8",
    url: "https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files",
};

const READS: &[Field] = &[Field::Procedure, Field::DosFrom, Field::Modifier(1)];

const fn m(text: &[u8; 2]) -> Modifier {
    Modifier::constant(text)
}

/// A line that has one of the modifiers, with what the release of its day says of its procedure. What cannot be said is counted.
fn look_up<'a>(
    case: &'a Case<'_>,
    at: usize,
    wanted: &[Modifier],
    out: &mut Findings,
) -> Option<(Modifier, &'a FeeTable, Edition, Rank, Indicators)> {
    let modifiers = &case.claim.lines[at].modifiers;
    if modifiers.is_empty() || case.claim.kind != Kind::Professional {
        return None;
    }
    let modifier = modifiers.iter().find(|m| wanted.contains(m))?;
    let (line, table) = (&case.lines[at], case.tables.fees.as_ref()?);
    line.code?;
    let Some(day) = line.day else {
        out.not_evaluated(Why::NoDate);
        return None;
    };
    let Some(edition) = table.edition(day) else {
        out.not_evaluated(Why::BeforeTable(TableKind::Fees));
        return None;
    };
    let found = line.rank.and_then(|rank| Some((rank, table.indicators(edition, rank)?)));
    let Some((rank, indicators)) = found else {
        out.not_evaluated(Why::NotListed(TableKind::Fees));
        return None;
    };
    // A line with 26 or TC is judged by the row of that component, where it says something else.
    let component = modifiers.iter().find_map(|m| table.component(edition, rank, m));
    Some((modifier, table, edition, rank, component.unwrap_or(indicators)))
}

fn field_of(case: &Case<'_>, at: usize, modifier: Modifier) -> Field {
    let place = case.claim.lines[at].modifiers.iter().position(|m| m == modifier).unwrap_or(0);
    Field::Modifier(place as u8 + 1)
}

/// Reports a modifier that an indicator does not let be.
fn report(
    case: &Case<'_>,
    at: usize,
    modifier: Modifier,
    edition: (&FeeTable, Edition),
    (what, severity): (&str, Severity),
    out: &mut Findings,
) {
    let Some(code) = case.lines[at].code else { return };
    let (table, edition) = edition;
    let release = table.window(edition).from;
    let message = format!("modifier {modifier} on {code}: {what}, fee schedule of {release}");
    let finding = out.on_line(at, field_of(case, at, modifier), message).code(code).code(modifier);
    finding.severity(severity);
    finding.edition = Some(format!("release of {release}"));
    if edition.stale {
        finding.stale(TableKind::Fees);
    }
}

pub(super) static MOD101: Rule = Rule {
    id: "MOD101",
    name: "bilateral-modifier-not-applicable",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "modifier 50 stands on a procedure that cannot be billed as bilateral",
    why: "The fee schedule's bilateral indicator says whether a procedure done on both sides is paid more: 0 no, 2 it is priced for both sides \
          already, 9 the concept does not apply. Modifier 50 belongs to indicators 1 and 3.",
    fix: "drop modifier 50",
    citation: FEES,
    carc: &[4],
    needs: &[TableKind::Fees],
    reads: READS,
    fails: &[
        "dos_from,procedure,mod1,dx1\n2026-07-02,00030,50,E11.65",
        "dos_from,procedure,mod1,dx1\n2026-07-02,00032,50,E11.65",
    ],
    passes: &["dos_from,procedure,mod1,dx1\n2026-07-02,00031,50,E11.65"],
    when: Facts::BOTH_SIDES,
    check: Check::Line(bilateral),
};

fn bilateral(case: &Case<'_>, at: usize, out: &mut Findings) {
    let Some((modifier, table, edition, _, of)) = look_up(case, at, &[m(b"50")], out) else { return };
    let what = match of.bilateral {
        0 => "bilateral indicator 0, not paid more for both sides",
        2 => "bilateral indicator 2, priced for both sides already",
        9 => "bilateral indicator 9, the concept does not apply",
        _ => return,
    };
    report(case, at, modifier, (table, edition), (what, Severity::Error), out);
}

pub(super) static MOD102: Rule = Rule {
    id: "MOD102",
    name: "both-sides-on-two-lines",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "RT and LT stand on two lines of a procedure that is not paid more for both sides",
    why: "RT on one line and LT on another are the same as modifier 50. With bilateral indicator 0 or 2 both sides together are paid as one.",
    fix: "report the procedure on one line",
    citation: FEES,
    carc: &[4, 97],
    needs: &[TableKind::Fees],
    reads: READS,
    fails: &["line,dos_from,procedure,mod1,dx1\n1,2026-07-02,00032,RT,E11.65\n2,2026-07-02,00032,LT,E11.65"],
    passes: &[
        "line,dos_from,procedure,mod1,dx1\n1,2026-07-02,00031,RT,E11.65\n2,2026-07-02,00031,LT,E11.65",
        "line,dos_from,procedure,mod1,dx1\n1,2026-07-02,00032,RT,E11.65\n2,2026-07-03,00032,LT,E11.65",
    ],
    when: Facts::ONE_SIDE,
    check: Check::Line(two_sides),
};

fn two_sides(case: &Case<'_>, at: usize, out: &mut Findings) {
    let sides = [m(b"LT"), m(b"RT")];
    let Some(side) = case.claim.lines[at].modifiers.iter().find(|m| sides.contains(m)) else { return };
    let other = if side == sides[0] { sides[1] } else { sides[0] };
    let line = &case.lines[at];
    let before = (0..at).find(|&i| {
        let l = &case.lines[i];
        l.code == line.code
            && l.day == line.day
            && case.claim.lines[i].modifiers.has(other)
            && case.same_provider(i, at)
    });
    let Some(before) = before else { return };
    let Some((modifier, table, edition, _, of)) = look_up(case, at, &sides, out) else { return };
    let what = match of.bilateral {
        0 => "not paid more for both sides",
        2 => "priced for both sides already",
        _ => return,
    };
    let first = case.claim.lines[before].number;
    let what =
        format!("{other} is on line {first}, and with bilateral indicator {} it is {what}", of.bilateral);
    report(case, at, modifier, (table, edition), (&what, Severity::Warning), out);
}

pub(super) static MOD103: Rule = Rule {
    id: "MOD103",
    name: "component-modifier-not-applicable",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "modifier 26 or TC stands on a procedure that has no professional and technical component",
    why: "26 and TC split a diagnostic service in two; the fee schedule's PC/TC indicator 1 marks the procedures that can be split. On others \
          they are denied. A procedure for which the file has a row with the modifier may have it, whatever its indicator.",
    fix: "drop the modifier, or report the code of the component",
    citation: FEES,
    carc: &[4],
    needs: &[TableKind::Fees],
    reads: READS,
    fails: &[
        "dos_from,procedure,mod1,dx1\n2026-07-02,00030,26,E11.65",
        "dos_from,procedure,mod1,dx1\n2026-07-02,00031,TC,E11.65",
    ],
    passes: &["dos_from,procedure,mod1,dx1\n2026-07-02,00033,26,E11.65"],
    when: Facts::COMPONENT,
    check: Check::Line(component),
};

fn component(case: &Case<'_>, at: usize, out: &mut Findings) {
    let Some((modifier, table, edition, rank, of)) = look_up(case, at, &[m(b"26"), m(b"TC")], out) else {
        return;
    };
    if of.components == 1 || table.component(edition, rank, modifier).is_some() {
        return;
    }
    let what = match of.components {
        0 => "a physician service",
        2 => "the professional component only",
        3 => "the technical component only",
        4 => "a global test only",
        5 => "incident to a physician's service",
        6 => "a laboratory interpretation",
        7 => "a therapy service",
        8 => "a physician's interpretation",
        _ => "the concept does not apply",
    };
    let what = format!("PC/TC indicator {}, {what}", of.components);
    report(case, at, modifier, (table, edition), (&what, Severity::Error), out);
}

pub(super) static MOD104: Rule = Rule {
    id: "MOD104",
    name: "assistant-not-paid",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "an assistant at surgery is billed for a procedure that is paid none",
    why: "The fee schedule says for which procedures an assistant (80, 81, 82, AS) is paid: 1 never by law, 9 the concept does not apply, 0 only \
          with documentation that shows the need, which is a warning here, 2 yes.",
    fix: "drop the line of the assistant",
    citation: FEES,
    carc: &[54],
    needs: &[TableKind::Fees],
    reads: READS,
    fails: &[
        "dos_from,procedure,mod1,dx1\n2026-07-02,00030,80,E11.65",
        "dos_from,procedure,mod1,dx1\n2026-07-02,00031,AS,E11.65",
    ],
    passes: &["dos_from,procedure,mod1,dx1\n2026-07-02,00032,80,E11.65"],
    when: Facts::SURGEONS,
    check: Check::Line(assistant),
};

fn assistant(case: &Case<'_>, at: usize, out: &mut Findings) {
    let wanted = [m(b"80"), m(b"81"), m(b"82"), m(b"AS")];
    let Some((modifier, table, edition, _, of)) = look_up(case, at, &wanted, out) else { return };
    let what = match of.assistant {
        0 => ("assistant indicator 0, paid only with documentation that shows the need", Severity::Warning),
        1 => ("assistant indicator 1, never paid by law", Severity::Error),
        9 => ("assistant indicator 9, the concept does not apply", Severity::Error),
        _ => return,
    };
    report(case, at, modifier, (table, edition), what, out);
}

pub(super) static MOD105: Rule = Rule {
    id: "MOD105",
    name: "co-surgeons-not-paid",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "co-surgeons are billed for a procedure that is not paid to two",
    why: "The fee schedule says for which procedures two surgeons (62) are paid: 0 never, 9 the concept does not apply, 1 with documentation, 2 yes.",
    fix: "drop modifier 62",
    citation: FEES,
    carc: &[54],
    needs: &[TableKind::Fees],
    reads: READS,
    fails: &["dos_from,procedure,mod1,dx1\n2026-07-02,00030,62,E11.65"],
    passes: &["dos_from,procedure,mod1,dx1\n2026-07-02,00032,62,E11.65"],
    when: Facts::SURGEONS,
    check: Check::Line(co_surgeons),
};

fn co_surgeons(case: &Case<'_>, at: usize, out: &mut Findings) {
    let Some((modifier, table, edition, _, of)) = look_up(case, at, &[m(b"62")], out) else { return };
    let what = match of.co_surgeons {
        0 => "co-surgeon indicator 0, never paid to two surgeons",
        9 => "co-surgeon indicator 9, the concept does not apply",
        _ => return,
    };
    report(case, at, modifier, (table, edition), (what, Severity::Error), out);
}

pub(super) static MOD106: Rule = Rule {
    id: "MOD106",
    name: "team-not-paid",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a surgical team is billed for a procedure that is not paid to one",
    why: "The fee schedule says for which procedures a team (66) is paid: 0 never, 9 the concept does not apply, 1 with documentation, 2 yes.",
    fix: "drop modifier 66",
    citation: FEES,
    carc: &[54],
    needs: &[TableKind::Fees],
    reads: READS,
    fails: &["dos_from,procedure,mod1,dx1\n2026-07-02,00030,66,E11.65"],
    passes: &["dos_from,procedure,mod1,dx1\n2026-07-02,00032,66,E11.65"],
    when: Facts::SURGEONS,
    check: Check::Line(team),
};

fn team(case: &Case<'_>, at: usize, out: &mut Findings) {
    let Some((modifier, table, edition, _, of)) = look_up(case, at, &[m(b"66")], out) else { return };
    let what = match of.team {
        0 => "team indicator 0, never paid to a team",
        9 => "team indicator 9, the concept does not apply",
        _ => return,
    };
    report(case, at, modifier, (table, edition), (what, Severity::Error), out);
}
