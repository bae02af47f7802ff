//! Partition split: what clients see of it, and that nothing is lost.

mod client;
mod kept;
mod seen;
