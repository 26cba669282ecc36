//! `check`: claims in, findings out.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ColorChoice};

use super::Status;
use super::args::{Against, format_parser, severity_parser};
use super::output::OutputFile;
use crate::engine::{Checker, Options, Outcome, RuleSet, check_files};
use crate::read::{ColumnMap, Input, PRESETS};
use crate::report::{Format, Reporter};
use crate::rule::Severity;
use crate::{ErrorKind, Result};

const EXAMPLES: &str = "Examples:
  cleanclaim check claims.csv
  cleanclaim check --format ndjson --fail-on warning -o findings.ndjson march/*.csv
  zcat claims.csv.gz | cleanclaim check --select COD,MOD --severity COD011=info -

Exit code: 0 clean, 1 findings at or above --fail-on, 2 not all of the work could be done.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CheckArgs {
    /// Files of claims, plain, gzip or zstd; `-` is standard input, which is also read if no file is named.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Form of the report.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = format_parser())]
    format: Format,
    /// Run only these rules: ids, names, families such as COD, or ALL.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Do not run these rules.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Give the findings of a rule or family another severity.
    #[arg(long, value_name = "RULE=LEVEL", value_delimiter = ',')]
    severity: Vec<String>,
    /// Exit with 1 if there is a finding of this severity or a worse one.
    #[arg(long, value_name = "LEVEL", default_value = "error", value_parser = severity_parser())]
    fail_on: Severity,
    #[command(flatten)]
    pub(super) against: Against,
    /// Threads; 0 means one for each processor.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1024))]
    threads: u16,
    /// What the columns are called: a TOML file, or one of tuva, cclf, rif, cms1500.
    #[arg(long, value_name = "MAP")]
    map: Option<PathBuf>,
    /// Most findings in the report, claims whole; the counts stay complete [default: 20000 for html, else no limit].
    #[arg(long, value_name = "N")]
    max_findings: Option<u64>,
    /// Exit with 2 if anything could not be evaluated.
    #[arg(long)]
    strict: bool,
    /// Write the report to this file; it appears there only when it is whole.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Colour in the text report.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
    /// Say nothing on standard error but errors.
    #[arg(short, long)]
    quiet: bool,
}

pub(super) fn run(args: &CheckArgs, out: &mut (dyn Write + Send), err: &mut dyn Write) -> Result<Status> {
    let rules = args.rules()?;
    let inputs = args.inputs()?;
    let map = args.map.as_deref().map_or(Ok(ColumnMap::default()), column_map)?;
    let options = Options {
        threads: usize::from(args.threads),
        map,
        fail_on: args.fail_on,
        most_findings: args.max_findings.or(args.format.most_findings()),
    };
    let checker = Checker::new(args.against.open()?).as_of(args.against.today()).rules(rules.iter());
    let reporter = args.format.reporter(args.colour());
    let job = Job { args, checker: &checker, inputs: &inputs, options: &options, reporter: &*reporter };
    let outcome = match &args.output {
        None => job.run(out, err)?,
        Some(path) => {
            not_an_input(path, &inputs)?;
            let mut file = OutputFile::create(path)?;
            let outcome = job.run(&mut file, err)?;
            file.finish()?;
            outcome
        }
    };
    // Standard error is for people: if it is gone, the exit code still tells.
    for error in &outcome.failed {
        let _ = writeln!(err, "error: {error}");
    }
    let lacking = args.strict && outcome.summary.not_evaluated.iter().any(|gap| gap.why.can_be_mended());
    if lacking {
        let _ = writeln!(err, "error: not everything could be evaluated, and --strict was given");
    }
    Ok(if lacking || !outcome.failed.is_empty() {
        Status::Failed
    } else if outcome.findings_at_or_above(args.fail_on) > 0 {
        Status::Found
    } else {
        Status::Clean
    })
}

struct Job<'a> {
    args: &'a CheckArgs,
    checker: &'a Checker,
    inputs: &'a [Input],
    options: &'a Options,
    reporter: &'a dyn Reporter,
}

impl Job<'_> {
    fn run(&self, out: &mut (dyn Write + Send), err: &mut dyn Write) -> Result<Outcome> {
        let mut warn = |text: &str| {
            if !self.args.quiet {
                let _ = writeln!(err, "warning: {text}");
            }
        };
        check_files(self.checker, self.inputs, self.options, self.reporter, out, &mut warn)
    }
}

impl CheckArgs {
    fn rules(&self) -> Result<RuleSet> {
        let mut rules = RuleSet::default();
        if !self.select.is_empty() {
            rules.select(&self.select)?;
        }
        rules.ignore(&self.ignore)?;
        for setting in &self.severity {
            let (rule, level) = setting.split_once('=').ok_or_else(|| {
                ErrorKind::Usage(format!("--severity {setting:?}: expected RULE=LEVEL, as COD011=warning"))
            })?;
            rules.set_severity(rule, level.trim().parse()?)?;
        }
        Ok(rules)
    }

    fn inputs(&self) -> Result<Vec<Input>> {
        if self.files.is_empty() {
            if std::io::stdin().is_terminal() {
                let text = "no claims: name a file, or pipe claims in (`cleanclaim check --help` shows how)";
                return Err(ErrorKind::Usage(text.to_owned()).into());
            }
            return Ok(vec![Input::Stdin]);
        }
        Ok(self.files.iter().map(Input::from_argument).collect())
    }

    /// Colour is for terminals; `anstream` knows `NO_COLOR`, `CLICOLOR` and dumb terminals.
    fn colour(&self) -> bool {
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                self.output.is_none()
                    && anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
            }
        }
    }
}

/// The report must not take the place of the claims.
fn not_an_input(output: &Path, inputs: &[Input]) -> Result<()> {
    let Ok(output) = output.canonicalize() else { return Ok(()) };
    let same = |input: &Input| match input {
        Input::File(path) => path.canonicalize().is_ok_and(|path| path == output),
        Input::Stdin => false,
    };
    if output.is_file() && inputs.iter().any(same) {
        let text = format!("--output {}: this is one of the files to check", output.display());
        return Err(ErrorKind::Usage(text).into());
    }
    Ok(())
}

/// A preset by its name, or a file; a file that has the name of a preset is written `./rif`.
fn column_map(map: &Path) -> Result<ColumnMap> {
    if let Some(preset) = map.to_str().and_then(ColumnMap::preset) {
        return Ok(preset);
    }
    if !map.exists() && map.extension().is_none() {
        let names: Vec<&str> = PRESETS.iter().map(|p| p.name).collect();
        let text =
            format!("no column map {:?}: expected a TOML file or one of {}", map.display(), names.join(", "));
        return Err(ErrorKind::Usage(text).into());
    }
    ColumnMap::from_toml(map)
}
