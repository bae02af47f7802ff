//! The thrift binary protocol: types, a checked reader, and the macro that turns IDL text into structs.

pub(crate) mod idl;
pub(crate) mod list;
pub(crate) mod message;
pub(crate) mod reader;
pub(crate) mod skip;
pub(crate) mod text;
pub(crate) mod wire;

pub(crate) use idl::idl;
pub(crate) use list::ListReader;
pub use message::{MessageHead, MessageType};
pub use reader::Reader;
pub use text::Text;
pub(crate) use wire::write_bytes;

pub use crate::ttype::TType;
pub use wire::{Wire, read_stop, write_field_header, write_stop};
