//! What several commands take: the tables, the day, the formats.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::report::Format;
use crate::rule::Severity;
use crate::{Date, Result, Tables};

/// The environment variable that names the tables folder.
const VARIABLE: &str = "CLEANCLAIM_TABLES";

/// Against which tables, and as of which day.
#[derive(Debug, Args)]
pub(super) struct Against {
    /// Folder of the tables that were added [default: $CLEANCLAIM_TABLES, else the user's data folder].
    #[arg(long, value_name = "DIR")]
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

/// Where `tables add` puts what it builds unless told otherwise; `None` if the system names no such place.
pub(super) fn default_folder() -> Option<PathBuf> {
    let home = |rest: &str| variable("HOME").map(|home| Path::new(&home).join(rest));
    let data = if cfg!(windows) {
        variable("LOCALAPPDATA").map(PathBuf::from)
    } else if cfg!(target_os = "macos") {
        home("Library/Application Support")
    } else {
        // The specification says to ignore a relative one.
        let set = variable("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        set.or_else(|| home(".local/share"))
    };
    data.map(|data| data.join("cleanclaim").join("tables"))
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
