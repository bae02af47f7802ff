//! The Apache Pegasus wire protocol: converts bytes to values and back, in both directions.
//!
//! The crate uses no sockets, no runtime and no timers. Received bytes are passed in; bytes to send are
//! appended to a buffer. Client and local server share every type here, so neither knows a name or a field
//! that the other lacks.
//!
//! * [`rpc`]: the one table of RPCs.
//! * [`idl`]: the messages, as the IDL declares them.
//! * [`frame`]: the framing of requests and replies on a connection.
//! * [`thrift`] and [`types`]: the encoding of values, and Pegasus's special types.
//! * [`key`] and [`expiry`]: keys, hashes and partitions; expiry timestamps.
//! * [`status`]: the storage status codes in replies.
//!
//! Bytes from a peer are not trusted. Every length is checked before it is used, and malformed bytes become a
//! [`DecodeError`], never a panic.

mod error;
pub mod expiry;
pub mod frame;
pub mod idl;
pub mod key;
pub mod rpc;
#[cfg(test)]
mod sample;
pub mod status;
pub mod thrift;
mod ttype;
pub mod types;

pub use error::DecodeError;
