//! Removes all rows of a hash key in a range of sort keys, in rounds.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::portions::portions;
use crate::context::TableContext;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::execute::execute;
use crate::ops::{Filter, MultiRemove};
use crate::scan::{ScanOptions, Scanner};
use crate::shown::ShownKey;

/// The most bytes of sort keys in one request: servers refuse writes over 1 MiB.
const MAX_KEY_BYTES: usize = 512 * 1024;

/// The most sort keys that are found and removed in one round.
const ROUND: i32 = 1000;

/// The options of a removal by range.
#[derive(Debug, Clone)]
pub struct DelRangeOptions {
    /// Whether the range includes its start. Default: `true`.
    pub start_inclusive: bool,
    /// Whether the range includes its stop. Default: `false`.
    pub stop_inclusive: bool,
    /// Only rows whose sort keys pass this filter are removed. Default: all.
    pub filter: Filter,
    /// The deadline of each request; there may be many. `None`: the table's timeout. Default: `None`.
    pub timeout: Option<Duration>,
}

impl Default for DelRangeOptions {
    fn default() -> Self {
        Self { start_inclusive: true, stop_inclusive: false, filter: Filter::default(), timeout: None }
    }
}

/// A removal by range that failed midway.
#[derive(Clone)]
pub struct DelRangeError {
    /// The cause.
    pub error: Error,
    /// The number of rows that were certainly removed.
    pub deleted: u64,
    /// The first sort key that may still exist, to go on from. `None`: no row was found yet.
    pub next_sort_key: Option<Bytes>,
}

impl fmt::Debug for DelRangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DelRangeError")
            .field("error", &self.error)
            .field("deleted", &self.deleted)
            .field("next_sort_key", &self.next_sort_key.as_deref().map(ShownKey))
            .finish()
    }
}

impl fmt::Display for DelRangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {} rows had been removed", self.error, self.deleted)
    }
}

impl std::error::Error for DelRangeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

pub(crate) async fn del_range(
    table: Arc<TableContext>,
    hash_key: Bytes,
    start: Bytes,
    stop: Bytes,
    options: DelRangeOptions,
) -> Result<u64, DelRangeError> {
    let timeout = options.timeout.unwrap_or(table.timeout());
    let mut deleted = 0;
    let mut next_sort_key = None;
    let stopped = |error, deleted, next_sort_key| DelRangeError { error, deleted, next_sort_key };
    let scan = ScanOptions {
        timeout,
        batch_size: ROUND,
        start_inclusive: options.start_inclusive,
        stop_inclusive: options.stop_inclusive,
        no_value: true,
        sort_key_filter: options.filter,
        ..ScanOptions::default()
    };
    let mut scanner = Scanner::of_hash_key(Arc::clone(&table), &hash_key, &start, &stop, scan)
        .map_err(|error| stopped(error, 0, None))?;
    loop {
        let rows = match scanner.next_page().await {
            Ok(Some(rows)) => rows,
            Ok(None) => return Ok(deleted),
            Err(error) => return Err(stopped(error, deleted, next_sort_key)),
        };
        let sort_keys = rows.into_iter().map(|row| row.sort_key);
        for sort_keys in portions(sort_keys, ROUND as usize, MAX_KEY_BYTES, Bytes::len) {
            let (first, last) = (sort_keys.first().cloned(), sort_keys.last().cloned());
            let count = sort_keys.len() as u64;
            let removed = match MultiRemove::new(&hash_key, sort_keys) {
                Ok(remove) => execute(&table, &remove, Deadline::after(timeout)).await,
                Err(error) => Err(error),
            };
            removed.map_err(|error| stopped(error, deleted, first))?;
            deleted += count;
            next_sort_key = last;
        }
    }
}
