//! The file format of packs: a header, a description, and named sections that are read in place.
//!
//! ```text
//! 0   magic "CCTABLE\0"
//! 8   format version        u32, little endian like all numbers
//! 12  crc32 of everything from byte 16 on
//! 16  length of the file    u64
//! 24  number of sections    u32
//! 28  length of the description
//! 32  section directory: name (16 bytes, zero padded), offset u64, length u64
//! ..  description: JSON, see Description
//! ..  sections, each at a multiple of 8
//! ```

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::error::PackError;
use crate::{Date, Error, Result};

const MAGIC: &[u8; 8] = b"CCTABLE\0";
/// Raised when a reader of the old format would misread the new one.
pub(crate) const VERSION: u32 = 1;
/// What is said of a section that an earlier or later version did not write.
const MISSING: &str = "is missing: another version of cleanclaim wrote it; run `cleanclaim tables rebuild`";
const HEADER: usize = 32;
/// Where that begins of which the checksum is.
const SUMMED: usize = 16;
const ENTRY: usize = 32;

/// What a pack says of itself.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Description {
    /// Kind of table, as `icd10cm`.
    pub kind: String,
    /// Which release, in the publisher's words, as "FY2026, April 2026".
    pub edition: String,
    /// The first day about which the table knows.
    pub from: Date,
    /// The last day for which its publisher stands; after it the table is stale.
    pub to: Date,
    /// The code indexes on which the ranks in this pack rest, by checksum; empty if it has its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub built_on: Vec<u32>,
    /// The embedded pack into which the user's own sources were merged, by checksum; `None` if it is not so made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<u32>,
    /// What it was made from.
    pub sources: Vec<SourceFile>,
    /// How many of what, in reading order.
    pub counts: Vec<(String, u64)>,
}

/// A file, or a kept source, from which a pack was made.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SourceFile {
    /// Its name.
    pub name: String,
    /// sha256 in hexadecimal: of the file as it was read, or of the source's rows.
    pub sha256: String,
}

/// A pack in memory: borrowed when embedded, owned when read from a file.
pub(crate) struct Pack {
    bytes: Cow<'static, [u8]>,
    description: Description,
    sections: Vec<Entry>,
}

#[derive(Clone, Copy)]
struct Entry {
    name: [u8; 16],
    start: usize,
    end: usize,
}

impl Pack {
    /// Reads a file and checks it whole: a damaged pack must never answer.
    pub(crate) fn read(path: &Path) -> Result<Pack> {
        let (bytes, sum) = File::open(path).and_then(read_and_sum).map_err(|e| Error::io(path, e))?;
        let pack = Pack::open(Cow::Owned(bytes)).map_err(|reason| Error::pack(path, reason))?;
        pack.expect_checksum(sum).map_err(|reason| Error::pack(path, reason))?;
        Ok(pack)
    }

    /// Checks the header and the bounds of the sections.
    pub(crate) fn open(bytes: Cow<'static, [u8]>) -> Result<Pack, PackError> {
        if bytes.len() < HEADER || &bytes[..8] != MAGIC {
            let got = bytes.iter().take(8).map(|b| format!("{b:02x}")).collect();
            return Err(PackError::NotAPack { got });
        }
        let version = u32_at(&bytes, 8);
        if version != VERSION {
            return Err(PackError::Version { expected: VERSION, got: version });
        }
        let (expected, got) = (u64_at(&bytes, 16), bytes.len() as u64);
        if expected != got {
            return Err(PackError::Length { expected, got });
        }
        let bad = |what: &str| PackError::Section { section: "directory", what: what.to_owned() };
        let count = u32_at(&bytes, 24) as usize;
        let directory = HEADER + count.min(1 << 16) * ENTRY;
        let end = directory + u32_at(&bytes, 28) as usize;
        let description = bytes.get(directory..end).ok_or_else(|| bad("reaches past the end"))?;
        let description = serde_json::from_slice(description)
            .map_err(|e| PackError::Section { section: "description", what: e.to_string() })?;
        let mut sections = Vec::with_capacity(count);
        for at in (HEADER..directory).step_by(ENTRY) {
            let mut name = [0; 16];
            name.copy_from_slice(&bytes[at..at + 16]);
            let start = usize::try_from(u64_at(&bytes, at + 16)).map_err(|_| bad("impossible offset"))?;
            let len = usize::try_from(u64_at(&bytes, at + 24)).map_err(|_| bad("impossible length"))?;
            let end = start.checked_add(len).filter(|&e| e <= bytes.len());
            sections.push(Entry { name, start, end: end.ok_or_else(|| bad("reaches past the end"))? });
        }
        Ok(Pack { bytes, description, sections })
    }

    /// Compares the content with its checksum.
    #[cfg(test)]
    pub(crate) fn verify(&self) -> Result<(), PackError> {
        self.expect_checksum(crc32fast::hash(&self.bytes[SUMMED..]))
    }

    fn expect_checksum(&self, got: u32) -> Result<(), PackError> {
        let expected = self.checksum();
        if expected == got { Ok(()) } else { Err(PackError::Checksum { expected, got }) }
    }

    /// The checksum in the header; names this very pack.
    pub(crate) fn checksum(&self) -> u32 {
        u32_at(&self.bytes, 12)
    }

    pub(crate) fn description(&self) -> &Description {
        &self.description
    }

    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Insists on the kind of table.
    pub(crate) fn expect_kind(&self, expected: &str) -> Result<(), PackError> {
        if self.description.kind == expected {
            return Ok(());
        }
        Err(PackError::Kind { expected: expected.to_owned(), got: self.description.kind.clone() })
    }

    /// Where a section is; `None` if the pack has none of that name.
    pub(crate) fn find(&self, name: &'static str) -> Option<Section> {
        let entry = self.sections.iter().find(|e| {
            let len = e.name.iter().position(|&b| b == 0).unwrap_or(16);
            &e.name[..len] == name.as_bytes()
        })?;
        Some(Section { start: entry.start, end: entry.end })
    }

    /// Where a section is that must be there, made of records of `width` bytes.
    pub(crate) fn section(&self, name: &'static str, width: usize) -> Result<Section, PackError> {
        let section =
            self.find(name).ok_or(PackError::Section { section: name, what: MISSING.to_owned() })?;
        if !(section.end - section.start).is_multiple_of(width) {
            let what = format!("{} bytes are no multiple of {width}", section.end - section.start);
            return Err(PackError::Section { section: name, what });
        }
        Ok(section)
    }

    /// The bytes of a section.
    #[inline]
    pub(crate) fn bytes(&self, section: Section) -> &[u8] {
        &self.bytes[section.start..section.end]
    }

    /// The bytes of a section that live as long as an embedded pack, copied if the pack is owned.
    pub(crate) fn cow(&self, section: Section) -> Cow<'static, [u8]> {
        match &self.bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[section.start..section.end]),
            Cow::Owned(bytes) => Cow::Owned(bytes[section.start..section.end].to_vec()),
        }
    }
}

/// Bytes that stay in the processor's cache.
const PIECE: u64 = 256 << 10;

/// Reads a file, and computes the checksum of it piece by piece while the pieces are in the processor's cache.
fn read_and_sum(mut file: File) -> io::Result<(Vec<u8>, u32)> {
    let mut bytes = Vec::with_capacity(usize::try_from(file.metadata()?.len()).unwrap_or(0));
    let mut sum = crc32fast::Hasher::new();
    loop {
        let before = bytes.len();
        if file.by_ref().take(PIECE).read_to_end(&mut bytes)? == 0 {
            return Ok((bytes, sum.finalize()));
        }
        sum.update(bytes.get(before.max(SUMMED)..).unwrap_or_default());
    }
}

/// A place in a pack.
#[derive(Clone, Copy)]
pub(crate) struct Section {
    start: usize,
    end: usize,
}

impl Section {
    /// Number of records of `width` bytes.
    pub(crate) fn count(self, width: usize) -> usize {
        (self.end - self.start) / width
    }
}

/// Reads a number in place; 0 past the end, which only a pack that fails `verify` can ask for.
#[inline]
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

/// As [`u32_at`].
#[inline]
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

/// Puts a pack together: the same sections give the same bytes.
#[derive(Default)]
pub(crate) struct PackWriter {
    sections: Vec<(&'static str, Vec<u8>)>,
}

impl PackWriter {
    pub(crate) fn section(&mut self, name: &'static str, bytes: Vec<u8>) {
        debug_assert!(name.len() <= 16);
        self.sections.push((name, bytes));
    }

    pub(crate) fn u32s(&mut self, name: &'static str, numbers: impl IntoIterator<Item = u32>) {
        self.section(name, numbers.into_iter().flat_map(u32::to_le_bytes).collect());
    }

    pub(crate) fn finish(self, description: &Description) -> Vec<u8> {
        let text = serde_json::to_vec(description).unwrap_or_default();
        let directory = HEADER + self.sections.len() * ENTRY;
        let mut out = vec![0; directory];
        out.extend_from_slice(&text);
        for (i, (name, bytes)) in self.sections.iter().enumerate() {
            out.resize(out.len().next_multiple_of(8), 0);
            let entry = HEADER + i * ENTRY;
            out[entry..entry + name.len()].copy_from_slice(name.as_bytes());
            let offset = out.len() as u64;
            out[entry + 16..entry + 24].copy_from_slice(&offset.to_le_bytes());
            out[entry + 24..entry + 32].copy_from_slice(&(bytes.len() as u64).to_le_bytes());
            out.extend_from_slice(bytes);
        }
        let len = out.len() as u64;
        out[..8].copy_from_slice(MAGIC);
        out[8..12].copy_from_slice(&VERSION.to_le_bytes());
        out[16..24].copy_from_slice(&len.to_le_bytes());
        out[24..28].copy_from_slice(&(self.sections.len() as u32).to_le_bytes());
        out[28..32].copy_from_slice(&(text.len() as u32).to_le_bytes());
        let sum = crc32fast::hash(&out[SUMMED..]);
        out[12..16].copy_from_slice(&sum.to_le_bytes());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description() -> Description {
        Description {
            kind: "test".to_owned(),
            edition: "one".to_owned(),
            from: Date::ICD10_START,
            to: Date::MAX,
            built_on: vec![],
            base: None,
            sources: vec![],
            counts: vec![("rows".to_owned(), 3)],
        }
    }

    fn sample() -> Vec<u8> {
        let mut writer = PackWriter::default();
        writer.u32s("numbers", [1, 2, 3]);
        writer.section("bytes", vec![7; 5]);
        writer.finish(&description())
    }

    #[test]
    fn a_pack_of_another_version_says_what_to_do() {
        let pack = Pack::open(Cow::Owned(sample())).unwrap();
        let Err(error) = pack.section("letters", 1) else { panic!("there is none") };
        assert!(
            error.to_string().contains("letters") && error.to_string().contains("tables rebuild"),
            "{error}"
        );
    }

    #[test]
    fn what_is_written_is_read() {
        let pack = Pack::open(Cow::Owned(sample())).unwrap();
        pack.verify().unwrap();
        assert_eq!(pack.description(), &description());
        let numbers = pack.section("numbers", 4).unwrap();
        assert_eq!((numbers.count(4), u32_at(pack.bytes(numbers), 8)), (3, 3));
        assert!(matches!(pack.section("bytes", 4), Err(PackError::Section { section: "bytes", .. })));
        assert!(matches!(pack.section("other", 1), Err(PackError::Section { section: "other", .. })));
        assert!(matches!(pack.expect_kind("x"), Err(PackError::Kind { .. })));
    }

    #[test]
    fn a_file_is_summed_whole_whatever_its_length() {
        let path = std::env::temp_dir().join(format!("cleanclaim-pack-{}", std::process::id()));
        let piece = PIECE as usize;
        for len in [0, 15, 16, 17, piece - 1, piece, piece + 1, 3 * piece] {
            let content: Vec<u8> = (0..len).map(|n| (n * 7 % 251) as u8).collect();
            std::fs::write(&path, &content).unwrap();
            let (bytes, sum) = read_and_sum(File::open(&path).unwrap()).unwrap();
            let expected = crc32fast::hash(content.get(SUMMED..).unwrap_or_default());
            assert!(bytes == content && sum == expected, "{len}");
        }
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn every_single_damaged_byte_is_an_error_and_none_panics() {
        let good = sample();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x55;
            let verdict = Pack::open(Cow::Owned(bad)).and_then(|p| p.verify());
            assert!(verdict.is_err(), "byte {at}");
        }
        for len in 0..good.len() {
            assert!(Pack::open(Cow::Owned(good[..len].to_vec())).is_err());
        }
    }
}
