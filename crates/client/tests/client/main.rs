//! The client against the local server, and against scripted servers that misbehave in many ways.

// Tests may panic; so may the helpers outside of `#[test]` functions.
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
