//! Options of clients.

use std::time::Duration;

use napi_derive::napi;
use pegasus_client::{ClientOptions, WhenFull};

use super::log::LogLevel;
use crate::arguments::options::timeout;

/// Options of a client. Every field is present. A negative number means that the caller gave no value; the client
/// crate then chooses the default. All times are in milliseconds.
#[napi(object, object_to_js = false)]
pub struct NativeClientOptions {
    pub meta_servers: Vec<String>,
    pub timeout_ms: i32,
    pub connect_timeout_ms: i32,
    pub meta_timeout_ms: i32,
    pub session_reset_ms: i32,
    /// `NOT_GIVEN`: only the deadline limits the attempts.
    pub retry_max_attempts: i32,
    pub retry_base_delay_ms: i32,
    pub retry_max_delay_ms: i32,
    pub max_in_flight: i32,
    pub max_in_flight_bytes: f64,
    pub refuse_when_full: bool,
    /// Log lines come back with this number. 0: no log.
    pub log_id: u32,
    /// The most detailed level that crosses.
    pub log_level: LogLevel,
}

impl From<&NativeClientOptions> for ClientOptions {
    fn from(given: &NativeClientOptions) -> Self {
        let mut options = Self::new(given.meta_servers.iter().map(String::as_str));
        let set = |option: &mut Duration, given: i32| *option = timeout(given).unwrap_or(*option);
        set(&mut options.timeout, given.timeout_ms);
        set(&mut options.connect_timeout, given.connect_timeout_ms);
        set(&mut options.meta_timeout, given.meta_timeout_ms);
        set(&mut options.session_reset, given.session_reset_ms);
        set(&mut options.retry.base_delay, given.retry_base_delay_ms);
        set(&mut options.retry.max_delay, given.retry_max_delay_ms);
        options.retry.max_attempts = u32::try_from(given.retry_max_attempts).ok();
        if let Ok(operations) = usize::try_from(given.max_in_flight) {
            options.max_in_flight = operations;
        }
        if given.max_in_flight_bytes >= 0.0 {
            options.max_in_flight_bytes = given.max_in_flight_bytes as u64;
        }
        if given.refuse_when_full {
            options.when_full = WhenFull::Refuse;
        }
        options
    }
}
