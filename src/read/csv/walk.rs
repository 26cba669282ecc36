//! The rows of a block, one by one, each with its place in the file.

use super::blocks::{Block, Numbering};
use super::header::Layout;
use super::rows::{Found, Records, Row, Rows, has_blanks, row_ends};

/// Goes over the rows of blocks; keeps its buffers.
#[derive(Default)]
pub(super) struct Walk {
    found: Found,
    /// The unquoted rows of a block that has quotation marks, and the cuts of the row at hand.
    unquoted: Vec<u8>,
    cuts: Vec<u32>,
}

/// Where a row stands.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    /// Number of its line in the file, from 1.
    pub(super) number: u64,
    /// Its text as it is in the file, without the end of the line; `None` if the row itself has it: see [`Row::text`].
    pub(super) text: Option<&'a [u8]>,
    /// How many rows of the file it takes, if a quotation mark that is never closed made it so many.
    pub(super) swallows: Option<usize>,
}

impl Walk {
    /// Every row of a block that is not blank, in order. Rows of a block lie in the same bytes.
    #[inline]
    pub(super) fn rows(&mut self, block: &Block, layout: &Layout, each: impl FnMut(Row<'_>, At<'_>)) {
        match block.slow {
            true => self.quoted(block, layout, each),
            false => self.plain(block, layout, each),
        }
    }

    #[inline]
    fn plain(&mut self, block: &Block, layout: &Layout, mut each: impl FnMut(Row<'_>, At<'_>)) {
        let bytes = &block.bytes;
        let blanks = has_blanks(bytes);
        let mut rows = Rows::new(bytes, layout.delimiter, &mut self.found);
        let mut nth = 0;
        while let Some(cuts) = rows.next() {
            let row = Row { bytes, cuts, gap: 1, blanks };
            if row.width() > 1 || !row.get(0).is_empty() {
                each(row, At { number: block.numbering.of(nth), text: None, swallows: None });
            }
            nth += 1;
        }
    }

    fn quoted(&mut self, block: &Block, layout: &Layout, mut each: impl FnMut(Row<'_>, At<'_>)) {
        self.unquoted.clear();
        match &block.numbering {
            Numbering::From(first) => {
                let mut records = Records::new(&block.bytes, layout.delimiter, true);
                let (mut number, mut counted) = (*first, 0);
                while let Some(record) = records.next() {
                    let skipped = &block.bytes[counted..record.start];
                    number += row_ends(skipped, layout.carriage_returns).count() as u64;
                    counted = record.start;
                    let text = without_end(&block.bytes[record.start..record.end]);
                    self.unquoted(record.output, record.ends, layout, number, text, &mut each);
                }
            }
            // Each row for itself: a quotation mark that is not closed must not reach for the next, which stood elsewhere.
            Numbering::Each(places) => {
                let mut start = 0;
                for place in places {
                    let text = &block.bytes[start..place.end as usize];
                    start = place.end as usize;
                    let mut records = Records::new(text, layout.delimiter, true);
                    let Some(record) = records.next() else { continue };
                    let text = without_end(text);
                    self.unquoted(record.output, record.ends, layout, place.number, text, &mut each);
                }
            }
        }
    }

    fn unquoted(
        &mut self,
        fields: &[u8],
        ends: &[usize],
        layout: &Layout,
        number: u64,
        text: &[u8],
        each: &mut impl FnMut(Row<'_>, At<'_>),
    ) {
        let start = self.unquoted.len();
        self.unquoted.extend_from_slice(fields);
        self.cuts.clear();
        self.cuts.extend(std::iter::once(&0).chain(ends).map(|&e| (start + e) as u32));
        // A field over several rows is legal in quotation marks; with an odd number of them, one was never closed.
        let rows = 1 + row_ends(text, layout.carriage_returns).count();
        let swallows = (rows > 1 && memchr::memchr_iter(b'"', text).count() % 2 == 1).then_some(rows);
        let row = Row { bytes: &self.unquoted, cuts: &self.cuts, gap: 0, blanks: true };
        each(row, At { number, text: Some(text), swallows });
    }
}

/// A row without the end of its line.
fn without_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|b| !matches!(b, b'\n' | b'\r')).map_or(0, |at| at + 1);
    &text[..end]
}
