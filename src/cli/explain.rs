//! `explain`: what a rule is about; what the tables say of a code, or of two together.

use std::fmt::Display;
use std::io::Write;

use clap::{Args, ValueEnum};

use super::args::Against;
use super::{Status, write};
use crate::code::{Icd10Cm, Procedure};
use crate::engine::find_rule;
use crate::report::rule_text;
use crate::{Error, ErrorKind, Result, Rule, explain};

const EXAMPLES: &str = "Examples:
  cleanclaim explain COD002
  cleanclaim explain M54.50 S39.012A
  cleanclaim explain 11042 97597 --as-of 2024-07-01";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ExplainArgs {
    /// Ids or names of rules; or a procedure; or two diagnoses, or two procedures.
    #[arg(value_name = "RULE", required = true)]
    words: Vec<String>,
    /// Form of the answer about codes.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: AnswerFormat,
    #[command(flatten)]
    pub(super) against: Against,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum AnswerFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What is asked.
enum Question {
    Rules(Vec<&'static Rule>),
    Procedure(Procedure),
    Procedures(Procedure, Procedure),
    Diagnoses(Icd10Cm, Icd10Cm),
}

impl Question {
    /// Codes are asked about where no word is a rule: some ids of rules have the shape of a diagnosis.
    fn of(words: &[String]) -> Result<Question> {
        let rules: Vec<Result<&'static Rule>> = words.iter().map(|w| find_rule(w)).collect();
        if rules.iter().all(Result::is_err) {
            let procedure = |w: &String| Procedure::parse(w.as_bytes()).ok();
            let diagnosis = |w: &String| Icd10Cm::parse(w.as_bytes()).ok();
            match words {
                [one] => {
                    if let Some(code) = procedure(one) {
                        return Ok(Question::Procedure(code));
                    }
                    if let Some(code) = diagnosis(one) {
                        let what =
                            format!("{code} is a diagnosis, not a rule: try `cleanclaim lookup {code}`");
                        return Err(ErrorKind::Usage(what).into());
                    }
                }
                [a, b] => {
                    if let (Some(a), Some(b)) = (procedure(a), procedure(b)) {
                        return Ok(Question::Procedures(a, b));
                    }
                    if let (Some(a), Some(b)) = (diagnosis(a), diagnosis(b)) {
                        return Ok(Question::Diagnoses(a, b));
                    }
                }
                _ => {}
            }
        }
        rules.into_iter().collect::<Result<_>>().map(Question::Rules)
    }
}

pub(super) fn run(args: &ExplainArgs, out: &mut dyn Write) -> Result<Status> {
    match Question::of(&args.words)? {
        Question::Rules(rules) => {
            for (i, rule) in rules.into_iter().enumerate() {
                if i > 0 {
                    write(out, b"\n")?;
                }
                write(out, rule_text(rule).as_bytes())?;
            }
            Ok(())
        }
        Question::Procedure(code) => {
            answer(args, &explain::procedure(&args.against.open()?, code, Some(args.against.today())), out)
        }
        Question::Procedures(a, b) => {
            answer(args, &explain::pair(&args.against.open()?, a, b, Some(args.against.today())), out)
        }
        Question::Diagnoses(a, b) => {
            answer(args, &explain::diagnoses(&args.against.open()?, a, b, args.against.today()), out)
        }
    }?;
    Ok(Status::Clean)
}

fn answer(args: &ExplainArgs, said: &(impl Display + serde::Serialize), out: &mut dyn Write) -> Result<()> {
    let text = match args.format {
        AnswerFormat::Text => said.to_string(),
        AnswerFormat::Json => {
            serde_json::to_string_pretty(said).map_err(|e| Error::io("output", e.into()))?
        }
    };
    write(out, text.trim_end().as_bytes())?;
    write(out, b"\n")
}
