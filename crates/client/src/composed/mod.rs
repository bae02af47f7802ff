//! Calls that take several requests: batches over partitions, ranges of any length, counts of tables.
//!
//! Each request is an operation of its own and runs in `execute`.

mod batch_get;
mod batch_write;
mod count;
mod del_range;
mod portions;

pub(crate) use batch_get::{batch_get, batch_get_settled};
pub(crate) use batch_write::batch_write;
pub use count::CountProgress;
pub(crate) use count::count;
pub(crate) use del_range::del_range;
pub use del_range::{DelRangeError, DelRangeOptions};
