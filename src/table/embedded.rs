//! The packs that are part of the program.

use std::borrow::Cow;

use super::format::Pack;
use super::icd10cm::Icd10CmTable;
use crate::error::PackError;

static ICD10CM: &[u8] = include_bytes!("../../data/tables/icd10cm.tbl");

/// ICD-10-CM as of this release of cleanclaim. Only its header is checked: it was verified when it was committed.
pub(crate) fn icd10cm() -> Result<Icd10CmTable, PackError> {
    Icd10CmTable::open(Pack::open(Cow::Borrowed(ICD10CM))?)
}
