//! What every operation provides, and what all of them are built from.

mod contract;
mod keys;
mod status;
mod writes;

pub(crate) use contract::Operation;
pub(crate) use keys::{HashKey, RowKey, check_hash_key};
pub(crate) use status::{found, ok};
pub(crate) use writes::{check_write, expire_ts};
