//! `POS`: the place of service exists, is in force, and suits the procedure where a published instruction says so.

use super::sources::{manual_12, manual_26};
use crate::claim::{Field, Kind, Topic};
use crate::code::PlaceOfService;
use crate::resolve::{Case, Facts, Why};
use crate::rule::{Check, Citation, Findings, Rule, Severity, Status};
use crate::table::{InForce, TableKind, place_in_force, place_name};

pub(super) static RULES: &[&Rule] = &[&POS001, &POS002, &POS003, &POS004, &POS005, &POS006, &POS007];

const CODE_SET: Citation = manual_26("10.5, Place of service codes and definitions");

static POS001: Rule = Rule {
    id: "POS001",
    name: "unknown-place",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a place of service is not in CMS's code set",
    why: "Places of service are two digits of a national code set. A line with another one is returned as unprocessable.",
    fix: "report the place of service where the patient was",
    citation: CODE_SET,
    carc: &[5, 16],
    needs: &[TableKind::Places],
    reads: &[Field::Place],
    fails: &[
        "dos_from,pos,procedure,dx1\n2026-03-02,30,99213,E11.65",
        "dos_from,pos,procedure,dx1\n2026-03-02,O1,99213,E11.65",
    ],
    passes: &[
        "dos_from,pos,procedure,dx1\n2026-03-02,31,99308,E11.65",
        "dos_from,pos,procedure,dx1\n2026-03-02,1,99213,E11.65",
    ],
    when: Facts::FAULT.or(Facts::PLACE),
    check: Check::Claim(unknown_place),
};

fn unknown_place(case: &Case<'_>, out: &mut Findings) {
    for fault in case.claim.faults_of(Topic::Place) {
        out.on_fault(fault, fault.message());
    }
    for (at, line) in case.claim.lines.iter().enumerate() {
        if let Some(place) = line.place
            && place_name(place).is_none()
        {
            out.on_line(at, Field::Place, format_args!("{place} is no place of service")).code(place);
        }
    }
}

static POS002: Rule = Rule {
    id: "POS002",
    name: "place-out-of-date",
    severity: Severity::Error,
    status: Status::Stable("0.1.0"),
    summary: "a place of service begins after the date of service",
    why: "The code set grows: 02 exists since 2017-01-01, 10 since 2022-01-01, 27 since 2023-10-01. An older service cannot have been rendered \
          under a newer code.",
    fix: "report the code that stood for the place on the date of service",
    citation: CODE_SET,
    carc: &[5, 16],
    needs: &[TableKind::Places],
    reads: &[Field::Place, Field::DosFrom],
    fails: &[
        "dos_from,pos,procedure,dx1\n2021-12-31,10,99213,E11.65",
        "dos_from,pos,procedure,dx1\n2023-09-30,27,99213,E11.65",
    ],
    passes: &[
        "dos_from,pos,procedure,dx1\n2022-01-01,10,99213,E11.65",
        "dos_from,pos,procedure,dx1\n2023-10-01,27,99213,E11.65",
    ],
    when: Facts::PLACE,
    check: Check::Line(place_out_of_date),
};

fn place_out_of_date(case: &Case<'_>, at: usize, out: &mut Findings) {
    let Some(place) = case.claim.lines[at].place else { return };
    let Some(day) = case.lines[at].day else { return out.not_evaluated(Why::NoDate) };
    let message = match place_in_force(place, day) {
        Some(InForce::NotYet(from)) => {
            format!("place of service {place} begins on {from}, after the date of service {day}")
        }
        Some(InForce::Ended(to)) => {
            format!("place of service {place} ended on {to}, before the date of service {day}")
        }
        Some(InForce::Yes) | None => return,
    };
    out.on_line(at, Field::Place, message).code(place);
}

static POS003: Rule = Rule {
    id: "POS003",
    name: "missing-place",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a professional line has no place of service",
    why: "Item 24B is required on every line: payment depends on the place.",
    fix: "add the place of service",
    citation: manual_26("10.4, item 24B"),
    carc: &[16],
    needs: &[],
    reads: &[Field::Place],
    fails: &["dos_from,pos,procedure,dx1\n2026-03-02,,99213,E11.65"],
    passes: &[
        "dos_from,pos,procedure,dx1\n2026-03-02,11,99213,E11.65",
        "dos_from,pos,procedure,dx1\n2026-03-02,??,99213,E11.65",
        "claim_type,bill_type,dos_from,pos,revenue_code,procedure,dx1\nI,131,2026-03-02,,0450,99283,E11.65",
    ],
    when: Facts::NO_PLACE,
    check: Check::Line(missing_place),
};

fn missing_place(case: &Case<'_>, at: usize, out: &mut Findings) {
    let claim = case.claim;
    let missing = claim.kind == Kind::Professional && claim.lines[at].place.is_none();
    if missing && !claim.is_unreadable(at, Field::Place) {
        out.on_line(at, Field::Place, "the line has no place of service");
    }
}

/// Telehealth stands in for any place where the patient would have been seen.
const TELEHEALTH: [u8; 2] = [2, 10];

/// A family of visits that belongs to certain places.
struct Visits {
    codes: std::ops::RangeInclusive<u32>,
    what: &'static str,
    usual: &'static str,
    places: &'static [u8],
}

impl Visits {
    fn check(&self, case: &Case<'_>, at: usize, out: &mut Findings) {
        let line = &case.claim.lines[at];
        let (Some(code), Some(place), Kind::Professional) = (line.code(), line.place, case.claim.kind) else {
            return;
        };
        let visit = code.category_one_number().is_some_and(|n| self.codes.contains(&n));
        if !visit || self.is_at_home_in(place) {
            return;
        }
        let Some(name) = place_name(place) else { return };
        out.on_line(
            at,
            Field::Place,
            format_args!("{code} is {}, place of service {place} is {name}", self.what),
        )
        .code(code)
        .code(place)
        .help(format_args!("expected place of service {}; check place and code", self.usual));
    }

    fn is_at_home_in(&self, place: PlaceOfService) -> bool {
        self.places.contains(&place.number()) || TELEHEALTH.contains(&place.number())
    }
}

static POS004: Rule = Rule {
    id: "POS004",
    name: "emergency-visit-elsewhere",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "an emergency department visit has a place of service other than an emergency department",
    why: "99281 to 99285 are for patients seen in a hospital's emergency department. An office or another outpatient setting reports its own \
          visits, however urgent.",
    fix: "report place of service 23, or the visit code of the place where the patient was seen",
    citation: manual_12("30.6.11, Emergency department visits"),
    carc: &[5],
    needs: &[TableKind::Places],
    reads: &[Field::Place, Field::Procedure],
    fails: &[
        "dos_from,pos,procedure,dx1\n2026-03-02,11,99281,R07.9",
        "dos_from,pos,procedure,dx1\n2026-03-02,20,99285,R07.9",
    ],
    passes: &[
        "dos_from,pos,procedure,dx1\n2026-03-02,23,99285,R07.9",
        "dos_from,pos,procedure,dx1\n2026-03-02,11,99291,R07.9",
        "dos_from,pos,procedure,dx1\n2026-03-02,02,99283,R07.9",
    ],
    when: Facts::VISIT,
    check: Check::Line(emergency_visit_elsewhere),
};

fn emergency_visit_elsewhere(case: &Case<'_>, at: usize, out: &mut Findings) {
    // 26: a military treatment facility reports that code for all its departments.
    const VISITS: Visits = Visits {
        codes: 99281..=99285,
        what: "an emergency department visit",
        usual: "23",
        places: &[23, 26],
    };
    VISITS.check(case, at, out);
}

static POS005: Rule = Rule {
    id: "POS005",
    name: "nursing-facility-visit-elsewhere",
    severity: Severity::Warning,
    status: Status::Stable("0.1.0"),
    summary: "a nursing facility visit has a place of service that is no nursing facility",
    why: "99304 to 99316 go with place of service 31 (a stay that Part A covers), 32, 54 or 56. Medicare contractors deny other places with \
          adjustment reason 5.",
    fix: "report 31 for a covered skilled stay, 32 otherwise, or the visit code of the place where the patient was seen",
    citation: manual_12("30.6.13, Nursing facility services"),
    carc: &[5],
    needs: &[TableKind::Places],
    reads: &[Field::Place, Field::Procedure],
    fails: &[
        "dos_from,pos,procedure,dx1\n2026-03-02,13,99308,I10",
        "dos_from,pos,procedure,dx1\n2026-03-02,11,99316,I10",
    ],
    passes: &[
        "dos_from,pos,procedure,dx1\n2026-03-02,31,99304,I10",
        "dos_from,pos,procedure,dx1\n2026-03-02,54,99308,I10",
        "dos_from,pos,procedure,dx1\n2026-03-02,10,99308,I10",
    ],
    when: Facts::VISIT,
    check: Check::Line(nursing_facility_visit_elsewhere),
};

fn nursing_facility_visit_elsewhere(case: &Case<'_>, at: usize, out: &mut Findings) {
    const VISITS: Visits = Visits {
        codes: 99304..=99316,
        what: "a nursing facility visit",
        usual: "31, 32, 54 or 56",
        places: &[31, 32, 54, 56],
    };
    VISITS.check(case, at, out);
}

static POS006: Rule = Rule {
    id: "POS006",
    name: "hospital-visit-elsewhere",
    severity: Severity::Warning,
    status: Status::Preview,
    summary: "a hospital inpatient or observation visit has a place of service outside a hospital",
    why: "99221 to 99239 are for inpatients and for patients under observation. Preview: Medicare contractors name 19, 21, 22 and 23, but no \
          list of all places that are allowed was found, so that hospice and psychiatric places are taken as allowed.",
    fix: "report 21 for an inpatient, 22 for observation, or the visit code of the place where the patient was seen",
    citation: manual_12("30.6.8 to 30.6.9, Observation and hospital visits"),
    carc: &[5],
    needs: &[TableKind::Places],
    reads: &[Field::Place, Field::Procedure],
    fails: &["dos_from,pos,procedure,dx1\n2026-03-02,11,99223,I10"],
    passes: &[
        "dos_from,pos,procedure,dx1\n2026-03-02,22,99223,I10",
        "dos_from,pos,procedure,dx1\n2026-03-02,21,99238,I10",
    ],
    when: Facts::VISIT,
    check: Check::Line(hospital_visit_elsewhere),
};

fn hospital_visit_elsewhere(case: &Case<'_>, at: usize, out: &mut Findings) {
    const VISITS: Visits = Visits {
        codes: 99221..=99239,
        what: "a hospital inpatient or observation visit",
        usual: "21 or 22",
        places: &[6, 8, 19, 21, 22, 23, 25, 26, 31, 34, 51, 52, 56, 61],
    };
    VISITS.check(case, at, out);
}

static POS007: Rule = Rule {
    id: "POS007",
    name: "home-visit-elsewhere",
    severity: Severity::Warning,
    status: Status::Preview,
    summary: "a home or residence visit has a place of service that is no residence",
    why: "99341 to 99350 are for patients seen where they live: until 2022 a private residence (12), since 2023 assisted living, group homes, \
          custodial care and residential treatment too. Preview: the list of change request 13004 was not at hand, so that all residences are \
          taken as allowed.",
    fix: "report the place where the patient lives, or the visit code of the place where the patient was seen",
    citation: manual_12("30.6.14, Home or residence services"),
    carc: &[5],
    needs: &[TableKind::Places],
    reads: &[Field::Place, Field::Procedure],
    fails: &[
        "dos_from,pos,procedure,dx1\n2026-03-02,11,99348,I10",
        "dos_from,pos,procedure,dx1\n2026-03-02,32,99348,I10",
    ],
    passes: &[
        "dos_from,pos,procedure,dx1\n2026-03-02,12,99348,I10",
        "dos_from,pos,procedure,dx1\n2026-03-02,13,99348,I10",
    ],
    when: Facts::VISIT,
    check: Check::Line(home_visit_elsewhere),
};

fn home_visit_elsewhere(case: &Case<'_>, at: usize, out: &mut Findings) {
    const VISITS: Visits = Visits {
        codes: 99341..=99350,
        what: "a home or residence visit",
        usual: "12, or 13, 14, 16, 33, 55 for other residences",
        places: &[4, 9, 12, 13, 14, 16, 27, 33, 55],
    };
    VISITS.check(case, at, out);
}
