//! Where the partitions of a table are served.

mod draft;
mod partition;
mod refresh;
mod snapshot;
mod target;

pub(crate) use refresh::{Refreshed, Router};
pub(crate) use snapshot::{Route, Snapshot};
pub(crate) use target::{Target, is_resized, resized};
