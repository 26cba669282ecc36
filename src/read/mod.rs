//! Submitted claims become [`Claim`]s.

mod csv;
mod input;

pub(crate) use csv::{Assembler, Block, Cutter, Layout};
pub use csv::{ColumnMap, Columns, PRESETS};
pub use input::Input;

use crate::{Claim, Result};

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
    let mut cutter =
        Cutter::open("-", Box::new(std::io::Cursor::new(text.as_bytes().to_vec())), &ColumnMap::default())?;
    let layout = cutter.layout();
    let mut assembler = Assembler::new(layout);
    let mut claims = Vec::new();
    while let Some(block) = cutter.next()? {
        assembler.claims(&block, |claim| claims.push(claim.clone()));
    }
    Ok(claims)
}
