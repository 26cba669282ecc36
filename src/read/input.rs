//! Where claims come from: files, plain or packed, and standard input.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use structured_zstd::decoding::{ContentChecksum, FrameDecoder, StreamingDecoder};

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
        let (start, packing) = begin(&mut raw).map_err(failed)?;
        let start = io::Cursor::new(start).chain(raw);
        Ok(match packing {
            Some(Packing::Gzip) => {
                Box::new(flate2::read::MultiGzDecoder::new(BufReader::with_capacity(1 << 16, start)))
            }
            Some(Packing::Zstd) => Box::new(unpack_zstd(start)),
            None => Box::new(start),
        })
    }

    /// How many bytes of claims there are, if that can be known before they are read: in a file that is not packed.
    pub fn size(&self) -> Option<u64> {
        let Input::File(path) = self else { return None };
        // What is no file, as a pipe, must not be touched before it is read.
        let size = path.metadata().ok().filter(|file| file.is_file())?.len();
        let (_, packing) = begin(&mut File::open(path).ok()?).ok()?;
        packing.is_none().then_some(size)
    }
}

/// The content of a zstd file, all its frames: `cat a.zst b.zst` and parallel compressors write several. A checksum that does not fit is an error.
fn unpack_zstd<R: Read>(packed: R) -> StreamingDecoder<R, FrameDecoder> {
    let mut frames = FrameDecoder::new();
    frames.set_content_checksum(ContentChecksum::Verify);
    StreamingDecoder::new_with_decoder(packed, frames)
}

/// How a file is packed.
enum Packing {
    Gzip,
    Zstd,
}

/// The first bytes, and what they say.
fn begin(from: &mut dyn Read) -> io::Result<(Vec<u8>, Option<Packing>)> {
    let mut start = Vec::with_capacity(4);
    from.take(4).read_to_end(&mut start)?;
    let packing = match start[..] {
        [0x1F, 0x8B, ..] => Some(Packing::Gzip),
        [0x28, 0xB5, 0x2F, 0xFD] => Some(Packing::Zstd),
        _ => None,
    };
    Ok((start, packing))
}
