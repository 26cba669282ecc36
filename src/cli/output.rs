//! A file that appears only when it is whole.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// Written beside its place under another name, and renamed at the end. What was there before stays until then.
pub(super) struct OutputFile {
    file: BufWriter<File>,
    target: PathBuf,
    /// `None` where a rename would be wrong, as for `/dev/null` or a pipe, and once it is done.
    temporary: Option<PathBuf>,
}

impl OutputFile {
    /// A file that is there keeps its permissions; a new one has the usual.
    pub(super) fn create(path: &Path) -> Result<OutputFile> {
        OutputFile::create_like(path, path)
    }

    /// As [`OutputFile::create`], but a new file has the permissions of `model`: nobody may read a copy who may not read the file.
    pub(super) fn create_like(path: &Path, model: &Path) -> Result<OutputFile> {
        let failed = |e: io::Error| Error::io(path, e);
        let target = match std::fs::metadata(path) {
            Ok(it) if it.is_dir() => return Err(failed(io::Error::other("is a folder, expected a file"))),
            // What is no plain file is written in place.
            Ok(it) if !it.is_file() => {
                let file = File::options().write(true).open(path).map_err(failed)?;
                return Ok(OutputFile { file: buffered(file), target: path.to_owned(), temporary: None });
            }
            // A link stays a link: the file that it names is replaced.
            Ok(_) => std::fs::canonicalize(path).map_err(failed)?,
            Err(_) => path.to_owned(),
        };
        let mut name = std::ffi::OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!(".{}.tmp", std::process::id()));
        let temporary = target.with_file_name(name);
        let file = File::create(&temporary).map_err(failed)?;
        let made = OutputFile { file: buffered(file), target, temporary: Some(temporary) };
        let like = std::fs::metadata(&made.target).or_else(|_| std::fs::metadata(model));
        if let (Ok(like), true) = (like, cfg!(unix)) {
            made.file.get_ref().set_permissions(like.permissions()).map_err(failed)?;
        }
        Ok(made)
    }

    /// Puts it in its place.
    pub(super) fn finish(mut self) -> Result<()> {
        let failed = |e: io::Error| Error::io(&self.target, e);
        self.file.flush().map_err(failed)?;
        if let Some(temporary) = &self.temporary {
            std::fs::rename(temporary, &self.target).map_err(failed)?;
        }
        self.temporary = None;
        Ok(())
    }
}

fn buffered(file: File) -> BufWriter<File> {
    BufWriter::with_capacity(1 << 16, file)
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // Nothing more can be done about what cannot be removed.
            let _ = std::fs::remove_file(temporary);
        }
    }
}
