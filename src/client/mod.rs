//! Connecting, opening tables, logs.

mod connect;
mod log;
pub(crate) mod native;
mod options;
