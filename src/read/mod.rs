//! Submitted claims become [`Claim`]s.

mod csv;
mod input;

pub(crate) use csv::{Assembler, BLOCK, Block, Blocks, Cutter, Layout, id_hash, row_ends};
pub use csv::{ColumnMap, Columns, Grouping, PRESETS, columns_page};
pub use input::Input;

use crate::{Claim, Result};

/// Reads a source of claims, claim by claim; the claim is the reader's until the next one.
///
/// # Errors
/// If the source cannot be opened, is no csv of claims, or cannot be read to its end.
///
/// ```no_run
/// use cleanclaim::read::{ColumnMap, Input, for_each_claim};
/// let mut lines = 0;
/// for_each_claim(&Input::from_argument("claims.csv.gz"), &ColumnMap::default(), |claim| lines += claim.lines.len())?;
/// # Ok::<(), cleanclaim::Error>(())
/// ```
pub fn for_each_claim(input: &Input, map: &ColumnMap, each: impl FnMut(&Claim)) -> Result<()> {
    each_claim(Cutter::open(&input.name(), input.open()?, map)?, each)
}

fn each_claim(mut cutter: Cutter, mut each: impl FnMut(&Claim)) -> Result<()> {
    let mut assembler = Assembler::new(cutter.layout());
    while let Some(block) = cutter.next()? {
        assembler.claims(&block, |claim, _| each(claim));
    }
    Ok(())
}

/// Reads a whole csv text into claims: for tests and small files; [`crate::engine::check_files`] streams.
///
/// # Errors
/// If the text has no header that names the columns of claims.
///
/// ```
/// let claims = cleanclaim::read::csv_claims("claim_id,dos_from,procedure,dx1\nC1,2026-03-02,99213,E11.65\n")?;
/// assert_eq!((claims.len(), claims[0].lines.len()), (1, 1));
/// # Ok::<(), cleanclaim::Error>(())
/// ```
pub fn csv_claims(text: &str) -> Result<Vec<Claim>> {
    let text = std::io::Cursor::new(text.as_bytes().to_vec());
    let mut claims = Vec::new();
    each_claim(Cutter::open("-", Box::new(text), &ColumnMap::default())?, |claim| {
        claims.push(claim.clone())
    })?;
    Ok(claims)
}
