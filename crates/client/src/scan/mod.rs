//! Scans: rows in key order, batch by batch, even when partitions move or split meanwhile.

mod options;
mod partition;
mod plan;
mod row;
mod scanner;
mod unscanned;

pub use options::ScanOptions;
pub(crate) use partition::PartitionScan;
pub(crate) use plan::whole_table;
pub use row::ScanRow;
pub use scanner::Scanner;
