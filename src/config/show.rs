//! `config show`: what holds, and from where.

use std::fmt::Write as _;

use super::keys::{KEYS, PROFILE_KEYS, RULE_KEYS};
use super::{Config, ProfileChoice};
use crate::Result;
use crate::rule::Rule;
use crate::rules;

/// A key, what it says, and where.
struct Row {
    key: &'static str,
    value: String,
    from: String,
}

impl Config {
    /// What the file says, a line each.
    pub fn stated_text(&self) -> String {
        let mut rows = Vec::new();
        let rules = RULE_KEYS.iter().map(|key| (key.name, (key.show)(&self.rules)));
        for (key, value) in rules.chain(KEYS.iter().map(|key| (key.name, (key.show)(self)))) {
            rows.extend(value.map(|value| Row { key, value, from: self.place(key) }));
        }
        let mut out = columns(&rows);
        for profile in &self.profiles {
            let _ = write!(out, "\nprofile {}\n{}", profile.name, columns(&self.profile_rows(profile)));
        }
        out
    }

    /// What holds with these flags over it: every key with where it comes from, then which rules run other than by default. With a profile: for
    /// its claims.
    ///
    /// # Errors
    /// If a rule is named that there is not.
    pub fn effective_text(&self, flags: &Config, profile: Option<&ProfileChoice>) -> Result<String> {
        let mut rows = Vec::new();
        for key in RULE_KEYS {
            let own = profile.and_then(|profile| Some(((key.show)(&profile.rules)?, profile)));
            let own =
                own.map(|(value, of)| (value, self.place(&format!("profile.{}.{}", of.name, key.name))));
            let file = (key.show)(&self.rules).map(|value| (value, self.place(key.name)));
            let flag = (key.show)(&flags.rules).map(|value| (value, key.flag.to_owned()));
            let layers: Vec<(String, String)> = [file, own, flag].into_iter().flatten().collect();
            if layers.is_empty() {
                rows.push(Row { key: key.name, value: key.default.to_owned(), from: "default".to_owned() });
            }
            rows.extend(layers.into_iter().map(|(value, from)| Row { key: key.name, value, from }));
        }
        for key in KEYS {
            let (value, from) = match ((key.show)(flags), (key.show)(self)) {
                (Some(value), _) => (value, key.flag.to_owned()),
                (None, Some(value)) => (value, self.place(key.name)),
                (None, None) => (key.default.to_owned(), "default".to_owned()),
            };
            rows.push(Row { key: key.name, value, from });
        }
        let mut out = columns(&rows);
        if let Some(profile) = profile {
            let _ = write!(
                out,
                "\nprofile {}\n{}",
                profile.name,
                columns(&self.profile_rows(profile)[..PROFILE_KEYS.len()])
            );
        }
        let merged = self.clone().with(flags.clone());
        out.push('\n');
        out.push_str(&merged.rules_text(profile)?);
        Ok(out)
    }

    fn profile_rows(&self, profile: &ProfileChoice) -> Vec<Row> {
        let own = PROFILE_KEYS.iter().map(|key| (key.name, (key.show)(profile)));
        let rules = RULE_KEYS.iter().map(|key| (key.name, (key.show)(&profile.rules)));
        own.chain(rules)
            .filter_map(|(key, value)| {
                let from = self.place(&format!("profile.{}.{key}", profile.name));
                Some(Row { key, value: value?, from })
            })
            .collect()
    }

    /// Which rules run, and how that differs from the default.
    fn rules_text(&self, profile: Option<&ProfileChoice>) -> Result<String> {
        let chosen = self.rule_set(profile)?;
        let mut out = format!("{} rules run\n", chosen.len());
        let runs = |rule: &Rule| chosen.iter().any(|(r, _)| r == rule);
        let ids = |wanted: &dyn Fn(&Rule) -> bool| {
            rules::all().filter(|rule| wanted(rule)).map(|rule| rule.id).collect::<Vec<_>>().join(" ")
        };
        let off = ids(&|rule| rule.is_default() && !runs(rule));
        let on = ids(&|rule| !rule.is_default() && runs(rule));
        let levels = chosen.iter().filter(|(rule, level)| rule.severity != *level);
        let levels: Vec<String> =
            levels.map(|(rule, level)| format!("{} {level} (own: {})", rule.id, rule.severity)).collect();
        for (what, list) in [("off", off), ("on, a preview", on), ("another level", levels.join(", "))] {
            if !list.is_empty() {
                let _ = writeln!(out, "  {what}: {list}");
            }
        }
        Ok(out)
    }

    /// The place of a key in the file.
    fn place(&self, key: &str) -> String {
        self.origin.places.get(key).map_or("default", String::as_str).to_owned()
    }
}

/// Rows under one another; a key is said once.
fn columns(rows: &[Row]) -> String {
    let width = |of: fn(&Row) -> &str| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
    let (keys, values) = (width(|row| row.key), width(|row| &row.value).min(50));
    let mut out = String::new();
    let mut last = "";
    for Row { key, value, from } in rows {
        let shown = if *key == last { "" } else { key };
        last = key;
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{shown:<keys$}  {value:<values$}  {from}");
    }
    out
}
