//! Hedged reads (the public options call them backup requests): when a secondary is asked too, and how often.
//!
//! `execute/hedged.rs` makes the attempt itself.

mod budget;
mod policy;
mod staleness;

pub(crate) use policy::Hedging;
pub(crate) use staleness::note_maybe_stale;
pub use staleness::with_staleness;
