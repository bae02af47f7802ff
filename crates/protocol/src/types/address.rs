//! IPv4 addresses of servers.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddrV4};

use bytes::{BufMut, BytesMut};

use crate::error::DecodeError;
use crate::thrift::{Reader, TType, Wire};

const KIND_IPV4: u64 = 1;

/// The address of a server: an IPv4 address and a port, or no server.
///
/// On the wire it is one 64-bit number, `ip << 32 | port << 16 | kind`; 0 means "no server".
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct RpcAddress(u64);

impl RpcAddress {
    /// "No server", for example the primary of a partition that has none.
    pub const NONE: Self = Self(0);

    /// The IPv4 address and port. `None`: no server, or a kind without an address (a group).
    pub fn socket_addr(self) -> Option<SocketAddrV4> {
        let ip = Ipv4Addr::from((self.0 >> 32) as u32);
        (self.0 & 0b11 == KIND_IPV4).then(|| SocketAddrV4::new(ip, (self.0 >> 16) as u16))
    }
}

impl From<SocketAddrV4> for RpcAddress {
    fn from(addr: SocketAddrV4) -> Self {
        Self((u64::from(u32::from(*addr.ip())) << 32) | (u64::from(addr.port()) << 16) | KIND_IPV4)
    }
}

impl fmt::Debug for RpcAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.socket_addr() {
            Some(addr) => fmt::Display::fmt(&addr, f),
            None => write!(f, "no address ({:#x})", self.0),
        }
    }
}

impl Wire for RpcAddress {
    const TYPE: TType = TType::Struct;

    fn write(&self, out: &mut BytesMut) {
        out.put_u64(self.0);
    }

    fn read(input: &mut Reader) -> Result<Self, DecodeError> {
        Ok(Self(input.i64()? as u64))
    }
}
