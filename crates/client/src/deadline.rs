//! The deadline of an operation, fixed when the operation starts.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The deadline, in 30 years, of a timeout that is too long for an `Instant`.
const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 30);

#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    at: Instant,
    timeout: Duration,
}

impl Deadline {
    pub(crate) fn after(timeout: Duration) -> Self {
        let now = Instant::now();
        Self { at: now.checked_add(timeout).unwrap_or(now + FAR), timeout }
    }

    pub(crate) fn instant(self) -> Instant {
        self.at
    }

    /// The whole time that was allowed at the start.
    pub(crate) fn timeout(self) -> Duration {
        self.timeout
    }

    /// The middle of the remaining time.
    pub(crate) fn half_left(self) -> Instant {
        self.at - self.at.saturating_duration_since(Instant::now()) / 2
    }

    /// The remaining time in whole milliseconds, at least 1, as a request header carries it.
    pub(crate) fn remaining_ms(self) -> i32 {
        let remaining = self.at.saturating_duration_since(Instant::now()).as_millis();
        i32::try_from(remaining).unwrap_or(i32::MAX).max(1)
    }

    /// The end of a delay that begins now, or the deadline if that is earlier.
    pub(crate) fn earlier(self, delay: Duration) -> Instant {
        self.earlier_from(Instant::now(), delay)
    }

    /// The end of a delay that begins at this time, or the deadline if that is earlier.
    pub(crate) fn earlier_from(self, start: Instant, delay: Duration) -> Instant {
        start.checked_add(delay).map_or(self.at, |end| end.min(self.at))
    }

    /// Waits until this time, but not beyond the deadline. Says whether time is left.
    pub(crate) async fn sleep_until(self, until: Instant) -> bool {
        sleep_until(until.min(self.at)).await;
        until < self.at
    }
}
