//! The client against the local server, and against scripted servers that misbehave in many ways.

// Tests may panic; so may the helpers outside of `#[test]` functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

mod attempts;
mod calls;
mod connections;
mod meta;
mod outage;
