//! The request of a scan: a range of encoded keys, and the partitions that hold it.

use bytes::Bytes;
use pegasus_protocol::idl::{FilterType, GetScannerRequest};
use pegasus_protocol::key;

use super::options::ScanOptions;
use crate::error::Error;
use crate::operation::HashKey;
use crate::routing::Target;

/// The range of a scan and the partitions that hold it.
pub(super) struct Plan {
    pub(super) request: GetScannerRequest,
    pub(super) partitions: Vec<Target>,
}

impl Plan {
    /// The rows of one hash key from start to stop; an empty stop is the end of the hash key.
    pub(super) fn of_hash_key(
        hash_key: &[u8],
        start: &[u8],
        stop: &[u8],
        options: &ScanOptions,
    ) -> Result<Self, Error> {
        let target = HashKey::new(hash_key)?.target();
        let refused = |error: key::HashKeyTooLong| Error::invalid_argument(error.to_string());
        let mut range = ScanRange {
            start: key::encode(hash_key, start).map_err(refused)?,
            stop: key::encode(hash_key, stop).map_err(refused)?,
            start_inclusive: options.start_inclusive,
            stop_inclusive: options.stop_inclusive,
        };
        if stop.is_empty() {
            range.stop = key::after_prefix(hash_key, b"").map_err(refused)?;
            range.stop_inclusive = false;
        }
        let filter = &options.hash_key_filter;
        if filter.filter_type == FilterType::MatchPrefix && !filter.pattern.is_empty() {
            // Servers narrow the range too, but answer an empty range with an invalid context.
            let first = key::encode(&filter.pattern, b"").map_err(refused)?;
            if first > range.start {
                (range.start, range.start_inclusive) = (first, true);
            }
        }
        let filter = &options.sort_key_filter;
        if filter.filter_type == FilterType::MatchPrefix && !filter.pattern.is_empty() {
            range.narrow_to(
                key::encode(hash_key, &filter.pattern).map_err(refused)?,
                key::after_prefix(hash_key, &filter.pattern).map_err(refused)?,
            );
        }
        let partitions = if range.is_empty() { Vec::new() } else { vec![target] };
        Ok(Self { request: range.request(options, false), partitions })
    }

    /// All rows of these partitions.
    pub(super) fn of_partitions(partitions: Vec<Target>, options: &ScanOptions) -> Self {
        Self { request: whole_table(options), partitions }
    }
}

/// A scan of a whole partition.
pub(crate) fn whole_table(options: &ScanOptions) -> GetScannerRequest {
    let range = ScanRange {
        start: Bytes::from_static(b"\x00\x00"),
        stop: Bytes::from_static(b"\xff\xff"),
        start_inclusive: true,
        stop_inclusive: false,
    };
    range.request(options, true)
}

struct ScanRange {
    start: Bytes,
    stop: Bytes,
    start_inclusive: bool,
    stop_inclusive: bool,
}

impl ScanRange {
    /// Narrows the range to the keys that a prefix filter can pass.
    fn narrow_to(&mut self, first: Bytes, after: Bytes) {
        if first > self.start {
            (self.start, self.start_inclusive) = (first, true);
        }
        if after <= self.stop {
            (self.stop, self.stop_inclusive) = (after, false);
        }
    }

    /// Whether the range is empty. Servers answer an empty range with an invalid context, so it is never sent.
    fn is_empty(&self) -> bool {
        match self.start.cmp(&self.stop) {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => !(self.start_inclusive && self.stop_inclusive),
            std::cmp::Ordering::Greater => true,
        }
    }

    fn request(self, options: &ScanOptions, whole_table: bool) -> GetScannerRequest {
        GetScannerRequest {
            start_key: self.start,
            stop_key: self.stop,
            start_inclusive: self.start_inclusive,
            stop_inclusive: self.stop_inclusive,
            batch_size: options.batch_size,
            no_value: options.no_value,
            hash_key_filter_type: options.hash_key_filter.filter_type.into(),
            hash_key_filter_pattern: options.hash_key_filter.pattern.clone(),
            sort_key_filter_type: options.sort_key_filter.filter_type.into(),
            sort_key_filter_pattern: options.sort_key_filter.pattern.clone(),
            // A table scan must not return rows that a split has moved away. A hash key always lies in one
            // partition, so a scan of it needs no such check.
            validate_partition_hash: Some(whole_table),
            return_expire_ts: Some(options.return_expire_ts),
            // Without it, a scan resumed inside a hash key stops at the end of that hash key.
            full_scan: Some(whole_table),
            only_return_count: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Filter;

    fn plan(start: &[u8], stop: &[u8], change: impl FnOnce(&mut ScanOptions)) -> Plan {
        let mut options = ScanOptions::default();
        change(&mut options);
        Plan::of_hash_key(b"h", start, stop, &options).unwrap()
    }

    #[test]
    fn an_empty_stop_is_the_end_of_the_hash_key_and_never_inclusive() {
        let request = plan(b"a", b"", |o| o.stop_inclusive = true).request;
        assert_eq!(request.start_key, &b"\x00\x01ha"[..]);
        assert_eq!(request.stop_key, &b"\x00\x01i"[..]);
        assert!(request.start_inclusive && !request.stop_inclusive);
    }

    #[test]
    fn empty_ranges_ask_nobody() {
        let asks = |start: &[u8], stop: &[u8], left, right| {
            let change = |o: &mut ScanOptions| (o.start_inclusive, o.stop_inclusive) = (left, right);
            !plan(start, stop, change).partitions.is_empty()
        };
        assert!(asks(b"k", b"k", true, true));
        assert!(!asks(b"k", b"k", true, false) && !asks(b"k", b"k", false, true));
        assert!(!asks(b"l", b"k", true, true));
        assert!(asks(b"k", b"l", false, false));
    }

    #[test]
    fn a_prefix_filter_narrows_both_ends() {
        let prefix = |o: &mut ScanOptions| {
            o.sort_key_filter =
                Filter { filter_type: FilterType::MatchPrefix, pattern: Bytes::from_static(b"m") };
        };
        let request = plan(b"", b"", prefix).request;
        assert_eq!(
            (request.start_key, request.stop_key),
            (b"\x00\x01hm"[..].into(), b"\x00\x01hn"[..].into())
        );
        let inside = plan(b"mb", b"md", prefix).request;
        assert_eq!(
            (inside.start_key, inside.stop_key),
            (b"\x00\x01hmb"[..].into(), b"\x00\x01hmd"[..].into())
        );
        assert!(plan(b"n", b"z", prefix).partitions.is_empty());
    }

    #[test]
    fn only_a_prefix_filter_with_a_pattern_narrows_the_range() {
        let whole = plan(b"", b"", |_| ()).request;
        for filter_type in [FilterType::NoFilter, FilterType::MatchAnywhere, FilterType::MatchPostfix] {
            let filter = Filter { filter_type, pattern: Bytes::from_static(b"m") };
            let filtered = plan(b"", b"", |o| {
                (o.hash_key_filter, o.sort_key_filter) = (filter.clone(), filter.clone());
            });
            assert!(!filtered.partitions.is_empty(), "{filter_type:?}");
            let request = filtered.request;
            assert_eq!(
                (request.start_key, request.stop_key),
                (whole.start_key.clone(), whole.stop_key.clone())
            );
        }
    }

    #[test]
    fn a_prefix_at_the_start_leaves_an_exclusive_start_exclusive() {
        let prefix = |pattern| Filter { filter_type: FilterType::MatchPrefix, pattern };
        let at_sort_key = plan(b"m", b"", |o| {
            (o.start_inclusive, o.sort_key_filter) = (false, prefix(Bytes::from_static(b"m")));
        });
        assert!(!at_sort_key.request.start_inclusive);
        let at_hash_key = plan(b"", b"", |o| {
            (o.start_inclusive, o.hash_key_filter) = (false, prefix(Bytes::from_static(b"h")));
        });
        assert!(!at_hash_key.request.start_inclusive);
        let empty_pattern = plan(b"", b"", |o| {
            (o.start_inclusive, o.sort_key_filter) = (false, prefix(Bytes::new()));
        });
        assert!(!empty_pattern.request.start_inclusive);
        let after_the_start = plan(b"", b"", |o| {
            (o.start_inclusive, o.sort_key_filter) = (false, prefix(Bytes::from_static(b"m")));
        });
        assert!(after_the_start.request.start_inclusive);
    }

    #[test]
    fn a_hash_key_filter_that_nothing_passes_asks_nobody() {
        let asks = |pattern: &'static [u8]| {
            let change = |o: &mut ScanOptions| {
                o.hash_key_filter =
                    Filter { filter_type: FilterType::MatchPrefix, pattern: Bytes::from_static(pattern) };
            };
            !plan(b"", b"", change).partitions.is_empty()
        };
        assert!(asks(b"h") && asks(b"") && asks(b"a"));
        assert!(!asks(b"i") && !asks(b"hh"));
    }

    #[test]
    fn a_hash_key_that_cannot_be_routed_is_refused() {
        for hash_key in [&b""[..], &[0; 65_535]] {
            let refused = Plan::of_hash_key(hash_key, b"", b"", &ScanOptions::default());
            assert_eq!(refused.err().unwrap().code(), "ERR_INVALID_ARGUMENT");
        }
    }
}
