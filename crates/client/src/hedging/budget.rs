//! The budget of hedged reads: which share of the reads may be sent twice.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// The price of one more request, in units of the bucket.
const COST: i64 = 1 << 20;

/// So much is there at the start and can always be saved: ten requests, enough for a table with few reads.
const FREE: i64 = 10 * COST;

/// What reads have earned can be saved for one to two of these periods. So a server that becomes slow finds enough
/// for its whole share of the reads until it is noticed.
const PERIOD: Duration = Duration::from_secs(5);

/// A token bucket. Every read adds its share of a token; one more request takes a whole one.
///
/// Threads do not wait for each other. What they lose between them when a period ends does not matter.
pub(super) struct Budget {
    share: i64,
    tokens: AtomicI64,
    /// The number of the period, counted from the start of the table.
    period: AtomicU64,
    /// The reads of this period, and of the one before.
    reads: AtomicU64,
    reads_before: AtomicU64,
}

impl Budget {
    /// `max_share` is between 0 and 1.
    pub(super) fn new(max_share: f64) -> Self {
        let share = (max_share * COST as f64) as i64;
        Self {
            share,
            tokens: AtomicI64::new(if share == 0 { 0 } else { FREE }),
            period: AtomicU64::new(0),
            reads: AtomicU64::new(0),
            reads_before: AtomicU64::new(0),
        }
    }

    /// Adds the share of one read, so long after the start of the table.
    pub(super) fn earn(&self, age: Duration) {
        self.turn_to(age.as_secs() / PERIOD.as_secs());
        self.reads.fetch_add(1, Ordering::Relaxed);
        let full = self.full();
        let earned = |tokens: i64| Some((tokens + self.share).min(full));
        // The update never declines.
        let _ = self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, earned);
    }

    fn turn_to(&self, period: u64) {
        let last = self.period.load(Ordering::Relaxed);
        if period <= last {
            return;
        }
        if self.period.compare_exchange(last, period, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            let reads = self.reads.swap(0, Ordering::Relaxed);
            self.reads_before.store(if period == last + 1 { reads } else { 0 }, Ordering::Relaxed);
        }
    }

    /// How much can be saved.
    fn full(&self) -> i64 {
        let reads = self.reads.load(Ordering::Relaxed) + self.reads_before.load(Ordering::Relaxed);
        FREE.saturating_add(self.share.saturating_mul(i64::try_from(reads).unwrap_or(i64::MAX)))
    }

    /// Whether there is enough for so many more requests.
    pub(super) fn has(&self, requests: u32) -> bool {
        self.tokens.load(Ordering::Relaxed) >= i64::from(requests) * COST
    }

    /// Takes the price of one more request; `false` when the bucket holds less.
    pub(super) fn spend(&self) -> bool {
        self.spend_down_to(0)
    }

    /// Like [`Self::spend`], but what is missing may be owed, up to as much as can be saved. The next reads pay it.
    pub(super) fn spend_or_owe(&self) -> bool {
        self.share > 0 && self.spend_down_to(-self.full())
    }

    fn spend_down_to(&self, least: i64) -> bool {
        let spent = |tokens: i64| Some(tokens - COST).filter(|left| *left >= least);
        self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent).is_ok()
    }

    /// Gives back what was taken for a request that was not sent.
    pub(super) fn refund(&self) {
        self.tokens.fetch_add(COST, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spendable(budget: &Budget) -> usize {
        (0..10_000).filter(|_| budget.spend()).count()
    }

    #[test]
    fn ten_are_free_and_then_the_share_is_kept() {
        for (max_share, expected) in [(0.0, 0), (0.1, 10 + 100), (0.5, 10 + 500), (1.0, 1000)] {
            let budget = Budget::new(max_share);
            let doubled = (0..1000).filter(|_| {
                budget.earn(Duration::ZERO);
                budget.spend()
            });
            let doubled = doubled.count();
            assert!(doubled.abs_diff(expected) <= 1, "{max_share}: {doubled}");
        }
    }

    #[test]
    fn the_share_of_the_last_five_to_ten_seconds_is_saved_and_no_more() {
        let budget = Budget::new(0.1);
        for second in 0..60 {
            (0..100).for_each(|_| budget.earn(Duration::from_secs(second)));
        }
        let saved = spendable(&budget);
        assert!(saved.abs_diff(10 + 100) <= 1, "{saved}");
        (0..100).for_each(|_| budget.earn(Duration::from_secs(60)));
        assert_eq!(spendable(&budget), 10);
    }

    #[test]
    fn after_a_pause_only_the_ten_are_left() {
        let budget = Budget::new(0.1);
        (0..10_000).for_each(|_| budget.earn(Duration::from_secs(1)));
        budget.earn(Duration::from_secs(60));
        assert_eq!(spendable(&budget), 10);
    }

    #[test]
    fn a_debt_is_bounded_and_paid_by_the_next_reads() {
        let budget = Budget::new(0.1);
        let owed = (0..1000).filter(|_| budget.spend_or_owe()).count();
        assert_eq!(owed, 10 + 10);
        assert!(!budget.has(1) && !budget.spend());
        (0..100).for_each(|_| budget.earn(Duration::ZERO));
        assert!(!budget.spend(), "the debt is paid first");
        (0..100).for_each(|_| budget.earn(Duration::ZERO));
        let left = spendable(&budget);
        assert!((9..=10).contains(&left), "{left}");
        assert!(!Budget::new(0.0).spend_or_owe(), "a share of 0 is none");
    }

    #[test]
    fn what_was_taken_in_vain_is_given_back() {
        let budget = Budget::new(0.1);
        assert!(budget.spend());
        budget.refund();
        assert_eq!(spendable(&budget), 10);
    }
}
