//! What several commands take: the tables, the day, the formats.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::import::default_folder;
use crate::report::Format;
use crate::rule::Severity;
use crate::{Date, ErrorKind, Result, Tables};

/// The environment variable that names the tables folder.
const VARIABLE: &str = "CLEANCLAIM_TABLES";

/// Against which tables, and as of which day.
#[derive(Debug, Args)]
pub(super) struct Against {
    /// What `--tables` says: an option of the program, which commands share.
    #[arg(skip)]
    pub(super) tables: Option<PathBuf>,
    /// The day that counts as today, as 2026-03-02 [default: today, UTC].
    #[arg(long, value_name = "DATE")]
    pub(super) as_of: Option<Date>,
}

impl Against {
    /// Opens the tables. A folder that the user named must exist; without one, the embedded tables do.
    pub(super) fn open(&self) -> Result<Tables> {
        let named = self.tables.clone().or_else(|| variable(VARIABLE).map(PathBuf::from));
        match (named, default_folder()) {
            (Some(folder), _) => Tables::open(folder),
            (None, Some(folder)) if folder.is_dir() => Tables::open(folder),
            (None, _) => Ok(Tables::embedded()),
        }
    }

    /// The day that counts as today. The only place where a clock is read.
    pub(super) fn today(&self) -> Date {
        self.as_of.unwrap_or_else(|| jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date().into())
    }
}

/// The tables folder in which to add and remove: `--tables`, the variable, or the user's data folder.
pub(super) fn tables_folder(named: Option<PathBuf>) -> Result<PathBuf> {
    named.or_else(|| variable(VARIABLE).map(PathBuf::from)).or_else(default_folder).ok_or_else(|| {
        ErrorKind::Usage("the system names no data folder; say where the tables are with --tables".to_owned())
            .into()
    })
}

/// An environment variable; an empty one counts as not set.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

pub(super) fn format_parser() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name)).try_map(|name| name.parse::<Format>())
}

pub(super) fn severity_parser() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(["error", "warning", "info"]).try_map(|name| name.parse::<Severity>())
}
