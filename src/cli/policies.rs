//! `policies check`: what is wrong with a policy file of one's own.

use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::args::Against;
use super::{Status, write};
use crate::import::{PolicyReport, check_policies};
use crate::{ErrorKind, Result};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  cleanclaim policies check policies.csv")]
pub(super) struct PoliciesArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say all that is wrong with a policy file, with line numbers.
    ///
    /// Unknown or ended codes, empty or overlapping ranges, repeated and contradictory rows, policies that no date can reach, modifiers and
    /// dates that cannot be read.
    #[command(after_help = "Exit code: 0 nothing wrong, 1 something wrong, 2 the file could not be read.")]
    Check {
        /// The files: csv with policy, procedure, relation, diagnosis, group, part, jurisdiction, payer, from, to, modifier, version, title, age,
        /// frequency, citation.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Form of the report.
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: Format,
        #[command(flatten)]
        against: Against,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// One line a problem.
    Text,
    /// A JSON list, one report for each file.
    Json,
}

impl PoliciesArgs {
    /// The tables folder that the program was told.
    pub(super) fn set_tables(&mut self, folder: Option<PathBuf>) {
        let Command::Check { against, .. } = &mut self.command;
        against.tables = folder;
    }
}

pub(super) fn run(args: &PoliciesArgs, out: &mut dyn Write, err: &mut dyn Write) -> Result<Status> {
    let Command::Check { files, format, against } = &args.command;
    let mut reports: Vec<(String, PolicyReport)> = Vec::new();
    let mut failed = false;
    let checked: Vec<_> =
        against.ask(|tables| files.iter().map(|file| (file, check_policies(file, tables))).collect())?;
    for (file, checked) in checked {
        match checked {
            Ok(report) => reports.push((file.display().to_string(), report)),
            Err(e) => {
                failed = true;
                // Standard error is for people: if it is gone, the exit code still tells.
                let _ = writeln!(err, "error: {e}");
            }
        }
    }
    match format {
        Format::Json => {
            let all: Vec<_> = reports
                .iter()
                .map(|(file, report)| serde_json::json!({ "file": file, "report": report }))
                .collect();
            let text = serde_json::to_string_pretty(&all).map_err(|e| ErrorKind::Usage(e.to_string()))?;
            write(out, (text + "\n").as_bytes())?;
        }
        Format::Text => {
            for (file, report) in &reports {
                write(out, text(file, report).as_bytes())?;
            }
        }
    }
    let found = reports.iter().any(|(_, r)| !r.problems.is_empty());
    Ok(match (failed, found) {
        (true, _) => Status::Failed,
        (false, true) => Status::Found,
        (false, false) => Status::Clean,
    })
}

fn text(file: &str, report: &PolicyReport) -> String {
    // Writing to a string cannot fail.
    let mut out = String::new();
    for p in &report.problems {
        let _ = writeln!(out, "{file}:{}: {}: {}", p.line, p.column, p.message);
    }
    for note in &report.notes {
        let _ = writeln!(out, "{file}: note: {note}");
    }
    let problems = match report.problems.len() {
        0 => "nothing wrong".to_owned(),
        1 => "1 problem".to_owned(),
        n => format!("{n} problems"),
    };
    let _ = writeln!(out, "{file}: {problems} in {} rows of {} policies", report.rows, report.policies);
    out
}
