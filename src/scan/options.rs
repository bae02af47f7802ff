//! Options of scans.

use napi::Result;
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use pegasus_client::ScanOptions;

use crate::arguments::options::{filter, timeout};
use crate::arguments::range::RangeFlag;

/// How a scan is done. `lib/` has filled in all fields.
#[napi(object, object_to_js = false)]
pub struct NativeScanOptions {
    /// `NOT_GIVEN`: the default timeout of a scan.
    pub timeout_ms: i32,
    /// Rows in a page.
    pub batch_size: i32,
    /// Bits of `RangeFlag`.
    pub flags: u32,
    /// The number of a `FilterType`.
    pub hash_key_filter_type: i32,
    /// The pattern of that filter.
    #[napi(ts_type = "Uint8Array")]
    pub hash_key_filter_pattern: Buffer,
    /// The number of a `FilterType`.
    pub sort_key_filter_type: i32,
    /// The pattern of that filter.
    #[napi(ts_type = "Uint8Array")]
    pub sort_key_filter_pattern: Buffer,
}

impl NativeScanOptions {
    pub(crate) fn read(&self) -> Result<ScanOptions> {
        let defaults = ScanOptions::default();
        Ok(ScanOptions {
            timeout: timeout(self.timeout_ms).unwrap_or(defaults.timeout),
            batch_size: self.batch_size,
            start_inclusive: RangeFlag::StartInclusive.is_in(self.flags),
            stop_inclusive: RangeFlag::StopInclusive.is_in(self.flags),
            no_value: RangeFlag::NoValue.is_in(self.flags),
            hash_key_filter: filter(self.hash_key_filter_type, &self.hash_key_filter_pattern)?,
            sort_key_filter: filter(self.sort_key_filter_type, &self.sort_key_filter_pattern)?,
            return_expire_ts: RangeFlag::ReturnExpireTs.is_in(self.flags),
            read_ahead: true,
        })
    }
}
