//! How well a phrase answers a query.

use rustc_hash::{FxHashMap, FxHashSet};

use super::plan::{Mask, Plan};
use crate::table::{PhraseKind, PhraseWord, Stem, WordIndex};

/// Most phrases that are looked at closely.
const CLOSELY: usize = 300;
/// How fast words that were not asked for count against a phrase.
const SURPLUS: f32 = 0.13;

/// Words that say nothing that was not meant anyway: "unspecified" is what is left when nothing more is said.
const LIGHT: [&str; 21] = [
    "unspecified", "nos", "nec", "specified", "other", "site", "type", "uncomplicated", "elsewhere", "classified",
    "disease", "disorder", "organism", "encounter", "essential", "side", "region", "current", "male", "female",
    "initial",
];
const EMPTY: [&str; 14] =
    ["of", "the", "and", "or", "in", "to", "for", "by", "on", "at", "an", "as", "is", "with"];
/// From here on a title says what is not.
pub(super) const DENIES: [&str; 3] = ["without", "not", "no"];

/// The numbers of words with a part in every phrase of a table.
pub(super) struct Grammar {
    light: FxHashSet<Stem>,
    empty: FxHashSet<Stem>,
    denies: FxHashSet<Stem>,
    with: Option<Stem>,
}

impl Grammar {
    pub(super) fn of(index: &WordIndex<'_>) -> Grammar {
        let stems = |words: &[&str]| words.iter().filter_map(|word| index.written(word)).collect();
        Grammar {
            light: stems(&LIGHT),
            empty: stems(&EMPTY),
            denies: stems(&DENIES),
            with: index.written("with"),
        }
    }

    /// Does the word add nothing to a title?
    pub(super) fn is_light(&self, word: PhraseWord) -> bool {
        word.optional || self.light.contains(&word.stem) || self.empty.contains(&word.stem)
    }

    /// Does it say that what follows is not?
    pub(super) fn denies(&self, stem: Stem) -> bool {
        self.denies.contains(&stem)
    }

    /// Does it say that what follows is?
    pub(super) fn affirms(&self, stem: Stem) -> bool {
        Some(stem) == self.with
    }
}

/// What a close look at a phrase gave.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Match {
    pub(super) mask: Mask,
    /// Words that were not asked for, light ones counted less.
    pub(super) surplus: f32,
    /// Do the words of the query stand side by side?
    pub(super) together: bool,
}

impl Match {
    /// How good it is, from 0 to a little over 1, if that much of the query is covered.
    pub(super) fn score(&self, covered: f32, kind: PhraseKind) -> f32 {
        let mut score = covered * covered.sqrt() / (1.0 + SURPLUS * self.surplus);
        if covered > 0.8 && self.surplus < 0.1 {
            score *= 1.1;
        }
        if self.together {
            score *= 1.02;
        }
        score
            * match kind {
                PhraseKind::Title | PhraseKind::ShortTitle => 1.0,
                PhraseKind::Inclusion => 0.97,
                PhraseKind::FormerTitle => 0.9,
            }
    }
}

/// The phrases most worth a close look: by the words they have and how many more.
pub(super) fn candidates(
    plan: &Plan,
    index: &WordIndex<'_>,
    mut is_wanted: impl FnMut(u32) -> bool,
) -> Vec<u32> {
    let mut masks: Vec<Mask> = vec![0; index.len()];
    let mut touched = Vec::new();
    plan.each_phrase(index, |phrase, mask| {
        if let Some(of) = masks.get_mut(phrase as usize) {
            if *of == 0 {
                touched.push(phrase);
            }
            *of |= mask;
        }
    });
    let mut known: FxHashMap<Mask, f32> = FxHashMap::default();
    let mut found: Vec<(f32, u32)> = Vec::with_capacity(touched.len());
    for phrase in touched {
        let mask = masks[phrase as usize];
        let covered = *known.entry(mask).or_insert_with(|| plan.covered(mask));
        let surplus = f32::from(index.length(phrase)) - mask.count_ones() as f32;
        found.push((covered * covered.sqrt() / (1.0 + SURPLUS * surplus.max(0.0)), phrase));
    }
    found.retain(|&(_, phrase)| is_wanted(phrase));
    let order = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    if found.len() > CLOSELY {
        found.select_nth_unstable_by(CLOSELY, order);
        found.truncate(CLOSELY);
    }
    found.into_iter().map(|(_, phrase)| phrase).collect()
}

/// Looks at a phrase closely. What it denies counts only for a query that denies, too.
pub(super) fn look(words: &[PhraseWord], plan: &Plan, grammar: &Grammar, query_denies: bool) -> Match {
    let mut out = Match::default();
    let mut denied = false;
    let (mut first, mut last, mut matched) = (None, 0, 0);
    for (at, &word) in words.iter().enumerate() {
        let begins = grammar.denies(word.stem);
        if begins {
            denied = true;
        } else if grammar.affirms(word.stem) {
            denied = false;
        }
        let mask = plan.mask_of(word.stem);
        if mask != 0 && (!denied || query_denies) {
            out.mask |= mask;
            first.get_or_insert(at);
            last = at;
            matched += 1;
        } else if grammar.is_light(word) {
            out.surplus += if word.optional || grammar.empty.contains(&word.stem) { 0.0 } else { 0.15 };
        } else if denied {
            out.surplus += 0.1;
        } else {
            out.surplus += 1.0;
        }
    }
    out.together = matched > 1 && first.is_some_and(|first| last - first + 1 == matched);
    out
}
