//! All tables together, as a check uses them.

use std::path::{Path, PathBuf};

use super::embedded;
use super::format::{Description, Pack};
use super::icd10cm::{self, Icd10CmTable};
use super::procedures::{self, ProcedureTable};
use crate::error::PackError;
use crate::{Date, Error, Result};

/// A kind of table that rules need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TableKind {
    /// ICD-10-CM codes; part of the program.
    #[serde(rename = "icd10cm")]
    Icd10Cm,
    /// CPT and HCPCS Level II codes and modifiers; the user's own.
    Procedures,
    /// CMS's place-of-service codes; part of the program.
    Places,
}

impl TableKind {
    /// All of them, in the order of reports.
    pub const ALL: [TableKind; 3] = [TableKind::Icd10Cm, TableKind::Procedures, TableKind::Places];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            TableKind::Icd10Cm => "icd10cm",
            TableKind::Procedures => "procedures",
            TableKind::Places => "places",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            TableKind::Icd10Cm => "ICD-10-CM",
            TableKind::Procedures => "CPT and HCPCS codes",
            TableKind::Places => "place-of-service codes",
        }
    }

    /// What would bring it, as a command.
    pub fn how_to_add(self) -> &'static str {
        match self {
            TableKind::Icd10Cm => "cleanclaim tables add icd10cm-order-2027.zip",
            TableKind::Procedures => "cleanclaim tables add HCPC2026_JAN_ANWEB.zip",
            TableKind::Places => "a newer cleanclaim",
        }
    }
}

/// The tables against which claims are checked. A table that is not there is not evaluated, and said so.
pub struct Tables {
    /// ICD-10-CM.
    pub icd10cm: Icd10CmTable,
    /// CPT and HCPCS Level II, from the user's own files.
    pub procedures: Option<ProcedureTable>,
}

impl Tables {
    /// The tables that are part of the program: ICD-10-CM and small lists.
    ///
    /// # Panics
    /// Never in a released build: the embedded pack is verified by the tests.
    #[allow(clippy::expect_used, reason = "a program whose own table is damaged cannot go on")]
    pub fn embedded() -> Tables {
        let icd10cm = embedded::icd10cm().expect("the embedded ICD-10-CM pack opens");
        Tables { icd10cm, procedures: None }
    }

    /// The embedded tables and, over them, the packs of a folder made by `cleanclaim tables add`.
    ///
    /// # Errors
    /// If the folder cannot be read or a pack in it is damaged or foreign. A folder that does not exist is an error, too.
    pub fn open(folder: impl AsRef<Path>) -> Result<Tables> {
        let folder = folder.as_ref();
        std::fs::read_dir(folder).map_err(|e| Error::io(folder, e))?;
        let mut tables = Tables::embedded();
        if let Some((path, pack)) = read(folder, icd10cm::KIND)? {
            let got = tables.icd10cm.checksum();
            if let Some(expected) = pack.description().base.filter(|&base| base != got) {
                return Err(Error::pack(path, PackError::Base { expected, got }));
            }
            tables.icd10cm = Icd10CmTable::open(pack).map_err(|e| Error::pack(path, e))?;
        }
        if let Some((path, pack)) = read(folder, procedures::KIND)? {
            tables.procedures = Some(ProcedureTable::open(pack).map_err(|e| Error::pack(path, e))?);
        }
        Ok(tables)
    }

    /// What a table says of itself; `None` if it is not there.
    pub fn description(&self, kind: TableKind) -> Option<&Description> {
        match kind {
            TableKind::Icd10Cm => Some(self.icd10cm.description()),
            TableKind::Procedures => self.procedures.as_ref().map(ProcedureTable::description),
            TableKind::Places => None,
        }
    }

    /// The last day for which a table stands; `None` if it is not there or has no end.
    pub fn end(&self, kind: TableKind) -> Option<Date> {
        self.description(kind).map(|d| d.to).filter(|&to| to != Date::MAX)
    }

    /// Is the table there?
    pub fn has(&self, kind: TableKind) -> bool {
        kind == TableKind::Places || self.description(kind).is_some()
    }
}

/// The pack of a kind in a tables folder, if there is one.
fn read(folder: &Path, kind: &str) -> Result<Option<(PathBuf, Pack)>> {
    let path = folder.join(format!("{kind}.tbl"));
    match Pack::read(&path) {
        Ok(pack) => Ok(Some((path, pack))),
        Err(e) => match e.kind() {
            crate::ErrorKind::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
            _ => Err(e),
        },
    }
}
