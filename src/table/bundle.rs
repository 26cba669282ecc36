//! All tables together, as a check uses them.

use std::path::Path;

use super::addon::AddOnTable;
use super::embedded;
use super::fees::FeeTable;
use super::format::{Description, Pack};
use super::icd10cm::Icd10CmTable;
use super::mue::MueTable;
use super::policies::PolicyTable;
use super::procedures::ProcedureTable;
use super::ptp::PtpTable;
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
    /// NCCI procedure-to-procedure edits for practitioners; the user's own, like all that follow.
    PtpPractitioner,
    /// NCCI procedure-to-procedure edits for outpatient hospital services.
    PtpHospital,
    /// NCCI medically unlikely edits for practitioners.
    MuePractitioner,
    /// NCCI medically unlikely edits for outpatient hospital services.
    MueHospital,
    /// NCCI medically unlikely edits for suppliers of durable medical equipment.
    MueSupplier,
    /// NCCI add-on codes.
    AddOns,
    /// Medicare physician fee schedule, relative value file.
    Fees,
    /// Coverage policies; the user's own and Medicare's.
    Policies,
}

/// Whose claim it is, as NCCI divides its tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// Practitioners and ambulatory surgical centers.
    Practitioner,
    /// Outpatient hospital services and other facilities that bill Part B.
    Hospital,
    /// Suppliers of durable medical equipment.
    Supplier,
}

impl Setting {
    /// All of them.
    pub const ALL: [Setting; 3] = [Setting::Practitioner, Setting::Hospital, Setting::Supplier];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Setting::Practitioner => "practitioner",
            Setting::Hospital => "outpatient hospital",
            Setting::Supplier => "DME supplier",
        }
    }
}

impl TableKind {
    /// All of them, in the order of reports.
    pub const ALL: [TableKind; 11] = [
        TableKind::Icd10Cm,
        TableKind::Procedures,
        TableKind::Places,
        TableKind::PtpPractitioner,
        TableKind::PtpHospital,
        TableKind::MuePractitioner,
        TableKind::MueHospital,
        TableKind::MueSupplier,
        TableKind::AddOns,
        TableKind::Fees,
        TableKind::Policies,
    ];

    /// The pair edits of a setting: suppliers have the practitioners'.
    pub fn ptp(setting: Setting) -> TableKind {
        match setting {
            Setting::Hospital => TableKind::PtpHospital,
            _ => TableKind::PtpPractitioner,
        }
    }

    /// The unit limits of a setting.
    pub fn mue(setting: Setting) -> TableKind {
        match setting {
            Setting::Practitioner => TableKind::MuePractitioner,
            Setting::Hospital => TableKind::MueHospital,
            Setting::Supplier => TableKind::MueSupplier,
        }
    }

    /// Are claims of that setting judged by it?
    pub fn judges(self, setting: Option<Setting>) -> bool {
        match (self, setting) {
            (TableKind::Icd10Cm | TableKind::Procedures | TableKind::Places | TableKind::Policies, _) => true,
            (_, None) => false,
            (TableKind::AddOns, _) => true,
            (TableKind::Fees, Some(setting)) => setting != Setting::Hospital,
            (kind, Some(setting)) => kind == TableKind::ptp(setting) || kind == TableKind::mue(setting),
        }
    }

    /// Is its pack made of ranks of the procedure index?
    pub(crate) fn is_on_procedures(self) -> bool {
        !matches!(self, TableKind::Icd10Cm | TableKind::Procedures | TableKind::Places)
    }

    /// Does another table serve the same rules for other claims, so that one of them is enough for a rule to run?
    pub fn is_alternative_to(self, other: TableKind) -> bool {
        use TableKind::{MueHospital, MuePractitioner, MueSupplier, PtpHospital, PtpPractitioner};
        let family = |kind| match kind {
            PtpPractitioner | PtpHospital => 1,
            MuePractitioner | MueHospital | MueSupplier => 2,
            _ => 0,
        };
        family(self) != 0 && family(self) == family(other)
    }

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            TableKind::Icd10Cm => "icd10cm",
            TableKind::Procedures => "procedures",
            TableKind::Places => "places",
            TableKind::PtpPractitioner => "ptp-practitioner",
            TableKind::PtpHospital => "ptp-hospital",
            TableKind::MuePractitioner => "mue-practitioner",
            TableKind::MueHospital => "mue-hospital",
            TableKind::MueSupplier => "mue-supplier",
            TableKind::AddOns => "add-ons",
            TableKind::Fees => "fees",
            TableKind::Policies => "policies",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            TableKind::Icd10Cm => "ICD-10-CM",
            TableKind::Procedures => "CPT and HCPCS codes",
            TableKind::Places => "place-of-service codes",
            TableKind::PtpPractitioner => "NCCI pair edits, practitioner",
            TableKind::PtpHospital => "NCCI pair edits, outpatient hospital",
            TableKind::MuePractitioner => "NCCI unit limits, practitioner",
            TableKind::MueHospital => "NCCI unit limits, outpatient hospital",
            TableKind::MueSupplier => "NCCI unit limits, DME supplier",
            TableKind::AddOns => "NCCI add-on codes",
            TableKind::Fees => "Medicare physician fee schedule indicators",
            TableKind::Policies => "coverage policies",
        }
    }

    /// What would bring it, as a command.
    pub fn how_to_add(self) -> &'static str {
        match self {
            TableKind::Icd10Cm => "cleanclaim tables add icd10cm-order-2027.zip",
            TableKind::Procedures => "cleanclaim tables add HCPC2026_JAN_ANWEB.zip",
            TableKind::Places => "a newer cleanclaim",
            TableKind::PtpPractitioner => "cleanclaim tables add ccipra-*.zip",
            TableKind::PtpHospital => "cleanclaim tables add ccioph-*.zip",
            TableKind::MuePractitioner => "cleanclaim tables add MCR_MUE_PractitionerServices_Eff_*.zip",
            TableKind::MueHospital => "cleanclaim tables add MCR_MUE_OutpatientHospitalServices_Eff_*.zip",
            TableKind::MueSupplier => "cleanclaim tables add MCR_MUE_DMESupplierServices_Eff_*.zip",
            TableKind::AddOns => "cleanclaim tables add AOC_V*.zip",
            TableKind::Fees => "cleanclaim tables add PPRRVU*.zip",
            TableKind::Policies => "cleanclaim tables add policies.csv current_article.zip",
        }
    }
}

/// The tables against which claims are checked. A table that is not there is not evaluated, and said so.
pub struct Tables {
    /// ICD-10-CM.
    pub icd10cm: Icd10CmTable,
    /// CPT and HCPCS Level II, from the user's own files. Its index is that of all procedure tables that follow.
    pub procedures: Option<ProcedureTable>,
    /// NCCI procedure-to-procedure edits, practitioner.
    pub ptp_practitioner: Option<PtpTable>,
    /// NCCI procedure-to-procedure edits, outpatient hospital.
    pub ptp_hospital: Option<PtpTable>,
    /// NCCI medically unlikely edits, practitioner.
    pub mue_practitioner: Option<MueTable>,
    /// NCCI medically unlikely edits, outpatient hospital.
    pub mue_hospital: Option<MueTable>,
    /// NCCI medically unlikely edits, DME supplier.
    pub mue_supplier: Option<MueTable>,
    /// NCCI add-on codes.
    pub add_ons: Option<AddOnTable>,
    /// Medicare physician fee schedule indicators.
    pub fees: Option<FeeTable>,
    /// Coverage policies, from the user's own files.
    pub policies: Option<PolicyTable>,
}

impl Tables {
    /// The tables that are part of the program: ICD-10-CM and small lists.
    ///
    /// # Panics
    /// Never in a released build: the embedded pack is verified by the tests.
    #[allow(clippy::expect_used, reason = "a program whose own table is damaged cannot go on")]
    pub fn embedded() -> Tables {
        let icd10cm = embedded::icd10cm().expect("the embedded ICD-10-CM pack opens");
        Tables {
            icd10cm,
            procedures: None,
            ptp_practitioner: None,
            ptp_hospital: None,
            mue_practitioner: None,
            mue_hospital: None,
            mue_supplier: None,
            add_ons: None,
            fees: None,
            policies: None,
        }
    }

    /// The embedded tables and, over them, the packs of a folder made by `cleanclaim tables add`.
    ///
    /// # Errors
    /// If the folder cannot be read or a pack in it is damaged or foreign. A folder that does not exist is an error, too.
    pub fn open(folder: impl AsRef<Path>) -> Result<Tables> {
        let tables = Tables::open_lazily(folder)?;
        tables.ptp_tables().try_for_each(PtpTable::load)?;
        tables.policies.iter().try_for_each(PolicyTable::load)?;
        Ok(tables)
    }

    /// As [`Tables::open`], for a program that checks a little and ends: the greater part of the pair edits stays in its file until a claim of
    /// several procedures needs it, and so do the diagnoses that policies list. What is left there is compared with its checksum when it is
    /// read. Who opens tables so must ask [`Tables::all_read`] when the work is done, as [`check_files`](crate::engine::check_files) does.
    ///
    /// # Errors
    /// As [`Tables::open`].
    pub fn open_lazily(folder: impl AsRef<Path>) -> Result<Tables> {
        let folder = folder.as_ref();
        std::fs::read_dir(folder).map_err(|e| Error::io(folder, e))?;
        let mut tables = Tables::embedded();
        for kind in TableKind::ALL {
            let path = folder.join(format!("{}.tbl", kind.name()));
            if let Some(pack) = read(&path, kind)? {
                tables.add(kind, pack).map_err(|e| Error::pack(path, e))?;
            }
        }
        Ok(tables)
    }

    /// Could everything that [`Tables::open_lazily`] left in the files be read when it was needed? If not, what was said without it is wrong.
    ///
    /// # Errors
    /// If a file is damaged, or its disk failed.
    pub fn all_read(&self) -> Result<()> {
        self.ptp_tables().try_for_each(PtpTable::left)?;
        self.policies.iter().try_for_each(PolicyTable::left)
    }

    fn ptp_tables(&self) -> impl Iterator<Item = &PtpTable> {
        [&self.ptp_practitioner, &self.ptp_hospital].into_iter().flatten()
    }

    /// Takes over a pack. What it rests on comes before it, as in [`TableKind::ALL`].
    pub(crate) fn add(&mut self, kind: TableKind, pack: Pack) -> Result<(), PackError> {
        match kind {
            TableKind::Icd10Cm => {
                let got = self.icd10cm.checksum();
                if let Some(expected) = pack.description().base.filter(|&base| base != got) {
                    return Err(PackError::Base { expected, got });
                }
                self.icd10cm = Icd10CmTable::open(pack)?;
            }
            TableKind::Procedures => self.procedures = Some(ProcedureTable::open(pack)?),
            TableKind::Places => {}
            _ => self.add_on_procedures(kind, pack)?,
        }
        Ok(())
    }

    /// Takes over a pack that rests on the index of procedures.
    fn add_on_procedures(&mut self, kind: TableKind, pack: Pack) -> Result<(), PackError> {
        let Some(procedures) = &self.procedures else {
            let expected = pack.description().built_on.first().copied().unwrap_or(0);
            return Err(PackError::RankSpace { expected, got: 0 });
        };
        let (index, name) = (procedures.index(), kind.name());
        match kind {
            TableKind::Icd10Cm | TableKind::Procedures | TableKind::Places => {}
            TableKind::PtpPractitioner => self.ptp_practitioner = Some(PtpTable::open(pack, name, index)?),
            TableKind::PtpHospital => self.ptp_hospital = Some(PtpTable::open(pack, name, index)?),
            TableKind::MuePractitioner => self.mue_practitioner = Some(MueTable::open(pack, name, index)?),
            TableKind::MueHospital => self.mue_hospital = Some(MueTable::open(pack, name, index)?),
            TableKind::MueSupplier => self.mue_supplier = Some(MueTable::open(pack, name, index)?),
            TableKind::AddOns => self.add_ons = Some(AddOnTable::open(pack, name, index)?),
            TableKind::Fees => self.fees = Some(FeeTable::open(pack, name, index)?),
            TableKind::Policies => {
                self.policies = Some(PolicyTable::open(pack, index, self.icd10cm.index())?);
            }
        }
        Ok(())
    }

    /// The pair edits of a setting.
    pub fn ptp(&self, setting: Setting) -> Option<&PtpTable> {
        match setting {
            Setting::Hospital => self.ptp_hospital.as_ref(),
            _ => self.ptp_practitioner.as_ref(),
        }
    }

    /// The unit limits of a setting.
    pub fn mue(&self, setting: Setting) -> Option<&MueTable> {
        match setting {
            Setting::Practitioner => self.mue_practitioner.as_ref(),
            Setting::Hospital => self.mue_hospital.as_ref(),
            Setting::Supplier => self.mue_supplier.as_ref(),
        }
    }

    /// As [`Tables::open`]; the embedded tables if there is no such folder.
    ///
    /// # Errors
    /// As [`Tables::open`], but for a folder that does not exist.
    pub fn open_or_embedded(folder: impl AsRef<Path>) -> Result<Tables> {
        if folder.as_ref().is_dir() { Tables::open(folder) } else { Ok(Tables::embedded()) }
    }

    /// What a table says of itself; `None` if it is not there.
    pub fn description(&self, kind: TableKind) -> Option<&Description> {
        match kind {
            TableKind::Icd10Cm => Some(self.icd10cm.description()),
            TableKind::Procedures => self.procedures.as_ref().map(ProcedureTable::description),
            TableKind::Places => None,
            TableKind::PtpPractitioner => self.ptp_practitioner.as_ref().map(PtpTable::description),
            TableKind::PtpHospital => self.ptp_hospital.as_ref().map(PtpTable::description),
            TableKind::MuePractitioner => self.mue_practitioner.as_ref().map(MueTable::description),
            TableKind::MueHospital => self.mue_hospital.as_ref().map(MueTable::description),
            TableKind::MueSupplier => self.mue_supplier.as_ref().map(MueTable::description),
            TableKind::AddOns => self.add_ons.as_ref().map(AddOnTable::description),
            TableKind::Fees => self.fees.as_ref().map(FeeTable::description),
            TableKind::Policies => self.policies.as_ref().map(PolicyTable::description),
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

/// The pack of a kind, if there is one.
fn read(path: &Path, kind: TableKind) -> Result<Option<Pack>> {
    let later = match kind {
        TableKind::PtpPractitioner | TableKind::PtpHospital => &PtpTable::LATER[..],
        TableKind::Policies => &PolicyTable::LATER,
        _ => &[],
    };
    match Pack::read_but(path, later) {
        Ok(pack) => Ok(Some(pack)),
        Err(e) => match e.kind() {
            crate::ErrorKind::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
            _ => Err(e),
        },
    }
}
