//! Runs the chosen rules over claims: one at a time, or files of them.

mod checker;
mod stream;
mod summary;

pub use checker::{Checker, Report, Session};
pub use stream::{Options, Outcome, check_files};
pub use summary::{RuleCount, Summary, TableUse};
