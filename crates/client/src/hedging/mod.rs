//! Hedged reads (the public options call them backup requests): when a secondary is asked too
//! or first, and how often.
//!
//! `execute/hedged/` makes the attempt itself.

mod budget;
mod expected;
mod policy;
mod staleness;

pub(crate) use expected::Expected;
pub(crate) use policy::{Hedging, Probe, is_quick, is_slow};
pub(crate) use staleness::note_maybe_stale;
pub use staleness::with_staleness;
