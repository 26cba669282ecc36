//! Cuts a file into blocks of whole claims, and a block into rows and fields.

use std::io::Read;

use super::header::{ColumnMap, Layout};
use crate::error::ClaimsError;
use crate::{Error, Result};

/// Bytes of a block, about.
const BLOCK: usize = 512 << 10;
/// Most bytes of a row, and of what must be looked at to find the end of one.
const MOST: usize = 8 << 20;

/// Whole rows of whole claims.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) bytes: Vec<u8>,
    /// Line in the file on which the block begins, from 1.
    pub(crate) first_row: u64,
    /// Has it a quotation mark or a lone carriage return, so that only `csv-core` reads it?
    pub(crate) slow: bool,
}

impl Block {
    /// The claim id on a row of this block.
    pub(crate) fn claim_id(&self, row: u64, layout: &Layout) -> String {
        let skip = (row - self.first_row) as usize;
        let start = match skip.checked_sub(1) {
            None => 0,
            Some(n) => row_ends(&self.bytes, layout.carriage_returns).nth(n).map_or(0, |at| at + 1),
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
    pending: Vec<u8>,
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
            pending: Vec::with_capacity(BLOCK + (64 << 10)),
            row: 1,
            ended: false,
            head: Vec::new(),
        };
        cutter.fill(BLOCK)?;
        if cutter.pending.starts_with(&[0xEF, 0xBB, 0xBF]) {
            cutter.head.extend(cutter.pending.drain(..3));
        }
        cutter.refuse_what_is_no_text()?;
        // Blank lines before the header.
        let blank = cutter.pending.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let start =
            cutter.pending[..blank].iter().rposition(|&b| matches!(b, b'\n' | b'\r')).map_or(0, |at| at + 1);
        cutter.row += newlines(&cutter.pending[..start]);
        cutter.head.extend(cutter.pending.drain(..start));
        if cutter.ended && cutter.pending.trim_ascii().is_empty() {
            return Err(cutter.error(ClaimsError::Empty));
        }
        let end = header_end(&cutter.pending);
        let (end, next) = match end {
            Some(found) => found,
            None if cutter.ended => (cutter.pending.len(), cutter.pending.len()),
            None => return Err(cutter.error(ClaimsError::RowTooLong { most: BLOCK })),
        };
        cutter.layout = Layout::of(name, &cutter.pending[..end], map)?;
        cutter.layout.carriage_returns = cutter.pending.get(end) == Some(&b'\r') && next == end + 1;
        cutter.row += newlines(&cutter.pending[..next]);
        if cutter.layout.carriage_returns {
            cutter.row += 1;
        }
        cutter.head.extend(cutter.pending.drain(..next));
        Ok(cutter)
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

    /// As [`Cutter::next`], into a buffer that was used before.
    pub(crate) fn next_into(&mut self, mut buffer: Vec<u8>) -> Result<Option<Block>> {
        let mut wanted = BLOCK;
        loop {
            self.fill(wanted)?;
            if self.pending.is_empty() {
                return Ok(None);
            }
            let slow = self.layout.carriage_returns || memchr::memchr(b'"', &self.pending).is_some();
            let cut = if slow { self.slow_cut() } else { self.fast_cut() };
            let cut = match cut {
                _ if self.ended => self.pending.len(),
                Some(cut) => cut,
                None if self.pending.len() >= MOST => {
                    return Err(self.error(ClaimsError::RowTooLong { most: MOST }));
                }
                None => {
                    wanted = self.pending.len() * 2;
                    continue;
                }
            };
            buffer.clear();
            buffer.extend_from_slice(&self.pending[..cut]);
            self.pending.drain(..cut);
            let block = Block { first_row: self.row, slow, bytes: buffer };
            self.row += row_ends(&block.bytes, self.layout.carriage_returns).count() as u64;
            return Ok(Some(block));
        }
    }

    /// Reads until there are so many bytes, or no more.
    fn fill(&mut self, wanted: usize) -> Result<()> {
        while self.pending.len() < wanted && !self.ended {
            let had = self.pending.len();
            self.pending.resize(wanted.max(had + (64 << 10)), 0);
            let read = self.from.read(&mut self.pending[had..]);
            let got = *read.as_ref().unwrap_or(&0);
            self.pending.truncate(had + got);
            match read {
                Ok(0) => self.ended = true,
                Ok(_) => {}
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

    fn error(&self, reason: ClaimsError) -> Error {
        Error::claims(&self.name, Some(self.row), reason)
    }

    fn refuse_what_is_no_text(&self) -> Result<()> {
        let head = self.pending[..self.pending.len().min(4096)].trim_ascii_start();
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
        let bytes = &self.pending;
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
        let mut records = Records::new(&self.pending, self.layout.delimiter, false);
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
            _ if self.pending.len() >= MOST => ends_at,
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
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Where rows end; in a file with lone carriage returns, those end rows too.
pub(crate) fn row_ends(bytes: &[u8], carriage_returns: bool) -> impl Iterator<Item = usize> + '_ {
    let lone = move |at: usize| bytes[at] == b'\n' || carriage_returns && bytes.get(at + 1) != Some(&b'\n');
    memchr::memchr2_iter(b'\n', b'\r', bytes).filter(move |&at| lone(at))
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// The n-th field of a row without quotation marks.
fn field_of(row: &[u8], n: usize, delimiter: u8) -> &[u8] {
    row.split(|&b| b == delimiter).nth(n).unwrap_or_default().trim_ascii()
}

/// Rows of a block that has quotation marks.
pub(crate) struct Records<'a> {
    bytes: &'a [u8],
    at: usize,
    reader: csv_core::Reader,
    whole: bool,
    output: Vec<u8>,
    ends: Vec<usize>,
}

/// A row: its unquoted fields, and where it stands in the block.
pub(crate) struct Record<'r> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) output: &'r [u8],
    pub(crate) ends: &'r [usize],
}

impl<'a> Records<'a> {
    /// `whole` says that the bytes end where a row ends, so that the last one needs no line break.
    pub(crate) fn new(bytes: &'a [u8], delimiter: u8, whole: bool) -> Records<'a> {
        let reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Records { bytes, at: 0, reader, whole, output: vec![0; 4096], ends: vec![0; 64] }
    }

    pub(crate) fn next(&mut self) -> Option<Record<'_>> {
        use csv_core::ReadRecordResult::{End, InputEmpty, OutputEndsFull, OutputFull, Record as Whole};
        // What separates rows belongs to none.
        while matches!(self.bytes.get(self.at), Some(b'\n' | b'\r')) {
            self.at += 1;
        }
        let start = self.at;
        let (mut written, mut ended) = (0, 0);
        loop {
            let (result, read, out, ends) = self.reader.read_record(
                &self.bytes[self.at..],
                &mut self.output[written..],
                &mut self.ends[ended..],
            );
            self.at += read;
            written += out;
            ended += ends;
            match result {
                OutputFull => self.output.resize(self.output.len() * 2, 0),
                OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                Whole => break,
                // An empty input tells the reader that this is the end.
                InputEmpty if self.whole => {}
                InputEmpty | End => return None,
            }
        }
        if ended == 0 || start >= self.bytes.len() {
            return None;
        }
        Some(Record { start, end: self.at, output: &self.output[..written], ends: &self.ends[..ended] })
    }
}

impl Record<'_> {
    pub(crate) fn field(&self, n: usize) -> &[u8] {
        let Some(&end) = self.ends.get(n) else { return &[] };
        let start = if n == 0 { 0 } else { self.ends[n - 1] };
        self.output[start..end].trim_ascii()
    }
}

/// Rows of a block without quotation marks: finds delimiters and line feeds eight bytes at a time.
pub(crate) struct Rows<'a> {
    bytes: &'a [u8],
    /// Start of the next row.
    at: usize,
    /// The eight bytes under inspection, and which of them are still to be reported.
    word: usize,
    mask: u64,
    delimiters: u64,
    line_feeds: u64,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const SEVENS: u64 = 0x7F7F_7F7F_7F7F_7F7F;

impl<'a> Rows<'a> {
    pub(crate) fn new(bytes: &'a [u8], delimiter: u8) -> Rows<'a> {
        let mut rows = Rows {
            bytes,
            at: 0,
            word: 0,
            mask: 0,
            delimiters: ONES * u64::from(delimiter),
            line_feeds: ONES * u64::from(b'\n'),
        };
        rows.mask = rows.mask_at(0);
        rows
    }

    /// High bit of each of the eight bytes from `at` on that is a delimiter or a line feed.
    #[inline]
    fn mask_at(&self, at: usize) -> u64 {
        let word = match self.bytes.get(at..at + 8) {
            Some(&[a, b, c, d, e, f, g, h]) => u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            _ => {
                let mut last = [0; 8];
                let rest = self.bytes.get(at..).unwrap_or_default();
                let n = rest.len().min(8);
                last[..n].copy_from_slice(&rest[..n]);
                u64::from_le_bytes(last)
            }
        };
        // Exact: a byte is zero if neither its low bits carry into the high one nor the high one is set.
        let zero = |x: u64| !(((x & SEVENS) + SEVENS) | x | SEVENS);
        zero(word ^ self.delimiters) | zero(word ^ self.line_feeds)
    }

    /// Writes the ends of the next row's fields; gives the row's first byte, or `None` at the end.
    #[inline]
    pub(crate) fn next(&mut self, ends: &mut Vec<u32>) -> Option<usize> {
        ends.clear();
        let start = self.at;
        if start >= self.bytes.len() {
            return None;
        }
        loop {
            while self.mask != 0 {
                let found = self.word + (self.mask.trailing_zeros() / 8) as usize;
                self.mask &= self.mask - 1;
                if found >= self.bytes.len() {
                    self.mask = 0;
                    break;
                }
                if self.bytes[found] == b'\n' {
                    let blank = found > start && self.bytes[found - 1] == b'\r';
                    ends.push((found - usize::from(blank)) as u32);
                    self.at = found + 1;
                    return Some(start);
                }
                ends.push(found as u32);
            }
            self.word += 8;
            if self.word >= self.bytes.len() {
                // The last row has no line feed.
                let cr = self.bytes.last() == Some(&b'\r');
                ends.push((self.bytes.len() - usize::from(cr)) as u32);
                self.at = self.bytes.len();
                return Some(start);
            }
            self.mask = self.mask_at(self.word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fast(text: &str) -> Vec<Vec<String>> {
        let mut rows = Rows::new(text.as_bytes(), b',');
        let (mut out, mut ends) = (vec![], vec![]);
        while let Some(start) = rows.next(&mut ends) {
            let mut from = start;
            out.push(
                ends.iter()
                    .map(|&end| {
                        let field = text[from..end as usize].to_owned();
                        from = end as usize + 1;
                        field
                    })
                    .collect(),
            );
        }
        out
    }

    #[test]
    fn rows_are_cut_as_split_would() {
        for text in [
            "a,b\nc,d\n",
            "a,b\r\nc,d",
            "one",
            ",,\n,,",
            "\n\na\n",
            "1234567,1234567\n12345678,\n,123456789",
            "a\r\n\r\nb\r\n",
        ] {
            let expected: Vec<Vec<String>> = text
                .strip_suffix('\n')
                .unwrap_or(text)
                .split('\n')
                .map(|l| l.strip_suffix('\r').unwrap_or(l).split(',').map(str::to_owned).collect())
                .collect();
            assert_eq!(fast(text), expected, "{text:?}");
        }
        assert!(fast("").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_cut_as_split_would(text in "[a-c,\n]{0,80}") {
            let body = text.strip_suffix('\n').unwrap_or(&text);
            let expected: Vec<Vec<String>> = if text.is_empty() { vec![] } else {
                body.split('\n').map(|l| l.split(',').map(str::to_owned).collect()).collect()
            };
            proptest::prop_assert_eq!(fast(&text), expected);
        }
    }

    fn blocks(text: &str) -> Vec<(u64, String)> {
        let reader = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
        let mut cutter = Cutter::open("-", reader, &ColumnMap::default()).unwrap();
        let mut out = vec![];
        while let Some(block) = cutter.next().unwrap() {
            out.push((block.first_row, String::from_utf8(block.bytes).unwrap()));
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
