//! How long a server has sent nothing while somebody waited for it.

use std::time::Duration;

use tokio::time::Instant;

/// The silence of one connection: the time in which at least one live call waited, since the server was last
/// heard. Time in which nobody waits, because all calls were given up, does not count.
#[derive(Default)]
pub(super) struct Silence {
    /// The silence before the calls that wait now.
    before: Duration,
    /// Since when calls wait.
    since: Option<Instant>,
    /// Whether a call has timed out in it.
    has_timeout: bool,
}

impl Silence {
    /// A call begins to wait.
    pub(super) fn call_waits(&mut self, now: Instant) {
        self.since.get_or_insert(now);
    }

    /// The last call that waited was given up.
    pub(super) fn nobody_waits(&mut self) {
        if let Some(since) = self.since.take() {
            self.before += since.elapsed();
        }
    }

    /// The server has sent something.
    pub(super) fn end(&mut self, now: Instant, others_wait: bool) {
        self.before = Duration::ZERO;
        self.since = others_wait.then_some(now);
        self.has_timeout = false;
    }

    /// A call has timed out.
    pub(super) fn note_timeout(&mut self) {
        self.has_timeout = true;
    }

    /// Whether a call has timed out in it.
    pub(super) fn has_timeout(&self) -> bool {
        self.has_timeout
    }

    /// Its length so far.
    pub(super) fn length(&self) -> Duration {
        self.before + self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Whether it grows: a call waits.
    pub(super) fn grows(&self) -> bool {
        self.since.is_some()
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn only_the_time_of_live_calls_counts() {
        let mut silence = Silence::default();
        advance(SECOND).await;
        assert_eq!((silence.length(), silence.grows()), (Duration::ZERO, false));
        silence.call_waits(Instant::now());
        advance(SECOND).await;
        silence.call_waits(Instant::now());
        advance(SECOND).await;
        assert_eq!((silence.length(), silence.grows()), (2 * SECOND, true));
        silence.nobody_waits();
        advance(3600 * SECOND).await;
        assert_eq!((silence.length(), silence.grows()), (2 * SECOND, false));
        silence.call_waits(Instant::now());
        advance(SECOND).await;
        assert_eq!((silence.length(), silence.grows()), (3 * SECOND, true));
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_server_ends_it() {
        let mut silence = Silence::default();
        silence.call_waits(Instant::now());
        advance(SECOND).await;
        silence.note_timeout();
        assert!(silence.has_timeout());
        silence.end(Instant::now(), true);
        assert_eq!((silence.length(), silence.grows()), (Duration::ZERO, true));
        assert!(!silence.has_timeout(), "that was in another silence");
        advance(SECOND).await;
        assert_eq!(silence.length(), SECOND);
        silence.end(Instant::now(), false);
        advance(SECOND).await;
        assert_eq!((silence.length(), silence.grows()), (Duration::ZERO, false));
    }
}
