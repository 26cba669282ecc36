//! `explain`: what a rule is about.

use std::io::Write;

use clap::Args;

use super::{Status, write};
use crate::code::Icd10Cm;
use crate::engine::find_rule;
use crate::report::rule_text;
use crate::{ErrorKind, Result, Rule, Tables};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  cleanclaim explain COD002")]
pub(super) struct ExplainArgs {
    /// Ids or names of rules.
    #[arg(value_name = "RULE", required = true)]
    rules: Vec<String>,
}

pub(super) fn run(args: &ExplainArgs, out: &mut dyn Write) -> Result<Status> {
    let rules = args.rules.iter().map(|name| find(name)).collect::<Result<Vec<_>>>()?;
    for (i, rule) in rules.into_iter().enumerate() {
        if i > 0 {
            write(out, b"\n")?;
        }
        write(out, rule_text(rule).as_bytes())?;
    }
    Ok(Status::Clean)
}

/// The rule; whoever asks about a code is told where to ask.
fn find(name: &str) -> Result<&'static Rule> {
    find_rule(name).map_err(|error| match Icd10Cm::parse(name.as_bytes()) {
        Ok(code) if Tables::embedded().icd10cm.rank(code).is_some() => {
            ErrorKind::Usage(format!("{code} is a diagnosis, not a rule: try `cleanclaim lookup {code}`"))
                .into()
        }
        _ => error,
    })
}
