//! `report`: what to do with reports that were written.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::{Status, write};
use crate::report::{OldReport, ReportDiff, diff_text, read_report};
use crate::{Error, Result};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  cleanclaim report diff monday.json friday.json")]
pub(super) struct ReportArgs {
    #[command(subcommand)]
    command: ReportCommand,
}

#[derive(Debug, Subcommand)]
enum ReportCommand {
    /// Compare two reports: what was solved, what is new, what remains.
    Diff(DiffArgs),
}

const DIFF_EXAMPLES: &str = "Examples:
  cleanclaim check --format json -o monday.json claims.csv
  cleanclaim check --format json -o friday.json claims.csv
  cleanclaim report diff monday.json friday.json

A finding is known again by its claim, line, rule and codes: rows may move and files may be renamed.

Exit code: 0 nothing is new, 1 there are new findings, 2 a report could not be read.";

#[derive(Debug, Args)]
#[command(after_help = DIFF_EXAMPLES)]
struct DiffArgs {
    /// The earlier report, from `check --format json`.
    #[arg(value_name = "OLD.json")]
    old: PathBuf,
    /// The later one.
    #[arg(value_name = "NEW.json")]
    new: PathBuf,
    /// Form of the comparison.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: DiffFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DiffFormat {
    /// For people.
    Text,
    /// One object; its schema is `docs/report-diff.schema.json`.
    Json,
}

pub(super) fn run(args: &ReportArgs, out: &mut dyn Write) -> Result<Status> {
    let ReportCommand::Diff(args) = &args.command;
    let diff = ReportDiff::new(open(&args.old)?, open(&args.new)?);
    match args.format {
        DiffFormat::Text => {
            let mut text = Vec::new();
            diff_text(&diff, &mut text);
            write(out, &text)?;
        }
        DiffFormat::Json => write(out, &diff.to_json())?,
    }
    Ok(if diff.appeared.is_empty() { Status::Clean } else { Status::Found })
}

fn open(path: &Path) -> Result<OldReport> {
    let json = std::fs::read(path).map_err(|e| Error::io(path, e))?;
    read_report(&path.display().to_string(), &json)
}
