//! A query that is a code, or the beginning of codes.

use super::{FoundCode, Hit, How, Matched, Query, Via};
use crate::Tables;
use crate::code::is_blank;
use crate::table::{Rank, Standing, Status};

/// The codes that are or begin as the text; `None` if there are none, so that it must be words.
pub(super) fn hits(tables: &Tables, query: &Query) -> Option<Vec<Hit>> {
    let block = block(&query.text);
    let key = match &block {
        Some((first, _)) => first.clone(),
        None => key(&query.text)?,
    };
    let prefix =
        query.prefix.as_deref().map(|text| self::key(text).unwrap_or_else(|| text.to_ascii_uppercase()));
    let is_wanted = |code: &[u8]| prefix.as_deref().is_none_or(|p| code.starts_with(p.as_bytes()));
    let mut found = false;
    let mut out = Vec::new();
    let hit = |code: FoundCode, title, (status, day)| Hit {
        code,
        title,
        status,
        day,
        wants_seventh: false,
        seventh: None,
        via: Via::Code,
        words: vec![Matched { written: query.text.trim().to_owned(), meant: None, how: How::Code }],
        missing: Vec::new(),
        score: 1.0,
    };
    let table = &tables.icd10cm;
    if key.as_bytes()[0].is_ascii_alphabetic() {
        let mut codes = match &block {
            // Of a block the categories, or what can be billed.
            Some((first, last)) => table.index().in_range(first.as_bytes(), last.as_bytes()),
            None => table.index().with_prefix(key.as_bytes()),
        };
        found |= !codes.is_empty();
        codes.retain(|(code, rank)| {
            (block.is_none() || query.billable || code.len() == 3)
                && is_wanted(code)
                && query.chapter.is_none_or(|c| table.chapter_number(*rank) == Some(c))
        });
        // The code itself, then those in force, then the others; each in order.
        let stands = |rank: Rank| match table.standing(rank, query.as_of) {
            Standing::Billable(_) => 0,
            Standing::Header => 1,
            _ => 2,
        };
        codes.retain(|&(_, rank)| !query.billable || stands(rank) == 0);
        codes.sort_by_key(|(code, rank)| (*code != key.as_bytes(), stands(*rank) == 2));
        for (_, rank) in codes.into_iter().take(query.limit) {
            let Some(code) = table.code(rank) else { continue };
            let status = Status::of_diagnosis(table, table.standing(rank, query.as_of));
            let mut hit = hit(FoundCode::Diagnosis(code), table.title_on(rank, query.as_of), status);
            hit.wants_seventh = table.wants_seventh(rank) && status.0 == Status::Header;
            out.push(hit);
        }
    }
    // No procedure has a dot.
    let may_be_procedure = query.chapter.is_none() && block.is_none() && !query.text.contains('.');
    if let Some(table) = tables.procedures.as_ref().filter(|_| may_be_procedure) {
        let mut codes = table.index().with_prefix(key.as_bytes());
        codes.retain(|&(_, rank)| table.is_listed(rank));
        found |= !codes.is_empty();
        codes.retain(|(code, _)| is_wanted(code));
        for (_, rank) in codes {
            let in_force = table.in_force(rank, query.as_of);
            let status = in_force.map_or((Status::Unlisted, None), Status::of_listed);
            if let Some(code) = table.code(rank).filter(|_| !query.billable || status.0 == Status::InForce) {
                out.push(hit(FoundCode::Procedure(code), table.title(rank), status));
            }
            if out.len() >= query.limit {
                break;
            }
        }
    }
    out.truncate(query.limit);
    found.then_some(out)
}

/// Is the text a block of categories, as `E08-E13`?
pub(crate) fn is_block(text: &str) -> bool {
    block(text).is_some()
}

/// The first and last category of a block, as cards and the tabular list write it: "E08-E13".
fn block(text: &str) -> Option<(String, String)> {
    // With a hyphen or a dash.
    let (first, last) = text
        .trim_matches(is_blank)
        .split_once(['-', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}'])?;
    let category =
        |text: &str| key(text).filter(|key| key.len() == 3 && key.as_bytes()[0].is_ascii_alphabetic());
    Some((category(first)?, category(last)?)).filter(|(first, last)| first < last)
}

/// The text as codes are kept, if it can be a code or the beginning of one: two to seven letters and digits with a digit among the first
/// two, and no blank between.
pub(super) fn key(text: &str) -> Option<String> {
    let text = text.trim_matches(is_blank).trim_end_matches(['-', '*']);
    let all = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    let key: String = text.chars().filter(|&c| c != '.').map(|c| c.to_ascii_uppercase()).collect();
    let digit = key.bytes().take(2).any(|b| b.is_ascii_digit());
    let dots = text.bytes().filter(|&b| b == b'.').count();
    (all && digit && dots < 2 && (2..=7).contains(&key.len())).then_some(key)
}
