//! `MOD`: modifiers exist, do not contradict one another, and suit the diagnoses to which the line points.

mod indicators;

use super::sources::manual_12;
use crate::claim::{Field, Line, Points, Topic};
use crate::code::{Icd10Cm, Modifier, Procedure};
use crate::resolve::{Case, Facts, Why};
use crate::rule::{Check, Citation, Finding, Findings, Rule, Severity, Status};
use crate::table::{InForce, TableKind, cpt_modifier};
use crate::{Date, Units};

pub(super) static RULES: &[&Rule] = &[
    &MOD001,
    &MOD002,
    &MOD003,
    &MOD004,
    &MOD005,
    &MOD006,
    &MOD007,
    &MOD008,
    &MOD009,
    &MOD010,
    &MOD011,
    &MOD012,
    &MOD013,
    &indicators::MOD101,
    &indicators::MOD102,
    &indicators::MOD103,
    &indicators::MOD104,
    &indicators::MOD105,
    &indicators::MOD106,
];

const M26: Modifier = Modifier::constant(b"26");
const M50: Modifier = Modifier::constant(b"50");
const M54: Modifier = Modifier::constant(b"54");
const M55: Modifier = Modifier::constant(b"55");
const M56: Modifier = Modifier::constant(b"56");
const M59: Modifier = Modifier::constant(b"59");
const M76: Modifier = Modifier::constant(b"76");
const M77: Modifier = Modifier::constant(b"77");
const JW: Modifier = Modifier::constant(b"JW");
const JZ: Modifier = Modifier::constant(b"JZ");
const LT: Modifier = Modifier::constant(b"LT");
const RT: Modifier = Modifier::constant(b"RT");
const TC: Modifier = Modifier::constant(b"TC");
const X_EPSU: [Modifier; 4] = [
    Modifier::constant(b"XE"),
    Modifier::constant(b"XP"),
    Modifier::constant(b"XS"),
    Modifier::constant(b"XU"),
];

const CODE_SETS: Citation = Citation {
    title: "HCPCS code set (45 CFR 162.1002; CMS HCPCS quarterly update, AMA CPT appendix A)",
    section: "Modifiers",
    url: "https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update",
};

/// What a modifier brings with it, by its text alone.
pub(super) fn facts(modifier: Modifier) -> Facts {
    match &modifier.bytes() {
        b"50" => Facts::BOTH_SIDES,
        b"26" | b"TC" => Facts::COMPONENT,
        b"62" | b"66" | b"80" | b"81" | b"82" | b"AS" => Facts::SURGEONS,
        _ if modifier.side().is_some() => Facts::ONE_SIDE,
        _ => Facts::NONE,
    }
}

/// Is it a code of ambulance services, whose modifiers are pairs of letters for origin and destination?
pub(super) fn is_ambulance(code: Procedure) -> bool {
    code.key().to_be_bytes().starts_with(b"A0")
}

/// Origin and destination of a transport: two letters of a list, in any combination, in no list of modifiers.
///
/// Source: Medicare Claims Processing Manual, chapter 15, section 30.A.
fn is_transport(modifier: Modifier, line: &Line) -> bool {
    line.code().is_some_and(is_ambulance) && modifier.bytes().iter().all(|b| b"DEGHIJNPRSX".contains(b))
}

/// What is known of a modifier on a day.
enum Known {
    Listed(InForce),
    Unlisted,
    Open(Why),
}

fn known(case: &Case<'_>, line: &Line, modifier: Modifier, day: Option<Date>) -> Known {
    // Whether a modifier is listed does not depend on the day.
    let on = day.unwrap_or(Date::MAX);
    if let Some(standing) = cpt_modifier(modifier, on) {
        return Known::Listed(standing);
    }
    if modifier.is_numeric() {
        return Known::Unlisted;
    }
    let table = case.tables.procedures.as_ref().filter(|t| t.has_modifiers());
    match table.map(|t| (t.modifier(modifier, on), t.window().from)) {
        Some((Some(standing), _)) => Known::Listed(standing),
        _ if is_transport(modifier, line) => Known::Listed(InForce::Yes),
        None if case.tables.procedures.is_some() => Known::Open(Why::NoneOfThisKind),
        None => Known::Open(Why::NoTable(TableKind::Procedures)),
        Some((None, from)) if on < from => Known::Open(Why::BeforeTable(TableKind::Procedures)),
        Some((None, _)) => Known::Unlisted,
    }
}

/// The fields and modifiers of a line.
fn each(line: &Line) -> impl Iterator<Item = (Field, Modifier)> + '_ {
    line.modifiers.iter().zip(1..).map(|(modifier, n)| (Field::Modifier(n), modifier))
}

fn mark_stale(case: &Case<'_>, finding: &mut Finding, modifier: Modifier, day: Option<Date>) {
    let end = case.tables.end(TableKind::Procedures);
    if !modifier.is_numeric() && day.zip(end).is_some_and(|(day, end)| day > end) {
        finding.stale(TableKind::Procedures);
    }
}

static MOD001: Rule = Rule {
    id: "MOD001",
    name: "unknown-modifier",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a modifier is neither CPT's nor in the HCPCS file",
    why: "A line with a modifier that does not exist is denied. Numbers are CPT's and always known; letters are known once CMS's HCPCS file was \
          added. The two letters of origin and destination on ambulance lines are in no list and are left alone.",
    fix: "report a modifier of the code set, or none",
    citation: CODE_SETS,
    carc: &[4, 182],
    needs: &[],
    reads: &[Field::Modifier(1)],
    fails: &[
        "dos_from,procedure,mod1,dx1\n2026-03-02,99213,28,E11.65",
        "dos_from,procedure,mod1,mod2,dx1\n2026-03-02,99213,25,60,E11.65",
    ],
    passes: &[
        "dos_from,procedure,mod1,mod2,dx1\n2026-03-02,99213,25,24,E11.65",
        "dos_from,procedure,mod1,dx1\n2026-03-02,3044F,8P,E11.65",
        "dos_from,procedure,mod1,dx1\n2026-03-02,A0429,RH,I46.9",
    ],
    when: Facts::MODIFIER,
    check: Check::Line(unknown_modifier),
};

fn unknown_modifier(case: &Case<'_>, at: usize, out: &mut Findings) {
    let line = &case.claim.lines[at];
    let day = case.lines[at].day;
    let mut open = None;
    for (field, modifier) in each(line) {
        match known(case, line, modifier, day) {
            Known::Listed(_) => {}
            Known::Open(why) => open = open.or(Some(why)),
            Known::Unlisted => {
                let whose = if modifier.is_numeric() {
                    "no modifier of CPT"
                } else {
                    "not among the HCPCS modifiers"
                };
                let finding = out.on_line(at, field, format_args!("{modifier} is {whose}")).code(modifier);
                if !modifier.is_numeric() {
                    finding.edition =
                        case.tables.description(TableKind::Procedures).map(|d| d.edition.clone());
                }
                mark_stale(case, finding, modifier, day);
            }
        }
    }
    // A line counts once, however many modifiers it has.
    if let Some(why) = open {
        out.not_evaluated(why);
    }
}

static MOD002: Rule = Rule {
    id: "MOD002",
    name: "modifier-out-of-date",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a modifier ended before, or begins after, the date of service",
    why: "Modifiers come and go like codes, and are judged by the date of service.",
    fix: "report the modifier that was in force on the date of service",
    citation: CODE_SETS,
    carc: &[4, 182],
    needs: &[],
    reads: &[Field::Modifier(1), Field::DosFrom],
    fails: &["dos_from,procedure,mod1,dx1\n2021-12-31,99213,93,E11.65"],
    passes: &["dos_from,procedure,mod1,dx1\n2022-01-01,99213,93,E11.65"],
    when: Facts::MODIFIER,
    check: Check::Line(modifier_out_of_date),
};

fn modifier_out_of_date(case: &Case<'_>, at: usize, out: &mut Findings) {
    let line = &case.claim.lines[at];
    if line.modifiers.is_empty() {
        return;
    }
    let Some(day) = case.lines[at].day else { return out.not_evaluated(Why::NoDate) };
    let mut open = None;
    for (field, modifier) in each(line) {
        let message = match known(case, line, modifier, Some(day)) {
            Known::Listed(InForce::NotYet(from)) => {
                format!("modifier {modifier} begins on {from}, after the date of service {day}")
            }
            Known::Listed(InForce::Ended(to)) => {
                format!("modifier {modifier} ended on {to}, before the date of service {day}")
            }
            Known::Open(why) => {
                open = open.or(Some(why));
                continue;
            }
            Known::Listed(InForce::Yes) | Known::Unlisted => continue,
        };
        let finding = out.on_line(at, field, message).code(modifier);
        mark_stale(case, finding, modifier, Some(day));
    }
    if let Some(why) = open {
        out.not_evaluated(why);
    }
}

static MOD003: Rule = Rule {
    id: "MOD003",
    name: "malformed-modifier",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a modifier is not two letters or digits, or there are more than four",
    why: "A line holds four modifiers of two characters. A lone digit is often one whose leading zero was lost, and could be anything.",
    fix: "report at most four modifiers of two characters",
    citation: CODE_SETS,
    carc: &[4],
    needs: &[],
    reads: &[Field::Modifier(1)],
    fails: &[
        "dos_from,procedure,mod1,dx1\n2026-03-02,99213,5,E11.65",
        "dos_from,procedure,modifiers,dx1\n2026-03-02,99213,25 24 57 95 93,E11.65",
    ],
    passes: &["dos_from,procedure,modifiers,dx1\n2026-03-02,99213,25 24 57 95,E11.65"],
    when: Facts::FAULT,
    check: Check::Claim(malformed_modifier),
};

fn malformed_modifier(case: &Case<'_>, out: &mut Findings) {
    for fault in case.claim.faults_of(Topic::Modifier) {
        out.on_fault(fault, fault.message());
    }
}

static MOD004: Rule = Rule {
    id: "MOD004",
    name: "repeated-modifier",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a line has the same modifier twice",
    why: "A modifier says something once. A repeated one is mostly a slip for another, and takes one of four places.",
    fix: "drop the repeated modifier, or report the one that was meant",
    citation: CODE_SETS,
    carc: &[4],
    needs: &[],
    reads: &[Field::Modifier(1)],
    fails: &["dos_from,procedure,mod1,mod2,dx1\n2026-03-02,99213,25,25,E11.65"],
    passes: &["dos_from,procedure,mod1,mod2,dx1\n2026-03-02,99213,25,24,E11.65"],
    when: Facts::SEVERAL_MODIFIERS,
    check: Check::Line(repeated_modifier),
};

fn repeated_modifier(case: &Case<'_>, at: usize, out: &mut Findings) {
    let line = &case.claim.lines[at];
    for (nth, (field, modifier)) in each(line).enumerate() {
        if line.modifiers.iter().take(nth).filter(|&m| m == modifier).count() == 1 {
            let on = of_code(line);
            out.on_line(at, field, format_args!("modifier {modifier} appears twice{on}")).code(modifier);
        }
    }
}

/// " on 99213", where the procedure can be read.
fn of_code(line: &Line) -> String {
    line.code().map(|code| format!(" on {code}")).unwrap_or_default()
}

/// Finds fault with the second of two modifiers that stand on one line and exclude one another.
fn exclude(case: &Case<'_>, at: usize, out: &mut Findings, one: Modifier, other: Modifier, because: &str) {
    let line = &case.claim.lines[at];
    if !line.modifiers.are_several() || !line.modifiers.has(one) || !line.modifiers.has(other) {
        return;
    }
    let second = each(line).filter(|(_, m)| *m == one || *m == other).last();
    let field = second.map_or(Field::Modifier(1), |(field, _)| field);
    let on = of_code(line);
    out.on_line(at, field, format_args!("modifiers {one} and {other} on one line{on}: {because}"))
        .code(one)
        .code(other);
}

static MOD005: Rule = Rule {
    id: "MOD005",
    name: "both-components",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a line has modifiers 26 and TC together",
    why: "26 is the professional component alone, TC the technical one alone; both together are the whole service, which is billed without \
          either.",
    fix: "drop both if the whole service was rendered, otherwise keep the one that was",
    citation: Citation {
        title: "Medicare Claims Processing Manual (Pub. 100-04), chapter 23",
        section: "Addendum, MPFSDB record layout, professional component (PC)/technical component (TC) indicator",
        url: "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c23.pdf",
    },
    carc: &[4],
    needs: &[],
    reads: &[Field::Modifier(1)],
    fails: &["dos_from,procedure,mod1,mod2,dx1\n2026-03-02,71046,26,TC,R05.9"],
    passes: &[
        "dos_from,procedure,mod1,mod2,dx1\n2026-03-02,71046,26,59,R05.9",
        "dos_from,procedure,mod1,dx1\n2026-03-02,71046,26,R05.9\n2026-03-02,71046,TC,R05.9",
    ],
    when: Facts::SEVERAL_MODIFIERS,
    check: Check::Line(both_components),
};

fn both_components(case: &Case<'_>, at: usize, out: &mut Findings) {
    exclude(case, at, out, M26, TC, "each is one component alone");
}

static MOD006: Rule = Rule {
    id: "MOD006",
    name: "distinct-service-twice",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a line has modifier 59 together with XE, XP, XS or XU",
    why: "XE, XP, XS and XU are narrower versions of 59. CMS instructs that 59 is not used where one of them applies, and that both on one line \
          are incorrect.",
    fix: "keep the narrower modifier and drop 59",
    citation: Citation {
        title: "CMS, MLN1783722, Proper Use of Modifiers 59, XE, XP, XS and XU; change request 8863",
        section: "Definition of modifiers 59, XE, XP, XS and XU",
        url: "https://www.cms.gov/files/document/mln1783722-proper-use-modifiers-59-xe-xp-xs-and-xu.pdf",
    },
    carc: &[4],
    needs: &[],
    reads: &[Field::Modifier(1)],
    fails: &[
        "dos_from,procedure,mod1,mod2,dx1\n2026-03-02,11102,59,XS,D48.5",
        "dos_from,procedure,mod1,mod2,dx1\n2026-03-02,11102,XE,59,D48.5",
    ],
    passes: &[
        "dos_from,procedure,mod1,mod2,dx1\n2026-03-02,11102,59,RT,D48.5",
        "dos_from,procedure,mod1,dx1\n2026-03-02,11102,XS,D48.5",
    ],
    when: Facts::SEVERAL_MODIFIERS,
    check: Check::Line(distinct_service_twice),
};

fn distinct_service_twice(case: &Case<'_>, at: usize, out: &mut Findings) {
    for narrow in X_EPSU {
        exclude(case, at, out, M59, narrow, "the second is a narrower version of the first");
    }
}

static MOD007: Rule = Rule {
    id: "MOD007",
    name: "repeat-by-same-and-other",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a line has modifiers 76 and 77 together",
    why: "76 is a repetition by the same practitioner, 77 by another one. A line has one rendering practitioner, so it is one or the other.",
    fix: "keep 76 if the same practitioner repeated the procedure, otherwise 77",
    citation: Citation {
        title: "AMA, Current Procedural Terminology (CPT)",
        section: "Appendix A, modifiers 76 and 77",
        url: "https://www.ama-assn.org/practice-management/cpt",
    },
    carc: &[4],
    needs: &[],
    reads: &[Field::Modifier(1)],
    fails: &["dos_from,procedure,mod1,mod2,dx1\n2026-03-02,71046,76,77,R05.9"],
    passes: &["dos_from,procedure,mod1,mod2,dx1\n2026-03-02,71046,26,77,R05.9"],
    when: Facts::SEVERAL_MODIFIERS,
    check: Check::Line(repeat_by_same_and_other),
};

fn repeat_by_same_and_other(case: &Case<'_>, at: usize, out: &mut Findings) {
    exclude(case, at, out, M76, M77, "repeated by the same practitioner or by another one, not both");
}

static MOD008: Rule = Rule {
    id: "MOD008",
    name: "wasted-and-not-wasted",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a line has modifiers JW and JZ together",
    why: "JW marks the amount of a single-dose drug that was discarded and stands on a line of its own; JZ attests that nothing was discarded.",
    fix: "keep JZ if nothing was discarded; otherwise bill the discarded amount on its own line with JW",
    citation: Citation {
        title: "CMS, Discarded Drugs and Biologicals: JW Modifier and JZ Modifier Policy, Frequently Asked Questions",
        section: "Definitions and claims submission; Pub. 100-04, chapter 17, section 40",
        url: "https://www.cms.gov/medicare/medicare-fee-for-service-payment/hospitaloutpatientpps/downloads/jw-modifier-faqs.pdf",
    },
    carc: &[4],
    needs: &[],
    reads: &[Field::Modifier(1)],
    fails: &["dos_from,procedure,mod1,mod2,dx1\n2026-03-02,J1745,JW,JZ,K50.00"],
    passes: &["dos_from,procedure,mod1,dx1\n2026-03-02,J1745,,K50.00\n2026-03-02,J1745,JW,K50.00"],
    when: Facts::SEVERAL_MODIFIERS,
    check: Check::Line(wasted_and_not_wasted),
};

fn wasted_and_not_wasted(case: &Case<'_>, at: usize, out: &mut Findings) {
    exclude(case, at, out, JW, JZ, "a drug was discarded or it was not");
}

static MOD009: Rule = Rule {
    id: "MOD009",
    name: "bilateral-with-side",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a line has modifier 50 together with LT or RT",
    why: "50 says that both sides were treated, LT and RT that one was. Bilateral services go on one line with 50, or on two lines with LT and \
          RT. With 50, LT and RT all on one line the service is claimed twice: an error.",
    fix: "keep 50 alone for both sides, LT or RT for one",
    citation: manual_12("40.7, Claims for bilateral surgeries"),
    carc: &[4],
    needs: &[],
    reads: &[Field::Modifier(1)],
    fails: &[
        "dos_from,procedure,mod1,mod2,dx1\n2026-03-02,20610,50,LT,M17.0",
        "dos_from,procedure,mod1,mod2,mod3,dx1\n2026-03-02,20610,50,LT,RT,M17.0",
    ],
    passes: &[
        "dos_from,procedure,mod1,dx1\n2026-03-02,20610,50,M17.0",
        "dos_from,procedure,mod1,mod2,dx1\n2026-03-02,73560,LT,RT,M17.0",
    ],
    when: Facts::BOTH_SIDES,
    check: Check::Line(bilateral_with_side),
};

fn bilateral_with_side(case: &Case<'_>, at: usize, out: &mut Findings) {
    let line = &case.claim.lines[at];
    let has = |m| line.modifiers.has(m);
    let (sides, severity) = match (has(M50), has(LT), has(RT)) {
        (true, true, true) => ("LT and RT", Severity::Error),
        (true, true, false) => ("LT", Severity::Warning),
        (true, false, true) => ("RT", Severity::Warning),
        _ => return,
    };
    let field = each(line).find(|(_, m)| *m == M50).map_or(Field::Modifier(1), |(field, _)| field);
    let on = of_code(line);
    out.on_line(at, field, format_args!("modifier 50 together with {sides}{on}: both sides or one"))
        .severity(severity)
        .code(M50);
}

static MOD010: Rule = Rule {
    id: "MOD010",
    name: "split-global-together",
    severity: Severity::Warning,
    status: Status::Preview,
    summary: "a line has two of modifiers 54, 55 and 56",
    why: "54, 55 and 56 each bill one part of a global surgical package alone: surgery, care after it, care before it. Medicare counts care before \
          surgery with 54, and puts 55 on a line of its own. Preview: no primary source was found that forbids two of them on one line, and some payers \
          ask for 54 with 56.",
    fix: "bill each part on a line of its own, and the whole package without any of them",
    citation: manual_12("40.2, Billing requirements for global surgeries"),
    carc: &[4],
    needs: &[],
    reads: &[Field::Modifier(1)],
    fails: &["dos_from,procedure,mod1,mod2,dx1\n2026-03-02,66984,54,55,H25.11"],
    passes: &["dos_from,procedure,mod1,mod2,dx1\n2026-03-02,66984,54,RT,H25.11"],
    when: Facts::SEVERAL_MODIFIERS,
    check: Check::Line(split_global_together),
};

fn split_global_together(case: &Case<'_>, at: usize, out: &mut Findings) {
    for (one, other) in [(M54, M55), (M54, M56), (M55, M56)] {
        exclude(case, at, out, one, other, "each is one part of the surgical package alone");
    }
}

static MOD011: Rule = Rule {
    id: "MOD011",
    name: "bilateral-units",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a line with modifier 50 has other than one unit",
    why: "A bilateral procedure is one line with modifier 50 and one unit: more units are paid for more than two sides, or denied as medically \
          unlikely. Some payers want two units for radiology.",
    fix: "report one unit with 50, or two lines with LT and RT",
    citation: manual_12("40.7, Claims for bilateral surgeries"),
    carc: &[4],
    needs: &[],
    reads: &[Field::Modifier(1), Field::Units],
    fails: &["dos_from,procedure,mod1,units,dx1\n2026-03-02,20610,50,2,M17.0"],
    passes: &[
        "dos_from,procedure,mod1,units,dx1\n2026-03-02,20610,50,1,M17.0",
        "dos_from,procedure,mod1,units,dx1\n2026-03-02,20610,RT,2,M17.11",
    ],
    when: Facts::BOTH_SIDES,
    check: Check::Line(bilateral_units),
};

fn bilateral_units(case: &Case<'_>, at: usize, out: &mut Findings) {
    let line = &case.claim.lines[at];
    if let Some(units) = line.units
        && units != Units::ONE
        && line.modifiers.has(M50)
    {
        let on = of_code(line);
        out.on_line(at, Field::Units, format_args!("{units} units with modifier 50{on}, expected 1"))
            .code(M50);
    }
}

static MOD012: Rule = Rule {
    id: "MOD012",
    name: "wrong-side",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a modifier names one side of the body and the diagnosis the other",
    why: "A service on the left for a condition on the right is denied, or was documented wrongly. It fires only if no pointed diagnosis names the \
          modifier's side or both, and, where the file has no pointers, if the first diagnosis names the other side. Weakness after a stroke and \
          status codes do not count against a side: they name another part of the body than the one treated.",
    fix: "check side, diagnosis and pointer against the documentation",
    citation: Citation {
        title: "ICD-10-CM Official Guidelines for Coding and Reporting",
        section: "I.B.13, Laterality",
        url: "https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    },
    carc: &[4, 11],
    needs: &[TableKind::Icd10Cm],
    reads: &[Field::Modifier(1), Field::Diagnosis(1)],
    fails: &[
        "dos_from,procedure,mod1,dx1,dx_pointers\n2026-03-02,20610,LT,M17.11,A",
        "dos_from,procedure,mod1,dx1,dx2,dx_pointers\n2026-03-02,20610,RT,I10,M17.12,AB",
        "dos_from,procedure,mod1,dx1,dx_pointers\n2026-03-02,26720,F2,S62.640A,A",
        "dos_from,procedure,mod1,dx1\n2026-03-02,66984,RT,H25.12",
    ],
    passes: &[
        "dos_from,procedure,mod1,dx1,dx_pointers\n2026-03-02,20610,RT,M17.11,A",
        "dos_from,procedure,mod1,dx1,dx_pointers\n2026-03-02,20610,LT,M17.0,A",
        "dos_from,procedure,mod1,dx1,dx_pointers\n2026-03-02,20610,LT,M17.10,A",
        "dos_from,procedure,mod1,dx1,dx2,dx_pointers\n2026-03-02,20610,LT,M17.11,M17.12,AB",
        "dos_from,procedure,mod1,dx1,dx2,dx_pointers\n2026-03-02,20610,LT,M17.11,M17.12,B",
        "dos_from,procedure,mod1,mod2,dx1,dx_pointers\n2026-03-02,73560,LT,RT,M17.11,A",
        "dos_from,procedure,mod1,dx1,dx2\n2026-03-02,11730,T5,L60.0,L97.521",
        "dos_from,procedure,mod1,dx1,dx_pointers\n2026-03-02,35301,LT,G81.91,A",
    ],
    when: Facts::ONE_SIDE,
    check: Check::Line(wrong_side),
};

fn wrong_side(case: &Case<'_>, at: usize, out: &mut Findings) {
    let line = &case.claim.lines[at];
    let mut sides = each(line).filter_map(|(field, m)| Some((field, m, m.side()?)));
    let Some((field, modifier, side)) = sides.next() else { return };
    if sides.any(|(_, _, other)| other != side) || line.modifiers.has(M50) {
        return;
    }
    let icd = &case.tables.icd10cm;
    let mut against = None;
    for (nth, i) in case.claim.pointed(line).enumerate() {
        let resolved = &case.diagnoses[i];
        let (Some(rank), Some(code)) = (resolved.rank, resolved.code) else { continue };
        match icd.side(rank) {
            Some(named) if named == side => return,
            None if icd.is_bilateral(rank) => return,
            // A diagnosis of a claim without pointers counts if it is the one for which the patient came.
            Some(named) if names_site(code) && (nth == 0 || line.points != Points::All) => {
                against = against.or(Some((code, named)));
            }
            _ => {}
        }
    }
    if let Some((code, named)) = against {
        let on = of_code(line);
        let message = format!("modifier {modifier}{on} names the {side} side, {code} the {named} one");
        out.on_line(at, field, message).code(modifier).code(code);
    }
}

/// Does the side in the diagnosis's title say where the patient is treated? Not in hemiplegia and its like, which come from the other side of
/// the brain, and not in the status codes of chapter 21.
fn names_site(code: Icd10Cm) -> bool {
    let text = code.text();
    !["G81", "G83", "I69", "Z"].iter().any(|start| text.starts_with(start))
}

static MOD013: Rule = Rule {
    id: "MOD013",
    name: "modifier-without-procedure",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a line has a modifier and no procedure code",
    why: "A modifier modifies a procedure code: without one it means nothing and is dropped, or the line is returned.",
    fix: "add the procedure code, or drop the modifier",
    citation: CODE_SETS,
    carc: &[4, 16],
    needs: &[],
    reads: &[Field::Modifier(1), Field::Procedure],
    fails: &[
        "claim_type,bill_type,dos_from,revenue_code,procedure,mod1,dx1\nI,131,2026-03-02,0250,,59,R07.9",
    ],
    passes: &[
        "claim_type,bill_type,dos_from,revenue_code,procedure,mod1,dx1\nI,131,2026-03-02,0250,,,R07.9",
        "claim_type,bill_type,dos_from,revenue_code,procedure,mod1,dx1\nI,131,2026-03-02,0320,71046,59,R07.9",
    ],
    when: Facts::MODIFIER_ALONE,
    check: Check::Line(modifier_without_procedure),
};

fn modifier_without_procedure(case: &Case<'_>, at: usize, out: &mut Findings) {
    let line = &case.claim.lines[at];
    if line.procedure.is_none()
        && let Some((field, modifier)) = each(line).next()
    {
        out.on_line(at, field, format_args!("modifier {modifier} stands without a procedure code"))
            .code(modifier);
    }
}

/// Does the modifier tell a repeated service from the first one, so that it is no duplicate?
pub(super) fn tells_apart(modifier: Modifier) -> bool {
    const M91: Modifier = Modifier::constant(b"91");
    [M50, M59, M76, M77, M91, JW, JZ].contains(&modifier) || X_EPSU.contains(&modifier)
}
