//! Publishers' files become tables: recognised by content, kept as rows in a folder, built into packs.
//!
//! A layout is one entry in `layout.rs` and one file; what is made from all files together is one entry in `derive.rs`.

mod addon;
mod code_list;
mod commit;
mod container;
mod content;
mod coverage;
mod cpt;
mod derive;
mod diff;
mod edits;
mod edits_diff;
mod embed;
mod fees;
mod folder;
mod hcpcs;
mod icd10cm;
mod icd10cm_files;
mod layout;
mod listing;
mod merge;
mod mue;
mod named_date;
mod policies;
mod policy_lint;
mod policy_sources;
mod ptp;
mod quarter;
mod source;

pub use diff::{Change, ChangeKind, Diff, Side, UsedChange, UsedCode};
pub use folder::{
    AddOptions, Added, Addition, Entry, Skipped, TablesFolder, Verdict, default_folder, known_layouts,
};
pub use policy_lint::{PolicyProblem, PolicyReport, check_policies};

#[cfg(feature = "cli")]
pub(crate) use embed::build as build_embedded;

use crate::error::ImportError;

/// What is wrong in a file, and in which line if it is in one.
type Located = (Option<u64>, ImportError);
