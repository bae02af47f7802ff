//! What can go wrong while a cluster is started, changed and stopped.
//!
//! Each public error says what happened in one sentence and has a stable
//! [`code`](StartError::code).

mod change;
mod cluster;
mod server;
mod table;

pub(crate) use self::change::ChangeError;
pub use self::cluster::{StartError, StopError};
pub use self::server::ServerError;
pub use self::table::{CreateTableError, DropTableError, SplitTableError};
