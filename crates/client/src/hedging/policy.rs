//! When a read goes to a secondary too, and how often it may.

use std::time::Duration;

use super::budget::Budget;
use crate::net::Latencies;
use crate::options::{BackupDelay, BackupRequestOptions};

/// The observed delay until there are enough reads.
const AT_FIRST: Duration = Duration::from_millis(50);

/// The bounds of the observed delay. Timers have no finer resolution than 1 ms.
const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_secs(1);

/// The hedging of one table's reads.
pub(crate) struct Hedging {
    delay: Option<Delay>,
    budget: Budget,
    on_unreachable: bool,
}

enum Delay {
    After(Duration),
    Observed(Box<Latencies>),
}

impl Hedging {
    /// `None`: the options switch it off.
    pub(crate) fn new(options: &BackupRequestOptions) -> Option<Self> {
        let delay = options.delay.map(|delay| match delay {
            BackupDelay::After(delay) => Delay::After(delay),
            BackupDelay::Auto => Delay::Observed(Box::new(Latencies::new())),
        });
        let asks = delay.is_some() || options.on_unreachable;
        let budget = Budget::new(options.max_share);
        asks.then_some(Self { delay, budget, on_unreachable: options.on_unreachable })
    }

    /// How long to wait for the primary before a secondary is asked too; `None`: without limit. Each call counts
    /// one read towards the budget.
    pub(crate) fn delay(&self) -> Option<Duration> {
        let delay = match self.delay.as_ref()? {
            Delay::After(delay) => *delay,
            Delay::Observed(latencies) => {
                latencies.p99().map_or(AT_FIRST, |p99| p99.clamp(SHORTEST, LONGEST))
            }
        };
        self.budget.earn();
        Some(delay)
    }

    /// Takes one hedged read from the budget; `false` when the budget is empty.
    pub(crate) fn may_spend(&self) -> bool {
        self.budget.spend()
    }

    /// Records the primary's latency. For an abandoned request it is a lower bound, which is enough: the
    /// request was already above the percentile, and its true latency is further above it.
    pub(crate) fn record(&self, latency: Duration) {
        if let Some(Delay::Observed(latencies)) = &self.delay {
            latencies.record(latency);
        }
    }

    /// Whether a read goes to a secondary when the primary is unreachable.
    pub(crate) fn on_unreachable(&self) -> bool {
        self.on_unreachable
    }
}
