//! multi_get: reads rows of one hash key, by sort keys or in a range.

use bytes::{Buf, Bytes};
use pegasus_protocol::idl::{KeyValue, MultiGetRequest};
use pegasus_protocol::key;
use pegasus_protocol::status::Status;

use crate::store::error::StoreError;
use crate::store::filter::KeyFilter;
use crate::store::limits::{ReadBudget, ReadLimits};
use crate::store::row::Row;
use crate::store::table_rows::PartitionRows;
use crate::store::view::View;

/// The initial capacity for the rows of an answer.
const EXPECTED_ROWS: usize = 100;

/// The rows, and the status: kIncomplete if a limit has cut the answer short.
///
/// Real servers abort if the hash key is too long to be encoded. Here it is an invalid argument.
pub(crate) fn multi_get(
    partition: PartitionRows<'_>,
    request: &MultiGetRequest,
    now: u32,
) -> Result<(Status, Vec<KeyValue>), StoreError> {
    let filter = KeyFilter::new(request.sort_key_filter_type, &request.sort_key_filter_pattern);
    let (Some(filter), Ok(prefix)) = (filter, key::encode(&request.hash_key, &[])) else {
        return Ok((Status::InvalidArgument, Vec::new()));
    };
    let view = partition.view();
    let mut collected = Collected::new(request, &partition.table.limits, now);
    let status = if !request.sort_keys.is_empty() {
        by_sort_keys(&view, request, &prefix, &mut collected)?
    } else {
        match EncodedKeyRange::new(request, &prefix, &filter) {
            None => Status::Ok,
            Some(range) if request.reverse => downwards(&view, &range, &filter, &mut collected)?,
            Some(range) => upwards(&view, &range, &filter, &mut collected)?,
        }
    };
    if request.reverse && request.sort_keys.is_empty() {
        collected.kvs.reverse(); // answers are always in ascending order
    }
    Ok((status, collected.kvs))
}

/// Looks up the sort keys in their order. The answer is incomplete only if at least one more row
/// exists beyond a limit.
fn by_sort_keys(
    view: &View,
    request: &MultiGetRequest,
    prefix: &Bytes,
    collected: &mut Collected,
) -> Result<Status, StoreError> {
    let mut size = 0;
    for sort_key in &request.sort_keys {
        let key = [prefix, sort_key.as_ref()].concat();
        let Some(row) = view.get(&key)?.and_then(|row| row.live(collected.now)) else {
            continue;
        };
        if collected.kvs.len() >= collected.max_rows || size >= collected.max_bytes {
            return Ok(Status::Incomplete);
        }
        size += collected.push(sort_key.clone(), row);
    }
    Ok(Status::Ok)
}

/// Reads upwards from the start of the range, at most to the end of the hash key. After a limit at
/// the last row of the range, the answer is incomplete only if the hash key has more rows, even
/// rows beyond the range.
fn upwards(
    view: &View,
    range: &EncodedKeyRange,
    filter: &KeyFilter,
    collected: &mut Collected,
) -> Result<Status, StoreError> {
    for row in view.ascend(&range.start) {
        let (key, row) = row?;
        if !key.starts_with(&range.prefix) {
            break;
        }
        if collected.is_full() {
            return Ok(Status::Incomplete);
        }
        let to_stop = key.cmp(&range.stop);
        if to_stop.is_gt() || (to_stop.is_eq() && !range.stop_inclusive) {
            break;
        }
        if range.start_inclusive || key != range.start {
            collected.offer(range.sort_key(key), row, filter);
        }
        if to_stop.is_eq() {
            break;
        }
    }
    Ok(Status::Ok)
}

/// Reads downwards from the stop of the range. After a limit, the answer is incomplete if the
/// partition has any row before, of whatever hash key. On real servers there always is one: an
/// empty write leaves a row under the empty key, which no other request can see.
fn downwards(
    view: &View,
    range: &EncodedKeyRange,
    filter: &KeyFilter,
    collected: &mut Collected,
) -> Result<Status, StoreError> {
    for row in view.descend(&range.stop) {
        let (key, row) = row?;
        if collected.is_full() {
            return Ok(Status::Incomplete);
        }
        let to_start = key.cmp(&range.start);
        if to_start.is_lt() || (to_start.is_eq() && !range.start_inclusive) {
            return Ok(Status::Ok);
        }
        if range.stop_inclusive || key != range.stop {
            collected.offer(range.sort_key(key), row, filter);
        }
        if to_start.is_eq() {
            return Ok(Status::Ok);
        }
    }
    Ok(if collected.is_full() { Status::Incomplete } else { Status::Ok })
}

/// The range of encoded keys that a request reads.
struct EncodedKeyRange {
    prefix: Bytes,
    start: Bytes,
    start_inclusive: bool,
    stop: Bytes,
    stop_inclusive: bool,
}

impl EncodedKeyRange {
    /// The range of a request, narrowed by a prefix filter; `None` if it is empty.
    fn new(request: &MultiGetRequest, prefix: &Bytes, filter: &KeyFilter) -> Option<Self> {
        let join = |sort_key: &[u8]| Bytes::from([prefix, sort_key].concat());
        let (stop, stop_inclusive) = if request.stop_sortkey.is_empty() {
            (key::successor(prefix)?, false)
        } else {
            (join(&request.stop_sortkey), request.stop_inclusive)
        };
        let start = join(&request.start_sortkey);
        let mut range = Self {
            prefix: prefix.clone(),
            start,
            start_inclusive: request.start_inclusive,
            stop,
            stop_inclusive,
        };
        if let Some(wanted) = filter.prefix() {
            range.narrow(join(wanted))?;
        }
        let is_empty = range.start > range.stop
            || (range.start == range.stop && !(range.start_inclusive && range.stop_inclusive));
        (!is_empty).then_some(range)
    }

    /// The sort key of an encoded key in the range.
    fn sort_key(&self, mut key: Bytes) -> Bytes {
        key.advance(self.prefix.len());
        key
    }

    /// Narrows the range to keys that start with `wanted`.
    fn narrow(&mut self, wanted: Bytes) -> Option<()> {
        let end = key::successor(&wanted)?;
        if wanted > self.start {
            (self.start, self.start_inclusive) = (wanted, true);
        }
        if end <= self.stop {
            (self.stop, self.stop_inclusive) = (end, false);
        }
        Some(())
    }
}

/// The rows of the answer so far, and the limits.
struct Collected {
    kvs: Vec<KeyValue>,
    max_rows: usize,
    max_bytes: usize,
    budget: ReadBudget,
    no_value: bool,
    now: u32,
}

impl Collected {
    fn new(request: &MultiGetRequest, limits: &ReadLimits, now: u32) -> Self {
        // 0 and negative numbers mean no bound.
        let asked =
            |number: i32| usize::try_from(number).ok().filter(|number| *number > 0).unwrap_or(usize::MAX);
        let max_rows = asked(request.max_kv_count).min(limits.multi_get_rows as usize);
        let max_bytes = asked(request.max_kv_size).min(limits.answer_bytes);
        let range_bytes = limits.multi_get_bytes.min(max_bytes as u64);
        let budget = ReadBudget::new(limits.multi_get_rows, range_bytes, limits.time);
        let kvs = Vec::with_capacity(max_rows.min(EXPECTED_ROWS));
        Self { kvs, max_rows, max_bytes, budget, no_value: request.no_value, now }
    }

    fn is_full(&mut self) -> bool {
        self.kvs.len() >= self.max_rows || self.budget.is_spent()
    }

    /// Counts a row that was read, and keeps it unless it has expired or the filter excludes it.
    fn offer(&mut self, sort_key: Bytes, row: Row, filter: &KeyFilter) {
        self.budget.spend_row();
        if let Some(row) = row.live(self.now).filter(|_| filter.passes(&sort_key)) {
            let size = self.push(sort_key, row);
            self.budget.spend_bytes(size);
        }
    }

    /// Keeps a row, and returns its size in the answer.
    fn push(&mut self, sort_key: Bytes, row: Row) -> usize {
        let value = if self.no_value { Bytes::new() } else { row.value };
        let size = sort_key.len() + value.len();
        self.kvs.push(KeyValue { key: sort_key, value, expire_ts_seconds: None });
        size
    }
}
