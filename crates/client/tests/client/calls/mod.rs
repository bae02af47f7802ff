//! What calls send and return.

mod atomic;
mod counts;
pub(crate) mod operations;
mod scans;
mod secrets;
mod server_scans;
