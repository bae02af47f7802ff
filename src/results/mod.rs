//! Results of the client crate as completions.

pub(crate) mod checks;
pub(crate) mod completions;
pub(crate) mod outcomes;
pub(crate) mod pages;
