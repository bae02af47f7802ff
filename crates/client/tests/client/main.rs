//! The client in conversation: with the local server, and with scripted peers that misbehave in
//! every way a cluster can.

// How tests fail; the helpers outside of #[test] functions fail the same way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

mod atomic;
mod back_pressure;
mod backup;
mod cancellation;
mod closing;
mod counts;
mod deadlines;
mod direct;
mod garbage;
mod host_names;
mod meta;
mod operations;
mod retries;
mod routing;
mod scans;
mod secrets;
mod server_scans;
