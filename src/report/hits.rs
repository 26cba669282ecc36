//! The hits of a search as a plain list: codes, titles, and why.

use super::wrap::{PAGE, asked, broken};
use crate::lookup::Answer;
use crate::search::{Hit, How, Matched, Via};
use crate::table::Status;

/// What was found for the words of the answer's query.
pub(super) fn hits(answer: &Answer) -> String {
    let mut text = String::new();
    let out = &mut text;
    let Some(first) = answer.hits.first() else { return text };
    broken(&asked(&answer.query, PAGE), 0, 2, PAGE, |part| out.push_str(part));
    let read = readings(&first.words);
    if !read.is_empty() {
        row(out, "read as", &read.join("; "));
    }
    if !answer.aside.is_empty() {
        row(out, "set aside", &answer.aside.join(", "));
    }
    if !answer.unknown.is_empty() {
        row(out, "not known", &answer.unknown.join(", "));
    }
    let width = answer.hits.iter().map(|hit| hit.code.to_string().len()).max().unwrap_or(0);
    for hit in &answer.hits {
        one(out, hit, width, &read);
    }
    let legend = [
        (answer.hits.iter().any(is_header), "- header, not billable"),
        (answer.hits.iter().any(|h| h.wants_seventh), "+ wants a 7th character"),
    ];
    let legend: Vec<&str> = legend.into_iter().filter(|(is, _)| *is).map(|(_, text)| text).collect();
    if !legend.is_empty() {
        out.push_str("  ");
        out.push_str(&legend.join("   "));
        out.push('\n');
    }
    text
}

fn is_header(hit: &Hit) -> bool {
    hit.status == Status::Header && !hit.wants_seventh
}

fn one(out: &mut String, hit: &Hit, width: usize, read: &[String]) {
    let mark = if hit.wants_seventh {
        '+'
    } else if is_header(hit) {
        '-'
    } else {
        ' '
    };
    let indent = 2 + width + 1 + 1 + 2;
    out.push_str(&format!("  {:width$} {mark}  ", hit.code.to_string()));
    let title = hit.title.as_deref().unwrap_or("(no title yet)");
    broken(title, indent, indent, PAGE, |part| out.push_str(part));
    for reason in reasons(hit, read) {
        out.extend(std::iter::repeat_n(' ', indent + 2));
        broken(&reason, indent + 2, indent + 4, PAGE, |part| out.push_str(part));
    }
}

/// What a title does not say of itself.
fn reasons(hit: &Hit, read: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    match (hit.status, hit.day) {
        (Status::NotYet, Some(from)) => out.push(format!("not yet: begins on {from}")),
        (Status::Ended, Some(to)) => out.push(format!("ended on {to}")),
        (Status::BeforeTable, Some(from)) => out.push(format!("not known: the table begins on {from}")),
        (Status::Unlisted, _) => out.push("in no list of codes on the day".to_owned()),
        _ => {}
    }
    match &hit.via {
        Via::Code | Via::Title => {}
        Via::FormerTitle { text } => out.push(format!("title at another time: {text}")),
        Via::Inclusion { text } => out.push(format!("inclusion term: {text}")),
        Via::ShortTitle { text } => out.push(format!("short title: {text}")),
        Via::Under { code } => out.push(format!("with the words of {code} above it")),
        Via::Header { code } => out.push(format!("stands for {code} when nothing more is said")),
    }
    // Most titles with a seventh character end with its meaning.
    let says = |meaning: &str| hit.title.as_deref().is_some_and(|title| title.ends_with(meaning));
    if let Some(seventh) = hit.seventh.as_ref().filter(|seventh| !says(&seventh.meaning)) {
        out.push(format!("7th character {}: {}", seventh.character, seventh.meaning));
    }
    let mut otherwise = readings(&hit.words);
    otherwise.retain(|reading| !read.contains(reading));
    if !otherwise.is_empty() {
        out.push(format!("read as {}", otherwise.join("; ")));
    }
    if !hit.missing.is_empty() {
        out.push(format!("does not name: {}", hit.missing.join(", ")));
    }
    out
}

/// The words that were not read as they stand.
fn readings(words: &[Matched]) -> Vec<String> {
    let one = |word: &Matched| {
        let how = match word.how {
            How::Prefix => return Some(format!("{}…", word.written)),
            How::Typo => " (a typing error)",
            _ => "",
        };
        word.meant.as_ref().map(|meant| format!("{} = {meant}{how}", word.written))
    };
    words.iter().filter_map(one).collect()
}

fn row(out: &mut String, label: &str, text: &str) {
    out.push_str(&format!("  {label:9}  "));
    broken(text, 13, 13, PAGE, |part| out.push_str(part));
}
