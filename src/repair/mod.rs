//! A copy of a file of claims in which form alone is mended: blanks, case, dots, leading zeros, dates, pointers.
//!
//! Meaning is never touched. What is mended is what the reader takes for the same, and what can be only one thing: a misplaced dot of an ICD-10-CM
//! code, a year-first date, a code with a spreadsheet's decimal point. A mistyped code stays mistyped. Rows with the wrong number of fields or
//! with an open quotation mark are copied as they are, for nothing in them is sure to stand in its column.
//!
//! A cell that could not be read and now can is checked for the first time: the finding about its form goes, and what its content is worth shows.
//! Everything else is found as before.

mod cells;
mod mend;

use std::io::Write;

use cells::{RawRows, content};
use mend::mend;

use crate::claim::{Field, showable};
use crate::code::CodeText;
use crate::read::{Block, ColumnMap, Cutter, Input, Layout, row_ends};
use crate::{Error, Result};

/// What was mended in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Blanks around it, also those that are not seen.
    Blanks,
    /// Lower case.
    Case,
    /// The dot of a diagnosis.
    Dot,
    /// Leading zeros that a spreadsheet dropped.
    LeadingZero,
    /// A decimal point that a spreadsheet added.
    Decimal,
    /// The form of a date.
    DateForm,
    /// Numbers or separators instead of letters.
    Pointers,
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Why::Blanks => "blanks around it",
            Why::Case => "lower case",
            Why::Dot => "the dot in the wrong place",
            Why::LeadingZero => "leading zeros lost",
            Why::Decimal => "a decimal point added by a spreadsheet",
            Why::DateForm => "not written as YYYY-MM-DD",
            Why::Pointers => "pointers not written as letters",
        })
    }
}

/// A mended cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Row of the file, from 1.
    pub row: u64,
    /// Column of the file, from 1.
    pub column: usize,
    /// What the column holds.
    pub field: Field,
    /// What was mended.
    pub why: Why,
    /// Before and after, where both can be nothing but codes; dates, ids and what tells of the patient are not shown.
    pub shown: Option<(CodeText, CodeText)>,
}

/// Copies a file of claims, unpacked if it is packed, and calls `each` with every cell that it mends; gives their number.
///
/// ```
/// use cleanclaim::read::{ColumnMap, Input};
/// # let folder = std::env::temp_dir().join(format!("cleanclaim-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("claims.csv");
/// std::fs::write(&path, "claim_id,dos_from,pos,procedure,dx1\nA,3/2/2026,2,99213, e1.165 \n")?;
/// let mut copy = Vec::new();
/// let mut listed = Vec::new();
/// let input = Input::from_argument(&path);
/// cleanclaim::repair::repair(&input, &ColumnMap::default(), &mut copy, &mut |change| {
///     listed.push(format!("{}:{} {}: {}", change.row, change.column, change.field, change.why));
///     Ok(())
/// })?;
/// assert_eq!(copy, b"claim_id,dos_from,pos,procedure,dx1\nA,2026-03-02,02,99213,E11.65\n");
/// assert_eq!(listed[2], "2:5 dx1: the dot in the wrong place");
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the file cannot be read to its end, is no csv of claims, or the copy cannot be written; and those of `each`.
pub fn repair(
    input: &Input,
    map: &ColumnMap,
    out: &mut dyn Write,
    each: &mut dyn FnMut(&Change) -> Result<()>,
) -> Result<u64> {
    let mut cutter = Cutter::open(&input.name(), input.open()?, map)?;
    write(out, cutter.head())?;
    let layout = cutter.layout();
    let mut repairer =
        Repairer { fields: layout.fields.clone(), layout: &layout, out: Vec::new(), mended: 0 };
    while let Some(block) = cutter.next()? {
        repairer.block(&block, each)?;
        write(out, &repairer.out)?;
        repairer.out.clear();
    }
    Ok(repairer.mended)
}

fn write(out: &mut dyn Write, bytes: &[u8]) -> Result<()> {
    out.write_all(bytes).map_err(|e| Error::io("output", e))
}

struct Repairer<'l> {
    layout: &'l Layout,
    /// What each column holds.
    fields: Vec<Option<Field>>,
    out: Vec<u8>,
    mended: u64,
}

impl Repairer<'_> {
    fn block(&mut self, block: &Block, each: &mut dyn FnMut(&Change) -> Result<()>) -> Result<()> {
        let bytes = &block.bytes;
        let mut rows = RawRows::new(bytes, self.layout.delimiter, block.slow);
        let mut cells = Vec::new();
        // Up to where it was copied, and the row of that place.
        let (mut copied, mut row, mut counted) = (0, block.numbering.of(0), 0);
        while rows.next(&mut cells) {
            let (Some(first), Some(last)) = (cells.first(), cells.last()) else { continue };
            row += row_ends(&bytes[counted..first.start], self.layout.carriage_returns).count() as u64;
            counted = first.start;
            let text = &bytes[first.start..last.end];
            let swallows = memchr::memchr_iter(b'"', text).count() % 2 == 1;
            if cells.len() != self.layout.width || swallows {
                continue;
            }
            for (at, cell) in cells.iter().enumerate() {
                let Some(field) = self.fields.get(at).copied().flatten() else { continue };
                let Some((text, quoted)) = content(&bytes[cell.clone()]) else { continue };
                if text.is_empty() || text.iter().any(|b| b.is_ascii_control() && *b != b'\t') {
                    continue;
                }
                let Some((new, why)) = mend(field, text, !self.layout.versions.is_empty()) else { continue };
                self.out.extend_from_slice(&bytes[copied..cell.start]);
                copied = cell.end;
                let mark: &[u8] = if quoted { b"\"" } else { b"" };
                [mark, &new, mark].iter().for_each(|part| self.out.extend_from_slice(part));
                self.mended += 1;
                let shown = may_be_shown(field).then(|| Some((showable(text)?, showable(&new)?))).flatten();
                each(&Change { row, column: at + 1, field, why, shown })?;
            }
        }
        self.out.extend_from_slice(&bytes[copied..]);
        Ok(())
    }
}

/// Columns of codes: reports show them, too.
fn may_be_shown(field: Field) -> bool {
    matches!(
        field,
        Field::Diagnosis(_)
            | Field::PrincipalDiagnosis
            | Field::LineDiagnosis
            | Field::AdmittingDiagnosis
            | Field::Procedure
            | Field::Modifier(_)
            | Field::Place
            | Field::Revenue
            | Field::PatientStatus
            | Field::InpatientProcedure(_)
    )
}
