//! Results of conditional writes: a byte of bits, then the checked value.

use bytes::{BufMut, Bytes};
use napi_derive::napi;
use pegasus_client::CheckResult;

use crate::bridge::completion::Completion;

/// Bits of the byte that the result of a conditional write starts with.
#[napi(object_from_js = false, object_to_js = false)]
pub enum CheckResultBit {
    /// The check held, so the write was applied.
    Succeeded = 1,
    /// The server returned the checked row.
    Returned = 2,
    /// The checked row existed. Its value follows the byte.
    Existed = 4,
}

/// The result of a conditional write.
pub(crate) fn check_result(result: CheckResult) -> Completion {
    let value = result.check_value.as_ref().and_then(Option::as_ref);
    let bits = [
        (result.succeeded, CheckResultBit::Succeeded),
        (result.check_value.is_some(), CheckResultBit::Returned),
        (value.is_some(), CheckResultBit::Existed),
    ];
    let value = value.map(Bytes::as_ref).unwrap_or_default();
    let mut out = Vec::with_capacity(1 + value.len());
    out.put_u8(bits.into_iter().filter(|(set, _)| *set).map(|(_, bit)| bit as u8).sum());
    out.put_slice(value);
    Completion::Bytes(out.into())
}
