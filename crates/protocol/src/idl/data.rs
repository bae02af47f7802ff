//! The messages of the replica servers.
//!
//! An "encoded key" is a hash key and a sort key, encoded by [`crate::key`]. The `error` of a reply is a
//! [`crate::status::Status`].

use bytes::Bytes;

use crate::thrift::{Text, idl};

idl! {
    /// Sets one row.
    struct UpdateRequest {
        /// Encoded key.
        1: key: Bytes,
        /// The value.
        2: value: Bytes,
        /// The expiry timestamp, see [`crate::expiry`]; 0: never.
        3: expire_ts_seconds: i32,
    }

    /// The reply to a plain write.
    struct UpdateResponse {
        /// Status code.
        1: error: i32,
        /// The table's number.
        2: app_id: i32,
        /// The partition's index.
        3: partition_index: i32,
        /// The sequence number of this write in its partition.
        4: decree: i64,
        /// The replying server, as `host:port`.
        5: server: Text,
    }

    /// The reply to a get.
    struct ReadResponse {
        /// Status code.
        1: error: i32,
        /// The value; empty when there is no row.
        2: value: Bytes,
        /// The table's number.
        3: app_id: i32,
        /// The partition's index.
        4: partition_index: i32,
        /// The replying server, as `host:port`.
        6: server: Text,
    }

    /// The reply to a ttl.
    struct TtlResponse {
        /// Status code.
        1: error: i32,
        /// The remaining lifetime of the row, in seconds; -1: it never expires.
        2: ttl_seconds: i32,
        /// The table's number.
        3: app_id: i32,
        /// The partition's index.
        4: partition_index: i32,
        /// The replying server, as `host:port`.
        6: server: Text,
    }

    /// The reply to a sort key count.
    struct CountResponse {
        /// Status code.
        1: error: i32,
        /// The count; -1 when the server ran out of time.
        2: count: i64,
        /// The table's number.
        3: app_id: i32,
        /// The partition's index.
        4: partition_index: i32,
        /// The replying server, as `host:port`.
        6: server: Text,
    }

    /// A row.
    struct KeyValue {
        /// The sort key; in scans the encoded key.
        1: key: Bytes,
        /// The value; empty when the request asked for no values.
        2: value: Bytes,
        /// The expiry timestamp, when the request asked for it; 0: never.
        3: expire_ts_seconds: Option<i32>,
    }

    /// Sets rows of one hash key, all or none.
    struct MultiPutRequest {
        /// The hash key, not encoded.
        1: hash_key: Bytes,
        /// Sort keys and values.
        2: kvs: Vec<KeyValue>,
        /// The expiry timestamp, see [`crate::expiry`]; 0: never.
        3: expire_ts_seconds: i32,
    }

    /// Removes rows of one hash key.
    struct MultiRemoveRequest {
        /// The hash key, not encoded.
        1: hash_key: Bytes,
        /// The sort keys.
        2: sort_keys: Vec<Bytes>,
        /// No longer used.
        3: max_count: i64,
    }

    /// The reply to a multi remove.
    struct MultiRemoveResponse {
        /// Status code.
        1: error: i32,
        /// The number of sort keys in the request.
        2: count: i64,
        /// The table's number.
        3: app_id: i32,
        /// The partition's index.
        4: partition_index: i32,
        /// The sequence number of this write in its partition.
        5: decree: i64,
        /// The replying server, as `host:port`.
        6: server: Text,
    }

    /// Reads rows of one hash key: the given sort keys or, without any, a range.
    struct MultiGetRequest {
        /// The hash key, not encoded.
        1: hash_key: Bytes,
        /// The sort keys; empty: the range below.
        2: sort_keys: Vec<Bytes>,
        /// The most rows; 0 or less: as many as the server allows.
        3: max_kv_count: i32,
        /// The most bytes; 0 or less: as many as the server allows.
        4: max_kv_size: i32,
        /// Leave the values out.
        5: no_value: bool,
        /// The start of the range.
        6: start_sortkey: Bytes,
        /// The stop of the range; empty: the end of the hash key.
        7: stop_sortkey: Bytes,
        /// Whether the range includes its start.
        8: start_inclusive: bool,
        /// Whether the range includes its stop.
        9: stop_inclusive: bool,
        /// A [`FilterType`](super::FilterType).
        10: sort_key_filter_type: i32,
        /// The pattern of the filter.
        11: sort_key_filter_pattern: Bytes,
        /// Take rows from the end of the range; the reply ascends all the same.
        12: reverse: bool,
    }

    /// The reply to a multi get.
    struct MultiGetResponse {
        /// Status code; kIncomplete when a limit cut the reply.
        1: error: i32,
        /// The rows, ascending by sort key.
        2: kvs: Vec<KeyValue>,
        /// The table's number.
        3: app_id: i32,
        /// The partition's index.
        4: partition_index: i32,
        /// The replying server, as `host:port`.
        6: server: Text,
    }

    /// A hash key and a sort key, not encoded.
    struct FullKey {
        /// The hash key.
        1: hash_key: Bytes,
        /// The sort key.
        2: sort_key: Bytes,
    }

    /// Reads rows of one partition, of any hash keys.
    struct BatchGetRequest {
        /// The keys.
        1: keys: Vec<FullKey>,
    }

    /// A row with its whole key.
    struct FullData {
        /// The hash key.
        1: hash_key: Bytes,
        /// The sort key.
        2: sort_key: Bytes,
        /// The value.
        3: value: Bytes,
    }

    /// The reply to a batch get: the rows that exist.
    struct BatchGetResponse {
        /// Status code.
        1: error: i32,
        /// The rows.
        2: data: Vec<FullData>,
        /// The table's number.
        3: app_id: i32,
        /// The partition's index.
        4: partition_index: i32,
        /// The replying server, as `host:port`.
        6: server: Text,
    }

    /// Adds to a decimal integer.
    struct IncrRequest {
        /// Encoded key.
        1: key: Bytes,
        /// The number to add.
        2: increment: i64,
        /// 0: the expiry stays. Negative: it is cleared. Positive: the new expiry timestamp.
        3: expire_ts_seconds: i32,
    }

    /// The reply to an incr.
    struct IncrResponse {
        /// Status code.
        1: error: i32,
        /// The new value, or the old one when the sum would overflow.
        2: new_value: i64,
        /// The table's number.
        3: app_id: i32,
        /// The partition's index.
        4: partition_index: i32,
        /// The sequence number of this write in its partition.
        5: decree: i64,
        /// The replying server, as `host:port`.
        6: server: Text,
    }

    /// Sets a row if a check of a row passes.
    struct CheckAndSetRequest {
        /// The hash key of both rows, not encoded.
        1: hash_key: Bytes,
        /// The sort key of the checked row.
        2: check_sort_key: Bytes,
        /// The kind of check, a [`CheckType`](super::CheckType).
        3: check_type: i32,
        /// The operand of the check.
        4: check_operand: Bytes,
        /// Whether the row to set is another one than the checked row.
        5: set_diff_sort_key: bool,
        /// The sort key of that other row.
        6: set_sort_key: Bytes,
        /// The new value.
        7: set_value: Bytes,
        /// The expiry timestamp, see [`crate::expiry`].
        8: set_expire_ts_seconds: i32,
        /// Whether the reply includes the checked value.
        9: return_check_value: bool,
    }

    /// The reply to a check-and-set or check-and-mutate.
    struct CheckAndSetResponse {
        /// Status code; kTryAgain when the check failed.
        1: error: i32,
        /// Whether the next two fields are set.
        2: check_value_returned: bool,
        /// Whether the checked row existed.
        3: check_value_exist: bool,
        /// The checked value before the write.
        4: check_value: Bytes,
        /// The table's number.
        5: app_id: i32,
        /// The partition's index.
        6: partition_index: i32,
        /// The sequence number of this write in its partition.
        7: decree: i64,
        /// The replying server, as `host:port`.
        8: server: Text,
    }

    /// One step of a check-and-mutate.
    struct Mutate {
        /// A [`MutateOperation`](super::MutateOperation).
        1: operation: i32,
        /// The sort key of the row.
        2: sort_key: Bytes,
        /// The new value.
        3: value: Bytes,
        /// The expiry timestamp, see [`crate::expiry`].
        4: set_expire_ts_seconds: i32,
    }

    /// Changes rows of a hash key, all or none, if a check of a row passes.
    struct CheckAndMutateRequest {
        /// The hash key of all rows, not encoded.
        1: hash_key: Bytes,
        /// The sort key of the checked row.
        2: check_sort_key: Bytes,
        /// The kind of check, a [`CheckType`](super::CheckType).
        3: check_type: i32,
        /// The operand of the check.
        4: check_operand: Bytes,
        /// The steps, in order.
        5: mutate_list: Vec<Mutate>,
        /// Whether the reply includes the checked value.
        6: return_check_value: bool,
    }

    /// Starts a scan of one partition.
    struct GetScannerRequest {
        /// The encoded key at which the range starts.
        1: start_key: Bytes,
        /// The encoded key at which the range stops.
        2: stop_key: Bytes,
        /// Whether the range includes its start.
        3: start_inclusive: bool,
        /// Whether the range includes its stop.
        4: stop_inclusive: bool,
        /// The most rows in a reply.
        5: batch_size: i32,
        /// Leave the values out.
        6: no_value: bool,
        /// A [`FilterType`](super::FilterType) for hash keys.
        7: hash_key_filter_type: i32,
        /// The pattern of that filter.
        8: hash_key_filter_pattern: Bytes,
        /// A [`FilterType`](super::FilterType) for sort keys.
        9: sort_key_filter_type: i32,
        /// The pattern of that filter.
        10: sort_key_filter_pattern: Bytes,
        /// Hide rows that a split moved to another partition; absent: yes.
        11: validate_partition_hash: Option<bool>,
        /// Return the expiry timestamps of rows.
        12: return_expire_ts: Option<bool>,
        /// The range crosses hash keys.
        13: full_scan: Option<bool>,
        /// Return the number of rows in place of the rows.
        14: only_return_count: Option<bool>,
    }

    /// Fetches the next batch of a scan.
    struct ScanRequest {
        /// The context id of the last reply.
        1: context_id: i64,
    }

    /// The reply to [`GetScannerRequest`] and [`ScanRequest`].
    struct ScanResponse {
        /// Status code; kNotFound when the context is lost.
        1: error: i32,
        /// The rows, ascending by encoded key.
        2: kvs: Vec<KeyValue>,
        /// The id of the context for the next batch; exactly -1: the scan is complete.
        3: context_id: i64,
        /// The table's number.
        4: app_id: i32,
        /// The partition's index.
        5: partition_index: i32,
        /// The replying server, as `host:port`.
        6: server: Text,
        /// The number of rows, when the request asked only for that.
        7: kv_count: Option<i32>,
    }
}
