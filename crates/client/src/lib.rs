//! An async client for Apache Pegasus, the distributed key-value store.
//!
//! Rows are found by hash key and sort key; a table's rows are spread over partitions by the hash of
//! the hash key. [`Client`] connects to the meta servers, [`Table`] has the operations, [`Scanner`]
//! walks over rows.
//!
//! The path of an operation: `table` checks and packs the arguments (`ops`, one file each), `execute`
//! runs the one loop of attempts, `routing` says where the partition is, `net` carries request and
//! answer, `retry` judges failures. Nothing below the loop tries again and nothing above it waits.
//!
//! It runs on any tokio runtime with time and I/O enabled, a current-thread one included.

mod address;
pub mod admin;
mod backup;
mod client;
mod composed;
mod deadline;
mod error;
mod execute;
mod gate;
mod meta;
mod net;
mod ops;
mod options;
mod retry;
mod routing;
mod scan;
mod shown;
mod single_flight;
mod table;

pub use backup::with_staleness;
pub use client::Client;
pub use composed::{CountProgress, DelRangeError, DelRangeOptions};
pub use error::{Error, ErrorKind, Place};
pub use net::send_directly;
pub use ops::{Check, CheckResult, CheckedSet, IncrExpiry, IncrOptions, Mutation};
pub use ops::{Filter, MultiGetLimits, MultiGetResult, SortKeyRange, SortKeyValue, TimeToLive};
pub use options::{BackupDelay, BackupRequestOptions, CallOptions, ClientOptions};
pub use options::{RetryOptions, TableOptions, WhenFull, WriteOptions};
pub use pegasus_protocol::idl::{CheckType, FilterType};
pub use scan::{ScanOptions, ScanRow, Scanner};
pub use table::Table;
