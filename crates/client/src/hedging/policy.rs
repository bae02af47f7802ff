//! When a read goes to a secondary too or first, and how often it may.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::budget::Budget;
use super::expected::Expected;
use crate::net::{Class, Health, Pace, Role};
use crate::options::{BackupDelay, BackupRequestOptions};

/// What is expected of the servers is computed anew after this time, in microseconds.
const REVIEW_MICROS: u64 = 50_000;

/// The time between two probes of a slow server while the budget is rich, and while it can just pay.
const PROBE_GAP: Duration = Duration::from_millis(200);
const SPARING_PROBE_GAP: Duration = Duration::from_secs(1);

/// The time between two probes while the budget cannot pay the second request of each. Such a probe may be a slow
/// read.
const UNPAID_PROBE_GAP: Duration = Duration::from_secs(10);

/// With so many requests in it, the budget is rich.
const RICH: u32 = 5;

/// The time between two probes of a secondary that did not answer in time. With it, a cluster that is slow as a whole
/// has next to nothing more to do.
const SECONDARY_PROBE_GAP: Duration = Duration::from_secs(1);

/// Whether a read finds out whether a slow server is well again, and whether a second request is paid for already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Probe {
    No,
    Paid,
    Unpaid,
}

/// The hedging of one table's reads.
pub(crate) struct Hedging {
    /// `None`: a slow primary is waited for alone.
    measure: Option<Measure>,
    budget: Budget,
    on_unreachable: bool,
    opened: Instant,
}

/// What is expected of the servers.
struct Measure {
    fixed_delay: Option<Duration>,
    row: Reviewed,
    rows: Reviewed,
}

/// What was last computed for one class.
struct Reviewed {
    /// When, in microseconds since the table was opened; 0: never.
    at_micros: AtomicU64,
    delay_micros: AtomicU64,
    late_micros: AtomicU64,
    may_demote: AtomicBool,
}

impl Hedging {
    /// `None`: the options switch it off.
    pub(crate) fn new(options: &BackupRequestOptions) -> Option<Self> {
        // Without a share, a secondary may not be asked in place of the primary either.
        let delay = options.delay.filter(|_| options.max_share > 0.0);
        let measure = delay.map(|delay| {
            let fixed_delay = match delay {
                BackupDelay::After(delay) => Some(delay),
                BackupDelay::Auto => None,
            };
            let first = Expected::at_first(fixed_delay);
            Measure { fixed_delay, row: Reviewed::new(first), rows: Reviewed::new(first) }
        });
        let asks = measure.is_some() || options.on_unreachable;
        let (budget, on_unreachable) = (Budget::new(options.max_share), options.on_unreachable);
        asks.then(|| Self { measure, budget, on_unreachable, opened: Instant::now() })
    }

    /// What a read of this class may take; `None`: the primary is waited for without limit. Each call counts one
    /// read towards the budget. `servers` are all of the table.
    pub(crate) fn expected<'a, S>(
        &self,
        class: Class,
        now: Instant,
        servers: impl FnOnce() -> S,
    ) -> Option<Expected>
    where
        S: Iterator<Item = &'a Health>,
    {
        let measure = self.measure.as_ref()?;
        let age = now.saturating_duration_since(self.opened);
        self.budget.earn(age);
        let reviewed = if class == Class::Row { &measure.row } else { &measure.rows };
        if reviewed.is_due(age.as_micros() as u64) {
            reviewed.store(Expected::of(servers(), class, measure.fixed_delay));
        }
        Some(reviewed.load())
    }

    /// Takes one more request from the budget; `false` when the budget is empty.
    pub(crate) fn may_spend(&self) -> bool {
        self.budget.spend()
    }

    /// Takes one more request from the budget of the reads to come: for a read that would have no answer without it.
    pub(crate) fn may_owe(&self) -> bool {
        self.budget.spend_or_owe()
    }

    /// Gives back what was taken for a request that was not sent.
    pub(crate) fn refund(&self) {
        self.budget.refund();
    }

    /// Whether this read finds out whether a slow primary is well again. If so, the second request, which it needs
    /// when that is not well, is paid for at once: a read that waits for the budget would be a slow one.
    pub(crate) fn take_probe(&self, slow: &Pace, now: Instant) -> Probe {
        let (gap, is_paid) = match (self.budget.has(RICH), self.budget.has(1)) {
            (true, _) => (PROBE_GAP, true),
            (false, true) => (SPARING_PROBE_GAP, true),
            (false, false) => (UNPAID_PROBE_GAP, false),
        };
        match slow.wants_probe(now, gap) {
            true if !is_paid => Probe::Unpaid,
            true if self.budget.spend() => Probe::Paid,
            _ => Probe::No,
        }
    }

    /// Whether this read finds out whether a slow secondary is well again; it is paid for.
    pub(crate) fn wants_secondary_probe(&self, slow: &Pace, now: Instant) -> bool {
        slow.wants_probe(now, SECONDARY_PROBE_GAP)
    }

    /// Whether a read goes to a secondary when the primary is unreachable.
    pub(crate) fn on_unreachable(&self) -> bool {
        self.on_unreachable
    }
}

/// Whether a server is slow, as a secondary or in general.
pub(crate) fn is_slow(secondary: &Health, class: Class) -> bool {
    [Role::Primary, Role::Secondary].into_iter().any(|role| secondary.pace(class, role).is_slow())
}

/// Whether a server is known to be quick, so that it can be asked in place of a slow primary.
pub(crate) fn is_quick(secondary: &Health, class: Class) -> bool {
    let is_known =
        [Role::Primary, Role::Secondary].into_iter().any(|role| secondary.pace(class, role).is_quick());
    is_known && !is_slow(secondary, class)
}

impl Reviewed {
    fn new(first: Expected) -> Self {
        let reviewed = Self {
            at_micros: AtomicU64::new(0),
            delay_micros: AtomicU64::new(0),
            late_micros: AtomicU64::new(0),
            may_demote: AtomicBool::new(false),
        };
        reviewed.store(first);
        reviewed
    }

    /// Whether it is time for the next review; says so to one caller.
    fn is_due(&self, now_micros: u64) -> bool {
        let last = self.at_micros.load(Ordering::Relaxed);
        (last == 0 || now_micros >= last + REVIEW_MICROS)
            && self
                .at_micros
                .compare_exchange(last, now_micros.max(1), Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    fn store(&self, expected: Expected) {
        self.delay_micros.store(micros(expected.delay), Ordering::Relaxed);
        self.late_micros.store(micros(expected.late), Ordering::Relaxed);
        self.may_demote.store(expected.may_demote, Ordering::Relaxed);
    }

    fn load(&self) -> Expected {
        Expected {
            delay: Duration::from_micros(self.delay_micros.load(Ordering::Relaxed)),
            late: Duration::from_micros(self.late_micros.load(Ordering::Relaxed)),
            may_demote: self.may_demote.load(Ordering::Relaxed),
        }
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
