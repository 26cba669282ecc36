//! Search among the diagnoses: titles and inclusion terms, sides, seventh characters, and the code that stands for its header.

use rustc_hash::FxHashMap;

use super::numbers::others_in_range;
use super::plan::{Known, Mask, Plan};
use super::score::{Grammar, Match, candidates, keep_best, keep_most, look};
use super::words::Part;
use super::{FoundCode, Hit, Query, Via, by_code, denies, explained};
use crate::code::Side;
use crate::table::{Flags, Icd10CmTable, PhraseKind, PhraseWord, Rank, Standing, Status, Stem, WordIndex};

/// A header is mostly not what is wanted.
const HEADER: f32 = 0.92;
/// Nor is a code that is not in force.
const NOT_IN_FORCE: f32 = 0.5;
/// The other side is wrong.
const OTHER_SIDE: f32 = 0.5;
/// So is a code that names none of the sides, if one was asked for.
const NO_SIDE: f32 = 0.85;
/// One side, if both were asked for, and no code is for both.
const ONE_OF_BOTH: f32 = 0.95;
/// What is never listed first is not what a word alone means.
const MANIFESTATION: f32 = 0.9;
/// Headers among so many hits can lift the codes below them, however few are asked for.
const LIFTED: usize = 60;
/// How much of what a title says beyond the query counts against an inclusion term below it.
const UNDER_TITLE: f32 = 0.08;
/// The code with nothing further said, as against what its header has by its words.
const DEFAULT: f32 = 0.999;

/// A code found, and why.
#[derive(Clone, Copy)]
struct Candidate {
    score: f32,
    mask: Mask,
    phrase: u32,
    /// The seventh character that the query names.
    seventh: Option<char>,
    /// The header that helped to find it.
    header: Option<Above>,
}

/// What the header above did for a code.
#[derive(Clone, Copy)]
enum Above {
    /// The code stands for it: it says nothing further.
    Default(Rank),
    /// The code's title goes on where the header's words end.
    Title(Rank),
}

struct Search<'s, 't> {
    table: &'s Icd10CmTable,
    index: &'s WordIndex<'t>,
    query: &'s Query,
    plan: Plan,
    grammar: Grammar,
    denies: bool,
    left: Mask,
    right: Mask,
    /// "Bilateral", if no side is named beside it.
    both: Mask,
    /// By the code that calls for them: seventh characters and the words of the query that their meanings have.
    sevenths: FxHashMap<Rank, Vec<(char, Mask)>>,
    known: Known,
}

/// The best of them, at most as many as the query wants.
pub(super) fn search(table: &Icd10CmTable, index: &WordIndex<'_>, query: &Query, parts: &[Part]) -> Vec<Hit> {
    let Some(mut plan) = Plan::new(parts, index) else { return Vec::new() };
    let side = |word| index.written(word).map_or(0, |stem| plan.mask_of(stem));
    let (left, right, both) = (side("left"), side("right"), side("bilateral"));
    let both = if left | right == 0 { both } else { 0 };
    // Where no code is for both sides, both are the code of each.
    for stem in ["left", "right"].iter().filter_map(|word| index.written(word)) {
        plan.let_fulfil(stem, both);
    }
    let mut search = Search {
        table,
        index,
        query,
        grammar: Grammar::of(index),
        denies: parts.iter().any(denies),
        left,
        right,
        both,
        plan,
        sevenths: FxHashMap::default(),
        known: Known::default(),
    };
    let best = search.best();
    best.into_iter().filter_map(|(rank, found)| search.hit(rank, found, parts)).collect()
}

impl Search<'_, '_> {
    fn best(&mut self) -> Vec<(Rank, Candidate)> {
        let (table, index, query) = (self.table, self.index, self.query);
        let within = query.prefix.as_deref().map(|prefix| {
            let key = by_code::key(prefix).unwrap_or_else(|| prefix.to_ascii_uppercase());
            table.index().with_prefix(key.as_bytes())
        });
        let is_filtered = within.is_some() || query.chapter.is_some();
        let is_wanted = |number: u32| {
            let rank = index.phrase(number).rank;
            within.as_ref().is_none_or(|codes| codes.binary_search_by_key(&rank, |(_, r)| *r).is_ok())
                && query.chapter.is_none_or(|chapter| table.chapter_number(rank) == Some(chapter))
        };
        let filter: Option<&dyn Fn(u32) -> bool> = if is_filtered { Some(&is_wanted) } else { None };
        let mut best: Vec<(Rank, Candidate)> = Vec::new();
        let mut words = Vec::new();
        // The title of the code whose terms are looked at.
        let mut of_title: Option<(Rank, Match)> = None;
        for number in candidates(&self.plan, index, &mut self.known, filter) {
            let phrase = index.phrase(number);
            if !table.phrase_holds(phrase, query.as_of) {
                continue;
            }
            let mut look_at = |text| {
                index.words(text, &mut words);
                look(&words, &self.plan, &self.grammar, self.denies)
            };
            let mut found = look_at(phrase.text);
            for &(word, number) in self.plan.numbers() {
                if let Some(others) = others_in_range(&index.text(phrase.text), number) {
                    found.mask |= word;
                    found.surplus = (found.surplus - others as f32).max(0.0);
                }
            }
            if phrase.kind == PhraseKind::Inclusion
                && let Some(text) = table.title_text(phrase.rank)
            {
                let title = match of_title {
                    Some((rank, title)) if rank == phrase.rank => title,
                    _ => look_at(text),
                };
                of_title = Some((phrase.rank, title));
                // What the title says anyway need not stand in the term: "diabetes NOS" is a diabetes mellitus.
                found.mask |= title.mask;
                // But a term stands under its title: "peripheral neuropathy" under Lyme disease is one of that disease.
                found.surplus += UNDER_TITLE * title.surplus;
            }
            let candidate = self.weigh(number, phrase.rank, phrase.kind, found);
            keep_best(&mut best, phrase.rank, candidate, |c| c.score);
        }
        // Of more than are asked for: a header further down can lift its code to the top.
        keep_most(&mut best, query.limit.max(LIFTED).saturating_add(20), |c| c.score);
        self.add_those_below(&mut best);
        self.add_defaults(&mut best);
        if query.billable {
            best.retain(|(rank, c)| {
                matches!(table.standing(*rank, query.as_of), Standing::Billable(_))
                    || c.seventh.is_some()
                    || table.wants_seventh(*rank)
            });
        }
        best.truncate(query.limit);
        best
    }

    /// The score of a code by one of its phrases.
    fn weigh(&mut self, number: u32, rank: Rank, kind: PhraseKind, mut found: Match) -> Candidate {
        let mut covered = self.known.covered(&self.plan, found.mask);
        let mut chosen = None;
        let standing = self.table.standing(rank, self.query.as_of);
        let wants_seventh = standing == Standing::Header && self.table.wants_seventh(rank);
        if covered < 0.99 && wants_seventh {
            let before = found.mask;
            let owner = self.read_sevenths(rank);
            let (plan, known) = (&self.plan, &mut self.known);
            let sevenths = owner.and_then(|owner| self.sevenths.get(&owner)).into_iter().flatten();
            for &(character, mask) in sevenths.filter(|(_, mask)| mask & !before != 0) {
                let with = known.covered(plan, before | mask);
                if with > covered + 1e-4 {
                    (covered, found.mask, chosen) = (with, before | mask, Some(character));
                }
            }
        }
        let mut score = found.score(covered, kind);
        score *= match standing {
            Standing::Billable(flags) if flags.has(Flags::MANIFESTATION) => MANIFESTATION,
            Standing::Billable(_) => 1.0,
            Standing::Header if wants_seventh => 1.0,
            Standing::Header => HEADER,
            _ => NOT_IN_FORCE,
        };
        let side = self.table.side(rank);
        if self.both != 0 && side.is_some() {
            score *= if self.has_one_for_both(rank) { OTHER_SIDE } else { ONE_OF_BOTH };
        }
        let wrong = match side {
            Some(Side::Left) => self.right != 0 && found.mask & self.right == 0,
            Some(Side::Right) => self.left != 0 && found.mask & self.left == 0,
            None => false,
        };
        let sides = self.left | self.right;
        if wrong {
            score *= OTHER_SIDE;
        } else if sides != 0 && found.mask & sides == 0 {
            score *= NO_SIDE;
        }
        Candidate { score, mask: found.mask, phrase: number, seventh: chosen, header: None }
    }

    /// Is a code beside it for both sides?
    fn has_one_for_both(&self, rank: Rank) -> bool {
        let beside = self.table.parent(rank).map(|parent| self.table.children(parent));
        beside.is_some_and(|codes| codes.into_iter().any(|code| self.table.is_bilateral(code)))
    }

    /// Reads the meanings of the seventh characters that a code calls for, once for all codes that call for the same.
    fn read_sevenths(&mut self, rank: Rank) -> Option<Rank> {
        let (plan, index, table) = (&self.plan, self.index, self.table);
        let owner = table.seventh_owner(rank)?;
        self.sevenths.entry(owner).or_insert_with(|| {
            let mut words = Vec::new();
            let read = |(character, text)| {
                index.words(text, &mut words);
                (character, words.iter().fold(0, |mask, word| mask | plan.mask_of(word.stem)))
            };
            table.seventh_texts(owner).map(read).collect()
        });
        Some(owner)
    }

    /// What a header's title and terms say holds for the codes below it: "wet AMD", a term at H35.32, and "right eye" of H35.321.
    fn add_those_below(&mut self, best: &mut Vec<(Rank, Candidate)>) {
        let mut words = Vec::new();
        for at in 0..best.len() {
            let (header, found) = best[at];
            if self.table.standing(header, self.query.as_of) != Standing::Header
                || self.table.wants_seventh(header)
                || self.known.covered(&self.plan, found.mask) > 0.99
            {
                continue;
            }
            let phrase = self.index.phrase(found.phrase);
            self.index.words(phrase.text, &mut words);
            let several = phrase.kind == PhraseKind::Title && self.names_several(&words);
            let term = look(&words, &self.plan, &self.grammar, self.denies);
            for child in self.table.children(header) {
                let Some(title) = self.table.title_text(child) else { continue };
                self.index.words(title, &mut words);
                if several && !self.names_several(&words) {
                    continue;
                }
                let mut own = look(&words, &self.plan, &self.grammar, self.denies);
                if own.mask & !found.mask == 0 || found.mask & !own.mask == 0 {
                    continue;
                }
                own.mask |= found.mask;
                // The header's term is what is asked for; the title below it only says where it stands.
                if phrase.kind == PhraseKind::Inclusion {
                    own.surplus = term.surplus + UNDER_TITLE * own.surplus;
                }
                let mut both = self.weigh(found.phrase, child, phrase.kind, own);
                both.header = Some(Above::Title(header));
                match best.iter_mut().find(|(rank, _)| *rank == child) {
                    Some((_, own)) if own.score >= both.score => {}
                    Some((_, own)) => *own = both,
                    None => best.push((child, both)),
                }
            }
        }
        sort(best);
    }

    /// Is it a title of several things, as "pain in hand and fingers"? A code below it need not be all of them.
    fn names_several(&self, title: &[PhraseWord]) -> bool {
        let and = self.index.written("and");
        and.is_some() && title.iter().any(|word| Some(word.stem) == and)
    }

    /// Where a header was found, the code below it that says nothing further is what the words mean: E11.9 for "diabetes".
    fn add_defaults(&self, best: &mut Vec<(Rank, Candidate)>) {
        let stands_for_itself = |rank| {
            self.table.standing(rank, self.query.as_of) != Standing::Header || self.table.wants_seventh(rank)
        };
        for at in 0..best.len() {
            let (header, found) = best[at];
            let mut below = header;
            while !stands_for_itself(below) {
                match self.default_below(below) {
                    Some(next) => below = next,
                    None => break,
                }
            }
            if below == header || !stands_for_itself(below) {
                continue;
            }
            let inherited = Candidate {
                score: found.score * DEFAULT / HEADER,
                header: Some(Above::Default(header)),
                ..found
            };
            match best.iter_mut().find(|(rank, _)| *rank == below) {
                Some((_, own)) if own.score >= inherited.score => {}
                Some((_, own)) => *own = inherited,
                None => best.push((below, inherited)),
            }
        }
        sort(best);
    }

    /// The code directly below a header whose title adds nothing that was not meant anyway.
    fn default_below(&self, header: Rank) -> Option<Rank> {
        let (mut of_header, mut words) = (Vec::new(), Vec::new());
        self.index.words(self.table.title_text(header)?, &mut of_header);
        let [not, specified, unspecified] =
            ["not", "specified", "unspecified"].map(|word| self.index.written(word));
        // A header of several things, as "nausea and vomiting", is none of them alone.
        let several = self.names_several(&of_header);
        let all_of = of_header.iter().filter(|word| several && !self.grammar.is_light(**word));
        let all_of: Vec<Stem> = all_of.map(|word| word.stem).collect();
        let of_header: Vec<Stem> = of_header.iter().map(|word| word.stem).collect();
        let adds = |words: &[PhraseWord]| {
            let (mut denied, mut open) = (false, false);
            let mut added = 0;
            for (at, &word) in words.iter().enumerate() {
                denied = self.grammar.denied_after(word.stem, denied);
                open = self.grammar.open_at(words, at, open);
                let open = open || self.grammar.may_be_open(words, at);
                if !of_header.contains(&word.stem) && !self.grammar.is_light(word) {
                    added += if denied || open { 1 } else { 1000 };
                }
                // "Without aura, intractable" is intractable.
                denied &= !word.pauses;
            }
            added
        };
        let mut found: Option<((bool, u32), Rank)> = None;
        for child in self.table.children(header) {
            let stands = self.table.standing(child, self.query.as_of);
            if !matches!(stands, Standing::Billable(_) | Standing::Header) {
                continue;
            }
            let Some(title) = self.table.title_text(child) else { continue };
            self.index.words(title, &mut words);
            // "Other" names what has no code of its own, unless it is "other and unspecified". What is plainly unspecified, or "not specified as"
            // something, comes first.
            let is_rest = words.iter().any(|word| Some(word.stem) == unspecified)
                || words.windows(2).any(|two| Some(two[0].stem) == not && Some(two[1].stem) == specified);
            let other = words.iter().any(|word| self.grammar.is_other(*word));
            let has_all = all_of.iter().all(|stem| words.iter().any(|word| word.stem == *stem));
            let worth = (!is_rest, adds(&words) + u32::from(other));
            let may_stand = is_rest || !other && has_all;
            if worth.1 < 1000 && may_stand && found.is_none_or(|(best, _)| worth < best) {
                found = Some((worth, child));
            }
        }
        found.map(|(_, rank)| rank)
    }

    fn hit(&self, rank: Rank, found: Candidate, parts: &[Part]) -> Option<Hit> {
        let (table, day) = (self.table, self.query.as_of);
        let phrase = self.index.phrase(found.phrase);
        let via = match phrase.kind {
            PhraseKind::Inclusion => Via::Inclusion { text: self.index.text(phrase.text) },
            PhraseKind::FormerTitle if table.title_on(rank, day) != Some(self.index.text(phrase.text)) => {
                Via::FormerTitle { text: self.index.text(phrase.text) }
            }
            _ => match found.header {
                Some(Above::Default(header)) => Via::Header { code: table.code(header)? },
                Some(Above::Title(header)) => Via::Under { code: table.code(header)? },
                None => Via::Title,
            },
        };
        let (words, missing) = explained(&self.plan, found.mask, parts);
        let mut rank = rank;
        let mut seventh = None;
        let wants = table.wants_seventh(rank);
        // Who wants billable codes only gets the first of them: the initial encounter.
        let asked = found.seventh.or_else(|| {
            let first = || table.sevenths(rank).first().map(|s| s.character);
            (self.query.billable && wants).then(first).flatten()
        });
        if let Some(character) = asked {
            match table.with_seventh(rank, character) {
                Some(made) if matches!(table.standing(made, day), Standing::Billable(_)) => {
                    seventh = table.sevenths(rank).into_iter().find(|s| s.character == character);
                    rank = made;
                }
                _ if self.query.billable => return None,
                _ => {}
            }
        }
        let (status, edge) = Status::of_diagnosis(table, table.standing(rank, day));
        Some(Hit {
            code: FoundCode::Diagnosis(table.code(rank)?),
            title: table.title_on(rank, day),
            status,
            day: edge,
            wants_seventh: seventh.is_none() && wants && status == Status::Header,
            seventh,
            via,
            words,
            missing,
            score: found.score,
        })
    }
}

/// The best first; of equals the one that comes first in the tabular list.
fn sort(best: &mut [(Rank, Candidate)]) {
    best.sort_by(|(a, x), (b, y)| y.score.total_cmp(&x.score).then(a.cmp(b)));
}
