//! `COV`: does a diagnosis to which the line points support the procedure?

mod consistency;
mod listed;
mod policies;
mod screening;

use crate::code::Procedure;
use crate::resolve::Case;
use crate::rule::Rule;

pub(super) static RULES: &[&Rule] = &[
    &policies::COV001,
    &policies::COV002,
    &policies::COV003,
    &consistency::COV101,
    &consistency::COV102,
    &consistency::COV103,
    &consistency::COV104,
    &consistency::COV105,
    &consistency::COV106,
    &screening::COV111,
    &screening::COV112,
    &screening::COV113,
    &screening::COV114,
    &screening::COV115,
    &screening::COV116,
    &screening::COV117,
    &screening::COV118,
    &screening::COV119,
    &screening::COV120,
    &screening::COV121,
    &consistency::COV131,
];

/// The diagnoses to which a line points, for a message: "I10, R07.9".
fn pointed(case: &Case<'_>, at: usize) -> String {
    const MOST: usize = 4;
    let line = &case.claim.lines[at];
    let mut out = String::new();
    let mut count = 0;
    for i in case.claim.pointed(line) {
        if count < MOST {
            out.push_str(if count == 0 { "" } else { ", " });
            out.push_str(&case.shown(i));
        }
        count += 1;
    }
    if count > MOST {
        out.push_str(&format!(" and {} more", count - MOST));
    }
    out
}

/// Does any rule of this family that goes by codes alone look at the procedure?
pub(super) fn is_listed(code: Procedure) -> bool {
    listed::names(code) || consistency::is_delivery(code)
}
