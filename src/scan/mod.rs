//! Scans.

pub(crate) mod options;
pub(crate) mod scanner;
