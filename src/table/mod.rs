//! Reference tables: packs of published codes and edits, read in place.

mod bundle;
mod embedded;
mod format;
mod icd10cm;
mod index;
mod lists;
mod procedures;
mod text;

pub use bundle::{TableKind, Tables};
pub use format::{Description, SourceFile};
pub(crate) use icd10cm::letter;
pub use icd10cm::{Flags, Icd10CmTable, Note, NoteId, NoteKind, RuleNote, Seventh, Standing};
pub use index::Rank;
pub use lists::{cpt_modifier, place_in_force, place_name};
pub use procedures::{Cover, InForce, ProcedureTable};

#[cfg(feature = "import")]
pub(crate) use format::{Pack, PackWriter};
#[cfg(feature = "import")]
pub(crate) use icd10cm::{Block, Chapter, NoteRow, Rows as Icd10CmRows, same_words};
#[cfg(feature = "import")]
pub(crate) use procedures::{ProcedureRow, ProcedureRows};
