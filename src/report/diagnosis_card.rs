//! The card of a diagnosis. On one screen: what does not fit is counted, codes below and notes alike.

use super::card::{Extent, SCREEN, heading, lines, list, policies, row, windows};
use super::wrap::{PAGE, broken};
use crate::Date;
use crate::code::Icd10Cm;
use crate::lookup::{Child, DiagnosisCard, Named, Status};
use crate::table::{CUT, Note};

/// Most lines of a list that is not the codes below.
const SHORT: usize = 8;
/// Fewest lines for the codes below, and for the notes, however long the rest of the card is.
const AT_LEAST: usize = 4;

/// The card, beside others that take so many lines.
pub(super) fn diagnosis(card: &DiagnosisCard, as_of: Date, extent: Extent, others: usize) -> String {
    let mut head = String::new();
    standing(&mut head, card, as_of, extent);
    let mut facts = String::new();
    facts_of(&mut facts, card);
    let mut mentions = String::new();
    policies(&mut mentions, &card.policies, extent);
    let notes = notes(card);
    let (mut below_it, mut beside) = (String::new(), String::new());
    match extent {
        Extent::Full => {
            below(&mut below_it, card, usize::MAX);
            all(&mut beside, &notes, usize::MAX);
        }
        Extent::Screen => {
            let taken = [&head, &facts, &mentions].map(|part| lines(part)).iter().sum::<usize>() + others;
            let room = SCREEN.saturating_sub(taken);
            let of_notes: usize = notes.iter().map(Group::lines).sum();
            // Half for each, and more if the other needs less.
            below(&mut below_it, card, room.saturating_sub(of_notes).max(room / 2).max(AT_LEAST));
            all(&mut beside, &notes, room.saturating_sub(lines(&below_it)).max(AT_LEAST));
        }
    }
    head + &below_it + &facts + &beside + &mentions
}

/// The title, how the code stands, and what is above it.
fn standing(out: &mut String, card: &DiagnosisCard, as_of: Date, extent: Extent) {
    heading(out, &card.code.to_string(), card.title.as_deref());
    let ended = |what: &str| match (card.status, card.day) {
        (Status::NotYet, Some(from)) => format!("not yet: begins on {from}"),
        (Status::Ended, Some(to)) => format!("no: ended on {to}"),
        (Status::BeforeTable, Some(from)) => format!("not known: the table begins on {from}"),
        _ => what.to_owned(),
    };
    let codes = |n: usize| if n == 1 { "1 code".to_owned() } else { format!("{n} codes") };
    let billable = match card.status {
        Status::InForce => "yes".to_owned(),
        Status::Header => format!("no: a header, {} below it", codes(card.billable_below)),
        _ => ended("no"),
    };
    row(out, "billable", &billable);
    if !card.billable.is_empty() {
        let label = if card.status == Status::Header { "was billable" } else { "in force" };
        row(out, label, &windows(&card.billable));
    }
    if card.stale {
        row(out, "stale", &format!("{as_of} is after the last day of the table"));
    }
    list(out, "successors", &card.successors, extent.lines(SHORT));
    let mut above: Vec<Named> = Vec::new();
    let numbered = |c: &Named| Named { code: format!("chapter {}", c.code), title: c.title.clone() };
    above.extend(card.chapter.as_ref().map(numbered));
    above.extend(card.block.clone());
    above.extend(card.parents.iter().cloned());
    list(out, "above", &above, usize::MAX);
}

/// Its side, its flags, and its titles over time.
fn facts_of(out: &mut String, card: &DiagnosisCard) {
    if let Some(side) = card.side {
        row(out, "side", side);
    }
    for (i, flag) in card.flags.iter().enumerate() {
        let when = if flag.windows == card.billable {
            String::new()
        } else {
            format!(", {}", windows(&flag.windows))
        };
        row(out, if i == 0 { "flags" } else { "" }, &format!("{}{when}", flag.meaning));
    }
    if card.title.as_ref().is_some_and(|title| title.ends_with(CUT)) {
        row(out, "title", "cut so in the only list that has it, of CMS's shortened titles of FY2019");
    }
    for (i, titled) in card.titles.iter().enumerate() {
        row(out, if i == 0 { "titles" } else { "" }, &format!("from {}: {}", titled.from, titled.title));
    }
}

/// The codes below and the seventh characters. Codes that differ in nothing but their seventh character are shown with its meaning alone.
fn below(out: &mut String, card: &DiagnosisCard, most: usize) {
    let meaning = |code: &Icd10Cm| {
        let seventh = code.seventh()?;
        card.sevenths.iter().find(|s| s.character == seventh).map(|s| s.meaning.clone())
    };
    let made: Vec<Named> = card
        .children
        .iter()
        .filter_map(|child| Some(Named { code: child.code.to_string(), title: Some(meaning(&child.code)?) }))
        .collect();
    if !made.is_empty() && made.len() == card.children.len() {
        return list(out, "7th character", &made, most);
    }
    let named = |child: &Child| {
        let header = if child.billable { "" } else { " -" };
        Named { code: format!("{}{header}", child.code), title: child.title.clone() }
    };
    let children: Vec<Named> = card.children.iter().map(named).collect();
    let some = !children.is_empty() && !card.sevenths.is_empty();
    list(out, "below", &children, most - usize::from(some));
    if let (Some(seventh), Some(meaning)) = (card.code.seventh(), meaning(&card.code)) {
        row(out, "7th character", &format!("{seventh}: {meaning}"));
    } else if some {
        let characters: Vec<String> = card.sevenths.iter().map(|s| s.character.to_string()).collect();
        row(out, "7th character", &format!("one of {}", characters.join(" ")));
    }
}

/// Notes of one kind at one place.
struct Group<'c> {
    at: &'c str,
    heading: String,
    /// Each as it is written, with its line ends.
    notes: Vec<String>,
}

impl Group<'_> {
    fn lines(&self) -> usize {
        1 + self.notes.iter().map(|note| lines(note)).sum::<usize>()
    }
}

/// The notes, those of the code itself first.
fn notes(card: &DiagnosisCard) -> Vec<Group<'_>> {
    let own = card.code.to_string();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for Note { kind, at, text, .. } in &card.notes {
        let place = if *at == own { String::new() } else { format!(" (at {at})") };
        let heading = format!("  {kind}{place}\n");
        let mut line = "    ".to_owned();
        broken(text, 4, 6, PAGE, |part| line.push_str(part));
        // A block of one category, as T07, has its name: their notes stand apart and are one list for the reader.
        match groups.iter_mut().find(|group| group.heading == heading) {
            Some(group) => group.notes.push(line),
            None => groups.push(Group { at, heading, notes: vec![line] }),
        }
    }
    groups
}

/// Writes them in so many lines; those that do not fit are counted by where they stand.
fn all(out: &mut String, groups: &[Group<'_>], most: usize) {
    let fits = groups.iter().map(Group::lines).sum::<usize>() <= most;
    // The last lines say what is missing.
    let mut room = if fits { usize::MAX } else { most.saturating_sub(2) };
    let mut left: Vec<(&str, usize)> = Vec::new();
    for group in groups {
        let mut begun = false;
        for note in &group.notes {
            let needs = lines(note) + usize::from(!begun);
            if left.is_empty() && needs <= room {
                room -= needs;
                if !begun {
                    out.push_str(&group.heading);
                }
                out.push_str(note);
                begun = true;
            } else {
                match left.last_mut().filter(|(at, _)| *at == group.at) {
                    Some((_, count)) => *count += 1,
                    None => left.push((group.at, 1)),
                }
            }
        }
    }
    if !left.is_empty() {
        let left: Vec<String> = left.iter().map(|(at, count)| format!("{count} at {at}")).collect();
        row(out, "more notes", &format!("{}; all with --full", left.join(", ")));
    }
}
