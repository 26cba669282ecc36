//! The command line: one file per subcommand.
//!
//! Exit codes: 0 clean, 1 findings at or above `--fail-on` (or a code that was not found), 2 the tool could not do its work.

mod args;
mod check;
mod config;
mod explain;
mod lookup;
mod output;
mod policies;
mod progress;
mod repair;
mod report;
mod rules;
mod settings;
mod shell;
mod stats;
mod tables;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{Error, Result};

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// Nothing wrong.
    Clean,
    /// Something wrong with what was looked at.
    Found,
    /// Not all of the work could be done; why was said on stderr.
    Failed,
}

/// Checks medical claims before they are sent.
///
/// Codes, dates, modifiers, pointers and edits are checked against published tables, here and offline; every finding says which rule,
/// which code, which line, and on whose authority.
#[derive(Debug, Parser)]
#[command(name = "cleanclaim", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "Example:\n  cleanclaim check claims.csv")]
pub(crate) struct Cli {
    #[command(flatten)]
    place: args::Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check claims and report what is wrong with them.
    Check(check::CheckArgs),
    /// Compare reports that were written.
    Report(report::ReportArgs),
    /// Check and show the office's choices, cleanclaim.toml.
    Config(config::ConfigArgs),
    /// Explain a rule: what it flags, why, and who says so.
    Explain(explain::ExplainArgs),
    /// List all rules.
    Rules(rules::RulesArgs),
    /// Show all there is about a code.
    Lookup(lookup::LookupArgs),
    /// Add, list, compare and remove tables.
    Tables(tables::TablesArgs),
    /// Check files of coverage policies of your own.
    Policies(policies::PoliciesArgs),
    /// Write the completions of a shell to standard output.
    Completions(shell::CompletionsArgs),
    /// Write a man page to standard output.
    Man(shell::ManArgs),
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    quiet_panics();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            // Help and version come this way too; a reader that has gone is no matter.
            let _ = e.print();
            return ExitCode::from(u8::try_from(e.exit_code()).unwrap_or(2));
        }
    };
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout());
    let mut err = io::stderr();
    let done = dispatch(cli.command, &cli.place, &mut out, &mut err).and_then(|status| {
        out.flush().map_err(|e| Error::io("output", e))?;
        Ok(status)
    });
    match done {
        Ok(Status::Clean) => ExitCode::SUCCESS,
        Ok(Status::Found) => ExitCode::from(1),
        Ok(Status::Failed) => ExitCode::from(2),
        // Whoever read our output has enough of it.
        Err(e) if e.is_broken_pipe() => ExitCode::SUCCESS,
        Err(e) => {
            // Several mistakes of a file are a line each.
            for line in e.to_string().lines() {
                let _ = writeln!(err, "error: {line}");
            }
            ExitCode::from(2)
        }
    }
}

fn dispatch(
    command: Command,
    place: &args::Place,
    out: &mut (dyn Write + Send),
    err: &mut dyn Write,
) -> Result<Status> {
    let folder = || Ok::<_, Error>(place.named(&place.config()?));
    match command {
        Command::Check(args) => check::run(&args, place, out, err),
        Command::Report(args) => report::run(&args, out),
        Command::Config(args) => config::run(&args, place, out),
        Command::Explain(mut args) => {
            args.against.tables = folder()?;
            explain::run(&args, out)
        }
        Command::Policies(mut args) => {
            args.set_tables(folder()?);
            policies::run(&args, out, err)
        }
        Command::Rules(args) => rules::run(&args, out),
        Command::Lookup(mut args) => {
            args.against.tables = folder()?;
            lookup::run(&args, out, err)
        }
        Command::Tables(args) => {
            let clean = tables::run(&args, &place.folder()?, out, err)?;
            Ok(if clean { Status::Clean } else { Status::Found })
        }
        Command::Completions(args) => shell::completions(&args, out),
        Command::Man(args) => shell::man(&args, out),
    }
}

/// A panic's message can hold a value of the claim: only its place is printed.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let mut err = io::stderr();
        let _ = match panic.location() {
            Some(at) => writeln!(err, "internal error at {}:{}", at.file(), at.line()),
            None => writeln!(err, "internal error"),
        };
    }));
}

/// Writes to the command's output.
fn write(out: &mut dyn Write, bytes: &[u8]) -> Result<()> {
    out.write_all(bytes).map_err(|e| Error::io("output", e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_ends_its_help_with_an_example() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Example"), "{}", command.get_name());
            assert!(help.contains(&format!("cleanclaim {}", command.get_name())), "{}", command.get_name());
        }
    }
}
