//! The addresses of servers: by name, by IP address, or both.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use pegasus_protocol::types::{HostPort, RpcAddress};

use crate::error::Error;

/// The address of a server: a name, an IP address, or both.
///
/// Configurations since 2.6 give both. The name is tried first, because it survives a change of the IP
/// address. The IP address serves networks in which the name does not resolve, or only slowly.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct ServerAddress {
    name: Option<(Arc<str>, u16)>,
    ip: Option<SocketAddr>,
}

impl ServerAddress {
    /// Parses `host:port`, `1.2.3.4:port` or `[::1]:port`.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |reason: &str| {
            Error::invalid_argument(format!(
                "meta server {:?}: {reason}; expected host:port or [IPv6]:port",
                without_credentials(text)
            ))
        };
        let (host, port) = text.rsplit_once(':').ok_or_else(|| refuse("there is no port"))?;
        let port = match port.parse::<u16>() {
            Ok(port) if port > 0 => port,
            _ => return Err(refuse("the port is not a number from 1 to 65535")),
        };
        if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let ip: Ipv6Addr = inner.parse().map_err(|_| refuse("the brackets hold no IPv6 address"))?;
            return Ok(Self { name: None, ip: Some((ip, port).into()) });
        }
        if let Ok(ip) = host.parse::<Ipv4Addr>() {
            return Ok(Self { name: None, ip: Some((ip, port).into()) });
        }
        if !is_host_name(host) {
            return Err(refuse("the host is neither a name nor an address"));
        }
        Ok(Self { name: Some((host.into(), port)), ip: None })
    }

    /// The address of a server in a configuration. `None`: the configuration names no server.
    pub(crate) fn from_configuration(address: RpcAddress, host_port: Option<&HostPort>) -> Option<Self> {
        let ip = address.socket_addr().map(SocketAddr::V4);
        // A name that is an IP address adds nothing. Ignoring it keeps one address for one server.
        let named =
            |hp: &&HostPort| hp.is_some() && (ip.is_none() || hp.host.to_str().parse::<Ipv4Addr>().is_err());
        let name = host_port.filter(named).map(|hp| (hp.host.to_str().into(), hp.port));
        (name.is_some() || ip.is_some()).then_some(Self { name, ip })
    }

    /// The name with its port, if there is one.
    pub(crate) fn name(&self) -> Option<(&Arc<str>, u16)> {
        self.name.as_ref().map(|(host, port)| (host, *port))
    }

    /// The IP address, alone or beside the name.
    pub(crate) fn ip(&self) -> Option<SocketAddr> {
        self.ip
    }
}

/// Cuts off what precedes an `@`: a URL given by mistake may hold a password, which must not reach errors and
/// logs.
fn without_credentials(text: &str) -> String {
    text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, host)| format!("…@{host}"))
}

/// Whether a host consists of letters, digits, `-`, `_` and dots. Only digits and dots: a mistyped IP
/// address.
fn is_host_name(host: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let numeric = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    !host.is_empty() && host.bytes().all(fits) && !numeric
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.name, &self.ip) {
            (Some((host, port)), _) => write!(f, "{host}:{port}"),
            (None, Some(ip)) => write!(f, "{ip}"),
            (None, None) => f.write_str("no address"),
        }
    }
}

impl fmt::Debug for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_can_be_used() {
        for text in ["127.0.0.1:34601", "meta-1.example.org:1", "localhost:65535", "[::1]:34601", "a_b:2"] {
            assert_eq!(ServerAddress::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn addresses_that_cannot() {
        let bad = [
            "",
            "host",
            "host:",
            "host:0",
            "host:65536",
            "host:-1",
            ":1",
            "127.0.0.256:1",
            "[::g]:1",
            "a b:1",
            "::1:34601",
        ];
        for text in bad {
            let error = ServerAddress::parse(text).unwrap_err();
            assert_eq!(error.code(), "ERR_INVALID_ARGUMENT");
            assert!(error.message().contains(&format!("{text:?}")), "{error}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        let error = ServerAddress::parse("pegasus://me:p@ssword@meta:34601").unwrap_err();
        assert!(error.message().contains("…@meta:34601"), "{error}");
        assert!(!error.message().contains("ssword"), "{error}");
    }

    #[test]
    fn a_configuration_gives_a_name_an_address_or_both() {
        let ip = "127.0.0.1:34801".parse().unwrap();
        let host = HostPort::new("replica-1", 34802);
        let both = ServerAddress::from_configuration(RpcAddress::from(ip), Some(&host)).unwrap();
        assert_eq!(both.name(), Some((&"replica-1".into(), 34802)));
        assert_eq!(both.ip(), Some(SocketAddr::V4(ip)));
        let only_ip = ServerAddress::from_configuration(RpcAddress::from(ip), None).unwrap();
        assert_eq!((only_ip.name(), only_ip.ip()), (None, Some(SocketAddr::V4(ip))));
        assert_eq!(ServerAddress::from_configuration(RpcAddress::NONE, Some(&HostPort::NONE)), None);
    }
}
