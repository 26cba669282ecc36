#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to a terminal")]
//! Checks files of claims and writes one JSON object a finding, as a billing system would read them back.
//!
//! ```sh
//! cargo run --example check_csv -- data/sample/claims.csv
//! ```

use std::io::Write;

use cleanclaim::engine::{Options, check_files};
use cleanclaim::read::Input;
use cleanclaim::report::Format;
use cleanclaim::{Checker, Severity, Tables};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let inputs: Vec<Input> = std::env::args().skip(1).map(Input::from_argument).collect();
    let checker = Checker::new(Tables::embedded()).as_of("2026-11-22".parse()?);
    let reporter = Format::Ndjson.reporter(false);
    let mut report = Vec::new();
    let outcome =
        check_files(&checker, &inputs, &Options::default(), &*reporter, &mut report, &mut |warning| {
            eprintln!("{warning}")
        })?;
    let first: Vec<&[u8]> = report.split_inclusive(|&b| b == b'\n').take(3).collect();
    std::io::stdout().write_all(&first.concat())?;

    let summary = &outcome.summary;
    println!("{} claims, {} lines, {} errors", summary.claims, summary.lines, summary.count(Severity::Error));
    // What could not be looked at is never a pass.
    println!("{} rules were not evaluated everywhere", summary.not_evaluated.len());
    for failed in &outcome.failed {
        eprintln!("{failed}");
    }
    Ok(())
}
