//! Turns recorded JSON into requests, and answers into JSON.

use bytes::Bytes;
use pegasus_protocol::idl::*;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::expire_ts;

/// The bytes of a string, or of `{"repeat": [string, count]}`.
pub(crate) fn bytes(value: &Value) -> Bytes {
    match value {
        Value::String(text) => text.chars().map(|char| u8::try_from(u32::from(char)).unwrap()).collect(),
        other => {
            let repeat = other["repeat"].as_array().unwrap();
            bytes(&repeat[0]).repeat(repeat[1].as_u64().unwrap() as usize).into()
        }
    }
}

/// Bytes as they are recorded. Long ones are recorded by their length and hash.
fn text(bytes: &[u8]) -> Value {
    if bytes.len() > 256 {
        let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        return json!({"len": bytes.len(), "sha256": hash});
    }
    bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into()
}

/// The arguments of a step.
pub(crate) struct Args<'a> {
    pub(crate) value: &'a Value,
    pub(crate) now: u32,
}

impl Args<'_> {
    fn bytes(&self, name: &str) -> Bytes {
        self.value.get(name).map(bytes).unwrap_or_default()
    }

    fn number(&self, name: &str) -> i32 {
        self.value.get(name).map_or(0, |value| value.as_i64().unwrap() as i32)
    }

    fn flag(&self, name: &str) -> bool {
        self.optional(name).unwrap_or_default()
    }

    fn optional(&self, name: &str) -> Option<bool> {
        self.value.get(name).map(|value| value.as_bool().unwrap())
    }

    fn expire_ts(&self, name: &str) -> i32 {
        expire_ts(self.value[name].as_i64().unwrap(), self.now)
    }

    fn list<T>(&self, name: &str, read: impl Fn(Args<'_>) -> T) -> Vec<T> {
        let elements = self.value[name].as_array().unwrap();
        elements.iter().map(|value| read(Args { value, now: self.now })).collect()
    }

    /// The hash of a request for a hash key.
    pub(crate) fn hash(&self) -> u64 {
        pegasus_protocol::key::crc64(&self.bytes("hash_key"))
    }

    pub(crate) fn put(&self) -> UpdateRequest {
        UpdateRequest {
            key: self.bytes("key"),
            value: self.bytes("value"),
            expire_ts_seconds: self.expire_ts("expire_ts_seconds"),
        }
    }

    /// Other steps never send a TTL of 0 or less; this one sends it unchanged.
    pub(crate) fn incr(&self) -> IncrRequest {
        let ttl = self.number("expire_ts_seconds");
        IncrRequest {
            key: self.bytes("key"),
            increment: self.value["increment"].as_i64().unwrap(),
            expire_ts_seconds: if ttl <= 0 { ttl } else { self.expire_ts("expire_ts_seconds") },
        }
    }

    pub(crate) fn multi_put(&self) -> MultiPutRequest {
        MultiPutRequest {
            hash_key: self.bytes("hash_key"),
            kvs: self.list("kvs", |kv| KeyValue {
                key: kv.bytes("key"),
                value: kv.bytes("value"),
                expire_ts_seconds: None,
            }),
            expire_ts_seconds: self.expire_ts("expire_ts_seconds"),
        }
    }

    pub(crate) fn multi_remove(&self) -> MultiRemoveRequest {
        MultiRemoveRequest {
            hash_key: self.bytes("hash_key"),
            sort_keys: self.list("sort_keys", |key| bytes(key.value)),
            max_count: self.number("max_count").into(),
        }
    }

    pub(crate) fn multi_get(&self) -> MultiGetRequest {
        MultiGetRequest {
            hash_key: self.bytes("hash_key"),
            sort_keys: self.list("sort_keys", |key| bytes(key.value)),
            max_kv_count: self.number("max_kv_count"),
            max_kv_size: self.number("max_kv_size"),
            no_value: self.flag("no_value"),
            start_sortkey: self.bytes("start_sortkey"),
            stop_sortkey: self.bytes("stop_sortkey"),
            start_inclusive: self.flag("start_inclusive"),
            stop_inclusive: self.flag("stop_inclusive"),
            sort_key_filter_type: self.number("sort_key_filter_type"),
            sort_key_filter_pattern: self.bytes("sort_key_filter_pattern"),
            reverse: self.flag("reverse"),
        }
    }

    pub(crate) fn batch_get(&self) -> BatchGetRequest {
        let keys = self
            .list("keys", |key| FullKey { hash_key: key.bytes("hash_key"), sort_key: key.bytes("sort_key") });
        BatchGetRequest { keys }
    }

    pub(crate) fn check_and_set(&self) -> CheckAndSetRequest {
        CheckAndSetRequest {
            hash_key: self.bytes("hash_key"),
            check_sort_key: self.bytes("check_sort_key"),
            check_type: self.number("check_type"),
            check_operand: self.bytes("check_operand"),
            set_diff_sort_key: self.flag("set_diff_sort_key"),
            set_sort_key: self.bytes("set_sort_key"),
            set_value: self.bytes("set_value"),
            set_expire_ts_seconds: self.expire_ts("set_expire_ts_seconds"),
            return_check_value: self.flag("return_check_value"),
        }
    }

    pub(crate) fn check_and_mutate(&self) -> CheckAndMutateRequest {
        CheckAndMutateRequest {
            hash_key: self.bytes("hash_key"),
            check_sort_key: self.bytes("check_sort_key"),
            check_type: self.number("check_type"),
            check_operand: self.bytes("check_operand"),
            mutate_list: self.list("mutate_list", |mutate| Mutate {
                operation: mutate.number("operation"),
                sort_key: mutate.bytes("sort_key"),
                value: mutate.bytes("value"),
                set_expire_ts_seconds: mutate.expire_ts("set_expire_ts_seconds"),
            }),
            return_check_value: self.flag("return_check_value"),
        }
    }

    pub(crate) fn get_scanner(&self) -> GetScannerRequest {
        GetScannerRequest {
            start_key: self.bytes("start_key"),
            stop_key: self.bytes("stop_key"),
            start_inclusive: self.flag("start_inclusive"),
            stop_inclusive: self.flag("stop_inclusive"),
            batch_size: self.number("batch_size"),
            no_value: self.flag("no_value"),
            hash_key_filter_type: self.number("hash_key_filter_type"),
            hash_key_filter_pattern: self.bytes("hash_key_filter_pattern"),
            sort_key_filter_type: self.number("sort_key_filter_type"),
            sort_key_filter_pattern: self.bytes("sort_key_filter_pattern"),
            validate_partition_hash: self.optional("validate_partition_hash"),
            return_expire_ts: self.optional("return_expire_ts"),
            full_scan: self.optional("full_scan"),
            only_return_count: self.optional("only_return_count"),
        }
    }
}

/// An answer as JSON, without what differs between clusters: app id, server, decree.
pub(crate) trait Shown {
    fn shown(&self) -> Value;
}

fn rows(kvs: &[KeyValue]) -> Value {
    let row = |kv: &KeyValue| {
        let mut row = Map::new();
        row.insert("key".into(), text(&kv.key));
        row.insert("value".into(), text(&kv.value));
        if let Some(expire_ts) = kv.expire_ts_seconds {
            row.insert("expire_ts_seconds".into(), expire_ts.into());
        }
        Value::Object(row)
    };
    kvs.iter().map(row).collect()
}

impl Shown for UpdateResponse {
    fn shown(&self) -> Value {
        json!({"error": self.error, "partition_index": self.partition_index})
    }
}

impl Shown for ReadResponse {
    fn shown(&self) -> Value {
        json!({"error": self.error, "value": text(&self.value), "partition_index": self.partition_index})
    }
}

impl Shown for TtlResponse {
    fn shown(&self) -> Value {
        json!({"error": self.error, "ttl_seconds": self.ttl_seconds, "partition_index": self.partition_index})
    }
}

impl Shown for CountResponse {
    fn shown(&self) -> Value {
        json!({"error": self.error, "count": self.count, "partition_index": self.partition_index})
    }
}

impl Shown for MultiRemoveResponse {
    fn shown(&self) -> Value {
        json!({"error": self.error, "count": self.count, "partition_index": self.partition_index})
    }
}

impl Shown for MultiGetResponse {
    fn shown(&self) -> Value {
        json!({"error": self.error, "kvs": rows(&self.kvs), "partition_index": self.partition_index})
    }
}

impl Shown for BatchGetResponse {
    fn shown(&self) -> Value {
        let row = |row: &FullData| {
            let (hash_key, sort_key) = (text(&row.hash_key), text(&row.sort_key));
            json!({"hash_key": hash_key, "sort_key": sort_key, "value": text(&row.value)})
        };
        let data: Value = self.data.iter().map(row).collect();
        json!({"error": self.error, "data": data, "partition_index": self.partition_index})
    }
}

impl Shown for IncrResponse {
    fn shown(&self) -> Value {
        json!({"error": self.error, "new_value": self.new_value, "partition_index": self.partition_index})
    }
}

impl Shown for CheckAndSetResponse {
    fn shown(&self) -> Value {
        json!({
            "error": self.error,
            "check_value_returned": self.check_value_returned,
            "check_value_exist": self.check_value_exist,
            "check_value": text(&self.check_value),
            "partition_index": self.partition_index,
        })
    }
}

impl Shown for ScanResponse {
    fn shown(&self) -> Value {
        let (kvs, index) = (rows(&self.kvs), self.partition_index);
        let mut shown =
            json!({"error": self.error, "kvs": kvs, "context_id": self.context_id, "partition_index": index});
        if let Some(count) = self.kv_count {
            shown["kv_count"] = count.into();
        }
        shown
    }
}
