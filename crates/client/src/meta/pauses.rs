//! The pauses between rounds of questions in which no server had a useful answer.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The longest first pause.
const FIRST: Duration = Duration::from_millis(100);

/// How often the longest pause doubles, to 0.8 s. A cluster that comes back is noticed within that time.
const MOST_DOUBLINGS: u32 = 3;

/// The pauses of one client. They grow while its meta servers have no useful answer to anything, so that a
/// cluster that starts or is gone is asked little. Each is a little random, so that clients do not ask all at
/// once.
#[derive(Default)]
pub(super) struct Pauses {
    /// How many pauses there were since the last useful answer.
    made: AtomicU32,
}

impl Pauses {
    /// Waits before the next round. `false`: too little time is left for one.
    pub(super) async fn pause(&self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        if left < 2 * FIRST {
            return false;
        }
        let doublings = self.made.fetch_add(1, Ordering::Relaxed).min(MOST_DOUBLINGS);
        let pause = (FIRST * (1 << doublings)).mul_f64(0.75 + fastrand::f64() / 4.0);
        // A cluster that is up just before the deadline is still found.
        sleep(pause.min(left - FIRST)).await;
        true
    }

    /// The leader had a useful answer: the pauses start anew.
    pub(super) fn answered(&self) {
        self.made.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The times of all rounds until the limit, from the first one at 0.
    async fn rounds(pauses: &Pauses, limit: Duration) -> Vec<Duration> {
        let start = Instant::now();
        let mut rounds = vec![Duration::ZERO];
        while pauses.pause(start + limit).await {
            rounds.push(start.elapsed());
        }
        rounds
    }

    fn between(rounds: &[Duration], from: u64, to: u64) -> usize {
        let range = Duration::from_millis(from)..Duration::from_millis(to);
        rounds.iter().filter(|time| range.contains(time)).count()
    }

    #[tokio::test(start_paused = true)]
    async fn a_cluster_that_is_down_is_asked_seldom() {
        for _ in 0..100 {
            let rounds = rounds(&Pauses::default(), Duration::from_secs(60)).await;
            assert!((3..=5).contains(&between(&rounds, 0, 1000)), "{rounds:?}");
            for second in 1..59 {
                let count = between(&rounds, second * 1000, second * 1000 + 1000);
                assert!((1..=2).contains(&count), "{rounds:?}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_round_is_shortly_before_the_deadline() {
        for limit in [200, 1000, 2000, 10_000] {
            let limit = Duration::from_millis(limit);
            let last = *rounds(&Pauses::default(), limit).await.last().unwrap();
            assert!(last < limit && limit - last <= 2 * FIRST, "{limit:?}: {last:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn there_is_one_round_when_there_is_time_for_one() {
        assert_eq!(rounds(&Pauses::default(), Duration::from_millis(199)).await.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn one_question_after_the_other_is_asked_seldom_too_until_there_is_an_answer() {
        let pauses = Pauses::default();
        rounds(&pauses, Duration::from_secs(10)).await;
        assert!(rounds(&pauses, Duration::from_secs(1)).await.len() <= 3);
        pauses.answered();
        assert!(rounds(&pauses, Duration::from_secs(1)).await.len() >= 4);
    }
}
