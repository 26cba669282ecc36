//! The tabular's notes as code sets: which codes a note names, and which notes hold for a code.
//!
//! A *profile* is the list of notes that hold for a code: its own and those of everything above it, nearest first. Codes share
//! profiles. A note's set is a list of runs of ranks. Before any set is looked at, a mask of first letters says which codes the
//! notes of a profile can name at all: most pairs of a claim end there.

use std::sync::OnceLock;

use prefetch_index::prefetch_index;

use super::flags::NoteKind;
use super::{Icd10CmTable, NONE};
use crate::code::Icd10Cm;
use crate::error::PackError;
use crate::table::Rank;
use crate::table::format::{Pack, Section, u16_at, u32_at};
use crate::{Date, DateRange};

/// The kinds of notes that are compiled, in the order of a profile's lists.
pub(super) const COMPILED: [NoteKind; 5] = [
    NoteKind::Excludes1,
    NoteKind::CodeFirst,
    NoteKind::UseAdditional,
    NoteKind::Excludes2,
    NoteKind::CodeAlso,
];
/// Ends of the five lists, and the masks of the first three.
const PROFILE: usize = 4 * (COMPILED.len() + MASKS);
pub(super) const MASKS: usize = 3;
/// Number of the note, its heading, the end of its runs, traits.
const COMPILED_NOTE: usize = 16;
const RUN: usize = 8;
/// The note covers so much that it says little about a pair.
pub(super) const BROAD: u32 = 1;
/// A clinical condition lifts it.
pub(super) const CONDITIONAL: u32 = 2;
/// The note stands at a code or subcategory and asks for a code without an "if" or "when".
pub(super) const PLAIN: u32 = 4;
/// A note that names more codes than this is broad.
#[cfg(feature = "import")]
pub(super) const BROAD_FROM: usize = 1500;

pub(super) struct Relations {
    profile_of: Section,
    profiles: Section,
    lists: Section,
    compiled: Section,
    runs: Section,
    /// First letters of the codes that each note names, made when the first pair of codes is looked for.
    letters: OnceLock<Box<[u32]>>,
}

/// A compiled note: a number by which the table knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoteId(u32);

/// A compiled note in words.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct RuleNote {
    /// What the note does.
    pub kind: NoteKind,
    /// Where it stands: a code, a block such as `A00-A09`, or `chapter 1`.
    pub at: String,
    /// Its words, the heading under which it stands before them.
    pub text: String,
    /// When it is known to be in force.
    #[serde(skip)]
    pub window: DateRange,
    /// Does it name more than 1,500 codes, so that it says little about a single pair?
    pub is_broad: bool,
    /// Does a clinical condition lift it?
    pub is_conditional: bool,
}

impl Relations {
    pub(super) fn open(pack: &Pack) -> Result<Relations, PackError> {
        Ok(Relations {
            profile_of: pack.section("profile_of", 2)?,
            profiles: pack.section("profiles", PROFILE)?,
            lists: pack.section("note_lists", 4)?,
            compiled: pack.section("note_sets", COMPILED_NOTE)?,
            runs: pack.section("note_runs", RUN)?,
            letters: OnceLock::new(),
        })
    }
}

impl Icd10CmTable {
    /// Has the memory fetched that says which notes hold for a code.
    #[inline]
    pub(crate) fn fetch_notes(&self, rank: Rank) {
        let (profile_of, _) = self.pack.bytes(self.relations.profile_of).as_chunks::<2>();
        prefetch_index(profile_of, rank.at());
    }

    /// Bytes of a profile, and where in the section it begins.
    #[inline]
    fn profile(&self, rank: Rank) -> (&[u8], usize) {
        let of = u16_at(self.pack.bytes(self.relations.profile_of), rank.at() * 2);
        (self.pack.bytes(self.relations.profiles), usize::from(of) * PROFILE)
    }

    /// First letters of the codes that the notes of a kind can name, as bits; `kind` is one of the first three compiled ones.
    #[inline]
    pub(crate) fn letters_named(&self, rank: Rank, kind: NoteKind) -> u32 {
        let (bytes, at) = self.profile(rank);
        match COMPILED.iter().position(|&k| k == kind) {
            Some(n) if n < MASKS => u32_at(bytes, at + 4 * (COMPILED.len() + n)),
            _ => u32::MAX,
        }
    }

    /// First letters of the codes that a code's notes can name.
    pub(crate) fn letters_of(&self, rank: Rank) -> Letters {
        let of = |kind| self.letters_named(rank, kind);
        Letters { excludes1: of(NoteKind::Excludes1), code_first: of(NoteKind::CodeFirst) }
    }

    /// The notes of a kind that hold for a code, its own first, then those of what is above it.
    pub fn rule_notes(&self, rank: Rank, kind: NoteKind) -> impl Iterator<Item = NoteId> + '_ {
        let (bytes, at) = self.profile(rank);
        let n = COMPILED.iter().position(|&k| k == kind);
        let end = |n: usize| u32_at(bytes, at + 4 * n) as usize;
        let (first, last) = match n {
            None => (0, 0),
            Some(0) if at == 0 => (0, end(0)),
            Some(0) => (u32_at(bytes, at - PROFILE + 4 * (COMPILED.len() - 1)) as usize, end(0)),
            Some(n) => (end(n - 1), end(n)),
        };
        let lists = self.pack.bytes(self.relations.lists);
        (first..last).map(move |i| NoteId(u32_at(lists, i * 4)))
    }

    /// Where the runs of a note begin and end.
    fn runs_of(&self, note: NoteId) -> (usize, usize) {
        let compiled = self.pack.bytes(self.relations.compiled);
        let at = note.0 as usize * COMPILED_NOTE;
        let first = if note.0 == 0 { 0 } else { u32_at(compiled, at - COMPILED_NOTE + 8) as usize };
        (first, u32_at(compiled, at + 8) as usize)
    }

    /// First letters of the codes that the notes name, by their numbers.
    fn letters_of_notes(&self) -> &[u32] {
        self.relations.letters.get_or_init(|| {
            let firsts = (b'A'..=b'Z').map(|l| self.index.rank_of_first(&[l]));
            let firsts: Vec<u32> = firsts.collect();
            let letter =
                |rank: u32| (firsts.partition_point(|&first| first <= rank) as u32).saturating_sub(1);
            let runs = self.pack.bytes(self.relations.runs);
            let notes = 0..self.relations.compiled.count(COMPILED_NOTE) as u32;
            let of = |note| {
                let (first, last) = self.runs_of(NoteId(note));
                (first..last).fold(0, |all, run| {
                    let (from, to) = (u32_at(runs, run * RUN), u32_at(runs, run * RUN + 4));
                    (letter(from)..=letter(to)).fold(all, |all, letter| all | 1 << letter)
                })
            };
            notes.map(of).collect()
        })
    }

    /// Does the note name the code?
    #[inline]
    pub fn note_names(&self, note: NoteId, rank: Rank) -> bool {
        let (first, last) = self.runs_of(note);
        let runs = self.pack.bytes(self.relations.runs);
        // The last run that does not begin after the code.
        let (mut low, mut high) = (first, last);
        while low < high {
            let mid = (low + high) / 2;
            if u32_at(runs, mid * RUN) <= rank.0 { low = mid + 1 } else { high = mid }
        }
        low > first && rank.0 <= u32_at(runs, (low - 1) * RUN + 4)
    }

    /// Is the note in force on a day?
    pub fn note_in_force(&self, note: NoteId, day: Date) -> bool {
        self.line_window(self.line_of(note)).contains(day)
    }

    /// Does the note name so many codes that it says little about one?
    pub fn note_is_broad(&self, note: NoteId) -> bool {
        self.note_traits(note) & BROAD != 0
    }

    /// Does the note stand at a code or subcategory, and ask for a code without an "if" or "when"?
    pub(crate) fn note_asks_plainly(&self, note: NoteId) -> bool {
        self.note_traits(note) & PLAIN != 0
    }

    /// Does any note that holds for the code do so?
    pub(crate) fn asks_plainly(&self, rank: Rank, kind: NoteKind) -> bool {
        self.rule_notes(rank, kind).any(|note| self.note_asks_plainly(note))
    }

    fn note_traits(&self, note: NoteId) -> u32 {
        u32_at(self.pack.bytes(self.relations.compiled), note.0 as usize * COMPILED_NOTE + 12)
    }

    fn line_of(&self, note: NoteId) -> usize {
        u32_at(self.pack.bytes(self.relations.compiled), note.0 as usize * COMPILED_NOTE) as usize
    }

    /// The note in words.
    pub fn rule_note(&self, note: NoteId) -> RuleNote {
        let line = self.note_at_line(self.line_of(note));
        let at = note.0 as usize * COMPILED_NOTE;
        let heading = u32_at(self.pack.bytes(self.relations.compiled), at + 4);
        let text = match heading {
            NONE => line.text,
            id => format!("{} {}", self.texts.get(&self.pack, id), line.text),
        };
        let traits = self.note_traits(note);
        RuleNote {
            kind: line.kind,
            at: line.at,
            text,
            window: line.window,
            is_broad: traits & BROAD != 0,
            is_conditional: traits & CONDITIONAL != 0,
        }
    }

    /// The first note of a kind at `at`, or above it, that names `other` and is in force on the day.
    #[inline]
    pub fn note_between(
        &self,
        at: Rank,
        other: (Icd10Cm, Rank),
        kind: NoteKind,
        day: Date,
    ) -> Option<NoteId> {
        let (letters, own) = (self.letters_of_notes(), letter(other.0));
        // Most notes are out of the question at once.
        let names = |note: NoteId| {
            letters.get(note.0 as usize).is_some_and(|of| of & own != 0) && self.note_names(note, other.1)
        };
        self.rule_notes(at, kind).find(|&note| names(note) && self.note_in_force(note, day))
    }

    /// The Excludes1 note that keeps two codes apart on a day, and whether it stands at the first of them.
    #[inline]
    pub fn excludes1(&self, a: (Icd10Cm, Rank), b: (Icd10Cm, Rank), day: Date) -> Option<(NoteId, bool)> {
        let kind = NoteKind::Excludes1;
        if self.letters_named(a.1, kind) & letter(b.0) != 0
            && let Some(note) = self.note_between(a.1, b, kind, day)
        {
            return Some((note, true));
        }
        if self.letters_named(b.1, kind) & letter(a.0) != 0
            && let Some(note) = self.note_between(b.1, a, kind, day)
        {
            return Some((note, false));
        }
        None
    }

    /// The first day for which the notes are known.
    pub fn notes_from(&self) -> Date {
        Date::from_number_unchecked(u32_at(self.pack.bytes(self.tabular), 0))
    }
}

/// First letters of the codes that notes name, as bits of [`letter`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Letters {
    pub(crate) excludes1: u32,
    pub(crate) code_first: u32,
}

impl Letters {
    pub(crate) const NONE: Letters = Letters { excludes1: 0, code_first: 0 };

    /// Those of both.
    #[inline]
    pub(crate) fn or(self, other: Letters) -> Letters {
        Letters {
            excludes1: self.excludes1 | other.excludes1,
            code_first: self.code_first | other.code_first,
        }
    }
}

/// The first letter of a code as a bit.
#[inline]
pub(crate) fn letter(code: Icd10Cm) -> u32 {
    1 << ((code.key() >> 56) as u32).wrapping_sub(u32::from(b'A')).min(31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The masks of the pack beside what its runs of codes say.
    #[test]
    fn letters_are_those_of_the_codes_that_the_notes_name() {
        let icd = crate::Tables::embedded().icd10cm;
        let of_notes = icd.letters_of_notes();
        let mut found = 0;
        for rank in (0..icd.len() as u32).map(Rank) {
            for kind in [NoteKind::Excludes1, NoteKind::CodeFirst] {
                let letters = icd.rule_notes(rank, kind).fold(0, |all, note| all | of_notes[note.0 as usize]);
                assert_eq!(letters, icd.letters_named(rank, kind), "{rank:?}");
                found += u32::from(letters != 0);
            }
        }
        assert!(found > 50_000, "{found}");
    }
}
