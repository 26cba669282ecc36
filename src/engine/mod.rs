//! Runs the chosen rules over claims.

mod summary;

pub use summary::{RuleCount, Summary, TableUse};
