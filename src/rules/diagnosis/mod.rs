//! `DXS`: diagnoses that may stand together, and in which order.

mod editor;
mod notes;
mod order;
mod sides;

use crate::Date;
use crate::claim::Field;
use crate::code::Icd10Cm;
use crate::resolve::{Case, Facts};
use crate::rule::{Citation, Rule};
use crate::table::{Flags, Letters, Rank, Standing};

pub(super) use order::is_sequela;

pub(super) static RULES: &[&Rule] = &[
    &notes::DXS001,
    &editor::DXS002,
    &notes::DXS003,
    &editor::DXS004,
    &order::DXS005,
    &editor::DXS006,
    &order::DXS007,
    &order::DXS008,
    &order::DXS009,
    &sides::DXS010,
    &sides::DXS011,
    &notes::DXS012,
    &editor::DXS013,
    &editor::DXS014,
];

const GUIDELINES_URL: &str = "https://www.cms.gov/medicare/coding-billing/icd-10-codes";

const fn guidelines(section: &'static str) -> Citation {
    Citation { title: "ICD-10-CM Official Guidelines for Coding and Reporting", section, url: GUIDELINES_URL }
}

const fn code_editor(section: &'static str) -> Citation {
    Citation {
        title: "Definitions of Medicare Code Edits, v44",
        section,
        url: "https://www.cms.gov/medicare/payment/prospective-payment-systems/acute-inpatient-pps/ms-drg-classifications-and-software",
    }
}

/// A diagnosis that is billable on the claim's day.
#[derive(Clone, Copy)]
struct Billable {
    /// Its place in the claim's list.
    at: usize,
    code: Icd10Cm,
    rank: Rank,
    flags: Flags,
    /// What the code brings with it.
    facts: Facts,
    /// First letters of the codes that its notes can name.
    letters: Letters,
}

impl Billable {
    fn field(&self, case: &Case<'_>) -> Field {
        Field::Diagnosis(case.claim.diagnoses[self.at].column)
    }
}

/// The diagnoses that are billable on the claim's day, in order: those that are not are other rules' business.
fn billable<'a>(case: &Case<'a>) -> impl Iterator<Item = Billable> + Clone + 'a {
    case.diagnoses.iter().enumerate().filter_map(|(at, d)| match d.standing {
        Some(Standing::Billable(flags)) => {
            Some(Billable { at, code: d.code?, rank: d.rank?, flags, facts: d.facts, letters: d.letters })
        }
        _ => None,
    })
}

/// The first-listed or principal diagnosis, if it is billable on the claim's day.
fn first_listed(case: &Case<'_>) -> Option<(Billable, Date)> {
    let first = billable(case).next().filter(|b| b.at == 0)?;
    Some((first, case.day?))
}
