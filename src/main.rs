//! The command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    cleanclaim::cli::run(std::env::args_os())
}
