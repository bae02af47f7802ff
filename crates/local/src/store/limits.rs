//! Limits on what one request may read.

use std::time::{Duration, Instant};

/// The limits in the default configuration of real servers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReadLimits {
    /// How many rows a multi_get reads.
    pub(super) multi_get_rows: u32,
    /// How many bytes a multi_get returns. The last row may exceed the limit.
    pub(super) multi_get_bytes: u64,
    /// How many bytes any answer carries, so that clients still accept its frame. The last row may
    /// exceed the limit.
    pub(super) answer_bytes: usize,
    /// How many rows the first batch of a scan reads, and how many rows any batch returns.
    pub(super) scan_rows: u32,
    /// How long a request reads.
    pub(super) time: Duration,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self {
            multi_get_rows: 3000,
            multi_get_bytes: 30 << 20,
            answer_bytes: 1 << 30,
            scan_rows: 1000,
            time: Duration::from_secs(30),
        }
    }
}

/// The clock is checked once per this many rows. Checking it for every row would cost more than
/// reading the row.
const ROWS_BETWEEN_LOOKS: u32 = 64;

/// What remains of the limits during one request.
#[derive(Debug)]
pub(super) struct ReadBudget {
    rows: u32,
    bytes: u64,
    started: Instant,
    time: Duration,
    looks: u32,
    late: bool,
}

impl ReadBudget {
    pub(super) fn new(rows: u32, bytes: u64, time: Duration) -> Self {
        Self { rows, bytes, started: Instant::now(), time, looks: 0, late: false }
    }

    /// Counts a row that was read.
    pub(super) fn spend_row(&mut self) {
        self.rows = self.rows.saturating_sub(1);
    }

    /// Counts bytes of the answer.
    pub(super) fn spend_bytes(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes as u64);
    }

    /// Whether no rows, no bytes or no time remain.
    pub(super) fn is_spent(&mut self) -> bool {
        self.rows == 0 || self.bytes == 0 || self.is_late()
    }

    /// Whether the time is up. The clock is checked only now and then.
    pub(super) fn is_late(&mut self) -> bool {
        if !self.late && self.looks.is_multiple_of(ROWS_BETWEEN_LOOKS) {
            self.late = self.started.elapsed() >= self.time;
        }
        self.looks = self.looks.wrapping_add(1);
        self.late
    }
}
