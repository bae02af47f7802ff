//! The options of clients, tables and calls, with their defaults.

use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;
use crate::resolve::{Resolve, SystemResolver};

/// The largest limits that the limiter's counters can hold. They leave some room for permits that are granted
/// beyond the limit.
pub(crate) const MOST_OPERATIONS: usize = 100_000_000;
pub(crate) const MOST_BYTES: u64 = (1 << 36) - 1;

/// The options of a client: its cluster, its time limits, and its limits on operations in flight.
///
/// [`Client::connect`](crate::Client::connect) refuses options out of range. Every duration must be positive.
///
/// ```
/// use pegasus_client::ClientOptions;
///
/// let options = ClientOptions::new(["127.0.0.1:34601", "meta.example.org:34601"]);
/// assert_eq!(options.timeout.as_millis(), 2000);
/// ```
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// The meta servers, at least one. Each is `host:port` with a DNS name, an IPv4 address or `[IPv6]`.
    ///
    /// One server that is up is enough; the client also finds a leader that is not listed. A name is looked up
    /// anew at each connect. If it has several addresses, the first one that answers is used.
    pub meta_servers: Vec<String>,
    /// The deadline of operations whose table and call set none, all attempts together; also how long
    /// [`Client::connect`](crate::Client::connect) tries. Default: 2 s.
    pub timeout: Duration,
    /// The time limit of one connect. Default: 1 s.
    ///
    /// The look-up of a name is no longer waited for either, but it goes on, and the next connect uses what it finds.
    pub connect_timeout: Duration,
    /// The time limit of one attempt at one meta server. Default: 2 s.
    pub meta_timeout: Duration,
    /// A connection is replaced when calls on it time out and nothing has arrived for this long. Default: 3
    /// s.
    pub session_reset: Duration,
    /// How failed attempts are retried.
    pub retry: RetryOptions,
    /// The most operations in flight at once, from 1 to 100,000,000. Default: 100,000.
    ///
    /// An operation is in flight from its first attempt to its result. Each page of a scan and each request
    /// of a batch counts as one. The default is far more than a cluster needs to be busy, and few enough to
    /// hold in memory while a cluster answers nothing.
    pub max_in_flight: usize,
    /// The most bytes of keys and values in requests in flight, from 1 to 64 GiB - 1. Default: 256 MiB.
    ///
    /// An operation with more bytes runs alone. A request that waits to be sent takes this memory twice, as
    /// arguments and as a frame.
    pub max_in_flight_bytes: u64,
    /// What happens to an operation when a limit is reached. Default: it waits.
    pub when_full: WhenFull,
    /// Looks up the names of servers. Default: [`SystemResolver`].
    ///
    /// A look-up is shared by all who want the name, and there are at most 8 at once. When one takes longer than 250
    /// ms, the address that a configuration gives beside the name is tried, and those that the name had before.
    pub resolver: Arc<dyn Resolve>,
}

/// What happens to an operation that would exceed a limit on operations in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenFull {
    /// It waits until its deadline. Operations queue in the order in which they came.
    #[default]
    Wait,
    /// It fails at once with `ERR_TOO_MANY_REQUESTS`; nothing is sent.
    Refuse,
}

impl ClientOptions {
    /// The default options, with these meta servers.
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
            resolver: Arc::new(SystemResolver),
        }
    }

    /// The bytes that may wait on one connection: more than all operations in flight need, framing included.
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

/// How failed attempts are retried within the deadline: exponential backoff with full jitter.
///
/// Retries of calls that servers refused for load (`ERR_CAPACITY_EXCEEDED`) stay under 20 % of the client's calls plus
/// 10 a second. Further ones wait for their turn within the call's deadline.
#[derive(Debug, Clone)]
pub struct RetryOptions {
    /// The most attempts of one operation, the first included; at least 1. `None`: as many as fit into the
    /// deadline. Default: `None`.
    pub max_attempts: Option<u32>,
    /// The bound of the backoff before the second attempt; it doubles with each further attempt. Positive,
    /// and at most `max_delay`. Default: 10 ms.
    pub base_delay: Duration,
    /// The bound of every backoff. Default: 500 ms.
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

    /// The backoff after this many attempts: a random part of a bound that doubles.
    pub(crate) fn backoff_after(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        let bound = self.base_delay.saturating_mul(1 << doublings).min(self.max_delay);
        bound.mul_f64(fastrand::f64())
    }
}

/// The options of one table.
#[derive(Debug, Clone, Default)]
pub struct TableOptions {
    /// The deadline of operations whose call sets none, all attempts together. Default: `None`, the client's.
    pub timeout: Option<Duration>,
    /// When a secondary may answer reads. Default: never.
    pub backup_request: BackupRequestOptions,
}

/// Hedged reads: when a secondary may answer a read in place of the primary.
///
/// The reads are `get`, `exist`, `ttl`, `multi_get`, `multi_get_range` and `batch_get`. Writes, scans and
/// counts never go to a secondary.
///
/// **A secondary may lag behind.** It may lack acknowledged writes, the caller's own last one included, and
/// the later of two reads may return the older state. It never returns what no client has written, and a row
/// read whole existed like that at some time. The lag has no bound: it is usually milliseconds, and after a
/// secondary was cut off, as long as that lasted. [`with_staleness`](crate::with_staleness) tells which
/// replies came from a secondary.
///
/// A server may refuse backup requests. When the table's `replica.backup_request_throttling` is exceeded, it
/// may leave them without a reply. Neither fails a read while the primary may answer.
#[derive(Debug, Clone)]
pub struct BackupRequestOptions {
    /// How long a read waits for the primary before a secondary is asked too. The first good reply is used,
    /// and the other request is abandoned. `None`: a slow primary is waited for alone. Default: `None`.
    pub delay: Option<BackupDelay>,
    /// The largest share of reads that are hedged because of `delay`, from 0 (none) to 1 (all), after ten
    /// that are free. It keeps a cluster that is slow as a whole from getting twice the load. Default: 0.1.
    pub max_share: f64,
    /// Whether a read goes to a secondary at once when its primary is gone. Default: `false`.
    ///
    /// A primary is gone when the partition has none, when the client cannot connect to it, when its
    /// connection ended, or when the server replies that it is not the primary. Until something is heard from
    /// that primary again, each read asks it and a secondary together. `max_share` does not limit these
    /// reads.
    pub on_unreachable: bool,
}

/// How long a hedged read waits for the primary alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupDelay {
    /// Always this long; must be positive.
    After(Duration),
    /// The 99th percentile of the table's last 1,000 to 2,000 reads, at least 1 ms and at most 1 s. It is 50
    /// ms until 100 reads have been measured.
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

/// The options of one call.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallOptions {
    /// The deadline of the call, all attempts together. `None`: the table's. Default: `None`.
    pub timeout: Option<Duration>,
}

/// The options of one write.
#[derive(Debug, Clone, Copy, Default)]
pub struct WriteOptions {
    /// The lifetime of the row in seconds, by the client's clock. 0: no expiry, unless the table has the
    /// setting `default_ttl`. An expiry after 2152 is refused. Default: 0.
    pub ttl_seconds: u32,
    /// The deadline of the call, all attempts together. `None`: the table's. Default: `None`.
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
