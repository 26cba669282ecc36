//! The options that `cleanclaim.toml` has, too: they go over the file.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::args::{format_parser, severity_parser};
use crate::config::{AsOf, Colour, Config};
use crate::engine::RuleChoice;
use crate::report::Format;
use crate::rule::Severity;
use crate::{ErrorKind, Result};

/// What the command line says over `cleanclaim.toml`.
#[derive(Debug, Args)]
pub(super) struct Settings {
    /// Form of the report [default: text].
    #[arg(long, value_name = "FORMAT", value_parser = format_parser())]
    format: Option<Format>,
    /// Run only these rules: ids, names, families such as COD, or ALL.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Do not run these rules.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Give the findings of a rule or family another severity.
    #[arg(long, value_name = "RULE=LEVEL", value_delimiter = ',')]
    severity: Vec<String>,
    /// Exit with 1 if there is a finding of this severity or a worse one [default: error].
    #[arg(long, value_name = "LEVEL", value_parser = severity_parser())]
    fail_on: Option<Severity>,
    /// What counts as today: a date as 2026-03-02, today, or none [default: today, UTC].
    #[arg(long, value_name = "DATE", value_parser = |text: &str| text.parse::<AsOf>())]
    as_of: Option<AsOf>,
    /// Files of findings that were accepted: these are counted, not shown.
    #[arg(long, value_name = "FILE")]
    accept: Vec<PathBuf>,
    /// Threads; 0 means one for each processor [default: 0].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=1024))]
    threads: Option<u16>,
    /// Most findings in the report, claims whole; the counts stay complete [default: 20000 for html, else no limit].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=u64::from(u32::MAX)))]
    max_findings: Option<u64>,
    /// Put the rows of each claim together first, on disk, with so much memory: for files in which they are scattered [default: 256 MiB].
    #[arg(long, value_name = "MIB", num_args = 0..=1, require_equals = true, default_missing_value = "256")]
    group: Option<u32>,
    /// What the columns are called: a TOML file, or one of tuva, cclf, rif, cms1500.
    #[arg(long, value_name = "MAP")]
    map: Option<PathBuf>,
    /// Exit with 2 if anything could not be evaluated; --strict=false goes over the file.
    #[arg(long, value_name = "YES", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    strict: Option<bool>,
    /// Write the report to this file; it appears there only when it is whole. `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Colour in the text report [default: auto].
    #[arg(long, value_name = "WHEN", value_parser = colour_parser())]
    color: Option<Colour>,
    /// Say nothing on standard error but errors; --quiet=false goes over the file.
    #[arg(short, long, value_name = "YES", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    quiet: Option<bool>,
}

fn colour_parser() -> impl TypedValueParser<Value = Colour> {
    let find =
        |name: String| Colour::ALL.iter().find(|(n, _)| *n == name).map(|(_, c)| *c).ok_or("no such colour");
    PossibleValuesParser::new(Colour::ALL.map(|(name, _)| name)).try_map(find)
}

impl Settings {
    /// As a file would say it.
    pub(super) fn config(&self) -> Result<Config> {
        let mut config = Config::default();
        config.rules = self.rules()?;
        config.fail_on = self.fail_on;
        config.as_of = self.as_of;
        config.map.clone_from(&self.map);
        config.accept = (!self.accept.is_empty()).then(|| self.accept.clone());
        config.format = self.format;
        config.output.clone_from(&self.output);
        config.color = self.color;
        config.strict = self.strict;
        config.quiet = self.quiet;
        config.threads = self.threads;
        config.max_findings = self.max_findings;
        config.group = self.group;
        Ok(config)
    }

    fn rules(&self) -> Result<RuleChoice> {
        let level = |setting: &String| {
            let (rule, level) = setting.split_once('=').ok_or_else(|| {
                ErrorKind::Usage(format!("--severity {setting:?}: expected RULE=LEVEL, as COD011=warning"))
            })?;
            Ok((rule.to_owned(), level.trim().parse()?))
        };
        Ok(RuleChoice {
            select: (!self.select.is_empty()).then(|| self.select.clone()),
            ignore: self.ignore.clone(),
            severity: self.severity.iter().map(level).collect::<Result<_>>()?,
        })
    }
}
