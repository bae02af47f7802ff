//! What is answered to reads of a table whose bytes to read are used up: `ERR_BUSY` in the header,
//! and unlike elsewhere a body, in which nothing but the partition and the server is filled in.

use pegasus_protocol::idl::*;
use pegasus_protocol::rpc::{self, RpcCode};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::{ErrorCode, Gpid};

use crate::exchange::{Answer, Exchange};

/// Answers a read with nothing. None where the servers do not count the RPC among the reads.
#[allow(clippy::wildcard_enum_match_arm)] // writes read nothing that is counted
pub(crate) fn busy(code: RpcCode, gpid: Gpid, server: &Text, exchange: &mut Exchange<'_>) -> Option<Answer> {
    let Gpid { app_id, partition_index } = gpid;
    let server = server.clone();
    macro_rules! busy {
        ($rpc:ident: $response:ident) => {
            exchange.refuse_with_body::<rpc::$rpc>(
                &ErrorCode::Busy,
                &$response { app_id, partition_index, server, ..$response::default() },
            )
        };
    }
    Some(match code {
        RpcCode::Get => busy!(Get: ReadResponse),
        RpcCode::Ttl => busy!(Ttl: TtlResponse),
        RpcCode::MultiGet => busy!(MultiGet: MultiGetResponse),
        RpcCode::BatchGet => busy!(BatchGet: BatchGetResponse),
        RpcCode::SortkeyCount => busy!(SortkeyCount: CountResponse),
        RpcCode::GetScanner => busy!(GetScanner: ScanResponse),
        RpcCode::Scan => busy!(Scan: ScanResponse),
        _ => return None,
    })
}
