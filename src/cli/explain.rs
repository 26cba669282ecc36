//! `explain`: what a rule is about.

use std::io::Write;

use clap::Args;

use super::{Status, write};
use crate::Result;
use crate::engine::find_rule;
use crate::report::rule_text;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  cleanclaim explain COD002")]
pub(super) struct ExplainArgs {
    /// Ids or names of rules.
    #[arg(value_name = "RULE", required = true)]
    rules: Vec<String>,
}

pub(super) fn run(args: &ExplainArgs, out: &mut dyn Write) -> Result<Status> {
    let rules = args.rules.iter().map(|name| find_rule(name)).collect::<Result<Vec<_>>>()?;
    for (i, rule) in rules.into_iter().enumerate() {
        if i > 0 {
            write(out, b"\n")?;
        }
        write(out, rule_text(rule).as_bytes())?;
    }
    Ok(Status::Clean)
}
