//! What a cluster needs before it runs: addresses, listeners, the storage with its tables.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use pegasus_protocol::thrift::Text;
use tokio::net::TcpListener;

use crate::clock::Clock;
use crate::error::{CreateTableError, StartError, StoreError};
use crate::state::ClusterState;
use crate::store::Store;
use crate::topology::Topology;

/// Opens the storage and sees to it that the tables are there.
///
/// Not every damage is an error to the storage engine; at some it panics.
pub(super) fn open(
    data_dir: Option<PathBuf>,
    tables: Vec<(String, u32)>,
    topology: Topology,
    clock: Arc<dyn Clock>,
    host_name: Option<Text>,
) -> Result<ClusterState, StartError> {
    let opening = AssertUnwindSafe(|| load(data_dir.clone(), tables, topology, clock, host_name));
    catch_unwind(opening).unwrap_or_else(|_| {
        let damaged = StoreError::Damaged("the storage engine gave up when it read it");
        Err(StartError::store(data_dir, damaged))
    })
}

fn load(
    data_dir: Option<PathBuf>,
    tables: Vec<(String, u32)>,
    topology: Topology,
    clock: Arc<dyn Clock>,
    host_name: Option<Text>,
) -> Result<ClusterState, StartError> {
    let fail = |source: StoreError| StartError::store(data_dir.clone(), source);
    let store = Store::open(data_dir.as_deref()).map_err(fail)?;
    let state = ClusterState::load(store, topology, clock, host_name).map_err(fail)?;
    for (name, partition_count) in tables {
        let stored =
            state.topology().table_by_name(&name.as_str().into()).map(|table| table.info.partition_count);
        match stored {
            None => drop(state.create_table(&name, partition_count).map_err(|error| match error {
                CreateTableError::Store(source) => fail(source),
                refused => StartError::InvalidOption { reason: refused.to_string() },
            })?),
            Some(stored) if stored as u32 == partition_count => {}
            Some(stored) => {
                return Err(StartError::OtherPartitionCount { name, stored, asked: partition_count });
            }
        }
    }
    Ok(state)
}

/// The IPv4 address of a host: addresses on the wire are no other.
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
        let reason = format!("the host must be an address that clients reach, and {host} is none");
        return Err(StartError::InvalidOption { reason });
    }
    Ok(ip)
}

/// The name that answers carry for the servers' host.
pub(super) fn host_name(host: &str) -> Text {
    if host == "127.0.0.1" { Text::from_static("localhost") } else { host.into() }
}

/// Listens at `count` ports: from `port` on, or at any when it is 0.
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
