//! The thrift part of a v1 request header.

use crate::thrift::idl;

idl! {
    /// What a v1 header says; everything may be left out.
    struct RequestMeta {
        /// The table.
        1: app_id: Option<i32>,
        /// The partition.
        2: partition_index: Option<i32>,
        /// How long the caller still waits, in milliseconds.
        3: client_timeout: Option<i32>,
        /// The hash that chose the partition.
        4: partition_hash: Option<i64>,
        /// May be answered by a secondary.
        5: is_backup_request: Option<bool>,
    }
}
