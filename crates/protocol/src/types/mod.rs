//! The types whose encoding is Pegasus's own: announced as STRUCT, written as a bare value.

mod address;
mod error_code;
mod gpid;
mod host_port;

pub use address::RpcAddress;
pub use error_code::ErrorCode;
pub use gpid::Gpid;
pub use host_port::HostPort;
