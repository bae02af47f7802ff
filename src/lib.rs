//! The Node.js addon: what `lib/` calls, made of bytes and numbers. Translation only.
//!
//! Every method takes a token, copies its arguments, and returns at once; the operation runs on the
//! environment's I/O thread and its result crosses back in a batch (see `bridge`). Defaults,
//! checks of meaning and retries live in the client crate; checks of JavaScript types in `lib/`.

mod admin;
mod beyond;
mod bridge;
mod client;
mod convert;
mod error;
mod faults;
mod local;
mod log;
mod requests;
mod rows;
mod scanner;
mod servers;
mod table;
