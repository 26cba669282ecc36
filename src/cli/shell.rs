//! `completions` and `man`: what a shell and a manual need to know, from the same declaration as the help.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Status, write};
use crate::{Error, ErrorKind, Result};

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  cleanclaim completions bash > ~/.local/share/bash-completion/completions/cleanclaim"
)]
pub(super) struct CompletionsArgs {
    /// The shell.
    shell: Shell,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  cleanclaim man check | man -l -")]
pub(super) struct ManArgs {
    /// The command whose page is wanted; without one, the page of cleanclaim itself.
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

pub(super) fn completions(args: &CompletionsArgs, out: &mut dyn Write) -> Result<Status> {
    // The generator panics where it cannot write: memory always can.
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "cleanclaim", &mut text);
    write(out, &text)?;
    Ok(Status::Clean)
}

pub(super) fn man(args: &ManArgs, out: &mut dyn Write) -> Result<Status> {
    let mut cli = Cli::command();
    cli.build();
    let page = match &args.command {
        None => cli,
        Some(name) => {
            let found = cli.find_subcommand(name).cloned();
            found
                .ok_or_else(|| Error::from(ErrorKind::Usage(format!("no command {name:?}"))))?
                .display_name(format!("cleanclaim-{name}"))
        }
    };
    clap_mangen::Man::new(page).render(&mut &mut *out).map_err(|e| Error::io("output", e))?;
    Ok(Status::Clean)
}
