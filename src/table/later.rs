//! Big sections of a pack that stay in its file until somebody asks: a check of one line seldom does, and most of its time would go into
//! reading them. They are compared with their checksum when they are read.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use crc32fast::Hasher;

use super::format::{Pack, SUMMED, Section};
use crate::error::PackError;
use crate::{Error, Result};

/// Bytes that are read at once and stay in the processor's cache. In the first of them the description of a pack must end of which anything is
/// left in the file.
pub(super) const PIECE: usize = 64 << 10;

/// A section that may have been left in its file.
pub(crate) struct Later {
    section: Section,
    bytes: OnceLock<Vec<u8>>,
}

impl Later {
    pub(super) fn new(section: Section) -> Later {
        Later { section, bytes: OnceLock::new() }
    }

    /// Number of records of `width` bytes.
    pub(crate) fn count(&self, width: usize) -> usize {
        self.section.count(width)
    }

    /// The bytes. None if they were left in the file and cannot be read any more, which [`Pack::left`] says.
    #[inline]
    pub(crate) fn bytes<'p>(&'p self, pack: &'p Pack) -> &'p [u8] {
        match self.bytes.get() {
            Some(bytes) => bytes,
            None => self.first_bytes(pack),
        }
    }

    fn first_bytes<'p>(&'p self, pack: &'p Pack) -> &'p [u8] {
        match pack.left_in_file() {
            Some(left) if left.has(self.section) => self.bytes.get_or_init(|| left.read(self.section)),
            _ => pack.bytes(self.section),
        }
    }
}

/// What was left in a file.
pub(super) struct Left {
    path: PathBuf,
    file: Mutex<File>,
    /// The sections, with their checksums.
    sections: Vec<(Section, u32)>,
    failure: OnceLock<PackError>,
}

impl Left {
    pub(super) fn new(path: PathBuf, file: File, sections: Vec<(Section, u32)>) -> Left {
        Left { path, file: Mutex::new(file), sections, failure: OnceLock::new() }
    }

    fn has(&self, section: Section) -> bool {
        self.sections.iter().any(|(left, _)| *left == section)
    }

    fn read(&self, section: Section) -> Vec<u8> {
        self.try_read(section).unwrap_or_else(|failure| {
            let _ = self.failure.set(failure);
            Vec::new()
        })
    }

    fn try_read(&self, section: Section) -> Result<Vec<u8>, PackError> {
        let failed = |e: io::Error| PackError::Section { section: "later", what: e.to_string() };
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(section.start as u64)).map_err(failed)?;
        let mut bytes = Vec::with_capacity(section.count(1));
        let mut from = Summing { file: &mut *file, sum: Hasher::new() };
        from.keep(section.count(1), &mut bytes).map_err(failed)?;
        let got = from.sum.finalize();
        match self.sections.iter().find(|(left, _)| *left == section) {
            Some(&(_, expected)) if expected != got => Err(PackError::Checksum { expected, got }),
            _ => Ok(bytes),
        }
    }

    /// Could everything be read so far that was asked for?
    pub(super) fn check(&self) -> Result<()> {
        self.failure.get().map_or(Ok(()), |failure| Err(Error::pack(&self.path, failure.clone())))
    }
}

/// Reads on in a file and sums what it reads, piece by piece while it is in the processor's cache.
pub(super) struct Summing<F> {
    pub(super) file: F,
    pub(super) sum: Hasher,
}

impl<F: Read> Summing<F> {
    /// Reads the beginning, which is not summed.
    pub(super) fn begin(mut file: F, bytes: &mut Vec<u8>) -> io::Result<Summing<F>> {
        file.by_ref().take(SUMMED as u64).read_to_end(bytes)?;
        Ok(Summing { file, sum: Hasher::new() })
    }

    /// Reads so many bytes more.
    pub(super) fn keep(&mut self, len: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.try_reserve_exact(len).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let end = bytes.len() + len;
        while bytes.len() < end {
            let (start, piece) = (bytes.len(), PIECE.min(end - bytes.len()));
            if self.file.by_ref().take(piece as u64).read_to_end(bytes)? < piece {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.sum.update(&bytes[start..]);
        }
        Ok(())
    }

    /// Sums, without reading, a section of which the checksum is known, and the zeros before it; gives that checksum.
    pub(super) fn skip(&mut self, zeros: usize, len: usize, sum: u32) -> u32 {
        self.sum.update(&vec![0; zeros]);
        self.sum.combine(&Hasher::new_with_initial_len(sum, len as u64));
        sum
    }

    /// Goes through so many bytes more; gives their own sum.
    pub(super) fn pass(&mut self, len: usize, room: &mut [u8]) -> io::Result<u32> {
        let mut own = Hasher::new();
        let mut left = len;
        while left > 0 {
            let piece = &mut room[..left.min(PIECE)];
            self.file.read_exact(piece)?;
            own.update(piece);
            left -= piece.len();
        }
        self.sum.combine(&own);
        Ok(own.finalize())
    }
}
