//! Reads that a secondary may answer: when one is asked, and what that may cost.
//!
//! The attempt itself is `execute/backed.rs`.

mod budget;
mod latency;
mod staleness;

use std::time::Duration;

use self::budget::Budget;
use self::latency::Latencies;
pub(crate) use self::staleness::note_maybe_stale;
pub use self::staleness::with_staleness;
use crate::options::{BackupDelay, BackupRequestOptions};

/// What a table knows about its backup requests.
pub(crate) struct Backup {
    delay: Option<Delay>,
    budget: Budget,
    on_unreachable: bool,
}

enum Delay {
    After(Duration),
    Observed(Box<Latencies>),
}

impl Backup {
    /// `None`: the options ask for nothing.
    pub(crate) fn new(options: &BackupRequestOptions) -> Option<Self> {
        let delay = options.delay.map(|delay| match delay {
            BackupDelay::After(delay) => Delay::After(delay),
            BackupDelay::Auto => Delay::Observed(Box::new(Latencies::new())),
        });
        let asks = delay.is_some() || options.on_unreachable;
        let budget = Budget::new(options.max_share);
        asks.then_some(Self { delay, budget, on_unreachable: options.on_unreachable })
    }

    /// How long the primary is waited for alone; `None`: as long as it takes. Counts the read, whose
    /// share the next ones may use.
    pub(crate) fn delay(&self) -> Option<Duration> {
        let delay = match self.delay.as_ref()? {
            Delay::After(delay) => *delay,
            Delay::Observed(latencies) => latencies.p99(),
        };
        self.budget.earn();
        Some(delay)
    }

    /// Whether one more read may be sent twice.
    pub(crate) fn may_spend(&self) -> bool {
        self.budget.spend()
    }

    /// Takes note of how long the primary took. One that was given up took longer than that, which is
    /// all that matters: it stays above the quantile that it was above when it was given up.
    pub(crate) fn record(&self, latency: Duration) {
        if let Some(Delay::Observed(latencies)) = &self.delay {
            latencies.record(latency);
        }
    }

    /// Whether a read goes on at a secondary when the primary is gone.
    pub(crate) fn on_unreachable(&self) -> bool {
        self.on_unreachable
    }
}
