//! The administrative calls of a client.

mod call;
mod cluster;
mod envs;
mod info;
mod tables;
