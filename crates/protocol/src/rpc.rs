//! The one table of RPCs: name, request, answer, and what kind of work it is.

use bytes::Bytes;

use crate::idl::*;
use crate::thrift::Wire;

/// What a server does for an RPC, as far as routing and retries care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RpcKind {
    /// Reads rows of a partition.
    Read,
    /// Writes rows of a partition; doing it twice is the same as doing it once.
    IdempotentWrite,
    /// Writes rows of a partition; doing it twice is not the same.
    AtomicWrite,
    /// Asks the meta servers.
    Meta,
    /// Asks any node about itself.
    Node,
}

impl RpcKind {
    /// Whether rows are changed.
    pub fn is_write(self) -> bool {
        matches!(self, Self::IdempotentWrite | Self::AtomicWrite)
    }
}

/// One RPC: what is sent, what comes back.
pub trait Rpc: Copy + Send + Sync + 'static {
    /// Its row in the table.
    const CODE: RpcCode;
    /// The request.
    type Request: Wire + Send + Sync;
    /// The answer.
    type Response: Wire + Send;
}

macro_rules! rpcs {
    ($( $(#[$meta:meta])* $variant:ident = $name:literal, $kind:ident ($request:ty) -> $response:ty; )*) => {
        /// Every RPC that is known here.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum RpcCode { $( $(#[$meta])* $variant, )* }

        impl RpcCode {
            /// All of them.
            pub const ALL: &[Self] = &[ $( Self::$variant, )* ];

            /// The name of the request's message.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// The name of the answer's message.
            pub const fn ack_name(self) -> &'static str {
                match self { $( Self::$variant => concat!($name, "_ACK"), )* }
            }

            /// What kind of work it is.
            pub const fn kind(self) -> RpcKind {
                match self { $( Self::$variant => RpcKind::$kind, )* }
            }

            /// The RPC of that name.
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
    /// How long a row has left; the request is its encoded key.
    Ttl = "RPC_RRDB_RRDB_TTL", Read (Bytes) -> TtlResponse;
    /// Reads rows of a hash key.
    MultiGet = "RPC_RRDB_RRDB_MULTI_GET", Read (MultiGetRequest) -> MultiGetResponse;
    /// Sets rows of a hash key.
    MultiPut = "RPC_RRDB_RRDB_MULTI_PUT", IdempotentWrite (MultiPutRequest) -> UpdateResponse;
    /// Removes rows of a hash key.
    MultiRemove = "RPC_RRDB_RRDB_MULTI_REMOVE", IdempotentWrite (MultiRemoveRequest) -> MultiRemoveResponse;
    /// Counts the rows of a hash key; the request is the hash key, not encoded.
    SortkeyCount = "RPC_RRDB_RRDB_SORTKEY_COUNT", Read (Bytes) -> CountResponse;
    /// Reads rows of a partition.
    BatchGet = "RPC_RRDB_RRDB_BATCH_GET", Read (BatchGetRequest) -> BatchGetResponse;
    /// Adds to an integer.
    Incr = "RPC_RRDB_RRDB_INCR", AtomicWrite (IncrRequest) -> IncrResponse;
    /// Sets a row when a check passes.
    CheckAndSet = "RPC_RRDB_RRDB_CHECK_AND_SET", AtomicWrite (CheckAndSetRequest) -> CheckAndSetResponse;
    /// Changes rows when a check passes.
    CheckAndMutate = "RPC_RRDB_RRDB_CHECK_AND_MUTATE", AtomicWrite (CheckAndMutateRequest) -> CheckAndSetResponse;
    /// Starts a scan.
    GetScanner = "RPC_RRDB_RRDB_GET_SCANNER", Read (GetScannerRequest) -> ScanResponse;
    /// Continues a scan.
    Scan = "RPC_RRDB_RRDB_SCAN", Read (ScanRequest) -> ScanResponse;
    /// Gives up a scan; the request is its context id. Never answered when it succeeds.
    ClearScanner = "RPC_RRDB_RRDB_CLEAR_SCANNER", Read (i64) -> ScanResponse;

    /// Asks where the partitions of a table are.
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
    /// Asks about the cluster.
    ClusterInfo = "RPC_CM_CLUSTER_INFO", Meta (ClusterInfoRequest) -> ClusterInfoResponse;
    /// Changes the settings of a table.
    UpdateAppEnv = "RPC_CM_UPDATE_APP_ENV", Meta (UpdateAppEnvRequest) -> UpdateAppEnvResponse;
    /// Doubles the partitions of a table.
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
