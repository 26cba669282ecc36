//! Which rules run, and how bad their findings are.

use crate::rule::{Rule, Severity, Status};
use crate::{Error, ErrorKind, Result, rules};

/// The chosen rules, each with its severity, in the order of [`rules::all`].
///
/// ```
/// use cleanclaim::{engine::RuleSet, rule::Severity};
///
/// let mut rules = RuleSet::default();
/// rules.select(&["COD"])?;
/// rules.ignore(&["unknown-procedure"])?;
/// rules.set_severity("COD002", Severity::Warning)?;
/// assert!(rules.iter().all(|(rule, _)| rule.family() == "COD"));
/// # Ok::<(), cleanclaim::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RuleSet {
    chosen: Vec<(&'static Rule, Severity)>,
    /// Severities set by the user, of chosen rules or not.
    set: Vec<(&'static Rule, Severity)>,
}

impl Default for RuleSet {
    /// Every stable rule at its own severity.
    fn default() -> RuleSet {
        let mut set = RuleSet { chosen: Vec::new(), set: Vec::new() };
        set.choose(|rule| rule.is_default());
        set
    }
}

impl RuleSet {
    /// Only these rules: ids, names, families (`COD`), or `ALL`.
    ///
    /// A family and `ALL` stand for their stable rules; a preview rule runs when it is named itself.
    ///
    /// # Errors
    /// If there is no such rule or family, or the rule was removed.
    pub fn select(&mut self, names: &[impl AsRef<str>]) -> Result<()> {
        let parts = names.iter().map(|n| Part::find(n.as_ref())).collect::<Result<Vec<_>>>()?;
        self.choose(|rule| {
            parts.iter().any(|part| match part {
                Part::Rule(wanted) => *wanted == rule,
                part => rule.is_default() && part.holds(rule),
            })
        });
        Ok(())
    }

    /// All but these rules.
    ///
    /// # Errors
    /// If there is no such rule or family.
    pub fn ignore(&mut self, names: &[impl AsRef<str>]) -> Result<()> {
        let parts = names.iter().map(|n| Part::find(n.as_ref())).collect::<Result<Vec<_>>>()?;
        self.chosen.retain(|(rule, _)| !parts.iter().any(|part| part.holds(rule)));
        Ok(())
    }

    /// Findings of the rule, or of every rule of the family, are this bad, whatever the rule says.
    ///
    /// # Errors
    /// If there is no such rule or family.
    pub fn set_severity(&mut self, name: &str, severity: Severity) -> Result<()> {
        let part = Part::find(name)?;
        let set = rules::all().filter(|rule| part.holds(rule)).map(|rule| (rule, severity));
        self.set.extend(set);
        for (rule, level) in &mut self.chosen {
            if part.holds(rule) {
                *level = severity;
            }
        }
        Ok(())
    }

    /// The chosen rules with their severities.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'static Rule, Severity)> + '_ {
        self.chosen.iter().copied()
    }

    /// The severity that the user set for a rule; `None` if the findings' own stands.
    pub fn severity_set(&self, rule: &Rule) -> Option<Severity> {
        self.set.iter().rev().find(|(r, _)| *r == rule).map(|&(_, severity)| severity)
    }

    /// How many rules are chosen.
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Is no rule chosen?
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    fn choose(&mut self, wanted: impl Fn(&Rule) -> bool) {
        let severity = |rule: &Rule| self.severity_set(rule).unwrap_or(rule.severity);
        self.chosen = rules::all().filter(|r| wanted(r)).map(|rule| (rule, severity(rule))).collect();
    }
}

/// What a settings file, a profile or the command line says about rules: one layer of choices. A later layer goes over an earlier one.
///
/// ```
/// use cleanclaim::engine::{RuleChoice, RuleSet};
///
/// let mut rules = RuleSet::default();
/// rules.apply(&RuleChoice { ignore: vec!["DXS".to_owned()], ..RuleChoice::default() })?;
/// assert!(rules.iter().all(|(rule, _)| rule.family() != "DXS"));
/// # Ok::<(), cleanclaim::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleChoice {
    /// Only these rules run, whatever earlier layers say; `None` leaves the rules as they are.
    pub select: Option<Vec<String>>,
    /// These do not.
    pub ignore: Vec<String>,
    /// Levels by rule, family or `ALL`. The narrowest name holds, whatever the order.
    pub severity: Vec<(String, Severity)>,
}

impl RuleChoice {
    /// Does it say nothing?
    pub fn is_empty(&self) -> bool {
        self.select.is_none() && self.ignore.is_empty() && self.severity.is_empty()
    }
}

impl RuleSet {
    /// Goes over what was chosen so far.
    ///
    /// # Errors
    /// If it names a rule or family that there is not.
    pub fn apply(&mut self, choice: &RuleChoice) -> Result<()> {
        if let Some(names) = &choice.select {
            self.select(names)?;
        }
        self.ignore(&choice.ignore)?;
        let named =
            |(name, level): &(String, Severity)| Ok((Part::find(name)?.narrowness(), name.clone(), *level));
        let mut levels = choice.severity.iter().map(named).collect::<Result<Vec<_>>>()?;
        levels.sort_by_key(|(narrowness, _, _)| *narrowness);
        levels.iter().try_for_each(|(_, name, level)| self.set_severity(name, *level))
    }
}

/// Says whether a name stands for rules.
///
/// # Errors
/// If there is no such rule or family, with the nearest name.
pub fn check_rule_name(name: &str) -> Result<()> {
    Part::find(name).map(|_| ())
}

/// What a name of the user stands for.
enum Part {
    All,
    Family(&'static str),
    Rule(&'static Rule),
}

impl Part {
    fn find(name: &str) -> Result<Part> {
        let name = name.trim();
        if name.eq_ignore_ascii_case("all") {
            return Ok(Part::All);
        }
        if let Some(rule) = rules::all().find(|r| r.family().eq_ignore_ascii_case(name)) {
            return Ok(Part::Family(rule.family()));
        }
        find_rule(name).map(Part::Rule)
    }

    fn narrowness(&self) -> u8 {
        match self {
            Part::All => 0,
            Part::Family(_) => 1,
            Part::Rule(_) => 2,
        }
    }

    fn holds(&self, rule: &Rule) -> bool {
        match self {
            Part::All => true,
            Part::Family(family) => rule.family() == *family,
            Part::Rule(wanted) => *wanted == rule,
        }
    }
}

/// The rule of that id or name.
///
/// # Errors
/// If there is none, with the nearest one; or if it was removed.
pub fn find_rule(name: &str) -> Result<&'static Rule> {
    let usage = |text: String| Error::from(ErrorKind::Usage(text));
    match rules::find(name) {
        Some(rule) if rule.status == Status::Removed => {
            Err(usage(format!("rule {} {} was removed", rule.id, rule.name)))
        }
        Some(rule) => Ok(rule),
        None => {
            let hint = rules::nearest(name).map(|n| format!("; did you mean {n}?")).unwrap_or_default();
            Err(usage(format!("no rule {name:?}{hint} (`cleanclaim rules` lists them)")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(set: &RuleSet) -> Vec<&'static str> {
        set.iter().map(|(r, _)| r.id).collect()
    }

    #[test]
    fn selection_is_by_id_name_and_family() {
        let mut set = RuleSet::default();
        let all = set.len();
        set.select(&["cod001", "header-diagnosis"]).unwrap();
        assert_eq!(ids(&set), ["COD001", "COD002"]);
        set.select(&["ALL"]).unwrap();
        assert_eq!(set.len(), all);
        set.ignore(&["COD001"]).unwrap();
        assert_eq!((set.len(), ids(&set).contains(&"COD001")), (all - 1, false));
        set.ignore(&["cod"]).unwrap();
        assert!(set.iter().all(|(r, _)| r.family() != "COD"));
    }

    #[test]
    fn a_severity_outlives_the_selection() {
        let mut set = RuleSet::default();
        set.set_severity("COD001", Severity::Info).unwrap();
        set.select(&["COD001"]).unwrap();
        assert_eq!(set.iter().map(|(_, s)| s).collect::<Vec<_>>(), [Severity::Info]);
        assert_eq!(set.severity_set(set.chosen[0].0), Some(Severity::Info));
    }

    #[test]
    fn layers_go_over_one_another_and_the_narrowest_level_holds() {
        let names = |list: &[&str]| list.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let mut set = RuleSet::default();
        let levels = vec![("COD001".to_owned(), Severity::Warning), ("COD".to_owned(), Severity::Info)];
        let file = RuleChoice { select: Some(names(&["COD"])), ignore: names(&["COD002"]), severity: levels };
        set.apply(&file).unwrap();
        assert!(!ids(&set).contains(&"COD002"));
        let level = |set: &RuleSet, id: &str| set.iter().find(|(r, _)| r.id == id).map(|(_, s)| s);
        assert_eq!(
            (level(&set, "COD001"), level(&set, "COD003")),
            (Some(Severity::Warning), Some(Severity::Info))
        );
        // A layer that only ignores keeps what was ignored; one that selects begins anew and keeps the levels.
        set.apply(&RuleChoice { ignore: names(&["COD003"]), ..RuleChoice::default() }).unwrap();
        assert!(!ids(&set).contains(&"COD002") && !ids(&set).contains(&"COD003"));
        set.apply(&RuleChoice { select: Some(names(&["COD002"])), ..RuleChoice::default() }).unwrap();
        assert_eq!((ids(&set), level(&set, "COD002")), (vec!["COD002"], Some(Severity::Info)));
        set.apply(&RuleChoice::default()).unwrap();
        assert_eq!(ids(&set), ["COD002"]);
    }

    #[test]
    fn an_unknown_rule_is_an_error_with_the_nearest_name() {
        let error = |n: &str| RuleSet::default().select(&[n]).unwrap_err().to_string();
        assert!(error("COD0O1").contains("did you mean COD001?"));
        assert!(error("unkown-diagnosis").contains("did you mean unknown-diagnosis?"));
        assert!(error("CDO").contains("did you mean COD?"));
        assert_eq!(error("zzzzzz"), "no rule \"zzzzzz\" (`cleanclaim rules` lists them)");
        assert!(!error(&"x".repeat(1_000_000)).contains("did you mean"));
    }
}
