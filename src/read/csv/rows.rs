//! A block's rows and fields.

use wide::u8x16;

/// A row where it lies.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) bytes: &'a [u8],
    /// Where what comes before it ends, then where each of its fields does; before the first byte stands [`START`].
    pub(super) cuts: &'a [u32],
    /// Bytes between two fields: 1 where delimiters are still there.
    pub(super) gap: u32,
    /// Can there be blanks around a field, or a carriage return at the end of the row?
    pub(super) blanks: bool,
}

/// The end of what comes before the first row: one delimiter further is the first byte.
const START: u32 = u32::MAX;

impl<'a> Row<'a> {
    /// How many fields it has.
    #[inline]
    pub(super) fn width(&self) -> usize {
        self.cuts.len() - 1
    }

    /// A field without the blanks around it; empty if the row is too short.
    #[inline]
    pub(super) fn get(&self, n: usize) -> &'a [u8] {
        self.field(n).unwrap_or_default()
    }

    #[inline]
    fn field(&self, n: usize) -> Option<&'a [u8]> {
        let (&before, &end) = (self.cuts.get(n)?, self.cuts.get(n + 1)?);
        let field = self.bytes.get(before.wrapping_add(self.gap) as usize..end as usize)?;
        Some(if self.blanks { trimmed(field) } else { field })
    }

    /// The field of a column that the file may not have; `None` if it is empty.
    #[inline]
    pub(super) fn cell(&self, place: Option<usize>) -> Option<&'a [u8]> {
        self.field(place?).filter(|text| !text.is_empty())
    }

    /// Consecutive fields with what separates them; `None` if the row is too short, or nothing separates them.
    #[inline]
    pub(super) fn span(&self, (first, last): (usize, usize)) -> Option<&'a [u8]> {
        (self.gap > 0 && last < self.width()).then(|| self.raw(first, last))
    }

    /// Is there nothing in these consecutive fields, not even blanks? `false` says nothing of a row that was quoted.
    #[inline]
    pub(super) fn is_blank(&self, (first, last): (usize, usize)) -> bool {
        let ends = self.cuts.get(first).zip(self.cuts.get(last + 1));
        self.gap > 0
            && ends.is_some_and(|(&before, &end)| end.wrapping_sub(before) as usize == last + 1 - first)
    }

    /// The whole row, without the end of its line.
    #[inline]
    pub(super) fn text(&self) -> &'a [u8] {
        let text = self.raw(0, self.width().saturating_sub(1));
        if self.blanks { text.strip_suffix(b"\r").unwrap_or(text) } else { text }
    }

    #[inline]
    fn raw(&self, first: usize, last: usize) -> &'a [u8] {
        let Some((&before, &end)) = self.cuts.get(first).zip(self.cuts.get(last + 1)) else { return &[] };
        self.bytes.get(before.wrapping_add(self.gap) as usize..end as usize).unwrap_or_default()
    }
}

/// Are two fields the same? Nearly all have 2 to 32 bytes, and a call to compare them costs more than that.
#[inline]
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    fn ends<const N: usize>(text: &[u8]) -> Option<([u8; N], [u8; N])> {
        Some((*text.first_chunk()?, *text.last_chunk()?))
    }
    a.len() == b.len()
        && match a.len() {
            2..=3 => ends::<2>(a) == ends::<2>(b),
            4..=7 => ends::<4>(a) == ends::<4>(b),
            8..=16 => ends::<8>(a) == ends::<8>(b),
            17..=32 => ends::<16>(a) == ends::<16>(b),
            _ => a == b,
        }
}

/// Apart, for few blocks have blanks, and fields are read in many places.
#[inline(never)]
fn trimmed(field: &[u8]) -> &[u8] {
    field.trim_ascii()
}

/// Has the block, one without quotation marks, blanks that may stand around a field, or carriage returns?
pub(super) fn has_blanks(bytes: &[u8]) -> bool {
    memchr::memchr3(b' ', b'\t', 0x0C, bytes).is_some() || memchr::memchr(b'\r', bytes).is_some()
}

/// Where rows end; in a file with lone carriage returns, those end rows too.
pub(crate) fn row_ends(bytes: &[u8], carriage_returns: bool) -> impl Iterator<Item = usize> + '_ {
    let lone = move |at: usize| bytes[at] == b'\n' || carriage_returns && bytes.get(at + 1) != Some(&b'\n');
    memchr::memchr2_iter(b'\n', b'\r', bytes).filter(move |&at| lone(at))
}

/// How many rows end.
pub(super) fn count_rows(bytes: &[u8], carriage_returns: bool) -> u64 {
    match carriage_returns {
        true => row_ends(bytes, true).count() as u64,
        false => memchr::memchr_iter(b'\n', bytes).count() as u64,
    }
}

/// Buffers of [`Rows`], kept from block to block.
#[derive(Default)]
pub(super) struct Found {
    /// Where the row before ends, then where fields end: delimiters and line feeds. After so many of them comes room.
    cuts: Vec<u32>,
    count: usize,
    /// Which of them are the last of their row: how many come before.
    last: Vec<u32>,
}

/// Rows of a block without quotation marks: finds delimiters and line feeds 64 bytes at a time.
pub(super) struct Rows<'a> {
    bytes: &'a [u8],
    /// How far fields were looked for.
    looked: usize,
    delimiter: u8,
    found: &'a mut Found,
    /// Which of the cuts the next row begins with, and how many rows were given away.
    at: usize,
    rows: usize,
}

/// Bytes whose ends are looked for at once: so few that the ends stay in the fastest memory.
const WINDOW: usize = 4096;
const CHUNK: usize = 64;
/// Most ends of a chunk, mostly.
const USUAL: usize = 20;

impl<'a> Rows<'a> {
    pub(super) fn new(bytes: &'a [u8], delimiter: u8, found: &'a mut Found) -> Rows<'a> {
        found.last.clear();
        found.cuts.clear();
        found.cuts.push(START);
        found.count = 1;
        Rows { bytes, looked: 0, delimiter, found, at: 0, rows: 0 }
    }

    /// The cuts of the next row, the line break after it not a field; `None` at the end.
    #[inline]
    pub(super) fn next(&mut self) -> Option<&[u32]> {
        while self.rows == self.found.last.len() {
            if self.looked >= self.bytes.len() {
                return self.rest();
            }
            self.look();
        }
        let last = self.found.last[self.rows] as usize;
        self.rows += 1;
        Some(&self.found.cuts[std::mem::replace(&mut self.at, last)..=last])
    }

    /// The last row, if it has no line feed.
    fn rest(&mut self) -> Option<&[u32]> {
        let end = self.bytes.len() as u32;
        self.found.cuts.truncate(self.found.count);
        if self.found.cuts.get(self.at)?.wrapping_add(1) >= end {
            return None;
        }
        let at = std::mem::replace(&mut self.at, self.found.count);
        self.found.cuts.push(end);
        self.found.count += 1;
        Some(&self.found.cuts[at..])
    }

    /// Finds the ends of the next window; those of a row that is not complete are kept, and where it begins.
    fn look(&mut self) {
        let found = &mut *self.found;
        let kept = found.count - self.at;
        found.cuts.copy_within(self.at..found.count, 0);
        found.last.clear();
        (self.at, self.rows) = (0, 0);
        let window = &self.bytes[self.looked..(self.looked + WINDOW).min(self.bytes.len())];
        // Room for an end at every byte, so that they are written without asking.
        if found.cuts.len() < kept + WINDOW + CHUNK {
            found.cuts.resize(kept + WINDOW + CHUNK, 0);
        }
        let mut len = kept;
        let (chunks, tail) = window.as_chunks::<CHUNK>();
        let mut padded = [0; CHUNK];
        padded[..tail.len()].copy_from_slice(tail);
        let tail = (!tail.is_empty()).then_some(&padded);
        for chunk in chunks.iter().chain(tail) {
            let (ends, mut lines) = masks(chunk, self.delimiter);
            let count = ends.count_ones() as usize;
            let base = self.looked as u32;
            let (mut rest, mut next) = (ends, 0);
            let Some(room) = found.cuts[len..].first_chunk_mut::<CHUNK>() else { break };
            // More than there are, mostly: that is cheaper than to ask each time whether it was the last.
            for place in &mut room[..USUAL] {
                *place = base + rest.trailing_zeros();
                rest &= rest.wrapping_sub(1);
            }
            next += USUAL;
            while rest != 0 && next < CHUNK {
                room[next] = base + rest.trailing_zeros();
                rest &= rest.wrapping_sub(1);
                next += 1;
            }
            while lines != 0 {
                let before = ends & (lines & lines.wrapping_neg()).wrapping_sub(1);
                found.last.push((len + before.count_ones() as usize) as u32);
                lines &= lines - 1;
            }
            len += count;
            self.looked += CHUNK;
        }
        found.count = len;
    }
}

/// Which of the bytes are delimiters or line feeds, and which line feeds.
#[inline]
fn masks(chunk: &[u8; CHUNK], delimiter: u8) -> (u64, u64) {
    let (delimiter, line_feed) = (u8x16::splat(delimiter), u8x16::splat(b'\n'));
    let (parts, _) = chunk.as_chunks();
    parts.iter().enumerate().fold((0, 0), |(ends, lines), (n, &part)| {
        let part = u8x16::new(part);
        let line = part.cmp_eq(line_feed);
        let end = line | part.cmp_eq(delimiter);
        // Sixteen bits.
        let bits = |of: u8x16| (of.move_mask() as u64) << (n * 16);
        (ends | bits(end), lines | bits(line))
    })
}

/// Rows of a block that has quotation marks.
pub(super) struct Records<'a> {
    bytes: &'a [u8],
    at: usize,
    reader: csv_core::Reader,
    whole: bool,
    output: Vec<u8>,
    ends: Vec<usize>,
}

/// A row: its unquoted fields, and where it stands in the block.
pub(super) struct Record<'r> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) output: &'r [u8],
    pub(super) ends: &'r [usize],
}

impl<'a> Records<'a> {
    /// `whole` says that the bytes end where a row ends, so that the last one needs no line break.
    pub(super) fn new(bytes: &'a [u8], delimiter: u8, whole: bool) -> Records<'a> {
        let reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Records { bytes, at: 0, reader, whole, output: vec![0; 4096], ends: vec![0; 64] }
    }

    pub(super) fn next(&mut self) -> Option<Record<'_>> {
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
    pub(super) fn field(&self, n: usize) -> &[u8] {
        let Some(&end) = self.ends.get(n) else { return &[] };
        let start = if n == 0 { 0 } else { self.ends[n - 1] };
        self.output[start..end].trim_ascii()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_seen() {
        for (text, blanks) in [
            ("a,b\nc,d\n", false),
            ("a,b\r\nc\r\n", true),
            ("a ,b\n", true),
            ("a,\tb\n", true),
            ("a\r,b\r\n", true),
            ("a,b\r", true),
        ] {
            assert_eq!(has_blanks(text.as_bytes()), blanks, "{text:?}");
        }
    }

    #[test]
    fn fields_that_differ_anywhere_are_not_the_same() {
        let text: Vec<u8> = (0..40).collect();
        for len in 0..=text.len() {
            let mut other = text[..len].to_vec();
            assert!(same(&text[..len], &other));
            assert!(len == 0 || !same(&text[..len], &other[1..]));
            for at in 0..len {
                other[at] ^= 1;
                assert!(!same(&text[..len], &other), "{len} {at}");
                other[at] ^= 1;
            }
        }
    }

    fn fast(text: &str) -> Vec<Vec<String>> {
        let mut found = Found::default();
        let mut rows = Rows::new(text.as_bytes(), b',', &mut found);
        let mut out = vec![];
        let blanks = has_blanks(text.as_bytes());
        while let Some(cuts) = rows.next() {
            let row = Row { bytes: text.as_bytes(), cuts, gap: 1, blanks };
            out.push((0..row.width()).map(|n| String::from_utf8(row.get(n).to_vec()).unwrap()).collect());
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
        fn any_bytes_are_cut_as_split_would(part in "[a-c,\n]{0,80}", times in 1usize..200) {
            let text = &part.repeat(times);
            let body = text.strip_suffix('\n').unwrap_or(text);
            let expected: Vec<Vec<String>> = if text.is_empty() { vec![] } else {
                body.split('\n').map(|l| l.split(',').map(str::to_owned).collect()).collect()
            };
            proptest::prop_assert_eq!(fast(text), expected);
        }
    }
}
