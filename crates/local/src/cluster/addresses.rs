//! Addresses of a cluster: resolving its host, listening, finding the server at an address.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use pegasus_protocol::thrift::Text;
use tokio::net::TcpListener;

use crate::error::{ServerError, StartError};

/// Resolves a host to an IPv4 address. The protocol has no others.
pub(super) async fn resolve(host: &str) -> Result<Ipv4Addr, StartError> {
    let fail = |source| StartError::InvalidHost { host: host.to_owned(), source };
    let ip = match host.parse() {
        Ok(ip) => ip,
        Err(_) => {
            let found = tokio::net::lookup_host((host, 0)).await.map_err(|error| fail(Some(error)))?;
            let ipv4 =
                |address| if let SocketAddr::V4(address) = address { Some(*address.ip()) } else { None };
            found.into_iter().find_map(ipv4).ok_or_else(|| fail(None))?
        }
    };
    if ip.is_unspecified() {
        let reason = format!("the host must be an address that clients reach, and {host} is not one");
        return Err(StartError::InvalidOption { reason });
    }
    Ok(ip)
}

/// The name of the servers' host in answers that carry host names.
pub(super) fn host_name(host: &str) -> Text {
    if host == "127.0.0.1" { Text::from_static("localhost") } else { host.into() }
}

/// Listens at `count` ports: `port`, `port` + 1, …, or any free ports if `port` is 0.
pub(super) async fn listen(
    ip: Ipv4Addr,
    port: u16,
    count: u16,
) -> Result<Vec<(SocketAddrV4, TcpListener)>, StartError> {
    let mut listeners = Vec::new();
    for index in 0..count {
        let address = SocketAddrV4::new(ip, if port == 0 { 0 } else { port + index });
        let fail = |source| StartError::Listen { address: address.into(), source };
        let listener = TcpListener::bind(address).await.map_err(fail)?;
        let port = listener.local_addr().map_err(fail)?.port();
        listeners.push((SocketAddrV4::new(ip, port), listener));
    }
    Ok(listeners)
}

/// The index of the server at an address.
pub(super) fn find_server(
    servers: &[SocketAddrV4],
    kind: &'static str,
    address: SocketAddr,
) -> Result<usize, ServerError> {
    let found = servers.iter().position(|server| SocketAddr::V4(*server) == address);
    found.ok_or_else(|| {
        let known: Vec<_> = servers.iter().map(ToString::to_string).collect();
        ServerError::Unknown {
            kind,
            address: address.to_string(),
            known: format!("there are {}", known.join(", ")),
        }
    })
}
