//! The latencies of a server's answers by class of request, and their percentiles, tracked without locks.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use pegasus_protocol::rpc::{RpcCode, RpcKind};
use tokio::time::Instant;

/// The percentiles are computed anew after this many answers.
const REVIEW: u32 = 128;

/// When the histogram holds this many answers, all its counts are halved, so old answers fade.
const MEMORY: u32 = 2048;

/// The same when it holds this many, and the last time is a second ago: a busy server forgets sooner than in thousands
/// of answers that all servers were slow for a while.
const SHORT_MEMORY: u32 = 512;
const FADES_AFTER: Duration = Duration::from_secs(1);

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

/// A histogram of latencies in microseconds, and the percentiles that were last computed from it.
///
/// Threads do not wait for each other. Counts that are lost between them do not matter to an estimate.
pub(crate) struct Latencies {
    buckets: [AtomicU32; BUCKETS],
    since_review: AtomicU32,
    /// When the counts were last halved, in milliseconds since `born`.
    halved_ms: AtomicU64,
    born: Instant,
    /// Of each [`Percentile`]. 0: too few answers.
    percentile_micros: [AtomicU64; Percentile::ALL.len()],
}

/// A percentile that is kept.
#[derive(Debug, Clone, Copy)]
enum Percentile {
    Median,
    P90,
    P99,
}

impl Percentile {
    const ALL: [Self; 3] = [Self::Median, Self::P90, Self::P99];

    /// How many of so many answers take longer.
    fn above(self, total: u32) -> u32 {
        match self {
            Self::Median => total / 2,
            Self::P90 => total / 10,
            Self::P99 => total / 100,
        }
    }
}

impl Latencies {
    pub(crate) fn new() -> Self {
        Self {
            buckets: [const { AtomicU32::new(0) }; BUCKETS],
            since_review: AtomicU32::new(0),
            halved_ms: AtomicU64::new(0),
            born: Instant::now(),
            percentile_micros: [const { AtomicU64::new(0) }; Percentile::ALL.len()],
        }
    }

    /// The median of the latest answers, up to 2,000; `None` until there are a hundred.
    pub(crate) fn median(&self) -> Option<Duration> {
        self.percentile(Percentile::Median)
    }

    /// The 90th percentile of the same answers.
    pub(crate) fn p90(&self) -> Option<Duration> {
        self.percentile(Percentile::P90)
    }

    /// The 99th percentile of the same answers.
    pub(crate) fn p99(&self) -> Option<Duration> {
        self.percentile(Percentile::P99)
    }

    fn percentile(&self, which: Percentile) -> Option<Duration> {
        let micros = self.percentile_micros[which as usize].load(Ordering::Relaxed);
        (micros > 0).then(|| Duration::from_micros(micros))
    }

    pub(crate) fn record(&self, latency: Duration) {
        // Not added to atomically: that costs more, and a count that is lost does not matter.
        let bucket = &self.buckets[bucket_of(latency)];
        bucket.store(bucket.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        let since_review = self.since_review.load(Ordering::Relaxed) + 1;
        self.since_review.store(since_review % REVIEW, Ordering::Relaxed);
        if since_review >= REVIEW {
            self.review();
        }
    }

    /// Whether it is time to halve the counts.
    fn fades(&self, total: u32) -> bool {
        let now_ms = self.born.elapsed().as_millis() as u64;
        let is_old = now_ms >= self.halved_ms.load(Ordering::Relaxed) + FADES_AFTER.as_millis() as u64;
        let fades = total >= MEMORY || is_old && total >= SHORT_MEMORY;
        if fades {
            self.halved_ms.store(now_ms, Ordering::Relaxed);
        }
        fades
    }

    fn review(&self) {
        let counts: [u32; BUCKETS] = std::array::from_fn(|at| self.buckets[at].load(Ordering::Relaxed));
        let total: u32 = counts.iter().sum();
        if total < ENOUGH {
            return;
        }
        for which in Percentile::ALL {
            let latency = longest_of(bucket_above(&counts, which.above(total)));
            self.percentile_micros[which as usize].store(latency.as_micros() as u64, Ordering::Relaxed);
        }
        if self.fades(total) {
            for (bucket, count) in self.buckets.iter().zip(counts) {
                bucket.fetch_sub(count - count / 2, Ordering::Relaxed);
            }
        }
    }
}

/// The last bucket that cannot be left out when so many of the longest latencies are.
fn bucket_above(counts: &[u32; BUCKETS], mut longest: u32) -> usize {
    let at = counts.iter().rposition(|count| match longest.checked_sub(*count) {
        Some(left) => {
            longest = left;
            false
        }
        None => true,
    });
    at.unwrap_or(0)
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
    fn a_few_slow_answers_change_only_the_percentile_that_they_reach() {
        let slow = |at: u64| if at.is_multiple_of(20) { 300 } else { 5 };
        let latencies = observed((0..10_000).map(slow).map(Duration::from_millis));
        let in_ms = |latency: Option<Duration>| latency.unwrap().as_millis();
        assert!((5..=6).contains(&in_ms(latencies.median())));
        assert!((5..=6).contains(&in_ms(latencies.p90())));
        assert!((300..=375).contains(&in_ms(latencies.p99())));
    }

    #[test]
    fn half_of_the_answers_lie_above_the_median() {
        let latencies =
            observed((0..10_000).map(|at| Duration::from_millis(if at % 5 < 3 { 2 } else { 90 })));
        assert!(latencies.median().unwrap() < Duration::from_millis(3));
        let latencies =
            observed((0..10_000).map(|at| Duration::from_millis(if at % 5 < 2 { 2 } else { 90 })));
        assert!(latencies.median().unwrap() >= Duration::from_millis(90));
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

    #[tokio::test(start_paused = true)]
    async fn what_is_seconds_old_fades_sooner() {
        let latencies = Latencies::new();
        let answers = async |ms: u64, seconds: u64| {
            for _ in 0..seconds * 200 {
                latencies.record(Duration::from_millis(ms));
                tokio::time::advance(Duration::from_millis(5)).await;
            }
        };
        answers(300, 6).await;
        assert!(latencies.median().unwrap() >= Duration::from_millis(300));
        answers(2, 3).await;
        assert!(latencies.median().unwrap() < Duration::from_millis(3));
        answers(2, 3).await;
        assert!(latencies.p90().unwrap() < Duration::from_millis(3));
    }

    #[test]
    fn what_is_old_fades() {
        let (slow, fast) = (Duration::from_millis(300), Duration::from_millis(2));
        let p99 = p99_of(std::iter::repeat_n(slow, 2000).chain(std::iter::repeat_n(fast, 15_000)));
        assert!(p99 < Duration::from_millis(3), "{p99:?}");
    }
}
