//! The types with an encoding of Pegasus's own: the field header announces STRUCT, and a bare value follows.

mod address;
mod error_code;
mod gpid;
mod host_port;

pub use address::RpcAddress;
pub use error_code::ErrorCode;
pub use gpid::Gpid;
pub use host_port::HostPort;
