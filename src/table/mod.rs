//! Reference tables: packs of published codes and edits, read in place.

mod addon;
mod bundle;
mod editions;
mod embedded;
mod fees;
mod format;
mod icd10cm;
mod index;
mod later;
mod lists;
mod mue;
mod near;
mod one_edit;
pub(crate) mod policies;
mod procedures;
mod ptp;
mod status;
mod text;
mod word_index;
mod words;

pub use addon::{AddOnEdit, AddOnTable, AddOnType};
pub use bundle::{Setting, TableKind, Tables};
pub use editions::Edition;
pub use fees::{FeeTable, Global, Indicators};
pub use format::{Description, SourceFile};
pub(crate) use icd10cm::{CUT, Letters, letter};
pub use icd10cm::{Flags, Icd10CmTable, Note, NoteId, NoteKind, RuleNote, Seventh, Standing};
#[cfg(feature = "import")]
pub(crate) use index::CodeIndex;
pub use index::Rank;
pub use lists::{cpt_modifier, place_in_force, place_name};
pub use mue::{Adjudication, Limit, MueTable};
pub(crate) use policies::letters;
pub use policies::{Coverage, GroupPart, Judgement, PolicyCard, PolicyTable, PolicyTest, Reach, Relation};
pub use procedures::{Cover, InForce, ProcedureTable};
pub use ptp::{Indicator, PtpEdit, PtpTable};
pub use status::Status;
pub(crate) use text::TextId;
pub(crate) use word_index::{PhraseKind, PhraseWord, Stem, WordIndex};
pub(crate) use words::{stem, words_of};

#[cfg(feature = "import")]
pub(crate) use addon::{AddOnRow, build as build_add_ons};
#[cfg(feature = "import")]
pub(crate) use fees::{FeeRow, FeeRows};
#[cfg(feature = "import")]
pub(crate) use format::{Pack, PackWriter};
#[cfg(feature = "import")]
pub(crate) use icd10cm::{Block, Chapter, NoteRow, Rows as Icd10CmRows, same_words};
#[cfg(feature = "import")]
pub(crate) use mue::{MueRow, MueRows};
#[cfg(feature = "import")]
pub(crate) use procedures::{ProcedureRow, ProcedureRows, Witness};
#[cfg(feature = "import")]
pub(crate) use ptp::{PtpRows, PtpTerms};
