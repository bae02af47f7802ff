//! Scans: rows in order, batch by batch, across whatever happens to the servers meanwhile.

mod plan;
mod scanner;

pub use plan::ScanOptions;
pub use scanner::{ScanRow, Scanner};
