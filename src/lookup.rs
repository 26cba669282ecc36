//! Look-ups: all that the tables know about one code, as of a date; or, for words, the codes that they mean.

use serde::Serialize;

use crate::code::{CodeError, Icd10Cm, Modifier, PlaceOfService, Procedure};
use crate::coverage::{Mention, policies_of_diagnosis, policies_of_procedure};
use crate::explain::{self, ProcedureExplanation};
use crate::search::{Hit, Query, is_short_form};
use crate::table::{
    Cover, InForce, Note, NoteKind, ProcedureTable, Rank, Seventh, Standing, TableKind, Tables, cpt_modifier,
    place_in_force, place_name,
};
use crate::{Date, DateRange};

pub use crate::table::Status;

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

/// A diagnosis code or header.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct DiagnosisCard {
    /// The code.
    pub code: Icd10Cm,
    /// Its title on the day; `None` if it is in no source yet.
    pub title: Option<String>,
    /// How it stands on the day.
    pub status: Status,
    /// The first day of a code that is not yet in force; the last day of one that ended.
    pub day: Option<Date>,
    /// Is the day after the last for which the table stands?
    pub stale: bool,
    /// When it was billable.
    pub billable: Vec<Window>,
    /// When it had codes below it.
    pub header: Vec<Window>,
    /// Its titles, if they changed, each with the day from which it is known.
    pub titles: Vec<Titled>,
    /// Its chapter.
    pub chapter: Option<Named>,
    /// Its block.
    pub block: Option<Named>,
    /// The codes above it, the category first.
    pub parents: Vec<Named>,
    /// The codes directly below it that stand on the day.
    pub children: Vec<Child>,
    /// How many billable codes there are below it on the day.
    pub billable_below: usize,
    /// What to use instead of a code that ended.
    pub successors: Vec<Named>,
    /// `left`, `right`, `bilateral` or `unspecified`, where its family has sides.
    pub side: Option<&'static str>,
    /// The Medicare Code Editor's flags.
    pub flags: Vec<FlagWindow>,
    /// The seventh characters that it, or a code above it, calls for.
    pub sevenths: Vec<Seventh>,
    /// The notes of the tabular list, its own first, then those of what stands above it.
    pub notes: Vec<Note>,
    /// The coverage policies that mention it.
    pub policies: Vec<Mention>,
}

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

/// A code with its title.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Named {
    /// The code, or the number of a chapter, or the codes of a block.
    pub code: String,
    /// Its title, if known.
    pub title: Option<String>,
}

/// A code below another.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Child {
    /// The code.
    pub code: Icd10Cm,
    /// Its title, if known.
    pub title: Option<String>,
    /// Is it billable on the day?
    pub billable: bool,
}

/// Days from a first through a last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    /// The first day.
    pub from: Date,
    /// The last day; open if there is none.
    pub to: Option<Date>,
}

/// A title and since when.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Titled {
    /// The first day from which it is known.
    pub from: Date,
    /// The title.
    pub title: String,
}

/// A flag of the Medicare Code Editor.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct FlagWindow {
    /// CMS's name of it.
    pub flag: &'static str,
    /// What it says.
    pub meaning: &'static str,
    /// When it held.
    pub windows: Vec<Window>,
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
    let (text, as_of) = (query.text.as_str(), query.as_of);
    let bytes = text.as_bytes();
    let mut answer = Answer {
        query: text.to_owned(),
        as_of,
        cards: Vec::new(),
        hits: Vec::new(),
        unknown: Vec::new(),
        nearest: Vec::new(),
        why: None,
    };
    let diagnosis = Icd10Cm::parse(bytes);
    let procedure = Procedure::parse(bytes);
    if let Some(rank) = diagnosis.ok().and_then(|code| tables.icd10cm.rank(code)) {
        answer.cards.extend(diagnosis_card(tables, rank, as_of).map(|c| Card::Diagnosis(Box::new(c))));
    }
    if let (Ok(code), Some(table)) = (procedure, &tables.procedures) {
        answer.cards.extend(table.rank(code).map(|rank| procedure_card(tables, table, code, rank, as_of)));
    }
    if let Ok(modifier) = Modifier::parse(bytes) {
        answer.cards.extend(modifier_card(tables, modifier, as_of));
    }
    if let Ok(place) = PlaceOfService::parse(bytes) {
        answer.cards.extend(place_card(place, as_of));
    }
    // "MS" is a modifier of the HCPCS file and what coders write for a disease.
    if answer.cards.is_empty() || is_short_form(text) {
        let found = tables.search(query);
        (answer.hits, answer.unknown) = (found.hits, found.unknown);
    }
    if answer.cards.is_empty() && answer.hits.is_empty() {
        answer.why = Some(why_not(tables, diagnosis, procedure, text));
        answer.nearest = nearest(tables, text, as_of);
    }
    answer
}

/// Has the text the shape of a code of some kind, so that it is not read together with the words beside it? All codes but some modifiers
/// have a digit first or second; "lt" and "rt" beside other words are words.
pub fn is_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().take(2).any(u8::is_ascii_digit)
        && (!matches!(Icd10Cm::parse(bytes), Err(e) if e != CodeError::Icd9)
            || Procedure::parse(bytes).is_ok()
            || Modifier::parse(bytes).is_ok()
            || PlaceOfService::parse(bytes).is_ok())
}

/// Why a text that may be a code of more than one kind is none that is known.
fn why_not(
    tables: &Tables,
    diagnosis: Result<Icd10Cm, CodeError>,
    procedure: Result<Procedure, CodeError>,
    text: &str,
) -> String {
    let of_diagnosis = match diagnosis {
        // Letters alone are words.
        Ok(_) if !text.contains(|c: char| c.is_ascii_digit()) => None,
        Ok(_) => Some("in no release of ICD-10-CM".to_owned()),
        // Five digits without a dot are a procedure before they are an old diagnosis.
        Err(CodeError::Icd9) if procedure.is_err() => {
            Some("has the shape of an ICD-9-CM code, which ended on 2015-09-30".to_owned())
        }
        Err(_) => None,
    };
    let of_procedure = procedure
        .ok()
        .map(|code| unlisted(tables, code).unwrap_or_else(|| format!("no {} code", code.kind().name())));
    match (of_diagnosis, of_procedure) {
        (Some(one), Some(other)) => format!("{one}; {other}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) if text.contains(char::is_alphabetic) => {
            "no code and no title has these words".to_owned()
        }
        (None, None) => "has the shape of no code".to_owned(),
    }
}

/// Why the tables cannot tell whether there is such a procedure.
fn unlisted(tables: &Tables, code: Procedure) -> Option<String> {
    let kind = code.kind();
    let cover = tables.procedures.as_ref().map_or(Cover::None, |t| t.cover(kind));
    match cover {
        Cover::None if code.kind().is_cpt() => Some(format!(
            "no table of {} codes; a licensed list comes in by `cleanclaim tables add`",
            kind.name()
        )),
        Cover::None => Some(format!(
            "no table of {} codes; add one with `{}`",
            kind.name(),
            TableKind::Procedures.how_to_add()
        )),
        Cover::Partial { codes, .. } => {
            Some(format!("not in the list that was added, of {codes} {} codes", kind.name()))
        }
        Cover::Whole { .. } => None,
    }
}

fn diagnosis_card(tables: &Tables, rank: Rank, day: Date) -> Option<DiagnosisCard> {
    let table = &tables.icd10cm;
    let code = table.code(rank)?;
    let standing = table.standing(rank, day);
    let (status, edge) = Status::of_diagnosis(table, standing);
    let named = |rank: Rank| {
        let code = table.code(rank).map(|c| c.to_string()).unwrap_or_default();
        Named { code, title: table.title_on(rank, day) }
    };
    let mut parents = Vec::new();
    let mut above = table.parent(rank);
    while let Some(at) = above {
        parents.push(named(at));
        above = table.parent(at);
    }
    parents.reverse();
    let children = table.children(rank).into_iter().filter_map(|r| {
        let billable = match table.standing(r, day) {
            Standing::Billable(_) => true,
            Standing::Header => false,
            _ => return None,
        };
        Some(Child { code: table.code(r)?, title: table.title_on(r, day), billable })
    });
    let below = table.below(rank);
    let billable_below =
        below.iter().filter(|&&r| matches!(table.standing(r, day), Standing::Billable(_))).count();
    let successors = match standing {
        Standing::Ended(_) => table.successors(rank, day, usize::MAX).into_iter().map(named).collect(),
        _ => Vec::new(),
    };
    let side = match table.side(rank) {
        Some(crate::code::Side::Left) => Some("left"),
        Some(crate::code::Side::Right) => Some("right"),
        None if table.is_bilateral(rank) => Some("bilateral"),
        None if table.is_side_unspecified(rank) => Some("unspecified"),
        None => None,
    };
    let own = code.to_string();
    let mut notes = table.inherited_notes(rank);
    // An inclusion term names the code at which it stands, not those below it.
    notes.retain(|note| note.kind != NoteKind::Inclusion || note.at == own);
    // Before the first list that is known, its notes are the nearest there are.
    let listed = day.max(table.notes_from());
    notes.retain(|note| note.window.contains(listed));
    Some(DiagnosisCard {
        code,
        title: table.title_on(rank, day),
        status,
        day: edge,
        stale: day > table.window().to,
        billable: table.billable_windows(rank).into_iter().map(Window::from).collect(),
        header: table.header_windows(rank).into_iter().map(Window::from).collect(),
        titles: table.titles(rank).into_iter().map(|(from, title)| Titled { from, title }).collect(),
        chapter: table
            .chapter(rank)
            .map(|(number, title)| Named { code: number.to_string(), title: Some(title) }),
        block: table.block(rank).map(|(code, title)| Named { code, title: Some(title) }),
        parents,
        children: children.collect(),
        billable_below,
        successors,
        side,
        flags: flags(&table.flag_windows(rank)),
        sevenths: table.sevenths(rank),
        notes,
        policies: policies_of_diagnosis(tables, code),
    })
}

/// By flag, the windows in which it held.
fn flags(history: &[(DateRange, crate::table::Flags)]) -> Vec<FlagWindow> {
    let mut out: Vec<FlagWindow> = Vec::new();
    for (range, flags) in history {
        for flag in flags.names() {
            let window = Window::from(*range);
            let at = out.iter().position(|f| f.flag == flag).unwrap_or_else(|| {
                out.push(FlagWindow { flag, meaning: meaning(flag), windows: Vec::new() });
                out.len() - 1
            });
            match out[at].windows.last_mut() {
                Some(last) if last.to.is_some_and(|to| to.add_days(1) == window.from) => last.to = window.to,
                _ => out[at].windows.push(window),
            }
        }
    }
    out
}

/// CMS's names in words.
fn meaning(flag: &'static str) -> &'static str {
    match flag {
        "manifestation" => "manifestation: never listed first",
        "ecodepdx" => "external cause: never listed first",
        "unacceptable" => "not acceptable as the principal diagnosis of an admission",
        "reqsdx" => "acceptable as the principal diagnosis only with a secondary one",
        "qadm" => "admission for it is questioned",
        "unspecified" => "leaves the side open while others of its family name it",
        "newborn" => "newborns: age 0",
        "pediatric" => "children: age 0 to 17",
        "maternity" => "maternity: age 9 to 64 (12 to 55 before 2019-10-01)",
        "adult" => "adults: age 15 to 124",
        "female" => "female patients",
        "male" => "male patients",
        "wrngproc" => "wrong procedure performed",
        "delout" => "outcome of delivery",
        "diabtypeI" => "type 1 diabetes, in Medicare's coverage edits",
        "clintrial" => "encounter in a clinical trial",
        "ncov6" | "ncov7" => "limits coverage together with some procedures",
        "ncov_z302" => "sterilisation, in Medicare's coverage edits",
        other => other,
    }
}

fn procedure_card(tables: &Tables, table: &ProcedureTable, code: Procedure, rank: Rank, as_of: Date) -> Card {
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

fn modifier_card(tables: &Tables, modifier: Modifier, as_of: Date) -> Option<Card> {
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

fn place_card(place: PlaceOfService, as_of: Date) -> Option<Card> {
    let (status, day) = Status::of_listed(place_in_force(place, as_of)?);
    let title = place_name(place).map(str::to_owned);
    Some(Card::Place(SmallCard { code: place.to_string(), title, status, day }))
}

/// Codes spelt nearly so: one edit away, or two if there is none; at most five of each table.
fn nearest(tables: &Tables, text: &str, as_of: Date) -> Vec<Named> {
    const MOST: usize = 5;
    let key: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    if !(3..=8).contains(&key.len()) || !key.bytes().any(|b| b.is_ascii_digit()) {
        return Vec::new();
    }
    // Billable codes first, then the longest common beginning, then the same length.
    let sorted = |mut near: Vec<(bool, Vec<u8>, Rank)>| {
        let common = |code: &[u8]| code.iter().zip(key.as_bytes()).take_while(|(a, b)| a == b).count();
        near.sort_by_cached_key(|(billable, code, _)| {
            (!billable, std::cmp::Reverse(common(code)), code.len().abs_diff(key.len()), code.clone())
        });
        near.truncate(MOST);
        near
    };
    let mut out = Vec::new();
    for distance in 1..=2 {
        // No diagnosis begins with a digit.
        if key.starts_with(|c: char| c.is_ascii_uppercase()) {
            let table = &tables.icd10cm;
            let near = table.index().near(&key, distance, 2000).into_iter().filter_map(|(code, rank)| {
                match table.standing(rank, as_of) {
                    Standing::Billable(_) => Some((true, code, rank)),
                    Standing::Header => Some((false, code, rank)),
                    _ => None,
                }
            });
            for (_, _, rank) in sorted(near.collect()) {
                let code = table.code(rank).map(|c| c.to_string()).unwrap_or_default();
                out.push(Named { code, title: table.title_on(rank, as_of) });
            }
        }
        if let Some(table) = &tables.procedures {
            let near = table.index().near(&key, distance, 2000).into_iter();
            let near = near.filter(|&(_, rank)| table.in_force(rank, as_of) == Some(InForce::Yes));
            for (_, code, rank) in sorted(near.map(|(code, rank)| (true, code, rank)).collect()) {
                let code = String::from_utf8_lossy(&code).into_owned();
                out.push(Named { code, title: table.title(rank) });
            }
        }
        if !out.is_empty() {
            break;
        }
    }
    out
}
