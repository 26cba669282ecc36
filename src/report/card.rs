//! A look-up as a plain card.

use std::fmt::Write as _;

use super::diagnosis_card::diagnosis;
use super::hits::hits;
use super::procedure_card::edits;
use super::wrap::{PAGE, asked, broken};
use crate::Date;
use crate::coverage::Mention;
use crate::lookup::{Answer, Card, Named, ProcedureCard, SmallCard, Status, Window};
use crate::table::TableKind;

/// Where the second column begins.
const INDENT: usize = 14;
/// Lines of a screen: a card has no more, unless all of it is asked for.
pub(super) const SCREEN: usize = 40;

/// How much of an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// What fits on one screen: of long lists and notes the first, and how many more there are.
    #[default]
    Screen,
    /// All of it.
    Full,
}

impl Extent {
    /// So many on a screen.
    pub(super) fn lines(self, on_screen: usize) -> usize {
        match self {
            Extent::Screen => on_screen,
            Extent::Full => usize::MAX,
        }
    }
}

/// The answer for a terminal, at most 80 columns wide.
pub fn answer_text(answer: &Answer, extent: Extent) -> String {
    let mut others: Vec<String> = Vec::new();
    for card in &answer.cards {
        let mut out = String::new();
        match card {
            Card::Diagnosis(_) => {}
            Card::Procedure(card) => procedure(&mut out, answer.as_of, card, extent),
            Card::Modifier(card) => small(&mut out, "modifier", card),
            Card::Place(card) => small(&mut out, "place of service", card),
        }
        others.push(out);
    }
    let taken = others.iter().filter(|card| !card.is_empty()).map(|card| lines(card) + 1).sum();
    let mut parts: Vec<String> = Vec::new();
    for (card, other) in answer.cards.iter().zip(others) {
        parts.push(match card {
            Card::Diagnosis(card) => diagnosis(card, answer.as_of, extent, taken),
            _ => other,
        });
    }
    if !answer.hits.is_empty() {
        parts.push(hits(answer));
    }
    let mut out = parts.join("\n");
    if let Some(why) = &answer.why {
        let query = asked(&answer.query, 40);
        let query = if query.is_empty() { "no text" } else { &query };
        broken(&format!("{query}: {why}"), 0, 2, PAGE, |part| out.push_str(part));
        list(&mut out, "nearest", &answer.nearest, usize::MAX);
    }
    let mut told: Vec<String> = Vec::new();
    told.extend(answer.also.as_ref().map(|also| format!("{}: {also}", asked(&answer.query, 40))));
    told.extend(answer.unsearched.iter().map(|kind| unsearched(*kind)));
    told.extend(answer.stale.iter().map(|stale| {
        let (day, to) = (answer.as_of, stale.to);
        format!("stale: {day} is after {to}, the last day of the table of {}", stale.table.title())
    }));
    for line in told {
        broken(&line, 0, 2, PAGE, |part| out.push_str(part));
    }
    out
}

fn unsearched(kind: TableKind) -> String {
    format!(
        "not searched: {}; an earlier cleanclaim made the table, `cleanclaim tables rebuild` makes it anew",
        kind.title()
    )
}

/// How many lines a text has.
pub(super) fn lines(text: &str) -> usize {
    text.bytes().filter(|&b| b == b'\n').count()
}

fn procedure(out: &mut String, as_of: Date, card: &ProcedureCard, extent: Extent) {
    let title = card.title.as_deref().or(card.short_title.as_deref());
    heading(out, &card.code.to_string(), title);
    row(out, "set", card.set);
    if let (Some(short), true) = (&card.short_title, card.title.is_some() && card.title != card.short_title) {
        row(out, "short title", short);
    }
    let windows = match card.in_force.as_slice() {
        [] => "listed without dates".to_owned(),
        list => windows(list),
    };
    row(out, "in force", &format!("{}{windows}", standing(card.status)));
    if card.stale {
        row(out, "stale", &format!("{as_of} is after the last day of the table"));
    }
    edits(out, &card.edits, extent);
    policies(out, &card.policies, extent);
}

/// The policies that mention a code.
pub(super) fn policies(out: &mut String, mentions: &[Mention], extent: Extent) {
    let most = extent.lines(5);
    for (i, mention) in mentions.iter().take(most).enumerate() {
        let policy = &mention.policy;
        let mut line = policy.id.clone();
        if !policy.title.is_empty() {
            line.push_str(&format!(", {}", policy.title));
        }
        let to = policy.to.map_or_else(String::new, |to| format!(" to {to}"));
        line.push_str(&format!("; from {}{to}", policy.from));
        if !policy.jurisdictions.is_empty() {
            line.push_str(&format!("; {}", policy.jurisdictions.join(", ")));
        }
        line.push_str(&format!(
            "; {} procedures, {} diagnoses",
            mention.procedure_count, mention.diagnosis_count
        ));
        row(out, if i == 0 { "policies" } else { "" }, &line);
    }
    if mentions.len() > most {
        row(out, "", &format!("and {} more; all with --full", mentions.len() - most));
    }
}

fn small(out: &mut String, kind: &str, card: &SmallCard) {
    heading(out, &format!("{kind} {}", card.code), card.title.as_deref());
    let when = match (card.status, card.day) {
        (Status::NotYet, Some(from)) => format!("no: begins on {from}"),
        (Status::Ended, Some(to)) => format!("no: ended on {to}"),
        (Status::Unlisted, _) => "not known: no list of codes has it".to_owned(),
        _ => "yes".to_owned(),
    };
    row(out, "in force", &when);
}

fn standing(status: Status) -> &'static str {
    match status {
        Status::NotYet => "not yet: ",
        Status::Ended => "no: ",
        Status::Unlisted => "not known, in no list of codes: ",
        _ => "",
    }
}

pub(super) fn heading(out: &mut String, code: &str, title: Option<&str>) {
    let title = title.unwrap_or("(no title yet; it comes with `cleanclaim tables add`)");
    out.push_str(code);
    out.push_str("  ");
    broken(title, code.len() + 2, 2, PAGE, |part| out.push_str(part));
}

/// A label and what belongs to it.
pub(super) fn row(out: &mut String, label: &str, text: &str) {
    out.push_str("  ");
    out.push_str(label);
    let used = (2 + label.chars().count() + 1).max(INDENT + 2);
    out.extend(std::iter::repeat_n(' ', used - 2 - label.chars().count()));
    broken(text, used, INDENT + 2, PAGE, |part| out.push_str(part));
}

/// Codes with their titles, the codes in a column of their own; in so many lines, the rest counted.
pub(super) fn list(out: &mut String, label: &str, codes: &[Named], most: usize) {
    let width = codes.iter().map(|c| c.code.len()).max().unwrap_or(0);
    let indent = INDENT + 2 + width + 2;
    let item = |label: &str, named: &Named| {
        let mut item = format!("  {label:INDENT$}{:1$}", named.code, width + 2);
        broken(named.title.as_deref().unwrap_or("(no title yet)"), indent, indent, PAGE, |part| {
            item.push_str(part);
        });
        item
    };
    let label_of = |i| if i == 0 { label } else { "" };
    let items: Vec<String> = codes.iter().enumerate().map(|(i, named)| item(label_of(i), named)).collect();
    let fits = items.iter().map(|item| lines(item)).sum::<usize>() <= most;
    let mut room = if fits { usize::MAX } else { most.saturating_sub(1) };
    for (i, item) in items.iter().enumerate() {
        match room.checked_sub(lines(item)) {
            Some(left) => room = left,
            None => return row(out, label_of(i), &format!("and {} more; all with --full", items.len() - i)),
        }
        out.push_str(item);
    }
}

pub(super) fn windows(windows: &[Window]) -> String {
    let mut out = String::new();
    for (i, window) in windows.iter().enumerate() {
        let separator = if i > 0 { ", " } else { "" };
        // Writing to a string cannot fail.
        let _ = match window.to {
            Some(to) => write!(out, "{separator}{} to {to}", window.from),
            None => write!(out, "{separator}since {}", window.from),
        };
    }
    out
}

/// Answers as a JSON list.
pub fn answer_json(answers: &[Answer]) -> Vec<u8> {
    let mut out = b"[\n".to_vec();
    for (i, answer) in answers.iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(b",\n");
        }
        super::record::json(&mut out, answer);
    }
    out.extend_from_slice(b"\n]\n");
    out
}
