//! `explain`: what a rule is about; what the tables say of a code, or of two together.

use std::fmt::Display;
use std::io::Write;

use clap::{Args, ValueEnum};

use super::args::Against;
use super::{Status, write};
use crate::code::{Icd10Cm, Procedure};
use crate::coverage::{self, Verdict, Where};
use crate::engine::find_rule;
use crate::report::rule_text;
use crate::{Error, ErrorKind, Result, Rule, Tables, explain};

const EXAMPLES: &str = "Examples:
  cleanclaim explain COD002
  cleanclaim explain M54.50 S39.012A
  cleanclaim explain 11042 97597 --as-of 2024-07-01
  cleanclaim explain 93306 I10 --jurisdiction IL

Exit code: 0 explained, 1 a diagnosis that does not support the procedure or of which no policy tells, 2 no such rule.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ExplainArgs {
    /// Ids or names of rules; or a procedure; or two diagnoses, or two procedures; or a procedure and a diagnosis.
    #[arg(value_name = "RULE", required = true)]
    words: Vec<String>,
    /// The contractor or state whose coverage policies hold.
    #[arg(long, value_name = "NAME", default_value = "")]
    jurisdiction: String,
    /// The payer whose coverage policies hold.
    #[arg(long, value_name = "NAME", default_value = "")]
    payer: String,
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
    Coverage(Procedure, Icd10Cm),
}

impl Question {
    /// Codes are asked about where no word is a rule: some ids of rules have the shape of a diagnosis.
    fn of(words: &[String]) -> Result<Question> {
        let rules: Vec<Result<&'static Rule>> = words.iter().map(|w| find_rule(w)).collect();
        if rules.iter().all(Result::is_err) {
            let procedure = |w: &String| Procedure::parse(w.as_bytes()).ok();
            // E1165 has the shape of a HCPCS code, too: what is a diagnosis by the table is one.
            let icd = Tables::embedded().icd10cm;
            let known = |w: &String| Icd10Cm::parse(w.as_bytes()).ok().filter(|&c| icd.rank(c).is_some());
            match words {
                [one] => {
                    if let Some(code) = known(one) {
                        let what =
                            format!("{code} is a diagnosis, not a rule: try `cleanclaim lookup {code}`");
                        return Err(ErrorKind::Usage(what).into());
                    }
                    if let Some(code) = procedure(one) {
                        return Ok(Question::Procedure(code));
                    }
                }
                [a, b] => {
                    if let (Some(a), Some(b)) = (known(a), known(b)) {
                        return Ok(Question::Diagnoses(a, b));
                    }
                    // A procedure and a diagnosis, in any order.
                    for (a, b) in [(a, b), (b, a)] {
                        if let (Some(a), Some(b)) = (procedure(a), known(b)) {
                            return Ok(Question::Coverage(a, b));
                        }
                    }
                    if let (Some(a), Some(b)) = (procedure(a), procedure(b)) {
                        return Ok(Question::Procedures(a, b));
                    }
                    let diagnosis = |w: &String| Icd10Cm::parse(w.as_bytes()).ok();
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
    let today = args.against.today();
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
            answer(args, &args.against.ask(|tables| explain::procedure(tables, code, Some(today)))?, out)
        }
        Question::Procedures(a, b) => {
            answer(args, &args.against.ask(|tables| explain::pair(tables, a, b, Some(today)))?, out)
        }
        Question::Coverage(procedure, diagnosis) => {
            let at = Where { jurisdiction: &args.jurisdiction, payer: &args.payer };
            let found =
                args.against.ask(|tables| coverage::explain(tables, procedure, diagnosis, today, at))?;
            let status = if found.verdict == Verdict::Supported { Status::Clean } else { Status::Found };
            return answer(args, &found, out).map(|()| status);
        }
        Question::Diagnoses(a, b) => {
            answer(args, &args.against.ask(|tables| explain::diagnoses(tables, a, b, today))?, out)
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
