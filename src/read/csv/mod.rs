//! Claims as csv: one row a claim line, the claim's own fields on each row.

mod assemble;
mod blocks;
mod header;
mod presets;
mod rows;

pub(crate) use assemble::Assembler;
pub(crate) use blocks::{Block, Cutter};
pub(crate) use header::Layout;
pub use header::{ColumnMap, Columns, columns_page};
pub use presets::PRESETS;
pub(crate) use rows::row_ends;
