//! How tables and servers are told apart.

use pegasus_protocol::thrift::Text;

/// The number of a table.
pub type AppId = i32;

/// What a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The meta server of that index.
    Meta(usize),
    /// The replica server of that index.
    Replica(usize),
}

/// The server that a request has come to.
pub(crate) struct Recipient {
    /// What it is.
    pub(crate) role: Role,
    /// Its address, as answers name it.
    pub(crate) name: Text,
}
