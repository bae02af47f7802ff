//! Helpers for the tests of servers.

use std::net::SocketAddr;
use std::time::Duration;

use pegasus_protocol::idl::*;
use pegasus_protocol::rpc;
use pegasus_protocol::types::RpcAddress;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{Peer, TABLE, TestCluster, encoded, locate, meta_header, put_request};

// When the cluster notices that a server is gone.
pub(super) const NEVER: Option<Duration> = None;
pub(super) const AT_ONCE: Option<Duration> = Some(Duration::ZERO);
pub(super) const IN_AN_HOUR: Option<Duration> = Some(Duration::from_secs(3600));

/// How long a test waits to be sure that no answer comes.
pub(super) const A_MOMENT: Duration = Duration::from_millis(200);

impl TestCluster {
    pub(super) async fn partition(&self, index: usize) -> PartitionConfiguration {
        let mut meta = Peer::connect(self.cluster.meta_leader()).await;
        locate(&mut meta, TABLE).await.partitions.swap_remove(index)
    }

    /// Sets a row of partition 0 at its present primary.
    pub(super) async fn put(&self, value: &'static str) {
        let primary = self.cluster.primary(TABLE, 0).unwrap().expect("a primary");
        let request = put_request(&encoded("h", "s"), value, 0);
        let answer = Peer::connect(primary).await.ask::<rpc::Put>(&self.header(0), &request).await;
        assert_eq!(answer.error, 0);
    }

    /// Reads that row at the present primary.
    pub(super) async fn get(&self) -> bytes::Bytes {
        let primary = self.cluster.primary(TABLE, 0).unwrap().expect("a primary");
        let mut peer = Peer::connect(primary).await;
        peer.ask::<rpc::Get>(&self.header(0), &encoded("h", "s")).await.value
    }

    pub(super) async fn nodes(&self, status: NodeStatus) -> Vec<SocketAddr> {
        let mut meta = Peer::connect(self.cluster.meta_leader()).await;
        let request = ListNodesRequest { status: status.into() };
        let nodes = meta.ask::<rpc::ListNodes>(&meta_header(), &request).await.infos;
        nodes.iter().map(|node| address(node.node).unwrap()).collect()
    }
}

pub(super) fn address(at: RpcAddress) -> Option<SocketAddr> {
    at.socket_addr().map(SocketAddr::V4)
}

pub(super) fn addresses(servers: &[RpcAddress]) -> Vec<SocketAddr> {
    servers.iter().map(|at| address(*at).unwrap()).collect()
}

/// Asserts that a connection stays open without an answer.
pub(super) async fn expect_silence(peer: &mut Peer) {
    assert!(timeout(A_MOMENT, peer.answer_or_end()).await.is_err());
}

pub(super) async fn is_refused(server: SocketAddr) -> bool {
    let refused = TcpStream::connect(server).await.err().map(|error| error.kind());
    refused == Some(std::io::ErrorKind::ConnectionRefused)
}
