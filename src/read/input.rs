//! Where claims come from: files, plain or packed, and standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use crate::{Error, Result};

/// Unpacks all frames of a zstd file: `cat a.zst b.zst` and parallel compressors write several.
struct Zstd<R> {
    from: BufReader<R>,
    frame: FrameDecoder,
    open: bool,
}

impl<R: Read> Zstd<R> {
    /// Begins the next frame; `false` at the end of the file.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.from.fill_buf()?.is_empty() {
            match self.frame.init(&mut self.from) {
                Ok(()) => return Ok(true),
                // A frame of somebody's own data, as parallel compressors write them.
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    io::copy(&mut self.from.by_ref().take(u64::from(length)), &mut io::sink())?;
                }
                Err(e) => return Err(damaged(e)),
            }
        }
        Ok(false)
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.open && !self.begin()? {
                return Ok(0);
            }
            self.open = true;
            while self.frame.can_collect() == 0 && !self.frame.is_finished() {
                let some = BlockDecodingStrategy::UptoBlocks(1);
                self.frame.decode_blocks(&mut self.from, some).map_err(damaged)?;
            }
            let got = self.frame.read(buffer)?;
            if got > 0 {
                return Ok(got);
            }
            let (stated, found) = (self.frame.get_checksum_from_data(), self.frame.get_calculated_checksum());
            if stated.is_some() && stated != found {
                return Err(damaged("the checksum does not fit"));
            }
            self.open = false;
        }
    }
}

fn damaged(what: impl ToString) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_string())
}

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
            Some(Packing::Zstd) => Box::new(Zstd {
                from: BufReader::with_capacity(1 << 16, start),
                frame: FrameDecoder::new(),
                open: false,
            }),
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
