//! What several commands take: the office's choices, the tables, the day, the formats.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::config::Config;
use crate::import::default_folder;
use crate::report::Format;
use crate::rule::Severity;
use crate::{Date, ErrorKind, Result, Tables};

/// The environment variable that names the tables folder.
const VARIABLE: &str = "CLEANCLAIM_TABLES";

/// Where the office's choices and the tables are: options of the program, which commands share.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// Folder of the tables that were added [default: $CLEANCLAIM_TABLES, else what cleanclaim.toml says, else the user's data folder].
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) tables: Option<PathBuf>,
    /// File of the office's choices [default: cleanclaim.toml here or in a folder above].
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Read no cleanclaim.toml.
    #[arg(long, global = true)]
    no_config: bool,
}

impl Place {
    /// The office's choices; none if there is no file.
    pub(super) fn config(&self) -> Result<Config> {
        match &self.config {
            Some(_) if self.no_config => {
                Err(ErrorKind::Usage("--config and --no-config exclude one another".to_owned()).into())
            }
            Some(path) => Config::read(path),
            None if self.no_config => Ok(Config::default()),
            None => Config::find(".").map_or(Ok(Config::default()), Config::read),
        }
    }

    /// The tables folder that somebody named: by the option, the variable or the file.
    pub(super) fn named(&self, config: &Config) -> Option<PathBuf> {
        self.tables.clone().or_else(from_variable).or_else(|| config.tables.clone())
    }

    /// The office's choices, and in place of the file's tables folder the one that the variable names.
    pub(super) fn config_with_variable(&self) -> Result<Config> {
        let mut config = self.config()?;
        if let Some(folder) = from_variable() {
            config.set_tables(folder, &format!("${VARIABLE}"));
        }
        Ok(config)
    }

    /// The tables folder in which to add and remove: the named one, or the user's data folder.
    pub(super) fn folder(&self) -> Result<PathBuf> {
        self.named(&self.config()?).or_else(default_folder).ok_or_else(|| {
            ErrorKind::Usage(
                "the system names no data folder; say where the tables are with --tables".to_owned(),
            )
            .into()
        })
    }
}

/// Against which tables, and as of which day, codes are looked up.
#[derive(Debug, Args)]
pub(super) struct Against {
    /// The folder that somebody named: see [`Place::named`].
    #[arg(skip)]
    pub(super) tables: Option<PathBuf>,
    /// The day that counts as today, as 2026-03-02 [default: today, UTC].
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

impl Against {
    /// What the tables say. Most of the pair edits is read only where a question is about pairs; what was said without them is not an answer.
    pub(super) fn ask<T>(&self, question: impl FnOnce(&Tables) -> T) -> Result<T> {
        let tables = open(self.tables.clone(), Tables::open_lazily)?;
        let answer = question(&tables);
        tables.all_read()?;
        Ok(answer)
    }

    /// The day that counts as today.
    pub(super) fn today(&self) -> Date {
        self.as_of.unwrap_or_else(today)
    }
}

/// Opens the tables, in one way or another. A folder that somebody named must exist; without one, the embedded tables do.
pub(super) fn open(named: Option<PathBuf>, how: fn(PathBuf) -> Result<Tables>) -> Result<Tables> {
    match (named, default_folder()) {
        (Some(folder), _) => how(folder),
        (None, Some(folder)) if folder.is_dir() => how(folder),
        (None, _) => Ok(Tables::embedded()),
    }
}

/// The day of the run. The only place where a clock is read.
pub(super) fn today() -> Date {
    jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date().into()
}

/// The tables folder that the environment variable names; an empty one counts as not set.
fn from_variable() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from)
}

pub(super) fn format_parser() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name)).try_map(|name| name.parse::<Format>())
}

pub(super) fn severity_parser() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(["error", "warning", "info"]).try_map(|name| name.parse::<Severity>())
}
