//! Claims whose rows are scattered over the file: their rows are put together on disk.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
    /// however it ends. They take about three times the size of the claims.
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

/// A row that begins the next block.
struct Next {
    claim: u64,
    number: u64,
    text: Vec<u8>,
}

impl Grouped {
    /// Reads all of the file.
    fn new(mut cutter: Cutter, how: &Grouping) -> Result<Grouped> {
        let failed = |e: io::Error| temporary(&how.folder, e);
        let memory = how.memory.max(LEAST);
        let layout = cutter.layout();
        // By claim: the rows of one stay as they came.
        let mut by_claim = Sorter::new(&how.folder, memory / 4 * 3);
        let mut walk = Walk::default();
        let mut spare = Vec::new();
        while let Some(block) = cutter.next_into(std::mem::take(&mut spare))? {
            let mut pushed = Ok(());
            walk.rows(&block, &layout, |row, at| {
                let id = row.get(layout.claim_id);
                if pushed.is_ok() {
                    let text = at.text.unwrap_or_else(|| row.text());
                    let row = Sortable { key: id_hash(id), tie: id, number: at.number, text };
                    pushed = by_claim.push(row);
                }
            });
            pushed.map_err(failed)?;
            spare = block.bytes;
        }
        // By the first row of each claim, so that the report is in the order of the file.
        let mut by_claim = by_claim.finish(memory / 4).map_err(failed)?;
        let mut by_first = Sorter::new(&how.folder, memory / 2);
        let mut first = 0;
        let mut claim: Option<Vec<u8>> = None;
        while let Some(pushed) = by_claim
            .next(|row| {
                // Rows without an id are claims of their own.
                if row.tie.is_empty() || claim.as_deref() != Some(row.tie) {
                    let claim = claim.get_or_insert_default();
                    claim.clear();
                    claim.extend_from_slice(row.tie);
                    first = row.number;
                }
                by_first.push(Sortable { key: first, tie: &[], ..row })
            })
            .map_err(failed)?
        {
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
                if block.bytes.len() >= BLOCK && new_claim || block.bytes.len() >= MOST {
                    return Some(Next { claim: row.key, number: row.number, text: row.text.to_vec() });
                }
                claim = Some(row.key);
                add(&mut block, &mut places, row.number, row.text);
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
