//! Frames: the requests and replies on a connection, delimited by their lengths.

mod envelope;
mod reply;
mod request;

pub use reply::{MAX_REPLY_LENGTH, ReplyFrame, decode_reply, encode_error, encode_reply};
pub use request::{
    HeaderVersion, RequestFrame, RequestHeader, body_length, decode_request, encode_probe, encode_request,
    encode_request_as, shorten_timeout,
};
