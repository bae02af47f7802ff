//! What is known about a server: whether it failed, when it may be dialed, how long its answers take, and whether it
//! is slow just now.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::error::{NetError, NetErrorKind};
use super::latency::{Class, Latencies};
use super::outage::{Outage, Report};
use super::pace::{Pace, Role};

/// A call has patience for this many times the server's 99th percentile.
const PATIENCE: u32 = 4;

/// The shortest patience of a call.
const SHORTEST_PATIENCE: Duration = Duration::from_millis(250);

/// What is known about one server, over all its connections.
#[derive(Default)]
pub(crate) struct Health {
    /// Whether a connection to it broke or could not be made, and it has not answered since.
    failed: AtomicBool,
    outage: Mutex<Outage>,
    /// By class. Most servers of a large cluster never get a request of most classes.
    latencies: [OnceLock<Box<Latencies>>; Class::COUNT],
    /// By class and role. Only hedged reads note anything here.
    paces: [[Pace; Role::COUNT]; Class::COUNT],
}

impl Health {
    /// Waits until the server may be dialed.
    pub(super) async fn wait_for_dial(&self) {
        loop {
            let Err(next) = self.outage().start_dial(Instant::now()) else { return };
            sleep_until(next).await;
        }
    }

    /// A connection could not be made, or ended without an answer.
    pub(super) fn note_failed_dial(&self, server: &str, kind: NetErrorKind, reason: &str) {
        self.failed.store(true, Ordering::Relaxed);
        let report = self.outage().dial_failed(Instant::now(), NetError::new(kind, reason));
        match report {
            Some(Report::Lost) => tracing::warn!(
                server,
                reason,
                "the server is lost: it cannot be connected to, or does not answer"
            ),
            Some(Report::StillAway(absence)) => {
                tracing::warn!(server, reason, "the server is still lost: {absence}")
            }
            Some(Report::Back(_)) | None => tracing::debug!(server, reason, "the dial failed"),
        }
    }

    /// A connection ended on which the server had answered.
    pub(super) fn note_lost_connection(&self) {
        self.failed.store(true, Ordering::Relaxed);
        self.outage().connection_lost(Instant::now());
    }

    /// The server has answered. This costs nothing while it is well.
    pub(super) fn note_answer(&self, server: &str) {
        if !self.has_failed() {
            return;
        }
        self.failed.store(false, Ordering::Relaxed);
        let report = self.outage().answered(Instant::now());
        if let Some(Report::Back(absence)) = report {
            tracing::info!(server, "the server is back: it was {absence}");
        }
    }

    /// Why the last dial failed, if the server has not answered since.
    pub(super) fn last_failure(&self) -> Option<NetError> {
        self.outage().last_failure()
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Whether it matters to those who use the server later, when nobody uses it now.
    pub(super) fn matters(&self) -> bool {
        self.outage().matters(Instant::now())
    }

    fn outage(&self) -> MutexGuard<'_, Outage> {
        self.outage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The latencies of the server's answers to requests of a class.
    pub(crate) fn latencies(&self, class: Class) -> &Latencies {
        self.latencies[class as usize].get_or_init(|| Box::new(Latencies::new()))
    }

    /// Whether the server's latest answers to hedged reads of a class came in time.
    pub(crate) fn pace(&self, class: Class, role: Role) -> &Pace {
        &self.paces[class as usize][role as usize]
    }

    /// How long an answer may take before the caller should look for a reason: four times the server's 99th
    /// percentile, and at least 250 ms.
    pub(crate) fn patience(&self, class: Class) -> Duration {
        let p99 = self.latencies[class as usize].get().and_then(|latencies| latencies.p99());
        p99.map_or(SHORTEST_PATIENCE, |p99| (p99 * PATIENCE).max(SHORTEST_PATIENCE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_follows_what_the_server_usually_takes() {
        let health = Health::default();
        assert_eq!(health.patience(Class::Row), SHORTEST_PATIENCE);
        for (latency, expected) in [(2, 250..=250), (200, 800..=1000)] {
            (0..4000).for_each(|_| health.latencies(Class::Row).record(Duration::from_millis(latency)));
            assert!(expected.contains(&health.patience(Class::Row).as_millis()));
        }
        assert_eq!(health.patience(Class::Scan), SHORTEST_PATIENCE, "each class has its own");
    }
}
