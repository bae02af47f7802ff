//! Bounds the retries of calls that servers refused for load.
//!
//! A fleet of clients that retries freely multiplies the load of servers that have too much to do already. So all
//! retries of this kind of one client together stay under a share of its calls; further ones wait for their turn.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The share of the calls that may be retries. With what is kept for a moment, they stay under 20 % in every second.
const SHARE: f64 = 0.17;

/// The retries a second that are free, so that a client with few calls can retry; in every second under 10.
const FREE_PER_SECOND: f64 = 9.0;

/// What was not needed is kept for this long: bursts of refusals must not become bursts of retries.
const KEPT_SECONDS: f64 = 0.1;

/// How often the first retry in the queue looks for its turn.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The budget of one client.
pub(crate) struct LoadRetries {
    calls: AtomicU64,
    budget: Mutex<Budget>,
    /// Retries queue here, in the order in which they came.
    turn: tokio::sync::Mutex<()>,
    delayed: AtomicU64,
}

/// What is left, and up to when it was reckoned.
struct Budget {
    retries: f64,
    calls: u64,
    at: Instant,
}

impl LoadRetries {
    pub(crate) fn new() -> Self {
        let budget = Budget { retries: 1.0, calls: 0, at: Instant::now() };
        Self {
            calls: AtomicU64::new(0),
            budget: Mutex::new(budget),
            turn: tokio::sync::Mutex::default(),
            delayed: AtomicU64::new(0),
        }
    }

    /// Counts a call, whose share of a retry comes into the budget.
    pub(crate) fn note_call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until the budget allows one more retry. The caller limits the time.
    pub(crate) async fn acquire(&self) {
        if let Ok(_turn) = self.turn.try_lock()
            && self.spend()
        {
            return;
        }
        self.delayed.fetch_add(1, Ordering::Relaxed);
        let _turn = self.turn.lock().await;
        while !self.spend() {
            sleep(LOOK_EVERY).await;
        }
    }

    /// How many retries had to wait for their turn.
    pub(crate) fn delayed(&self) -> u64 {
        self.delayed.load(Ordering::Relaxed)
    }

    fn spend(&self) -> bool {
        self.lock().spend(self.calls.load(Ordering::Relaxed), Instant::now())
    }

    fn lock(&self) -> MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Budget {
    /// Takes one retry if there is one.
    fn spend(&mut self, calls: u64, now: Instant) -> bool {
        self.refill(calls, now);
        let may = self.retries >= 1.0;
        if may {
            self.retries -= 1.0;
        }
        may
    }

    /// Adds what time and calls have earned.
    fn refill(&mut self, calls: u64, now: Instant) {
        let seconds = now.saturating_duration_since(self.at).as_secs_f64();
        let earned = seconds * FREE_PER_SECOND + calls.saturating_sub(self.calls) as f64 * SHARE;
        let kept = 1.0 + earned * (KEPT_SECONDS / seconds.max(KEPT_SECONDS));
        self.retries = (self.retries + earned).min(kept.max(self.retries));
        (self.calls, self.at) = (calls, now);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Counts the retries of each second, when 10,000 are wanted and this many calls are made a second.
    async fn made_by_second<const SECONDS: usize>(calls_per_second: u64) -> [usize; SECONDS] {
        let retries = Arc::new(LoadRetries::new());
        let (queued, mut made) = tokio::sync::mpsc::unbounded_channel();
        let begin = Instant::now();
        for _ in 0..10_000 {
            let (retries, queued) = (Arc::clone(&retries), queued.clone());
            tokio::spawn(async move {
                retries.acquire().await;
                queued.send(begin.elapsed())
            });
        }
        for _ in 0..calls_per_second * SECONDS as u64 {
            sleep(Duration::from_secs(1) / calls_per_second as u32).await;
            retries.note_call();
        }
        let mut by_second = [0; SECONDS];
        while let Ok(at) = made.try_recv() {
            by_second[(at.as_secs() as usize).min(SECONDS - 1)] += 1;
        }
        assert!(retries.delayed() > 0);
        by_second
    }

    #[tokio::test(start_paused = true)]
    async fn retries_stay_under_a_fifth_of_the_calls_and_ten_a_second() {
        for (calls, allowed) in [(1, 8..=10), (100, 24..=30), (1000, 170..=200)] {
            let made = made_by_second::<4>(calls).await;
            assert!(made.iter().all(|made| allowed.contains(made)), "{calls} calls a second: {made:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_not_needed_is_not_saved_up() {
        let retries = LoadRetries::new();
        for _ in 0..10_000 {
            retries.note_call();
            sleep(Duration::from_millis(1)).await;
        }
        let begin = Instant::now();
        for _ in 0..60 {
            retries.acquire().await;
        }
        assert!(begin.elapsed() > Duration::from_secs(1), "{:?}", begin.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn retries_go_in_the_order_in_which_they_came_and_those_that_give_up_make_room() {
        let retries = LoadRetries::new();
        retries.acquire().await;
        assert_eq!(retries.delayed(), 0);
        let order = std::cell::RefCell::new(Vec::new());
        let queue = |name: &'static str, patience: u64| {
            let (retries, order) = (&retries, &order);
            async move {
                if tokio::time::timeout(Duration::from_millis(patience), retries.acquire()).await.is_ok() {
                    order.borrow_mut().push(name);
                }
            }
        };
        tokio::join!(queue("first", 9000), queue("second", 120), queue("third", 9000));
        assert_eq!(*order.borrow(), ["first", "third"]);
        assert_eq!(retries.delayed(), 3);
    }
}
