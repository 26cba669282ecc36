//! Claims as csv: one row a claim line, the claim's own fields on each row.

mod assemble;
mod blocks;
mod group;
mod header;
mod presets;
mod rows;
mod sort;
mod walk;

pub(crate) use assemble::Assembler;
pub(crate) use blocks::{BLOCK, Block, Cutter, id_hash};
pub(crate) use group::Blocks;
pub use group::Grouping;
pub(crate) use header::Layout;
pub use header::{ColumnMap, Columns, columns_page};
pub use presets::PRESETS;
pub(crate) use rows::row_ends;
