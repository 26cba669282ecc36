//! `rules`: the list of all of them.

use std::fmt::Write as _;
use std::io::Write;

use clap::{Args, ValueEnum};

use super::{Status, write};
use crate::report::{rule_json, rules_markdown};
use crate::rule::Status as RuleStatus;
use crate::{Result, rules};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  cleanclaim rules --format json")]
pub(super) struct RulesArgs {
    /// Form of the list.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ListFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ListFormat {
    /// One line a rule.
    Text,
    /// All that is said of each, as a JSON list.
    Json,
    /// The reference page.
    Markdown,
}

pub(super) fn run(args: &RulesArgs, out: &mut dyn Write) -> Result<Status> {
    match args.format {
        ListFormat::Text => write(out, list().as_bytes())?,
        ListFormat::Json => write(out, &rule_json(rules::all()))?,
        ListFormat::Markdown => write(out, rules_markdown(rules::all()).as_bytes())?,
    }
    Ok(Status::Clean)
}

fn list() -> String {
    let width = rules::all().map(|r| r.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for rule in rules::all() {
        let note = match rule.status {
            RuleStatus::Stable(_) => "",
            RuleStatus::Preview => " (preview)",
            RuleStatus::Removed => " (removed)",
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}  {:<width$}  {:<7}  {}{note}",
            rule.id, rule.name, rule.severity, rule.summary
        );
    }
    text
}
