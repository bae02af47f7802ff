//! The address of a server with its host name.

use std::net::SocketAddrV4;

use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::HostPort;

pub(super) fn host_port(name: &Text, at: SocketAddrV4) -> HostPort {
    HostPort::new(name.clone(), at.port())
}
