//! What the programs of the benchmarks share: commands, measuring, and the rows.

pub mod measure;
pub mod rows;
pub mod talk;
