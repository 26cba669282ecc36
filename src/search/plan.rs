//! A query in the numbers of one table: which stems to look for, and what each is worth.

use rustc_hash::FxHashMap;

use super::words::{Part, Word};
use super::{How, denies};
use crate::table::{Stem, WordIndex};

/// Most different words that a plan can tell apart: the bits of a mask.
const MOST_BITS: usize = 32;

/// A word in more phrases than this is frequent.
const FREQUENT: u32 = 2000;

/// Which words of the query a phrase has: a bit each.
pub(super) type Mask = u32;

/// What to look for in one table.
pub(super) struct Plan {
    bits: Vec<Bit>,
    /// By stem, the words of the query that it fulfils.
    of_stem: Vec<Mask>,
    slots: Vec<Slot>,
    /// The sum of all weights.
    weight: f32,
    /// Words of which the query says that they are not: those right after "without". Further on, who can tell?
    denied: Mask,
    /// Words of which it says that they are: those before.
    affirmed: Mask,
    /// The words that are numbers.
    numbers: Vec<(Mask, u32)>,
}

struct Bit {
    stems: Vec<Stem>,
    /// How many phrases have them.
    count: u32,
    worth: f32,
}

/// A part of the query.
struct Slot {
    weight: f32,
    choices: Vec<Choice>,
}

/// A reading of a part that the table can fulfil.
struct Choice {
    reading: usize,
    mask: Mask,
    worth: f32,
    quality: f32,
}

/// How much the further words of a reading add to its rarest: a name of three words is not three names.
const REST: f32 = 0.5;

/// How much of its weight a word has of which the query says that it is not.
const DENIED: f32 = 0.4;

/// Most that a letter or digit is worth, however rare: it says little without the word beside it.
const LETTER: f32 = 3.5;

/// Most that a number is worth that no title has: it says how much, not of what.
const NUMBER: f32 = 6.0;

/// How much of its weight "without" has: what follows says of what.
const WITHOUT: f32 = 0.1;

/// What is said first is what is meant most.
const FIRST: f32 = 1.2;

/// How much a reading is believed.
fn quality(how: How) -> f32 {
    match how {
        How::Exact | How::Code => 1.0,
        How::Stem | How::Joined | How::Split => 0.98,
        How::Synonym => 0.97,
        How::Prefix => 0.9,
        // A title that names the place itself says more.
        How::Wider => 0.7,
        How::Typo => 0.85,
    }
}

impl Plan {
    /// `None` if the table has none of the words.
    pub(super) fn new(parts: &[Part], index: &WordIndex<'_>) -> Option<Plan> {
        let of_stem = vec![0; index.stem_count()];
        let mut plan = Plan {
            bits: Vec::new(),
            of_stem,
            slots: Vec::new(),
            weight: 0.0,
            denied: 0,
            affirmed: 0,
            numbers: Vec::new(),
        };
        let (mut before, mut next) = (true, false);
        for part in parts {
            let mut choices = Vec::new();
            // What the part weighs by the readings that the table can fulfil, and by those that it cannot.
            let (mut weight, mut missed) = (0.0_f32, 0.0_f32);
            for (number, reading) in part.readings.iter().enumerate() {
                let mut choice =
                    Choice { reading: number, mask: 0, worth: 0.0, quality: quality(reading.how) };
                let mut rarest = 0.0_f32;
                for word in &reading.words {
                    let worth = match plan.bit(word, index) {
                        Some(bit) => {
                            choice.mask |= 1 << bit;
                            plan.bits[bit].worth
                        }
                        // A word that the table has not: no phrase of it can have the whole reading.
                        None => worth(0, index.len()),
                    };
                    choice.worth += worth;
                    rarest = rarest.max(worth);
                }
                let all = rarest + REST * (choice.worth - rarest);
                if choice.mask != 0 {
                    weight = weight.max(all);
                    choices.push(choice);
                } else {
                    missed = missed.max(all);
                }
            }
            let words = choices.iter().fold(0, |mask, choice| mask | choice.mask);
            let says_not = denies(part);
            let denied = if says_not {
                (before, next) = (false, true);
                false
            } else {
                std::mem::take(&mut next)
            };
            if denied {
                plan.denied |= words;
            } else if before {
                plan.affirmed |= words;
            }
            // Nor has another table's word a weight here, where the part means something else, too.
            let weight = if choices.is_empty() { missed } else { weight };
            // A title need not say what is not, and "without" says nothing itself.
            let share = match denied {
                true => DENIED,
                false if says_not => WITHOUT,
                false => 1.0,
            };
            let weight = share * weight;
            let weight = if plan.slots.is_empty() { FIRST * weight } else { weight };
            // What no table has cannot be missed by one phrase more than by another.
            if !part.readings.is_empty() {
                plan.weight += weight;
            }
            plan.slots.push(Slot { weight, choices });
        }
        (!plan.bits.is_empty()).then_some(plan)
    }

    /// The bit of a word.
    fn bit(&mut self, word: &Word, index: &WordIndex<'_>) -> Option<usize> {
        let stems = word.stems(index);
        let number = if let Word::Number(number, _) = word { Some(*number) } else { None };
        if stems.is_empty() && number.is_none() {
            return None;
        }
        if let Some(at) = self.bits.iter().position(|bit| bit.stems == stems) {
            return Some(at);
        }
        if self.bits.len() == MOST_BITS {
            return None;
        }
        let at = self.bits.len();
        for &stem in &stems {
            if let Some(mask) = self.of_stem.get_mut(usize::from(stem)) {
                *mask |= 1 << at;
            }
        }
        let count: u32 = stems.iter().map(|&stem| index.count(stem)).sum();
        let most = match number {
            _ if word.is_one_letter() => LETTER,
            Some(_) if count == 0 => NUMBER,
            _ => f32::INFINITY,
        };
        self.numbers.extend(number.map(|number| (1 << at, number)));
        self.bits.push(Bit { stems, count, worth: worth(count, index.len()).min(most) });
        Some(at)
    }

    /// Which words of the query a phrase fulfils that says of a stem that it is, or is not, as far as the query does not say otherwise.
    #[inline]
    pub(super) fn said(&self, stem: Stem, denied: bool) -> Mask {
        self.mask_of(stem) & !if denied { self.affirmed } else { self.denied }
    }

    /// The words of the query that are numbers, and which.
    pub(super) fn numbers(&self) -> &[(Mask, u32)] {
        &self.numbers
    }

    /// Lets a stem fulfil these words, too.
    pub(super) fn let_fulfil(&mut self, stem: Stem, words: Mask) {
        if let Some(mask) = self.of_stem.get_mut(usize::from(stem)) {
            *mask |= words;
        }
    }

    /// Which words of the query a stem fulfils.
    #[inline]
    pub(super) fn mask_of(&self, stem: Stem) -> Mask {
        self.of_stem.get(usize::from(stem)).copied().unwrap_or(0)
    }

    /// The words of the query that phrases have. The rarest words come first. Once there are `few`
    /// phrases to choose from, those that have only words that are left and worth less are no longer wanted; and the frequent words are left
    /// to the close look if there are not more than that. `None` gathers them all.
    pub(super) fn gather(&self, index: &WordIndex<'_>, few: Option<usize>) -> Gathered {
        let mut order: Vec<usize> = (0..self.bits.len()).collect();
        order.sort_by_key(|&at| self.bits[at].count);
        let mut found = Gathered::new(index.len());
        // How many phrases have one of the words so far, two, and so on.
        let mut with = [0usize; MOST_BITS + 1];
        for (done, &at) in order.iter().enumerate() {
            let bit = &self.bits[at];
            if bit.count > FREQUENT && few.is_some_and(|few| (1..=few).contains(&found.count)) {
                break;
            }
            let set = |some: &[usize]| some.iter().fold(0, |mask: Mask, at| mask | 1 << at);
            let left = self.covered(set(&order[done..]));
            // So many words, even the ones worth least of those so far, are worth more than all that are left.
            let enough = |count: usize| {
                few.is_some_and(|few| with[count] > few)
                    && self.covered(set(&order[done - count..done])) >= left
            };
            let wants_more = !(1..=done).any(enough);
            for &stem in &bit.stems {
                index.each_phrase(stem, |phrase| {
                    if let Some(words) = found.add(phrase, 1 << at, wants_more) {
                        with[words] += 1;
                    }
                });
            }
        }
        found
    }

    /// How much of the query a phrase with these words fulfils, from 0 to 1.
    fn covered(&self, mask: Mask) -> f32 {
        let mut sum = 0.0;
        for slot in &self.slots {
            sum += slot.weight * slot.best(self, mask).map_or(0.0, |(_, much)| much);
        }
        if self.weight > 0.0 { sum / self.weight } else { 0.0 }
    }

    /// For each part of the query, the number of the reading that these words fulfil best, and whether they fulfil it wholly.
    pub(super) fn readings(&self, mask: Mask) -> impl Iterator<Item = Option<(usize, bool)>> {
        self.slots.iter().map(move |slot| {
            let (choice, _) = slot.best(self, mask)?;
            Some((choice.reading, choice.mask & !mask == 0))
        })
    }
}

/// The phrases that have words of the query, and which.
pub(super) struct Gathered {
    masks: Vec<Mask>,
    /// A bit for each phrase that has any, so that they are found again in their order.
    any: Vec<u64>,
    /// How many have any.
    pub(super) count: usize,
}

impl Gathered {
    fn new(phrases: usize) -> Gathered {
        Gathered { masks: vec![0; phrases], any: vec![0; phrases.div_ceil(64)], count: 0 }
    }

    /// Notes that a phrase has a word; of those that have none yet only if more are wanted. How many words it has then, if it is one more.
    #[inline]
    fn add(&mut self, phrase: u32, word: Mask, wants_more: bool) -> Option<usize> {
        let mask = self.masks.get_mut(phrase as usize)?;
        if *mask == 0 {
            if !wants_more {
                return None;
            }
            self.any[phrase as usize / 64] |= 1 << (phrase % 64);
            self.count += 1;
        }
        let before = *mask;
        *mask |= word;
        (*mask != before).then(|| mask.count_ones() as usize)
    }

    /// The phrases and their words, in the order of the phrases.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, Mask)> + '_ {
        (0u32..).step_by(64).zip(&self.any).flat_map(move |(from, &any)| {
            let mut left = any;
            std::iter::from_fn(move || {
                let at = from + left.trailing_zeros();
                left = left.checked_sub(1)? & left;
                Some((at, self.masks[at as usize]))
            })
        })
    }
}

/// How much of the query some of its words are, worked out once: phrases have few different sets of them.
#[derive(Default)]
pub(super) struct Known(FxHashMap<Mask, f32>);

impl Known {
    /// See [`Plan::covered`]; always of the same plan.
    pub(super) fn covered(&mut self, plan: &Plan, mask: Mask) -> f32 {
        *self.0.entry(mask).or_insert_with(|| plan.covered(mask))
    }
}

impl Slot {
    /// The reading that a phrase with these words fulfils best, and how much of it.
    fn best(&self, plan: &Plan, mask: Mask) -> Option<(&Choice, f32)> {
        let mut best: Option<(&Choice, f32)> = None;
        for choice in &self.choices {
            let has = choice.mask & mask;
            if has == 0 {
                continue;
            }
            let worth: f32 =
                plan.bits.iter().enumerate().filter(|(i, _)| has >> i & 1 == 1).map(|(_, b)| b.worth).sum();
            // Half of a meaning is less than half as good.
            let part = (worth / choice.worth).min(1.0);
            let much = choice.quality * part * part;
            if best.is_none_or(|(_, most)| much > most) {
                best = Some((choice, much));
            }
        }
        best
    }
}

/// What a word is worth that stands in `count` of `all` phrases: the rarer, the more.
fn worth(count: u32, all: usize) -> f32 {
    let (count, all) = (count as f32, all as f32);
    (1.0 + (all - count + 0.5).max(0.5) / (count + 0.5)).ln()
}
