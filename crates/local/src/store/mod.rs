//! Tables and their rows. This is the only room that knows the storage engine.
//!
//! With a data directory, tables are in a [`disk`] database, otherwise in [`memory`]. [`TableRows`]
//! hides the difference. The Pegasus operations on rows, one file each, are in [`ops`].
//!
//! Durability: with a data directory, all writes before a call of [`Store::commit`] have reached
//! the operating system when it returns, and survive the death of the process. A connection calls
//! it once for all the writes that it acknowledges together. Without a data directory, nothing
//! outlives the store.

mod disk;
mod edit;
mod error;
mod filter;
pub(crate) mod integer;
mod limits;
mod memory;
pub(crate) mod ops;
mod owner;
mod row;
mod split;
mod storage;
mod table_record;
mod table_rows;
#[cfg(test)]
mod tests;
mod view;

pub use self::error::StoreError;
pub(crate) use self::owner::Owner;
pub(crate) use self::storage::Store;
pub(crate) use self::table_record::TableRecord;
pub(crate) use self::table_rows::{PartitionRows, TableRows};
