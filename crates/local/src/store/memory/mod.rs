//! Tables in memory: one [`tree`] per partition.
//!
//! There is no journal and no file, so nothing here waits for a disk.

mod row_range;
mod rows;
mod sorted;
#[cfg(test)]
mod tests;
mod tree;
mod view;

pub(super) use self::row_range::MemoryRowRange;
pub(super) use self::rows::MemoryRows;
pub(super) use self::tree::Entry;
pub(super) use self::view::MemoryView;
