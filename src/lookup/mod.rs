//! Look-ups: all that the tables know about one code, as of a date; or, for words, the codes that they mean.

mod diagnosis;
mod nearest;
mod procedure;
mod texts;

use serde::Serialize;

use crate::code::{CodeError, Icd10Cm, Modifier, PlaceOfService, Procedure, is_blank};
use crate::search::{Hit, Query, Stale, is_short_form, is_side};
use crate::table::{TableKind, Tables};
use crate::{Date, DateRange};

pub use crate::table::Status;
pub use diagnosis::{Child, DiagnosisCard, FlagWindow, Titled};
pub use procedure::{ProcedureCard, SmallCard};
pub use texts::texts;

/// What was found for a text.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// The text, as it was asked.
    pub query: String,
    /// The day as of which the answer holds.
    pub as_of: Date,
    /// A card for each code that the text can mean: `G0008` may be a diagnosis and a procedure.
    pub cards: Vec<Card>,
    /// For words, or the beginning of codes: what they mean, the best first; see [`crate::search`].
    pub hits: Vec<Hit>,
    /// Words that no table has.
    pub unknown: Vec<String>,
    /// Words that say of a note how or why somebody was seen, and not what he has.
    pub aside: Vec<String>,
    /// Tables that were not searched for the words: an earlier cleanclaim made them. `cleanclaim tables rebuild` mends it.
    pub unsearched: Vec<TableKind>,
    /// Tables that were searched, and whose last day is before [`Answer::as_of`]. Cards say it themselves.
    pub stale: Vec<Stale>,
    /// What else the text may be, which no table can tell.
    pub also: Option<String>,
    /// If there is neither: codes that are spelt nearly so.
    pub nearest: Vec<Named>,
    /// If there is neither: why.
    pub why: Option<String>,
}

/// All there is about a code.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Card {
    /// ICD-10-CM.
    Diagnosis(Box<DiagnosisCard>),
    /// CPT or HCPCS Level II.
    Procedure(Box<ProcedureCard>),
    /// A modifier of a procedure.
    Modifier(SmallCard),
    /// A place of service.
    Place(SmallCard),
}

/// A code with its title.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Named {
    /// The code, or the number of a chapter, or the codes of a block.
    pub code: String,
    /// Its title, if known.
    pub title: Option<String>,
}

/// Days from a first through a last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    /// The first day.
    pub from: Date,
    /// The last day; open if there is none.
    pub to: Option<Date>,
}

impl From<DateRange> for Window {
    fn from(range: DateRange) -> Window {
        Window { from: range.from, to: (!range.is_open()).then_some(range.to) }
    }
}

/// Looks a text up: a diagnosis, a procedure, a modifier or a place of service, in any case, with or without its dot; else words, or the
/// beginning of codes.
///
/// ```
/// use cleanclaim::{Tables, lookup};
///
/// let answer = lookup::look_up(&Tables::embedded(), "e1165", "2026-03-02".parse()?);
/// let lookup::Card::Diagnosis(card) = &answer.cards[0] else { panic!() };
/// assert_eq!(card.title.as_deref(), Some("Type 2 diabetes mellitus with hyperglycemia"));
/// # Ok::<(), cleanclaim::DateError>(())
/// ```
pub fn look_up(tables: &Tables, text: &str, as_of: Date) -> Answer {
    answer(tables, &Query::new(text, as_of))
}

/// As [`look_up`]; what the query filters holds for the hits of words, not for the card of a code.
pub fn answer(tables: &Tables, query: &Query) -> Answer {
    let as_of = query.as_of;
    // What was copied from a page can have a blank of another kind, or what nobody sees, beside it.
    let text = query.text.trim_matches(is_blank);
    let bytes = text.as_bytes();
    let mut answer = Answer {
        query: query.text.clone(),
        as_of,
        cards: Vec::new(),
        hits: Vec::new(),
        unknown: Vec::new(),
        aside: Vec::new(),
        unsearched: Vec::new(),
        stale: Vec::new(),
        also: None,
        nearest: Vec::new(),
        why: None,
    };
    let diagnosis = Icd10Cm::parse(bytes);
    let procedure = Procedure::parse(bytes);
    if let Some(rank) = diagnosis.ok().and_then(|code| tables.icd10cm.rank(code)) {
        answer.cards.extend(diagnosis::card(tables, rank, as_of).map(|c| Card::Diagnosis(Box::new(c))));
    }
    if let (Ok(code), Some(table)) = (procedure, &tables.procedures) {
        answer.cards.extend(table.rank(code).map(|rank| procedure::card(tables, table, code, rank, as_of)));
    }
    if let Ok(modifier) = Modifier::parse(bytes) {
        answer.cards.extend(procedure::modifier(tables, modifier, as_of));
    }
    if let Ok(place) = PlaceOfService::parse(bytes) {
        answer.cards.extend(procedure::place(place, as_of));
    }
    // "MS" is a modifier of the HCPCS file and what coders write for a disease. "RT" alone is no search for all that is on that side.
    let names_a_side = Modifier::parse(bytes).is_ok() && is_side(text);
    if is_short_form(text) || answer.cards.is_empty() && !names_a_side {
        let found = tables.search(query);
        (answer.hits, answer.unknown, answer.aside) = (found.hits, found.unknown, found.aside);
        (answer.unsearched, answer.stale) = (found.unsearched, found.stale);
    }
    if answer.cards.is_empty() && answer.hits.is_empty() {
        // What has the shape of a code is no word that no table has.
        if is_code(text) {
            answer.unknown.clear();
        }
        let filtered = query.billable || query.chapter.is_some() || query.prefix.is_some();
        if filtered && !tables.search(&Query::new(text, as_of)).hits.is_empty() {
            answer.why = Some("codes have these words, but none of those that were asked for".to_owned());
            return answer;
        }
        answer.why = Some(match names_a_side {
            true => nearest::no_modifier(tables),
            false => nearest::why_not(tables, diagnosis, procedure, text),
        });
        answer.nearest = nearest::nearest(tables, text, as_of);
    } else if let Ok(code) = procedure {
        // "J1100" is an influenza, and an injection for those who have no table of them.
        answer.also = nearest::no_table(tables, code.kind())
            .map(|none| format!("may be a code of {}, too: {none}", code.kind().name()));
    }
    answer
}

/// Has the text the shape of a code of some kind? All codes but some modifiers have a digit first or second; "lt" and "rt" are words.
fn is_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().take(2).any(u8::is_ascii_digit)
        && (!matches!(Icd10Cm::parse(bytes), Err(e) if e != CodeError::Icd9)
            || Procedure::parse(bytes).is_ok()
            || Modifier::parse(bytes).is_ok()
            || PlaceOfService::parse(bytes).is_ok())
}
