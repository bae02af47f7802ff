//! Groups of rows: several rows of one hash key.

use napi::Result;
use napi_derive::napi;
use pegasus_client::{MultiGetLimits, SortKeyRange};

use super::native::NativeTable;
use crate::arguments::options::{call, write};
use crate::arguments::packed::{unpack, unpack_pairs};
use crate::results::completions::{count, done};
use crate::results::pages::page_of_pairs;

#[napi]
impl NativeTable {
    /// `entries` packed: sort key, value, sort key, value … Answer: Done.
    #[napi]
    pub fn multi_set(
        &self,
        token: u32,
        hash_key: &[u8],
        entries: &[u8],
        ttl_seconds: u32,
        timeout_ms: i32,
    ) -> Result<()> {
        let set = self.table.multi_set(hash_key, unpack_pairs(entries)?, write(ttl_seconds, timeout_ms));
        self.run(token, set, done)
    }

    /// `sort_keys` packed; null: all of the hash key. Answer: Extra, a page of pairs.
    #[napi]
    #[allow(clippy::too_many_arguments)] // Flat arguments cross several times faster than an object.
    pub fn multi_get(
        &self,
        token: u32,
        hash_key: &[u8],
        sort_keys: Option<&[u8]>,
        max_kv_count: i32,
        max_kv_size: i32,
        no_value: bool,
        timeout_ms: i32,
    ) -> Result<()> {
        let limits = MultiGetLimits { max_kv_count, max_kv_size, no_value };
        match sort_keys {
            Some(packed) => {
                let get = self.table.multi_get(hash_key, unpack(packed)?, &limits, call(timeout_ms));
                self.run_read(token, get, page_of_pairs)
            }
            None => {
                let all = SortKeyRange::default();
                let get = self.table.multi_get_range(hash_key, all, &limits, call(timeout_ms));
                self.run_read(token, get, page_of_pairs)
            }
        }
    }

    /// `sort_keys` packed. Answer: Number.
    #[napi]
    pub fn multi_del(&self, token: u32, hash_key: &[u8], sort_keys: &[u8], timeout_ms: i32) -> Result<()> {
        self.run(token, self.table.multi_remove(hash_key, unpack(sort_keys)?, call(timeout_ms)), count)
    }

    /// Answer: Number.
    #[napi]
    pub fn sort_key_count(&self, token: u32, hash_key: &[u8], timeout_ms: i32) -> Result<()> {
        self.run(token, self.table.sort_key_count(hash_key, call(timeout_ms)), count)
    }
}
