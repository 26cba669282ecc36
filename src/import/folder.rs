//! The folder of tables that `cleanclaim tables` keeps: what was added, as rows, and the packs made from it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::commit::Commit;
use super::container;
use super::content::Content;
use super::derive::{DERIVED, Derived, Made};
use super::edits;
use super::layout::{self, Input, LAYOUTS};
use super::source::{Source, file_name};
use crate::error::ErrorKind;
use crate::table::{Icd10CmTable, Pack, Setting, SourceFile, TableKind, Tables};
use crate::{Date, Error, Result};

/// A folder of tables: publishers' files that were added to it, and the packs that [`Tables::open`] reads.
///
/// ```no_run
/// use cleanclaim::Tables;
/// use cleanclaim::import::{AddOptions, TablesFolder};
/// let folder = TablesFolder::open("tables");
/// folder.add(&["HCPC2026_JAN_ANWEB.zip"], &AddOptions::default())?;
/// let tables = Tables::open(folder.path())?;
/// # Ok::<(), cleanclaim::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TablesFolder {
    path: PathBuf,
}

/// What the user says of files that are added.
#[derive(Clone, Copy, Default)]
pub struct AddOptions<'a> {
    /// From when they are in force; overrides what they and their names say.
    pub effective: Option<Date>,
    /// Whether they list all codes of the kinds they hold; `None` lets the number of codes say it.
    pub complete: Option<bool>,
    /// Whose edits they are, for files of which neither content nor name tells.
    pub setting: Option<Setting>,
    /// Is told what is being done, for people who wait.
    pub progress: Option<&'a dyn Fn(&str)>,
}

/// What was done with the files given.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Addition {
    /// The files that were taken.
    pub added: Vec<Added>,
    /// Files in archives that were not.
    pub skipped: Vec<Skipped>,
}

/// A file that was recognised and kept.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Added {
    /// Its name in the folder, as `hcpcs-2026-01-01`.
    pub name: String,
    /// The file, as `archive.zip/file.txt`.
    pub file: String,
    /// What it was recognised as.
    pub layout: &'static str,
    /// The table to which it contributes.
    pub table: TableKind,
    /// Which edition, in the publisher's words.
    pub edition: String,
    /// The first day about which it knows.
    pub from: Date,
    /// The last day for which it stands.
    pub to: Date,
    /// How many of what.
    pub counts: Vec<(String, u64)>,
    /// What the user should know.
    pub notes: Vec<String>,
}

/// A file in an archive that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Skipped {
    /// The file, as `archive.zip/file.txt`.
    pub file: String,
    /// Why.
    pub why: String,
}

/// A pack in the folder.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// Its name, to remove it by; of a pack made from others, the name of the table.
    pub name: String,
    /// What it was recognised as; `None` for a pack made from others.
    pub layout: Option<&'static str>,
    /// The table that it is, or to which it contributes.
    pub table: TableKind,
    /// Which edition, in the publisher's words.
    pub edition: String,
    /// The first day about which it knows.
    pub from: Date,
    /// The last day for which it stands.
    pub to: Date,
    /// How many of what.
    pub counts: Vec<(String, u64)>,
    /// The files from which it was made.
    pub files: Vec<SourceFile>,
    /// Whether the user said that it lists all codes, or not all.
    pub complete: Option<bool>,
    /// Size of the pack.
    pub bytes: u64,
}

/// What [`TablesFolder::verify`] found of one file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Verdict {
    /// The file.
    pub file: String,
    /// What is wrong with it; `None` if nothing is.
    pub problem: Option<String>,
}

pub(super) type Sources = BTreeMap<String, Source>;

impl TablesFolder {
    /// The folder at a path. It need not be there; [`TablesFolder::add`] makes it.
    pub fn open(path: impl Into<PathBuf>) -> TablesFolder {
        TablesFolder { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Recognises files, keeps their rows, and builds the packs anew that depend on them.
    ///
    /// # Errors
    /// If a file cannot be read, is in no known layout, or does not fit its own; the folder is then as it was.
    pub fn add(&self, paths: &[impl AsRef<Path>], options: &AddOptions<'_>) -> Result<Addition> {
        let mut sources = self.sources(&BTreeSet::new())?;
        let (new, mut addition) = self.import(paths, options)?;
        let mut changed = Vec::new();
        let mut touched = BTreeSet::new();
        for (at, source) in new {
            if let Some(old) = sources.get(&source.name) {
                let note = if old.says_the_same(&source) {
                    "the same rows were there already".to_owned()
                } else {
                    format!("takes the place of {}", old.file().name)
                };
                addition.added[at].notes.push(note);
            }
            // The same rows from another file: which of the two names stands must not depend on their order.
            let key = |s: &Source| (s.file().name, s.file().sha256);
            let stays = |old: &Source| old.says_the_same(&source) && key(old) <= key(&source);
            if !sources.get(&source.name).is_some_and(stays) {
                changed.push(source.name.clone());
                touched.insert(source.table());
                sources.insert(source.name.clone(), source);
            }
        }
        let mut commit = Commit::default();
        for name in &changed {
            commit.write(file_name(name), sources[name].pack());
        }
        self.derive(&sources, &mut commit, Some(&touched), options)?;
        commit.apply(&self.path)?;
        Ok(addition)
    }

    /// Removes sources by name, by layout (`hcpcs`) or by table (`procedures`), and builds the packs anew that depended on them.
    ///
    /// # Errors
    /// If there is none of a name, or what remains cannot be read; the folder is then as it was. A damaged source can be removed by its name.
    pub fn remove(&self, names: &[impl AsRef<str>]) -> Result<Vec<String>> {
        let there = self.source_names()?;
        let mut gone = BTreeSet::new();
        for name in names {
            let name = name.as_ref().trim_end_matches(".tbl");
            let name = name.strip_prefix("source-").unwrap_or(name);
            let by_name = there.contains(name).then(|| name.to_owned());
            let found: Vec<String> = match by_name {
                Some(name) => vec![name],
                None => there.iter().filter(|n| self.is_of(n, name)).cloned().collect(),
            };
            if found.is_empty() {
                let there = if there.is_empty() {
                    "nothing was added to it".to_owned()
                } else {
                    format!("there is {}", Vec::from_iter(there).join(", "))
                };
                let what = format!("{}: no source {name}; {there}", self.path.display());
                return Err(ErrorKind::Usage(what).into());
            }
            gone.extend(found);
        }
        let sources = self.sources(&gone)?;
        let mut commit = Commit::default();
        for name in &gone {
            commit.remove(file_name(name));
        }
        self.derive(&sources, &mut commit, None, &AddOptions::default())?;
        commit.apply(&self.path)?;
        Ok(gone.into_iter().collect())
    }

    /// Is a source of this layout, or of this table?
    fn is_of(&self, name: &str, kind: &str) -> bool {
        Source::read(&self.path.join(file_name(name)))
            .is_ok_and(|s| s.layout.id == kind || s.table().name() == kind)
    }

    /// Builds every pack anew from the sources, as after an update of cleanclaim with a newer table of its own. Says which changed.
    ///
    /// # Errors
    /// If a source cannot be read or a pack not be written.
    pub fn rebuild(&self) -> Result<Vec<String>> {
        let sources = self.sources(&BTreeSet::new())?;
        let mut commit = Commit::default();
        let changed = self.derive(&sources, &mut commit, None, &AddOptions::default())?;
        if !changed.is_empty() {
            commit.apply(&self.path)?;
        }
        Ok(changed)
    }

    /// The packs in the folder, those made from others first.
    ///
    /// # Errors
    /// If the folder or a pack in it cannot be read.
    pub fn list(&self) -> Result<Vec<Entry>> {
        let mut out = Vec::new();
        for derived in &DERIVED {
            let path = self.path.join(derived.file);
            if path.exists() {
                let pack = Pack::read(&path)?;
                let d = pack.description().clone();
                let table = derived.table;
                out.push(entry(table.name().to_owned(), None, table, d, None, pack.size() as u64));
            }
        }
        for (name, source) in self.sources(&BTreeSet::new())? {
            let path = self.path.join(file_name(&name));
            let bytes = std::fs::metadata(&path).map_err(|e| Error::io(&path, e))?.len();
            let (layout, table) = (source.layout, source.table());
            out.push(entry(name, Some(layout.name), table, source.description, source.complete, bytes));
        }
        Ok(out)
    }

    /// Checks the checksum of every pack, and that the packs made from others are what their sources give.
    ///
    /// # Errors
    /// If the folder cannot be read. What is wrong with a file is its [`Verdict`].
    pub fn verify(&self) -> Result<Vec<Verdict>> {
        let verdict = |file: String, problem: Option<String>| Verdict { file, problem };
        let mut out = Vec::new();
        let mut sources = Sources::new();
        let mut unread = false;
        for name in self.source_names()? {
            let read = Source::read(&self.path.join(file_name(&name)));
            out.push(verdict(file_name(&name), read.as_ref().err().map(reason)));
            unread |= read.is_err();
            sources.extend(read.ok().map(|s| (name, s)));
        }
        let mut made = Made::default();
        for derived in &DERIVED {
            let path = self.path.join(derived.file);
            let problem = match (std::fs::read(&path).ok(), unread) {
                (None, true) => continue,
                (Some(_), true) => Pack::read(&path).err().map(|e| reason(&e)),
                (got, false) => match (derived.build(&sources, &mut made), got) {
                    (Err(e), _) => Some(e.to_string()),
                    (Ok(None), None) => continue,
                    (Ok(Some(expected)), Some(got)) if expected == got => None,
                    (Ok(None), Some(_)) => Some("no source for it is here any more".to_owned()),
                    (Ok(Some(_)), None) => Some("is missing, though there are sources for it".to_owned()),
                    (Ok(Some(_)), Some(_)) => Some(Pack::read(&path).err().map_or_else(
                        || {
                            "is not what its sources give; build it anew with `cleanclaim tables rebuild`"
                                .to_owned()
                        },
                        |e| reason(&e),
                    )),
                },
            };
            out.push(verdict(derived.file.to_owned(), problem));
        }
        for name in self.packs()? {
            if !name.starts_with("source-") && DERIVED.iter().all(|d| d.file != name) {
                out.push(verdict(name, Some("is no pack of this cleanclaim".to_owned())));
            }
        }
        Ok(out)
    }

    /// Reads files without keeping them: sources with the place in the addition that describes each.
    pub(super) fn import(
        &self,
        paths: &[impl AsRef<Path>],
        options: &AddOptions<'_>,
    ) -> Result<(Vec<(usize, Source)>, Addition)> {
        let tell = |what: String| {
            if let Some(progress) = options.progress {
                progress(&what);
            }
        };
        let icd10cm = self.icd10cm();
        let (mut sources, mut addition): (Vec<(usize, Source)>, Addition) = Default::default();
        for path in paths {
            let path = path.as_ref();
            tell(format!("reading {}", path.display()));
            let bytes = std::fs::read(path).map_err(|e| Error::io(path, e))?;
            let sha256 = container::sha256_hex(&bytes);
            let known = addition.added.len();
            let (mut files, mut archive) = (0, false);
            container::open(path, bytes, &mut |mut member| {
                files += 1;
                archive |= member.is_inside();
                let failed = |(line, reason)| Error::import(&member.path, line, reason);
                let content =
                    Content::of(std::mem::take(&mut member.bytes)).map_err(|e| failed((None, e)))?;
                let layout = match layout::recognise(&content) {
                    Ok(layout) => layout,
                    Err(_) if member.is_inside() => {
                        addition.skipped.push(Skipped { file: member.name(), why: content.describe() });
                        return Ok(());
                    }
                    Err(e) => return Err(failed((None, e))),
                };
                tell(format!("{}: {}", member.path.display(), layout.name));
                let input = Input {
                    content: &content,
                    names: &member.names,
                    effective: options.effective,
                    setting: options.setting,
                    icd10cm: &icd10cm,
                };
                let draft = (layout.read)(&input).map_err(failed)?;
                let same = sources.iter().find(|(_, s)| s.name == draft.key && s.rows == draft.rows);
                if let Some((_, same)) = same {
                    let why = format!("the same rows as {}", same.file().name);
                    addition.skipped.push(Skipped { file: member.name(), why });
                    return Ok(());
                }
                addition.added.push(Added {
                    name: draft.key.clone(),
                    file: member.name(),
                    layout: layout.name,
                    table: edits::table_of(layout, draft.variety.as_deref()),
                    edition: draft.edition.clone(),
                    from: draft.window.from,
                    to: draft.window.to,
                    counts: draft.counts.clone(),
                    notes: draft.notes.clone(),
                });
                let file = SourceFile { name: member.name(), sha256: sha256.clone() };
                sources.push((addition.added.len() - 1, Source::new(draft, layout, file, options.complete)));
                Ok(())
            })?;
            let duplicate = addition.skipped.iter().any(|s| s.why.starts_with("the same rows"));
            if (archive || files == 0) && addition.added.len() == known && !duplicate {
                let found: Vec<&str> = addition.skipped.iter().map(|s| s.why.as_str()).take(5).collect();
                let found = format!(
                    "an archive of {}",
                    if found.is_empty() { "no files".to_owned() } else { found.join(", ") }
                );
                return Err(Error::import(path, None, layout::unknown(found)));
            }
        }
        Ok((sources, addition))
    }

    /// Puts into the commit what must change of the packs made from sources, and says which they are. Packs of tables that were not touched
    /// stay if they are sound.
    fn derive(
        &self,
        sources: &Sources,
        commit: &mut Commit,
        touched: Option<&BTreeSet<TableKind>>,
        options: &AddOptions<'_>,
    ) -> Result<Vec<String>> {
        let mut changed = Vec::new();
        let mut made = Made::default();
        for derived in &DERIVED {
            let is_touched = touched.is_none_or(|t| t.iter().any(|&k| derived.depends_on(k)));
            if !is_touched && Derived::is_current(&self.path.join(derived.file)) {
                continue;
            }
            if let Some(progress) = options.progress {
                progress(&format!("building {}", derived.file));
            }
            let there = std::fs::read(self.path.join(derived.file)).ok();
            let wanted = derived.build(sources, &mut made)?;
            if there == wanted {
                continue;
            }
            changed.push(derived.file.to_owned());
            match wanted {
                Some(bytes) => commit.write(derived.file, bytes),
                None => commit.remove(derived.file),
            }
        }
        Ok(changed)
    }

    /// The ICD-10-CM table in use, or the embedded one if that cannot be read: it only serves to date a file.
    fn icd10cm(&self) -> Icd10CmTable {
        Tables::open(&self.path).unwrap_or_else(|_| Tables::embedded()).icd10cm
    }

    /// Names of files that look like packs.
    fn packs(&self) -> Result<Vec<String>> {
        let entries = match std::fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
            Err(e) => return Err(Error::io(&self.path, e)),
        };
        let mut out = Vec::new();
        for entry in entries {
            let name = entry.map_err(|e| Error::io(&self.path, e))?.file_name();
            out.extend(
                name.to_str().filter(|n| n.ends_with(".tbl") && !n.starts_with('.')).map(str::to_owned),
            );
        }
        out.sort();
        Ok(out)
    }

    fn source_names(&self) -> Result<BTreeSet<String>> {
        let name = |file: String| Some(file.strip_prefix("source-")?.strip_suffix(".tbl")?.to_owned());
        Ok(self.packs()?.into_iter().filter_map(name).collect())
    }

    /// All sources but some.
    pub(super) fn sources(&self, without: &BTreeSet<String>) -> Result<Sources> {
        let names = self.source_names()?.into_iter().filter(|n| !without.contains(n));
        names.map(|n| Ok((n.clone(), Source::read(&self.path.join(file_name(&n)))?))).collect()
    }
}

/// Names of layouts, for messages and help.
pub fn known_layouts() -> Vec<&'static str> {
    LAYOUTS.iter().map(|l| l.name).collect()
}

fn entry(
    name: String,
    layout: Option<&'static str>,
    table: TableKind,
    d: crate::table::Description,
    complete: Option<bool>,
    bytes: u64,
) -> Entry {
    Entry {
        name,
        layout,
        table,
        edition: d.edition,
        from: d.from,
        to: d.to,
        counts: d.counts,
        files: d.sources,
        complete,
        bytes,
    }
}

/// What is wrong, without the file's name before it.
fn reason(e: &Error) -> String {
    match e.kind() {
        ErrorKind::Pack { reason, .. } => reason.to_string(),
        ErrorKind::Io { source, .. } => source.to_string(),
        _ => e.to_string(),
    }
}

/// The platform's folder for tables; `None` if the system does not say where a user's data go.
pub fn default_folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let home = || variable("HOME");
    let data = if cfg!(windows) {
        variable("APPDATA")
    } else if cfg!(target_os = "macos") {
        home().map(|h| h.join("Library/Application Support"))
    } else {
        // A path that is not absolute is to be ignored, says the XDG specification.
        variable("XDG_DATA_HOME")
            .filter(|p| p.is_absolute())
            .or_else(|| home().map(|h| h.join(".local/share")))
    };
    Some(data?.join("cleanclaim").join("tables"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_source_packs_is_in_their_names() {
        assert_eq!(file_name("a"), format!("{}-a.tbl", super::super::source::KIND));
        assert!(DERIVED.iter().all(|d| d.file == format!("{}.tbl", d.table.name())));
    }
}
