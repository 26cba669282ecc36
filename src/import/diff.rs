//! What an edition changes: codes that it adds, ends, dates or words otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::derive;
use super::edits::Edits;
use super::edits_diff;
use super::folder::{AddOptions, Sources, TablesFolder};
use super::icd10cm_files;
use super::source::Source;
use crate::code::Icd10Cm;
use crate::error::ErrorKind;
use crate::table::{Icd10CmRows, ProcedureRow, TableKind, same_words};
use crate::{Date, DateRange, Error, Result};

/// One side of a comparison.
#[derive(Clone, Copy, Debug)]
pub enum Side<'a> {
    /// The tables that are part of the program.
    Embedded,
    /// Those and everything in the folder.
    Current,
    /// One source of the folder, by its name.
    Source(&'a str),
    /// A file, or an archive of files.
    File(&'a Path),
}

/// What happened to a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It was in no list before.
    Added,
    /// It ends, or ends earlier than was known.
    Ended,
    /// Its days are others.
    Redated,
    /// Its title says something else, or it had none.
    Retitled,
}

/// A change of a code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Change {
    /// What happened.
    pub what: ChangeKind,
    /// The code in its official form; a modifier has two characters.
    pub code: String,
    /// The first day of its last window, where one is known.
    pub from: Option<Date>,
    /// The last day of its last window; `None` while it is open.
    pub to: Option<Date>,
    /// Its title now.
    pub title: Option<String>,
    /// Its title before, where that changed.
    pub old_title: Option<String>,
}

/// The changes of one table.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Diff {
    /// The table.
    pub table: TableKind,
    /// What was compared.
    pub old: String,
    /// With what.
    pub new: String,
    /// All changes by kind and code.
    pub changes: Vec<Change>,
}

/// A code that claims use.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct UsedCode {
    /// The code, with or without its dot.
    pub code: String,
    /// The first row of the file in which it stands.
    pub first_row: u64,
    /// On how many rows it stands.
    pub count: u64,
}

/// A change that matters to claims.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct UsedChange<'a> {
    /// The change.
    #[serde(flatten)]
    pub change: &'a Change,
    /// The first row of the file in which the code stands.
    pub first_row: u64,
    /// On how many rows it stands.
    pub count: u64,
}

impl Diff {
    /// How many changes of a kind.
    pub fn count(&self, what: ChangeKind) -> usize {
        self.changes.iter().filter(|c| c.what == what).count()
    }

    /// The changes of codes that claims use, in the order of the changes.
    pub fn used(&self, codes: impl IntoIterator<Item = UsedCode>) -> Vec<UsedChange<'_>> {
        let plain = |code: &str| code.trim().replace('.', "").to_ascii_uppercase();
        let mut used: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for code in codes {
            let entry = used.entry(plain(&code.code)).or_insert((code.first_row, 0));
            entry.0 = entry.0.min(code.first_row);
            entry.1 += code.count;
        }
        let of = |change: &'_ Change| used.get(&plain(&change.code)).copied();
        self.changes
            .iter()
            .filter_map(|change| of(change).map(|(first_row, count)| UsedChange { change, first_row, count }))
            .collect()
    }
}

/// A code as one of the two sides has it.
pub(super) struct Known {
    pub(super) shown: String,
    pub(super) windows: Vec<DateRange>,
    pub(super) title: Option<String>,
}

pub(super) type Codes = BTreeMap<String, Known>;

impl TablesFolder {
    /// Compares two editions, or says what adding one would change. Without `new`, a file is held against the folder as it is, and a source
    /// of the folder against the folder without it.
    ///
    /// # Errors
    /// If a side cannot be read, the two have no table in common, or they stand in the wrong order.
    pub fn diff(&self, old: Side<'_>, new: Option<Side<'_>>, options: &AddOptions<'_>) -> Result<Vec<Diff>> {
        let current = || self.sources(&BTreeSet::new());
        let (before, after, alone) = match (old, new) {
            (Side::File(_), None) => {
                let mut after = current()?;
                after.extend(self.side(old, options)?);
                (current()?, after, false)
            }
            (Side::Source(name), None) => {
                self.side(old, options)?;
                (self.sources(&BTreeSet::from([name.to_owned()]))?, current()?, false)
            }
            (Side::Embedded, None) => (Sources::new(), current()?, false),
            (_, Some(Side::Embedded)) | (Side::Current, None) => {
                let what =
                    "diff: expected an older and a newer edition, or a file to compare the tables with";
                return Err(ErrorKind::Usage(what.to_owned()).into());
            }
            (old, Some(new)) => {
                let before = self.side(old, options)?;
                let mut after = before.clone();
                after.extend(self.side(new, options)?);
                (before, after, matches!(old, Side::Source(_) | Side::File(_)))
            }
        };
        let mut out = Vec::new();
        for table in TableKind::ALL {
            let of = |sources: &Sources| -> Vec<Source> {
                sources.values().filter(|s| s.table() == table).cloned().collect()
            };
            let (before, after) = (of(&before), of(&after));
            let is_touched =
                after.iter().any(|s| before.iter().all(|b| b.name != s.name || !b.says_the_same(s)));
            if !is_touched || (alone && before.is_empty()) {
                continue;
            }
            out.push(diff_table(table, &before, &after, alone)?);
        }
        if out.is_empty() && alone {
            return Err(
                ErrorKind::Usage("diff: the two are the same, or of different tables".to_owned()).into()
            );
        }
        Ok(out)
    }

    fn side(&self, side: Side<'_>, options: &AddOptions<'_>) -> Result<Sources> {
        match side {
            Side::Embedded => Ok(Sources::new()),
            Side::Current => self.sources(&BTreeSet::new()),
            Side::Source(name) => {
                let mut all = self.sources(&BTreeSet::new())?;
                let Some(source) = all.remove(name) else {
                    let there = Vec::from_iter(all.into_keys()).join(", ");
                    let what = format!(
                        "{name}: neither a file nor a source of {}{}{there}",
                        self.path().display(),
                        if there.is_empty() { "" } else { "; there is " }
                    );
                    return Err(ErrorKind::Usage(what).into());
                };
                Ok(BTreeMap::from([(name.to_owned(), source)]))
            }
            Side::File(path) => {
                let (sources, _) = self.import(&[path], options)?;
                Ok(sources.into_iter().map(|(_, s)| (s.name.clone(), s)).collect())
            }
        }
    }
}

fn diff_table(table: TableKind, before: &[Source], after: &[Source], alone: bool) -> Result<Diff> {
    fn refs(sources: &[Source]) -> Vec<&Source> {
        sources.iter().collect()
    }
    let new: Vec<&Source> =
        after.iter().filter(|s| before.iter().all(|b| b.name != s.name || !b.says_the_same(s))).collect();
    if alone {
        let day = |sources: &[&Source]| sources.iter().filter_map(|s| s.effective).max();
        if let (Some(old), Some(new)) = (day(&refs(before)), day(&new))
            && new <= old
        {
            let what =
                format!("diff: the new edition begins on {new}, not after the old one ({old}); swap the two");
            return Err(ErrorKind::Usage(what).into());
        }
    }
    let names = |sources: &[&Source]| {
        let mut names: Vec<&str> = sources.iter().map(|s| s.description.edition.as_str()).collect();
        names.sort_unstable();
        names.join("; ")
    };
    let mut same_words_expected = true;
    let (old, new_codes, old_name) = match table {
        TableKind::Icd10Cm if alone => {
            // Tabular and CMS's files word many titles otherwise: between them, titles say nothing.
            let is_tabular = |s: &&Source| s.layout.id == "icd10cm-tabular";
            same_words_expected = before.iter().all(|s| is_tabular(&s)) == new.iter().all(is_tabular);
            let base = icd10cm_alone(&refs(before))?;
            let mut merged = base.clone();
            merge_all(&mut merged, &new)?;
            (icd10cm_codes(&base), icd10cm_codes(&merged), names(&refs(before)))
        }
        TableKind::Icd10Cm => {
            let (old, new) = (derive::icd10cm(&refs(before))?, derive::icd10cm(&refs(after))?);
            (icd10cm_codes(&old), icd10cm_codes(&new), old.edition)
        }
        edits if edits.is_on_procedures() => {
            let (old, new) = (Edits::of(before.iter())?, Edits::of(after.iter())?);
            let begins = after.iter().filter_map(|s| s.effective).max().unwrap_or(Date::MAX);
            let (old, new) = edits_diff::both(edits, &old, &new, begins);
            let name = if before.is_empty() { "no table".to_owned() } else { names(&refs(before)) };
            (old, new, name)
        }
        _ => {
            let (old, new) = (derive::procedures(&refs(before))?, derive::procedures(&refs(after))?);
            let name = if old.edition.is_empty() { "no table".to_owned() } else { old.edition.clone() };
            let codes = |rows: crate::table::ProcedureRows| {
                procedure_codes(rows.codes.into_iter().chain(rows.modifiers))
            };
            (codes(old), codes(new), name)
        }
    };
    Ok(Diff {
        table,
        old: old_name,
        new: names(&new),
        changes: changes(&old, &new_codes, same_words_expected),
    })
}

/// An edition of ICD-10-CM without any other before it.
fn icd10cm_alone(sources: &[&Source]) -> Result<Icd10CmRows> {
    let first = sources.iter().filter_map(|s| s.effective).min().unwrap_or(Date::ICD10_START);
    let mut rows = Icd10CmRows {
        codes: BTreeMap::new(),
        blocks: vec![],
        chapters: vec![],
        edition: String::new(),
        window: DateRange { from: first, to: first.add_days(-1) },
        sources: vec![],
        tabular: None,
        base: None,
    };
    merge_all(&mut rows, sources)?;
    Ok(rows)
}

fn merge_all(rows: &mut Icd10CmRows, sources: &[&Source]) -> Result<()> {
    let mut sources = sources.to_vec();
    sources.sort_by_key(|s| (s.effective, s.name.clone()));
    for source in sources {
        let effective = source.effective.unwrap_or(source.description.from);
        let edition = icd10cm_files::parse(source.layout, &source.rows);
        let edition = edition.map_err(|e| -> Error { source.error(e) })?;
        // Any edition that follows another ends what it drops, also within the time for which the other stands.
        rows.window.to = rows.window.to.min(effective.add_days(-1));
        edition.merge(rows, effective);
    }
    Ok(())
}

fn icd10cm_codes(rows: &Icd10CmRows) -> Codes {
    let mut out = Codes::new();
    for (code, row) in &rows.codes {
        if row.spans.is_empty() {
            continue;
        }
        let shown = Icd10Cm::parse(code.as_bytes()).map_or_else(|_| code.clone(), |c| c.to_string());
        let windows = row.spans.iter().map(|(span, _)| *span).collect();
        let title = row.titles.last().map(|(_, title)| title.clone());
        out.insert(code.clone(), Known { shown, windows, title });
    }
    out
}

fn procedure_codes(rows: impl Iterator<Item = (String, ProcedureRow)>) -> Codes {
    let known = |(code, row): (String, ProcedureRow)| {
        let title = row.long.or(row.short);
        (code.clone(), Known { shown: code, windows: row.spans, title })
    };
    rows.map(known).collect()
}

fn changes(old: &Codes, new: &Codes, titles: bool) -> Vec<Change> {
    let mut out = Vec::new();
    for (code, now) in new {
        let last = now.windows.last();
        let change = |what, old_title: Option<String>| Change {
            what,
            code: now.shown.clone(),
            from: last.map(|w| w.from),
            to: last.filter(|w| !w.is_open()).map(|w| w.to),
            title: now.title.clone(),
            old_title,
        };
        let Some(was) = old.get(code) else {
            out.push(change(ChangeKind::Added, None));
            continue;
        };
        let end = |known: &Known| known.windows.last().map_or(Date::MAX, |w| w.to);
        if end(now) < end(was) {
            out.push(change(ChangeKind::Ended, None));
        } else if outline(&now.windows) != outline(&was.windows) {
            out.push(change(ChangeKind::Redated, None));
        }
        let title = |known: &Known| known.title.clone().unwrap_or_default();
        if titles && now.title.is_some() && !same_words(&title(now), &title(was)) {
            out.push(change(ChangeKind::Retitled, was.title.clone()));
        }
    }
    out.sort();
    out
}

/// Windows without the places where only a flag changed.
fn outline(windows: &[DateRange]) -> Vec<DateRange> {
    let mut out: Vec<DateRange> = Vec::new();
    for window in windows {
        match out.last_mut() {
            Some(last) if !last.is_open() && last.to.add_days(1) >= window.from => {
                last.to = last.to.max(window.to)
            }
            _ => out.push(*window),
        }
    }
    out
}
