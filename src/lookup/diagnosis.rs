//! All there is about a diagnosis.

use serde::Serialize;

use super::{Named, Status, Window};
use crate::code::Icd10Cm;
use crate::coverage::{Mention, policies_of_diagnosis};
use crate::table::{Flags, Note, NoteKind, Rank, Seventh, Standing, Tables};
use crate::{Date, DateRange};

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

/// The card of a code or header.
pub(super) fn card(tables: &Tables, rank: Rank, day: Date) -> Option<DiagnosisCard> {
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
fn flags(history: &[(DateRange, Flags)]) -> Vec<FlagWindow> {
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
