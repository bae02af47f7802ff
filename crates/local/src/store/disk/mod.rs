//! The content of a data directory: one database of the storage engine.
//!
//! The database has one keyspace for each table ([`DiskRows`]) and one for the descriptions of the
//! tables ([`catalog`]). In a table's keyspace, the rows of a partition are together, because their
//! keys begin with its index ([`key_layout`]). Rows with very long keys share a [`bucket`].

mod bucket;
mod catalog;
mod creation;
mod database;
mod key_layout;
mod manifests;
mod rows;
mod stored;
mod view;
mod witness;

pub(super) use self::database::Disk;
pub(super) use self::rows::DiskRows;
pub(super) use self::view::{DiskRowRange, DiskView};
