//! All there is about a procedure, a modifier or a place of service.

use serde::Serialize;

use super::{Card, Status, Window};
use crate::Date;
use crate::code::{Modifier, PlaceOfService, Procedure};
use crate::coverage::{Mention, policies_of_procedure};
use crate::explain::{self, ProcedureExplanation};
use crate::table::{ProcedureTable, Rank, Tables, cpt_modifier, place_in_force, place_name};

/// A procedure code.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ProcedureCard {
    /// The code.
    pub code: Procedure,
    /// The set to which it belongs.
    pub set: &'static str,
    /// Its title, if a source has one.
    pub title: Option<String>,
    /// Its short title, if a source has one.
    pub short_title: Option<String>,
    /// How it stands on the day.
    pub status: Status,
    /// The first day of a code that is not yet in force; the last day of one that ended.
    pub day: Option<Date>,
    /// Is the day after the last for which the table stands?
    pub stale: bool,
    /// When it is in force; empty if its source has no dates.
    pub in_force: Vec<Window>,
    /// The coverage policies that mention it.
    pub policies: Vec<Mention>,
    /// What the tables of edits say of it on the day: unit limits, add-on codes and primaries, the fee schedule's indicators, partners.
    pub edits: ProcedureExplanation,
}

/// A modifier or a place of service.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SmallCard {
    /// The code.
    pub code: String,
    /// Its title, if a source has one.
    pub title: Option<String>,
    /// How it stands on the day.
    pub status: Status,
    /// The first day of a code that is not yet in force; the last day of one that ended.
    pub day: Option<Date>,
}

/// The card of a procedure.
pub(super) fn card(
    tables: &Tables,
    table: &ProcedureTable,
    code: Procedure,
    rank: Rank,
    as_of: Date,
) -> Card {
    let (status, day) = table.in_force(rank, as_of).map_or((Status::Unlisted, None), Status::of_listed);
    Card::Procedure(Box::new(ProcedureCard {
        code,
        set: code.kind().name(),
        title: table.title(rank),
        short_title: table.short_title(rank),
        status,
        day,
        stale: as_of > table.window().to,
        in_force: table.windows(rank).into_iter().map(Window::from).collect(),
        policies: policies_of_procedure(tables, code),
        edits: explain::procedure(tables, code, Some(as_of)),
    }))
}

/// The card of a modifier, if a table has it on the day.
pub(super) fn modifier(tables: &Tables, modifier: Modifier, as_of: Date) -> Option<Card> {
    let listed = tables
        .procedures
        .as_ref()
        .and_then(|table| Some((table.modifier(modifier, as_of)?, table.modifier_title(modifier))));
    let (in_force, title) = match listed {
        Some(found) => found,
        None => (cpt_modifier(modifier, as_of)?, None),
    };
    let (status, day) = Status::of_listed(in_force);
    Some(Card::Modifier(SmallCard { code: modifier.to_string(), title, status, day }))
}

/// The card of a place of service.
pub(super) fn place(place: PlaceOfService, as_of: Date) -> Option<Card> {
    let (status, day) = Status::of_listed(place_in_force(place, as_of)?);
    let title = place_name(place).map(str::to_owned);
    Some(Card::Place(SmallCard { code: place.to_string(), title, status, day }))
}
