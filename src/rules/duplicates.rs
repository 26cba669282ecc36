//! `DUP`: no service is billed twice on a claim.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::modifiers::tells_apart;
use super::sources::manual_1;
use crate::claim::{Field, Line};
use crate::code::{Modifier, Npi, PlaceOfService, Procedure, Revenue};
use crate::resolve::{Case, Facts};
use crate::rule::{Check, Findings, Rule, Severity, Status};
use crate::{Date, Units};

pub(super) static RULES: &[&Rule] = &[&DUP001];

static DUP001: Rule = Rule {
    id: "DUP001",
    name: "duplicate-line",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a line repeats an earlier line of the claim",
    why: "Lines with the same dates, code, modifiers, place, rendering provider and units are denied as duplicates. A service that was rendered \
          twice is reported with more units or with a modifier that says so: 76, 77, 91, 59, XE, XP, XS, XU, 50, or the site; JW and JZ tell drug lines \
          apart.",
    fix: "drop the line, add up the units, or add the modifier that tells the services apart",
    citation: manual_1("120, Detection of duplicate claims"),
    carc: &[18],
    needs: &[],
    reads: &[Field::Procedure, Field::DosFrom],
    fails: &[
        "dos_from,pos,procedure,units,dx1\n2026-03-02,11,36415,1,E11.65\n2026-03-02,11,36415,1,E11.65",
        "dos_from,procedure,mod1,mod2,dx1\n2026-03-02,20610,RT,51,M17.11\n2026-03-02,20610,51,RT,M17.11",
        "dos_from,dos_to,procedure,dx1\n2026-03-02,,36415,E11.65\n2026-03-02,2026-03-02,36415,E11.65",
    ],
    passes: &[
        "dos_from,pos,procedure,units,dx1\n2026-03-02,11,36415,1,E11.65\n2026-03-03,11,36415,1,E11.65",
        "dos_from,pos,procedure,units,dx1\n2026-03-02,11,36415,1,E11.65\n2026-03-02,12,36415,1,E11.65",
        "dos_from,pos,procedure,units,dx1\n2026-03-02,11,36415,1,E11.65\n2026-03-02,11,36415,2,E11.65",
        "dos_from,procedure,mod1,dx1\n2026-03-02,20610,RT,M17.0\n2026-03-02,20610,LT,M17.0",
        "dos_from,procedure,mod1,dx1\n2026-03-02,82947,91,E11.65\n2026-03-02,82947,91,E11.65",
        "dos_from,procedure,rendering_npi,dx1\n2026-03-02,99231,1234567893,E11.65\n2026-03-02,99231,1245319599,E11.65",
        "claim_type,bill_type,dos_from,revenue_code,procedure,dx1\nI,131,2026-03-02,0250,,R07.9\nI,131,2026-03-02,0250,,R07.9",
    ],
    when: Facts::SAME_PROCEDURE,
    check: Check::Claim(duplicate_line),
};

/// What makes two lines the same.
#[derive(PartialEq, Eq, Hash)]
struct Service {
    from: Date,
    to: Date,
    code: Procedure,
    modifiers: [Option<Modifier>; 4],
    place: Option<PlaceOfService>,
    revenue: Option<Revenue>,
    rendering: Option<Npi>,
    units: Option<Units>,
}

impl Service {
    /// `None` for lines that are no duplicate of anything.
    fn of(line: &Line) -> Option<Service> {
        let (from, code) = (line.from?, line.code()?);
        if line.modifiers.iter().any(tells_apart) {
            return None;
        }
        // The order of modifiers says nothing.
        let mut modifiers = [None; 4];
        for (slot, modifier) in modifiers.iter_mut().zip(line.modifiers.iter()) {
            *slot = Some(modifier);
        }
        modifiers.sort_unstable();
        Some(Service {
            from,
            to: line.to.unwrap_or(from),
            code,
            modifiers,
            place: line.place,
            revenue: line.revenue,
            rendering: line.rendering_npi,
            units: line.units,
        })
    }
}

fn duplicate_line(case: &Case<'_>, out: &mut Findings) {
    /// Above this, comparing all with all takes longer than a table of what was seen.
    const FEW: usize = 16;
    let lines = &case.claim.lines;
    if lines.len() <= FEW {
        for (at, line) in lines.iter().enumerate().skip(1) {
            // Most lines differ by their code: nothing more is looked at.
            let same_code =
                |earlier: &Line| earlier.procedure.is_some() && earlier.procedure == line.procedure;
            let earlier = lines[..at].iter().position(|e| same_code(e) && is_same(e, line));
            if let Some(earlier) = earlier {
                say(case, at, earlier, out);
            }
        }
        return;
    }
    let mut seen: FxHashMap<Service, usize> = FxHashMap::default();
    for (at, line) in lines.iter().enumerate() {
        let Some(service) = Service::of(line) else { continue };
        match seen.entry(service) {
            Entry::Occupied(earlier) => say(case, at, *earlier.get(), out),
            Entry::Vacant(free) => {
                free.insert(at);
            }
        }
    }
}

fn is_same(one: &Line, other: &Line) -> bool {
    Service::of(one).is_some_and(|s| Some(s) == Service::of(other))
}

fn say(case: &Case<'_>, at: usize, earlier: usize, out: &mut Findings) {
    let line = &case.claim.lines[at];
    let (Some(code), Some(from)) = (line.code(), line.from) else { return };
    let number = match case.claim.lines[earlier].number {
        0 => earlier + 1,
        stated => stated as usize,
    };
    out.on_line(at, Field::Procedure, format_args!("{code} of {from} repeats line {number}")).code(code);
}
