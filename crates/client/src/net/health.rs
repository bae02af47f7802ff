//! What is known about a server: whether it failed, how long its answers take, and whether it is slow just now.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::latency::{Class, Latencies};
use super::pace::{Pace, Role};

/// A call has patience for this many times the server's 99th percentile.
const PATIENCE: u32 = 4;

/// The shortest patience of a call.
const SHORTEST_PATIENCE: Duration = Duration::from_millis(250);

/// What is known about one server, over all its connections.
#[derive(Default)]
pub(crate) struct Health {
    /// Whether a connection to it ever broke or could not be made.
    failed: AtomicBool,
    /// By class. Most servers of a large cluster never get a request of most classes.
    latencies: [OnceLock<Box<Latencies>>; Class::COUNT],
    /// By class and role. Only hedged reads note anything here.
    paces: [[Pace; Role::COUNT]; Class::COUNT],
}

impl Health {
    pub(super) fn note_failure(&self) {
        self.failed.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
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
