//! The host names of servers, which configurations carry since 2.6.

use std::fmt;

use bytes::{BufMut, BytesMut};

use crate::error::DecodeError;
use crate::thrift::{Reader, TType, Text, Wire};

const KIND_NONE: u8 = 0;
const KIND_HOST: u8 = 1;

/// A host name (or address) and a port, or no server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct HostPort {
    /// The name as the server spells it.
    pub host: Text,
    /// The port.
    pub port: u16,
    kind: u8,
}

impl HostPort {
    /// "No server".
    pub const NONE: Self = Self { host: Text::from_static(""), port: 0, kind: KIND_NONE };

    /// The server with this name.
    pub fn new(host: impl Into<Text>, port: u16) -> Self {
        Self { host: host.into(), port, kind: KIND_HOST }
    }

    /// Whether it names a server.
    pub fn is_some(&self) -> bool {
        self.kind == KIND_HOST && !self.host.is_empty() && self.port != 0
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl Wire for HostPort {
    const TYPE: TType = TType::Struct;

    fn write(&self, out: &mut BytesMut) {
        self.host.write(out);
        out.put_u16(self.port);
        out.put_u8(self.kind);
    }

    fn read(input: &mut Reader) -> Result<Self, DecodeError> {
        let host = Text::read(input)?;
        let port = input.i16()? as u16;
        Ok(Self { host, port, kind: input.u8()? })
    }
}
