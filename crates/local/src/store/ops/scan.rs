//! get_scanner and scan: rows of a partition in key order, batch by batch.

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

/// A scan between two batches: what it shows, of the partition as it was when the scan began, and
/// where it stands.
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
    /// Whether rows that do not belong to the partition are left out, where the table says so too.
    validates_hash: bool,
    /// Who the rows must belong to in the next batch.
    owner: Option<Owner>,
    /// The hash key that the scan does not leave: its packed form.
    inside: Option<Bytes>,
    position: Bytes,
    position_inclusive: bool,
    limits: ReadLimits,
}

/// How a scan begins.
pub(crate) enum ScanStart {
    /// The request asks for something that does not exist.
    Refused,
    /// There is nothing between start and stop.
    Empty,
    /// There is a batch to read.
    Open(Box<ScanContext>),
}

/// One batch.
pub(crate) struct ScanBatch {
    /// The rows, by encoded key; none where only their count was asked for.
    pub(crate) kvs: Vec<KeyValue>,
    /// How many rows, where only that was asked for.
    pub(crate) count: Option<i32>,
    /// Whether there is more.
    pub(crate) end: ScanEnd,
}

/// How a batch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScanEnd {
    /// Nothing is left.
    Complete,
    /// A limit was reached before another row.
    More,
    /// The time was up.
    Late,
}

impl ScanContext {
    /// Begins a scan.
    pub(crate) fn start(partition: PartitionRows<'_>, request: &GetScannerRequest) -> ScanStart {
        let hash_key_filter =
            KeyFilter::new(request.hash_key_filter_type, &own(&request.hash_key_filter_pattern));
        let sort_key_filter =
            KeyFilter::new(request.sort_key_filter_type, &own(&request.sort_key_filter_pattern));
        let (Some(hash_key_filter), Some(sort_key_filter)) = (hash_key_filter, sort_key_filter) else {
            return ScanStart::Refused;
        };
        // The servers abort on a start key that has no room for the length of its hash key.
        if request.start_key.len() < 2 {
            return ScanStart::Refused;
        }
        let (mut start, mut start_inclusive) = (own(&request.start_key), request.start_inclusive);
        // Keys are grouped by the length of their hash key, so only the start can be moved up.
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

    /// From now on shows only rows of `owner`, unless the request wants all that is there. Which rows
    /// a partition owns may change between two batches: what a scan shows is from when it began,
    /// what it leaves out is decided when it is asked.
    pub(crate) fn show_only(&mut self, owner: Option<Owner>) {
        self.owner = owner.filter(|_| self.validates_hash);
    }

    /// The first batch looks at up to a thousand rows to fill itself.
    pub(crate) fn first_batch(&mut self, now: u32) -> Result<ScanBatch, StoreError> {
        self.batch(self.limits.scan_rows, now)
    }

    /// Later batches look at as many rows as they may have, so filters leave them shorter.
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

/// The hash key that a range stays inside, packed.
///
/// The servers end such a scan with its hash key, so that a limit reached at its last row is the end
/// and not one batch more. (They do so even where the stop lies further, if the request does not say
/// `full_scan`: rows go missing from resumed scans. That is not done here.)
fn hash_key_of_range(request: &GetScannerRequest) -> Option<Bytes> {
    let (hash_key, _) = key::decode(request.start_key.clone()).ok()?;
    if hash_key.is_empty() || request.full_scan.unwrap_or_default() {
        return None;
    }
    let prefix = own(&request.start_key[..2 + hash_key.len()]);
    (request.stop_key <= key::successor(&prefix)?).then_some(prefix)
}

/// A scan outlives its request, so it keeps copies and not views of the frame it came in.
fn own(bytes: &[u8]) -> Bytes {
    Bytes::copy_from_slice(bytes)
}
