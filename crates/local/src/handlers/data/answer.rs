//! Calls the handler of a data RPC.

use pegasus_protocol::DecodeError;
use pegasus_protocol::rpc::{self, RpcCode};
use pegasus_protocol::types::ErrorCode;

use super::call::DataCall;
use super::{
    batch_get, check, get, incr, multi_get, multi_put, multi_remove, put, remove, scanner, sortkey_count,
};
use crate::exchange::{Answer, Exchange};

/// Answers a request to a partition.
#[allow(clippy::wildcard_enum_match_arm)] // only codes of data RPCs arrive here
pub(crate) fn answer(
    code: RpcCode,
    call: &DataCall<'_>,
    mut exchange: Exchange<'_>,
) -> Result<Answer, DecodeError> {
    match code {
        RpcCode::Get => exchange.answer::<rpc::Get>(|request| get::get(call, request)),
        RpcCode::Put => exchange.answer::<rpc::Put>(|request| put::put(call, request)),
        RpcCode::Remove => exchange.answer::<rpc::Remove>(|request| remove::remove(call, request)),
        RpcCode::Ttl => exchange.answer::<rpc::Ttl>(|request| get::ttl(call, request)),
        RpcCode::MultiGet => exchange.answer::<rpc::MultiGet>(|request| multi_get::multi_get(call, request)),
        RpcCode::MultiPut => exchange.answer::<rpc::MultiPut>(|request| multi_put::multi_put(call, request)),
        RpcCode::MultiRemove => {
            exchange.answer::<rpc::MultiRemove>(|request| multi_remove::multi_remove(call, request))
        }
        RpcCode::SortkeyCount => {
            exchange.answer::<rpc::SortkeyCount>(|request| sortkey_count::sortkey_count(call, request))
        }
        RpcCode::BatchGet => exchange.answer::<rpc::BatchGet>(|request| batch_get::batch_get(call, request)),
        RpcCode::Incr => exchange.answer::<rpc::Incr>(|request| incr::incr(call, request)),
        RpcCode::CheckAndSet => {
            exchange.answer::<rpc::CheckAndSet>(|request| check::check_and_set(call, request))
        }
        RpcCode::CheckAndMutate => {
            exchange.answer::<rpc::CheckAndMutate>(|request| check::check_and_mutate(call, request))
        }
        RpcCode::GetScanner => {
            exchange.answer::<rpc::GetScanner>(|request| scanner::get_scanner(call, request))
        }
        RpcCode::Scan => exchange.answer::<rpc::Scan>(|request| scanner::scan(call, request)),
        RpcCode::ClearScanner => {
            scanner::clear_scanner(call, exchange.frame.arguments()?);
            Ok(Answer::Silence)
        }
        _ => Ok(exchange.refuse(ErrorCode::HandlerNotFound)),
    }
}
