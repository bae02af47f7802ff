//! The Node.js addon: what `lib/` calls, made of bytes and numbers. Translation only.
//!
//! Every method takes a token, copies its arguments and returns at once. The operation runs on the
//! environment's I/O thread, and its result crosses back in a batch (see `bridge`). The client crate
//! owns defaults, retries and the checks of what values mean; `lib/` checks JavaScript types.
//!
//! The shapes and numbers that JavaScript needs carry `#[napi]`. `npm run build:native` makes the
//! TypeScript side of them, with their documentation.

// `#[napi]` takes only public enums and constants, and nothing links to this crate.
#![allow(unreachable_pub)]

mod admin;
mod arguments;
mod attach;
mod bridge;
mod client;
mod failure;
mod local;
mod results;
mod rows;
mod scan;
mod start;
mod table;
