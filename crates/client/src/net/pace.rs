//! Whether a server's latest answers to hedged reads came in time.
//!
//! A percentile over a thousand answers notices a slow server too late, and forgets it too late. So the latest
//! few outcomes are kept beside it, each only as "in time" or "late"; what is late, those who ask know.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So many outcomes are remembered.
const REMEMBERED: u32 = 16;
const OUTCOMES: u32 = (1 << REMEMBERED) - 1;

/// With so many late ones among them, a server is slow: its median is.
const SLOW: u32 = REMEMBERED / 2;

/// The fewest outcomes from which a server can be called quick.
const KNOWN: u32 = 3;

/// As what a server was asked. Servers may treat hedged reads that come to a secondary otherwise: they can throttle
/// them, and then leave them unanswered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Primary,
    Secondary,
}

impl Role {
    pub(super) const COUNT: usize = 2;
}

/// The latest outcomes of requests of one class to one server in one role.
#[derive(Default)]
pub(crate) struct Pace {
    /// One bit an outcome, 1 for late, the latest one lowest; above them the number of outcomes, up to
    /// `REMEMBERED`.
    outcomes: AtomicU32,
    /// When somebody last tried whether the slow server is well again.
    probed: Mutex<Option<Instant>>,
    /// Whether a request got no answer for so long that another server may lead the partition.
    unanswered: AtomicBool,
    /// The requests that are watched though the reads that made them are over.
    watched: AtomicU32,
}

impl Pace {
    /// Notes one outcome. An answer in time of a slow server allows the next probe at once.
    pub(crate) fn note(&self, is_late: bool) {
        let shifted = |outcomes: u32| {
            let bits = (outcomes << 1 | u32::from(is_late)) & OUTCOMES;
            let count = (outcomes >> REMEMBERED).saturating_add(1).min(REMEMBERED);
            Some(count << REMEMBERED | bits)
        };
        // The update never declines.
        let before = self.outcomes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, shifted);
        if !is_late && before.is_ok_and(|before| late(before) >= SLOW) {
            *self.probed.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    /// Whether at least half of the latest requests were late.
    pub(crate) fn is_slow(&self) -> bool {
        late(self.outcomes.load(Ordering::Relaxed)) >= SLOW
    }

    /// Whether enough requests were answered, and less than half of them late.
    pub(crate) fn is_quick(&self) -> bool {
        let outcomes = self.outcomes.load(Ordering::Relaxed);
        let count = outcomes >> REMEMBERED;
        count >= KNOWN && late(outcomes) * 2 < count
    }

    /// Whether the slow server is to be tried again: not within `gap` of the last time. Says so to one caller.
    pub(crate) fn wants_probe(&self, now: Instant, gap: Duration) -> bool {
        let mut probed = self.probed.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = probed.is_none_or(|last| now.saturating_duration_since(last) >= gap);
        if is_due {
            *probed = Some(now);
        }
        is_due
    }

    /// Counts one more request that is watched after its read; `false` when that would be more than `most`.
    pub(crate) fn watch_one_more(&self, most: u32) -> bool {
        let more = |watched: u32| watched.checked_add(1).filter(|watched| *watched <= most);
        self.watched.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    /// Counts one request less that is watched.
    pub(crate) fn watched_one(&self) {
        self.watched.fetch_sub(1, Ordering::Relaxed);
    }

    /// Notes that a request that was given up got no answer for long.
    pub(crate) fn note_unanswered(&self) {
        self.unanswered.store(true, Ordering::Relaxed);
    }

    /// Whether a request got no answer for long; says so once.
    pub(crate) fn take_unanswered(&self) -> bool {
        self.unanswered.load(Ordering::Relaxed) && self.unanswered.swap(false, Ordering::Relaxed)
    }
}

/// The number of late outcomes.
fn late(outcomes: u32) -> u32 {
    (outcomes & OUTCOMES).count_ones()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(outcomes: &[(bool, usize)]) -> Pace {
        let pace = Pace::default();
        for (is_late, times) in outcomes {
            (0..*times).for_each(|_| pace.note(*is_late));
        }
        pace
    }

    #[test]
    fn a_server_is_slow_when_half_of_its_latest_answers_are_late() {
        let judged = |outcomes: &[(bool, usize)]| {
            let pace = noted(outcomes);
            (pace.is_slow(), pace.is_quick())
        };
        assert_eq!(judged(&[]), (false, false), "nothing is known");
        assert_eq!(judged(&[(false, 2)]), (false, false), "too little is known");
        assert_eq!(judged(&[(false, 3)]), (false, true));
        assert_eq!(judged(&[(false, 2), (true, 2)]), (false, false));
        assert_eq!(judged(&[(false, 1000), (true, 7)]), (false, true));
        assert_eq!(judged(&[(false, 1000), (true, 8)]), (true, false));
        assert_eq!(judged(&[(true, 1000), (false, 8)]), (true, false));
        assert_eq!(judged(&[(true, 1000), (false, 9)]), (false, true));
    }

    #[test]
    fn one_late_answer_in_twenty_is_not_slow() {
        let pace = Pace::default();
        for at in 0..10_000 {
            pace.note(at % 20 == 0);
            assert!(!pace.is_slow());
        }
        assert!(pace.is_quick());
    }

    #[tokio::test(start_paused = true)]
    async fn probes_are_rare_until_one_is_answered_in_time() {
        let gap = Duration::from_millis(200);
        let pace = noted(&[(true, 16)]);
        let probes = async |milliseconds: u64| {
            let mut probes = 0;
            for _ in 0..milliseconds {
                probes += u32::from(pace.wants_probe(Instant::now(), gap));
                tokio::time::advance(Duration::from_millis(1)).await;
            }
            probes
        };
        assert_eq!(probes(1000).await, 5);
        pace.note(true);
        assert!(!pace.wants_probe(Instant::now() - Duration::from_millis(1), gap), "it is late as before");
        pace.note(false);
        assert!(pace.wants_probe(Instant::now(), gap), "the next one follows at once");
        assert!(!pace.wants_probe(Instant::now(), gap), "one at a time");
    }

    #[test]
    fn only_so_many_requests_are_watched() {
        let pace = Pace::default();
        let watched = |tries: usize| (0..tries).filter(|_| pace.watch_one_more(10)).count();
        assert_eq!(watched(20), 10);
        pace.watched_one();
        assert_eq!(watched(20), 1);
    }

    #[test]
    fn an_unanswered_request_is_told_once() {
        let pace = Pace::default();
        assert!(!pace.take_unanswered());
        pace.note_unanswered();
        assert!(pace.take_unanswered() && !pace.take_unanswered());
    }
}
