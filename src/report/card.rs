//! A look-up as a plain card.

use std::fmt::{self, Write as _};

use super::hits::hits;
use super::procedure_card::edits;
use super::wrap::{PAGE, broken};
use crate::code::Icd10Cm;
use crate::coverage::Mention;
use crate::lookup::{Answer, Card, Child, DiagnosisCard, Named, ProcedureCard, SmallCard, Status, Window};

/// Where the second column begins.
const INDENT: usize = 14;
/// Most codes of a list; the rest are counted.
const MOST: usize = 20;

/// The answer for a terminal.
pub fn answer_text(answer: &Answer) -> String {
    let mut out = String::with_capacity(2048);
    // Writing to a string cannot fail.
    let _ = write_answer(&mut out, answer);
    out
}

fn write_answer(out: &mut String, answer: &Answer) -> fmt::Result {
    for (i, card) in answer.cards.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        match card {
            Card::Diagnosis(card) => diagnosis(out, answer, card)?,
            Card::Procedure(card) => procedure(out, answer, card),
            Card::Modifier(card) => small(out, "modifier", card),
            Card::Place(card) => small(out, "place of service", card),
        }
    }
    if !answer.cards.is_empty() && !answer.hits.is_empty() {
        out.push('\n');
    }
    hits(out, answer);
    if let Some(why) = &answer.why {
        let query: String = answer.query.chars().filter(|c| !c.is_control()).take(40).collect();
        broken(&format!("{query}: {why}"), 0, 2, PAGE, |part| out.push_str(part));
        list(out, "nearest", &answer.nearest);
    }
    Ok(())
}

fn diagnosis(out: &mut String, answer: &Answer, card: &DiagnosisCard) -> fmt::Result {
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
        row(out, "stale", &format!("{} is after the last day of the table", answer.as_of));
    }
    list(out, "successors", &card.successors);
    let mut above: Vec<Named> = Vec::new();
    let numbered = |c: &Named| Named { code: format!("chapter {}", c.code), title: c.title.clone() };
    above.extend(card.chapter.as_ref().map(numbered));
    above.extend(card.block.clone());
    above.extend(card.parents.iter().cloned());
    list(out, "above", &above);
    below(out, card);
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
    for (i, titled) in card.titles.iter().enumerate() {
        row(out, if i == 0 { "titles" } else { "" }, &format!("from {}: {}", titled.from, titled.title));
    }
    let own = card.code.to_string();
    let mut last = None;
    for note in &card.notes {
        if last != Some((note.kind, &note.at)) {
            let at = if note.at == own { String::new() } else { format!(" (at {})", note.at) };
            writeln!(out, "  {}{at}", note.kind)?;
            last = Some((note.kind, &note.at));
        }
        out.push_str("    ");
        broken(&note.text, 4, 6, PAGE, |part| out.push_str(part));
    }
    policies(out, &card.policies);
    Ok(())
}

/// The codes below and the seventh characters. Codes that differ in nothing but their seventh character are shown with its meaning alone.
fn below(out: &mut String, card: &DiagnosisCard) {
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
        return list(out, "7th character", &made);
    }
    let named = |child: &Child| {
        let header = if child.billable { "" } else { " -" };
        Named { code: format!("{}{header}", child.code), title: child.title.clone() }
    };
    let children: Vec<Named> = card.children.iter().map(named).collect();
    list(out, "below", &children);
    if let (Some(seventh), Some(meaning)) = (card.code.seventh(), meaning(&card.code)) {
        row(out, "7th character", &format!("{seventh}: {meaning}"));
    } else if !card.children.is_empty() && !card.sevenths.is_empty() {
        let characters: Vec<String> = card.sevenths.iter().map(|s| s.character.to_string()).collect();
        row(out, "7th character", &format!("one of {}", characters.join(" ")));
    }
}

fn procedure(out: &mut String, answer: &Answer, card: &ProcedureCard) {
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
        row(out, "stale", &format!("{} is after the last day of the table", answer.as_of));
    }
    edits(out, &card.edits);
    policies(out, &card.policies);
}

/// The policies that mention a code, at most ten.
fn policies(out: &mut String, mentions: &[Mention]) {
    const MOST: usize = 10;
    for (i, mention) in mentions.iter().take(MOST).enumerate() {
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
    if mentions.len() > MOST {
        row(out, "", &format!("and {} more", mentions.len() - MOST));
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

fn heading(out: &mut String, code: &str, title: Option<&str>) {
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

/// Codes with their titles, one a line; the codes in a column of their own.
fn list(out: &mut String, label: &str, codes: &[Named]) {
    let width = codes.iter().take(MOST).map(|c| c.code.len()).max().unwrap_or(0);
    let indent = INDENT + 2 + width + 2;
    for (i, named) in codes.iter().take(MOST).enumerate() {
        let label = if i == 0 { label } else { "" };
        out.push_str("  ");
        out.push_str(label);
        out.extend(std::iter::repeat_n(' ', INDENT - label.len().min(INDENT)));
        out.push_str(&named.code);
        out.extend(std::iter::repeat_n(' ', width + 2 - named.code.len()));
        broken(named.title.as_deref().unwrap_or("(no title yet)"), indent, indent, PAGE, |part| {
            out.push_str(part);
        });
    }
    if codes.len() > MOST {
        row(out, "", &format!("and {} more", codes.len() - MOST));
    }
}

fn windows(windows: &[Window]) -> String {
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
