//! Where the partitions of a table are served.

mod deposed;
mod draft;
mod gap;
mod partition;
mod refresh;
mod refuted;
mod routers;
mod snapshot;
mod target;

pub(crate) use refresh::{Refreshed, Router};
pub(crate) use routers::Routers;
pub(crate) use snapshot::{Route, Snapshot};
pub(crate) use target::{Target, is_resized, resized};
