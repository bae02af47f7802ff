//! The server's source of time.
//!
//! Everything that depends on the protocol's time (expiry of rows, idle scans) asks a [`Clock`]
//! that the caller passed in, so a test can move time instead of waiting.

use std::sync::atomic::{AtomicU32, Ordering};

use pegasus_protocol::expiry::{self, EPOCH_UNIX_SECONDS};

/// Tells the time as the protocol counts it: in whole seconds since 2016-01-01T00:00:00Z.
pub trait Clock: Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> u32;
}

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> u32 {
        expiry::now()
    }
}

/// The current time of a clock, in Unix seconds.
pub(crate) fn unix_now(clock: &dyn Clock) -> i64 {
    i64::from(clock.now()) + EPOCH_UNIX_SECONDS as i64
}

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct ManualClock(AtomicU32);

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: u32) -> Self {
        Self(AtomicU32::new(now))
    }

    /// Moves the clock forward.
    pub fn advance(&self, seconds: u32) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}
