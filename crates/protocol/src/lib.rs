//! The Apache Pegasus wire protocol: bytes to values and back, in both directions.
//!
//! No sockets, no runtime, no clock: what arrives is given in, what shall be sent is appended to a
//! buffer. Client and local server meet here and nowhere else, so neither knows a name or a field
//! that the other lacks.
//!
//! * [`rpc`]: the one table of RPCs.
//! * [`idl`]: the messages, as the IDL writes them.
//! * [`frame`]: where a request or an answer starts and ends.
//! * [`thrift`] and [`types`]: how values are written; Pegasus's special types.
//! * [`key`] and [`expiry`]: keys, hashes, partitions; timestamps.
//! * [`status`]: the storage codes in answers.
//!
//! Bytes from a peer are never trusted: each length is checked before it is believed, and whatever
//! is wrong with them becomes a [`DecodeError`], never a panic.

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
