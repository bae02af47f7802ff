//! A cluster with one table and a clock that the test moves.

use std::net::SocketAddr;
use std::sync::Arc;

use pegasus_local::{Cluster, ClusterOptions, ManualClock};
use pegasus_protocol::frame::RequestHeader;
use pegasus_protocol::idl::*;
use pegasus_protocol::key;
use pegasus_protocol::types::{ErrorCode, Gpid};

use super::meta::locate;
use super::peer::Peer;
use super::requests::{header, set_envs};

/// The time at which test clusters start.
pub(crate) const START: u32 = 300_000_000;

/// A cluster with one table, and a clock that the test moves.
pub(crate) struct TestCluster {
    pub(crate) cluster: Cluster,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) table: QueryCfgResponse,
}

/// The name of the table of [`TestCluster`].
pub(crate) const TABLE: &str = "temp";

impl TestCluster {
    pub(crate) async fn start(partition_count: u32) -> Self {
        Self::start_with(partition_count, ClusterOptions::default()).await
    }

    pub(crate) async fn start_with(partition_count: u32, options: ClusterOptions) -> Self {
        let options = ClusterOptions { tables: vec![(TABLE.to_owned(), partition_count)], ..options };
        let clock = Arc::new(ManualClock::new(START));
        let cluster = Cluster::start_with_clock(options, clock.clone()).await.unwrap();
        let table = locate(&mut Peer::connect(cluster.meta_servers()[0]).await, TABLE).await;
        Self { cluster, clock, table }
    }

    pub(crate) fn gpid(&self, partition_index: i32) -> Gpid {
        Gpid { app_id: self.table.app_id, partition_index }
    }

    /// The header of a request to a partition.
    pub(crate) fn header(&self, partition_index: i32) -> RequestHeader {
        header(self.gpid(partition_index))
    }

    /// The header of a request for an encoded key.
    pub(crate) fn header_of(&self, key: &[u8]) -> RequestHeader {
        let hash = key::hash(key).unwrap();
        let index = key::partition_index(hash, self.table.partition_count as u32);
        RequestHeader { partition_hash: hash, ..self.header(index as i32) }
    }

    /// The address of a partition's primary.
    pub(crate) fn primary(&self, partition_index: i32) -> SocketAddr {
        let partition = &self.table.partitions[partition_index as usize];
        partition.primary.socket_addr().expect("a primary").into()
    }

    /// A connection to a partition's primary.
    pub(crate) async fn peer(&self, partition_index: i32) -> Peer {
        Peer::connect(self.primary(partition_index)).await
    }
}

impl TestCluster {
    /// A connection to the first meta server.
    pub(crate) async fn meta(&self) -> Peer {
        Peer::connect(self.cluster.meta_servers()[0]).await
    }

    /// Sets envs of the table, which must succeed.
    pub(crate) async fn set_envs(&self, envs: &[(&str, &str)]) {
        let answer = self.meta().await.update_envs(&set_envs(TABLE, envs)).await;
        assert_eq!((answer.err, answer.hint_message), (ErrorCode::Ok, "".into()));
    }
}
