//! Runs the chosen rules over claims: one at a time, or files of them.

mod checker;
mod profile;
mod rendered;
mod select;
mod session;
mod stream;
mod summary;
mod watch;

pub use checker::{Checker, Report};
pub use profile::When;
pub use select::{RuleChoice, RuleSet, check_rule_name, find_rule};
pub use session::Session;
pub use stream::{Options, Outcome, check_files, check_files_watched};
pub(crate) use summary::tenths;
pub use summary::{Charges, ProfileUse, RuleCount, Share, Summary, TableUse, UnusedAcceptance};
pub use watch::{Clock, Progress, RuleTime, Stage, Stats, Watch};
