//! How a code of any kind stands on a day, in one word and a date.

use serde::Serialize;

use super::icd10cm::{Icd10CmTable, Standing};
use super::procedures::InForce;
use crate::Date;

/// How a code stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// In force, and billable if it is a diagnosis.
    InForce,
    /// A diagnosis with codes below it: not billable.
    Header,
    /// Begins later.
    NotYet,
    /// Ended before.
    Ended,
    /// The day is before the table's first.
    BeforeTable,
    /// No list of codes has it on the day; tables of edits name it, or a fee schedule of another year.
    Unlisted,
}

impl Status {
    /// Of a diagnosis; with the first day of one that is not yet in force, the last of one that ended, or the table's first.
    pub(crate) fn of_diagnosis(table: &Icd10CmTable, standing: Standing) -> (Status, Option<Date>) {
        match standing {
            Standing::Billable(_) => (Status::InForce, None),
            Standing::Header => (Status::Header, None),
            Standing::NotYet(from) => (Status::NotYet, Some(from)),
            Standing::Ended(to) => (Status::Ended, Some(to)),
            Standing::BeforeTable => (Status::BeforeTable, Some(table.window().from)),
        }
    }

    /// Of whatever else is in a list.
    pub(crate) fn of_listed(in_force: InForce) -> (Status, Option<Date>) {
        match in_force {
            InForce::Yes => (Status::InForce, None),
            InForce::NotYet(from) => (Status::NotYet, Some(from)),
            InForce::Ended(to) => (Status::Ended, Some(to)),
        }
    }
}
