//! Changes of a folder that happen together or not at all.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::{Error, Result};

/// Files to write and to remove.
#[derive(Default)]
pub(crate) struct Commit {
    writes: Vec<(String, Vec<u8>)>,
    removals: Vec<String>,
}

impl Commit {
    pub(crate) fn write(&mut self, name: impl Into<String>, bytes: Vec<u8>) {
        self.writes.push((name.into(), bytes));
    }

    pub(crate) fn remove(&mut self, name: impl Into<String>) {
        self.removals.push(name.into());
    }

    /// Writes everything under temporary names first; what can fail then, renaming, is undone if it does.
    pub(crate) fn apply(self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
        let temporary = |name: &str| folder.join(format!(".{name}.{}.tmp", std::process::id()));
        let written = self.writes.iter().try_for_each(|(name, bytes)| put(&temporary(name), bytes));
        let mut before: Vec<(&str, Option<Vec<u8>>)> = Vec::new();
        let done = written.and_then(|()| {
            for (name, _) in &self.writes {
                let target = folder.join(name);
                before.push((name, read_if_there(&target)?));
                fs::rename(temporary(name), &target).map_err(|e| Error::io(&target, e))?;
            }
            for name in &self.removals {
                let target = folder.join(name);
                if let Some(bytes) = read_if_there(&target)? {
                    before.push((name, Some(bytes)));
                    fs::remove_file(&target).map_err(|e| Error::io(&target, e))?;
                }
            }
            Ok(())
        });
        if done.is_err() {
            for (name, _) in &self.writes {
                let _ = fs::remove_file(temporary(name));
            }
            for (name, bytes) in before {
                let target = folder.join(name);
                let _ = match bytes {
                    Some(bytes) => put(&temporary(name), &bytes).and_then(|()| {
                        fs::rename(temporary(name), &target).map_err(|e| Error::io(&target, e))
                    }),
                    None => fs::remove_file(&target).map_err(|e| Error::io(&target, e)),
                };
            }
        }
        done
    }
}

fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let mut file = fs::File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|e| Error::io(path, e))
}

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::io(path, e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_that_fails_half_way_leaves_everything_as_it_was() {
        let folder = std::env::temp_dir().join(format!("cleanclaim-commit-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let mut first = Commit::default();
        first.write("a", b"old".to_vec());
        first.apply(&folder).unwrap();
        // A folder where the file should go: renaming onto it fails.
        fs::create_dir_all(folder.join("b/full")).unwrap();
        let mut second = Commit::default();
        second.write("a", b"new".to_vec());
        second.write("c", b"new".to_vec());
        second.write("b", b"new".to_vec());
        assert!(second.apply(&folder).is_err());
        assert_eq!(fs::read(folder.join("a")).unwrap(), b"old");
        let mut names: Vec<String> =
            fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["a", "b"]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
