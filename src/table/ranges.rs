//! Ranges of sort keys under one hash key.

use bytes::Bytes;
use napi::Result;
use napi_derive::napi;
use pegasus_client::{DelRangeOptions, MultiGetLimits, SortKeyRange};

use super::native::NativeTable;
use crate::arguments::options::{call, filter, timeout};
use crate::arguments::range::RangeFlag;
use crate::failure::Failure;
use crate::results::completions::count;
use crate::results::pages::page_of_pairs;

#[napi]
impl NativeTable {
    /// Answer: Extra, a page of pairs.
    #[napi]
    #[allow(clippy::too_many_arguments)] // Flat arguments cross several times faster than an object.
    pub fn multi_get_range(
        &self,
        token: u32,
        hash_key: &[u8],
        start_sort_key: &[u8],
        stop_sort_key: &[u8],
        flags: u32,
        filter_type: i32,
        filter_pattern: &[u8],
        max_kv_count: i32,
        max_kv_size: i32,
        timeout_ms: i32,
    ) -> Result<()> {
        let range = SortKeyRange {
            start: Bytes::copy_from_slice(start_sort_key),
            stop: Bytes::copy_from_slice(stop_sort_key),
            start_inclusive: RangeFlag::StartInclusive.is_in(flags),
            stop_inclusive: RangeFlag::StopInclusive.is_in(flags),
            filter: filter(filter_type, filter_pattern)?,
            reverse: RangeFlag::Reverse.is_in(flags),
        };
        let limits = MultiGetLimits { max_kv_count, max_kv_size, no_value: RangeFlag::NoValue.is_in(flags) };
        let get = self.table.multi_get_range(hash_key, range, &limits, call(timeout_ms));
        self.run_read(token, get, page_of_pairs)
    }

    /// `timeout_ms` applies to each request. Answer: Number.
    #[napi]
    #[allow(clippy::too_many_arguments)] // As above.
    pub fn del_range(
        &self,
        token: u32,
        hash_key: &[u8],
        start_sort_key: &[u8],
        stop_sort_key: &[u8],
        flags: u32,
        filter_type: i32,
        filter_pattern: &[u8],
        timeout_ms: i32,
    ) -> Result<()> {
        let options = DelRangeOptions {
            start_inclusive: RangeFlag::StartInclusive.is_in(flags),
            stop_inclusive: RangeFlag::StopInclusive.is_in(flags),
            filter: filter(filter_type, filter_pattern)?,
            timeout: timeout(timeout_ms),
        };
        let removal = self.table.del_range(hash_key, start_sort_key, stop_sort_key, options);
        self.starter.run(token, async move {
            match removal.await {
                Ok(deleted) => count(deleted),
                Err(stopped) => Failure::from(stopped).into(),
            }
        })
    }
}
