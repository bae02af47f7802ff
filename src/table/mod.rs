//! The operations of a table that cross by a call each: all but those on single rows.

mod batches;
mod conditional;
mod count;
mod groups;
pub(crate) mod native;
mod ranges;
mod scans;
