//! How clients learn where the partitions of a table are.

use crate::thrift::{Text, idl};
use crate::types::{ErrorCode, Gpid, HostPort, RpcAddress};

idl! {
    /// Asks where the partitions of a table are.
    struct QueryCfgRequest {
        /// The table's name.
        1: app_name: Text,
        /// Which partitions; empty: all.
        2: partition_indices: Vec<i32>,
    }

    /// The answer.
    struct QueryCfgResponse {
        /// What stands in the way.
        1: err: ErrorCode,
        /// The table's number.
        2: app_id: i32,
        /// How many partitions it has.
        3: partition_count: i32,
        /// True in every good answer.
        4: is_stateful: bool,
        /// The partitions; from a follower, one whose primary is the leading meta server.
        5: partitions: Vec<PartitionConfiguration>,
    }

    /// Which servers hold one partition.
    struct PartitionConfiguration {
        /// Which partition.
        1: pid: Gpid,
        /// The version of this configuration; negative: a split's child that is not ready yet.
        2: ballot: i64,
        /// How many replicas it should have.
        3: max_replica_count: i32,
        /// The server that takes writes and consistent reads.
        4: primary: RpcAddress,
        /// The servers that follow it.
        5: secondaries: Vec<RpcAddress>,
        /// Servers that held it before.
        6: last_drops: Vec<RpcAddress>,
        /// Not used by clients.
        7: last_committed_decree: i64,
        /// Not used by clients.
        8: partition_flags: i32,
        /// The primary by host name, since 2.6.
        9: hp_primary: Option<HostPort>,
        /// The secondaries by host name, since 2.6.
        10: hp_secondaries: Option<Vec<HostPort>>,
        /// Servers that held it before, by host name, since 2.6.
        11: hp_last_drops: Option<Vec<HostPort>>,
    }
}
