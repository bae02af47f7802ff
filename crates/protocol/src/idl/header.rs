//! The thrift part of a v1 request header.

use crate::thrift::idl;

idl! {
    /// The contents of a v1 header; every field may be absent.
    struct RequestMeta {
        /// The table's number.
        1: app_id: Option<i32>,
        /// The partition's index.
        2: partition_index: Option<i32>,
        /// How long the caller still waits, in milliseconds.
        3: client_timeout: Option<i32>,
        /// The hash that chose the partition.
        4: partition_hash: Option<i64>,
        /// Whether a secondary may answer.
        5: is_backup_request: Option<bool>,
    }
}
