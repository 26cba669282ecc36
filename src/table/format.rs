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
//!
//! A section "sums" holds the crc32 of each section after it: those need not be read to compare the checksum of the whole.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

use super::later::{Later, Left, PIECE, Summing};
use crate::error::PackError;
use crate::{Date, Error, Result};

const MAGIC: &[u8; 8] = b"CCTABLE\0";
/// Raised when a reader of the old format would misread the new one.
pub(crate) const VERSION: u32 = 1;
/// Name of the section with the checksums of those that come after it.
const SUMS: &str = "sums";
/// What is said of a section that an earlier or later version did not write.
const MISSING: &str = "is missing: another version of cleanclaim wrote it; run `cleanclaim tables rebuild`";
const HEADER: usize = 32;
/// Where that begins of which the checksum is.
pub(super) const SUMMED: usize = 16;
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
    size: usize,
    description: Description,
    sections: Vec<Entry>,
    /// Sections at its end that are not in memory.
    left: Option<Left>,
}

#[derive(Clone, Copy)]
struct Entry {
    name: [u8; 16],
    section: Section,
}

impl Entry {
    fn name(&self) -> &[u8] {
        let len = self.name.iter().position(|&b| b == 0).unwrap_or(16);
        &self.name[..len]
    }
}

/// What a pack begins with.
struct Head {
    description: Description,
    sections: Vec<Entry>,
}

impl Head {
    /// Reads it from the first bytes of a pack of that size.
    fn of(bytes: &[u8], size: usize) -> Result<Head, PackError> {
        if bytes.len() < HEADER || &bytes[..8] != MAGIC {
            let got = bytes.iter().take(8).map(|b| format!("{b:02x}")).collect();
            return Err(PackError::NotAPack { got });
        }
        let version = u32_at(bytes, 8);
        if version != VERSION {
            return Err(PackError::Version { expected: VERSION, got: version });
        }
        let (expected, got) = (u64_at(bytes, 16), size as u64);
        if expected != got {
            return Err(PackError::Length { expected, got });
        }
        let bad = |what: &str| PackError::Section { section: "directory", what: what.to_owned() };
        let count = u32_at(bytes, 24) as usize;
        let directory = HEADER + count.min(1 << 16) * ENTRY;
        let end = directory + u32_at(bytes, 28) as usize;
        let description = bytes.get(directory..end).ok_or_else(|| bad("reaches past the end"))?;
        let description = serde_json::from_slice(description)
            .map_err(|e| PackError::Section { section: "description", what: e.to_string() })?;
        let mut sections = Vec::with_capacity(count);
        for at in (HEADER..directory).step_by(ENTRY) {
            let mut name = [0; 16];
            name.copy_from_slice(&bytes[at..at + 16]);
            let start = usize::try_from(u64_at(bytes, at + 16)).map_err(|_| bad("impossible offset"))?;
            let len = usize::try_from(u64_at(bytes, at + 24)).map_err(|_| bad("impossible length"))?;
            let end = start.checked_add(len).filter(|&end| end <= size);
            let end = end.ok_or_else(|| bad("reaches past the end"))?;
            sections.push(Entry { name, section: Section { start, end } });
        }
        Ok(Head { description, sections })
    }

    /// The checksum of each section, as far as the pack says it. `bytes` are the first of the pack.
    fn sums(&self, bytes: &[u8]) -> impl Iterator<Item = Option<u32>> {
        let count = self.sections.len();
        let of = self.sections.iter().position(|entry| entry.name() == SUMS.as_bytes());
        let sums = of.and_then(|at| {
            let Section { start, end } = self.sections[at].section;
            bytes.get(start..end).filter(|sums| sums.len() == (count - at - 1) * 4)
        });
        let before = count - sums.map_or(0, |sums| sums.len() / 4);
        (0..count).map(move |at| Some(u32_at(sums?, at.checked_sub(before)? * 4)))
    }

    /// How many bytes there are before the sections of these names, as far as they stand in their order at the end.
    fn before(&self, names: &[&str], size: usize) -> usize {
        let mut kept = size;
        let mut others = self.sections.as_slice();
        while let Some((last, rest)) = others.split_last()
            && names.iter().any(|name| name.as_bytes() == last.name())
            && last.section.start >= PIECE
            && last.section.end <= kept
        {
            (kept, others) = (last.section.start, rest);
        }
        if others.iter().all(|entry| entry.section.end <= kept) { kept } else { size }
    }
}

impl Pack {
    /// Reads a file and checks it whole: a damaged pack must never answer.
    pub(crate) fn read(path: &Path) -> Result<Pack> {
        Pack::read_but(path, &[])
    }

    /// The same; sections of these names at the end of the file stay there until they are asked for. They are checked then, if the pack says
    /// what their checksums are, otherwise now.
    pub(crate) fn read_but(path: &Path, later: &[&str]) -> Result<Pack> {
        let failed = |e: std::io::Error| Error::io(path, e);
        let wrong = |reason: PackError| Error::pack(path, reason);
        let file = File::open(path).map_err(failed)?;
        let size = usize::try_from(file.metadata().map_err(failed)?.len()).unwrap_or(usize::MAX);
        let mut bytes = Vec::new();
        let mut from = Summing::begin(file, &mut bytes).map_err(failed)?;
        let mut kept = size;
        if !later.is_empty() && size > PIECE {
            from.keep(PIECE - bytes.len(), &mut bytes).map_err(failed)?;
            kept = Head::of(&bytes, size).map_or(size, |head| head.before(later, size));
        }
        from.keep(kept.saturating_sub(bytes.len()), &mut bytes).map_err(failed)?;
        let head = Head::of(&bytes, size).map_err(wrong)?;
        let mut left = Vec::new();
        let (mut at, mut room) = (kept, Vec::new());
        for (&Entry { section, .. }, sum) in head.sections.iter().zip(head.sums(&bytes)) {
            if section.start < kept {
                continue;
            }
            let sum = match sum {
                Some(sum) => from.skip(section.start - at, section.count(1), sum),
                None => {
                    room.resize(PIECE, 0);
                    from.pass(section.start - at, &mut room)
                        .and_then(|_| from.pass(section.count(1), &mut room))
                        .map_err(failed)?
                }
            };
            left.push((section, sum));
            at = section.end;
        }
        let Summing { file, sum } = from;
        let left = (!left.is_empty()).then(|| Left::new(path.to_owned(), file, left));
        let Head { description, sections } = head;
        let pack = Pack { bytes: Cow::Owned(bytes), size, description, sections, left };
        pack.expect_checksum(sum.finalize()).map_err(wrong)?;
        Ok(pack)
    }

    /// Checks the header and the bounds of the sections.
    pub(crate) fn open(bytes: Cow<'static, [u8]>) -> Result<Pack, PackError> {
        let (size, Head { description, sections }) = (bytes.len(), Head::of(&bytes, bytes.len())?);
        Ok(Pack { bytes, size, description, sections, left: None })
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
        self.size
    }

    pub(super) fn left_in_file(&self) -> Option<&Left> {
        self.left.as_ref()
    }

    /// Could everything be read so far that was left in the file?
    pub(crate) fn left(&self) -> Result<()> {
        self.left.as_ref().map_or(Ok(()), Left::check)
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
        self.sections.iter().find(|entry| entry.name() == name.as_bytes()).map(|entry| entry.section)
    }

    /// Where a section is that must be there, made of records of `width` bytes.
    pub(crate) fn section(&self, name: &'static str, width: usize) -> Result<Section, PackError> {
        match self.place(name, width)? {
            section if section.end <= self.bytes.len() => Ok(section),
            _ => Err(PackError::Section { section: name, what: "was left in the file".to_owned() }),
        }
    }

    /// The same for a section that may have been left in the file.
    pub(crate) fn later(&self, name: &'static str, width: usize) -> Result<Later, PackError> {
        Ok(Later::new(self.place(name, width)?))
    }

    fn place(&self, name: &'static str, width: usize) -> Result<Section, PackError> {
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

/// A place in a pack.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Section {
    pub(super) start: usize,
    pub(super) end: usize,
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
    /// How many of them can be read whole: the others, at the end, can be left in the file.
    whole: Option<usize>,
}

impl PackWriter {
    pub(crate) fn section(&mut self, name: &'static str, bytes: Vec<u8>) {
        debug_assert!(name.len() <= 16);
        self.sections.push((name, bytes));
    }

    /// Says that every section from now on may be left in the file when the pack is opened.
    pub(crate) fn rest_is_later(&mut self) {
        self.whole = Some(self.sections.len());
    }

    pub(crate) fn u32s(&mut self, name: &'static str, numbers: impl IntoIterator<Item = u32>) {
        self.section(name, numbers.into_iter().flat_map(u32::to_le_bytes).collect());
    }

    pub(crate) fn finish(mut self, description: &Description) -> Vec<u8> {
        if let Some(whole) = self.whole {
            let sums = self.sections[whole..].iter().map(|(_, bytes)| crc32fast::hash(bytes));
            let sums = sums.flat_map(u32::to_le_bytes).collect();
            self.sections.insert(whole, (SUMS, sums));
        }
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
    use std::path::PathBuf;

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

    /// A pack of several pieces, of which two sections can be left in its file; it says what their checksums are, or not.
    fn big(sums: bool) -> Vec<u8> {
        let mut writer = PackWriter::default();
        writer.u32s("numbers", 0..PIECE as u32);
        if sums {
            writer.rest_is_later();
        }
        writer.section("one", (0..PIECE * 2 + 3).map(|n| (n % 251) as u8).collect());
        writer.section("two", vec![9; 5]);
        writer.finish(&description())
    }

    fn file(name: &str, bytes: &[u8]) -> PathBuf {
        let path = std::env::temp_dir().join(format!("cleanclaim-{name}-{}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        path
    }

    #[test]
    fn what_is_left_in_the_file_is_the_same() {
        for sums in [true, false] {
            let path = file("later", &big(sums));
            let whole = Pack::read(&path).unwrap();
            for later in [&["one", "two"][..], &["two"], &[], &["none"]] {
                let pack = Pack::read_but(&path, later).unwrap();
                let in_memory = whole.size() - if later.contains(&"one") { PIECE * 2 + 3 } else { 0 };
                assert!(pack.bytes.len() <= in_memory, "{later:?}");
                assert_eq!(pack.size(), whole.size());
                for name in ["one", "two"] {
                    let section = pack.later(name, 1).unwrap();
                    let expected = whole.bytes(whole.section(name, 1).unwrap());
                    assert!(section.bytes(&pack) == expected && section.count(1) == expected.len(), "{name}");
                    assert_eq!(pack.section(name, 1).is_err(), later.contains(&name));
                }
                assert!(pack.left().is_ok());
            }
            // What stands before another section is not left.
            let pack = Pack::read_but(&path, &["one"]).unwrap();
            assert!(pack.section("two", 1).is_ok() && pack.section("one", 1).is_ok());
            std::fs::remove_file(path).unwrap();
        }
    }

    /// Is there damage, now or once everything was asked for?
    fn is_damaged(path: &Path) -> bool {
        let Ok(pack) = Pack::read_but(path, &["one", "two"]) else { return true };
        for section in ["one", "two"].map(|name| pack.later(name, 1)).iter().flatten() {
            section.bytes(&pack);
        }
        pack.left().is_err()
    }

    #[test]
    fn damage_is_found_wherever_it_is() {
        for sums in [true, false] {
            let good = big(sums);
            let mut places = vec![0, 8, 12, 16, 31, 40, 70, good.len() - 1, good.len() - 9];
            // The checksums themselves, and what they are of.
            let numbers = PIECE * 4;
            places.extend((numbers..numbers + 700).step_by(7));
            places.extend((100..good.len()).step_by(good.len() / 40));
            for at in places {
                let mut bad = good.clone();
                bad[at] ^= 0x55;
                let path = file("damaged", &bad);
                assert!(Pack::read(&path).is_err(), "byte {at}");
                // Zeros that fill up to the next section are nothing that could answer.
                let filling = sums
                    && Pack::read_but(&path, &["one", "two"]).is_ok_and(|pack| {
                        pack.sections
                            .iter()
                            .all(|entry| !(entry.section.start..entry.section.end).contains(&at))
                    });
                assert!(is_damaged(&path) || filling, "byte {at}, {sums}");
                assert!(sums || Pack::read_but(&path, &["one", "two"]).is_err(), "byte {at}");
            }
            for len in [0, 15, 16, 17, 100, PIECE, good.len() - 1] {
                let path = file("damaged", &good[..len]);
                assert!(Pack::read_but(&path, &["one", "two"]).is_err(), "{len} bytes");
            }
            std::fs::remove_file(file("damaged", b"")).unwrap();
        }
    }

    #[test]
    fn what_changes_in_an_open_file_is_said() {
        for sums in [true, false] {
            let good = big(sums);
            let path = file("changed", &good);
            let pack = Pack::read_but(&path, &["one", "two"]).unwrap();
            let mut bad = good.clone();
            *bad.last_mut().unwrap() ^= 1;
            std::fs::write(&path, &bad).unwrap();
            assert_eq!(pack.later("one", 1).unwrap().bytes(&pack).len(), PIECE * 2 + 3);
            assert!(pack.left().is_ok());
            assert!(pack.later("two", 1).unwrap().bytes(&pack).is_empty());
            let said = pack.left().unwrap_err().to_string();
            assert!(said.contains("cleanclaim-changed") && said.contains("checksum"), "{said}");
            std::fs::remove_file(path).unwrap();
        }
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
