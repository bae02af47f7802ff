//! The options of scans.

use std::time::Duration;

use crate::error::Error;
use crate::ops::Filter;

/// The options of a scan.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// The deadline of each batch, all attempts together. Default: 5 s.
    pub timeout: Duration,
    /// The most rows in a batch, positive; a server returns at most 1,000. Default: 1,000.
    pub batch_size: i32,
    /// Whether the range includes its start. Default: `true`.
    pub start_inclusive: bool,
    /// Whether the range includes its stop. Default: `false`.
    pub stop_inclusive: bool,
    /// Leave the values out. Default: `false`.
    pub no_value: bool,
    /// Only rows whose hash keys pass this filter. Default: all.
    pub hash_key_filter: Filter,
    /// Only rows whose sort keys pass this filter. Default: all.
    pub sort_key_filter: Filter,
    /// Return the expiry time of each row. Default: `false`.
    pub return_expire_ts: bool,
    /// Request the next batch as soon as one has arrived, so the server prepares it while the caller uses the
    /// current one. It starts with the second batch: a caller that takes two usually takes more. Default:
    /// `false`.
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
