//! A table: the operations, a few lines each.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use pegasus_protocol::idl::CheckType;

use crate::composed::{
    CountProgress, DelRangeError, DelRangeOptions, batch_get, batch_write, count, del_range,
};
use crate::context::TableContext;
use crate::error::Error;
use crate::execute::execute;
use crate::ops::{
    Check, CheckAndMutate, CheckAndSet, CheckResult, CheckedSet, Get, Incr, IncrOptions, MultiGet,
    MultiGetLimits, MultiGetResult, MultiRemove, MultiSet, Mutation, Operation, Remove, Set, SortKeyCount,
    SortKeyRange, TimeToLive, Ttl,
};
use crate::options::{CallOptions, WriteOptions};
use crate::scan::{ScanOptions, Scanner};

/// An open table. Cheap to clone; all clones share routes and connections.
///
/// Every method checks its arguments and copies them before it returns its future, so the future
/// borrows nothing; nothing is sent before it is polled. Dropping the future gives the operation up:
/// a write that had left may still be carried out.
///
/// Failures carry a stable [`code`](Error::code). A row that is not there is not a failure.
#[derive(Clone)]
pub struct Table {
    context: Arc<TableContext>,
}

impl Table {
    pub(crate) fn new(context: TableContext) -> Self {
        Self { context: Arc::new(context) }
    }

    #[cfg(test)]
    pub(crate) fn context(&self) -> &Arc<TableContext> {
        &self.context
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.context.name()
    }

    /// Its number, which changes when it is dropped and created anew.
    pub fn app_id(&self) -> i32 {
        self.context.router().snapshot().app_id()
    }

    /// How many partitions it has at the moment.
    pub fn partition_count(&self) -> u32 {
        self.context.router().snapshot().partition_count()
    }

    /// Reads a row; `None` when there is none.
    pub fn get(
        &self,
        hash_key: &[u8],
        sort_key: &[u8],
        options: CallOptions,
    ) -> impl Future<Output = Result<Option<Bytes>, Error>> + Send + use<> {
        self.run(Get::new(hash_key, sort_key), options.timeout)
    }

    /// Sets a row, whatever was there.
    pub fn set(
        &self,
        hash_key: &[u8],
        sort_key: &[u8],
        value: &[u8],
        options: WriteOptions,
    ) -> impl Future<Output = Result<(), Error>> + Send + use<> {
        self.run(Set::new(hash_key, sort_key, value, options.ttl_seconds), options.timeout)
    }

    /// Removes a row; one that is not there is fine.
    pub fn remove(
        &self,
        hash_key: &[u8],
        sort_key: &[u8],
        options: CallOptions,
    ) -> impl Future<Output = Result<(), Error>> + Send + use<> {
        self.run(Remove::new(hash_key, sort_key), options.timeout)
    }

    /// Whether there is a row.
    pub fn exist(
        &self,
        hash_key: &[u8],
        sort_key: &[u8],
        options: CallOptions,
    ) -> impl Future<Output = Result<bool, Error>> + Send + use<> {
        let ttl = self.ttl(hash_key, sort_key, options);
        async move { Ok(ttl.await?.is_some()) }
    }

    /// How long a row has left; `None` when there is none.
    pub fn ttl(
        &self,
        hash_key: &[u8],
        sort_key: &[u8],
        options: CallOptions,
    ) -> impl Future<Output = Result<Option<TimeToLive>, Error>> + Send + use<> {
        self.run(Ttl::new(hash_key, sort_key), options.timeout)
    }

    /// Sets rows of one hash key, all or none; of a sort key that comes twice the last value counts.
    pub fn multi_set<I>(
        &self,
        hash_key: &[u8],
        entries: I,
        options: WriteOptions,
    ) -> impl Future<Output = Result<(), Error>> + Send + use<I>
    where
        I: IntoIterator<Item = (Bytes, Bytes)>,
    {
        self.run(MultiSet::new(hash_key, entries, options.ttl_seconds), options.timeout)
    }

    /// Reads the rows of the given sort keys that there are.
    pub fn multi_get<I>(
        &self,
        hash_key: &[u8],
        sort_keys: I,
        limits: &MultiGetLimits,
        options: CallOptions,
    ) -> impl Future<Output = Result<MultiGetResult, Error>> + Send + use<I>
    where
        I: IntoIterator<Item = Bytes>,
    {
        self.run(MultiGet::keys(hash_key, sort_keys, limits), options.timeout)
    }

    /// Reads the rows of a range of sort keys; the default range is all of the hash key.
    pub fn multi_get_range(
        &self,
        hash_key: &[u8],
        range: SortKeyRange,
        limits: &MultiGetLimits,
        options: CallOptions,
    ) -> impl Future<Output = Result<MultiGetResult, Error>> + Send + use<> {
        self.run(MultiGet::range(hash_key, range, limits), options.timeout)
    }

    /// Removes rows of one hash key, all or none. Gives how many sort keys were named: whether they
    /// were there the server does not say.
    pub fn multi_remove<I>(
        &self,
        hash_key: &[u8],
        sort_keys: I,
        options: CallOptions,
    ) -> impl Future<Output = Result<u64, Error>> + Send + use<I>
    where
        I: IntoIterator<Item = Bytes>,
    {
        self.run(MultiRemove::new(hash_key, sort_keys), options.timeout)
    }

    /// Counts the rows of a hash key.
    ///
    /// # Errors
    ///
    /// `ERR_INCOMPLETE_DATA` when the server ran out of time for it.
    pub fn sort_key_count(
        &self,
        hash_key: &[u8],
        options: CallOptions,
    ) -> impl Future<Output = Result<u64, Error>> + Send + use<> {
        self.run(SortKeyCount::new(hash_key), options.timeout)
    }

    /// Adds to a row's value, a decimal integer, and gives the sum. A row that is not there, or is
    /// empty, counts as 0.
    ///
    /// It is never sent twice: when its outcome is unknown the error says so.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_PARAMETERS` when the value is no integer, or the sum does not fit 64 bits.
    pub fn incr(
        &self,
        hash_key: &[u8],
        sort_key: &[u8],
        by: i64,
        options: IncrOptions,
    ) -> impl Future<Output = Result<i64, Error>> + Send + use<> {
        self.run(Incr::new(hash_key, sort_key, by, options.expiry), options.timeout)
    }

    /// Sets a row when a check of a row of the same hash key passes, in one atomic step.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_PARAMETERS` when integers are compared and the value or the operand is none.
    pub fn check_and_set(
        &self,
        hash_key: &[u8],
        check: Check,
        set: CheckedSet,
        options: CallOptions,
    ) -> impl Future<Output = Result<CheckResult, Error>> + Send + use<> {
        self.run(CheckAndSet::new(hash_key, check, set), options.timeout)
    }

    /// Changes rows of a hash key, all or none, when a check of one of its rows passes.
    ///
    /// # Errors
    ///
    /// As [`check_and_set`](Self::check_and_set); `ERR_INVALID_ARGUMENT` without any mutation.
    pub fn check_and_mutate(
        &self,
        hash_key: &[u8],
        check: Check,
        mutations: Vec<Mutation>,
        options: CallOptions,
    ) -> impl Future<Output = Result<CheckResult, Error>> + Send + use<> {
        self.run(CheckAndMutate::new(hash_key, check, mutations), options.timeout)
    }

    /// Sets `value` when the row has the value `expected` (`None`: when there is no row), in one atomic step.
    ///
    /// On failure the result's check value is what the row had.
    pub fn compare_exchange(
        &self,
        hash_key: &[u8],
        sort_key: &[u8],
        expected: Option<&[u8]>,
        value: &[u8],
        options: WriteOptions,
    ) -> impl Future<Output = Result<CheckResult, Error>> + Send + use<> {
        let check = Check {
            sort_key: Bytes::copy_from_slice(sort_key),
            check_type: expected.map_or(CheckType::ValueNotExist, |_| CheckType::ValueBytesEqual),
            operand: Bytes::copy_from_slice(expected.unwrap_or_default()),
            return_value: true,
        };
        let set = CheckedSet {
            sort_key: None,
            value: Bytes::copy_from_slice(value),
            ttl_seconds: options.ttl_seconds,
        };
        self.check_and_set(hash_key, check, set, CallOptions { timeout: options.timeout })
    }

    /// Reads rows of any keys, one request for each partition (more for very many keys); the values
    /// come in the order of the keys, `None` where there is no row.
    pub fn batch_get(
        &self,
        keys: Vec<(Bytes, Bytes)>,
        options: CallOptions,
    ) -> impl Future<Output = Result<Vec<Option<Bytes>>, Error>> + Send + use<> {
        let context = Arc::clone(&self.context);
        async move { batch_get(&context, keys, context.deadline(options.timeout)).await }
    }

    /// Sets rows of any keys, each by itself: one that fails does not stop the others. Outcomes come in
    /// the order of the rows, each a hash key, a sort key and a value.
    pub fn batch_set(
        &self,
        rows: Vec<(Bytes, Bytes, Bytes)>,
        options: WriteOptions,
    ) -> impl Future<Output = Vec<Result<(), Error>>> + Send + use<> {
        let context = Arc::clone(&self.context);
        let set = move |(hash_key, sort_key, value): (Bytes, Bytes, Bytes)| {
            Set::new(&hash_key, &sort_key, &value, options.ttl_seconds)
        };
        async move {
            let deadline = context.deadline(options.timeout);
            batch_write(&context, rows.into_iter().map(set).collect(), deadline).await
        }
    }

    /// Removes rows of any keys, each by itself: one that fails does not stop the others.
    pub fn batch_remove(
        &self,
        keys: Vec<(Bytes, Bytes)>,
        options: CallOptions,
    ) -> impl Future<Output = Vec<Result<(), Error>>> + Send + use<> {
        let context = Arc::clone(&self.context);
        let remove = |(hash_key, sort_key): (Bytes, Bytes)| Remove::new(&hash_key, &sort_key);
        async move {
            let deadline = context.deadline(options.timeout);
            batch_write(&context, keys.into_iter().map(remove).collect(), deadline).await
        }
    }

    /// Removes a range of sort keys of a hash key, however many there are, and gives how many. An empty
    /// stop is the end of the hash key.
    ///
    /// Not atomic: rows are found and removed in rounds of up to a thousand, each round all or none. Rows
    /// that are written meanwhile may be removed or stay. On an error the rounds before stay done.
    pub fn del_range(
        &self,
        hash_key: &[u8],
        start_sort_key: &[u8],
        stop_sort_key: &[u8],
        options: DelRangeOptions,
    ) -> impl Future<Output = Result<u64, DelRangeError>> + Send + use<> {
        let [hash_key, start, stop] = [hash_key, start_sort_key, stop_sort_key].map(Bytes::copy_from_slice);
        del_range(Arc::clone(&self.context), hash_key, start, stop, options)
    }

    /// Counts the rows of the table that pass the filters: several partitions at a time, on the servers.
    ///
    /// Rows written meanwhile may be counted or not.
    pub fn count<F>(
        &self,
        options: ScanOptions,
        on_progress: F,
    ) -> impl Future<Output = Result<u64, Error>> + Send + use<F>
    where
        F: FnMut(CountProgress) + Send,
    {
        count(Arc::clone(&self.context), options, on_progress)
    }

    /// Scans the rows of a hash key, ascending; nothing is sent before the first page is asked for.
    /// An empty stop is the end of the hash key.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_ARGUMENT`: an empty or too long hash key.
    pub fn scanner(
        &self,
        hash_key: &[u8],
        start_sort_key: &[u8],
        stop_sort_key: &[u8],
        options: ScanOptions,
    ) -> Result<Scanner, Error> {
        Scanner::of_hash_key(Arc::clone(&self.context), hash_key, start_sort_key, stop_sort_key, options)
    }

    /// Scanners that together give every row of the table once, in no order between hash keys. There
    /// are as many as asked for, but no more than partitions.
    pub fn unordered_scanners(
        &self,
        max_split_count: u32,
        options: &ScanOptions,
    ) -> Result<Vec<Scanner>, Error> {
        Scanner::of_table(&self.context, max_split_count, options)
    }

    fn run<O>(
        &self,
        operation: Result<O, Error>,
        timeout: Option<Duration>,
    ) -> impl Future<Output = Result<O::Output, Error>> + Send + use<O>
    where
        O: Operation + Send + Sync,
        O::Output: Send,
    {
        let context = Arc::clone(&self.context);
        async move {
            // Lent and not moved out: that would keep room for it twice.
            match &operation {
                Ok(operation) => execute(&context, operation, context.deadline(timeout)).await,
                Err(error) => Err(error.clone()),
            }
        }
    }
}
