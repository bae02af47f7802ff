//! A running scan: which partition, which context, and after which key to go on.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use pegasus_protocol::idl::{GetScannerRequest, KeyValue};
use pegasus_protocol::{expiry, key};
use tokio::task::yield_now;

use super::part::PartScan;
use super::plan::{Plan, ScanOptions};
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::ops::Batch;
use crate::routing::{Target, is_resized, resized};
use crate::shown::{ShownKey, ShownValue};
use crate::table::TableCore;

/// A server that forgets each context as soon as it has given it is not asked for ever.
const MAX_LOST_IN_A_ROW: u32 = 16;

/// A row of a scan.
#[derive(Clone, PartialEq, Eq)]
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

impl fmt::Debug for ScanRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScanRow")
            .field("hash_key", &ShownKey(&self.hash_key))
            .field("sort_key", &ShownKey(&self.sort_key))
            .field("value", &ShownValue(&self.value))
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

/// A partition that is still to be scanned, or the rest of one.
struct Part {
    target: Target,
    /// The last key that was given of it. It outlives batches: an empty batch must not send the scan
    /// back to the start.
    last_key: Option<Bytes>,
}

impl Part {
    /// What opens it: the range of the scan, or what is left of it.
    fn opened_by(&self, range: &GetScannerRequest) -> GetScannerRequest {
        let mut request = range.clone();
        if let Some(last) = &self.last_key {
            request.start_key = last.clone();
            request.start_inclusive = false;
        }
        request
    }
}

/// A scan. Each row is given once, whatever becomes of server contexts on the way.
///
/// Dropping it frees the server's context without waiting for anything. So does dropping the future of a
/// page, as soon as the answer has told the context.
pub struct Scanner {
    table: Arc<TableCore>,
    options: ScanOptions,
    /// The range; where to go on after a lost context stands in `last_key`.
    request: GetScannerRequest,
    /// What is left, the current part last.
    parts: Vec<Part>,
    /// The scan of the current part, once it has begun.
    current: Option<PartScan>,
    lost_in_a_row: u32,
    /// Rows that have come and are not given yet.
    unread: Vec<KeyValue>,
    /// Whether a batch was given.
    has_given: bool,
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
        let slices: Vec<_> = table.router().snapshot().slices().collect();
        let split = slices.len().min(max_split_count as usize);
        let scanner = |first: usize| {
            let slice = |(index, modulus): &(u32, u32)| Target::Slice { index: *index, modulus: *modulus };
            // The first is taken from the end.
            let mine = slices.iter().skip(first).step_by(split).map(slice).rev().collect();
            Self::new(Arc::clone(table), Plan::of_partitions(mine, options), options.clone())
        };
        Ok((0..split).map(scanner).collect())
    }

    fn new(table: Arc<TableCore>, plan: Plan, options: ScanOptions) -> Self {
        Self {
            table,
            options,
            request: plan.request,
            parts: plan.partitions.into_iter().map(|target| Part { target, last_key: None }).collect(),
            current: None,
            lost_in_a_row: 0,
            unread: Vec::new(),
            has_given: false,
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
        let mut deadline = Deadline::after(self.options.timeout);
        while self.unread.is_empty()
            && let Some(part) = self.parts.last().filter(|_| !self.closed)
        {
            let begin = || PartScan::new(Arc::clone(&self.table), part.target, self.options.timeout);
            let current = self.current.get_or_insert_with(begin);
            // What only begins again (a lost context, a split) takes its time from the batch that it is for.
            let batch = match current.next_batch(|| part.opened_by(&self.request), deadline).await {
                Err(error) if is_resized(&error) => {
                    self.split_parts()?;
                    continue;
                }
                fetched => fetched?,
            };
            match batch {
                Batch::Rows { rows, context, .. } => {
                    self.remember(&rows);
                    // Kept first: the future may be dropped while it waits.
                    self.unread = rows;
                    self.advance(context.is_some()).await;
                }
                Batch::Cut { rows } => {
                    self.cut(&rows)?;
                    self.unread = rows;
                }
                Batch::Lost => {
                    self.lose_context()?;
                    continue;
                }
            }
            deadline = Deadline::after(self.options.timeout);
        }
        if self.unread.is_empty() {
            return Ok(None);
        }
        self.has_given = true;
        std::mem::take(&mut self.unread).into_iter().map(read_row).collect::<Result<_, _>>().map(Some)
    }

    /// A batch has come, the last one of its part or not.
    async fn advance(&mut self, has_more: bool) {
        if !has_more {
            self.parts.pop();
            self.current = None;
        }
        if self.has_given
            && self.options.read_ahead
            && let Some(current) = &mut self.current
        {
            current.ask_ahead();
            // Lets the request leave, so that the server works while the rows that came are read.
            yield_now().await;
        }
    }

    /// The server stopped in the middle and keeps no context: go on after its last row.
    fn cut(&mut self, rows: &[KeyValue]) -> Result<(), Error> {
        self.remember(rows);
        if rows.is_empty() {
            let message = "the server ran out of time before it found a row";
            return Err(Error::new(ErrorKind::Incomplete, message));
        }
        Ok(())
    }

    fn remember(&mut self, rows: &[KeyValue]) {
        if let (Some(last), Some(part)) = (rows.last(), self.parts.last_mut()) {
            part.last_key = Some(last.key.clone());
            self.lost_in_a_row = 0;
        }
    }

    /// The table was split: what was one part are two now, with the same place to go on from. The old
    /// partition has refused since, so no row was left out until here.
    fn split_parts(&mut self) -> Result<(), Error> {
        self.current = None;
        let snapshot = self.table.router().snapshot();
        let current: Vec<_> = snapshot.slices().collect();
        let mut parts = Vec::new();
        for part in &self.parts {
            let Target::Slice { index, modulus } = part.target else { return Err(resized()) };
            let before = parts.len();
            parts.extend(current.iter().filter(|(i, m)| m % modulus == 0 && i % modulus == index).map(
                |(index, modulus)| {
                    let target = Target::Slice { index: *index, modulus: *modulus };
                    Part { target, last_key: part.last_key.clone() }
                },
            ));
            if parts.len() == before {
                return Err(resized());
            }
        }
        self.parts = parts;
        Ok(())
    }

    /// The server restarted, failed over, or waited too long for us: open a new context after the
    /// last key that was given.
    fn lose_context(&mut self) -> Result<(), Error> {
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
        self.current = None;
        self.unread = Vec::new();
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
    let (hash_key, sort_key) = key::decode(row.key).map_err(|error| {
        Error::new(ErrorKind::InvalidData, format!("a scanned row has a broken key: {error}"))
    })?;
    let expires_at = row.expire_ts_seconds.and_then(|ts| expiry::to_unix_seconds(ts as u32));
    Ok(ScanRow { hash_key, sort_key, value: row.value, expires_at })
}
