//! Tables and their rows: the only part that knows the storage engine.
//!
//! With a data directory they are in a [`disk`] database, without one in [`memory`]. What both have in
//! common is [`TableRows`]; the Pegasus operations on them, one file each, are in [`ops`].
//!
//! Durability. With a data directory, what [`Store::commit`] was called for has reached the
//! operating system and survives the death of the process; a connection calls it once for all the
//! writes that it answers together. Without one, nothing outlives the store.

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
