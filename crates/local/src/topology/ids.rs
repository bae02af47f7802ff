//! Identities of tables and servers.

use pegasus_protocol::thrift::Text;

/// The id of a table.
pub type AppId = i32;

/// The role of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The meta server with this index.
    Meta(usize),
    /// The replica server with this index.
    Replica(usize),
}

/// The server that has received a request.
pub(crate) struct Recipient {
    /// The role of the server.
    pub(crate) role: Role,
    /// The address of the server, as answers carry it.
    pub(crate) name: Text,
}
