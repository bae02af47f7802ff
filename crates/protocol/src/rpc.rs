//! The one table of RPCs: name, kind, request and reply.

use bytes::Bytes;

use crate::idl::*;
use crate::thrift::Wire;

/// The kind of an RPC, as routing and retries distinguish it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RpcKind {
    /// Reads rows of a partition.
    Read,
    /// Writes rows of a partition; applying it twice equals applying it once.
    IdempotentWrite,
    /// Writes rows of a partition; applying it twice differs from applying it once.
    AtomicWrite,
    /// A query or a change at the meta servers.
    Meta,
    /// A question to any server about itself.
    Node,
}

impl RpcKind {
    /// Whether the RPC changes rows.
    pub fn is_write(self) -> bool {
        matches!(self, Self::IdempotentWrite | Self::AtomicWrite)
    }
}

/// One RPC: its request and its reply.
pub trait Rpc: Copy + Send + Sync + 'static {
    /// The RPC's row in the table.
    const CODE: RpcCode;
    /// The request.
    type Request: Wire + Send + Sync;
    /// The reply.
    type Response: Wire + Send;
}

macro_rules! rpcs {
    ($( $(#[$meta:meta])* $variant:ident = $name:literal, $kind:ident ($request:ty) -> $response:ty; )*) => {
        /// All RPCs that this crate knows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum RpcCode { $( $(#[$meta])* $variant, )* }

        impl RpcCode {
            /// All RPCs.
            pub const ALL: &[Self] = &[ $( Self::$variant, )* ];

            /// The name of the request's message.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// The name of the reply's message.
            pub const fn ack_name(self) -> &'static str {
                match self { $( Self::$variant => concat!($name, "_ACK"), )* }
            }

            /// The kind of the RPC.
            pub const fn kind(self) -> RpcKind {
                match self { $( Self::$variant => RpcKind::$kind, )* }
            }

            /// The RPC with this name.
            pub fn from_name(name: &[u8]) -> Option<Self> {
                match name {
                    $( known if known == $name.as_bytes() => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }

        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Copy)]
            pub struct $variant;

            impl Rpc for $variant {
                const CODE: RpcCode = RpcCode::$variant;
                type Request = $request;
                type Response = $response;
            }
        )*
    };
}

rpcs! {
    /// Reads one row; the request is its encoded key.
    Get = "RPC_RRDB_RRDB_GET", Read (Bytes) -> ReadResponse;
    /// Sets one row.
    Put = "RPC_RRDB_RRDB_PUT", IdempotentWrite (UpdateRequest) -> UpdateResponse;
    /// Removes one row; the request is its encoded key.
    Remove = "RPC_RRDB_RRDB_REMOVE", IdempotentWrite (Bytes) -> UpdateResponse;
    /// Reads the remaining lifetime of a row; the request is its encoded key.
    Ttl = "RPC_RRDB_RRDB_TTL", Read (Bytes) -> TtlResponse;
    /// Reads rows of a hash key.
    MultiGet = "RPC_RRDB_RRDB_MULTI_GET", Read (MultiGetRequest) -> MultiGetResponse;
    /// Sets rows of a hash key.
    MultiPut = "RPC_RRDB_RRDB_MULTI_PUT", IdempotentWrite (MultiPutRequest) -> UpdateResponse;
    /// Removes rows of a hash key.
    MultiRemove = "RPC_RRDB_RRDB_MULTI_REMOVE", IdempotentWrite (MultiRemoveRequest) -> MultiRemoveResponse;
    /// Counts the rows of a hash key; the request is the hash key, not encoded.
    SortkeyCount = "RPC_RRDB_RRDB_SORTKEY_COUNT", Read (Bytes) -> CountResponse;
    /// Reads rows of one partition, of any hash keys.
    BatchGet = "RPC_RRDB_RRDB_BATCH_GET", Read (BatchGetRequest) -> BatchGetResponse;
    /// Adds to a decimal integer.
    Incr = "RPC_RRDB_RRDB_INCR", AtomicWrite (IncrRequest) -> IncrResponse;
    /// Sets a row if a check passes.
    CheckAndSet = "RPC_RRDB_RRDB_CHECK_AND_SET", AtomicWrite (CheckAndSetRequest) -> CheckAndSetResponse;
    /// Changes rows if a check passes.
    CheckAndMutate = "RPC_RRDB_RRDB_CHECK_AND_MUTATE", AtomicWrite (CheckAndMutateRequest) -> CheckAndSetResponse;
    /// Starts a scan.
    GetScanner = "RPC_RRDB_RRDB_GET_SCANNER", Read (GetScannerRequest) -> ScanResponse;
    /// Continues a scan.
    Scan = "RPC_RRDB_RRDB_SCAN", Read (ScanRequest) -> ScanResponse;
    /// Frees the context of a scan; the request is its id. Servers send no reply when it succeeds.
    ClearScanner = "RPC_RRDB_RRDB_CLEAR_SCANNER", Read (i64) -> ScanResponse;

    /// Queries which servers have the partitions of a table.
    QueryCfg = "RPC_CM_QUERY_PARTITION_CONFIG_BY_INDEX", Meta (QueryCfgRequest) -> QueryCfgResponse;
    /// Creates a table.
    CreateApp = "RPC_CM_CREATE_APP", Meta (CreateAppRequest) -> CreateAppResponse;
    /// Drops a table.
    DropApp = "RPC_CM_DROP_APP", Meta (DropAppRequest) -> DropAppResponse;
    /// Brings a dropped table back.
    RecallApp = "RPC_CM_RECALL_APP", Meta (RecallAppRequest) -> RecallAppResponse;
    /// Lists tables.
    ListApps = "RPC_CM_LIST_APPS", Meta (ListAppsRequest) -> ListAppsResponse;
    /// Lists replica servers.
    ListNodes = "RPC_CM_LIST_NODES", Meta (ListNodesRequest) -> ListNodesResponse;
    /// Queries the properties of the cluster.
    ClusterInfo = "RPC_CM_CLUSTER_INFO", Meta (ClusterInfoRequest) -> ClusterInfoResponse;
    /// Changes the settings of a table.
    UpdateAppEnv = "RPC_CM_UPDATE_APP_ENV", Meta (UpdateAppEnvRequest) -> UpdateAppEnvResponse;
    /// Starts to double the partitions of a table.
    StartPartitionSplit = "RPC_CM_START_PARTITION_SPLIT", Meta (StartPartitionSplitRequest) -> StartPartitionSplitResponse;

    /// Negotiates security on a new connection.
    Negotiation = "RPC_NEGOTIATION", Node (NegotiationRequest) -> NegotiationResponse;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_again_and_answers_are_named_after_them() {
        for code in RpcCode::ALL {
            assert_eq!(RpcCode::from_name(code.name().as_bytes()), Some(*code));
            assert_eq!(code.ack_name(), format!("{}_ACK", code.name()));
        }
        assert_eq!(RpcCode::from_name(b"get"), None);
    }
}
