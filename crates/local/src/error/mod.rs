//! Errors of starting, changing and stopping a cluster.
//!
//! The message of each public error is one sentence. Its [`code`](StartError::code) is a stable
//! name.

mod change;
mod cluster;
mod server;
mod table;

pub(crate) use self::change::ChangeError;
pub use self::cluster::{StartError, StopError};
pub use self::server::ServerError;
pub use self::table::{CreateTableError, DropTableError, SplitTableError};
