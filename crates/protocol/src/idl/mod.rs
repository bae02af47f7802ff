//! The messages, declared as in the IDL.

mod admin;
mod data;
mod enums;
mod header;
mod meta;
mod query_cfg_reader;
mod security;

pub use admin::*;
pub use data::*;
pub use enums::*;
pub use header::*;
pub use meta::*;
pub use query_cfg_reader::QueryCfgReader;
pub use security::*;
