//! Where claims come from: files, plain or packed, and standard input.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// A source of claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file, plain or packed by gzip or zstd.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

impl Input {
    /// `-` is standard input, everything else a path.
    pub fn from_argument(argument: impl AsRef<Path>) -> Input {
        match argument.as_ref() {
            path if path == Path::new("-") => Input::Stdin,
            path => Input::File(path.to_owned()),
        }
    }

    /// The name in reports.
    pub fn name(&self) -> String {
        match self {
            Input::File(path) => path.display().to_string(),
            Input::Stdin => "-".to_owned(),
        }
    }

    /// Opens it, and unpacks it if it is packed.
    ///
    /// # Errors
    /// If the file cannot be opened, or is a folder.
    pub(crate) fn open(&self) -> Result<Box<dyn Read + Send>> {
        let failed = |e: io::Error| Error::io(self.name(), e);
        let mut raw: Box<dyn Read + Send> = match self {
            Input::File(path) => {
                let file = File::open(path).map_err(failed)?;
                if file.metadata().map_err(failed)?.is_dir() {
                    return Err(failed(io::Error::other("is a folder, expected a file of claims")));
                }
                Box::new(file)
            }
            Input::Stdin => Box::new(io::stdin()),
        };
        let mut magic = [0; 4];
        let mut got = 0;
        while got < 4 {
            match raw.read(&mut magic[got..]).map_err(failed)? {
                0 => break,
                n => got += n,
            }
        }
        let start = io::Cursor::new(magic[..got].to_vec()).chain(raw);
        Ok(match magic {
            [0x1F, 0x8B, ..] => {
                Box::new(flate2::read::MultiGzDecoder::new(BufReader::with_capacity(1 << 16, start)))
            }
            [0x28, 0xB5, 0x2F, 0xFD] => {
                let decoder =
                    ruzstd::decoding::StreamingDecoder::new(BufReader::with_capacity(1 << 16, start))
                        .map_err(|e| failed(io::Error::new(io::ErrorKind::InvalidData, e.to_string())))?;
                Box::new(decoder)
            }
            _ => Box::new(start),
        })
    }
}
