//! `check`: claims in, findings out.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;

use super::args::{Place, open, today};
use super::output::OutputFile;
use super::progress::ProgressLine;
use super::repair::Repair;
use super::settings::Settings;
use super::{Status, stats, write};
use crate::accept::write_new;
use crate::config::{Colour, Config};
use crate::engine::{Checker, Options, Outcome, Progress, Watch, check_files_watched};
use crate::read::Input;
use crate::report::{Noting, Reporter};
use crate::{Date, Error, ErrorKind, Result, Tables};

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
    #[command(flatten)]
    settings: Settings,
    /// Add what is found to this file of acceptances; it is shown this once more.
    #[arg(long, value_name = "FILE", requires = "reason")]
    accept_new: Option<PathBuf>,
    /// Why it is right as it is.
    #[arg(long, value_name = "TEXT", requires = "accept_new")]
    reason: Option<String>,
    /// The last day on which it is accepted.
    #[arg(long, value_name = "DATE", requires = "accept_new")]
    until: Option<Date>,
    /// Also write a copy of the one FILE in which form alone is mended: blanks, case, dots, leading zeros, dates, pointers. Every change is listed
    /// in OUT.changes.csv.
    #[arg(long, value_name = "OUT")]
    repair: Option<PathBuf>,
    /// Say on standard error what took how long: by stage and by rule, with lines and bytes a second.
    #[arg(long)]
    stats: bool,
}

pub(super) fn run(
    args: &CheckArgs,
    place: &Place,
    out: &mut (dyn Write + Send),
    err: &mut dyn Write,
) -> Result<Status> {
    let mut config = place.config()?.with(args.settings.config()?);
    // As for claims, `-` is the standard stream.
    if config.output.as_deref() == Some(Path::new("-")) {
        config.output = None;
    }
    let mut read_anyway = false;
    if let Some(file) = &args.accept_new {
        let files = config.accept.get_or_insert_default();
        read_anyway = files.iter().any(|known| same_file(known, file));
        // What it holds is accepted already.
        if !read_anyway && file.exists() {
            files.push(file.clone());
        }
    }
    let inputs = args.inputs()?;
    let mut taken: Vec<&Path> = Vec::new();
    for input in &inputs {
        if let Input::File(path) = input {
            taken.push(path);
        }
    }
    let accept_new = args.accept_new.as_deref();
    accept_new.map_or(Ok(()), |path| not_taken("--accept-new", path, &taken))?;
    taken.extend(config.accept.iter().flatten().chain(&config.map).map(PathBuf::as_path));
    taken.extend(config.path().into_iter().chain(accept_new));
    config.output.as_deref().map_or(Ok(()), |path| not_taken("--output", path, &taken))?;
    taken.extend(config.output.as_deref());
    let repair = args.repair.as_deref().map(|out| Repair::new(out, &inputs, &taken)).transpose()?;
    let options = config.options()?;
    let began = Instant::now();
    // Much work should not begin with a damaged table, and needs all of it.
    let tables = if bytes_in_files(&inputs) <= LITTLE { Tables::open_lazily } else { Tables::open };
    let checker = config.checker(open(place.named(&config), tables)?, Some(today()))?;
    let opening = began.elapsed();
    let reporter = config.format.unwrap_or_default().reporter(colour(&config));
    let noting = args.accept_new.is_some().then(|| Noting::new(&*reporter));
    let reporter = noting.as_ref().map_or(&*reporter, |noting| noting as &dyn Reporter);
    let quiet = config.quiet.unwrap_or_default();
    let progress = if quiet { None } else { progress(&config, &inputs) };
    let clock = || began.elapsed();
    let job = Job {
        quiet,
        checker: &checker,
        inputs: &inputs,
        options: &options,
        reporter,
        progress: progress.as_ref(),
        clock: args.stats.then_some(&clock),
    };
    let outcome = match &config.output {
        None => job.run(out, err)?,
        Some(path) => {
            let mut file = OutputFile::create(path)?;
            let outcome = job.run(&mut file, err)?;
            file.finish()?;
            outcome
        }
    };
    // What is said of the report comes after it. If nobody reads it any more, the work goes on, and the last flush tells.
    let _ = out.flush();
    let mut say = |text: &str| {
        if !quiet {
            let _ = writeln!(err, "{text}");
        }
    };
    if let Some(repair) = repair {
        // A file that cannot be read was said already.
        if outcome.failed.is_empty() {
            let mended = repair.copy(&options.map)?;
            if !quiet {
                say(&repair.worth(mended, &checker, &options, &outcome.summary)?);
            }
        }
    }
    if let Some(noting) = noting {
        add_new(args, noting, read_anyway, &mut say)?;
    }
    if let Some(figures) = &outcome.stats {
        let _ = write!(err, "{}", stats::text(figures, opening));
    }
    // Standard error is for people: if it is gone, the exit code still tells.
    for error in &outcome.failed {
        let _ = writeln!(err, "error: {error}");
    }
    let lacking = config.strict.unwrap_or_default()
        && outcome.summary.not_evaluated.iter().any(|gap| gap.why.can_be_mended());
    if lacking {
        let _ = writeln!(err, "error: not everything could be evaluated, and --strict was given");
    }
    Ok(if lacking || !outcome.failed.is_empty() {
        Status::Failed
    } else if outcome.findings_at_or_above(options.fail_on) > 0 {
        Status::Found
    } else {
        Status::Clean
    })
}

/// Adds what was found to the file of acceptances. What stands there stays; the file changes at once or not at all.
fn add_new(args: &CheckArgs, noting: Noting<'_>, read_anyway: bool, say: &mut dyn FnMut(&str)) -> Result<()> {
    let Some(path) = &args.accept_new else { return Ok(()) };
    let reason = args.reason.as_deref().unwrap_or_default().trim();
    if reason.is_empty() {
        return Err(
            ErrorKind::Usage("--reason: say why the findings are right as they are".to_owned()).into()
        );
    }
    let before = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(e) => return Err(Error::io(path, e)),
    };
    let new = noting.into_noted();
    if !new.is_empty() {
        let text = write_new(path, &before, &new, reason, args.until)?;
        let mut file = OutputFile::create(path)?;
        write(&mut file, &text)?;
        file.finish()?;
    }
    let (s, hold) = if new.len() == 1 { ("", "it holds") } else { ("s", "they hold") };
    let mut text =
        format!("{}: {} acceptance{s} added; {hold} from the next run on", path.display(), new.len());
    if !read_anyway {
        text.push_str(" that reads the file: name it as `accept` in cleanclaim.toml, or by --accept");
    }
    say(&text);
    Ok(())
}

struct Job<'a> {
    quiet: bool,
    checker: &'a Checker,
    inputs: &'a [Input],
    options: &'a Options,
    reporter: &'a dyn Reporter,
    progress: Option<&'a ProgressLine>,
    /// If the run is measured.
    clock: Option<&'a (dyn Fn() -> Duration + Sync)>,
}

impl Job<'_> {
    fn run(&self, out: &mut (dyn Write + Send), err: &mut dyn Write) -> Result<Outcome> {
        let mut warn = |text: &str| {
            if !self.quiet {
                self.clear_progress();
                let _ = writeln!(err, "warning: {text}");
            }
        };
        let tell = self.progress.map(|line| |done| line.tell(done));
        let progress = tell.as_ref().map(|tell| tell as &(dyn Fn(Progress) + Sync));
        let watch = Watch { clock: self.clock, progress };
        let Job { checker, inputs, options, reporter, .. } = *self;
        let outcome = check_files_watched(checker, inputs, options, reporter, out, &mut warn, watch);
        self.clear_progress();
        outcome
    }

    fn clear_progress(&self) {
        if let Some(line) = self.progress {
            line.clear();
        }
    }
}

impl CheckArgs {
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
}

/// So many bytes of claims are checked in a moment.
const LITTLE: u64 = 1 << 20;

/// How long the files are together. Of standard input nobody knows.
fn bytes_in_files(inputs: &[Input]) -> u64 {
    let length = |input: &Input| match input {
        Input::File(path) => path.metadata().map_or(0, |file| file.len()),
        Input::Stdin => 0,
    };
    inputs.iter().map(length).sum()
}

/// A line that shows how far the run is, where it disturbs nothing.
fn progress(config: &Config, inputs: &[Input]) -> Option<ProgressLine> {
    let total = || inputs.iter().map(Input::size).sum();
    ProgressLine::for_a_person(config.output.is_some(), total)
}

/// Colour is for terminals; `anstream` knows `NO_COLOR`, `CLICOLOR` and dumb terminals.
fn colour(config: &Config) -> bool {
    match config.color.unwrap_or_default() {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            config.output.is_none()
                && anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
        }
    }
}

/// What is written must not take the place of what the run reads, nor of what else it writes. What is no plain file holds nothing.
pub(super) fn not_taken(option: &str, output: &Path, taken: &[&Path]) -> Result<()> {
    let plain = output.is_file() || !output.exists();
    if plain && taken.iter().any(|path| same_file(path, output)) {
        let text =
            format!("{option} {}: the run reads this file, or writes something else to it", output.display());
        return Err(ErrorKind::Usage(text).into());
    }
    Ok(())
}

/// Do both name the same file?
fn same_file(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}
