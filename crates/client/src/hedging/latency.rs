//! The 99th percentile of read latencies, tracked without locks.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// The percentile is computed anew after this many reads.
const REVIEW: u32 = 128;

/// When the histogram holds this many reads, all its counts are halved, so old reads fade.
const MEMORY: u32 = 2048;

/// The fewest reads from which a 99th percentile can be read.
const ENOUGH: u32 = 100;

/// The value until there are enough reads.
const AT_FIRST: Duration = Duration::from_millis(50);

/// The bounds of the value. Timers have no finer resolution than 1 ms.
const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_secs(1);

/// Buckets for each doubling of the latency. A bucket ends at most a quarter above its start.
const STEPS: u32 = 4;
const BUCKETS: usize = 24 * STEPS as usize;

/// A histogram of latencies in microseconds, and the percentile that was last computed from it.
///
/// Threads do not wait for each other. Counts that are lost between them do not matter to an estimate.
pub(super) struct Latencies {
    buckets: [AtomicU32; BUCKETS],
    since_review: AtomicU32,
    p99_micros: AtomicU64,
}

impl Latencies {
    pub(super) fn new() -> Self {
        Self {
            buckets: [const { AtomicU32::new(0) }; BUCKETS],
            since_review: AtomicU32::new(0),
            p99_micros: AtomicU64::new(AT_FIRST.as_micros() as u64),
        }
    }

    /// The 99th percentile, between 1 ms and 1 s.
    pub(super) fn p99(&self) -> Duration {
        Duration::from_micros(self.p99_micros.load(Ordering::Relaxed))
    }

    pub(super) fn record(&self, latency: Duration) {
        self.buckets[bucket_of(latency)].fetch_add(1, Ordering::Relaxed);
        if self.since_review.fetch_add(1, Ordering::Relaxed) + 1 >= REVIEW {
            self.since_review.store(0, Ordering::Relaxed);
            self.review();
        }
    }

    fn review(&self) {
        let counts: [u32; BUCKETS] = std::array::from_fn(|at| self.buckets[at].load(Ordering::Relaxed));
        let total: u32 = counts.iter().sum();
        if total < ENOUGH {
            return;
        }
        let mut above = total / 100;
        let at = counts.iter().rposition(|count| match above.checked_sub(*count) {
            Some(left) => {
                above = left;
                false
            }
            None => true,
        });
        let p99 = longest_of(at.unwrap_or(0)).clamp(SHORTEST, LONGEST);
        self.p99_micros.store(p99.as_micros() as u64, Ordering::Relaxed);
        if total >= MEMORY {
            for (bucket, count) in self.buckets.iter().zip(counts) {
                bucket.fetch_sub(count - count / 2, Ordering::Relaxed);
            }
        }
    }
}

fn bucket_of(latency: Duration) -> usize {
    let micros = u32::try_from(latency.as_micros()).unwrap_or(u32::MAX).max(STEPS);
    let doublings = micros.ilog2();
    let step = (micros >> (doublings - STEPS.ilog2())) - STEPS;
    let at = (doublings - STEPS.ilog2()) * STEPS + step;
    (at as usize).min(BUCKETS - 1)
}

/// The longest latency that falls into a bucket.
fn longest_of(bucket: usize) -> Duration {
    let (doublings, step) = (bucket as u32 / STEPS, bucket as u32 % STEPS);
    Duration::from_micros(u64::from(STEPS + step + 1) << doublings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p99_of(latencies: impl IntoIterator<Item = Duration>) -> Duration {
        let observed = Latencies::new();
        latencies.into_iter().for_each(|latency| observed.record(latency));
        observed.p99()
    }

    #[test]
    fn a_latency_is_not_longer_than_its_bucket_and_not_much_shorter() {
        for micros in (4..10_000).chain((10_000..16_000_000).step_by(997)) {
            let longest = longest_of(bucket_of(Duration::from_micros(micros))).as_micros() as u64;
            assert!(micros <= longest && longest <= micros + micros / 4 + 1, "{micros} {longest}");
        }
    }

    #[test]
    fn one_in_a_hundred_lies_above_it() {
        let slow = |at: u64| if at.is_multiple_of(200) { 80 } else { 5 };
        let p99 = p99_of((0..10_000).map(slow).map(Duration::from_millis));
        assert!((5..=6).contains(&p99.as_millis()), "{p99:?}");
        let slow = |at: u64| if at.is_multiple_of(50) { 80 } else { 5 };
        let p99 = p99_of((0..10_000).map(slow).map(Duration::from_millis));
        assert!((80..=100).contains(&p99.as_millis()), "{p99:?}");
    }

    #[test]
    fn it_has_bounds_and_a_value_to_begin_with() {
        let all = |latency, count| p99_of(std::iter::repeat_n(latency, count));
        assert_eq!(all(Duration::from_secs(9), 90), AT_FIRST);
        assert_eq!(all(Duration::from_secs(9), 1000), LONGEST);
        assert_eq!(all(Duration::from_micros(7), 1000), SHORTEST);
        assert_eq!(all(Duration::MAX, 1000), LONGEST);
    }

    #[test]
    fn a_thousand_reads_are_remembered() {
        let (slow, fast) = (Duration::from_millis(300), Duration::from_millis(2));
        let p99 = p99_of(std::iter::repeat_n(slow, 40).chain(std::iter::repeat_n(fast, 1000)));
        assert!(p99 >= slow, "{p99:?}");
    }

    #[test]
    fn what_is_old_fades() {
        let (slow, fast) = (Duration::from_millis(300), Duration::from_millis(2));
        let p99 = p99_of(std::iter::repeat_n(slow, 2000).chain(std::iter::repeat_n(fast, 15_000)));
        assert!(p99 < Duration::from_millis(3), "{p99:?}");
    }
}
