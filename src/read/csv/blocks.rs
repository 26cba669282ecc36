//! Cuts a file into blocks of whole claims, and a block into rows and fields.

use std::hash::Hasher;
use std::io::Read;

use rustc_hash::FxHasher;

use super::header::{ColumnMap, Layout};
use super::rows::{Records, count_rows, row_ends};
use crate::error::ClaimsError;
use crate::{Error, Result};

/// Bytes of a block, about.
pub(crate) const BLOCK: usize = 256 << 10;
/// Most bytes of a row, and of what must be looked at to find the end of one.
pub(super) const MOST: usize = 8 << 20;
/// Bytes that are read beyond those that are wanted, if there are any.
const MORE: usize = 64 << 10;

/// Whole rows of whole claims.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) bytes: Vec<u8>,
    /// Where its rows stand in the file.
    pub(crate) numbering: Numbering,
    /// Has it a quotation mark or a lone carriage return, so that only `csv-core` reads it?
    pub(crate) slow: bool,
}

/// Where the rows of a block stand in the file: numbers of lines, from 1.
#[derive(Debug)]
pub(crate) enum Numbering {
    /// One after the other, from this one.
    From(u64),
    /// Anywhere: rows that were grouped.
    Each(Vec<Place>),
}

/// Where a row of a block stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The line in the file.
    pub(crate) number: u64,
    /// Where it ends in the block.
    pub(crate) end: u32,
}

impl Default for Numbering {
    fn default() -> Numbering {
        Numbering::From(1)
    }
}

impl Numbering {
    /// The line of the n-th row, of a block whose rows take a line each.
    #[inline]
    pub(crate) fn of(&self, n: usize) -> u64 {
        match self {
            Numbering::From(first) => first + n as u64,
            Numbering::Each(places) => places.get(n).map_or(0, |place| place.number),
        }
    }
}

impl Block {
    /// The claim id on a row of this block.
    pub(crate) fn claim_id(&self, row: u64, layout: &Layout) -> String {
        let start = match &self.numbering {
            Numbering::From(first) => match ((row - first) as usize).checked_sub(1) {
                None => 0,
                Some(n) => row_ends(&self.bytes, layout.carriage_returns).nth(n).map_or(0, |at| at + 1),
            },
            Numbering::Each(places) => {
                let at = places.iter().position(|place| place.number == row).unwrap_or(0);
                at.checked_sub(1).map_or(0, |before| places[before].end as usize)
            }
        };
        let mut records = Records::new(&self.bytes[start..], layout.delimiter, true);
        let id = records.next().map(|r| r.field(layout.claim_id).to_vec()).unwrap_or_default();
        String::from_utf8_lossy(&id).replace(unprintable, "?")
    }
}

/// Reads a file and cuts it.
pub(crate) struct Cutter {
    name: String,
    from: Box<dyn Read + Send>,
    layout: Layout,
    /// What was read and not yet given out comes first; the rest is room.
    buffer: Vec<u8>,
    filled: usize,
    row: u64,
    ended: bool,
    /// What stands before the first row: mark, blank lines, header.
    head: Vec<u8>,
}

impl Cutter {
    /// Reads the header.
    pub(crate) fn open(name: &str, from: Box<dyn Read + Send>, map: &ColumnMap) -> Result<Cutter> {
        let mut cutter = Cutter {
            name: name.to_owned(),
            from,
            layout: Layout::empty(),
            buffer: Vec::new(),
            filled: 0,
            row: 1,
            ended: false,
            head: Vec::new(),
        };
        cutter.fill(BLOCK)?;
        if cutter.pending().starts_with(&[0xEF, 0xBB, 0xBF]) {
            cutter.keep_head(3);
        }
        cutter.refuse_what_is_no_text()?;
        // Blank lines before the header.
        let blank = cutter.pending().iter().take_while(|b| b.is_ascii_whitespace()).count();
        let start = cutter.pending()[..blank]
            .iter()
            .rposition(|&b| matches!(b, b'\n' | b'\r'))
            .map_or(0, |at| at + 1);
        cutter.row += count_rows(&cutter.pending()[..start], false);
        cutter.keep_head(start);
        let pending = cutter.pending();
        if cutter.ended && pending.trim_ascii().is_empty() {
            return Err(cutter.error(ClaimsError::Empty));
        }
        let end = header_end(pending);
        let (end, next) = match end {
            Some(found) => found,
            None if cutter.ended => (pending.len(), pending.len()),
            None => return Err(cutter.error(ClaimsError::RowTooLong { most: BLOCK })),
        };
        let mut layout = Layout::of(name, &pending[..end], map)?;
        layout.carriage_returns = pending.get(end) == Some(&b'\r') && next == end + 1;
        cutter.row += count_rows(&cutter.pending()[..next], false);
        cutter.layout = layout;
        if cutter.layout.carriage_returns {
            cutter.row += 1;
        }
        cutter.keep_head(next);
        Ok(cutter)
    }

    fn pending(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    /// What stands before the first row, byte for byte.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// How the file is laid out.
    pub(crate) fn layout(&self) -> std::sync::Arc<Layout> {
        std::sync::Arc::new(self.layout.clone())
    }

    /// The next block; `None` at the end of the file.
    pub(crate) fn next(&mut self) -> Result<Option<Block>> {
        self.next_into(Vec::new())
    }

    /// As [`Cutter::next`]; `spare` is a buffer that was used before.
    pub(crate) fn next_into(&mut self, spare: Vec<u8>) -> Result<Option<Block>> {
        let mut wanted = BLOCK;
        loop {
            self.fill(wanted)?;
            let pending = &self.buffer[..self.filled];
            if pending.is_empty() {
                return Ok(None);
            }
            let slow = self.layout.carriage_returns || memchr::memchr(b'"', pending).is_some();
            let cut = match if slow { self.slow_cut() } else { self.fast_cut() } {
                _ if self.ended => self.filled,
                Some(cut) => cut,
                None if self.filled >= MOST => {
                    return Err(self.error(ClaimsError::RowTooLong { most: MOST }));
                }
                None => {
                    wanted = (self.filled * 2).min(MOST);
                    continue;
                }
            };
            // What was read goes out as it is; only what follows the cut is copied.
            let mut bytes = std::mem::replace(&mut self.buffer, spare);
            let rest = &bytes[cut..self.filled];
            if self.buffer.len() < rest.len() {
                self.buffer.resize(rest.len(), 0);
            }
            self.buffer[..rest.len()].copy_from_slice(rest);
            self.filled = rest.len();
            bytes.truncate(cut);
            let block = Block { numbering: Numbering::From(self.row), slow, bytes };
            self.row += count_rows(&block.bytes, self.layout.carriage_returns);
            return Ok(Some(block));
        }
    }

    /// Reads until there are so many bytes, or no more.
    fn fill(&mut self, wanted: usize) -> Result<()> {
        while self.filled < wanted && !self.ended {
            if self.buffer.len() < wanted + MORE {
                self.buffer.resize(wanted + MORE, 0);
            }
            match self.from.read(&mut self.buffer[self.filled..]) {
                Ok(0) => self.ended = true,
                Ok(got) => self.filled += got,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e)
                    if matches!(
                        e.kind(),
                        std::io::ErrorKind::InvalidData
                            | std::io::ErrorKind::InvalidInput
                            | std::io::ErrorKind::UnexpectedEof
                            | std::io::ErrorKind::Other
                    ) =>
                {
                    return Err(self.error(ClaimsError::Compressed(e.to_string())));
                }
                Err(e) => return Err(Error::io(&self.name, e)),
            }
        }
        Ok(())
    }

    /// Takes so many bytes from what is pending to what stands before the first row.
    fn keep_head(&mut self, bytes: usize) {
        self.head.extend_from_slice(&self.buffer[..bytes]);
        self.buffer.copy_within(bytes..self.filled, 0);
        self.filled -= bytes;
    }

    fn error(&self, reason: ClaimsError) -> Error {
        Error::claims(&self.name, Some(self.row), reason)
    }

    fn refuse_what_is_no_text(&self) -> Result<()> {
        let head = self.pending()[..self.filled.min(4096)].trim_ascii_start();
        let found = match head {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "UTF-16; save it as UTF-8 (\"CSV UTF-8\")",
            [b'P', b'K', 3, 4, ..] => "a zip archive or an Excel workbook; save it as csv",
            [0xD0, 0xCF, 0x11, 0xE0, ..] => "an old Excel workbook; save it as csv",
            [b'%', b'P', b'D', b'F', ..] => "a PDF",
            [b'I', b'S', b'A', b'*', ..] => "an X12 interchange; this version reads csv",
            [b'{' | b'[', ..] => "JSON; this version reads csv",
            [b'P', b'A', b'R', b'1', ..] => "Parquet; this version reads csv",
            _ if head.contains(&0) => "binary: it contains zero bytes",
            _ => return Ok(()),
        };
        Err(self.error(ClaimsError::NotText { found: found.to_owned() }))
    }

    /// Where the last claim that may go on begins; rows end with a line feed.
    fn fast_cut(&self) -> Option<usize> {
        let bytes = self.pending();
        let mut end = memchr::memrchr(b'\n', bytes)? + 1;
        let whole = end;
        let mut last: Option<&[u8]> = None;
        // From the back: rows of the last claim, then the one before it.
        while end > 0 {
            let start = memchr::memrchr(b'\n', &bytes[..end - 1]).map_or(0, |at| at + 1);
            let row = bytes[start..end].trim_ascii();
            if !row.is_empty() {
                let id = field_of(&bytes[start..end - 1], self.layout.claim_id, self.layout.delimiter);
                match last {
                    Some(last) if last != id => return Some(end),
                    _ => last = Some(id),
                }
            }
            end = start;
        }
        // One single claim: it has to fit, unless it is absurdly long.
        (bytes.len() >= MOST).then_some(whole)
    }

    /// The same with `csv-core`, from the front.
    fn slow_cut(&self) -> Option<usize> {
        let mut last = Vec::new();
        let mut cut = None;
        let mut ends_at = None;
        let mut records = Records::new(self.pending(), self.layout.delimiter, false);
        while let Some(record) = records.next() {
            let id = record.field(self.layout.claim_id);
            if cut.is_none() || id != last.as_slice() {
                if !last.is_empty() || cut.is_some() {
                    cut = Some(record.start);
                } else {
                    cut = Some(0);
                }
                last = id.to_vec();
            }
            ends_at = Some(record.end);
        }
        match cut {
            Some(cut) if cut > 0 => Some(cut),
            _ if self.filled >= MOST => ends_at,
            _ => None,
        }
    }
}

/// End of the header row and start of the next; a quoted line break does not end it.
fn header_end(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut quoted = false;
    for (at, &b) in bytes.iter().enumerate() {
        match b {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => return Some((at, at + 1)),
            b'\r' if !quoted => {
                let next = at + 1 + usize::from(bytes.get(at + 1) == Some(&b'\n'));
                return Some((at, next));
            }
            _ => {}
        }
    }
    None
}

/// What would disturb a terminal or turn the text around it: never printed.
pub(crate) fn unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A claim id as a number; two ids may have the same.
pub(crate) fn id_hash(id: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(id);
    hasher.finish()
}

/// The n-th field of a row without quotation marks.
fn field_of(row: &[u8], n: usize, delimiter: u8) -> &[u8] {
    row.split(|&b| b == delimiter).nth(n).unwrap_or_default().trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str) -> Vec<(u64, String)> {
        let reader = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
        let mut cutter = Cutter::open("-", reader, &ColumnMap::default()).unwrap();
        let mut out = vec![];
        while let Some(block) = cutter.next().unwrap() {
            out.push((block.numbering.of(0), String::from_utf8(block.bytes).unwrap()));
        }
        out
    }

    #[test]
    fn no_claim_is_cut_in_two() {
        for quote in ["", "\""] {
            let mut text = String::from("claim_id,procedure,dx1\n");
            for i in 0..120_000 {
                text.push_str(&format!("{quote}C{:05}{quote},99213,E1165\n", i / 5));
            }
            let blocks = blocks(&text);
            assert!(blocks.len() > 2);
            let mut row = 2;
            for (first, bytes) in &blocks {
                assert_eq!(*first, row);
                row += bytes.lines().count() as u64;
                let first = bytes.lines().next().unwrap();
                assert_eq!(bytes.lines().filter(|l| *l == first).count(), 5, "{first}");
            }
            assert_eq!(row, 120_002);
        }
    }

    #[test]
    fn a_mark_and_blank_lines_before_the_header_do_not_matter() {
        assert_eq!(blocks("\u{feff}\n\nclaim_id,cpt\nC1,99213"), [(4, "C1,99213".to_owned())]);
    }
}
