//! Puts rows in order on disk: as many as there are, in as much memory as was allowed.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

/// A row, and by what it is put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sortable<'a> {
    /// First by this,
    pub(super) key: u64,
    /// then by this, and then as the rows came.
    pub(super) tie: &'a [u8],
    /// The line in the file.
    pub(super) number: u64,
    /// The row.
    pub(super) text: &'a [u8],
}

/// Bytes of a record before its two texts: key, line, their lengths.
const HEAD: usize = 24;
/// Bytes of a run that are read at once: at least, and at most.
const BUFFER: Range<usize> = 16 << 10..1 << 20;
/// Bytes that are written at once.
const WRITE: usize = 256 << 10;

/// Takes rows; writes them to a nameless file, run by run, when there are more than fit.
pub(super) struct Sorter<'a> {
    folder: &'a Path,
    /// Most bytes of records and their places.
    memory: usize,
    records: Vec<u8>,
    /// Key and place of each record, in the order in which they came.
    places: Vec<(u64, u32)>,
    file: Option<File>,
    runs: Vec<Range<u64>>,
}

impl<'a> Sorter<'a> {
    /// `folder` is where the file is made; it has no name there, and is gone with the program.
    pub(super) fn new(folder: &'a Path, memory: usize) -> Sorter<'a> {
        let memory = memory.min(u32::MAX as usize);
        Sorter { folder, memory, records: vec![], places: vec![], file: None, runs: vec![] }
    }

    pub(super) fn push(&mut self, row: Sortable<'_>) -> io::Result<()> {
        let size = HEAD + row.tie.len() + row.text.len();
        let held = self.records.len() + self.places.len() * size_of::<(u64, u32)>();
        if held + size > self.memory && !self.places.is_empty() {
            self.spill()?;
        }
        self.places.push((row.key, self.records.len() as u32));
        self.records.extend_from_slice(&row.key.to_le_bytes());
        self.records.extend_from_slice(&row.number.to_le_bytes());
        self.records.extend_from_slice(&(row.tie.len() as u32).to_le_bytes());
        self.records.extend_from_slice(&(row.text.len() as u32).to_le_bytes());
        self.records.extend_from_slice(row.tie);
        self.records.extend_from_slice(row.text);
        Ok(())
    }

    /// Gives what is held, in order, piece by piece, and holds nothing any more.
    fn drain(&mut self, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let records = &self.records;
        let record = |at: u32| records.get(at as usize..).and_then(decode);
        let tie = |at: u32| record(at).map_or(&[][..], |(row, _)| row.tie);
        self.places.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| tie(a.1).cmp(tie(b.1))).then_with(|| a.1.cmp(&b.1))
        });
        for &(_, at) in &self.places {
            if let Some((_, size)) = record(at) {
                each(&records[at as usize..at as usize + size])?;
            }
        }
        self.records.clear();
        self.places.clear();
        Ok(())
    }

    /// Writes what is held as a run.
    fn spill(&mut self) -> io::Result<()> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile_in(self.folder)?,
        };
        let start = self.runs.last().map_or(0, |run| run.end);
        let mut end = start;
        let mut out = Vec::with_capacity(WRITE * 2);
        self.drain(|record| {
            out.extend_from_slice(record);
            end += record.len() as u64;
            if out.len() >= WRITE {
                file.write_all(&out)?;
                out.clear();
            }
            Ok(())
        })?;
        file.write_all(&out)?;
        self.runs.push(start..end);
        self.file = Some(file);
        Ok(())
    }

    /// No more rows come: gives them in order. `memory` is for reading them back.
    pub(super) fn finish(mut self, memory: usize) -> io::Result<Sorted> {
        if self.file.is_some() {
            self.spill()?;
        }
        let mut sorted = Sorted { file: self.file.take(), heap: BinaryHeap::new() };
        if sorted.file.is_none() {
            let mut held = Vec::with_capacity(self.records.len());
            self.drain(|record| {
                held.extend_from_slice(record);
                Ok(())
            })?;
            sorted.add(0, 0..0, held, 0)?;
            return Ok(sorted);
        }
        let buffer = (memory / self.runs.len()).clamp(BUFFER.start, BUFFER.end);
        for (number, run) in self.runs.iter().enumerate() {
            sorted.add(number, run.clone(), Vec::new(), buffer)?;
        }
        Ok(sorted)
    }
}

/// The record at the start of these bytes, and how many it takes; `None` if it is not all there.
fn decode(bytes: &[u8]) -> Option<(Sortable<'_>, usize)> {
    let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
    let (words, _) = head.as_chunks::<8>();
    let [key, number, lengths] = words else { return None };
    let lengths = u64::from_le_bytes(*lengths);
    let (tie, text) = (lengths as u32 as usize, (lengths >> 32) as usize);
    let row = Sortable {
        key: u64::from_le_bytes(*key),
        number: u64::from_le_bytes(*number),
        tie: rest.get(..tie)?,
        text: rest.get(tie..tie + text)?,
    };
    Some((row, HEAD + tie + text))
}

/// Rows in order.
pub(super) struct Sorted {
    file: Option<File>,
    /// The runs that have rows left, the one with the next row first.
    heap: BinaryHeap<Run>,
}

/// What is left of a run.
struct Run {
    number: usize,
    /// Where the rest lies in the file.
    rest: Range<u64>,
    buffer: Vec<u8>,
    /// Bytes of the buffer that have been given.
    at: usize,
    /// Bytes to read at once.
    wanted: usize,
}

impl Run {
    fn head(&self) -> Option<(Sortable<'_>, usize)> {
        decode(self.buffer.get(self.at..)?)
    }

    /// Reads on until the next record is whole; `false` if there is none.
    fn fill(&mut self, file: Option<&mut File>) -> io::Result<bool> {
        if self.head().is_some() {
            return Ok(true);
        }
        let Some(file) = file.filter(|_| !self.rest.is_empty()) else { return Ok(false) };
        self.buffer.drain(..self.at);
        self.at = 0;
        file.seek(SeekFrom::Start(self.rest.start))?;
        while self.head().is_none() && !self.rest.is_empty() {
            let filled = self.buffer.len();
            let more = (self.rest.end - self.rest.start).min(self.wanted as u64);
            self.buffer.resize(filled + more as usize, 0);
            file.read_exact(&mut self.buffer[filled..])?;
            self.rest.start += more;
        }
        Ok(self.head().is_some())
    }
}

impl Sorted {
    fn add(&mut self, number: usize, rest: Range<u64>, buffer: Vec<u8>, wanted: usize) -> io::Result<()> {
        let mut run = Run { number, rest, buffer, at: 0, wanted };
        if run.fill(self.file.as_mut())? {
            self.heap.push(run);
        }
        Ok(())
    }

    /// Gives the next row; `None` if there is none.
    pub(super) fn next<T>(&mut self, give: impl FnOnce(Sortable<'_>) -> T) -> io::Result<Option<T>> {
        let Some(mut run) = self.heap.peek_mut() else { return Ok(None) };
        let Some((row, size)) = run.head() else { return Ok(None) };
        let given = give(row);
        run.at += size;
        if !run.fill(self.file.as_mut())? {
            PeekMut::pop(run);
        }
        Ok(Some(given))
    }
}

impl Ord for Run {
    /// The least row is the greatest of the heap.
    fn cmp(&self, other: &Run) -> Ordering {
        fn of(run: &Run) -> Option<(u64, &[u8], usize)> {
            run.head().map(|(row, _)| (row.key, row.tie, run.number))
        }
        of(other).cmp(&of(self))
    }
}

impl PartialOrd for Run {
    fn partial_cmp(&self, other: &Run) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Run {
    fn eq(&self, other: &Run) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Run {}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (u64, Vec<u8>, u64, Vec<u8>);

    fn sorted(rows: &[Row], memory: usize) -> (Vec<Row>, usize) {
        let folder = std::env::temp_dir();
        let mut sorter = Sorter::new(&folder, memory);
        for (key, tie, number, text) in rows {
            sorter.push(Sortable { key: *key, tie, number: *number, text }).unwrap();
        }
        let runs = sorter.runs.len();
        let mut sorted = sorter.finish(0).unwrap();
        let mut out = vec![];
        while let Some(row) = sorted.next(|r| (r.key, r.tie.to_vec(), r.number, r.text.to_vec())).unwrap() {
            out.push(row);
        }
        (out, runs)
    }

    proptest::proptest! {
        #[test]
        fn rows_come_in_order_whatever_the_memory(
            rows in proptest::collection::vec((0..4u64, 0..3u8, 0..40usize), 0..200),
            memory in 1usize..20_000,
        ) {
            let rows: Vec<Row> = rows
                .into_iter()
                .enumerate()
                .map(|(n, (key, tie, size))| (key, vec![b'a'; tie.into()], n as u64, vec![b'x'; size]))
                .collect();
            let mut expected = rows.clone();
            expected.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
            proptest::prop_assert_eq!(sorted(&rows, memory).0, expected);
        }
    }

    #[test]
    fn a_row_larger_than_the_memory_passes() {
        let rows: Vec<Row> = (0..3).map(|n| (9 - n, vec![], n, vec![b'x'; 40_000])).collect();
        let (out, runs) = sorted(&rows, 100);
        assert_eq!(out.iter().map(|row| row.0).collect::<Vec<_>>(), [7, 8, 9]);
        assert_eq!(runs, 2);
    }
}
