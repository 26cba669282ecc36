//! The packs that checks read, made from the embedded table and the kept sources: pure functions, whatever the order of adding.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::edits::{self, Edits};
use super::icd10cm_files::{self, release};
use super::source::Source;
use super::{merge, policy_sources};
use crate::error::ErrorKind;
use crate::table::policies::{PolicyRows, build as build_policies};
use crate::table::{CodeIndex, Icd10CmRows, Icd10CmTable, Pack, ProcedureRows, TableKind, Tables};
use crate::{Date, Error, Result};

/// A pack that is made from sources.
pub(crate) struct Derived {
    pub(crate) table: TableKind,
    pub(crate) file: &'static str,
}

/// All of them, each after those on whose ranks it rests.
pub(crate) static DERIVED: [Derived; 10] = [
    Derived { table: TableKind::Icd10Cm, file: "icd10cm.tbl" },
    Derived { table: TableKind::Procedures, file: "procedures.tbl" },
    Derived { table: TableKind::PtpPractitioner, file: "ptp-practitioner.tbl" },
    Derived { table: TableKind::PtpHospital, file: "ptp-hospital.tbl" },
    Derived { table: TableKind::MuePractitioner, file: "mue-practitioner.tbl" },
    Derived { table: TableKind::MueHospital, file: "mue-hospital.tbl" },
    Derived { table: TableKind::MueSupplier, file: "mue-supplier.tbl" },
    Derived { table: TableKind::AddOns, file: "add-ons.tbl" },
    Derived { table: TableKind::Fees, file: "fees.tbl" },
    Derived { table: TableKind::Policies, file: "policies.tbl" },
];

/// What serves several packs, made when the first of them asks.
#[derive(Default)]
pub(crate) struct Made {
    edits: Option<Edits>,
    policies: Option<PolicyRows>,
    procedures: Option<Vec<u8>>,
    index: Option<CodeIndex>,
}

impl Made {
    /// The rows of all edits, and the pack of procedures with its index, in which every code stands that any of them names.
    fn edits(&mut self, sources: &BTreeMap<String, Source>) -> Result<&Edits> {
        let edits = match self.edits.take() {
            Some(edits) => edits,
            None => {
                let edits = Edits::of(sources.values())?;
                let of: Vec<&Source> =
                    sources.values().filter(|s| s.table() == TableKind::Procedures).collect();
                let mut rows = procedures(&of)?;
                edits.name_codes(&mut rows);
                self.policies = policy_sources::rows(sources.values())?;
                self.policies.iter().for_each(|p| policy_sources::name_codes(p, &mut rows));
                if !(rows.codes.is_empty() && rows.modifiers.is_empty()) {
                    let bytes = rows.build();
                    self.index = edits::index_of(&bytes);
                    self.procedures = Some(bytes);
                }
                edits
            }
        };
        Ok(self.edits.insert(edits))
    }
}

impl Derived {
    /// The pack; `None` if no source contributes to it.
    pub(crate) fn build(
        &self,
        sources: &BTreeMap<String, Source>,
        made: &mut Made,
    ) -> Result<Option<Vec<u8>>> {
        if self.table == TableKind::Icd10Cm {
            let of: Vec<&Source> = sources.values().filter(|s| s.table() == self.table).collect();
            return if of.is_empty() { Ok(None) } else { Ok(Some(icd10cm(&of)?.build())) };
        }
        made.edits(sources)?;
        if self.table == TableKind::Procedures {
            return Ok(made.procedures.take());
        }
        if self.table == TableKind::Policies {
            let Some((policies, index)) = made.policies.as_ref().zip(made.index.as_ref()) else {
                return Ok(None);
            };
            let of: Vec<&Source> = sources.values().filter(|s| s.table() == TableKind::Icd10Cm).collect();
            let merged = if of.is_empty() { None } else { icd10cm_of(&icd10cm(&of)?.build()) };
            let icd10cm = merged.unwrap_or_else(|| Tables::embedded().icd10cm);
            return Ok(Some(build_policies(policies, index, &icd10cm)));
        }
        let parts = made.edits.as_ref().zip(made.index.as_ref());
        Ok(parts.and_then(|(edits, index)| edits.build(self.table, index)))
    }

    /// Must it be made anew when sources of that table change? All tables of procedures share one index, whose codes every one may name.
    pub(crate) fn depends_on(&self, changed: TableKind) -> bool {
        let procedures = |kind: TableKind| kind == TableKind::Procedures || kind.is_on_procedures();
        let of_diagnoses = self.table == TableKind::Policies && changed == TableKind::Icd10Cm;
        self.table == changed || of_diagnoses || procedures(self.table) && procedures(changed)
    }

    /// Is the pack at this path whole, and made with the embedded table of this cleanclaim?
    pub(crate) fn is_current(path: &Path) -> bool {
        let embedded = || Tables::embedded().icd10cm.checksum();
        Pack::read(path).is_ok_and(|p| p.description().base.is_none_or(|base| base == embedded()))
    }
}

/// The table in a pack just built.
fn icd10cm_of(bytes: &[u8]) -> Option<Icd10CmTable> {
    Icd10CmTable::open(Pack::open(std::borrow::Cow::Owned(bytes.to_vec())).ok()?).ok()
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
        rows.sources.push(source.digest());
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
