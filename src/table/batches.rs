//! Batches: rows of many hash keys, which the client crate sends by partition.

use bytes::Bytes;
use napi::Result;
use napi_derive::napi;
use pegasus_client::Error;

use super::native::NativeTable;
use crate::arguments::options::{call, write};
use crate::arguments::packed::{unpack, unpack_pairs};
use crate::results::outcomes::{outcomes_of_reads, outcomes_of_writes};
use crate::results::pages::page_of_values;

#[napi]
impl NativeTable {
    /// `keys` packed: hash key, sort key, hash key, sort key … Answer: Extra, a page of values.
    #[napi]
    pub fn batch_get(&self, token: u32, keys: &[u8], timeout_ms: i32) -> Result<()> {
        let most = self.starter.bridge.most_bytes();
        let get = self.table.batch_get(unpack_pairs(keys)?, call(timeout_ms));
        self.run_read(token, get, move |values| page_of_values(&values, most))
    }

    /// `keys` packed as for `batch_get`. Answer: Extra, a `NativeOutcomes` with values.
    #[napi]
    pub fn batch_get_settled(&self, token: u32, keys: &[u8], timeout_ms: i32) -> Result<()> {
        let most = self.starter.bridge.most_bytes();
        let get = self.table.batch_get_settled(unpack_pairs(keys)?, call(timeout_ms));
        self.run_read(token, get, move |outcomes| outcomes_of_reads(outcomes, most))
    }

    /// `rows` packed: hash key, sort key, value … Answer: Extra, a `NativeOutcomes`.
    #[napi]
    pub fn batch_set(&self, token: u32, rows: &[u8], ttl_seconds: u32, timeout_ms: i32) -> Result<()> {
        let row = |row: &[Bytes]| (row[0].clone(), row[1].clone(), row[2].clone());
        let rows = unpack(rows)?.chunks_exact(3).map(row).collect();
        self.run_batch(token, self.table.batch_set(rows, write(ttl_seconds, timeout_ms)))
    }

    /// `keys` packed as for `batch_get`. Answer: as of `batch_set`.
    #[napi]
    pub fn batch_del(&self, token: u32, keys: &[u8], timeout_ms: i32) -> Result<()> {
        self.run_batch(token, self.table.batch_remove(unpack_pairs(keys)?, call(timeout_ms)))
    }

    fn run_batch<F>(&self, token: u32, batch: F) -> Result<()>
    where
        F: Future<Output = Vec<std::result::Result<(), Error>>> + Send + 'static,
    {
        self.starter.run(token, async move { outcomes_of_writes(batch.await) })
    }
}
