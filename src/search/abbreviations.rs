//! What coders write for what the tabular list says: `data/lists/abbreviations.csv`.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::table::{stem, words_of};

/// Most words of what is written in one row.
pub(super) const LONGEST: usize = 4;

/// A meaning of what is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    /// As the table has it.
    pub(super) text: &'static str,
    /// Is it the place of which what is written is a part, as the lower limb of which the knee is?
    pub(super) is_wider: bool,
}

impl Meaning {
    /// Its words, without those that carry nothing. Found when somebody asks: a look-up asks for those of one row or of none.
    pub(super) fn words(&self) -> Vec<String> {
        let mut words = words_of(self.text);
        words.retain(|word| !is_empty_word(word));
        words
    }
}

/// By the stems of what is written.
static TABLE: LazyLock<FxHashMap<String, Vec<Meaning>>> = LazyLock::new(|| {
    let mut out: FxHashMap<String, Vec<Meaning>> = FxHashMap::default();
    for (written, text, kind) in rows().filter(|(.., kind)| *kind != ASIDE) {
        out.entry(key(&words_of(written))).or_default().push(Meaning { text, is_wider: kind == WIDER });
    }
    out
});

/// What is set aside, by its stems.
static SET_ASIDE: LazyLock<FxHashSet<String>> = LazyLock::new(|| {
    let aside = rows().filter(|(.., kind)| *kind == ASIDE);
    aside.map(|(written, ..)| key(&words_of(written))).collect()
});

/// Kinds of rows; the others have none.
const WIDER: &str = "wider";
const ASIDE: &str = "aside";

/// The rows: what is written, what it means, and the kind.
fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let text = include_str!("../../data/lists/abbreviations.csv");
    text.lines().skip(1).filter_map(|line| {
        let (written, rest) = line.split_once(',')?;
        let (means, kind) = rest.split_once(',').unwrap_or((rest, ""));
        Some((written, means, kind))
    })
}

/// Do the words, read together, say of a note how or why somebody was seen, and not what he has?
pub(super) fn is_aside(words: &[String]) -> bool {
    SET_ASIDE.contains(&key(words))
}

/// The meanings of some words, read together, in any order: "fracture of hip" is a "hip fracture".
pub(super) fn meanings(words: &[String]) -> &'static [Meaning] {
    let table = |words: &[String]| TABLE.get(&key(words)).map(Vec::as_slice);
    let found = table(words).or_else(|| match words {
        [first, inner @ .., last] if inner.iter().any(|word| is_empty_word(word)) => {
            let inner = inner.iter().filter(|word| !is_empty_word(word));
            table(&std::iter::once(first).chain(inner).chain([last]).cloned().collect::<Vec<_>>())
        }
        _ => None,
    });
    found.unwrap_or_default()
}

fn key(words: &[String]) -> String {
    if let [word] = words {
        return stem(word);
    }
    let mut stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
    stems.sort_unstable();
    stems.join(" ")
}

/// Words that only hold others together.
pub(super) fn is_empty_word(word: &str) -> bool {
    ["of", "the", "and", "or", "in", "to", "for", "by", "on", "at", "an", "as", "is", "from"].contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_unique_and_not_too_long() {
        let all: Vec<_> = rows().collect();
        assert!(all.len() >= 400, "{} rows", all.len());
        for pair in all.windows(2) {
            assert!(pair[0] < pair[1], "{:?} stands before {:?}", pair[0], pair[1]);
        }
        let mut keys = std::collections::HashSet::new();
        let same: Vec<_> = all.iter().filter(|(w, m, _)| !keys.insert((key(&words_of(w)), m))).collect();
        assert!(same.is_empty(), "the same in another form: {same:?}");
        for (written, means, kind) in all {
            assert!((1..=LONGEST).contains(&words_of(written).len()), "{written}");
            assert_ne!(written, means);
            assert_eq!(means.is_empty(), kind == ASIDE, "{written}");
            assert!(["", WIDER, ASIDE].contains(&kind), "{written}: {kind}");
            assert_eq!(written, written.to_lowercase());
        }
    }

    #[test]
    fn every_word_of_every_meaning_is_in_the_tabular_list() {
        let tables = crate::Tables::embedded();
        let words = tables.icd10cm.words().unwrap();
        let mut unknown = Vec::new();
        for (written, means, _) in rows() {
            unknown.extend(
                words_of(means)
                    .into_iter()
                    .filter(|w| words.written(w).is_none())
                    .map(|w| format!("{written}: {w}")),
            );
        }
        assert!(unknown.is_empty(), "{unknown:#?}");
    }

    #[test]
    fn what_is_written_is_found_in_any_form() {
        let text = |written: &str| meanings(&words_of(written)).iter().map(|m| m.text).collect::<Vec<_>>();
        assert_eq!(text("W/O"), ["without"]);
        assert_eq!(text("kidney stones"), ["calculus of kidney"]);
        assert!(text("htn").contains(&"hypertension"));
        assert!(text("nothing").is_empty());
        // In any order, and with what holds words together between them; but nothing is left out at the ends.
        assert_eq!(text("stones kidney"), text("kidney stones"));
        assert_eq!(text("stones in the kidney"), text("kidney stones"));
        assert!(text("on kidney stones").is_empty());
        let knee = meanings(&words_of("knee"));
        assert!(!knee.is_empty() && knee.iter().all(|meaning| meaning.is_wider));
        assert!(meanings(&words_of("leg")).iter().all(|meaning| !meaning.is_wider));
    }
}
