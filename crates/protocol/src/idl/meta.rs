//! The query for the servers of a table's partitions.

use crate::thrift::{Text, idl};
use crate::types::{ErrorCode, Gpid, HostPort, RpcAddress};

idl! {
    /// Queries which servers have the partitions of a table.
    struct QueryCfgRequest {
        /// The table's name.
        1: app_name: Text,
        /// The indices of the partitions; empty: all.
        2: partition_indices: Vec<i32>,
    }

    /// The reply to [`QueryCfgRequest`].
    struct QueryCfgResponse {
        /// `ERR_OK`, or why the request was refused.
        1: err: ErrorCode,
        /// The table's number.
        2: app_id: i32,
        /// The number of partitions.
        3: partition_count: i32,
        /// `true` in every successful reply.
        4: is_stateful: bool,
        /// The partitions. A follower sends one whose primary is the leading meta server.
        5: partitions: Vec<PartitionConfiguration>,
    }

    /// The servers of one partition.
    struct PartitionConfiguration {
        /// The table and the partition.
        1: pid: Gpid,
        /// The version of this configuration. Negative: a child partition of a split that is not ready yet.
        2: ballot: i64,
        /// The number of replicas that the partition should have.
        3: max_replica_count: i32,
        /// The server that takes writes and consistent reads.
        4: primary: RpcAddress,
        /// The servers that follow the primary.
        5: secondaries: Vec<RpcAddress>,
        /// Servers that had the partition before.
        6: last_drops: Vec<RpcAddress>,
        /// Not used by clients.
        7: last_committed_decree: i64,
        /// Not used by clients.
        8: partition_flags: i32,
        /// The primary by host name, since 2.6.
        9: hp_primary: Option<HostPort>,
        /// The secondaries by host name, since 2.6.
        10: hp_secondaries: Option<Vec<HostPort>>,
        /// Servers that had the partition before, by host name, since 2.6.
        11: hp_last_drops: Option<Vec<HostPort>>,
    }
}
