//! `lookup`: all there is about a code.

use std::io::Write;

use clap::{Args, ValueEnum};

use super::args::Against;
use super::{Status, write};
use crate::Result;
use crate::lookup::look_up;
use crate::report::{answer_json, answer_text};

const EXAMPLES: &str = "Examples:
  cleanclaim lookup E11.65
  cleanclaim lookup --as-of 2021-09-30 --format json M545 G0008

Exit code: 0 all codes found, 1 a code not found, 2 the tables could not be read.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct LookupArgs {
    /// Diagnoses, procedures, modifiers, places of service; with or without the dot, in any case.
    #[arg(value_name = "CODE", required = true)]
    codes: Vec<String>,
    /// Form of the answer.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: CardFormat,
    #[command(flatten)]
    pub(super) against: Against,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CardFormat {
    /// Cards for people.
    Text,
    /// A JSON list, one answer for each code.
    Json,
}

pub(super) fn run(args: &LookupArgs, out: &mut dyn Write) -> Result<Status> {
    let tables = args.against.open()?;
    let day = args.against.today();
    let answers: Vec<_> = args.codes.iter().map(|code| look_up(&tables, code, day)).collect();
    match args.format {
        CardFormat::Json => write(out, &answer_json(&answers))?,
        CardFormat::Text => {
            for (i, answer) in answers.iter().enumerate() {
                if i > 0 {
                    write(out, b"\n")?;
                }
                write(out, answer_text(answer).as_bytes())?;
            }
        }
    }
    let all = answers.iter().all(|answer| !answer.cards.is_empty());
    Ok(if all { Status::Clean } else { Status::Found })
}
