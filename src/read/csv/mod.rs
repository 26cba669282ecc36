//! Claims as csv: one row a claim line, the claim's own fields on each row.

mod assemble;
mod blocks;
mod header;
mod presets;

pub(crate) use assemble::Assembler;
pub(crate) use blocks::{Block, Cutter, row_ends};
pub(crate) use header::Layout;
pub use header::{ColumnMap, Columns, columns_page};
pub use presets::PRESETS;
