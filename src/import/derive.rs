//! The packs that checks read, made from the embedded table and the kept sources: pure functions, whatever the order of adding.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::icd10cm_files::{self, release};
use super::merge;
use super::source::Source;
use crate::error::ErrorKind;
use crate::table::{Icd10CmRows, Pack, ProcedureRows, TableKind, Tables};
use crate::{Date, Error, Result};

/// A pack that is made from sources.
pub(crate) struct Derived {
    pub(crate) table: TableKind,
    pub(crate) file: &'static str,
    build: fn(&[&Source]) -> Result<Vec<u8>>,
}

/// All of them, each after those on whose ranks it rests.
pub(crate) static DERIVED: [Derived; 2] = [
    Derived { table: TableKind::Icd10Cm, file: "icd10cm.tbl", build: |s| Ok(icd10cm(s)?.build()) },
    Derived { table: TableKind::Procedures, file: "procedures.tbl", build: |s| Ok(procedures(s)?.build()) },
];

impl Derived {
    /// The pack; `None` if no source contributes to it.
    pub(crate) fn build(&self, sources: &BTreeMap<String, Source>) -> Result<Option<Vec<u8>>> {
        let of: Vec<&Source> = sources.values().filter(|s| s.layout.table == self.table).collect();
        if of.is_empty() { Ok(None) } else { (self.build)(&of).map(Some) }
    }

    /// Is the pack at this path whole, and made with the embedded table of this cleanclaim?
    pub(crate) fn is_current(path: &Path) -> bool {
        let embedded = || Tables::embedded().icd10cm.checksum();
        Pack::read(path).is_ok_and(|p| p.description().base.is_none_or(|base| base == embedded()))
    }
}

/// ICD-10-CM: the embedded table with the sources merged in by their dates.
pub(crate) fn icd10cm(sources: &[&Source]) -> Result<Icd10CmRows> {
    let embedded = Tables::embedded().icd10cm;
    let mut rows = Icd10CmRows::of(&embedded);
    rows.base = Some(embedded.checksum());
    let base = rows.edition.split(", with codes and dates").next().unwrap_or_default().to_owned();
    let mut notes_of = (newest_notes(&base), base);
    let mut titles_of = None;
    // Of one day the tabular comes first, so that CMS's own titles stand.
    let rank = |s: &Source| match s.layout.id {
        "icd10cm-tabular" => 0,
        "icd10cm-codes" => 1,
        _ => 2,
    };
    let mut sources = sources.to_vec();
    sources.sort_by(|a, b| (a.effective, rank(a), &a.name).cmp(&(b.effective, rank(b), &b.name)));
    let mut tabular_titles: Option<BTreeMap<String, String>> = None;
    for source in &sources {
        let effective = source.effective.unwrap_or(source.description.from);
        let mut edition = icd10cm_files::parse(source.layout, &source.rows).map_err(|e| source.error(e))?;
        if edition.tabular.is_some() {
            if effective < notes_of.0 {
                // Its notes and hierarchy are older than those at hand.
                edition.tabular = None;
            } else {
                notes_of = (effective, source.description.edition.clone());
            }
            let titles = edition.titles.clone();
            edition.drop_reworded_titles(&rows, tabular_titles.as_ref());
            tabular_titles = Some(titles);
        } else {
            titles_of = titles_of.max(Some(effective));
        }
        edition.merge(&mut rows, effective);
        rows.sources.push(source.file());
    }
    rows.drop_codes_without_use();
    let titles = titles_of.map_or_else(String::new, |day| format!(", titles of {}", release(day)));
    rows.edition = format!("{}{titles}, with codes and dates through {}", notes_of.1, rows.window.to);
    Ok(rows)
}

/// From when the notes of the embedded table are, by its own words: "ICD-10-CM tabular list, April 2026".
fn newest_notes(edition: &str) -> Date {
    let named = super::named_date::icd10cm_effective(&[edition.to_owned()]);
    named.unwrap_or(Date::ICD10_START)
}

/// Procedure codes and modifiers of all sources.
pub(crate) fn procedures(sources: &[&Source]) -> Result<ProcedureRows> {
    let rows = merge::procedures(sources)?;
    let histories: BTreeSet<_> =
        rows.codes.values().chain(rows.modifiers.values()).map(|r| &r.spans).collect();
    if histories.len() >= usize::from(u16::MAX) {
        let what = format!(
            "{} different pairs of first and last days among the procedure codes, expected fewer than {}",
            histories.len(),
            u16::MAX
        );
        return Err(Error::from(ErrorKind::Usage(what)));
    }
    Ok(rows)
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_pack_comes_back_from_its_rows() {
        let embedded = Tables::embedded().icd10cm;
        let bytes = Icd10CmRows::of(&embedded).build();
        let pack = Pack::open(std::borrow::Cow::Owned(bytes)).unwrap();
        assert_eq!(pack.checksum(), embedded.checksum());
    }

    #[test]
    fn the_embedded_tables_own_words_date_its_notes() {
        let embedded = Tables::embedded().icd10cm;
        assert_eq!(newest_notes(&embedded.description().edition), Date::constant(2026, 4, 1));
    }
}
