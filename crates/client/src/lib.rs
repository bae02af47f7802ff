//! An async client for Apache Pegasus, the distributed key-value store.
//!
//! A row has a hash key, a sort key and a value. The hash of the hash key decides the row's partition.
//! [`Client`] connects to the meta servers, [`Table`] has the operations, [`Scanner`] reads ranges of rows.
//!
//! The path of an operation: `table` builds it from the arguments (`ops`, one file each), `execute` runs the
//! one loop of attempts, `routing` finds the primary, `net` carries request and reply, `retry` judges
//! failures. Only the loop retries.
//!
//! It runs on any tokio runtime with time and I/O enabled, including a current-thread runtime.

mod address;
pub mod admin;
mod client;
mod composed;
mod context;
mod deadline;
mod error;
mod execute;
mod hedging;
mod limiter;
mod load_retries;
mod meta;
mod net;
mod operation;
mod ops;
mod options;
mod refusal;
mod resolve;
mod retry;
mod routing;
mod scan;
mod shown;
mod single_flight;
mod table;

pub use client::Client;
pub use composed::{CountProgress, DelRangeError, DelRangeOptions};
pub use error::{Error, ErrorKind, Location};
pub use hedging::with_staleness;
pub use net::send_directly;
pub use ops::{Check, CheckResult, CheckedSet, IncrExpiry, IncrOptions, Mutation};
pub use ops::{Filter, MultiGetLimits, MultiGetResult, SortKeyRange, SortKeyValue, TimeToLive};
pub use options::{BackupDelay, BackupRequestOptions, CallOptions, ClientOptions};
pub use options::{RetryOptions, TableOptions, WhenFull, WriteOptions};
pub use pegasus_protocol::idl::{CheckType, FilterType};
pub use resolve::{Resolve, SystemResolver};
pub use scan::{ScanOptions, ScanRow, Scanner};
pub use table::Table;
