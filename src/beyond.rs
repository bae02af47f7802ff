//! The operations of a table beyond the Python client's: atomic writes, batches, ranges, counts.

use std::sync::Arc;

use bytes::Bytes;
use napi::{Error, Result, Status};
use napi_derive::napi;
use pegasus_client::{Check, CheckType, CheckedSet, CountProgress, DelRangeOptions, Filter, Mutation};

use crate::bridge::Completion;
use crate::client::run;
use crate::convert::{call, completion, filter_type, timeout, to_value, unpack, unpack_pairs, write};
use crate::error::Failure;
use crate::rows::{check_result, page_of_values};
use crate::scanner::NativeScanOptions;
use crate::table::{NativeTable, flag};

/// How far a count has come, as `lib/crossing.ts` hands it on.
#[napi(object, object_from_js = false)]
pub(crate) struct NativeProgress {
    pub rows: f64,
    pub partitions_done: u32,
    pub partitions: u32,
}

impl From<CountProgress> for NativeProgress {
    fn from(progress: CountProgress) -> Self {
        let CountProgress { rows, partitions_done, partitions } = progress;
        Self { rows: rows as f64, partitions_done, partitions }
    }
}

#[napi]
impl NativeTable {
    /// `set_sort_key` null: the row that is checked.
    #[napi]
    #[allow(clippy::too_many_arguments)] // Flat arguments cross several times faster than an object.
    pub fn check_and_set(
        &self,
        token: u32,
        hash_key: &[u8],
        check_sort_key: &[u8],
        check_number: i32,
        operand: &[u8],
        return_value: bool,
        set_sort_key: Option<&[u8]>,
        value: &[u8],
        ttl_seconds: u32,
        timeout_ms: i32,
    ) -> Result<()> {
        let check = check(check_sort_key, check_number, operand, return_value)?;
        let set = CheckedSet {
            sort_key: set_sort_key.map(Bytes::copy_from_slice),
            value: Bytes::copy_from_slice(value),
            ttl_seconds,
        };
        self.run(token, self.table.check_and_set(hash_key, check, set, call(timeout_ms)), check_result)
    }

    /// `mutations` packed: for each one its lifetime in seconds as a little-endian i64 (-1: a deletion),
    /// the sort key, the value.
    #[napi]
    #[allow(clippy::too_many_arguments)] // As above.
    pub fn check_and_mutate(
        &self,
        token: u32,
        hash_key: &[u8],
        check_sort_key: &[u8],
        check_number: i32,
        operand: &[u8],
        return_value: bool,
        mutations: &[u8],
        timeout_ms: i32,
    ) -> Result<()> {
        let check = check(check_sort_key, check_number, operand, return_value)?;
        let mutations = unpack(mutations)?.chunks_exact(3).map(mutation).collect::<Result<_>>()?;
        let mutate = self.table.check_and_mutate(hash_key, check, mutations, call(timeout_ms));
        self.run(token, mutate, check_result)
    }

    /// `expected` null: no row.
    #[napi]
    #[allow(clippy::too_many_arguments)] // As above.
    pub fn compare_exchange(
        &self,
        token: u32,
        hash_key: &[u8],
        sort_key: &[u8],
        expected: Option<&[u8]>,
        value: &[u8],
        ttl_seconds: u32,
        timeout_ms: i32,
    ) -> Result<()> {
        let options = write(ttl_seconds, timeout_ms);
        let exchange = self.table.compare_exchange(hash_key, sort_key, expected, value, options);
        self.run(token, exchange, check_result)
    }

    /// `keys` packed: hash key, sort key, hash key, sort key …
    #[napi]
    pub fn batch_get(&self, token: u32, keys: &[u8], timeout_ms: i32) -> Result<()> {
        self.run_read(token, self.table.batch_get(unpack_pairs(keys)?, call(timeout_ms)), page_of_values)
    }

    /// `rows` packed: hash key, sort key, value …
    #[napi]
    pub fn batch_set(&self, token: u32, rows: &[u8], ttl_seconds: u32, timeout_ms: i32) -> Result<()> {
        let row = |row: &[Bytes]| (row[0].clone(), row[1].clone(), row[2].clone());
        let rows = unpack(rows)?.chunks_exact(3).map(row).collect();
        self.run_batch(token, self.table.batch_set(rows, write(ttl_seconds, timeout_ms)))
    }

    /// `keys` packed as for `batch_get`.
    #[napi]
    pub fn batch_del(&self, token: u32, keys: &[u8], timeout_ms: i32) -> Result<()> {
        self.run_batch(token, self.table.batch_remove(unpack_pairs(keys)?, call(timeout_ms)))
    }

    #[napi]
    #[allow(clippy::too_many_arguments)] // As above.
    pub fn del_range(
        &self,
        token: u32,
        hash_key: &[u8],
        start_sort_key: &[u8],
        stop_sort_key: &[u8],
        flags: u32,
        filter_number: i32,
        filter_pattern: &[u8],
        timeout_ms: i32,
    ) -> Result<()> {
        let options = DelRangeOptions {
            start_inclusive: flags & flag::START_INCLUSIVE != 0,
            stop_inclusive: flags & flag::STOP_INCLUSIVE != 0,
            filter: Filter {
                filter_type: filter_type(filter_number)?,
                pattern: Bytes::copy_from_slice(filter_pattern),
            },
            timeout: timeout(timeout_ms),
        };
        let removing = self.table.del_range(hash_key, start_sort_key, stop_sort_key, options);
        run(&self.bridge, self.log.as_ref(), token, async move {
            match removing.await {
                Ok(deleted) => Completion::Number(deleted as i64),
                Err(stopped) => Completion::Failure(Box::new(stopped.into())),
            }
        })
    }

    /// Progress comes with the token before the result, where it is asked for.
    #[napi]
    pub fn count(&self, token: u32, options: NativeScanOptions, with_progress: bool) -> Result<()> {
        let shared = Arc::clone(self.bridge.shared());
        let plain = crate::bridge::plain_token(token);
        let on_progress = move |progress: CountProgress| {
            if with_progress {
                let progress = NativeProgress::from(progress);
                shared.finish([(plain, Completion::Progress(Box::new(|env| to_value(env, progress))))]);
            }
        };
        let counting = self.table.count(options.read()?, on_progress);
        run(&self.bridge, self.log.as_ref(), token, async move {
            completion(counting.await, |count| Completion::Number(count as i64))
        })
    }

    fn run_batch<F>(&self, token: u32, batch: F) -> Result<()>
    where
        F: Future<Output = Vec<std::result::Result<(), pegasus_client::Error>>> + Send + 'static,
    {
        run(&self.bridge, self.log.as_ref(), token, async move {
            let outcomes: Vec<Option<Failure>> =
                batch.await.into_iter().map(|outcome| outcome.err().map(Failure::from)).collect();
            Completion::Extra(Box::new(move |env| to_value(env, outcomes)))
        })
    }
}

fn check(sort_key: &[u8], number: i32, operand: &[u8], return_value: bool) -> Result<Check> {
    let check_type = CheckType::try_from(number)
        .map_err(|other| Error::new(Status::InvalidArg, format!("there is no check type {other}")))?;
    let [sort_key, operand] = [sort_key, operand].map(Bytes::copy_from_slice);
    Ok(Check { sort_key, check_type, operand, return_value })
}

fn mutation(parts: &[Bytes]) -> Result<Mutation> {
    let lifetime = <[u8; 8]>::try_from(&parts[0][..])
        .map_err(|_| Error::new(Status::InvalidArg, "a packed mutation has no lifetime"))?;
    let (sort_key, value) = (parts[1].clone(), parts[2].clone());
    Ok(match u32::try_from(i64::from_le_bytes(lifetime)) {
        Ok(ttl_seconds) => Mutation::Set { sort_key, value, ttl_seconds },
        Err(_) => Mutation::Delete { sort_key },
    })
}
