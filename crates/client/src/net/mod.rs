//! Connections to servers: made when needed, shared by everything that talks to the same server.
//!
//! A [`Pool`] knows a [`Node`] for each server; a node keeps one live [`Connection`]; a connection's
//! driver task owns the socket. Nothing here retries.

mod connection;
mod dial;
mod direct;
mod driver;
mod error;
mod inflight;
mod pool;

pub(crate) use connection::Call;
pub use direct::send_directly;
pub(crate) use error::{NetError, NetErrorKind, Sent};
pub(crate) use pool::{Node, Pool};
