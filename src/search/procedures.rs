//! Search among the procedures of the user's own tables.

use super::plan::{Known, Plan};
use super::score::{Grammar, Match, candidates, keep_best, keep_most, look};
use super::words::Part;
use super::{FoundCode, Hit, Query, Via, by_code, denies, explained};
use crate::table::{PhraseKind, ProcedureTable, Rank, Status, TextId, WordIndex};

/// The best of them, at most as many as the query wants.
pub(super) fn search(
    table: &ProcedureTable,
    index: &WordIndex<'_>,
    query: &Query,
    parts: &[Part],
) -> Vec<Hit> {
    let Some(plan) = Plan::new(parts, index) else { return Vec::new() };
    let grammar = Grammar::of(index);
    let query_denies = parts.iter().any(denies);
    let status = |rank| {
        let in_force = table.in_force(rank, query.as_of);
        in_force.map_or((Status::Unlisted, None), Status::of_listed)
    };
    let within = query.prefix.as_deref().map(|prefix| {
        let key = by_code::key(prefix).unwrap_or_else(|| prefix.to_ascii_uppercase());
        table.index().with_prefix(key.as_bytes())
    });
    let is_wanted = |number: u32| {
        let rank = index.phrase(number).rank;
        within.as_ref().is_none_or(|codes| codes.binary_search_by_key(&rank, |(_, r)| *r).is_ok())
            && (!query.billable || status(rank).0 == Status::InForce)
    };
    let is_filtered = within.is_some() || query.billable;
    let filter: Option<&dyn Fn(u32) -> bool> = if is_filtered { Some(&is_wanted) } else { None };
    let mut best: Vec<(Rank, (f32, Match, u32))> = Vec::new();
    let mut known = Known::default();
    let mut words = Vec::new();
    for number in candidates(&plan, index, &mut known, filter) {
        let phrase = index.phrase(number);
        let mut look_at = |text| {
            index.words(text, &mut words);
            look(&words, &plan, &grammar, query_denies)
        };
        let mut found = look_at(phrase.text);
        let mut by = number;
        // A short title is the title in fewer words: what either says is said.
        if phrase.kind == PhraseKind::ShortTitle
            && let Some((of_title, text)) = title_of(index, number)
        {
            let title = look_at(text);
            if found.mask & !title.mask == 0 {
                by = of_title;
            }
            found.mask |= title.mask;
        }
        let mut score = found.score(known.covered(&plan, found.mask), phrase.kind);
        if status(phrase.rank).0 != Status::InForce {
            score *= 0.6;
        }
        keep_best(&mut best, phrase.rank, (score, found, by), |found| found.0);
    }
    keep_most(&mut best, query.limit, |found| found.0);
    let hits = best.into_iter().filter_map(|(rank, (score, found, number))| {
        let phrase = index.phrase(number);
        let (status, day) = status(rank);
        let (words, missing) = explained(&plan, found.mask, parts);
        let via = match phrase.kind {
            PhraseKind::ShortTitle => Via::ShortTitle { text: index.text(phrase.text) },
            _ => Via::Title,
        };
        Some(Hit {
            code: FoundCode::Procedure(table.code(rank)?),
            title: table.title(rank),
            status,
            day,
            wants_seventh: false,
            seventh: None,
            via,
            words,
            missing,
            score,
        })
    });
    hits.collect()
}

/// The title of the code whose short title a phrase is, and the number of its phrase: they stand together, the title first.
fn title_of(index: &WordIndex<'_>, short: u32) -> Option<(u32, TextId)> {
    let rank = index.phrase(short).rank;
    let before = (0..short).rev().map(|number| (number, index.phrase(number)));
    let mut of_code = before.take_while(|(_, phrase)| phrase.rank == rank);
    of_code.find(|(_, phrase)| phrase.kind == PhraseKind::Title).map(|(number, phrase)| (number, phrase.text))
}
