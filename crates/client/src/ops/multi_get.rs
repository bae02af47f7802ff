//! Reads rows of one hash key: given ones, a range, or all of them.

use std::fmt;

use bytes::Bytes;
use pegasus_protocol::idl::{FilterType, KeyValue, MultiGetRequest, MultiGetResponse};
use pegasus_protocol::rpc;
use pegasus_protocol::status::Status;

use crate::error::Error;
use crate::operation::{HashKey, Operation};
use crate::routing::Target;
use crate::shown::{ShownKey, ShownValue};

/// The limits of one reply, and whether it includes values.
#[derive(Debug, Clone)]
pub struct MultiGetLimits {
    /// The most rows. 0 or less: only the server's own limit, 3,000 rows. Default: 100.
    pub max_kv_count: i32,
    /// The most bytes of sort keys and values. 0 or less: only the server's own limit. Default: 1,000,000.
    pub max_kv_size: i32,
    /// Leave the values out. Default: `false`.
    pub no_value: bool,
}

impl Default for MultiGetLimits {
    fn default() -> Self {
        Self { max_kv_count: 100, max_kv_size: 1_000_000, no_value: false }
    }
}

/// A filter for keys. An empty pattern matches every key.
#[derive(Clone)]
pub struct Filter {
    /// How the pattern is compared with a key. Default: no filter.
    pub filter_type: FilterType,
    /// The pattern. Default: empty.
    pub pattern: Bytes,
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pattern = ShownKey(&self.pattern);
        f.debug_struct("Filter").field("filter_type", &self.filter_type).field("pattern", &pattern).finish()
    }
}

impl Default for Filter {
    fn default() -> Self {
        Self { filter_type: FilterType::NoFilter, pattern: Bytes::new() }
    }
}

/// A range of the sort keys of one hash key.
#[derive(Clone)]
pub struct SortKeyRange {
    /// The start of the range. Empty: the first sort key. Default: empty.
    pub start: Bytes,
    /// The stop of the range. Empty: the end of the hash key. Default: empty.
    pub stop: Bytes,
    /// Whether the range includes its start. Default: `true`.
    pub start_inclusive: bool,
    /// Whether the range includes its stop. Default: `false`.
    pub stop_inclusive: bool,
    /// Only rows whose sort keys pass this filter. Default: all.
    pub filter: Filter,
    /// Take rows from the end of the range when a limit cuts it; they still come ascending. Default: `false`.
    pub reverse: bool,
}

impl fmt::Debug for SortKeyRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SortKeyRange")
            .field("start", &ShownKey(&self.start))
            .field("stop", &ShownKey(&self.stop))
            .field("start_inclusive", &self.start_inclusive)
            .field("stop_inclusive", &self.stop_inclusive)
            .field("filter", &self.filter)
            .field("reverse", &self.reverse)
            .finish()
    }
}

impl Default for SortKeyRange {
    fn default() -> Self {
        Self {
            start: Bytes::new(),
            stop: Bytes::new(),
            start_inclusive: true,
            stop_inclusive: false,
            filter: Filter::default(),
            reverse: false,
        }
    }
}

/// A row without its hash key.
#[derive(Clone, PartialEq, Eq)]
pub struct SortKeyValue {
    /// The sort key.
    pub sort_key: Bytes,
    /// The value; empty with `no_value`.
    pub value: Bytes,
}

impl fmt::Debug for SortKeyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sort_key, value) = (ShownKey(&self.sort_key), ShownValue(&self.value));
        f.debug_struct("SortKeyValue").field("sort_key", &sort_key).field("value", &value).finish()
    }
}

/// Rows of a hash key, ascending by sort key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MultiGetResult {
    /// The rows.
    pub entries: Vec<SortKeyValue>,
    /// Whether these are all rows. `false`: a limit of the caller or of the server cut the reply.
    pub complete: bool,
}

pub(crate) struct MultiGet {
    target: Target,
    request: MultiGetRequest,
}

impl MultiGet {
    /// Sorts and deduplicates the sort keys: a server keeps the order and the repetitions of a request.
    pub(crate) fn keys(
        hash_key: &[u8],
        sort_keys: impl IntoIterator<Item = Bytes>,
        limits: &MultiGetLimits,
    ) -> Result<Self, Error> {
        let mut sort_keys: Vec<Bytes> = sort_keys.into_iter().collect();
        if sort_keys.is_empty() {
            return Err(Error::invalid_argument("sort_keys is empty: at least one sort key is needed"));
        }
        sort_keys.sort_unstable();
        sort_keys.dedup();
        let mut operation = Self::range(hash_key, SortKeyRange::default(), limits)?;
        operation.request.sort_keys = sort_keys;
        Ok(operation)
    }

    pub(crate) fn range(
        hash_key: &[u8],
        range: SortKeyRange,
        limits: &MultiGetLimits,
    ) -> Result<Self, Error> {
        let hash_key = HashKey::new(hash_key)?;
        let target = hash_key.target();
        let request = MultiGetRequest {
            hash_key: hash_key.bytes,
            sort_keys: Vec::new(),
            max_kv_count: limits.max_kv_count.max(0),
            max_kv_size: limits.max_kv_size.max(0),
            no_value: limits.no_value,
            start_sortkey: range.start,
            stop_sortkey: range.stop,
            start_inclusive: range.start_inclusive,
            stop_inclusive: range.stop_inclusive,
            sort_key_filter_type: range.filter.filter_type.into(),
            sort_key_filter_pattern: range.filter.pattern,
            reverse: range.reverse,
        };
        Ok(Self { target, request })
    }
}

impl Operation for MultiGet {
    const MAY_ASK_SECONDARY: bool = true;

    type Rpc = rpc::MultiGet;
    type Output = MultiGetResult;

    fn target(&self) -> Target {
        self.target
    }

    fn request(&self) -> &MultiGetRequest {
        &self.request
    }

    fn payload(&self) -> usize {
        let MultiGetRequest { hash_key, sort_keys, start_sortkey, stop_sortkey, .. } = &self.request;
        let range = hash_key.len() + start_sortkey.len() + stop_sortkey.len();
        range + sort_keys.iter().map(Bytes::len).sum::<usize>()
    }

    fn output(&self, response: MultiGetResponse) -> Result<MultiGetResult, Status> {
        let complete = match Status::from(response.error) {
            Status::Ok => true,
            Status::Incomplete => false,
            other => return Err(other),
        };
        let entry = |kv: KeyValue| SortKeyValue { sort_key: kv.key, value: kv.value };
        Ok(MultiGetResult { entries: response.kvs.into_iter().map(entry).collect(), complete })
    }
}
