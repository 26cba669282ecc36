//! Runs the chosen rules over claims: one at a time, or files of them.

mod checker;
mod rendered;
mod select;
mod stream;
mod summary;

pub use checker::{Checker, Report, Session};
pub use select::{RuleSet, find_rule};
pub use stream::{Options, Outcome, check_files};
pub(crate) use summary::tenths;
pub use summary::{Charges, RuleCount, Share, Summary, TableUse};
