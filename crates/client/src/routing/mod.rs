//! Where the partitions of a table are.

mod refresh;
mod snapshot;

pub(crate) use refresh::{Refreshed, Router};
pub(crate) use snapshot::{Route, Snapshot, Target, is_resized, resized};
