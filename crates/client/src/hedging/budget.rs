//! The budget of hedged reads: which share of the reads may be sent twice.

use std::sync::atomic::{AtomicU64, Ordering};

/// The price of one hedged read, in units of the bucket.
const COST: u64 = 1 << 20;

/// The bucket's capacity and first content: ten hedged reads, enough for a table with few reads.
const FULL: u64 = 10 * COST;

/// A token bucket. Every read adds its share of a token; a hedged read takes a whole one.
pub(super) struct Budget {
    share: u64,
    tokens: AtomicU64,
}

impl Budget {
    /// `max_share` is between 0 and 1.
    pub(super) fn new(max_share: f64) -> Self {
        let share = (max_share * COST as f64) as u64;
        Self { share, tokens: AtomicU64::new(if share == 0 { 0 } else { FULL }) }
    }

    /// Adds the share of one read.
    pub(super) fn earn(&self) {
        let earned = |tokens: u64| (tokens < FULL).then(|| (tokens + self.share).min(FULL));
        // The update fails only for a full bucket, which stays full.
        let _ = self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, earned);
    }

    /// Takes the price of one hedged read; `false` when the bucket holds less.
    pub(super) fn spend(&self) -> bool {
        let spent = |tokens: u64| tokens.checked_sub(COST);
        self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_are_free_and_then_the_share_is_kept() {
        for (max_share, expected) in [(0.0, 0), (0.1, 10 + 100), (0.5, 10 + 500), (1.0, 1000)] {
            let budget = Budget::new(max_share);
            let doubled = (0..1000).filter(|_| {
                budget.earn();
                budget.spend()
            });
            let doubled = doubled.count();
            assert!(doubled.abs_diff(expected) <= 1, "{max_share}: {doubled}");
        }
    }

    #[test]
    fn what_was_not_needed_is_not_saved_up() {
        let budget = Budget::new(0.1);
        (0..100_000).for_each(|_| budget.earn());
        assert_eq!((0..100).filter(|_| budget.spend()).count(), 10);
    }
}
