//! `NCC`: procedures of one day that are not paid together, and add-on codes without the procedure to which they are added.

mod add_ons;

pub(crate) use add_ons::type_on;

use crate::Date;
use crate::claim::{Field, Modifiers};
use crate::code::Modifier;
use crate::resolve::{Case, Facts, ResolvedPair, Why};
use crate::rule::{Check, Citation, Findings, Rule, Severity, Status};
use crate::table::{Indicator, TableKind};

pub(super) static RULES: &[&Rule] =
    &[&NCC001, &NCC002, &NCC003, &add_ons::NCC010, &add_ons::NCC011, &add_ons::NCC012, &add_ons::NCC013];

/// Rules that judge all services of a day, of which other claims may hold more.
pub(super) const ACROSS: &[&str] = &["NCC001", "NCC002", "NCC010"];

const MANUAL: Citation = Citation {
    title: "Medicare NCCI Policy Manual and quarterly PTP edit files",
    section: "Chapter I, E, Modifiers and modifier indicators",
    url: "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-policy-manual",
};

const TABLES: &[TableKind] = &[TableKind::PtpPractitioner, TableKind::PtpHospital];

/// From this day 59 and X{EPSU} count on either line; before it on the line of column 2 only.
///
/// Source: CMS change request 11168, effective 2019-07-01.
pub(crate) const EITHER_LINE: Date = Date::constant(2019, 7, 1);

/// Modifiers that name a site: eyelids, fingers, toes, sides, coronary arteries.
pub(crate) const ANATOMIC: [&[u8; 2]; 31] = [
    b"E1", b"E2", b"E3", b"E4", b"FA", b"F1", b"F2", b"F3", b"F4", b"F5", b"F6", b"F7", b"F8", b"F9", b"TA",
    b"T1", b"T2", b"T3", b"T4", b"T5", b"T6", b"T7", b"T8", b"T9", b"LT", b"RT", b"LC", b"LD", b"RC", b"LM",
    b"RI",
];

/// Modifiers of global surgery, and others that tell services apart.
pub(crate) const SERVICE: [&[u8; 2]; 8] = [b"24", b"25", b"57", b"58", b"78", b"79", b"27", b"91"];

/// Distinct procedural services.
pub(crate) const DISTINCT: [&[u8; 2]; 5] = [b"59", b"XE", b"XS", b"XP", b"XU"];

fn among(list: &[&[u8; 2]], modifier: Modifier) -> bool {
    list.iter().any(|m| **m == modifier.bytes())
}

/// What the modifiers of two lines do to an edit with indicator 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separation {
    /// One of the NCCI-associated modifiers separates them.
    Separated,
    /// There is none.
    None,
    /// There is one, on both lines the same site.
    SameSite,
    /// There is one, on the line of column 1 at a time when it counted on that of column 2 only.
    WrongLine,
}

fn separation(day: Date, column1: &Modifiers, column2: &Modifiers) -> Separation {
    let both = || column1.iter().chain(column2.iter());
    if both().any(|m| among(&SERVICE, m)) || column2.iter().any(|m| among(&DISTINCT, m)) {
        return Separation::Separated;
    }
    let distinct = column1.iter().any(|m| among(&DISTINCT, m));
    if distinct && day >= EITHER_LINE {
        return Separation::Separated;
    }
    let site = |of: &Modifiers, m: Modifier| among(&ANATOMIC, m) && !of.has(m);
    if column1.iter().any(|m| site(column2, m)) || column2.iter().any(|m| site(column1, m)) {
        return Separation::Separated;
    }
    match () {
        () if both().any(|m| among(&ANATOMIC, m)) => Separation::SameSite,
        () if distinct => Separation::WrongLine,
        () => Separation::None,
    }
}

static NCC001: Rule = Rule {
    id: "NCC001",
    name: "pair-never-paid-together",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "two procedures of one day are in an NCCI edit that no modifier lifts",
    why: "Of a pair with modifier indicator 0 the column 1 procedure is paid and the column 2 procedure is denied, whatever its modifiers. The \
          edit is in force from its effective through its deletion date. It concerns one patient, one provider (the rendering one where both \
          lines name one) and one day. Practitioner claims and outpatient hospital claims have tables of their own; inpatient bills have none.",
    fix: "drop the column 2 line",
    citation: MANUAL,
    carc: &[236, 97],
    needs: TABLES,
    reads: &[Field::Procedure, Field::DosFrom],
    fails: &[
        "line,dos_from,procedure,mod1,dx1\n1,2026-03-02,00010,,E11.65\n2,2026-03-02,00011,59,E11.65",
        "line,dos_from,procedure,dx1\n1,2026-03-02,00011,E11.65\n2,2026-03-02,00010,E11.65",
    ],
    passes: &[
        "line,dos_from,procedure,dx1\n1,2026-03-02,00010,E11.65\n2,2026-03-03,00011,E11.65",
        "line,dos_from,procedure,dx1\n1,2013-12-31,00010,E11.65\n2,2013-12-31,00011,E11.65",
        "line,dos_from,procedure,rendering_npi,dx1\n1,2026-03-02,00010,1234567893,E11.65\n2,2026-03-02,00011,1245319599,E11.65",
    ],
    when: Facts::PAIR.or(Facts::PAIRS_OPEN),
    check: Check::Claim(never_together),
};

fn never_together(case: &Case<'_>, out: &mut Findings) {
    gaps(case, out);
    for (at, pair) in pairs(case) {
        if pair.edit.indicator != Indicator::Never || repeated(case, at) {
            continue;
        }
        let help = format!(
            "drop line {}, or drop line {} if only the other was done; no modifier separates the two",
            case.claim.lines[pair.column2].number, case.claim.lines[pair.column1].number
        );
        report(case, pair, out, "is never paid beside", help);
    }
}

static NCC002: Rule = Rule {
    id: "NCC002",
    name: "pair-without-modifier",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "two procedures of one day are in an NCCI edit, and no modifier says that they were separate",
    why: "Of a pair with modifier indicator 1 the column 2 procedure is denied unless one of the two lines has an NCCI-associated modifier. There \
          are 44 of them; 76, 77, 50, 51, 52, 62 and 80 are not among them.",
    fix: "drop the column 2 line",
    citation: MANUAL,
    carc: &[236, 97],
    needs: TABLES,
    reads: &[Field::Procedure, Field::DosFrom],
    fails: &[
        "line,dos_from,procedure,dx1\n1,2026-03-02,00010,E11.65\n2,2026-03-02,00012,E11.65",
        "line,dos_from,procedure,mod1,dx1\n1,2026-03-02,00010,,E11.65\n2,2026-03-02,00012,76,E11.65",
    ],
    passes: &[
        "line,dos_from,procedure,mod1,dx1\n1,2026-03-02,00010,,E11.65\n2,2026-03-02,00012,XU,E11.65",
        "line,dos_from,procedure,mod1,dx1\n1,2026-03-02,00010,59,E11.65\n2,2026-03-02,00012,,E11.65",
        "line,dos_from,procedure,dx1\n1,2026-03-02,00010,E11.65\n2,2026-03-02,00013,E11.65",
    ],
    when: Facts::PAIR.or(Facts::PAIRS_OPEN),
    check: Check::Claim(without_modifier),
};

fn without_modifier(case: &Case<'_>, out: &mut Findings) {
    gaps(case, out);
    for (at, pair) in pairs(case) {
        if separated(case, pair) != Some(Separation::None) || repeated(case, at) {
            continue;
        }
        let (one, two) = (&case.claim.lines[pair.column1], &case.claim.lines[pair.column2]);
        let where_to = if case.lines[pair.column2].day.is_some_and(|d| d < EITHER_LINE) {
            format!(
                "an anatomic one or 24, 25, 27, 57, 58, 78, 79, 91 on either line; 59, XE, XS, XP, XU on line {} only",
                two.number
            )
        } else {
            "an anatomic one or 24, 25, 27, 57, 58, 59, 78, 79, 91, XE, XS, XP, XU on either line".to_owned()
        };
        let others: Vec<String> =
            one.modifiers.iter().chain(two.modifiers.iter()).map(|m| m.to_string()).collect();
        let others = match others.as_slice() {
            [] => String::new(),
            list => format!("; {} not among them", list.join(", ")),
        };
        let help = format!(
            "drop line {}; only if the documentation shows separate services, an NCCI-associated modifier lifts the edit ({where_to}{others})",
            two.number
        );
        report(case, pair, out, "is not paid beside", help);
    }
}

static NCC003: Rule = Rule {
    id: "NCC003",
    name: "modifier-separates-nothing",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "two procedures of one day are in an NCCI edit, and the modifiers there are do not separate them",
    why: "Anatomic modifiers separate two services only where the sites differ: RT on both lines says that both were on the right. Before \
          2019-07-01 modifiers 59, XE, XS, XP and XU counted on the line of the column 2 procedure only.",
    fix: "drop the column 2 line, or correct the modifiers to what the documentation shows",
    citation: MANUAL,
    carc: &[236],
    needs: TABLES,
    reads: &[Field::Procedure, Field::DosFrom, Field::Modifier(1)],
    fails: &[
        "line,dos_from,procedure,mod1,dx1\n1,2026-03-02,00010,RT,E11.65\n2,2026-03-02,00012,RT,E11.65",
        "line,dos_from,procedure,mod1,dx1\n1,2019-06-30,00010,59,E11.65\n2,2019-06-30,00012,,E11.65",
    ],
    passes: &[
        "line,dos_from,procedure,mod1,dx1\n1,2026-03-02,00010,RT,E11.65\n2,2026-03-02,00012,LT,E11.65",
        "line,dos_from,procedure,mod1,dx1\n1,2019-07-01,00010,59,E11.65\n2,2019-07-01,00012,,E11.65",
        "line,dos_from,procedure,mod1,dx1\n1,2019-06-30,00010,,E11.65\n2,2019-06-30,00012,59,E11.65",
    ],
    when: Facts::PAIR,
    check: Check::Claim(separates_nothing),
};

fn separates_nothing(case: &Case<'_>, out: &mut Findings) {
    for (at, pair) in pairs(case) {
        let why = match separated(case, pair) {
            Some(Separation::SameSite) => "the modifiers of both lines name the same site",
            Some(Separation::WrongLine) => {
                "before 2019-07-01 modifiers 59, XE, XS, XP and XU count on the column 2 line only"
            }
            _ => continue,
        };
        if repeated(case, at) {
            continue;
        }
        let help = format!(
            "{why}; drop line {}, or correct the modifiers to what the documentation shows",
            case.claim.lines[pair.column2].number
        );
        report(case, pair, out, "may not be paid beside", help);
    }
}

/// The pairs of lines of one provider.
fn pairs<'a>(case: &'a Case<'_>) -> impl Iterator<Item = (usize, &'a ResolvedPair)> {
    case.pairs.iter().enumerate().filter(|(_, pair)| case.same_provider(pair.column1, pair.column2))
}

/// What the modifiers do, if the edit lets them do anything.
fn separated(case: &Case<'_>, pair: &ResolvedPair) -> Option<Separation> {
    if pair.edit.indicator != Indicator::WithModifier {
        return None;
    }
    let day = case.lines[pair.column2].day?;
    let modifiers = |at: usize| &case.claim.lines[at].modifiers;
    Some(separation(day, modifiers(pair.column1), modifiers(pair.column2)))
}

/// Was the same said of this line before, with the same procedure on another line?
fn repeated(case: &Case<'_>, at: usize) -> bool {
    let pair = &case.pairs[at];
    let verdict = separated(case, pair);
    let same = |other: &&ResolvedPair| {
        other.column2 == pair.column2
            && other.edit.column1 == pair.edit.column1
            && other.edit.indicator == pair.edit.indicator
            && case.same_provider(other.column1, other.column2)
            && separated(case, other) == verdict
    };
    case.pairs[..at].iter().any(|other| same(&other))
}

/// Says what could not be looked at. Claims of one line have no pairs.
fn gaps(case: &Case<'_>, out: &mut Findings) {
    let Some(setting) = case.setting else { return };
    if case.lines.len() < 2 {
        return;
    }
    let kind = TableKind::ptp(setting);
    let from = case.tables.ptp(setting).map(|t| t.description().from);
    for line in case.lines.iter().filter(|l| l.code.is_some()) {
        match (from, line.day) {
            (None, _) => out.not_evaluated(Why::NoTable(kind)),
            (_, None) => out.not_evaluated(Why::NoDate),
            (Some(from), Some(day)) if day < from => out.not_evaluated(Why::BeforeTable(kind)),
            _ => {}
        }
    }
}

fn report(case: &Case<'_>, pair: &ResolvedPair, out: &mut Findings, verb: &str, help: String) {
    let Some(setting) = case.setting else { return };
    let (Some(table), kind) = (case.tables.ptp(setting), TableKind::ptp(setting)) else { return };
    let (one, two) = (&case.lines[pair.column1], &case.lines[pair.column2]);
    let (Some(one), Some(code), Some(day)) = (one.code, two.code, two.day) else { return };
    let edit = &pair.edit;
    let description = table.description();
    let message = format!(
        "{code} {verb} {one} of line {}: column 1 {one}, column 2 {code}, {}, indicator {}, {}, edition {}",
        case.claim.lines[pair.column1].number,
        in_force(edit),
        edit.indicator.digit(),
        lower_first(&table.rationale(edit)),
        description.edition
    );
    let finding = out.on_line(pair.column2, Field::Procedure, message).code(code).code(one).help(help);
    finding.edition = Some(description.edition.clone());
    if day > description.to {
        finding.stale(kind);
    }
}

/// "in force since 2014-04-01".
pub(crate) fn in_force(edit: &crate::table::PtpEdit) -> String {
    match (edit.before_1996, edit.window.is_open()) {
        (true, true) => "in force since before 1996".to_owned(),
        (true, false) => format!("in force from before 1996 to {}", edit.window.to),
        (false, true) => format!("in force since {}", edit.window.from),
        (false, false) => format!("in force from {} to {}", edit.window.from, edit.window.to),
    }
}

/// CMS's rationales begin like sentences; in a message they stand in the middle.
fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_44_modifiers() {
        let mut all: Vec<&[u8; 2]> = ANATOMIC.iter().chain(&SERVICE).chain(&DISTINCT).copied().collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 44);
    }
}
