//! A scan across partitions: the current partition, its context, and the last key that was returned.

use std::sync::Arc;

use pegasus_protocol::idl::{GetScannerRequest, KeyValue};
use tokio::task::yield_now;

use super::options::ScanOptions;
use super::partition::PartitionScan;
use super::plan::Plan;
use super::row::ScanRow;
use super::unscanned::{UnscannedPart, split};
use crate::context::TableContext;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::ops::Batch;
use crate::routing::{Target, is_resized};

/// Ends the scan when a server loses this many contexts in a row.
const MAX_LOST_IN_A_ROW: u32 = 16;

/// A scan. It returns each row once, even when servers lose its contexts.
///
/// Dropping the scanner frees the server's context in the background. Dropping the future of a page frees the
/// context as soon as the reply has told its id.
pub struct Scanner {
    table: Arc<TableContext>,
    options: ScanOptions,
    /// The range of the scan. After a lost context the scan goes on behind the part's `last_key`.
    request: GetScannerRequest,
    /// The parts that are left; the current one is the last.
    parts: Vec<UnscannedPart>,
    /// The scan of the current part, once it has begun.
    current: Option<PartitionScan>,
    lost_in_a_row: u32,
    /// Rows that have arrived and were not returned yet.
    unread: Vec<KeyValue>,
    /// Whether a page was returned.
    has_given: bool,
    closed: bool,
}

impl Scanner {
    pub(crate) fn of_hash_key(
        table: Arc<TableContext>,
        hash_key: &[u8],
        start: &[u8],
        stop: &[u8],
        options: ScanOptions,
    ) -> Result<Self, Error> {
        options.validate()?;
        Ok(Self::new(table, Plan::of_hash_key(hash_key, start, stop, &options)?, options))
    }

    pub(crate) fn of_table(
        table: &Arc<TableContext>,
        max_split_count: u32,
        options: &ScanOptions,
    ) -> Result<Vec<Self>, Error> {
        options.validate()?;
        if max_split_count == 0 {
            return Err(Error::invalid_argument("max_split_count is 0: at least one scanner is needed"));
        }
        let slices: Vec<_> = table.router().snapshot().slices().collect();
        let scanners = slices.len().min(max_split_count as usize);
        let scanner = |first: usize| {
            let slice = |(index, modulus): &(u32, u32)| Target::Slice { index: *index, modulus: *modulus };
            // The first is taken from the end.
            let mine = slices.iter().skip(first).step_by(scanners).map(slice).rev().collect();
            Self::new(Arc::clone(table), Plan::of_partitions(mine, options), options.clone())
        };
        Ok((0..scanners).map(scanner).collect())
    }

    fn new(table: Arc<TableContext>, plan: Plan, options: ScanOptions) -> Self {
        Self {
            table,
            options,
            request: plan.request,
            parts: plan
                .partitions
                .into_iter()
                .map(|target| UnscannedPart { target, last_key: None })
                .collect(),
            current: None,
            lost_in_a_row: 0,
            unread: Vec::new(),
            has_given: false,
            closed: false,
        }
    }

    /// The next rows, never an empty page; `None` at the end.
    ///
    /// After an error the next call goes on at the same row. Dropping the future loses no row.
    ///
    /// # Errors
    ///
    /// The errors of every operation; each batch has a deadline of its own.
    pub async fn next_page(&mut self) -> Result<Option<Vec<ScanRow>>, Error> {
        let mut deadline = Deadline::after(self.options.timeout);
        while self.unread.is_empty()
            && let Some(part) = self.parts.last().filter(|_| !self.closed)
        {
            let begin = || PartitionScan::new(Arc::clone(&self.table), part.target, self.options.timeout);
            let current = self.current.get_or_insert_with(begin);
            // Reopening after a lost context or a split shares the deadline of the batch.
            let batch = match current.next_batch(|| part.opened_by(&self.request), deadline).await {
                Err(error) if is_resized(&error) => {
                    self.split_part()?;
                    continue;
                }
                fetched => fetched?,
            };
            match batch {
                Batch::Rows { rows, context, .. } => {
                    self.remember(&rows);
                    // Stored first: the caller may drop the future while it waits.
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
        std::mem::take(&mut self.unread)
            .into_iter()
            .map(ScanRow::from_wire)
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// Moves on after a batch: to the next part, or to the request ahead.
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
            // Sends the request now, so the server works while the caller reads the rows.
            yield_now().await;
        }
    }

    /// The server ran out of time and kept no context: the scan goes on after its last row.
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

    /// The table was split: goes on in both halves of the current part.
    fn split_part(&mut self) -> Result<(), Error> {
        self.current = None;
        let Some(part) = self.parts.last() else { return Ok(()) };
        let halves = split(part, &self.table.router().snapshot())?;
        self.parts.pop();
        self.parts.extend(halves);
        Ok(())
    }

    /// The server restarted, failed over, or dropped an idle context: the scan opens a new one after the last
    /// key that was returned.
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

    /// Ends the scan and frees the server's context. The server sends no reply to that.
    pub fn close(&mut self) {
        self.closed = true;
        self.current = None;
        self.unread = Vec::new();
    }
}
