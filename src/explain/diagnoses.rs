//! May two diagnoses stand together, and which note of the tabular list says so?

use std::fmt;

use crate::code::Icd10Cm;
use crate::table::{NoteKind, Rank, RuleNote, Tables};
use crate::{Date, DateRange};

/// What the tabular list says of two diagnoses.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct DiagnosisPair {
    /// The diagnoses asked for.
    pub codes: [Icd10Cm; 2],
    /// Their titles, as far as they are known.
    pub titles: [Option<String>; 2],
    /// The day asked for.
    pub as_of: Date,
    /// May they stand together on that day?
    pub verdict: PairVerdict,
    /// Every note at one of them, or above it, that names the other; Excludes1 first.
    pub notes: Vec<PairNote>,
    /// The first day for which notes are known.
    pub notes_from: Date,
}

/// May two diagnoses stand together?
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PairVerdict {
    /// No note keeps them apart.
    Together,
    /// An Excludes1 note does, unless the conditions are unrelated.
    Excluded,
    /// The day is before the first list whose notes are known, or a code is in no release.
    NotEvaluated,
}

/// A note at one diagnosis that names the other.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct PairNote {
    /// The note, with its place and its words.
    #[serde(flatten)]
    pub note: RuleNote,
    /// The diagnosis at which, or above which, it stands.
    pub of: Icd10Cm,
    /// The diagnosis that it names.
    pub names: Icd10Cm,
    /// First day for which it is known to be in force.
    pub since: Date,
    /// Last day; `None` while it is in force.
    pub until: Option<Date>,
    /// Is it in force on the day asked for?
    pub in_force: bool,
}

const KINDS: [NoteKind; 5] = [
    NoteKind::Excludes1,
    NoteKind::Excludes2,
    NoteKind::CodeFirst,
    NoteKind::UseAdditional,
    NoteKind::CodeAlso,
];

/// What the notes of the tabular list say of two diagnoses on a day, in both directions.
///
/// ```
/// use cleanclaim::{Tables, explain};
/// let said = explain::diagnoses(&Tables::embedded(), "M54.50".parse()?, "S39.012A".parse()?, "2026-03-02".parse().unwrap());
/// assert_eq!(said.verdict, explain::PairVerdict::Excluded);
/// assert_eq!(said.notes[0].note.at, "M54.5");
/// # Ok::<(), cleanclaim::code::CodeError>(())
/// ```
pub fn diagnoses(tables: &Tables, a: Icd10Cm, b: Icd10Cm, day: Date) -> DiagnosisPair {
    let icd = &tables.icd10cm;
    let (rank_a, rank_b) = (icd.rank(a), icd.rank(b));
    let mut notes = Vec::new();
    if let (Some(rank_a), Some(rank_b)) = (rank_a, rank_b) {
        let mut look = |kind: NoteKind, of: Icd10Cm, at: Rank, names: Icd10Cm, other: Rank| {
            for id in icd.rule_notes(at, kind).filter(|&id| icd.note_names(id, other)) {
                let note = icd.rule_note(id);
                let DateRange { from, to } = note.window;
                let until = (!note.window.is_open()).then_some(to);
                notes.push(PairNote {
                    in_force: note.window.contains(day),
                    since: from,
                    until,
                    of,
                    names,
                    note,
                });
            }
        };
        for kind in KINDS {
            look(kind, a, rank_a, b, rank_b);
            look(kind, b, rank_b, a, rank_a);
        }
    }
    let verdict = if rank_a.is_none() || rank_b.is_none() || day < icd.notes_from() {
        PairVerdict::NotEvaluated
    } else if notes.iter().any(|n| n.in_force && n.note.kind == NoteKind::Excludes1) {
        PairVerdict::Excluded
    } else {
        PairVerdict::Together
    };
    let title = |rank: Option<Rank>| rank.and_then(|r| icd.title_on(r, day));
    DiagnosisPair {
        codes: [a, b],
        titles: [title(rank_a), title(rank_b)],
        as_of: day,
        verdict,
        notes,
        notes_from: icd.notes_from(),
    }
}

impl fmt::Display for DiagnosisPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (code, title) in self.codes.iter().zip(&self.titles) {
            writeln!(f, "{code}  {}", title.as_deref().unwrap_or("(no title known)"))?;
        }
        let [a, b] = self.codes;
        match self.verdict {
            PairVerdict::Excluded => writeln!(
                f,
                "On {}: not together (Excludes1), unless the two conditions are unrelated (guideline I.A.12.a).",
                self.as_of
            )?,
            PairVerdict::Together => {
                writeln!(f, "On {}: no Excludes1 note keeps {a} and {b} apart.", self.as_of)?
            }
            PairVerdict::NotEvaluated if self.as_of < self.notes_from => writeln!(
                f,
                "On {}: not evaluated; notes of the tabular list are known from {} on.",
                self.as_of, self.notes_from
            )?,
            PairVerdict::NotEvaluated => {
                writeln!(f, "Not evaluated: one of them is in no release of ICD-10-CM.")?
            }
        }
        for one in &self.notes {
            let PairNote { note, of, names, since, until, in_force } = one;
            writeln!(f, "\n  {} at {}: \"{}\"", note.kind, note.at, note.text)?;
            let end = until.map_or_else(String::new, |day| format!(" to {day}"));
            let stands = if *in_force { "" } else { "; not in force on the day asked for" };
            writeln!(f, "    stands at or above {of}, names {names}; known from {since}{end}{stands}")?;
            if note.is_broad {
                writeln!(f, "    names more than 1,500 codes: it says little about one pair")?;
            }
        }
        Ok(())
    }
}
