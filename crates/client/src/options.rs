//! What a client can be told, with the defaults.

use std::time::Duration;

use crate::error::Error;

/// The largest bounds that the limiter's counters have room for, with some to spare for permits that are
/// granted without a bound.
pub(crate) const MOST_OPERATIONS: usize = 100_000_000;
pub(crate) const MOST_BYTES: u64 = (1 << 36) - 1;

/// How a client finds its cluster and how long it waits.
///
/// ```
/// use pegasus_client::ClientOptions;
///
/// let options = ClientOptions::new(["127.0.0.1:34601", "meta.example.org:34601"]);
/// assert_eq!(options.timeout.as_millis(), 2000);
/// ```
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// The meta servers, each `host:port`: DNS names (resolved anew at each connect), IPv4, `[IPv6]:port`.
    /// One that is up is enough; a leader that is not listed is found.
    pub meta_servers: Vec<String>,
    /// The deadline of an operation, all attempts together, where a call names none. 2 s.
    pub timeout: Duration,
    /// How long one connect may take. 1 s.
    pub connect_timeout: Duration,
    /// How long one attempt at one meta server may take. 2 s.
    pub meta_timeout: Duration,
    /// A connection on which calls time out and nothing has been heard for this long is replaced. 3 s.
    pub session_reset: Duration,
    /// How operations are tried again within their deadline.
    pub retry: RetryOptions,
    /// At most so many operations are in flight at once, from their first attempt to their result; of a
    /// scan each page counts, of a batch each request. From 1 to 100,000,000. 100,000: far more than it
    /// takes to keep a cluster busy, and few enough to be held while a cluster answers nothing.
    pub max_in_flight: usize,
    /// At most so many bytes of keys and values are in flight in requests. One operation with more runs
    /// alone. From 1 to 64 GiB - 1. 256 MiB: a request that waits to be sent is held twice, as arguments
    /// and as a frame.
    pub max_in_flight_bytes: u64,
    /// What becomes of an operation for which there is no room. It waits.
    pub when_full: WhenFull,
}

/// What becomes of an operation for which there is no room in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenFull {
    /// It waits, in the order in which operations come, until its deadline.
    #[default]
    Wait,
    /// It fails at once with `ERR_TOO_MANY_REQUESTS`.
    Refuse,
}

impl ClientOptions {
    /// The defaults, with these meta servers.
    pub fn new<S: Into<String>>(meta_servers: impl IntoIterator<Item = S>) -> Self {
        Self {
            meta_servers: meta_servers.into_iter().map(Into::into).collect(),
            timeout: Duration::from_secs(2),
            connect_timeout: Duration::from_secs(1),
            meta_timeout: Duration::from_secs(2),
            session_reset: Duration::from_secs(3),
            retry: RetryOptions::default(),
            max_in_flight: 100_000,
            max_in_flight_bytes: 256 << 20,
            when_full: WhenFull::Wait,
        }
    }

    /// More bytes than all operations in flight can have waiting on a connection, framing included.
    pub(crate) fn most_queued(&self) -> usize {
        const FRAMING: usize = 1024;
        let payload = usize::try_from(self.max_in_flight_bytes).unwrap_or(usize::MAX);
        payload.saturating_mul(2).saturating_add(self.max_in_flight.saturating_mul(FRAMING))
    }

    pub(crate) fn validate(&self) -> Result<(), Error> {
        let durations = [
            ("timeout", self.timeout),
            ("connect_timeout", self.connect_timeout),
            ("meta_timeout", self.meta_timeout),
            ("session_reset", self.session_reset),
        ];
        for (name, duration) in durations {
            if duration.is_zero() {
                return Err(Error::invalid_argument(format!(
                    "{name} is zero: a positive duration is needed"
                )));
            }
        }
        if !(1..=MOST_OPERATIONS).contains(&self.max_in_flight) {
            return Err(Error::invalid_argument(format!(
                "max_in_flight is {}: a number from 1 to {MOST_OPERATIONS} is needed",
                self.max_in_flight
            )));
        }
        if !(1..=MOST_BYTES).contains(&self.max_in_flight_bytes) {
            return Err(Error::invalid_argument(format!(
                "max_in_flight_bytes is {}: a number from 1 to {MOST_BYTES} is needed",
                self.max_in_flight_bytes
            )));
        }
        self.retry.validate()
    }
}

/// How an operation is tried again: exponential backoff with full jitter, within its deadline.
#[derive(Debug, Clone)]
pub struct RetryOptions {
    /// At most so many attempts; `None`: as many as the deadline allows. `None`.
    pub max_attempts: Option<u32>,
    /// The longest wait before the second attempt; it doubles with each further one. 10 ms.
    pub base_delay: Duration,
    /// The longest wait between two attempts. 500 ms.
    pub max_delay: Duration,
}

impl Default for RetryOptions {
    fn default() -> Self {
        Self {
            max_attempts: None,
            base_delay: Duration::from_millis(10),
            max_delay: Duration::from_millis(500),
        }
    }
}

impl RetryOptions {
    fn validate(&self) -> Result<(), Error> {
        if self.max_attempts == Some(0) {
            return Err(Error::invalid_argument("retry.max_attempts is 0: at least one attempt is needed"));
        }
        if self.base_delay.is_zero() || self.base_delay > self.max_delay {
            return Err(Error::invalid_argument(format!(
                "retry.base_delay is {:?} and retry.max_delay {:?}: the first must be positive and not over the second",
                self.base_delay, self.max_delay
            )));
        }
        Ok(())
    }

    /// How long to wait after so many attempts: a random part of a bound that doubles.
    pub(crate) fn backoff_after(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        let bound = self.base_delay.saturating_mul(1 << doublings).min(self.max_delay);
        bound.mul_f64(fastrand::f64())
    }
}

/// How one table is opened.
#[derive(Debug, Clone, Default)]
pub struct TableOptions {
    /// The deadline of the table's operations where a call names none; `None`: the client's.
    pub timeout: Option<Duration>,
    /// When secondaries may answer reads. Never.
    pub backup_request: BackupRequestOptions,
}

/// When a secondary may answer a read (`get`, `exist`, `ttl`, `multi_get`, `multi_get_range`, `batch_get`) in
/// place of the primary. Nothing else is ever sent to one: no write, no scan, no count.
///
/// **What is given up.** A secondary has what it was told of so far: it may lack writes that are
/// acknowledged, the caller's own last one included, and two reads may go back in time. It never
/// shows what no client has written, and a row read whole is a row as it was at some time. How far it
/// is behind has no bound: usually milliseconds, and as long as it was cut off when it was.
/// [`with_staleness`](crate::with_staleness) tells which answers came from one.
///
/// A server may refuse backup reads or, when the table's `replica.backup_request_throttling` is
/// exceeded, leave them without an answer. That never fails the read while the primary may answer.
#[derive(Debug, Clone)]
pub struct BackupRequestOptions {
    /// A read that the primary has not answered after this delay is sent to a secondary too. The first
    /// good answer counts, the other one is given up. `None`: it is not.
    pub delay: Option<BackupDelay>,
    /// Of a hundred reads at most so many hundredths are sent twice because of `delay`, after ten that
    /// are free: a cluster that is slow as a whole must not get twice the load. From 0 (not) to 1. 0.1.
    pub max_share: f64,
    /// A read whose primary is gone goes to a secondary at once: there is none, it cannot be connected
    /// to, its connection ended, or the server says that it is not the primary. As long as nothing has
    /// been heard of a primary again, it and a secondary are asked together. `max_share` does not count
    /// here. `false`.
    pub on_unreachable: bool,
}

/// How long the primary is waited for alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupDelay {
    /// Always this long, not zero.
    After(Duration),
    /// As long as 99 of 100 of the table's last one to two thousand reads took, but from 1 ms to 1 s; 50 ms
    /// before a hundred have been measured.
    Auto,
}

impl Default for BackupRequestOptions {
    fn default() -> Self {
        Self { delay: None, max_share: 0.1, on_unreachable: false }
    }
}

impl BackupRequestOptions {
    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.delay == Some(BackupDelay::After(Duration::ZERO)) {
            return Err(Error::invalid_argument(
                "backup_request.delay is zero: a positive duration is needed",
            ));
        }
        if !(0.0..=1.0).contains(&self.max_share) {
            return Err(Error::invalid_argument(format!(
                "backup_request.max_share is {}: a number from 0 to 1 is needed",
                self.max_share
            )));
        }
        Ok(())
    }
}

/// What one call can be told.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallOptions {
    /// Its deadline, all attempts together; `None`: the table's.
    pub timeout: Option<Duration>,
}

/// What one writing call can be told.
#[derive(Debug, Clone, Copy, Default)]
pub struct WriteOptions {
    /// How long the row lives, by this machine's clock; 0: for ever.
    pub ttl_seconds: u32,
    /// Its deadline, all attempts together; `None`: the table's.
    pub timeout: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_jittered_under_a_doubling_bound() {
        let retry = RetryOptions::default();
        for attempts in 1..40 {
            let bound = (10u64 << (attempts - 1).min(20)).min(500);
            let longest = (0..200).map(|_| retry.backoff_after(attempts)).max().unwrap();
            assert!(longest <= Duration::from_millis(bound), "after {attempts}: {longest:?}");
            assert!(longest >= Duration::from_millis(bound / 2), "after {attempts}: {longest:?}");
        }
    }

    #[test]
    fn impossible_options_are_refused_by_name() {
        let refusal = |change: fn(&mut ClientOptions)| {
            let mut options = ClientOptions::new(["a:1"]);
            change(&mut options);
            options.validate().unwrap_err().to_string()
        };
        assert!(refusal(|o| o.timeout = Duration::ZERO).contains("timeout"));
        assert!(refusal(|o| o.max_in_flight = 0).contains("max_in_flight is 0"));
        assert!(refusal(|o| o.max_in_flight_bytes = 1 << 36).contains("max_in_flight_bytes is 68719476736"));
        assert!(refusal(|o| o.retry.max_attempts = Some(0)).contains("max_attempts"));
        assert!(refusal(|o| o.retry.base_delay = Duration::from_secs(9)).contains("base_delay"));
    }
}
