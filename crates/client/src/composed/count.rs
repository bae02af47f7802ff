//! Counts the rows of a table: several partitions in parallel, and no row is transferred.

use std::sync::Arc;

use futures_util::StreamExt;
use pegasus_protocol::idl::GetScannerRequest;

use crate::context::TableContext;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::ops::Batch;
use crate::routing::{Target, is_resized};
use crate::scan::{PartitionScan, ScanOptions, whole_table};

/// The most partitions that are counted at once.
const AT_ONCE: usize = 8;

/// How often a partition is counted anew after a lost context, and a table after a split.
const MAX_RESTARTS: u32 = 8;

/// The progress of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountProgress {
    /// The rows in the partitions that are done.
    pub rows: u64,
    /// The number of partitions that are done.
    pub partitions_done: u32,
    /// The number of partitions of the table.
    pub partitions: u32,
}

pub(crate) async fn count(
    table: Arc<TableContext>,
    options: ScanOptions,
    mut on_progress: impl FnMut(CountProgress) + Send,
) -> Result<u64, Error> {
    let mut restarts = 0;
    loop {
        match count_once(&table, &options, &mut on_progress).await {
            Err(error) if is_resized(&error) && restarts < MAX_RESTARTS => restarts += 1,
            result => return result,
        }
    }
}

/// Counts with the present partitions. A split of the table makes it fail as resized.
async fn count_once(
    table: &Arc<TableContext>,
    options: &ScanOptions,
    on_progress: &mut (impl FnMut(CountProgress) + Send),
) -> Result<u64, Error> {
    let slices: Vec<_> = table.router().snapshot().slices().collect();
    let partitions = slices.len() as u32;
    let mut progress = CountProgress { rows: 0, partitions_done: 0, partitions };
    let one = |(index, modulus)| count_partition(table, options, Target::Slice { index, modulus });
    let mut counts = futures_util::stream::iter(slices).map(one).buffer_unordered(AT_ONCE);
    while let Some(count) = counts.next().await {
        progress.rows += count?;
        progress.partitions_done += 1;
        on_progress(progress);
    }
    Ok(progress.rows)
}

async fn count_partition(
    table: &Arc<TableContext>,
    options: &ScanOptions,
    target: Target,
) -> Result<u64, Error> {
    let request = GetScannerRequest { only_return_count: Some(true), ..whole_table(options) };
    for _ in 0..=MAX_RESTARTS {
        if let Some(count) = count_from_start(table, options, target, &request).await? {
            return Ok(count);
        }
    }
    Err(Error::new(ErrorKind::Incomplete, "the server keeps losing the scan context of the count"))
}

/// `None`: the server lost the context. Counts come without keys, so there is no key to go on after.
async fn count_from_start(
    table: &Arc<TableContext>,
    options: &ScanOptions,
    target: Target,
    request: &GetScannerRequest,
) -> Result<Option<u64>, Error> {
    let mut scan = PartitionScan::new(Arc::clone(table), target, options.timeout);
    let mut total = 0;
    loop {
        match scan.next_batch(|| request.clone(), Deadline::after(options.timeout)).await? {
            Batch::Rows { rows, count, context } => {
                // A server that does not know `only_return_count` sends rows; they are counted here.
                total += count.unwrap_or(rows.len() as u64);
                if context.is_none() {
                    return Ok(Some(total));
                }
            }
            Batch::Cut { .. } => {
                return Err(Error::new(
                    ErrorKind::Incomplete,
                    "the server ran out of time for a part of the count",
                ));
            }
            Batch::Lost => return Ok(None),
        }
    }
}
