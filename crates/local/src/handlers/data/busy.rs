//! The answer to a read of a table that has used up its bytes per second: `ERR_BUSY` in the header
//! and, unlike elsewhere, a body. The body carries only the partition and the server.

use pegasus_protocol::idl::*;
use pegasus_protocol::rpc::{self, RpcCode};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::{ErrorCode, Gpid};

use crate::exchange::{Answer, Exchange};

/// Answers a read with an empty body. `None` if real servers do not count the RPC among the reads.
#[allow(clippy::wildcard_enum_match_arm)] // writes do not count as reads
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
