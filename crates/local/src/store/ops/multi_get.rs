//! multi_get: rows of one hash key, by sort keys or as a range.

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

/// There is room for so many rows at once.
const EXPECTED_ROWS: usize = 100;

/// The rows, and how it went: kIncomplete when a limit cut the answer short.
///
/// A hash key too long to be packed makes the servers abort; here it is an invalid argument.
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
        match SortKeyRange::new(request, &prefix, &filter) {
            None => Status::Ok,
            Some(range) if request.reverse => downwards(&view, &range, &filter, &mut collected)?,
            Some(range) => upwards(&view, &range, &filter, &mut collected)?,
        }
    };
    if request.reverse && request.sort_keys.is_empty() {
        collected.kvs.reverse(); // the answer ascends, whichever end it was taken from
    }
    Ok((status, collected.kvs))
}

/// Looks the sort keys up in their order; a limit shows only when one more row would be there.
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

/// From the start of the range up. It ends with the hash key, so a limit reached at its last row
/// shows only when the hash key goes on behind it, be it beyond the range.
fn upwards(
    view: &View,
    range: &SortKeyRange,
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

/// From the stop of the range down. Unlike upwards, a limit shows when the partition has any row
/// before, of whatever hash key. It always has: empty writes leave the servers a row under the empty
/// key, which no other request can see.
fn downwards(
    view: &View,
    range: &SortKeyRange,
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

/// The encoded keys between which a range request looks.
struct SortKeyRange {
    prefix: Bytes,
    start: Bytes,
    start_inclusive: bool,
    stop: Bytes,
    stop_inclusive: bool,
}

impl SortKeyRange {
    /// The range of a request, made narrower by a prefix filter; none when it is empty.
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

    /// The sort key in an encoded key of the range.
    fn sort_key(&self, mut key: Bytes) -> Bytes {
        key.advance(self.prefix.len());
        key
    }

    /// Leaves only keys that start with `wanted`.
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

/// The rows of the answer so far.
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
        // 0 and less ask for as much as there is.
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

    /// Counts a row that a range came upon, and keeps it unless it has expired or does not pass.
    fn offer(&mut self, sort_key: Bytes, row: Row, filter: &KeyFilter) {
        self.budget.spend_row();
        if let Some(row) = row.live(self.now).filter(|_| filter.passes(&sort_key)) {
            let size = self.push(sort_key, row);
            self.budget.spend_bytes(size);
        }
    }

    /// Keeps a row, and gives what it adds to the answer's size.
    fn push(&mut self, sort_key: Bytes, row: Row) -> usize {
        let value = if self.no_value { Bytes::new() } else { row.value };
        let size = sort_key.len() + value.len();
        self.kvs.push(KeyValue { key: sort_key, value, expire_ts_seconds: None });
        size
    }
}
