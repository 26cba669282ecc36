//! TOML becomes a [`Config`], or the list of all that is wrong with it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{KEYS, Key, PROFILE_KEYS, RULE_KEYS, WHEN_KEYS};
use super::{AsOf, Config, Origin, ProfileChoice};
use crate::engine::{When, check_rule_name};
use crate::nearest::nearest;
use crate::read::{ColumnMap, PRESETS};
use crate::rule::Severity;
use crate::{Error, Mistake, Result};

type Value<'i> = Spanned<DeValue<'i>>;

/// Goes through the file and remembers what is wrong and where everything stands.
pub(super) struct Reader<'t> {
    text: &'t str,
    /// Relative paths are of this folder.
    folder: &'t Path,
    mistakes: Vec<Mistake>,
    origin: Origin,
}

pub(super) fn parse(text: &str, path: &Path) -> Result<Config> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let origin = Origin { path: path.to_owned(), ..Origin::default() };
    let mut reader = Reader { text, folder, mistakes: Vec::new(), origin };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        reader.wrong(error.span().unwrap_or(0..0), error.message().replace('\n', "; "));
    }
    let mut config = Config::default();
    for (key, value) in table.get_ref() {
        let name: &str = key.get_ref();
        reader.note(name, key);
        if let Some(key) = find(RULE_KEYS, name) {
            (key.read)(&mut reader, value, &mut config.rules);
        } else if let Some(key) = find(KEYS, name) {
            (key.read)(&mut reader, value, &mut config);
        } else {
            reader.no_key(key, "key", names(RULE_KEYS).chain(names(KEYS)));
        }
    }
    if reader.mistakes.is_empty() {
        config.origin = reader.origin;
        Ok(config)
    } else {
        Err(Error::mistakes(path, reader.mistakes))
    }
}

fn find<T>(keys: &'static [Key<T>], name: &str) -> Option<&'static Key<T>> {
    keys.iter().find(|key| key.name == name)
}

fn names<T>(keys: &'static [Key<T>]) -> impl Iterator<Item = &'static str> {
    keys.iter().map(|key| key.name)
}

fn hint<'n>(typed: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    nearest(typed, names).map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}

impl Reader<'_> {
    fn wrong(&mut self, at: Range<usize>, what: impl Into<String>) {
        self.mistakes.push(Mistake::at(self.text, at.start, what));
    }

    /// Remembers where a key stands.
    fn note<K>(&mut self, name: &str, key: &Spanned<K>) {
        let Mistake { line, .. } = Mistake::at(self.text, key.span().start, "");
        let place = format!("{}:{line}", self.origin.path.display());
        self.origin.places.insert(name.to_owned(), place);
    }

    fn no_key(
        &mut self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        what: &str,
        names: impl Iterator<Item = &'static str>,
    ) {
        let typed = key.get_ref();
        // Underscores are for dashes in many files.
        let hint = hint(&typed.replace('_', "-"), names);
        self.wrong(key.span(), format!("no {what} {typed}{hint}"));
    }

    fn expected(&mut self, value: &Value<'_>, what: &str) {
        let got = value.get_ref().type_str();
        self.wrong(value.span(), format!("expected {what}, got {got}"));
    }

    pub(super) fn text(&mut self, value: &Value<'_>) -> Option<String> {
        match value.get_ref().as_str() {
            Some(text) => Some(text.to_owned()),
            None => {
                self.expected(value, "text");
                None
            }
        }
    }

    /// A text that people can see.
    pub(super) fn name(&mut self, value: &Value<'_>) -> Option<String> {
        let name = self.text(value)?;
        if name.trim().is_empty() {
            self.wrong(value.span(), "expected a name, got nothing");
            return None;
        }
        Some(name)
    }

    /// One text, or a list of texts, each with its place.
    fn texts(&mut self, value: &Value<'_>) -> Vec<(Range<usize>, String)> {
        let Some(list) = value.get_ref().as_array() else {
            return match value.get_ref().as_str() {
                Some(text) => vec![(value.span(), text.to_owned())],
                None => {
                    self.expected(value, "text or a list of texts");
                    vec![]
                }
            };
        };
        list.iter().filter_map(|value| Some((value.span(), self.text(value)?))).collect()
    }

    /// Names of rules and families, all known.
    pub(super) fn rules(&mut self, value: &Value<'_>) -> Vec<String> {
        let texts = self.texts(value);
        texts.into_iter().filter_map(|(at, name)| self.rule(at, &name).then_some(name)).collect()
    }

    fn rule(&mut self, at: Range<usize>, name: &str) -> bool {
        let known = check_rule_name(name);
        if let Err(e) = &known {
            let text = e.to_string();
            self.wrong(at, text.strip_suffix(" (`cleanclaim rules` lists them)").unwrap_or(&text));
        }
        known.is_ok()
    }

    /// A table of rules and levels.
    pub(super) fn levels(&mut self, value: &Value<'_>) -> Vec<(String, Severity)> {
        let mut list = Vec::new();
        let Some(table) = value.get_ref().as_table() else {
            self.expected(value, "a table such as { COD011 = \"info\" }");
            return list;
        };
        for (rule, level) in table {
            let name: &str = rule.get_ref();
            let known = self.rule(rule.span(), name);
            let level = self.one_of(level, "level", &Severity::ALL.map(|s| (s.name(), s)));
            list.extend(level.filter(|_| known).map(|level| (name.to_owned(), level)));
        }
        list
    }

    /// One of several names.
    pub(super) fn one_of<T: Copy>(&mut self, value: &Value<'_>, what: &str, all: &[(&str, T)]) -> Option<T> {
        let text = self.text(value)?;
        self.choice(value.span(), &text, what, all)
    }

    /// One or several of several names.
    pub(super) fn each_of<T: Copy>(&mut self, value: &Value<'_>, what: &str, all: &[(&str, T)]) -> Vec<T> {
        let texts = self.texts(value);
        texts.into_iter().filter_map(|(at, text)| self.choice(at, &text, what, all)).collect()
    }

    fn choice<T: Copy>(&mut self, at: Range<usize>, text: &str, what: &str, all: &[(&str, T)]) -> Option<T> {
        let found = all.iter().find(|(name, _)| *name == text).map(|(_, it)| *it);
        if found.is_none() {
            let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
            let hint = hint(text, names.iter().copied());
            self.wrong(at, format!("no {what} {text:?}{hint} (there are {})", names.join(", ")));
        }
        found
    }

    pub(super) fn yes_or_no(&mut self, value: &Value<'_>) -> Option<bool> {
        let yes = value.get_ref().as_bool();
        if yes.is_none() {
            self.expected(value, "true or false");
        }
        yes
    }

    pub(super) fn number(&mut self, value: &Value<'_>, most: u64) -> Option<u64> {
        let integer = value.get_ref().as_integer();
        let number =
            integer.and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok()).filter(|n| *n <= most);
        match (number, integer) {
            (None, Some(n)) => {
                self.wrong(value.span(), format!("expected a number from 0 to {most}, got {n}"))
            }
            (None, None) => self.expected(value, &format!("a number from 0 to {most}")),
            _ => {}
        }
        number
    }

    pub(super) fn as_of(&mut self, value: &Value<'_>) -> Option<AsOf> {
        let text = match value.get_ref() {
            DeValue::Datetime(day) => day.to_string(),
            _ => self.text(value)?,
        };
        text.parse().map_err(|e: String| self.wrong(value.span(), e)).ok()
    }

    /// A path at which there is what there must be; `not` and `hint` say so where there is not, with the path between them.
    pub(super) fn path(
        &mut self,
        value: &Value<'_>,
        is: fn(&Path) -> bool,
        not: &str,
        hint: &str,
    ) -> Option<PathBuf> {
        let text = self.text(value)?;
        self.existing(value.span(), &text, is, not, hint)
    }

    pub(super) fn paths(
        &mut self,
        value: &Value<'_>,
        is: fn(&Path) -> bool,
        not: &str,
        hint: &str,
    ) -> Option<Vec<PathBuf>> {
        let texts = self.texts(value);
        Some(texts.into_iter().filter_map(|(at, text)| self.existing(at, &text, is, not, hint)).collect())
    }

    fn existing(
        &mut self,
        at: Range<usize>,
        text: &str,
        is: fn(&Path) -> bool,
        not: &str,
        hint: &str,
    ) -> Option<PathBuf> {
        let path = self.folder.join(text);
        if text.is_empty() {
            self.wrong(at, "expected a path, got nothing");
        } else if is(&path) {
            return Some(path);
        } else {
            self.wrong(at, format!("{not}: {}{hint}", path.display()));
        }
        None
    }

    /// A preset by its name, or a file.
    pub(super) fn map(&mut self, value: &Value<'_>) -> Option<PathBuf> {
        let text = self.text(value)?;
        if ColumnMap::preset(&text).is_some() {
            return Some(PathBuf::from(text));
        }
        if Path::new(&text).extension().is_some() {
            return self.existing(value.span(), &text, Path::is_file, "no such file", "");
        }
        let presets: Vec<(&str, ())> = PRESETS.iter().map(|preset| (preset.name, ())).collect();
        self.choice(value.span(), &text, "column map", &presets).map(|()| PathBuf::from(text))
    }

    /// A table of our columns and their names.
    pub(super) fn columns(&mut self, value: &Value<'_>) -> Vec<(String, String)> {
        let mut list = Vec::new();
        let Some(table) = value.get_ref().as_table() else {
            self.expected(value, "a table such as { dx1 = \"DIAG A\" }");
            return list;
        };
        for (ours, theirs) in table {
            let name: &str = ours.get_ref();
            if ColumnMap::default().add("x", name).is_err() {
                let known: Vec<String> = crate::claim::Field::ALL.iter().map(ToString::to_string).collect();
                let hint = hint(name, known.iter().map(String::as_str));
                self.wrong(ours.span(), format!("no column {name}{hint} (docs/columns.md lists them)"));
            }
            list.extend(self.texts(theirs).into_iter().map(|(_, theirs)| (name.to_owned(), theirs)));
        }
        list
    }

    /// Names that have a letter or a digit: what has none is nobody's.
    pub(super) fn names(&mut self, value: &Value<'_>) -> Vec<String> {
        let texts = self.texts(value);
        let named = |reader: &mut Self, at, name: &str| {
            let named = name.bytes().any(|b| b.is_ascii_alphanumeric());
            if !named {
                reader.wrong(at, "expected a name with letters or digits");
            }
            named
        };
        texts.into_iter().filter_map(|(at, name)| named(self, at, &name).then_some(name)).collect()
    }

    /// Codes of a kind.
    pub(super) fn codes<T: std::str::FromStr<Err: std::fmt::Display>>(
        &mut self,
        value: &Value<'_>,
    ) -> Vec<T> {
        let texts = self.texts(value);
        let read = |reader: &mut Self, at, text: &str| match text.parse() {
            Ok(code) => Some(code),
            Err(e) => {
                reader.wrong(at, format!("{text:?} {e}"));
                None
            }
        };
        texts.into_iter().filter_map(|(at, text)| read(self, at, &text)).collect()
    }

    pub(super) fn profiles(&mut self, value: &Value<'_>) -> Vec<ProfileChoice> {
        let tables = value.get_ref().as_array().map(|list| list.iter().map(|v| (v, v.get_ref().as_table())));
        let Some(tables) = tables else {
            self.expected(value, "tables [[profile]]");
            return vec![];
        };
        let mut profiles: Vec<ProfileChoice> = Vec::new();
        for (at, table) in tables {
            let Some(table) = table else {
                self.expected(at, "a table [[profile]]");
                continue;
            };
            let profile = self.profile(at, table, profiles.len() + 1);
            if profiles.iter().any(|other| other.name == profile.name) {
                self.wrong(at.span(), format!("another profile is called {:?}, too", profile.name));
            }
            profiles.push(profile);
        }
        profiles
    }

    fn profile(&mut self, at: &Value<'_>, table: &DeTable<'_>, number: usize) -> ProfileChoice {
        let mut profile = ProfileChoice { name: number.to_string(), ..ProfileChoice::default() };
        for (key, value) in table {
            let name: &str = key.get_ref();
            if let Some(key) = find(RULE_KEYS, name) {
                (key.read)(self, value, &mut profile.rules);
            } else if let Some(key) = find(PROFILE_KEYS, name) {
                (key.read)(self, value, &mut profile);
            } else {
                self.no_key(key, "key of a profile", names(RULE_KEYS).chain(names(PROFILE_KEYS)));
            }
        }
        for key in table.keys() {
            self.note(&format!("profile.{}.{}", profile.name, key.get_ref()), key);
        }
        if !table.contains_key("when") {
            self.wrong(at.span(), "the profile has no `when`: which claims is it for?");
        }
        profile
    }

    pub(super) fn when(&mut self, value: &Value<'_>) -> When {
        let mut when = When::default();
        let Some(table) = value.get_ref().as_table() else {
            self.expected(value, "a table such as { payer = \"Medicare\" }");
            return when;
        };
        if table.is_empty() {
            self.wrong(value.span(), "no condition: which claims is the profile for?");
        }
        for (key, value) in table {
            match find(WHEN_KEYS, key.get_ref()) {
                Some(key) => {
                    (key.read)(self, value, &mut when);
                    if value.get_ref().as_array().is_some_and(|list| list.is_empty()) {
                        self.wrong(value.span(), "an empty list: which claims is the profile for?");
                    }
                }
                None => self.no_key(key, "condition", names(WHEN_KEYS)),
            }
        }
        when
    }
}
