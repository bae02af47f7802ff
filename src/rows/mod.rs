//! Operations on single rows: many cross in one call, as records.

pub(crate) mod open_tables;
mod operation;
mod request;
pub(crate) mod requests;
