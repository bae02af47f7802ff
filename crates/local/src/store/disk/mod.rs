//! What a data directory holds: one database of the storage engine.
//!
//! It has one keyspace a table ([`DiskRows`]) and one for the descriptions of the tables
//! ([`catalog`]). Inside a table, the rows of a partition stand together under its number
//! ([`key_layout`]); rows with very long keys share a [`bucket`].

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
