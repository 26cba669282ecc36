//! Claims whose rows are scattered over the file: their rows are put together on disk.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::blocks::{BLOCK, Block, Cutter, MOST, Numbering, Place, id_hash};
use super::header::{ColumnMap, Layout};
use super::sort::{Sortable, Sorted, Sorter};
use super::walk::Walk;
use crate::read::Input;
use crate::{Error, Result};

/// How rows are put together.
#[derive(Clone, Debug)]
pub struct Grouping {
    /// Most bytes of memory to use for it. Less than 4 MiB counts as that.
    pub memory: usize,
    /// Where temporary files are made: they have no name there, only their owner can read them, and they are gone with the program,
    /// however it ends. They take the size of the claims and 24 bytes a row, and twice that if there are far more claims than are remembered.
    pub folder: PathBuf,
}

impl Grouping {
    /// With so much memory, in the system's folder of temporary files.
    pub fn with_mebibytes(mebibytes: u32) -> Grouping {
        Grouping { memory: (mebibytes as usize) << 20, folder: std::env::temp_dir() }
    }
}

/// Less does not hold the blocks.
const LEAST: usize = 4 << 20;

/// The blocks of a file of claims.
pub(crate) enum Blocks {
    /// As the claims stand in the file.
    Adjacent(Box<Cutter>),
    /// With the rows of each claim put together.
    Grouped(Grouped),
}

impl Blocks {
    /// Reads the header, and all of the file if rows are to be put together.
    pub(crate) fn open(input: &Input, map: &ColumnMap, grouping: Option<&Grouping>) -> Result<Blocks> {
        let cutter = Cutter::open(&input.name(), input.open()?, map)?;
        match grouping {
            None => Ok(Blocks::Adjacent(Box::new(cutter))),
            Some(how) => Grouped::new(cutter, how).map(Blocks::Grouped),
        }
    }

    /// How the file is laid out.
    pub(crate) fn layout(&self) -> Arc<Layout> {
        match self {
            Blocks::Adjacent(cutter) => cutter.layout(),
            Blocks::Grouped(grouped) => grouped.layout.clone(),
        }
    }

    /// The next block; `None` at the end of the file. `spare` is a buffer that was used before.
    pub(crate) fn next_into(&mut self, spare: Vec<u8>) -> Result<Option<Block>> {
        match self {
            Blocks::Adjacent(cutter) => cutter.next_into(spare),
            Blocks::Grouped(grouped) => grouped.next_into(spare),
        }
    }
}

/// The claims of a file in the order of their first rows, each in one piece.
pub(crate) struct Grouped {
    layout: Arc<Layout>,
    folder: PathBuf,
    rows: Sorted,
    /// The first row of the claim at hand, and the row that was read too far.
    next: Option<Next>,
}

/// Where a row stands: the line on which it begins and, for rows may end without a line feed, which of those it is.
#[derive(Clone, Copy, Default)]
struct RowPlace(u64);

impl RowPlace {
    const BITS: u32 = 16;

    /// To the next row.
    fn go_on(&mut self, line: u64) {
        let last = (line << RowPlace::BITS) | ((1 << RowPlace::BITS) - 1);
        self.0 = if self.line() == line { (self.0 + 1).min(last) } else { line << RowPlace::BITS };
    }

    fn line(self) -> u64 {
        self.0 >> RowPlace::BITS
    }
}

/// The first row of each claim, by the hash of its id, as far as memory allows.
struct Firsts {
    rows: FxHashMap<u64, u64>,
    most: usize,
}

impl Firsts {
    /// With so many bytes of memory.
    fn new(memory: usize) -> Firsts {
        // A map has a power of two of places, each with a byte beside it, and is full at seven eighths; while it grows, one half as large is there
        // beside it.
        const PLACE: usize = (size_of::<(u64, u64)>() + 1) * 3 / 2;
        let places = (memory / PLACE + 1).next_power_of_two() / 2;
        Firsts { rows: FxHashMap::default(), most: places / 8 * 7 }
    }

    /// The first row of a claim of which this is a row; `None` if it is not remembered, and then for none of its rows.
    fn of(&mut self, claim: u64, row: u64) -> Option<u64> {
        if self.rows.len() < self.most {
            return Some(*self.rows.entry(claim).or_insert(row));
        }
        self.rows.get(&claim).copied()
    }
}

/// A row that begins the next block.
struct Next {
    claim: u64,
    number: u64,
    text: Vec<u8>,
}

impl Grouped {
    /// Reads all of the file, and puts its rows in order by the first row of their claims: so the report is in the order of the file.
    fn new(mut cutter: Cutter, how: &Grouping) -> Result<Grouped> {
        let failed = |e: io::Error| temporary(&how.folder, e);
        let memory = how.memory.max(LEAST);
        let layout = cutter.layout();
        let mut firsts = Firsts::new(memory / 2);
        let mut by_first = Sorter::new(&how.folder, memory / 4);
        let mut by_claim = Sorter::new(&how.folder, memory / 4);
        let mut walk = Walk::default();
        let mut spare = Vec::new();
        let mut place = RowPlace::default();
        while let Some(block) = cutter.next_into(std::mem::take(&mut spare))? {
            let mut pushed = Ok(());
            walk.rows(&block, &layout, |row, at| {
                if pushed.is_err() {
                    return;
                }
                place.go_on(at.number);
                let id = row.get(layout.claim_id);
                let claim = id_hash(id);
                let text = at.text.unwrap_or_else(|| row.text());
                let row = Sortable { key: claim, tie: id, place: place.0, text };
                // Rows without an id are claims of their own.
                let first = if id.is_empty() { Some(place.0) } else { firsts.of(claim, place.0) };
                pushed = match first {
                    Some(first) => by_first.push(Sortable { key: first, ..row }),
                    None => by_claim.push(row),
                };
            });
            pushed.map_err(failed)?;
            spare = block.bytes;
        }
        drop(firsts);
        // What was not remembered is first put in order by claim, where the first row of each comes first.
        let mut by_claim = by_claim.finish(memory / 4).map_err(failed)?;
        let (mut claim, mut first) = (Vec::new(), 0);
        let mut next = |row: Sortable<'_>| {
            if claim != row.tie {
                claim.clear();
                claim.extend_from_slice(row.tie);
                first = row.place;
            }
            by_first.push(Sortable { key: first, ..row })
        };
        while let Some(pushed) = by_claim.next(&mut next).map_err(failed)? {
            pushed.map_err(failed)?;
        }
        drop(by_claim);
        let rows = by_first.finish(memory / 4).map_err(failed)?;
        Ok(Grouped { layout, folder: how.folder.clone(), rows, next: None })
    }

    fn next_into(&mut self, mut spare: Vec<u8>) -> Result<Option<Block>> {
        spare.clear();
        let mut block = Block { bytes: spare, ..Block::default() };
        let mut places = Vec::new();
        let mut claim = None;
        if let Some(next) = self.next.take() {
            claim = Some(next.claim);
            add(&mut block, &mut places, next.number, &next.text);
        }
        loop {
            let next = self.rows.next(|row| {
                let new_claim = claim.is_some_and(|claim| claim != row.key);
                let line = RowPlace(row.place).line();
                if block.bytes.len() >= BLOCK && new_claim || block.bytes.len() >= MOST {
                    return Some(Next { claim: row.key, number: line, text: row.text.to_vec() });
                }
                claim = Some(row.key);
                add(&mut block, &mut places, line, row.text);
                None
            });
            match next.map_err(|e| temporary(&self.folder, e))? {
                Some(None) => {}
                Some(next) => {
                    self.next = next;
                    break;
                }
                None => break,
            }
        }
        block.numbering = Numbering::Each(places);
        Ok((!block.bytes.is_empty()).then_some(block))
    }
}

fn add(block: &mut Block, places: &mut Vec<Place>, number: u64, text: &[u8]) {
    block.slow |= memchr::memchr3(b'"', b'\r', b'\n', text).is_some();
    block.bytes.extend_from_slice(text);
    block.bytes.push(b'\n');
    places.push(Place { number, end: block.bytes.len() as u32 });
}

fn temporary(folder: &Path, e: io::Error) -> Error {
    Error::io(format!("temporary file in {}", folder.display()), e)
}
