//! How well a phrase answers a query.

use super::plan::{Known, Mask, Plan};
use crate::table::{PhraseKind, PhraseWord, Rank, Stem, WordIndex};

/// Most phrases that are looked at closely.
const CLOSELY: usize = 300;
/// Words beyond the query from which on phrases are of one length, until the close look.
const LONG: usize = 31;
/// How fast words that were not asked for count against a phrase.
const SURPLUS: f32 = 0.13;

/// Words that say nothing that was not meant anyway: "unspecified" is what is left when nothing more is said.
const LIGHT: [&str; 24] = [
    "nos",
    "nec",
    "specified",
    "site",
    "part",
    "means",
    "type",
    "uncomplicated",
    "disease",
    "disorder",
    "organism",
    "encounter",
    "essential",
    "side",
    "unilateral",
    "region",
    "current",
    "male",
    "female",
    "trimester",
    "severity",
    "stage",
    "degree",
    "status",
];
const EMPTY: [&str; 14] =
    ["of", "the", "and", "or", "in", "to", "for", "by", "on", "at", "an", "as", "is", "due"];
/// What has no code of its own comes after what is not specified.
const OTHER: f32 = 0.4;
const UNSPECIFIED: f32 = 0.15;
const DENIED: f32 = 0.1;
/// How much more the words before "with" count beyond the query, if it has none of them: "rectal bleeding" is no Crohn's disease with it.
const ABOUT: f32 = 0.6;
/// Where a side is, as "right upper limb" for "right".
const PLACE_OF_SIDE: f32 = 0.4;
/// Who or what was not spoken of: a code of newborns is wrong for everybody else.
const SETTINGS: [&str; 4] = ["newborn", "neonatal", "postprocedural", "intraoperative"];
const SETTING: f32 = 3.0;
/// A course that was not spoken of: what is neither comes before it.
const COURSES: [&str; 3] = ["acute", "subacute", "chronic"];
const COURSE: f32 = 1.3;
/// From here on a title says what is not.
pub(super) const DENIES: [&str; 3] = ["without", "not", "no"];

pub(super) const SIDES: [&str; 3] = ["left", "right", "bilateral"];

/// What a word does in phrases, whatever it means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Plain,
    Light,
    Empty,
    Other,
    Denies,
    With,
    Side,
    /// Names a side, and says nothing.
    NoSide,
    Setting,
    Course,
}

/// The classes of the words of a table.
pub(super) struct Grammar {
    of_stem: Vec<Class>,
    /// The words "body" and "of".
    body_of: [Option<Stem>; 2],
}

impl Grammar {
    pub(super) fn of(index: &WordIndex<'_>) -> Grammar {
        let mut of_stem = vec![Class::Plain; index.stem_count()];
        let lists: [(&[&str], Class); 9] = [
            (&LIGHT, Class::Light),
            (&EMPTY, Class::Empty),
            (&["other"], Class::Other),
            (&DENIES, Class::Denies),
            (&["with"], Class::With),
            (&SIDES, Class::Side),
            (&["unspecified"], Class::NoSide),
            (&SETTINGS, Class::Setting),
            (&COURSES, Class::Course),
        ];
        for (words, class) in lists {
            for stem in words.iter().filter_map(|word| index.written(word)) {
                of_stem[usize::from(stem)] = class;
            }
        }
        Grammar { of_stem, body_of: ["body", "of"].map(|word| index.written(word)) }
    }

    fn class(&self, stem: Stem) -> Class {
        self.of_stem.get(usize::from(stem)).copied().unwrap_or(Class::Plain)
    }

    /// Does the word add nothing to a title?
    pub(super) fn is_light(&self, word: PhraseWord) -> bool {
        use Class::{Empty, Light, NoSide, Other, With};
        word.optional || matches!(self.class(word.stem), Light | Empty | Other | With | NoSide)
    }

    /// Does it say that what follows has no code of its own?
    pub(super) fn is_other(&self, word: PhraseWord) -> bool {
        self.class(word.stem) == Class::Other
    }

    /// Is what follows the word denied, if it was denied before it or not? "Without foreign body of left finger" does not deny the finger.
    pub(super) fn denied_after(&self, stem: Stem, before: bool) -> bool {
        match self.class(stem) {
            Class::Denies => true,
            Class::With | Class::Side | Class::NoSide => false,
            _ => before,
        }
    }

    /// Does the word say only what is left open, if the one before it did or not? So does the ear in ", unspecified ear", up to the next comma.
    /// But ", unspecified with hypoxia" does not leave the hypoxia open.
    pub(super) fn open_at(&self, words: &[PhraseWord], at: usize, was: bool) -> bool {
        let class = |at: usize| words.get(at).map(|word| self.class(word.stem));
        match at.checked_sub(1).and_then(|before| words.get(before)) {
            Some(before) if before.pauses => class(at) == Some(Class::NoSide),
            Some(before) => {
                was && !(class(at) == Some(Class::With) && self.class(before.stem) == Class::NoSide)
            }
            None => false,
        }
    }

    /// Is the word one of two, and the other says that it is left open? So is "complete" in "complete or unspecified".
    pub(super) fn may_be_open(&self, words: &[PhraseWord], at: usize) -> bool {
        let is = |at: usize, class| words.get(at).is_some_and(|word| self.class(word.stem) == class);
        is(at, Class::Plain) && is(at + 1, Class::Empty) && is(at + 2, Class::NoSide)
    }

    /// Do the words name where a foreign body is? "Without foreign body of scalp" does not deny the scalp.
    fn is_place_of_body(&self, before: PhraseWord, word: PhraseWord) -> bool {
        [Some(before.stem), Some(word.stem)] == self.body_of
    }

    fn is_side(&self, stem: Stem) -> bool {
        matches!(self.class(stem), Class::Side | Class::NoSide)
    }

    /// How much a word counts that was not asked for.
    fn surplus(&self, word: PhraseWord, denied: bool, at_side: bool) -> f32 {
        match self.class(word.stem) {
            _ if word.optional => 0.0,
            Class::Empty | Class::With => 0.0,
            Class::Other => OTHER,
            Class::Light | Class::NoSide => UNSPECIFIED,
            _ if denied => DENIED,
            Class::Setting => SETTING,
            Class::Course => COURSE,
            _ if at_side => PLACE_OF_SIDE,
            _ => 1.0,
        }
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
    /// Do they begin the phrase?
    pub(super) begins: bool,
}

impl Match {
    /// How good it is, from 0 to a little over 1, if that much of the query is covered.
    pub(super) fn score(&self, covered: f32, kind: PhraseKind) -> f32 {
        let mut score = covered * covered.sqrt() / (1.0 + SURPLUS * self.surplus);
        let boost = |is: bool, factor: f32| if is { factor } else { 1.0 };
        score *= boost(covered > 0.8 && self.surplus < 0.2, 1.1);
        score *= boost(self.together, 1.02);
        score *= boost(self.begins, 1.02);
        score
            * match kind {
                PhraseKind::Title | PhraseKind::ShortTitle => 1.0,
                PhraseKind::Inclusion => 0.97,
                PhraseKind::FormerTitle => 0.9,
            }
    }
}

/// The phrases most worth a close look, by the words they have and how many more, if a filter lets them through; in order, so that those of
/// one code stand together.
pub(super) fn candidates(
    plan: &Plan,
    index: &WordIndex<'_>,
    known: &mut Known,
    filter: Option<&dyn Fn(u32) -> bool>,
) -> Vec<u32> {
    // What a filter takes away would be missing among the few.
    let gathered = plan.gather(index, filter.is_none().then_some(CLOSELY));
    let is_wanted = |phrase| filter.is_none_or(|lets_through| lets_through(phrase));
    if gathered.count <= CLOSELY {
        return gathered.iter().map(|(phrase, _)| phrase).filter(|&phrase| is_wanted(phrase)).collect();
    }
    // The same words mostly one after another; and the words of a title with its terms.
    let (mut last, mut worth, mut of_title) = (0, 0.0, (Rank(0), 0));
    let of_surplus: [f32; LONG + 1] = std::array::from_fn(|surplus| 1.0 / (1.0 + SURPLUS * surplus as f32));
    let mut keys: Vec<u64> = Vec::with_capacity(gathered.count);
    for (number, own) in gathered.iter() {
        let phrase = index.phrase(number);
        let mut mask = own;
        match phrase.kind {
            PhraseKind::Title => of_title = (phrase.rank, own),
            PhraseKind::Inclusion if of_title.0 == phrase.rank => mask |= of_title.1,
            _ => {}
        }
        if !is_wanted(number) {
            continue;
        }
        if mask != last {
            last = mask;
            let covered = known.covered(plan, mask);
            worth = covered * covered.sqrt();
        }
        let surplus = usize::from(index.length(number)).saturating_sub(own.count_ones() as usize);
        let worth: f32 = worth * of_surplus[surplus.min(LONG)];
        // Numbers above zero are in the order of their bits; the best come first, of equals the first phrase.
        keys.push(u64::from(!worth.to_bits()) << 32 | u64::from(number));
    }
    if keys.len() > CLOSELY {
        keys.select_nth_unstable(CLOSELY);
        keys.truncate(CLOSELY);
    }
    let mut best: Vec<u32> = keys.into_iter().map(|key| key as u32).collect();
    best.sort_unstable();
    best
}

/// Keeps of each code the best that was found; the phrases of a code come one after another.
pub(super) fn keep_best<T>(best: &mut Vec<(Rank, T)>, rank: Rank, found: T, score: impl Fn(&T) -> f32) {
    match best.last_mut().filter(|(last, _)| *last == rank) {
        Some((_, last)) if score(last) >= score(&found) => {}
        Some((_, last)) => *last = found,
        None => best.push((rank, found)),
    }
}

/// Sorts the best `most` to the front, of equals the one that comes first in its table, and drops the others and what is worth nothing.
pub(super) fn keep_most<T>(best: &mut Vec<(Rank, T)>, most: usize, score: impl Fn(&T) -> f32) {
    let order = |(a, x): &(Rank, T), (b, y): &(Rank, T)| score(y).total_cmp(&score(x)).then(a.cmp(b));
    best.retain(|(_, found)| score(found) > 0.0);
    if best.len() > most {
        best.select_nth_unstable_by(most, order);
        best.truncate(most);
    }
    best.sort_by(order);
}

/// Looks at a phrase closely. What it denies counts only for a query that denies, too; what the query denies only for a phrase that does.
pub(super) fn look(words: &[PhraseWord], plan: &Plan, grammar: &Grammar, query_denies: bool) -> Match {
    let mut out = Match::default();
    let (mut denied, mut at_side) = (false, false);
    let mut open = false;
    let (mut first, mut last, mut matched) = (None, 0, 0);
    // What a title is about stands before "with".
    let (mut with, mut about, mut left_out) = (false, false, 0.0);
    for (at, &word) in words.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        open = grammar.open_at(words, at, open);
        denied = grammar.denied_after(word.stem, denied)
            && !before.is_some_and(|&before| grammar.is_place_of_body(before, word));
        let mask = plan.said(word.stem, denied);
        if mask != 0 && (!denied || query_denies) {
            out.mask |= mask;
            first.get_or_insert(at);
            last = at;
            matched += 1;
            about |= !with;
            at_side |= grammar.is_side(word.stem);
        } else {
            let surplus = grammar
                .surplus(word, denied, at_side)
                .min(if open || grammar.may_be_open(words, at) { UNSPECIFIED } else { f32::MAX });
            out.surplus += surplus;
            left_out += if with { 0.0 } else { surplus };
        }
        with |= grammar.class(word.stem) == Class::With;
        at_side &= !word.pauses;
        // "Without delivery, third trimester" does not deny the trimester.
        denied &= !word.pauses;
    }
    if with && !about && left_out > 0.0 {
        out.surplus += ABOUT;
    }
    out.together = matched > 1 && first.is_some_and(|first| last - first + 1 == matched);
    out.begins = first == Some(0);
    out
}
