//! What all replies of meta servers have in common: an error code, the leader, the reason of a refusal.

use pegasus_protocol::idl::QueryCfgResponse;
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use crate::address::ServerAddress;

/// A reply of a meta server: its error code and, from a follower, the leader's address.
pub(crate) trait MetaAnswer {
    fn error(&self) -> &ErrorCode;

    /// The leader, where the reply names it.
    fn leader(&self) -> Option<ServerAddress> {
        None
    }

    /// The reason of a refusal in words, where the reply has one.
    fn hint(&self) -> Option<&Text> {
        None
    }
}

impl MetaAnswer for QueryCfgResponse {
    fn error(&self) -> &ErrorCode {
        &self.err
    }

    fn leader(&self) -> Option<ServerAddress> {
        let leader = self.partitions.first()?;
        ServerAddress::from_configuration(leader.primary, leader.hp_primary.as_ref())
    }
}
