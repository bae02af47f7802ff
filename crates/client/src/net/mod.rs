//! Connections to servers: made on demand, shared by all operations on the same server.
//!
//! A [`Pool`] knows the [`Server`]s of a client. A server has at most one live connection, which exists before its
//! socket does and holds calls back until then. The connection's task makes the socket and drives it. Nothing
//! here retries.

mod candidates;
mod connection;
mod dial;
mod direct;
mod doubt;
mod driver;
pub(crate) mod error;
mod health;
mod held;
mod inflight;
mod latency;
mod names;
mod outage;
mod pace;
mod pool;
mod probe;
mod queue;
mod race;
mod remembered;
mod server;
mod shared;
mod silence;
mod socket;

pub(crate) use connection::Call;
pub use direct::send_directly;
pub(crate) use health::Health;
pub(crate) use latency::Class;
pub(crate) use pace::{Pace, Role};
pub(crate) use pool::Pool;
pub(crate) use server::Server;
