//! How much one request may read.

use std::time::{Duration, Instant};

/// The limits of the servers' default configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReadLimits {
    /// Rows that one multi_get looks at.
    pub(super) multi_get_rows: u32,
    /// Bytes that one multi_get answers with, give or take a row.
    pub(super) multi_get_bytes: u64,
    /// Bytes that any answer has at most, give or take a row: what clients still read as a frame.
    pub(super) answer_bytes: usize,
    /// Rows that the first answer of a scan looks at, and that any answer has at most.
    pub(super) scan_rows: u32,
    /// How long one request reads.
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

/// Looking at the clock for every row would cost more than reading it.
const ROWS_BETWEEN_LOOKS: u32 = 64;

/// What is left of the limits while one request reads.
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

    /// Counts a row that is looked at.
    pub(super) fn spend_row(&mut self) {
        self.rows = self.rows.saturating_sub(1);
    }

    /// Counts bytes of an answer.
    pub(super) fn spend_bytes(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes as u64);
    }

    /// Whether nothing is left: no rows, no bytes, or no time.
    pub(super) fn is_spent(&mut self) -> bool {
        self.rows == 0 || self.bytes == 0 || self.is_late()
    }

    /// Whether the time is up; looks at the clock now and then.
    pub(super) fn is_late(&mut self) -> bool {
        if !self.late && self.looks.is_multiple_of(ROWS_BETWEEN_LOOKS) {
            self.late = self.started.elapsed() >= self.time;
        }
        self.looks = self.looks.wrapping_add(1);
        self.late
    }
}
