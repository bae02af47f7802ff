//! The latencies of a server's answers by class of request, and their percentiles, tracked without locks.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use pegasus_protocol::rpc::{RpcCode, RpcKind};

/// The percentiles are computed anew after this many answers.
const REVIEW: u32 = 128;

/// When the histogram holds this many answers, all its counts are halved, so old answers fade.
const MEMORY: u32 = 2048;

/// The fewest answers from which a 99th percentile can be read.
const ENOUGH: u32 = 100;

/// Requests of one class take about the same time; the latencies of each class are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Reads of one row.
    Row,
    /// Reads of several rows.
    Rows,
    /// Writes.
    Write,
    /// Batches of scans, and counts.
    Scan,
    /// Everything that is no request on rows.
    Other,
}

impl Class {
    pub(super) const COUNT: usize = 5;

    /// The class of an RPC.
    pub(crate) const fn of(code: RpcCode) -> Self {
        match code {
            RpcCode::Get | RpcCode::Ttl => Self::Row,
            RpcCode::MultiGet | RpcCode::BatchGet => Self::Rows,
            RpcCode::SortkeyCount | RpcCode::GetScanner | RpcCode::Scan | RpcCode::ClearScanner => Self::Scan,
            _ => match code.kind() {
                RpcKind::IdempotentWrite | RpcKind::AtomicWrite => Self::Write,
                RpcKind::Read => Self::Rows,
                RpcKind::Meta | RpcKind::Node => Self::Other,
            },
        }
    }
}

/// Buckets for each doubling of the latency. A bucket ends at most a quarter above its start.
const STEPS: u32 = 4;
const BUCKETS: usize = 24 * STEPS as usize;

/// A histogram of latencies in microseconds, and the percentile that was last computed from it.
///
/// Threads do not wait for each other. Counts that are lost between them do not matter to an estimate.
pub(crate) struct Latencies {
    buckets: [AtomicU32; BUCKETS],
    since_review: AtomicU32,
    /// 0: too few answers.
    p99_micros: AtomicU64,
}

impl Latencies {
    pub(crate) fn new() -> Self {
        Self {
            buckets: [const { AtomicU32::new(0) }; BUCKETS],
            since_review: AtomicU32::new(0),
            p99_micros: AtomicU64::new(0),
        }
    }

    /// The 99th percentile of the last 1,000 to 2,000 answers; `None` until there are a hundred.
    pub(crate) fn p99(&self) -> Option<Duration> {
        let micros = self.p99_micros.load(Ordering::Relaxed);
        (micros > 0).then(|| Duration::from_micros(micros))
    }

    pub(crate) fn record(&self, latency: Duration) {
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
        let p99 = longest_of(at.unwrap_or(0));
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

    fn observed(latencies: impl IntoIterator<Item = Duration>) -> Latencies {
        let observed = Latencies::new();
        latencies.into_iter().for_each(|latency| observed.record(latency));
        observed
    }

    fn p99_of(latencies: impl IntoIterator<Item = Duration>) -> Duration {
        observed(latencies).p99().unwrap()
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
    fn too_few_answers_have_no_percentile_and_any_latency_is_counted() {
        let all = |latency, count| observed(std::iter::repeat_n(latency, count)).p99();
        assert_eq!(all(Duration::from_secs(9), 90), None);
        assert!(all(Duration::ZERO, 1000).unwrap() < Duration::from_micros(10));
        assert!(all(Duration::MAX, 1000).unwrap() >= Duration::from_secs(10));
    }

    #[test]
    fn requests_that_take_about_the_same_time_are_of_one_class() {
        assert_eq!(Class::of(RpcCode::Get), Class::of(RpcCode::Ttl));
        assert_ne!(Class::of(RpcCode::Get), Class::of(RpcCode::MultiGet));
        assert_eq!(Class::of(RpcCode::Incr), Class::Write);
        assert_eq!(Class::of(RpcCode::QueryCfg), Class::Other);
        assert!(RpcCode::ALL.iter().all(|code| (Class::of(*code) as usize) < Class::COUNT));
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
