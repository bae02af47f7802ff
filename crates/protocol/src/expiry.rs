//! Expiry timestamps: seconds since 2016-01-01T00:00:00Z, 0 for never.
//!
//! The client computes a timestamp from a TTL with its own clock; the server compares it with the server's
//! clock. Only this file knows the epoch.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The epoch, 2016-01-01T00:00:00Z, in Unix seconds.
pub const EPOCH_UNIX_SECONDS: u64 = 1_451_606_400;

/// The present time of the system's clock, in seconds since the epoch.
pub fn now() -> u32 {
    from_system_time(SystemTime::now())
}

/// Converts a time to seconds since the epoch. A time out of range becomes the nearest end of the range.
pub fn from_system_time(time: SystemTime) -> u32 {
    let unix = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    u32::try_from(unix.saturating_sub(EPOCH_UNIX_SECONDS)).unwrap_or(u32::MAX)
}

/// Converts an expiry timestamp to Unix seconds; `None`: never.
pub fn to_unix_seconds(expire_ts: u32) -> Option<u64> {
    (expire_ts != 0).then(|| u64::from(expire_ts) + EPOCH_UNIX_SECONDS)
}

/// The expiry timestamp of a row that lives `ttl_seconds` from `now`; 0: never.
///
/// `None`: the timestamp does not fit into 32 bits. The protocol carries it as a signed number whose bits the
/// server reads as unsigned.
pub fn expire_ts(ttl_seconds: u32, now: u32) -> Option<u32> {
    if ttl_seconds == 0 { Some(0) } else { now.checked_add(ttl_seconds) }
}

/// Whether a row with this timestamp has expired. It expires at the start of that second.
pub fn is_expired(expire_ts: u32, now: u32) -> bool {
    expire_ts != 0 && expire_ts <= now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_never_expires_and_the_very_second_does() {
        assert!(!is_expired(0, u32::MAX));
        assert!(is_expired(100, 100));
        assert!(!is_expired(101, 100));
    }

    #[test]
    fn a_ttl_counts_from_now() {
        assert_eq!(expire_ts(0, 1000), Some(0));
        assert_eq!(expire_ts(60, 1000), Some(1060));
        assert_eq!(expire_ts(u32::MAX, 1), None);
    }

    #[test]
    fn the_epoch_is_2016() {
        let time = UNIX_EPOCH + Duration::from_secs(EPOCH_UNIX_SECONDS + 5);
        assert_eq!(from_system_time(time), 5);
        assert_eq!(to_unix_seconds(5), Some(EPOCH_UNIX_SECONDS + 5));
        assert_eq!(to_unix_seconds(0), None);
        assert_eq!(from_system_time(UNIX_EPOCH), 0);
    }
}
