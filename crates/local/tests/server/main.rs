//! Tests that talk to a cluster over its sockets, and to the program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // how tests fail

#[path = "../support/mod.rs"]
mod support;

mod admin;
mod durability;
mod envs;
mod faults;
mod garbage;
mod lifetime;
mod meta;
mod program;
mod recall;
mod recorded;
mod refusals;
mod rows;
mod scans;
mod servers;
mod split;
mod throttling;
