//! Scans: rows in order, batch by batch, across whatever happens to the servers meanwhile.

mod part;
mod plan;
mod scanner;

pub(crate) use part::PartScan;
pub use plan::ScanOptions;
pub(crate) use plan::whole_table;
pub use scanner::{ScanRow, Scanner};
