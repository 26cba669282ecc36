//! Runs the chosen rules over claims: one at a time, or files of them.

mod checker;
mod profile;
mod select;
mod session;
mod stream;
mod summary;

pub use checker::{Checker, Report};
pub use profile::When;
pub use select::{RuleChoice, RuleSet, check_rule_name, find_rule};
pub use session::Session;
pub use stream::{Options, Outcome, check_files};
pub use summary::{ProfileUse, RuleCount, Summary, TableUse, UnusedAcceptance};
