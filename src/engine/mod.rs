//! Runs the chosen rules over claims: one at a time, or files of them.

mod checker;
mod select;
mod stream;
mod summary;

pub use checker::{Checker, Report, Session};
pub use select::{RuleSet, find_rule};
pub use stream::{Options, Outcome, check_files};
pub use summary::{RuleCount, Summary, TableUse};
