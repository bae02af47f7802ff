//! The answers of meta servers to clients.

use pegasus_local::ClusterOptions;
use pegasus_protocol::idl::{QueryCfgRequest, QueryCfgResponse};
use pegasus_protocol::rpc;
use pegasus_protocol::types::{ErrorCode, Gpid, HostPort, RpcAddress};

use crate::support::{Peer, TABLE, TestCluster, header, locate};

async fn query(cluster: &TestCluster, meta: usize, table: &str, indices: &[i32]) -> QueryCfgResponse {
    let mut peer = Peer::connect(cluster.cluster.meta_servers()[meta]).await;
    let request = QueryCfgRequest { app_name: table.into(), partition_indices: indices.to_vec() };
    peer.ask::<rpc::QueryCfg>(&header(Gpid::default()), &request).await
}

#[tokio::test]
async fn a_table_is_spread_over_the_servers() {
    let cluster = TestCluster::start(8).await;
    let table = query(&cluster, 0, TABLE, &[]).await;
    assert_eq!((table.err, table.app_id, table.partition_count), (ErrorCode::Ok, 1, 8));
    assert!(table.is_stateful);
    let servers: Vec<_> = cluster.cluster.replica_servers();
    for (index, partition) in table.partitions.iter().enumerate() {
        assert_eq!(partition.pid, cluster.gpid(index as i32));
        assert!(partition.ballot >= 1);
        assert_eq!(partition.max_replica_count, 3);
        assert_eq!(partition.primary.socket_addr().map(Into::into), Some(servers[index % 3]));
        assert_eq!(partition.secondaries.len(), 2);
        assert!(!partition.secondaries.contains(&partition.primary));
        assert_eq!((&partition.hp_primary, &partition.hp_secondaries), (&None, &None));
    }
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn some_partitions_can_be_asked_for() {
    let cluster = TestCluster::start(4).await;
    let indices = |table: QueryCfgResponse| -> Vec<i32> {
        table.partitions.iter().map(|partition| partition.pid.partition_index).collect()
    };
    assert_eq!(indices(query(&cluster, 0, TABLE, &[2, 1]).await), [2, 1]);
    assert_eq!(indices(query(&cluster, 0, TABLE, &[-1, 3, 4]).await), [3]);
    assert_eq!(indices(query(&cluster, 0, TABLE, &[4]).await), [0, 1, 2, 3]);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_table_that_is_not_there() {
    let cluster = TestCluster::start(1).await;
    let expected = QueryCfgResponse { err: ErrorCode::ObjectNotFound, ..QueryCfgResponse::default() };
    assert_eq!(query(&cluster, 0, "nope", &[]).await, expected);
    assert_eq!(query(&cluster, 0, "", &[]).await, expected);
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn followers_name_the_leader() {
    let options = ClusterOptions { meta_servers: 3, ..ClusterOptions::default() };
    let cluster = TestCluster::start_with(1, options).await;
    let leader = cluster.cluster.meta_servers()[0];
    for follower in [1, 2] {
        let answer = query(&cluster, follower, TABLE, &[]).await;
        assert_eq!(answer.err, ErrorCode::ForwardToOthers);
        assert_eq!((answer.app_id, answer.partition_count, answer.is_stateful), (0, 0, false));
        let [partition] = answer.partitions.as_slice() else { panic!("{answer:?}") };
        assert_eq!(partition.primary.socket_addr().map(Into::into), Some(leader));
        assert_eq!((partition.ballot, partition.pid), (0, Gpid::default()));
        assert!(partition.secondaries.is_empty());
        assert_eq!(partition.hp_primary, None);
    }
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn host_names_where_they_are_wanted() {
    let options = ClusterOptions { host_ports: true, meta_servers: 2, ..ClusterOptions::default() };
    let cluster = TestCluster::start_with(2, options).await;
    let named = |at: &RpcAddress| HostPort::new("localhost", at.socket_addr().unwrap().port());
    for partition in &cluster.table.partitions {
        assert_eq!(partition.hp_primary, Some(named(&partition.primary)));
        assert_eq!(partition.hp_secondaries, Some(partition.secondaries.iter().map(named).collect()));
        assert_eq!(partition.hp_last_drops, Some(vec![]));
    }
    let forwarded = query(&cluster, 1, TABLE, &[]).await.partitions.remove(0);
    assert_eq!(forwarded.hp_primary, Some(named(&forwarded.primary)));
    assert_eq!((forwarded.hp_secondaries, forwarded.hp_last_drops), (None, None));
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test]
async fn tables_can_be_created_while_it_runs() {
    let cluster = TestCluster::start(1).await;
    assert_eq!(cluster.cluster.create_table("three", 3).await.unwrap(), 2);
    let mut meta = Peer::connect(cluster.cluster.meta_servers()[0]).await;
    let table = locate(&mut meta, "three").await;
    assert_eq!((table.app_id, table.partitions.len()), (2, 3));
    for (name, count, code) in
        [("three", 3, "ERR_APP_EXIST"), ("", 8, "ERR_INVALID_ARGUMENT"), ("none", 0, "ERR_INVALID_ARGUMENT")]
    {
        assert_eq!(cluster.cluster.create_table(name, count).await.unwrap_err().code(), code);
    }
    assert_eq!(cluster.cluster.create_table("next", 1).await.unwrap(), 3);
    cluster.cluster.stop().await.unwrap();
}
