//! Requests and answers of the replica servers.
//!
//! "Encoded key" is hash key and sort key packed by [`crate::key`]. The `error` of an answer is a
//! [`crate::status::Status`]. Every `server` is the answering node as `host:port`.

use bytes::Bytes;

use crate::thrift::{Text, idl};

idl! {
    /// Sets one row.
    struct UpdateRequest {
        /// Encoded key.
        1: key: Bytes,
        /// The value.
        2: value: Bytes,
        /// See [`crate::expiry`]; 0 never expires.
        3: expire_ts_seconds: i32,
    }

    /// The answer to a plain write.
    struct UpdateResponse {
        /// Status code.
        1: error: i32,
        /// The table.
        2: app_id: i32,
        /// The partition.
        3: partition_index: i32,
        /// The number of this write in its partition.
        4: decree: i64,
        /// Who answers.
        5: server: Text,
    }

    /// The answer to a get.
    struct ReadResponse {
        /// Status code.
        1: error: i32,
        /// The value; empty when there is none.
        2: value: Bytes,
        /// The table.
        3: app_id: i32,
        /// The partition.
        4: partition_index: i32,
        /// Who answers.
        6: server: Text,
    }

    /// The answer to a ttl.
    struct TtlResponse {
        /// Status code.
        1: error: i32,
        /// Seconds that the row has left; -1 for ever.
        2: ttl_seconds: i32,
        /// The table.
        3: app_id: i32,
        /// The partition.
        4: partition_index: i32,
        /// Who answers.
        6: server: Text,
    }

    /// The answer to a sort key count.
    struct CountResponse {
        /// Status code.
        1: error: i32,
        /// The count; -1 when the server ran out of time for it.
        2: count: i64,
        /// The table.
        3: app_id: i32,
        /// The partition.
        4: partition_index: i32,
        /// Who answers.
        6: server: Text,
    }

    /// A row.
    struct KeyValue {
        /// A sort key; in scans an encoded key.
        1: key: Bytes,
        /// The value; empty where values were not asked for.
        2: value: Bytes,
        /// When the row expires, where that was asked for; 0 never.
        3: expire_ts_seconds: Option<i32>,
    }

    /// Sets rows of one hash key, all or none.
    struct MultiPutRequest {
        /// The hash key, not encoded.
        1: hash_key: Bytes,
        /// Sort keys and values.
        2: kvs: Vec<KeyValue>,
        /// See [`crate::expiry`]; 0 never expires.
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

    /// The answer to a multi remove.
    struct MultiRemoveResponse {
        /// Status code.
        1: error: i32,
        /// How many sort keys the request named.
        2: count: i64,
        /// The table.
        3: app_id: i32,
        /// The partition.
        4: partition_index: i32,
        /// The number of this write in its partition.
        5: decree: i64,
        /// Who answers.
        6: server: Text,
    }

    /// Reads rows of one hash key: the given sort keys, or a range when there are none.
    struct MultiGetRequest {
        /// The hash key, not encoded.
        1: hash_key: Bytes,
        /// The sort keys; empty: the range below.
        2: sort_keys: Vec<Bytes>,
        /// At most so many rows; 0 and less: as many as the server allows.
        3: max_kv_count: i32,
        /// At most so many bytes; 0 and less: as many as the server allows.
        4: max_kv_size: i32,
        /// Leave the values out.
        5: no_value: bool,
        /// Where the range starts.
        6: start_sortkey: Bytes,
        /// Where it stops; empty: at the end of the hash key.
        7: stop_sortkey: Bytes,
        /// Whether the start is in the range.
        8: start_inclusive: bool,
        /// Whether the stop is in the range.
        9: stop_inclusive: bool,
        /// A [`FilterType`](super::FilterType).
        10: sort_key_filter_type: i32,
        /// What the filter looks for.
        11: sort_key_filter_pattern: Bytes,
        /// Take from the end of the range; the answer ascends all the same.
        12: reverse: bool,
    }

    /// The answer to a multi get.
    struct MultiGetResponse {
        /// Status code; kIncomplete when a limit cut the answer.
        1: error: i32,
        /// The rows, by sort key.
        2: kvs: Vec<KeyValue>,
        /// The table.
        3: app_id: i32,
        /// The partition.
        4: partition_index: i32,
        /// Who answers.
        6: server: Text,
    }

    /// Hash key and sort key, not encoded.
    struct FullKey {
        /// The hash key.
        1: hash_key: Bytes,
        /// The sort key.
        2: sort_key: Bytes,
    }

    /// Reads rows of one partition.
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

    /// The answer to a batch get: the rows that there are.
    struct BatchGetResponse {
        /// Status code.
        1: error: i32,
        /// The rows.
        2: data: Vec<FullData>,
        /// The table.
        3: app_id: i32,
        /// The partition.
        4: partition_index: i32,
        /// Who answers.
        6: server: Text,
    }

    /// Adds to a decimal integer.
    struct IncrRequest {
        /// Encoded key.
        1: key: Bytes,
        /// What to add.
        2: increment: i64,
        /// 0 keeps the expiry, negative clears it, positive sets it.
        3: expire_ts_seconds: i32,
    }

    /// The answer to an incr.
    struct IncrResponse {
        /// Status code.
        1: error: i32,
        /// The value after it; the old one when it would overflow.
        2: new_value: i64,
        /// The table.
        3: app_id: i32,
        /// The partition.
        4: partition_index: i32,
        /// The number of this write in its partition.
        5: decree: i64,
        /// Who answers.
        6: server: Text,
    }

    /// Sets a row when a check of a row passes.
    struct CheckAndSetRequest {
        /// The hash key of both, not encoded.
        1: hash_key: Bytes,
        /// The row that is checked.
        2: check_sort_key: Bytes,
        /// A [`CheckType`](super::CheckType).
        3: check_type: i32,
        /// What the check compares with.
        4: check_operand: Bytes,
        /// Whether another row than the checked one is set.
        5: set_diff_sort_key: bool,
        /// That row.
        6: set_sort_key: Bytes,
        /// Its new value.
        7: set_value: Bytes,
        /// Its expiry.
        8: set_expire_ts_seconds: i32,
        /// Whether to answer with the checked value.
        9: return_check_value: bool,
    }

    /// The answer to a check-and-set or check-and-mutate.
    struct CheckAndSetResponse {
        /// Status code; kTryAgain when the check did not pass.
        1: error: i32,
        /// Whether the next two say something.
        2: check_value_returned: bool,
        /// Whether there was a checked value.
        3: check_value_exist: bool,
        /// The checked value before the write.
        4: check_value: Bytes,
        /// The table.
        5: app_id: i32,
        /// The partition.
        6: partition_index: i32,
        /// The number of this write in its partition.
        7: decree: i64,
        /// Who answers.
        8: server: Text,
    }

    /// One step of a check-and-mutate.
    struct Mutate {
        /// A [`MutateOperation`](super::MutateOperation).
        1: operation: i32,
        /// The row.
        2: sort_key: Bytes,
        /// Its new value.
        3: value: Bytes,
        /// Its expiry.
        4: set_expire_ts_seconds: i32,
    }

    /// Changes rows of a hash key, all or none, when a check of a row passes.
    struct CheckAndMutateRequest {
        /// The hash key of all, not encoded.
        1: hash_key: Bytes,
        /// The row that is checked.
        2: check_sort_key: Bytes,
        /// A [`CheckType`](super::CheckType).
        3: check_type: i32,
        /// What the check compares with.
        4: check_operand: Bytes,
        /// The steps, in order.
        5: mutate_list: Vec<Mutate>,
        /// Whether to answer with the checked value.
        6: return_check_value: bool,
    }

    /// Starts a scan of one partition.
    struct GetScannerRequest {
        /// Encoded key where it starts.
        1: start_key: Bytes,
        /// Encoded key where it stops.
        2: stop_key: Bytes,
        /// Whether the start is in the range.
        3: start_inclusive: bool,
        /// Whether the stop is in the range.
        4: stop_inclusive: bool,
        /// At most so many rows an answer.
        5: batch_size: i32,
        /// Leave the values out.
        6: no_value: bool,
        /// A [`FilterType`](super::FilterType) for hash keys.
        7: hash_key_filter_type: i32,
        /// What that filter looks for.
        8: hash_key_filter_pattern: Bytes,
        /// A [`FilterType`](super::FilterType) for sort keys.
        9: sort_key_filter_type: i32,
        /// What that filter looks for.
        10: sort_key_filter_pattern: Bytes,
        /// Hide rows that a split moved to another partition; absent means yes.
        11: validate_partition_hash: Option<bool>,
        /// Answer with expiry timestamps.
        12: return_expire_ts: Option<bool>,
        /// The range crosses hash keys.
        13: full_scan: Option<bool>,
        /// Answer with counts in place of rows.
        14: only_return_count: Option<bool>,
    }

    /// Continues a scan.
    struct ScanRequest {
        /// The context that the last answer named.
        1: context_id: i64,
    }

    /// The answer to both.
    struct ScanResponse {
        /// Status code; kNotFound when the context is gone.
        1: error: i32,
        /// The rows, by encoded key.
        2: kvs: Vec<KeyValue>,
        /// The context to continue with; exactly -1: the scan is complete.
        3: context_id: i64,
        /// The table.
        4: app_id: i32,
        /// The partition.
        5: partition_index: i32,
        /// Who answers.
        6: server: Text,
        /// How many rows, where only the count was asked for.
        7: kv_count: Option<i32>,
    }
}
