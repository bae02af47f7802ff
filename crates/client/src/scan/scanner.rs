//! A running scan: which partition, which context, and after which key to go on.

use std::sync::Arc;

use bytes::Bytes;
use pegasus_protocol::frame::RequestHeader;
use pegasus_protocol::idl::{GetScannerRequest, KeyValue, ScanRequest};
use pegasus_protocol::{expiry, key, rpc};

use super::plan::{Plan, ScanOptions};
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::execute::execute;
use crate::ops::{Batch, GetScanner, Scan};
use crate::routing::Target;
use crate::table::TableCore;

/// A server that forgets each context as soon as it has given it is not asked for ever.
const MAX_LOST_IN_A_ROW: u32 = 16;

/// A row of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanRow {
    /// The hash key.
    pub hash_key: Bytes,
    /// The sort key.
    pub sort_key: Bytes,
    /// The value; empty where values were left out.
    pub value: Bytes,
    /// When it expires, in Unix seconds, where that was asked for; `None` never.
    pub expires_at: Option<u64>,
}

/// Where a scan stands in its partition.
#[derive(Clone, Copy)]
enum Position {
    /// It must be opened: at its start, or after the last key that was given.
    Closed,
    /// The server keeps this context.
    Open(i64),
}

/// A scan. Each row is given once, whatever becomes of server contexts on the way.
///
/// Dropping it frees the server's context without waiting for anything.
pub struct Scanner {
    table: Arc<TableCore>,
    options: ScanOptions,
    /// The range; where to go on after a lost context stands in `last_key`.
    request: GetScannerRequest,
    /// What is left, the current partition last.
    partitions: Vec<Target>,
    position: Position,
    /// The last key that was given in the current partition. It outlives batches: an empty batch
    /// must not send the scan back to the start.
    last_key: Option<Bytes>,
    lost_in_a_row: u32,
    closed: bool,
}

impl Scanner {
    pub(crate) fn of_hash_key(
        table: Arc<TableCore>,
        hash_key: &[u8],
        start: &[u8],
        stop: &[u8],
        options: ScanOptions,
    ) -> Result<Self, Error> {
        check(&options)?;
        Ok(Self::new(table, Plan::of_hash_key(hash_key, start, stop, &options)?, options))
    }

    pub(crate) fn of_table(
        table: &Arc<TableCore>,
        max_split_count: u32,
        options: &ScanOptions,
    ) -> Result<Vec<Self>, Error> {
        check(options)?;
        if max_split_count == 0 {
            return Err(Error::invalid_argument("max_split_count is 0: at least one scanner is needed"));
        }
        let partitions = table.router().snapshot().partition_count();
        let split = max_split_count.min(partitions);
        let scanner = |first: u32| {
            // The first is taken from the end.
            let mine = (first..partitions).step_by(split as usize).map(Target::Partition).rev().collect();
            Self::new(Arc::clone(table), Plan::of_partitions(mine, options), options.clone())
        };
        Ok((0..split).map(scanner).collect())
    }

    fn new(table: Arc<TableCore>, plan: Plan, options: ScanOptions) -> Self {
        Self {
            table,
            options,
            request: plan.request,
            partitions: plan.partitions,
            position: Position::Closed,
            last_key: None,
            lost_in_a_row: 0,
            closed: false,
        }
    }

    /// The next rows, never an empty page; `None` at the end.
    ///
    /// After an error the next call goes on where this one stood. Dropping the future loses nothing
    /// either.
    ///
    /// # Errors
    ///
    /// What every operation meets; the deadline counts for each batch anew.
    pub async fn next_page(&mut self) -> Result<Option<Vec<ScanRow>>, Error> {
        while let Some(target) = self.partitions.last().copied().filter(|_| !self.closed) {
            let rows = match self.fetch(target).await? {
                Batch::Rows { rows, context, .. } => {
                    self.advance(&rows, context);
                    rows
                }
                Batch::Cut { rows } if rows.is_empty() => {
                    self.position = Position::Closed;
                    return Err(Error::new(
                        ErrorKind::Incomplete,
                        "the server ran out of time before it found a row",
                    ));
                }
                Batch::Cut { rows } => {
                    self.advance(&rows, None);
                    self.partitions.push(target);
                    self.last_key = rows.last().map(|row| row.key.clone());
                    rows
                }
                Batch::Lost => {
                    self.lose_context()?;
                    continue;
                }
            };
            if !rows.is_empty() {
                return rows.into_iter().map(read_row).collect::<Result<_, _>>().map(Some);
            }
        }
        Ok(None)
    }

    async fn fetch(&self, target: Target) -> Result<Batch, Error> {
        let deadline = Deadline::after(self.options.timeout);
        match self.position {
            Position::Open(context_id) => {
                let operation = Scan { target, request: ScanRequest { context_id } };
                execute(&self.table, &operation, deadline).await
            }
            Position::Closed => {
                let mut request = self.request.clone();
                if let Some(last) = &self.last_key {
                    request.start_key = last.clone();
                    request.start_inclusive = false;
                }
                execute(&self.table, &GetScanner { target, request }, deadline).await
            }
        }
    }

    /// Takes note of a batch: where the scan stands now.
    fn advance(&mut self, rows: &[KeyValue], context: Option<i64>) {
        if let Some(last) = rows.last() {
            self.last_key = Some(last.key.clone());
            self.lost_in_a_row = 0;
        }
        match context {
            Some(id) => self.position = Position::Open(id),
            None => {
                self.partitions.pop();
                self.position = Position::Closed;
                self.last_key = None;
            }
        }
    }

    /// The server restarted, failed over, or waited too long for us: open a new context after the
    /// last key that was given.
    fn lose_context(&mut self) -> Result<(), Error> {
        self.position = Position::Closed;
        self.lost_in_a_row += 1;
        if self.lost_in_a_row > MAX_LOST_IN_A_ROW {
            self.lost_in_a_row = 0;
            let message = "the server forgets every scan context at once";
            return Err(Error::new(ErrorKind::InvalidData, message));
        }
        tracing::debug!(table = self.table.name(), "scan context lost, opening another");
        Ok(())
    }

    /// Ends the scan; the server's context is freed without waiting for an answer, which never comes.
    pub fn close(&mut self) {
        self.closed = true;
        let (Position::Open(context_id), Some(target)) = (self.position, self.partitions.last()) else {
            return;
        };
        self.position = Position::Closed;
        let snapshot = self.table.router().snapshot();
        let Some(route) = snapshot.route(*target) else { return };
        // Without a live connection there is nobody to tell: the server forgets it after five minutes.
        let Some(connection) = route.primary.and_then(|node| node.live()) else { return };
        let header = RequestHeader {
            gpid: route.gpid,
            timeout_ms: Deadline::after(self.options.timeout).remaining_ms(),
            partition_hash: route.partition_hash,
            is_backup: false,
        };
        if let Err(error) = connection.cast::<rpc::ClearScanner>(&header, &context_id) {
            tracing::debug!(table = self.table.name(), %error, "scan context left to expire");
        }
    }
}

impl Drop for Scanner {
    fn drop(&mut self) {
        self.close();
    }
}

fn check(options: &ScanOptions) -> Result<(), Error> {
    if options.batch_size <= 0 {
        let message = format!("batch_size is {}: a positive number is needed", options.batch_size);
        return Err(Error::invalid_argument(message));
    }
    Ok(())
}

fn read_row(row: KeyValue) -> Result<ScanRow, Error> {
    let (hash_key, sort_key) = key::decode(&row.key).map_err(|error| {
        Error::new(ErrorKind::InvalidData, format!("a scanned row has a broken key: {error}"))
    })?;
    let expires_at = row.expire_ts_seconds.and_then(|ts| expiry::to_unix_seconds(ts as u32));
    Ok(ScanRow { hash_key, sort_key, value: row.value, expires_at })
}
