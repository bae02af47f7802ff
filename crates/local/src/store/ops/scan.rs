//! get_scanner and scan: read the rows of a partition in the order of their keys, batch by batch.

use bytes::Bytes;
use pegasus_protocol::idl::{GetScannerRequest, KeyValue};
use pegasus_protocol::key;

use crate::store::error::StoreError;
use crate::store::filter::KeyFilter;
use crate::store::limits::{ReadBudget, ReadLimits};
use crate::store::owner::Owner;
use crate::store::row::Row;
use crate::store::table_rows::PartitionRows;
use crate::store::view::View;

/// The context of a scan between two batches: a view of the partition at the start of the scan, and
/// the position in it.
pub(crate) struct ScanContext {
    view: View,
    stop: Bytes,
    stop_inclusive: bool,
    hash_key_filter: KeyFilter,
    sort_key_filter: KeyFilter,
    batch_rows: u32,
    no_value: bool,
    return_expire_ts: bool,
    only_return_count: bool,
    /// Whether the request wants rows left out that do not belong to the partition. The table must
    /// say so too.
    validates_hash: bool,
    /// The owner of the rows in the next batch.
    owner: Option<Owner>,
    /// The encoded hash key to which the scan is limited.
    inside: Option<Bytes>,
    position: Bytes,
    position_inclusive: bool,
    limits: ReadLimits,
}

/// The outcome of starting a scan.
pub(crate) enum ScanStart {
    /// The request is invalid.
    Refused,
    /// There is no key between start and stop.
    Empty,
    /// The first batch can be read.
    Open(Box<ScanContext>),
}

/// One batch of a scan.
pub(crate) struct ScanBatch {
    /// The rows, with encoded keys; empty if the request asks only for their number.
    pub(crate) kvs: Vec<KeyValue>,
    /// The number of rows, if the request asks only for that.
    pub(crate) count: Option<i32>,
    /// Whether and why the batch ended early.
    pub(crate) end: ScanEnd,
}

/// Why a batch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScanEnd {
    /// No row is left.
    Complete,
    /// A limit was reached, and at least one row is left.
    More,
    /// The time is up.
    Late,
}

impl ScanContext {
    /// Starts a scan.
    pub(crate) fn start(partition: PartitionRows<'_>, request: &GetScannerRequest) -> ScanStart {
        let hash_key_filter =
            KeyFilter::new(request.hash_key_filter_type, &own(&request.hash_key_filter_pattern));
        let sort_key_filter =
            KeyFilter::new(request.sort_key_filter_type, &own(&request.sort_key_filter_pattern));
        let (Some(hash_key_filter), Some(sort_key_filter)) = (hash_key_filter, sort_key_filter) else {
            return ScanStart::Refused;
        };
        // Real servers abort on a start key that is too short for the length of its hash key.
        if request.start_key.len() < 2 {
            return ScanStart::Refused;
        }
        let (mut start, mut start_inclusive) = (own(&request.start_key), request.start_inclusive);
        // Keys are grouped by the length of their hash key, so a prefix filter can move only the
        // start.
        if let Some(first) = hash_key_filter.prefix().and_then(|prefix| key::encode(prefix, &[]).ok())
            && first > start
        {
            (start, start_inclusive) = (first, true);
        }
        let stop = own(&request.stop_key);
        if start > stop || (start == stop && !(start_inclusive && request.stop_inclusive)) {
            return ScanStart::Empty;
        }
        let limits = partition.table.limits;
        let asked = u32::try_from(request.batch_size).ok().filter(|size| *size > 0);
        ScanStart::Open(Box::new(Self {
            view: partition.view(),
            inside: hash_key_of_range(request),
            stop,
            stop_inclusive: request.stop_inclusive,
            hash_key_filter,
            sort_key_filter,
            batch_rows: asked.unwrap_or(limits.scan_rows).min(limits.scan_rows),
            no_value: request.no_value,
            return_expire_ts: request.return_expire_ts.unwrap_or_default(),
            only_return_count: request.only_return_count.unwrap_or_default(),
            validates_hash: request.validate_partition_hash.unwrap_or(true),
            owner: None,
            position: start,
            position_inclusive: start_inclusive,
            limits,
        }))
    }

    /// Limits later batches to rows that `owner` owns, unless the request wants all rows. The owner
    /// may change between two batches. The rows are those at the start of the scan, but the present
    /// owner decides which of them are left out.
    pub(crate) fn show_only(&mut self, owner: Option<Owner>) {
        self.owner = owner.filter(|_| self.validates_hash);
    }

    /// The first batch reads up to a thousand rows to fill itself.
    pub(crate) fn first_batch(&mut self, now: u32) -> Result<ScanBatch, StoreError> {
        self.batch(self.limits.scan_rows, now)
    }

    /// Later batches read only as many rows as they may return, so a filter makes them shorter.
    pub(crate) fn next_batch(&mut self, now: u32) -> Result<ScanBatch, StoreError> {
        self.batch(self.batch_rows, now)
    }

    fn batch(&mut self, rows_to_look_at: u32, now: u32) -> Result<ScanBatch, StoreError> {
        let mut budget = ReadBudget::new(rows_to_look_at, u64::MAX, self.limits.time);
        let mut kvs = Vec::with_capacity(if self.only_return_count { 0 } else { self.batch_rows as usize });
        let mut count = 0;
        let mut end = ScanEnd::Complete;
        for row in self.view.ascend(&self.position) {
            let (key, row) = row?;
            if self.inside.as_ref().is_some_and(|prefix| !key.starts_with(prefix)) {
                break;
            }
            if budget.is_spent() || count >= self.batch_rows {
                end = if budget.is_late() { ScanEnd::Late } else { ScanEnd::More };
                (self.position, self.position_inclusive) = (key, true);
                break;
            }
            let to_stop = key.cmp(&self.stop);
            if to_stop.is_gt() || (to_stop.is_eq() && !self.stop_inclusive) {
                break;
            }
            if self.position_inclusive || key != self.position {
                budget.spend_row();
                if let Some(row) = row.live(now).filter(|_| self.passes(&key)) {
                    count += 1;
                    kvs.extend(self.shown(key, row));
                }
            }
            if to_stop.is_eq() {
                break;
            }
        }
        let count = self.only_return_count.then_some(count as i32);
        Ok(ScanBatch { kvs, count, end })
    }

    fn passes(&self, key: &Bytes) -> bool {
        if self.owner.is_some_and(|owner| !owner.owns(key)) {
            return false;
        }
        if self.hash_key_filter.passes_all() && self.sort_key_filter.passes_all() {
            return true;
        }
        key::decode(key.clone()).is_ok_and(|(hash_key, sort_key)| {
            self.hash_key_filter.passes(&hash_key) && self.sort_key_filter.passes(&sort_key)
        })
    }

    fn shown(&self, key: Bytes, row: Row) -> Option<KeyValue> {
        (!self.only_return_count).then(|| KeyValue {
            key,
            value: if self.no_value { Bytes::new() } else { row.value },
            expire_ts_seconds: self.return_expire_ts.then_some(row.expire_ts as i32),
        })
    }
}

/// The encoded hash key to which a range is limited, if it is.
///
/// Real servers end such a scan at the end of its hash key, so a limit at the last row ends the
/// scan without another batch. (They do so even if the stop lies further and the request does not
/// say `full_scan`. Then rows are missing from resumed scans. This server does not copy that.)
fn hash_key_of_range(request: &GetScannerRequest) -> Option<Bytes> {
    let (hash_key, _) = key::decode(request.start_key.clone()).ok()?;
    if hash_key.is_empty() || request.full_scan.unwrap_or_default() {
        return None;
    }
    let prefix = own(&request.start_key[..2 + hash_key.len()]);
    (request.stop_key <= key::successor(&prefix)?).then_some(prefix)
}

/// Copies bytes of a request. A scan outlives its request, and a slice would keep the request's
/// frame in memory.
fn own(bytes: &[u8]) -> Bytes {
    Bytes::copy_from_slice(bytes)
}
