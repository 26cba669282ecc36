//! Search: the codes that a coder's words mean, best first, each with the reason.
//!
//! ```
//! use cleanclaim::Tables;
//! use cleanclaim::search::Query;
//!
//! let tables = Tables::embedded();
//! let found = tables.search(&Query::new("dm2 w hyperglycemia", "2026-03-02".parse()?));
//! assert_eq!(found.hits[0].code.to_string(), "E11.65");
//! assert_eq!(found.hits[0].words[0].meant.as_deref(), Some("type 2 diabetes mellitus"));
//! # Ok::<(), cleanclaim::DateError>(())
//! ```

mod abbreviations;
mod by_code;
mod diagnoses;
mod numbers;
mod plan;
mod procedures;
mod score;
mod words;

pub(crate) use by_code::is_block;
pub(crate) use words::joins;

use std::fmt;

use serde::Serialize;

use crate::code::{Icd10Cm, Procedure};
use crate::table::{Seventh, Status, TableKind};
use crate::{Date, Tables};

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Query {
    /// Words, or the beginning of a code, or a block as `E08-E13`. The last word may be unfinished, unless a blank follows it. Words after the sixteenth are not read.
    pub text: String,
    /// The day as of which codes are in force.
    pub as_of: Date,
    /// Only codes that can be billed on that day: no headers, nothing that ended. Off at first.
    pub billable: bool,
    /// Only diagnoses of this chapter of ICD-10-CM, 1 to 22.
    pub chapter: Option<u32>,
    /// Only codes that begin so, with or without the dot, in any case.
    pub prefix: Option<String>,
    /// Most hits. Ten at first.
    pub limit: usize,
}

impl Query {
    /// The words, and nothing else asked.
    pub fn new(text: impl Into<String>, as_of: Date) -> Query {
        Query { text: text.into(), as_of, billable: false, chapter: None, prefix: None, limit: 10 }
    }
}

/// What was found.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Found {
    /// The best first.
    pub hits: Vec<Hit>,
    /// Words of the query that no table has, in no form.
    pub unknown: Vec<String>,
    /// Words that say of a note how or why somebody was seen, and not what he has, as "patient" or "complains of": nothing was looked for by them.
    pub aside: Vec<String>,
    /// Tables in which words could not be looked for: an earlier cleanclaim made them. `cleanclaim tables rebuild` mends it.
    pub unsearched: Vec<TableKind>,
    /// Tables that were searched, and whose last day is before the day that was asked for.
    pub stale: Vec<Stale>,
}

/// A table that does not reach the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stale {
    /// The table.
    pub table: TableKind,
    /// The last day for which it stands.
    pub to: Date,
}

/// A code that answers a query.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Hit {
    /// The code.
    #[serde(flatten)]
    pub code: FoundCode,
    /// Its title on the day; `None` if it is in no source yet.
    pub title: Option<String>,
    /// How it stands on the day.
    pub status: Status,
    /// The first day of a code that is not yet in force; the last day of one that ended.
    pub day: Option<Date>,
    /// Is it billable with a seventh character, which the query does not tell?
    pub wants_seventh: bool,
    /// The seventh character that words of the query chose.
    pub seventh: Option<Seventh>,
    /// By which text it was found.
    pub via: Via,
    /// The words of the query that it has, and how each was read.
    pub words: Vec<Matched>,
    /// The words of the query that it has not.
    pub missing: Vec<String>,
    /// How well it answers: 1 is all words and no other. Comparable within one answer only.
    pub score: f32,
}

/// A code of either system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "system", content = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FoundCode {
    /// ICD-10-CM.
    Diagnosis(Icd10Cm),
    /// CPT or HCPCS Level II.
    Procedure(Procedure),
}

impl fmt::Display for FoundCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FoundCode::Diagnosis(code) => code.fmt(f),
            FoundCode::Procedure(code) => code.fmt(f),
        }
    }
}

/// The text by which a code was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Via {
    /// The code itself, or its beginning.
    Code,
    /// Its title.
    Title,
    /// A title that it had at another time.
    FormerTitle {
        /// That title.
        text: String,
    },
    /// An inclusion term, or a line under "Includes", at the code or at a header for which it stands.
    Inclusion {
        /// The term.
        text: String,
    },
    /// Its short title.
    ShortTitle {
        /// That title.
        text: String,
    },
    /// The header above, of which it is the code with nothing further said.
    Header {
        /// The header.
        code: Icd10Cm,
    },
    /// Its title together with the words of the header above.
    Under {
        /// The header.
        code: Icd10Cm,
    },
}

/// A part of the query that a hit has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Matched {
    /// As it was written.
    pub written: String,
    /// As what it was read, if not as it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meant: Option<String>,
    /// How it was read.
    pub how: How,
}

/// How a word of a query was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum How {
    /// As it stands.
    Exact,
    /// In another form: plural, -ed, -ing, another spelling.
    Stem,
    /// As the beginning of a word.
    Prefix,
    /// By the table of abbreviations and synonyms.
    Synonym,
    /// By the same table, as the place of which it is a part.
    Wider,
    /// As one word with the next.
    Joined,
    /// As two words.
    Split,
    /// As mistyped.
    Typo,
    /// As a code.
    Code,
}

/// The least score of a hit, as against that of the best.
const WORTH_A_LINE: f32 = 0.4;

impl Tables {
    /// The codes that the words of a query mean, or that begin as it does, best first: diagnoses, and the procedures of the user's own tables.
    ///
    /// It never fails: any text gives an answer, if an empty one. The same query gives the same answer. Each [`Hit`] says why it is one: by
    /// which text ([`Via`]) and how each word was read ([`How`]), so that a caller can show it; what no table has is in [`Found::unknown`].
    /// It takes some 10 to 200 microseconds and holds nothing between calls, so it may run at each key.
    ///
    /// ```
    /// use cleanclaim::Tables;
    /// use cleanclaim::search::{How, Query};
    /// use cleanclaim::table::Status;
    ///
    /// let tables = Tables::embedded();
    /// let day = "2026-03-02".parse()?;
    /// // While the last word is typed, it is the beginning of one; a side and an encounter become characters of the code.
    /// let found = tables.search(&Query { limit: 5, ..Query::new("fx clavicle shaft rt displaced initial clos", day) });
    /// let best = &found.hits[0];
    /// assert_eq!(best.code.to_string(), "S42.021A");
    /// assert_eq!(best.seventh.as_ref().map(|seventh| seventh.character), Some('A'));
    /// assert_eq!(best.words.last().map(|word| word.how), Some(How::Prefix));
    ///
    /// // Only what can be billed on the day, of one chapter.
    /// let query = Query { billable: true, chapter: Some(13), ..Query::new("shoulder pain", day) };
    /// assert!(tables.search(&query).hits.iter().all(|hit| hit.status == Status::InForce));
    /// # Ok::<(), cleanclaim::DateError>(())
    /// ```
    pub fn search(&self, query: &Query) -> Found {
        let stale = self.stale(query);
        if let Some(hits) = by_code::hits(self, query) {
            return Found { hits, stale, ..Found::default() };
        }
        let icd10cm = self.icd10cm.words();
        // A filter on chapters leaves no procedures.
        let of_procedures = self.procedures.as_ref().filter(|_| query.chapter.is_none());
        let procedures = of_procedures.and_then(|table| Some((table, table.words()?)));
        let unsearched = [
            (TableKind::Icd10Cm, icd10cm.is_none()),
            (TableKind::Procedures, of_procedures.is_some() && procedures.is_none()),
        ];
        let unsearched: Vec<TableKind> =
            unsearched.iter().filter(|(_, is)| *is).map(|(kind, _)| *kind).collect();
        let mut indexes: Vec<_> = icd10cm.into_iter().collect();
        let has_diagnoses = !indexes.is_empty();
        let table = procedures.map(|(table, index)| {
            indexes.push(index);
            table
        });
        let (parts, aside) = words::read(&query.text, &indexes);
        // Numbers and single letters stand in many titles, but alone they are what is left of a mistyped code.
        let is_word = |text: &str| text.chars().count() > 1 && text.contains(char::is_alphabetic);
        if !parts.iter().any(|part| !part.readings.is_empty() && is_word(&part.written)) {
            return Found { hits: Vec::new(), unknown: unknown(parts), aside, unsearched, stale };
        }
        let mut hits = Vec::new();
        let mut rest = indexes.iter();
        if let Some(index) = rest.next().filter(|_| has_diagnoses) {
            hits.extend(diagnoses::search(&self.icd10cm, index, query, &parts));
        }
        if let Some((table, index)) = table.zip(indexes.last()) {
            hits.extend(procedures::search(table, index, query, &parts));
        }
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.code.cmp(&b.code)));
        hits.truncate(query.limit);
        // What has half as much of the query as the best is not worth its line.
        if let Some(least) = hits.first().map(|best| best.score * WORTH_A_LINE) {
            hits.retain(|hit| hit.score >= least);
        }
        Found { hits, unknown: unknown(parts), aside, unsearched, stale }
    }

    /// The tables in which the query looks, as far as they do not reach its day.
    fn stale(&self, query: &Query) -> Vec<Stale> {
        let procedures = self.procedures.as_ref().filter(|_| query.chapter.is_none());
        let windows = [
            (TableKind::Icd10Cm, Some(self.icd10cm.window())),
            (TableKind::Procedures, procedures.map(|table| table.window())),
        ];
        let stale = windows.into_iter().filter_map(|(table, window)| Some(Stale { table, to: window?.to }));
        stale.filter(|stale| query.as_of > stale.to).collect()
    }
}

/// The parts that no table has.
fn unknown(parts: Vec<words::Part>) -> Vec<String> {
    parts.into_iter().filter(|part| part.readings.is_empty()).map(|part| part.written).collect()
}

/// What a hit has of the query, and what it has not.
fn explained(plan: &plan::Plan, mask: plan::Mask, parts: &[words::Part]) -> (Vec<Matched>, Vec<String>) {
    let (mut matched, mut missing) = (Vec::new(), Vec::new());
    for (part, best) in parts.iter().zip(plan.readings(mask)) {
        match best {
            Some((number, _)) => {
                let reading = &part.readings[number];
                let (written, meant) = (part.written.clone(), reading.meant.clone());
                matched.push(Matched { written, meant, how: reading.how });
            }
            None if part.readings.is_empty() || part.only_joins() => {}
            None => missing.push(part.written.clone()),
        }
    }
    (matched, missing)
}

/// Does the part itself say that something is not, as "w/o" does?
fn denies(part: &words::Part) -> bool {
    let in_words = |text: &str| text.split(' ').any(|word| score::DENIES.contains(&word));
    in_words(&part.written) || part.readings.iter().filter_map(|r| r.meant.as_deref()).any(in_words)
}

/// Does the text only name a side, as "RT" does?
pub fn is_side(text: &str) -> bool {
    let meanings = abbreviations::meanings(&crate::table::words_of(text));
    !meanings.is_empty() && !is_short_form(text)
}

/// Is the text, as it stands, something that coders write for a disease or a procedure? "LT" is not: it only names a side.
pub fn is_short_form(text: &str) -> bool {
    let says_little = |word: &String| score::SIDES.contains(&word.as_str()) || words::joins(word);
    let meanings = abbreviations::meanings(&crate::table::words_of(text));
    meanings.iter().any(|meaning| !meaning.words().iter().all(says_little))
}
