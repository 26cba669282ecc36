//! Checks medical claims before they are sent: every code, date, modifier, pointer and edit against the published tables, in process,
//! without network or clock, with the rule, the line and the source of every finding.
//!
//! # One claim
//!
//! ```
//! use cleanclaim::{Checker, Claim, Line, Tables};
//!
//! // Once, at start. `Tables::open(folder)` adds the tables of `cleanclaim tables add`.
//! let checker = Checker::new(Tables::embedded()).as_of("2026-11-22".parse()?);
//!
//! let mut claim = Claim::new("A-1");
//! claim.add_diagnosis("M54.5");
//! let mut line = Line::new(1);
//! line.from = Some("2026-03-02".parse()?);
//! line.set_procedure("99213");
//! claim.lines.push(line);
//!
//! // Once for each thread: a session keeps its buffers, and a clean claim allocates nothing.
//! let mut session = checker.session();
//! let findings = session.check(&claim);
//! let header = findings.iter().find(|f| f.rule.name == "header-diagnosis").expect("M54.5 has codes below it");
//! assert_eq!(header.codes, ["M54.5"]);
//! # Ok::<(), cleanclaim::DateError>(())
//! ```
//!
//! [`Checker::check`] does the same for a single claim and also says what could not be evaluated: a missing table, column or date is
//! never a pass.
//!
//! # Files of claims
//!
//! [`engine::check_files`] streams csv files (plain, gzip or zstd) through all processors in constant memory and writes the report in one of
//! the formats of [`report`]. [`read::for_each_claim`] only reads.
//!
//! # How it hangs together
//!
//! Publishers' files become packs (`import`, feature `import`), packs become [`Tables`], readers make [`Claim`]s ([`read`]), codes are resolved to ranks once, as
//! of the date of service ([`Case`]), [`rules`] look at the resolved case and say [`Finding`]s, [`engine`] runs them, [`report`] prints them. Modules import downwards
//! only; `docs/design.md` in the repository says why things are as they are.
//!
//! # Features
//!
//! `import` reads publishers' files, `cli` (the default) is the command line and implies it. A program that checks claims needs neither.

// What only the builders of packs use.
#![cfg_attr(not(feature = "import"), allow(dead_code))]

mod error;

pub mod code;
mod date;
mod money;
mod nearest;

pub mod claim;
pub mod table;

pub mod accept;
pub mod config;
pub mod coverage;
pub mod engine;
pub mod explain;
pub mod lookup;
pub mod read;
pub mod repair;
pub mod report;
mod resolve;
pub mod rule;
pub mod rules;
pub mod search;

#[cfg(feature = "cli")]
pub mod cli;

#[cfg(feature = "import")]
pub mod import;

pub use claim::{Claim, Coded, Diagnosis, Field, Line};
pub use date::{Date, DateError, DateRange};
pub use engine::{Checker, Report, Session};
pub use error::{Error, ErrorKind, Mistake, Result};
pub use money::{AmountError, Cents, Units};
pub use resolve::{
    Case, DiagnosisUse, Facts, ProcedureStanding, ResolvedDiagnosis, ResolvedLine, ResolvedPair, Why,
};
pub use rule::{Finding, Rule, Severity};
pub use table::Tables;
