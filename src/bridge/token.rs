//! Tokens: the numbers by which JavaScript knows its operations.

use napi_derive::napi;

/// Added to a token when the operation can be cancelled later. Its record carries the token without this bit.
#[napi]
pub const CANCELLABLE: u32 = 0x8000_0000;

/// The token of everything that belongs to no promise. JavaScript never gives it to an operation.
pub(crate) const NO_TOKEN: u32 = 0;

/// The token without the bit that says how the operation was started.
pub(crate) fn plain_token(token: u32) -> u32 {
    token & !CANCELLABLE
}
