//! Connections to servers: made on demand, shared by all operations on the same server.
//!
//! A [`Pool`] knows the [`Server`]s of a client. A server has at most one live connection. The
//! connection's driver, a task, owns the socket. Nothing here retries.

mod connection;
mod dial;
mod direct;
mod driver;
pub(crate) mod error;
mod health;
mod inflight;
mod latency;
mod pace;
mod pool;
mod server;
mod shared;

pub(crate) use connection::Call;
pub use direct::send_directly;
pub(crate) use health::Health;
pub(crate) use latency::Class;
pub(crate) use pace::{Pace, Role};
pub(crate) use pool::Pool;
pub(crate) use server::Server;
