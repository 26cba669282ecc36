//! `config`: what the office chose, and whether it can be understood.

use std::io::Write;

use clap::{Args, Subcommand};

use super::args::Place;
use super::settings::Settings;
use super::{Status, write};
use crate::config::{Config, FILE_NAME};
use crate::{Error, ErrorKind, Result};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cleanclaim config check
  cleanclaim config show --effective --profile Medicare")]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say all that is wrong with cleanclaim.toml and the files that it names, with line and column.
    #[command(
        after_help = "Exit code: 0 nothing wrong, 1 something wrong, 2 there is no file or it could not be read."
    )]
    Check,
    /// Show what the file says.
    Show {
        /// Show what holds: every key, with its default, and where it comes from.
        #[arg(long)]
        effective: bool,
        /// What holds for the claims of this profile.
        #[arg(long, value_name = "NAME", requires = "effective")]
        profile: Option<String>,
        #[command(flatten)]
        settings: Box<Settings>,
    },
}

pub(super) fn run(args: &ConfigArgs, place: &Place, out: &mut dyn Write) -> Result<Status> {
    match &args.command {
        Command::Check => check(place, out),
        Command::Show { effective: false, .. } => {
            let config = place.config()?;
            let path = config.path().ok_or_else(no_file)?;
            write(out, format!("{}\n", path.display()).as_bytes())?;
            write(out, config.stated_text().as_bytes())?;
            Ok(Status::Clean)
        }
        Command::Show { effective: true, profile, settings } => {
            let config = place.config_with_variable()?;
            let mut flags = settings.config()?;
            flags.tables.clone_from(&place.tables);
            let profile = match profile {
                None => None,
                Some(name) => Some(config.profile(name).ok_or_else(|| no_profile(&config, name))?),
            };
            write(out, config.effective_text(&flags, profile)?.as_bytes())?;
            Ok(Status::Clean)
        }
    }
}

fn check(place: &Place, out: &mut dyn Write) -> Result<Status> {
    let wrong: Vec<Error> = match place.config() {
        Ok(config) => {
            let path = config.path().ok_or_else(no_file)?;
            let wrong = config.check_files();
            if wrong.is_empty() {
                write(out, format!("{}: nothing wrong\n", path.display()).as_bytes())?;
            }
            wrong
        }
        Err(e) if matches!(e.kind(), ErrorKind::Mistakes { .. }) => vec![e],
        Err(e) => return Err(e),
    };
    for e in &wrong {
        write(out, format!("{e}\n").as_bytes())?;
    }
    Ok(if wrong.is_empty() { Status::Clean } else { Status::Found })
}

fn no_file() -> Error {
    ErrorKind::Usage(format!(
        "no {FILE_NAME} here or in a folder above; docs/config.md says what it may hold"
    ))
    .into()
}

fn no_profile(config: &Config, name: &str) -> Error {
    let names: Vec<&str> = config.profiles.iter().map(|profile| profile.name.as_str()).collect();
    ErrorKind::Usage(format!("no profile {name:?}; there are: {}", names.join(", "))).into()
}
