//! `lookup`: all there is about a code, or the codes that words mean.

use std::io::{BufRead, Write};

use clap::{Args, ValueEnum};

use super::args::Against;
use super::{Status, write};
use crate::lookup::{self, Answer, answer};
use crate::report::{Extent, answer_json, answer_text};
use crate::search::Query;
use crate::{Error, Result, Tables};

const EXAMPLES: &str = "Examples:
  cleanclaim lookup E11.65
  cleanclaim lookup \"dm2 w hyperglycemia\"
  cleanclaim lookup fx distal radius rt closed initial
  cleanclaim lookup --billable --chapter 13 shoulder pain
  cleanclaim lookup --as-of 2021-09-30 --format json M545 G0008
  cleanclaim lookup - < phrases.txt

Words beside one another are one phrase; a code, or a text in quotation marks, is looked up by itself.

Exit code: 0 something found for each, 1 nothing found for one, 2 the tables, or a line of standard input, could not be read.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct LookupArgs {
    /// Codes with or without the dot, in any case; or words; or - for codes and phrases from standard input, one a line.
    #[arg(value_name = "CODE|WORDS", required = true)]
    texts: Vec<String>,
    /// Form of the answer.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: CardFormat,
    /// Of codes: all notes, codes below and partners, not only what fits on a screen.
    #[arg(long)]
    full: bool,
    /// Of words: only codes that can be billed on the day.
    #[arg(long)]
    billable: bool,
    /// Of words: only diagnoses of this chapter of ICD-10-CM.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=22))]
    chapter: Option<u32>,
    /// Of words: only codes that begin so.
    #[arg(long, value_name = "CODE")]
    prefix: Option<String>,
    /// Of words: most codes.
    #[arg(long, value_name = "NUMBER", default_value_t = 10, value_parser = at_least_one)]
    limit: usize,
    #[command(flatten)]
    pub(super) against: Against,
}

fn at_least_one(text: &str) -> std::result::Result<usize, String> {
    text.parse().ok().filter(|&n| n > 0).ok_or_else(|| "expected a number from 1 on".to_owned())
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CardFormat {
    /// For people.
    Text,
    /// A JSON list, one answer for each text.
    Json,
}

pub(super) fn run(args: &LookupArgs, out: &mut dyn Write, err: &mut dyn Write) -> Result<Status> {
    let day = args.against.today();
    let ask = |tables: &Tables, text: &str| {
        answer(
            tables,
            &Query {
                billable: args.billable,
                chapter: args.chapter,
                prefix: args.prefix.clone(),
                limit: args.limit,
                ..Query::new(text, day)
            },
        )
    };
    let (unreadable, answers): (Vec<usize>, Vec<Answer>) = args.against.ask(|tables| -> Result<_> {
        let asked = texts(args, tables)?;
        let answers = asked.texts.iter().map(|text| ask(tables, text)).collect();
        Ok((asked.unreadable, answers))
    })??;
    let extent = if args.full { Extent::Full } else { Extent::Screen };
    match args.format {
        CardFormat::Json => write(out, &answer_json(&answers))?,
        CardFormat::Text => {
            for (i, answer) in answers.iter().enumerate() {
                if i > 0 {
                    write(out, b"\n")?;
                }
                write(out, answer_text(answer, extent).as_bytes())?;
            }
        }
    }
    for line in &unreadable {
        let what = "not UTF-8 text; the line was left out: save the list as UTF-8";
        writeln!(err, "error: standard input:{line}: {what}").map_err(|e| Error::io("standard error", e))?;
    }
    if !unreadable.is_empty() {
        return Ok(Status::Failed);
    }
    let all = answers.iter().all(|answer| !answer.cards.is_empty() || !answer.hits.is_empty());
    Ok(if all { Status::Clean } else { Status::Found })
}

/// What is looked up.
struct Asked {
    texts: Vec<String>,
    /// Lines of standard input that are no text, from 1.
    unreadable: Vec<usize>,
}

/// What the arguments ask for, and each line of standard input.
fn texts(args: &LookupArgs, tables: &Tables) -> Result<Asked> {
    // What stands beside the dash is looked up, too.
    let beside: Vec<&String> = args.texts.iter().filter(|text| *text != "-").collect();
    let mut asked = Asked { texts: lookup::texts(tables, &beside), unreadable: Vec::new() };
    if beside.len() == args.texts.len() {
        return Ok(asked);
    }
    for (line, number) in std::io::stdin().lock().split(b'\n').zip(1..) {
        let line = line.map_err(|e| Error::io("standard input", e))?;
        match str::from_utf8(&line) {
            // Spreadsheets put a mark before the first line.
            Ok(line) => {
                let line = line.trim_start_matches('\u{feff}');
                let line = line.strip_suffix('\r').unwrap_or(line);
                if !line.trim().is_empty() {
                    asked.texts.extend(lookup::texts(tables, &[line]));
                }
            }
            Err(_) => asked.unreadable.push(number),
        }
    }
    Ok(asked)
}
