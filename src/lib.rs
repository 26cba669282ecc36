//! Checks medical claims before they are sent.

mod error;

pub mod code;
mod date;
mod money;

pub mod claim;
pub mod table;

pub mod coverage;
pub mod engine;
pub mod explain;
pub mod lookup;
pub mod read;
pub mod report;
mod resolve;
pub mod rule;
pub mod rules;

#[cfg(feature = "cli")]
pub mod cli;

#[cfg(feature = "import")]
pub mod import;

pub use claim::{Claim, Coded, Diagnosis, Field, Line};
pub use date::{Date, DateError, DateRange};
pub use engine::{Checker, Report, Session};
pub use error::{Error, ErrorKind, Result};
pub use money::{AmountError, Cents, Units};
pub use resolve::{
    Case, DiagnosisUse, ProcedureStanding, ResolvedDiagnosis, ResolvedLine, ResolvedPair, Why,
};
pub use rule::{Finding, Rule, Severity};
pub use table::Tables;
