//! Where the cells of a row lie in the file, quotation marks included, so that all others can be copied byte for byte.

use std::ops::Range;

/// The rows of a block, as the reader cuts them.
pub(super) struct RawRows<'a> {
    bytes: &'a [u8],
    at: usize,
    delimiter: u8,
    /// Does a lone carriage return end a row?
    lone_returns: bool,
}

impl<'a> RawRows<'a> {
    pub(super) fn new(bytes: &'a [u8], delimiter: u8, lone_returns: bool) -> RawRows<'a> {
        RawRows { bytes, at: 0, delimiter, lone_returns }
    }

    /// Writes the places of the next row's cells; `false` at the end. Blank lines are rows of one empty cell.
    pub(super) fn next(&mut self, cells: &mut Vec<Range<usize>>) -> bool {
        cells.clear();
        if self.at >= self.bytes.len() {
            return false;
        }
        loop {
            let start = self.at;
            let end = self.cell_end(start);
            self.at = end + 1;
            match self.bytes.get(end) {
                Some(&b) if b == self.delimiter => cells.push(start..end),
                Some(b'\r') if self.bytes.get(end + 1) == Some(&b'\n') => {
                    cells.push(start..end);
                    self.at = end + 2;
                    return true;
                }
                _ => {
                    cells.push(start..end);
                    return true;
                }
            }
        }
    }

    /// The byte after a cell: a delimiter, the end of the row, or the end of the block.
    fn cell_end(&self, start: usize) -> usize {
        let mut quoted = self.bytes.get(start) == Some(&b'"');
        let mut at = start + usize::from(quoted);
        while let Some(&b) = self.bytes.get(at) {
            match b {
                b'"' if quoted => {
                    if self.bytes.get(at + 1) == Some(&b'"') {
                        at += 1;
                    } else {
                        quoted = false;
                    }
                }
                _ if quoted => {}
                b'\n' => return at,
                b'\r' if self.lone_returns || matches!(self.bytes.get(at + 1), Some(b'\n') | None) => {
                    return at;
                }
                b if b == self.delimiter => return at,
                _ => {}
            }
            at += 1;
        }
        at
    }
}

/// What stands in a cell, and whether in quotation marks; `None` if it has quotation marks of its own, or is never closed.
pub(super) fn content(cell: &[u8]) -> Option<(&[u8], bool)> {
    match cell {
        [b'"', inner @ .., b'"'] if !inner.contains(&b'"') => Some((inner, true)),
        _ if cell.contains(&b'"') => None,
        _ => Some((cell, false)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut raw = RawRows::new(text, b',', true);
        let (mut out, mut cells) = (vec![], vec![]);
        while raw.next(&mut cells) {
            out.push(cells.iter().map(|cell| text[cell.clone()].to_vec()).collect());
        }
        out
    }

    #[test]
    fn cells_are_where_the_reader_finds_them() {
        let text = b"a, b ,\"c,\"\"d\"\r\n\r\n\"e\nf\",g\n,\n\"open, h\n";
        let mut raw = rows(text);
        raw.retain(|row| row.len() > 1 || !row[0].is_empty());
        let shown: Vec<Vec<String>> = raw
            .iter()
            .map(|row| row.iter().map(|c| String::from_utf8_lossy(c).into_owned()).collect())
            .collect();
        assert_eq!(
            shown,
            [vec!["a", " b ", "\"c,\"\"d\""], vec!["\"e\nf\"", "g"], vec!["", ""], vec!["\"open, h\n"]]
        );
    }

    proptest::proptest! {
        /// The same number of rows and cells, with the same content, as csv-core reads, whatever the quoting.
        #[test]
        fn any_text_is_cut_as_csv_core_cuts_it(text in "[ab,\"\r\n]{0,60}") {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let theirs: Vec<Vec<Vec<u8>>> =
                reader.byte_records().map(|r| r.unwrap().iter().map(<[u8]>::to_vec).collect()).collect();
            let mut ours = rows(text.as_bytes());
            ours.retain(|row| row.len() > 1 || !row[0].is_empty());
            proptest::prop_assert_eq!(ours.len(), theirs.len());
            for (ours, theirs) in ours.iter().zip(&theirs) {
                proptest::prop_assert_eq!(ours.len(), theirs.len());
                for (cell, expected) in ours.iter().zip(theirs) {
                    if let Some((content, _)) = content(cell) {
                        proptest::prop_assert_eq!(content, expected.as_slice());
                    }
                }
            }
        }
    }
}
