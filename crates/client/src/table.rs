//! A table and its operations. Each method builds the operation from its arguments and runs it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use pegasus_protocol::idl::CheckType;

use crate::composed::{
    CountProgress, DelRangeError, DelRangeOptions, batch_get, batch_get_settled, batch_write, count,
    del_range,
};
use crate::context::TableContext;
use crate::error::Error;
use crate::execute::execute;
use crate::operation::Operation;
use crate::ops::{
    Check, CheckAndMutate, CheckAndSet, CheckResult, CheckedSet, Get, Incr, IncrOptions, MultiGet,
    MultiGetLimits, MultiGetResult, MultiRemove, MultiSet, Mutation, Remove, Set, SortKeyCount, SortKeyRange,
    TimeToLive, Ttl,
};
use crate::options::{CallOptions, WriteOptions};
use crate::scan::{ScanOptions, Scanner};

/// An open table. Cloning is cheap; all clones share routes and connections.
///
/// A method copies its arguments before it returns its future, so the future borrows nothing. Nothing is sent
/// before the future is polled. Dropping the future abandons the operation: a write that was already sent may
/// still be applied.
///
/// A hash key is shorter than 65,535 bytes. Operations on one row take an empty hash key too: then the sort
/// key decides the partition. Operations on all rows of a hash key refuse an empty one, because such rows lie
/// in all partitions. A write, with keys and framing, is at most 1 MiB.
///
/// # Errors
///
/// An [`Error`] carries a stable [`code`](Error::code). Invalid arguments fail with `ERR_INVALID_ARGUMENT`,
/// and nothing is sent. A missing row is not an error.
///
/// Idempotent writes (`set`, `remove`, `multi_set`, `multi_remove` and batches) are retried when the reply is
/// lost. If the first copy is stuck in a hung server, it may be applied later, after another client's newer
/// write. Atomic writes (`incr`, `check_and_set`, `check_and_mutate`, `compare_exchange`) are not sent again
/// once a first copy may have arrived. When the outcome of a write is unknown,
/// [`is_maybe_applied`](Error::is_maybe_applied) says so.
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

    /// The table's name.
    pub fn name(&self) -> &str {
        self.context.name()
    }

    /// The table's number in the cluster. It changes when the table is dropped and created anew.
    pub fn app_id(&self) -> i32 {
        self.context.router().snapshot().app_id()
    }

    /// The number of partitions, as of the latest refresh of the routes.
    pub fn partition_count(&self) -> u32 {
        self.context.router().snapshot().partition_count()
    }

    /// Reads the value of a row. `None`: there is no such row. An empty value is a value.
    pub fn get(
        &self,
        hash_key: &[u8],
        sort_key: &[u8],
        options: CallOptions,
    ) -> impl Future<Output = Result<Option<Bytes>, Error>> + Send + use<> {
        self.run(Get::new(hash_key, sort_key), options.timeout)
    }

    /// Writes a row and replaces its value and its expiry.
    pub fn set(
        &self,
        hash_key: &[u8],
        sort_key: &[u8],
        value: &[u8],
        options: WriteOptions,
    ) -> impl Future<Output = Result<(), Error>> + Send + use<> {
        self.run(Set::new(hash_key, sort_key, value, options.ttl_seconds), options.timeout)
    }

    /// Removes a row. A missing row is not an error.
    pub fn remove(
        &self,
        hash_key: &[u8],
        sort_key: &[u8],
        options: CallOptions,
    ) -> impl Future<Output = Result<(), Error>> + Send + use<> {
        self.run(Remove::new(hash_key, sort_key), options.timeout)
    }

    /// Tells whether a row exists, without reading its value.
    pub fn exist(
        &self,
        hash_key: &[u8],
        sort_key: &[u8],
        options: CallOptions,
    ) -> impl Future<Output = Result<bool, Error>> + Send + use<> {
        let ttl = self.ttl(hash_key, sort_key, options);
        async move { Ok(ttl.await?.is_some()) }
    }

    /// Reads the remaining lifetime of a row. `None`: there is no such row.
    pub fn ttl(
        &self,
        hash_key: &[u8],
        sort_key: &[u8],
        options: CallOptions,
    ) -> impl Future<Output = Result<Option<TimeToLive>, Error>> + Send + use<> {
        self.run(Ttl::new(hash_key, sort_key), options.timeout)
    }

    /// Writes rows of one hash key, all or none. `entries` are sort keys with values, at least one. When a
    /// sort key occurs twice, the last value is used.
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

    /// Reads the rows with these sort keys, at least one. Missing rows are left out; the others come once
    /// each, ascending by sort key.
    ///
    /// [`complete`](MultiGetResult::complete) tells whether a limit cut the reply.
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

    /// Reads the rows of one hash key whose sort keys lie in the range, ascending. The default range is all
    /// rows.
    ///
    /// [`complete`](MultiGetResult::complete) tells whether a limit cut the reply.
    pub fn multi_get_range(
        &self,
        hash_key: &[u8],
        range: SortKeyRange,
        limits: &MultiGetLimits,
        options: CallOptions,
    ) -> impl Future<Output = Result<MultiGetResult, Error>> + Send + use<> {
        self.run(MultiGet::range(hash_key, range, limits), options.timeout)
    }

    /// Removes the rows with these sort keys, at least one, all or none. Returns the number of sort keys in
    /// the request: the server does not tell which rows existed.
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

    /// Counts the rows of a hash key. The server reads all of them for it.
    ///
    /// # Errors
    ///
    /// `ERR_INCOMPLETE_DATA`: the server ran out of time.
    pub fn sort_key_count(
        &self,
        hash_key: &[u8],
        options: CallOptions,
    ) -> impl Future<Output = Result<u64, Error>> + Send + use<> {
        self.run(SortKeyCount::new(hash_key), options.timeout)
    }

    /// Adds `by` to a row's value, a decimal integer, in one atomic step. Returns the sum. A missing row and
    /// an empty value count as 0.
    ///
    /// The request is not sent again once a first copy may have arrived; the error then [says
    /// so](Error::is_maybe_applied).
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_PARAMETERS`: the value is not an integer, or the sum exceeds 64 bits. The value stays as
    /// it is.
    pub fn incr(
        &self,
        hash_key: &[u8],
        sort_key: &[u8],
        by: i64,
        options: IncrOptions,
    ) -> impl Future<Output = Result<i64, Error>> + Send + use<> {
        self.run(Incr::new(hash_key, sort_key, by, options.expiry), options.timeout)
    }

    /// Writes a row if a row of the same hash key passes the check, in one atomic step.
    ///
    /// A failed check is not an error.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_PARAMETERS`: the check compares integers, and the value or the operand is not one.
    pub fn check_and_set(
        &self,
        hash_key: &[u8],
        check: Check,
        set: CheckedSet,
        options: CallOptions,
    ) -> impl Future<Output = Result<CheckResult, Error>> + Send + use<> {
        self.run(CheckAndSet::new(hash_key, check, set), options.timeout)
    }

    /// Changes rows of a hash key, all or none, if one of its rows passes the check, in one atomic step.
    ///
    /// A failed check is not an error.
    ///
    /// # Errors
    ///
    /// * `ERR_INVALID_ARGUMENT`: `mutations` is empty.
    /// * `ERR_INVALID_PARAMETERS`: as for [`check_and_set`](Self::check_and_set).
    pub fn check_and_mutate(
        &self,
        hash_key: &[u8],
        check: Check,
        mutations: Vec<Mutation>,
        options: CallOptions,
    ) -> impl Future<Output = Result<CheckResult, Error>> + Send + use<> {
        self.run(CheckAndMutate::new(hash_key, check, mutations), options.timeout)
    }

    /// Writes `value` if the row's value is `expected`, in one atomic step. `None` expects that the row is
    /// missing.
    ///
    /// The [`check_value`](CheckResult::check_value) of the result is the value before the write.
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

    /// Reads rows of any hash keys. The values come in the order of the keys; `None`: there is no such row.
    ///
    /// Each partition gets one request, or several for very many keys. One failed request fails the whole
    /// call.
    pub fn batch_get(
        &self,
        keys: Vec<(Bytes, Bytes)>,
        options: CallOptions,
    ) -> impl Future<Output = Result<Vec<Option<Bytes>>, Error>> + Send + use<> {
        let context = Arc::clone(&self.context);
        async move { batch_get(&context, keys, context.deadline(options.timeout)).await }
    }

    /// Reads rows as [`batch_get`](Self::batch_get) does, with an outcome for each key: a failed request fails only
    /// the keys that it asked for. The outcomes come in the order of the keys.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_ARGUMENT`: a hash key is too long. Then nothing is sent, and the call as a whole fails.
    pub fn batch_get_settled(
        &self,
        keys: Vec<(Bytes, Bytes)>,
        options: CallOptions,
    ) -> impl Future<Output = Result<Vec<Result<Option<Bytes>, Error>>, Error>> + Send + use<> {
        let context = Arc::clone(&self.context);
        async move { batch_get_settled(&context, keys, context.deadline(options.timeout)).await }
    }

    /// Writes rows of any hash keys, each with a request of its own: a failure does not stop the others.
    ///
    /// A row is a hash key, a sort key and a value. The outcomes come in the order of the rows.
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

    /// Removes rows of any hash keys, each with a request of its own: a failure does not stop the others.
    ///
    /// A key is a hash key and a sort key. The outcomes come in the order of the keys.
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

    /// Removes all rows of one hash key whose sort keys lie in the range. Returns how many. An empty stop is
    /// the end of the hash key.
    ///
    /// The call is not atomic. It finds and removes rows in rounds of at most 1,000; each round is all or
    /// none. Rows written meanwhile may be removed or stay. After an error, the earlier rounds stay removed.
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

    /// Counts the rows of the table that pass the filters. The servers count, several partitions at a time,
    /// and send no rows. `on_progress` is called after each partition.
    ///
    /// Rows written meanwhile may be counted or not. A split of the table restarts the count.
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

    /// Scans the rows of a hash key, ascending by sort key. An empty stop is the end of the hash key. Nothing
    /// is sent before the first page is requested.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_ARGUMENT`: the hash key is empty or too long, or an option is outside its range.
    pub fn scanner(
        &self,
        hash_key: &[u8],
        start_sort_key: &[u8],
        stop_sort_key: &[u8],
        options: ScanOptions,
    ) -> Result<Scanner, Error> {
        Scanner::of_hash_key(Arc::clone(&self.context), hash_key, start_sort_key, stop_sort_key, options)
    }

    /// Makes scanners that together return every row of the table once, in no order between hash keys.
    ///
    /// There are `max_split_count` scanners, but not more than partitions.
    ///
    /// # Errors
    ///
    /// `ERR_INVALID_ARGUMENT`: `max_split_count` is 0, or an option is outside its range.
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
            // Borrowed: moving the operation out would reserve room for it twice.
            match &operation {
                Ok(operation) => execute(&context, operation, context.deadline(timeout)).await,
                Err(error) => Err(error.clone()),
            }
        }
    }
}
