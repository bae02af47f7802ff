//! How a cluster starts, stops and starts again.

use std::net::SocketAddr;

use bytes::BytesMut;
use pegasus_local::{Cluster, ClusterOptions};
use pegasus_protocol::frame::encode_request;
use pegasus_protocol::rpc;
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Peer, TABLE, TestCluster, encoded, locate, put_request};

fn in_directory(directory: &tempfile::TempDir, tables: &[(&str, u32)]) -> ClusterOptions {
    ClusterOptions {
        tables: tables.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
        data_dir: Some(directory.path().join("data")),
        ..ClusterOptions::default()
    }
}

/// The engine waits a little for a directory that is in use. So opening it again would not show
/// that `stop` has returned too early. The lock must be free at once.
fn assert_free(directory: &tempfile::TempDir) {
    std::fs::File::open(directory.path().join("data/lock")).unwrap().try_lock().unwrap();
}

#[tokio::test]
async fn stop_closes_everything() {
    let cluster = TestCluster::start(1).await;
    let servers = [cluster.cluster.meta_servers(), cluster.cluster.replica_servers()].concat();
    assert_eq!(servers.len(), 4);
    let mut peers = vec![];
    for server in &servers {
        peers.push(Peer::connect(*server).await);
    }
    cluster.cluster.stop().await.unwrap();
    for (mut peer, server) in peers.into_iter().zip(servers) {
        peer.expect_end().await;
        assert!(TcpStream::connect(server).await.is_err());
    }
}

#[tokio::test]
async fn drop_closes_everything_too() {
    let cluster = TestCluster::start(1).await;
    let mut peer = cluster.peer(0).await;
    drop(cluster);
    peer.expect_end().await;
}

#[tokio::test]
async fn data_and_tables_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let options = in_directory(&directory, &[(TABLE, 4)]);
    let key = encoded("h", "s");
    let mut ballot = 0;
    for round in 0..3 {
        let cluster = TestCluster::start_with(4, options.clone()).await;
        assert_eq!(cluster.table.app_id, 1);
        assert!(cluster.table.partitions[0].ballot > ballot, "round {round}");
        ballot = cluster.table.partitions[0].ballot;
        let (mut peer, header) = (cluster.peer(1).await, cluster.header(1));
        let found = peer.ask::<rpc::Get>(&header, &key).await;
        assert_eq!(
            (found.error, found.value),
            if round == 0 { (1, "".into()) } else { (0, (round - 1).to_string().into()) }
        );
        peer.ask::<rpc::Put>(&header, &put_request(&key, round.to_string(), 0)).await;
        cluster.cluster.stop().await.unwrap();
        assert_free(&directory);
    }
}

#[tokio::test]
async fn tables_created_while_it_ran_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let cluster = Cluster::start(in_directory(&directory, &[])).await.unwrap();
    assert_eq!(cluster.create_table("one", 2).await.unwrap(), 1);
    cluster.stop().await.unwrap();
    let cluster = Cluster::start(in_directory(&directory, &[("two", 2)])).await.unwrap();
    let mut meta = Peer::connect(cluster.meta_servers()[0]).await;
    assert_eq!(locate(&mut meta, "one").await.app_id, 1);
    assert_eq!(locate(&mut meta, "two").await.app_id, 2);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_stored_table_keeps_its_partition_count() {
    let directory = tempfile::tempdir().unwrap();
    Cluster::start(in_directory(&directory, &[("t", 4)])).await.unwrap().stop().await.unwrap();
    let error = Cluster::start(in_directory(&directory, &[("t", 8)])).await.unwrap_err();
    assert_eq!(error.code(), "ERR_INVALID_ARGUMENT");
    assert_eq!(error.to_string(), "the table \"t\" is there already, with 4 partitions and not 8");
    // The failed start has released everything.
    Cluster::start(in_directory(&directory, &[("t", 4)])).await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn a_directory_serves_one_cluster_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let first = Cluster::start(in_directory(&directory, &[])).await.unwrap();
    let error = Cluster::start(in_directory(&directory, &[])).await.unwrap_err();
    assert_eq!(error.code(), "ERR_SERVICE_ALREADY_RUNNING");
    assert!(error.to_string().contains("in use"), "{error}");
    first.stop().await.unwrap();
    Cluster::start(in_directory(&directory, &[])).await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn a_directory_that_cannot_be_one() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("data"), "a file").unwrap();
    let error = Cluster::start(in_directory(&directory, &[])).await.unwrap_err();
    assert_eq!(error.code(), "ERR_FILE_OPERATION_FAILED");
    assert!(error.to_string().contains("data"), "{error}");
}

#[tokio::test]
async fn a_port_that_is_taken() {
    // The test holds this port, so no other program can take it.
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Cluster::start(ClusterOptions { port, ..ClusterOptions::default() }).await.unwrap_err();
    assert_eq!(error.code(), "ERR_ADDRESS_ALREADY_USED");
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}

#[tokio::test]
async fn hosts_that_cannot_be() {
    for (host, code) in [("0.0.0.0", "ERR_INVALID_ARGUMENT"), ("::1", "ERR_INVALID_ARGUMENT")] {
        let options = ClusterOptions { host: host.to_owned(), ..ClusterOptions::default() };
        let error = Cluster::start(options).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(host), "{error}");
    }
}

#[tokio::test]
async fn a_host_may_be_a_name() {
    let options =
        ClusterOptions { host: "localhost".to_owned(), host_ports: true, ..ClusterOptions::default() };
    let cluster = TestCluster::start_with(1, options).await;
    let SocketAddr::V4(address) = cluster.cluster.meta_servers()[0] else { panic!("IPv4 only") };
    assert!(address.ip().is_loopback());
    let named = cluster.table.partitions[0].hp_primary.clone().unwrap();
    assert_eq!(named.host, "localhost");
    cluster.cluster.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clusters_stop_while_they_work() {
    let cluster = TestCluster::start(1).await;
    let header = cluster.header(0);
    let mut peer = cluster.peer(0).await;
    let (answered, first_answer) = tokio::sync::oneshot::channel();
    let busy = tokio::spawn(async move {
        let mut out = BytesMut::new();
        let put = put_request(&encoded("h", "s"), vec![b'x'; 100_000], 0);
        encode_request::<rpc::Put>(&header, 1, &put, &mut out);
        peer.send(&out).await;
        peer.answer().await;
        answered.send(()).unwrap();
        loop {
            peer.send_or_end(&out).await;
            if peer.answer_or_end().await.is_none() {
                return;
            }
        }
    });
    first_answer.await.unwrap();
    cluster.cluster.stop().await.unwrap();
    busy.await.unwrap();
}

#[tokio::test]
async fn a_change_that_nobody_awaits_does_not_outlive_stop() {
    let directory = tempfile::tempdir().unwrap();
    for round in 0..5 {
        let cluster = Cluster::start(in_directory(&directory, &[])).await.unwrap();
        let name = format!("table {round}");
        tokio::select! {
            biased;
            _ = cluster.create_table(&name, 8) => panic!("it takes more than a moment"),
            () = std::future::ready(()) => {}
        }
        cluster.stop().await.unwrap();
        assert_free(&directory);
    }
}
