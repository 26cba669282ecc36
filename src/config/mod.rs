//! The office's own choices: the file `cleanclaim.toml`, and what the command line says over it.
//!
//! Every key is declared once, in `keys.rs`: its name, what it takes, its default, its words and an example. The reader, `config show` and
//! `docs/config.md` come from that declaration.

mod keys;
mod page;
mod reader;
mod show;

pub use page::config_page;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::accept::Acceptances;
use crate::engine::{Checker, Options, RuleChoice, RuleSet, When};
use crate::read::{ColumnMap, Grouping};
use crate::report::Format;
use crate::rule::Severity;
use crate::table::Tables;
use crate::{Date, Error, ErrorKind, Result};

/// The name of the file.
pub const FILE_NAME: &str = "cleanclaim.toml";

/// What a file, or a command line, says; `None` where it does not say.
///
/// ```
/// use cleanclaim::config::Config;
/// use cleanclaim::{Claim, Tables};
///
/// let text = "ignore = ['COD007']\nfail-on = 'warning'\n[[profile]]\nname = 'strict'\nwhen = { payer = 'Plan B' }\nselect = ['ALL']\n";
/// let config = Config::parse(text, "cleanclaim.toml")?;
/// let checker = config.checker(Tables::embedded(), None)?;
///
/// let mut claim = Claim::new("A-1");
/// claim.add_diagnosis("E11");
/// assert!(checker.check(&claim).findings.iter().all(|f| f.rule.id != "COD007"));
/// claim.payer = "Plan B".to_owned();
/// assert!(checker.check(&claim).findings.iter().any(|f| f.rule.id == "COD007"));
///
/// // All mistakes at once, each with its place.
/// let wrong = Config::parse("selekt = ['COD']\nignore = ['COD0O1']", "cleanclaim.toml").unwrap_err();
/// assert_eq!(
///     wrong.to_string(),
///     "cleanclaim.toml:1:1: no key selekt; did you mean select?\n\
///      cleanclaim.toml:2:11: no rule \"COD0O1\"; did you mean COD001?"
/// );
/// # Ok::<(), cleanclaim::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Config {
    /// Which rules run, at which level.
    pub rules: RuleChoice,
    /// Goes over [`Config::rules`] and over every profile: what the command line says.
    pub over: RuleChoice,
    /// Claims that are checked by rules of their own.
    pub profiles: Vec<ProfileChoice>,
    /// Folder of the tables that were added.
    pub tables: Option<PathBuf>,
    /// A finding of this level, or a worse one, makes a run fail.
    pub fail_on: Option<Severity>,
    /// What counts as today.
    pub as_of: Option<AsOf>,
    /// What the columns are called: a preset, or a file.
    pub map: Option<PathBuf>,
    /// What columns are called beside that: our name, theirs.
    pub columns: Vec<(String, String)>,
    /// Files of accepted findings.
    pub accept: Option<Vec<PathBuf>>,
    /// Form of the report.
    pub format: Option<Format>,
    /// The file of the report.
    pub output: Option<PathBuf>,
    /// Colour in the text report.
    pub color: Option<Colour>,
    /// Fail if anything could not be evaluated.
    pub strict: Option<bool>,
    /// Say nothing but errors beside the report.
    pub quiet: Option<bool>,
    /// Threads; 0 means one for each processor.
    pub threads: Option<u16>,
    /// Most findings in the report.
    pub max_findings: Option<u64>,
    /// Put the rows of each claim together first, with so many mebibytes of memory; 0 for no.
    pub group: Option<u32>,
    /// Where it was read from.
    origin: Origin,
}

/// A profile as it is written.
#[derive(Clone, Debug, Default)]
pub struct ProfileChoice {
    /// Its name, for reports.
    pub name: String,
    /// The claims that it is for.
    pub when: When,
    /// Its rules, over those of the file.
    pub rules: RuleChoice,
}

/// What counts as today, for rules that need to know: services in the future, timely filing, acceptances that end.
///
/// ```
/// use cleanclaim::config::AsOf;
///
/// let today = "2026-03-09".parse().ok();
/// assert_eq!("today".parse::<AsOf>()?.day(today), today);
/// assert_eq!("2026-03-31".parse::<AsOf>()?.day(today), "2026-03-31".parse().ok());
/// assert_eq!("none".parse::<AsOf>()?.day(today), None);
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AsOf {
    /// The day on which the check is run.
    #[default]
    Today,
    /// A certain day.
    Day(Date),
    /// No day: rules that need one are not evaluated.
    Nothing,
}

/// Colour in the text report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// On a terminal.
    #[default]
    Auto,
    /// In any case.
    Always,
    /// Not at all.
    Never,
}

/// Where a configuration was read from.
#[derive(Clone, Debug, Default)]
struct Origin {
    path: PathBuf,
    /// Where its keys are stated.
    places: BTreeMap<String, String>,
}

impl AsOf {
    /// The day that counts, given the day of the run.
    pub fn day(self, today: Option<Date>) -> Option<Date> {
        match self {
            AsOf::Today => today,
            AsOf::Day(day) => Some(day),
            AsOf::Nothing => None,
        }
    }
}

impl std::fmt::Display for AsOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            AsOf::Today => f.write_str("today"),
            AsOf::Day(day) => day.fmt(f),
            AsOf::Nothing => f.write_str("none"),
        }
    }
}

impl std::str::FromStr for AsOf {
    type Err = String;
    fn from_str(text: &str) -> Result<AsOf, String> {
        match text.trim() {
            "today" => Ok(AsOf::Today),
            "none" => Ok(AsOf::Nothing),
            day => day.parse().map(AsOf::Day).map_err(|e| format!("{e}, or today, or none")),
        }
    }
}

impl Colour {
    /// All, with their names.
    pub const ALL: [(&'static str, Colour); 3] =
        [("auto", Colour::Auto), ("always", Colour::Always), ("never", Colour::Never)];

    /// Its name.
    pub fn name(self) -> &'static str {
        Colour::ALL.iter().find(|(_, colour)| *colour == self).map_or("", |(name, _)| name)
    }
}

impl Config {
    /// The file that holds for a folder: its own, or that of the nearest folder above it.
    ///
    /// ```
    /// use cleanclaim::config::Config;
    /// # let office = std::env::temp_dir().join(format!("cleanclaim-find-{}", std::process::id()));
    /// # std::fs::create_dir_all(office.join("march"))?;
    /// std::fs::write(office.join("cleanclaim.toml"), "fail-on = 'warning'\n")?;
    /// let found = Config::find(office.join("march")).ok_or("no file")?;
    /// assert_eq!(Config::read(&found)?.stated_text(), format!("fail-on  warning  {}:1\n", found.display()));
    /// # std::fs::remove_dir_all(&office)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find(folder: impl AsRef<Path>) -> Option<PathBuf> {
        let folder = folder.as_ref();
        let depth = folder.canonicalize().ok()?.components().count();
        let mut at = if folder == Path::new(".") { PathBuf::new() } else { folder.to_owned() };
        for _ in 0..depth {
            let path = at.join(FILE_NAME);
            if path.is_file() {
                return Some(path);
            }
            at.push("..");
        }
        None
    }

    /// Reads a file. Relative paths in it are of the file's folder.
    ///
    /// # Errors
    /// If it cannot be read, or with all its mistakes, each at its line and column.
    pub fn read(path: impl AsRef<Path>) -> Result<Config> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|e| Error::io(path, e))?;
        let text = String::from_utf8(bytes).map_err(|_| {
            let what = "is not UTF-8 text".to_owned();
            Error::mistakes(path, vec![crate::Mistake { line: 1, column: 0, what }])
        })?;
        Config::parse(text.strip_prefix('\u{feff}').unwrap_or(&text), path)
    }

    /// Reads a text as if it stood in the file `path`.
    ///
    /// # Errors
    /// With all its mistakes, each at its line and column.
    pub fn parse(text: &str, path: impl AsRef<Path>) -> Result<Config> {
        reader::parse(text, path.as_ref())
    }

    /// With what the command line says over it: each of its choices replaces the file's. Of rules, what it selects begins the choice anew, in
    /// profiles too; what it ignores and re-levels comes on top.
    ///
    /// ```
    /// use cleanclaim::Severity;
    /// use cleanclaim::config::Config;
    ///
    /// let file = Config::parse("fail-on = 'warning'\nquiet = true\n", "cleanclaim.toml")?;
    /// let flags = Config::parse("fail-on = 'error'\n", "flags")?;
    /// let both = file.with(flags);
    /// assert_eq!((both.fail_on, both.quiet), (Some(Severity::Error), Some(true)));
    /// # Ok::<(), cleanclaim::Error>(())
    /// ```
    #[must_use]
    pub fn with(self, flags: Config) -> Config {
        let mut columns = self.columns;
        columns.extend(flags.columns);
        Config {
            rules: self.rules,
            over: flags.rules,
            profiles: self.profiles,
            tables: flags.tables.or(self.tables),
            fail_on: flags.fail_on.or(self.fail_on),
            as_of: flags.as_of.or(self.as_of),
            map: flags.map.or(self.map),
            columns,
            accept: flags.accept.or(self.accept),
            format: flags.format.or(self.format),
            output: flags.output.or(self.output),
            color: flags.color.or(self.color),
            strict: flags.strict.or(self.strict),
            quiet: flags.quiet.or(self.quiet),
            threads: flags.threads.or(self.threads),
            max_findings: flags.max_findings.or(self.max_findings),
            group: flags.group.or(self.group),
            origin: self.origin,
        }
    }

    /// The file that it was read from; `None` if it was not.
    pub fn path(&self) -> Option<&Path> {
        (!self.origin.path.as_os_str().is_empty()).then_some(self.origin.path.as_path())
    }

    /// Another tables folder than the file's, and who says so.
    #[cfg(feature = "cli")]
    pub(crate) fn set_tables(&mut self, folder: PathBuf, place: &str) {
        self.tables = Some(folder);
        self.origin.places.insert("tables".to_owned(), place.to_owned());
    }

    /// The rules that run for claims of a profile, or of none.
    ///
    /// ```
    /// use cleanclaim::config::Config;
    ///
    /// let text = "ignore = ['DXS']\n[[profile]]\nname = 'strict'\nwhen = { payer = 'Plan B' }\nselect = ['ALL']\n";
    /// let config = Config::parse(text, "cleanclaim.toml")?;
    /// let runs = |name| -> cleanclaim::Result<bool> {
    ///     Ok(config.rule_set(config.profile(name))?.iter().any(|(rule, _)| rule.id == "DXS001"))
    /// };
    /// assert!(runs("strict")? && !runs("another")?);
    /// # Ok::<(), cleanclaim::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a rule is named that there is not.
    pub fn rule_set(&self, profile: Option<&ProfileChoice>) -> Result<RuleSet> {
        let mut rules = RuleSet::default();
        rules.apply(&self.rules)?;
        if let Some(profile) = profile {
            rules.apply(&profile.rules)?;
        }
        rules.apply(&self.over)?;
        Ok(rules)
    }

    /// The profile of that name.
    pub fn profile(&self, name: &str) -> Option<&ProfileChoice> {
        self.profiles.iter().find(|profile| profile.name == name)
    }

    /// What columns are called.
    ///
    /// # Errors
    /// If the file of a column map cannot be read, or a column is named that there is not.
    pub fn column_map(&self) -> Result<ColumnMap> {
        let mut map = self.map.as_deref().map_or(Ok(ColumnMap::default()), ColumnMap::named)?;
        self.columns.iter().try_for_each(|(ours, theirs)| map.add(theirs, ours))?;
        Ok(map)
    }

    /// The findings that were accepted.
    ///
    /// # Errors
    /// If a file of them cannot be read, or with all its mistakes.
    pub fn acceptances(&self) -> Result<Acceptances> {
        let mut all = Acceptances::default();
        self.accept.iter().flatten().try_for_each(|path| all.add_file(path))?;
        Ok(all)
    }

    /// A checker that goes by all of this. `today` is the day of the run, which a library does not know by itself.
    ///
    /// # Errors
    /// If a rule is named that there is not, no rule is left to run, or a file of acceptances cannot be read.
    pub fn checker(&self, tables: Tables, today: Option<Date>) -> Result<Checker> {
        let mut checker =
            Checker::new(tables).rules(self.rule_set(None)?.iter()).accepting(self.acceptances()?);
        if let Some(day) = self.as_of.unwrap_or_default().day(today) {
            checker = checker.as_of(day);
        }
        for profile in &self.profiles {
            let rules = self.rule_set(Some(profile))?;
            checker = checker.profile(&profile.name, profile.when.clone(), rules.iter());
        }
        self.leaves_a_rule()?;
        Ok(checker)
    }

    /// Insists that some claims are checked by some rule.
    fn leaves_a_rule(&self) -> Result<()> {
        for profile in std::iter::once(None).chain(self.profiles.iter().map(Some)) {
            if self.rule_set(profile)?.iter().next().is_some() {
                return Ok(());
            }
        }
        let text = "select and ignore leave no rule to run: every claim would be clean";
        Err(ErrorKind::Usage(text.to_owned()).into())
    }

    /// How to go about the files.
    ///
    /// # Errors
    /// As [`Config::column_map`].
    pub fn options(&self) -> Result<Options> {
        let default = Options::default();
        Ok(Options {
            threads: self.threads.map_or(default.threads, usize::from),
            map: self.column_map()?,
            fail_on: self.fail_on.unwrap_or(default.fail_on),
            most_findings: self.max_findings.or(self.format.unwrap_or_default().most_findings()),
            group: self.group.filter(|&mebibytes| mebibytes > 0).map(Grouping::with_mebibytes),
        })
    }

    /// Everything wrong with the files that it names, one error each, and with a choice that leaves no rule; none if all is well.
    pub fn check_files(&self) -> Vec<Error> {
        let mut wrong = Vec::new();
        wrong.extend(self.column_map().err());
        wrong.extend(self.leaves_a_rule().err());
        for path in self.accept.iter().flatten() {
            wrong.extend(Acceptances::default().add_file(path).err());
        }
        if let Some(folder) = &self.tables {
            wrong.extend(Tables::open(folder).err());
        }
        wrong
    }
}
