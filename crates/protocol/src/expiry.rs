//! When rows expire: seconds since 2016-01-01T00:00:00Z, 0 for never.
//!
//! The client turns a time to live into a timestamp with its own clock; the server compares with its
//! own. This is the only place that knows the epoch.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// 2016-01-01T00:00:00Z in Unix seconds.
pub const EPOCH_UNIX_SECONDS: u64 = 1_451_606_400;

/// The time of the system's clock as the protocol counts it.
pub fn now() -> u32 {
    from_system_time(SystemTime::now())
}

/// A time as the protocol counts it; what lies outside its range becomes the nearest end of it.
pub fn from_system_time(time: SystemTime) -> u32 {
    let unix = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    u32::try_from(unix.saturating_sub(EPOCH_UNIX_SECONDS)).unwrap_or(u32::MAX)
}

/// A timestamp of the protocol in Unix seconds; `None` for never.
pub fn to_unix_seconds(expire_ts: u32) -> Option<u64> {
    (expire_ts != 0).then(|| u64::from(expire_ts) + EPOCH_UNIX_SECONDS)
}

/// The timestamp of a row that shall live `ttl_seconds` from `now`; 0 never expires.
///
/// Travels as a signed number whose bits the server reads as unsigned, so `None` is beyond u32.
pub fn expire_ts(ttl_seconds: u32, now: u32) -> Option<u32> {
    if ttl_seconds == 0 { Some(0) } else { now.checked_add(ttl_seconds) }
}

/// Whether a row with this timestamp is gone; one that expires this very second is.
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
