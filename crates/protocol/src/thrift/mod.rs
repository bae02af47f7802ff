//! The thrift binary protocol: types, a checked reader, and the macro that turns IDL text into structs.

mod idl;
mod message;
mod reader;
mod skip;
mod text;
mod wire;

pub(crate) use idl::idl;
pub use message::{MessageHead, MessageType};
pub use reader::Reader;
pub use text::Text;
pub(crate) use wire::write_bytes;
pub use wire::{TType, Wire, read_stop, write_field_header, write_stop};
