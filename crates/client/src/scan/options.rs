//! The options of scans.

use std::time::Duration;

use crate::error::Error;
use crate::ops::Filter;

/// The options of a scan.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// The deadline of each batch. 5 s.
    pub timeout: Duration,
    /// Rows in a batch; a server returns at most 1,000. 1,000.
    pub batch_size: i32,
    /// Whether the start sort key is in the range. `true`.
    pub start_inclusive: bool,
    /// Whether the stop sort key is in the range. `false`.
    pub stop_inclusive: bool,
    /// Leave the values out. `false`.
    pub no_value: bool,
    /// Only rows whose hash key passes the filter. All rows.
    pub hash_key_filter: Filter,
    /// Only rows whose sort key passes the filter. All rows.
    pub sort_key_filter: Filter,
    /// Return the expiry time of each row. `false`.
    pub return_expire_ts: bool,
    /// Request the next batch as soon as one has arrived, so the server prepares it while the caller uses
    /// the current one. Starts with the second batch: a caller that takes two usually takes more. `false`.
    pub read_ahead: bool,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(5),
            batch_size: 1000,
            start_inclusive: true,
            stop_inclusive: false,
            no_value: false,
            hash_key_filter: Filter::default(),
            sort_key_filter: Filter::default(),
            return_expire_ts: false,
            read_ahead: false,
        }
    }
}

impl ScanOptions {
    pub(super) fn validate(&self) -> Result<(), Error> {
        if self.batch_size <= 0 {
            let message = format!("batch_size is {}: a positive number is needed", self.batch_size);
            return Err(Error::invalid_argument(message));
        }
        Ok(())
    }
}
