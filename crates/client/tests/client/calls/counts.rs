//! Counts on scripted servers: lost contexts, splits, and the limits on starting again.

use pegasus_client::{Error, ScanOptions};
use pegasus_protocol::idl::{GetScannerRequest, ScanResponse};
use pegasus_protocol::rpc::{self, RpcCode};
use pegasus_protocol::status::Status;
use pegasus_protocol::types::ErrorCode;

use crate::support::{Action, Fake, Request, Scene, refuse, reply, table, within};

/// How often a count starts again before it gives up.
const RESTARTS: usize = 8;

/// One batch of a count.
fn counted(request: &Request, status: Status, count: i32, context_id: i64) -> Action {
    let kv_count = Some(count);
    let response = ScanResponse { error: status.code(), context_id, kv_count, ..ScanResponse::default() };
    match request.code() {
        RpcCode::Scan => reply::<rpc::Scan>(request, &response),
        _ => reply::<rpc::GetScanner>(request, &response),
    }
}

async fn count(scene: &Scene) -> Result<u64, Error> {
    within(scene.table.count(ScanOptions::default(), |_| ())).await
}

fn openings(server: &Fake) -> Vec<GetScannerRequest> {
    let requests = server.requests();
    let opening = requests.iter().filter(|request| request.code() == RpcCode::GetScanner);
    opening.map(Request::read::<rpc::GetScanner>).collect()
}

#[tokio::test]
async fn a_lost_context_starts_the_count_of_its_partition_again() {
    let server = Fake::start(|request| match request.nth {
        0 => counted(request, Status::Ok, 5, 7),
        1 => counted(request, Status::NotFound, 0, 0),
        2 => counted(request, Status::Ok, 5, 8),
        _ => counted(request, Status::Ok, 3, -1),
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    assert_eq!(count(&scene).await.unwrap(), 8);
    let [first, second] = &openings(&server)[..] else { panic!("two openings") };
    assert_eq!((first, first.only_return_count), (second, Some(true)));
}

#[tokio::test]
async fn a_server_that_loses_every_context_ends_the_count() {
    let server = Fake::start(|request| match request.code() {
        RpcCode::GetScanner => counted(request, Status::Ok, 5, 7),
        _ => counted(request, Status::NotFound, 0, 0),
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    assert_eq!(count(&scene).await.unwrap_err().code(), "ERR_INCOMPLETE_DATA");
    assert_eq!(openings(&server).len(), 1 + RESTARTS);
}

#[tokio::test]
async fn a_context_that_is_lost_as_often_as_allowed_does_not_end_the_count() {
    let server = Fake::start(|request| match (request.code(), request.nth / 2) {
        (RpcCode::GetScanner, _) => counted(request, Status::Ok, 5, 7),
        (_, nth) if nth < RESTARTS => counted(request, Status::NotFound, 0, 0),
        _ => counted(request, Status::Ok, 1, -1),
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    assert_eq!(count(&scene).await.unwrap(), 6);
}

#[tokio::test]
async fn a_split_starts_the_count_of_the_table_again() {
    let server = Fake::start(|request| match request.nth {
        0 => refuse(request, &ErrorCode::ParentPartitionMisused),
        _ => counted(request, Status::Ok, 4, -1),
    })
    .await;
    let address = server.address();
    let scene = Scene::open([table([address]), table([address, address])]).await;
    assert_eq!(count(&scene).await.unwrap(), 8);
}

#[tokio::test]
async fn a_table_that_is_split_again_and_again_ends_the_count() {
    let server = Fake::start(|request| refuse(request, &ErrorCode::ParentPartitionMisused)).await;
    let address = server.address();
    let doubled = |doublings: usize| table(std::iter::repeat_n(address, 1_usize << doublings));
    // One split more than a count takes.
    let splits: Vec<_> = (0..=1 + RESTARTS).map(doubled).collect();
    let scene = Scene::open(splits).await;
    assert_eq!(count(&scene).await.unwrap_err().code(), "ERR_PARENT_PARTITION_MISUSED");
    assert_eq!(scene.meta.queries(), 2 + RESTARTS);
}
