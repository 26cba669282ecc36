//! The command line.

mod tables;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

#[derive(clap::Parser)]
#[command(name = "cleanclaim", version)]
struct Args {
    /// The folder of tables.
    #[arg(long, global = true)]
    tables: Option<std::path::PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Adds, lists and compares tables.
    Tables(tables::TablesArgs),
}

/// Runs the program.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(e) => {
            let _ = e.print();
            return ExitCode::from(e.exit_code() as u8);
        }
    };
    let Command::Tables(tables) = args.command;
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
    let folder = args
        .tables
        .or_else(|| std::env::var_os("CLEANCLAIM_TABLES").map(Into::into))
        .or_else(crate::import::default_folder)
        .unwrap_or_default();
    match tables::run(&tables, &folder, &mut out, &mut err) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(e) => {
            use std::io::Write;
            let _ = writeln!(err, "cleanclaim: {e}");
            ExitCode::from(2)
        }
    }
}
