//! Configurations with host names, as servers since 2.6 send them.

use pegasus_protocol::idl::PartitionConfiguration;
use pegasus_protocol::types::{HostPort, RpcAddress};

use crate::support::{Fake, FakeMeta, Scene, UnusedPort, forward, options, table, value, with_host, within};

async fn serving() -> Fake {
    Fake::start(|request| value(request, "v")).await
}

/// A name that fails without a query to a resolver: a label is at most 63 bytes long.
fn unresolvable() -> String {
    "x".repeat(64)
}

#[tokio::test]
async fn a_name_is_resolved() {
    let server = serving().await;
    let mut named = with_host("localhost", table([server.address()]));
    assert_eq!(Scene::open([named.clone()]).await.get().await.unwrap(), "v");
    // The configuration has only the name.
    named.partitions[0].primary = RpcAddress::NONE;
    let scene = Scene::open([named]).await;
    assert_eq!(scene.get().await.unwrap(), "v");
}

#[tokio::test]
async fn a_name_that_does_not_resolve_leaves_the_address() {
    let server = serving().await;
    let scene = Scene::open([with_host(&unresolvable(), table([server.address()]))]).await;
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    assert_eq!(scene.meta.queries(), 1);
}

#[tokio::test]
async fn a_name_at_whose_addresses_nobody_listens_leaves_the_address() {
    let server = serving().await;
    let unused = UnusedPort::new();
    let mut named = table([server.address()]);
    named.partitions[0].hp_primary = Some(HostPort::new("localhost", unused.address().port()));
    let scene = Scene::open([named]).await;
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    assert_eq!(scene.meta.queries(), 1, "the same attempt goes on at the next address");
}

#[tokio::test]
async fn an_empty_name_is_no_name() {
    let server = serving().await;
    let mut unnamed = with_host("", table([server.address()]));
    assert_eq!(Scene::open([unnamed.clone()]).await.get().await.unwrap(), "v");
    unnamed.partitions[0].hp_primary = Some(HostPort::NONE);
    assert_eq!(Scene::open([unnamed]).await.get().await.unwrap(), "v");
}

#[tokio::test]
async fn a_primary_without_name_and_address_is_none() {
    let mut lost = table([None]);
    lost.partitions[0].hp_primary = Some(HostPort::NONE);
    let scene = Scene::open_with([lost], |options| options.retry.max_attempts = Some(1)).await;
    let error = scene.get().await.unwrap_err();
    assert_eq!(error.code(), "ERR_INVALID_STATE");
    assert_eq!(error.location().server, None);
}

#[tokio::test]
async fn a_name_that_does_not_resolve_and_no_address() {
    let mut named = with_host(&unresolvable(), table([serving().await.address()]));
    named.partitions[0].primary = RpcAddress::NONE;
    let scene = Scene::open_with([named], |options| options.retry.max_attempts = Some(1)).await;
    let error = within(scene.get()).await.unwrap_err();
    assert_eq!(error.code(), "ERR_NETWORK_FAILURE", "{error}");
}

#[tokio::test]
async fn a_leader_is_found_by_name_too() {
    let server = serving().await;
    let leader = FakeMeta::start([table([server.address()])]).await;
    let mut named = forward(None);
    named.partitions = vec![PartitionConfiguration {
        hp_primary: Some(HostPort::new("localhost", leader.fake().address().port())),
        ..PartitionConfiguration::default()
    }];
    let follower = FakeMeta::start([named]).await;
    let client = pegasus_client::Client::connect(options([follower.fake()])).await.unwrap();
    client.open_table("temp", pegasus_client::TableOptions::default()).await.unwrap();
    assert_eq!(leader.queries(), 1);
}

#[tokio::test]
async fn meta_servers_are_listed_by_name_too() {
    let server = serving().await;
    let meta = FakeMeta::start([table([server.address()])]).await;
    let mut options = options([meta.fake()]);
    options.meta_servers = vec![format!(" localhost:{} ", meta.fake().address().port())];
    let client = pegasus_client::Client::connect(options).await.unwrap();
    client.open_table("temp", pegasus_client::TableOptions::default()).await.unwrap();
}
