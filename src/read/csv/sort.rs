//! Puts rows in order on disk: as many as there are, in as much memory as was allowed.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;
use std::thread::JoinHandle;

use prefetch_index::prefetch_index;

/// A row, and by what it is put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sortable<'a> {
    /// First by this,
    pub(super) key: u64,
    /// then by this, and then as the rows came.
    pub(super) tie: &'a [u8],
    /// Where it stands in the file.
    pub(super) place: u64,
    /// The row.
    pub(super) text: &'a [u8],
}

/// Bytes of a record before its two texts: key, place, their lengths.
const HEAD: usize = 24;
/// Added to the length of the first text if it stands at the beginning of the second, and nowhere else.
const IN_TEXT: u32 = 1 << 31;
/// So many records ahead of the one that is written, memory is asked for.
const AHEAD: usize = 16;
/// Bytes of a line of the processor's cache.
const LINE: usize = 64;
/// Bytes of a run that are read at once: at least, and at most.
const BUFFER: Range<usize> = 4 << 10..1 << 20;
/// Bytes that are written at once.
const WRITE: usize = 256 << 10;

/// Rows that are held: one after the other as they came.
#[derive(Default)]
struct Held {
    records: Vec<u8>,
    /// Key and place of each record.
    places: Vec<(u64, u32)>,
}

impl Held {
    fn size(&self) -> usize {
        self.records.len() + self.places.len() * size_of::<(u64, u32)>()
    }

    fn push(&mut self, row: Sortable<'_>) {
        self.places.push((row.key, self.records.len() as u32));
        // Mostly a row begins with it: then it is not written twice.
        let own = if row.text.starts_with(row.tie) { &[] } else { row.tie };
        let tie = if own.is_empty() { row.tie.len() as u32 | IN_TEXT } else { own.len() as u32 };
        let lengths = u64::from(tie) | (row.text.len() as u64) << 32;
        let [a, b, c] = [row.key, row.place, lengths].map(u64::to_le_bytes);
        self.records.extend_from_slice([a, b, c].as_flattened());
        self.records.extend_from_slice(own);
        self.records.extend_from_slice(row.text);
    }

    fn record(&self, at: u32) -> Option<(Sortable<'_>, &[u8])> {
        let bytes = self.records.get(at as usize..)?;
        decode(bytes).map(|(row, size)| (row, &bytes[..size]))
    }

    /// Gives the records in order, and holds nothing any more.
    fn drain(&mut self, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut places = std::mem::take(&mut self.places);
        // Without a look at the records, which lie anywhere: rows of one key have the same tie, nearly always.
        places.sort_unstable();
        let mut from = 0;
        while let Some(&(key, _)) = places.get(from) {
            let count = places[from..].iter().take_while(|place| place.0 == key).count();
            let (same, later) = places[from..].split_at_mut(count);
            from += count;
            // The records lie anywhere, and their memory takes long to come.
            for &(_, at) in later.iter().skip(AHEAD).take(count) {
                prefetch_index(&self.records, at as usize);
                prefetch_index(&self.records, at as usize + LINE);
            }
            let tie = |at: u32| self.record(at).map(|(row, _)| row.tie);
            if same.len() > 1 && same.iter().any(|&(_, at)| tie(at) != tie(same[0].1)) {
                same.sort_by(|a, b| tie(a.1).cmp(&tie(b.1)));
            }
            for &(_, at) in &*same {
                self.record(at).map_or(Ok(()), |(_, record)| each(record))?;
            }
        }
        places.clear();
        self.places = places;
        self.records.clear();
        Ok(())
    }

    /// Writes the records in order to the end of a file, and says where they lie.
    fn write(&mut self, file: &mut File) -> io::Result<Range<u64>> {
        let start = file.stream_position()?;
        let mut out = Vec::with_capacity(WRITE * 2);
        self.drain(|record| {
            out.extend_from_slice(record);
            if out.len() >= WRITE {
                file.write_all(&out)?;
                out.clear();
            }
            Ok(())
        })?;
        file.write_all(&out)?;
        Ok(start..file.stream_position()?)
    }
}

/// What a run's thread gives back: the file, where the run lies in it, and the room that held it.
type Written = io::Result<(File, Range<u64>, Held)>;

/// Takes rows; writes them to a nameless file, run by run, when there are more than fit.
pub(super) struct Sorter<'a> {
    folder: &'a Path,
    /// Most bytes to hold: half of what is allowed, for one half is written while the other fills.
    memory: usize,
    held: Held,
    /// The run that is being written.
    writing: Option<JoinHandle<Written>>,
    runs: Vec<Range<u64>>,
}

impl<'a> Sorter<'a> {
    /// `folder` is where the file is made; it has no name there, and is gone with the program.
    pub(super) fn new(folder: &'a Path, memory: usize) -> Sorter<'a> {
        let memory = (memory / 2).min(u32::MAX as usize);
        Sorter { folder, memory, held: Held::default(), writing: None, runs: vec![] }
    }

    pub(super) fn push(&mut self, row: Sortable<'_>) -> io::Result<()> {
        let size = HEAD + row.tie.len() + row.text.len();
        if self.held.size() + size > self.memory && !self.held.places.is_empty() {
            self.spill()?;
        }
        self.held.push(row);
        Ok(())
    }

    /// Begins to write what is held as a run.
    fn spill(&mut self) -> io::Result<()> {
        let (mut file, room) = match self.written()? {
            Some((file, room)) => (file, room),
            None => (tempfile::tempfile_in(self.folder)?, Held::default()),
        };
        let mut full = std::mem::replace(&mut self.held, room);
        let write = move || full.write(&mut file).map(|run| (file, run, full));
        self.writing = Some(std::thread::Builder::new().name("sort".to_owned()).spawn(write)?);
        Ok(())
    }

    /// Waits for the run that is being written; `None` if there is none.
    fn written(&mut self) -> io::Result<Option<(File, Held)>> {
        let Some(writing) = self.writing.take() else { return Ok(None) };
        let written = writing.join().map_err(|_| io::Error::other("the thread that sorts has failed"))?;
        let (file, run, room) = written?;
        self.runs.push(run);
        Ok(Some((file, room)))
    }

    /// No more rows come: gives them in order. `memory` is for reading them back.
    pub(super) fn finish(mut self, memory: usize) -> io::Result<Sorted> {
        let Some((mut file, _)) = self.written()? else {
            let mut all = Vec::with_capacity(self.held.records.len());
            self.held.drain(|record| {
                all.extend_from_slice(record);
                Ok(())
            })?;
            let mut sorted = Sorted { file: None, heap: BinaryHeap::new() };
            sorted.add(Run { key: 0, number: 0, rest: 0..0, buffer: all, at: 0, wanted: 0 })?;
            return Ok(sorted);
        };
        self.runs.push(self.held.write(&mut file)?);
        drop(self.held);
        let mut sorted = Sorted { file: Some(file), heap: BinaryHeap::new() };
        let wanted = (memory / self.runs.len()).clamp(BUFFER.start, BUFFER.end);
        for (number, rest) in self.runs.into_iter().enumerate() {
            sorted.add(Run { key: 0, number, rest, buffer: Vec::new(), at: 0, wanted })?;
        }
        Ok(sorted)
    }
}

/// The record at the start of these bytes, and how many it takes; `None` if it is not all there.
fn decode(bytes: &[u8]) -> Option<(Sortable<'_>, usize)> {
    let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
    let (words, _) = head.as_chunks::<8>();
    let [key, place, lengths] = words else { return None };
    let lengths = u64::from_le_bytes(*lengths);
    let (tie, text) = (lengths as u32, (lengths >> 32) as usize);
    let in_text = tie & IN_TEXT != 0;
    let tie = (tie & !IN_TEXT) as usize;
    let own = if in_text { 0 } else { tie };
    let row = Sortable {
        key: u64::from_le_bytes(*key),
        place: u64::from_le_bytes(*place),
        tie: rest.get(..tie)?,
        text: rest.get(own..own + text)?,
    };
    Some((row, HEAD + own + text))
}

/// Rows in order.
pub(super) struct Sorted {
    file: Option<File>,
    /// The runs that have rows left, the one with the next row first.
    heap: BinaryHeap<Run>,
}

/// What is left of a run.
struct Run {
    /// Key of the next row.
    key: u64,
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
        if let Some((row, _)) = self.head() {
            self.key = row.key;
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
        self.key = self.head().map_or(0, |(row, _)| row.key);
        Ok(self.head().is_some())
    }
}

impl Sorted {
    fn add(&mut self, mut run: Run) -> io::Result<()> {
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
        fn rest(run: &Run) -> (Option<&[u8]>, usize) {
            (run.head().map(|(row, _)| row.tie), run.number)
        }
        other.key.cmp(&self.key).then_with(|| rest(other).cmp(&rest(self)))
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

    fn sorted(rows: &[Row], memory: usize) -> (Vec<Row>, bool) {
        let folder = std::env::temp_dir();
        let mut sorter = Sorter::new(&folder, memory);
        for (key, tie, number, text) in rows {
            sorter.push(Sortable { key: *key, tie, place: *number, text }).unwrap();
        }
        let written = sorter.writing.is_some();
        let mut sorted = sorter.finish(0).unwrap();
        let mut out = vec![];
        while let Some(row) = sorted.next(|r| (r.key, r.tie.to_vec(), r.place, r.text.to_vec())).unwrap() {
            out.push(row);
        }
        (out, written)
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
        let (out, written) = sorted(&rows, 100);
        assert_eq!(out.iter().map(|row| row.0).collect::<Vec<_>>(), [7, 8, 9]);
        assert!(written);
    }
}
