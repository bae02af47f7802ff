//! A hedged read that asks several servers: who is asked when, and whose answer counts.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::{Instant, sleep_until};

use super::super::missed::Missed;
use super::read::{Asked, HedgedRead, Turn};
use super::requests::is_gone;
use crate::hedging::is_slow;
use crate::net::{Call, Role, Server};
use crate::operation::Operation;

/// When the budget allows nothing, it is asked again after this time at the earliest.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

impl<O: Operation> HedgedRead<'_, O> {
    /// Asks one server after the other, each for a token of the budget, until one has answered. Says also who was
    /// asked.
    pub(super) async fn race(&self, first: Turn, sent: Option<Call>) -> (Result<O::Output, Missed>, Asked) {
        let mut asked = Asked::default();
        asked.add(first);
        let mut pending = FuturesUnordered::new();
        pending.push(self.request(first, sent));
        let mut missed = None;
        let mut check = self.first_check(first);
        loop {
            tokio::select! {
                biased;
                Some((turn, outcome)) = pending.next() => match outcome {
                    Ok(output) => {
                        self.is_over.store(true, Ordering::Relaxed);
                        if turn != Turn::Primary && asked.primary && missed.is_none() {
                            self.note_given_up();
                        }
                        return (Ok(output), asked);
                    }
                    Err(failure) => {
                        if let Some(missed) = failure.as_ref().filter(|missed| is_gone(missed)) {
                            self.note_gone(missed);
                        }
                        missed = missed.or(failure);
                        if pending.is_empty() {
                            let Some(turn) = self.after_failure(&asked).filter(|_| missed.is_none()) else { break };
                            asked.add(turn);
                            pending.push(self.request(turn, None));
                        }
                    }
                },
                () = sleep_until(check.unwrap_or(self.started)), if check.is_some() => {
                    let turn = self.next_turn(&asked);
                    check = self.next_check(turn.is_some());
                    if let Some(turn) = turn {
                        asked.add(turn);
                        pending.push(self.request(turn, None));
                    }
                }
            }
        }
        (Err(missed.unwrap_or(Missed::NoPrimary)), asked)
    }

    /// When the first server is no more waited for alone; `None`: never.
    fn first_check(&self, first: Turn) -> Option<Instant> {
        if first == Turn::Primary && self.is_suspect() {
            return Some(self.started);
        }
        Some(self.started + self.expected?.delay)
    }

    /// When somebody else may be asked next: when the server that was asked just now is late; or, if nobody could
    /// be asked, after twice the time, but not after the moment of the last resort.
    fn next_check(&self, is_asked: bool) -> Option<Instant> {
        let expected = self.expected?;
        let now = Instant::now();
        let pause = if is_asked { expected.late } else { (now - self.started).max(SHORTEST_PAUSE) };
        let (next, last_resort) = (now + pause, self.last_resort_at(expected.late));
        let next = if now < last_resort { next.min(last_resort) } else { next };
        (next < self.context.deadline.instant()).then_some(next)
    }

    /// From this time on, a read that has asked one server only may exceed the budget, or it might end without an
    /// answer.
    fn last_resort_at(&self, late: Duration) -> Instant {
        let left = self.context.deadline.instant().saturating_duration_since(self.started);
        self.started + late.max(left / 2)
    }

    /// Who is asked now because those that were asked have not answered; it is paid for.
    fn next_turn(&self, asked: &Asked) -> Option<Turn> {
        let is_free = asked.secondaries == 0 && self.is_suspect();
        let is_paid = is_free || self.is_paid.swap(false, Ordering::Relaxed) || self.hedging.may_spend();
        let is_owed = !is_paid && self.is_last_resort(asked) && self.hedging.may_owe();
        if !is_paid && !is_owed {
            return None;
        }
        let turn = self.candidate(asked, is_free, is_paid);
        if turn.is_none() && !is_free {
            self.hedging.refund();
        }
        turn
    }

    fn is_last_resort(&self, asked: &Asked) -> bool {
        let asked = u32::from(asked.primary) + asked.secondaries.count_ones();
        let is_late = |late| Instant::now() >= self.last_resort_at(late);
        asked == 1 && self.expected.is_some_and(|expected| is_late(expected.late))
    }

    /// Who is asked next. The slow primary has its turn after the quick secondaries. `may_probe`: it may be a slow
    /// secondary, to see whether it still is; others must not bear its load for ever.
    fn candidate(&self, asked: &Asked, is_free: bool, may_probe: bool) -> Option<Turn> {
        if !asked.primary {
            return Some(self.quick_secondary(asked).map_or(Turn::Primary, Turn::Secondary));
        }
        let servers = self.secondaries();
        let left = || (0..servers.len()).filter(|at| !asked.has(*at));
        let probed = || left().find(|at| self.wants_probe(servers[*at]));
        let good = || left().find(|at| is_free || !is_slow(servers[*at].health(), self.class));
        let probed = if may_probe && !is_free { probed() } else { None };
        probed.or_else(good).map(Turn::Secondary)
    }

    /// Whether a server that is slow only as a secondary is tried again.
    fn wants_probe(&self, server: &Server) -> bool {
        let pace = |role| server.health().pace(self.class, role);
        pace(Role::Secondary).is_slow()
            && !pace(Role::Primary).is_slow()
            && self.hedging.wants_secondary_probe(pace(Role::Secondary), Instant::now())
    }

    /// Who is asked because those that were asked could not answer, when the primary is not among them.
    fn after_failure(&self, asked: &Asked) -> Option<Turn> {
        if asked.primary {
            return None;
        }
        // It is paid for too; but a read does not fail because others were hedged.
        let _ = self.hedging.may_owe();
        self.candidate(asked, false, false)
    }
}
