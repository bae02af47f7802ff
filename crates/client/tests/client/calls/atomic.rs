//! Operations that read and write in one atomic step, and operations that take several requests.

use std::time::Duration;

use bytes::Bytes;
use pegasus_client::{
    CallOptions, Check, CheckResult, CheckType, CheckedSet, DelRangeOptions, Filter, FilterType, IncrExpiry,
    IncrOptions, Mutation, ScanOptions, TimeToLive,
};
use pegasus_protocol::idl::{BatchGetResponse, FullData, FullKey, IncrResponse};
use pegasus_protocol::rpc;
use pegasus_protocol::types::ErrorCode;

use crate::calls::operations::Local;
use crate::support::{
    Action, CALL, Fake, Scene, UnusedPort, WRITE, refuse, reply, table, with_ballot, within,
};

const INCR: IncrOptions = IncrOptions { expiry: IncrExpiry::Keep, timeout: None };

fn set_to(value: &'static str) -> CheckedSet {
    CheckedSet { sort_key: None, value: value.into(), ttl_seconds: 0 }
}

fn keys(names: &[&'static str]) -> Vec<(Bytes, Bytes)> {
    names.iter().map(|name| (Bytes::from(*name), Bytes::from("s"))).collect()
}

async fn adding() -> Fake {
    Fake::start(|request| {
        let response = IncrResponse { new_value: 7, ..IncrResponse::default() };
        reply::<rpc::Incr>(request, &response)
    })
    .await
}

#[tokio::test]
async fn integers_are_added_to() {
    let local = Local::start(3).await;
    let Local { table, .. } = &local;
    assert_eq!(table.incr(b"h", b"s", 5, INCR).await.unwrap(), 5);
    assert_eq!(table.incr(b"h", b"s", -7, INCR).await.unwrap(), -2);
    assert_eq!(table.get(b"h", b"s", CALL).await.unwrap().unwrap(), "-2");
    let for_a_minute = IncrOptions { expiry: IncrExpiry::Seconds(60), timeout: None };
    assert_eq!(table.incr(b"h", b"s", 0, for_a_minute).await.unwrap(), -2);
    assert!(matches!(table.ttl(b"h", b"s", CALL).await.unwrap(), Some(TimeToLive::Seconds(_))));
    let for_ever = IncrOptions { expiry: IncrExpiry::Clear, timeout: None };
    table.incr(b"h", b"s", 0, for_ever).await.unwrap();
    assert_eq!(table.ttl(b"h", b"s", CALL).await.unwrap(), Some(TimeToLive::Forever));
    table.set(b"h", b"text", b"no number", WRITE).await.unwrap();
    let error = table.incr(b"h", b"text", 1, INCR).await.unwrap_err();
    assert_eq!(error.code(), "ERR_INVALID_PARAMETERS");
    assert!(!error.is_maybe_applied(), "{error}");
}

#[tokio::test]
async fn rows_are_set_when_a_check_passes() {
    let local = Local::start(3).await;
    let Local { table, .. } = &local;
    let absent = || Check { return_value: true, ..Check::new("s", CheckType::ValueNotExist) };
    let passed = table.check_and_set(b"h", absent(), set_to("first"), CALL).await.unwrap();
    assert_eq!(passed, CheckResult { succeeded: true, check_value: Some(None) });
    let failed = table.check_and_set(b"h", absent(), set_to("second"), CALL).await.unwrap();
    assert_eq!(failed, CheckResult { succeeded: false, check_value: Some(Some("first".into())) });
    let exchanged = table.compare_exchange(b"h", b"s", Some(b"first"), b"third", WRITE).await.unwrap();
    assert!(exchanged.succeeded);
    let set = |sort_key: &'static str| Mutation::Set {
        sort_key: sort_key.into(),
        value: "v".into(),
        ttl_seconds: 0,
    };
    let delete = Mutation::Delete { sort_key: "s".into() };
    let there = Check::new("s", CheckType::ValueExist);
    let mutations = vec![set("a"), delete, set("b")];
    assert!(table.check_and_mutate(b"h", there.clone(), mutations.clone(), CALL).await.unwrap().succeeded);
    assert!(!table.check_and_mutate(b"h", there, mutations, CALL).await.unwrap().succeeded);
    assert_eq!(table.get(b"h", b"s", CALL).await.unwrap(), None);
    assert_eq!(table.sort_key_count(b"h", CALL).await.unwrap(), 2);
}

#[tokio::test]
async fn what_may_have_been_done_is_not_done_again() {
    let closing = Fake::start(|_| Action::Close).await;
    let timing_out = Fake::start(|request| refuse(request, &ErrorCode::Timeout)).await;
    let garbling = Fake::start(|_| Action::Send((&b"\0\0\0\0"[..]).into())).await;
    for (server, code) in
        [(&closing, "ERR_SESSION_RESET"), (&timing_out, "ERR_TIMEOUT"), (&garbling, "ERR_INVALID_DATA")]
    {
        let new = adding().await;
        let scene = Scene::open([table([server.address()]), with_ballot(2, table([new.address()]))]).await;
        let error = within(scene.table.incr(b"h", b"s", 1, INCR)).await.unwrap_err();
        assert_eq!((&*error.code(), error.location().attempts), (code, 1));
        assert!(error.is_maybe_applied(), "{error}");
        assert_eq!((server.requests().len(), new.requests().len()), (1, 0), "{code}");
    }
}

#[tokio::test]
async fn what_was_not_done_for_certain_is_tried_again() {
    let dead = UnusedPort::new();
    let new = adding().await;
    let scene = Scene::open([table([dead.address()]), with_ballot(2, table([new.address()]))]).await;
    assert_eq!(scene.table.incr(b"h", b"s", 1, INCR).await.unwrap(), 7);
    for code in [ErrorCode::InvalidState, ErrorCode::ObjectNotFound, ErrorCode::NotEnoughMember] {
        let refusing = Fake::start(move |request| match request.nth {
            0 => refuse(request, &code),
            _ => reply::<rpc::Incr>(request, &IncrResponse { new_value: 7, ..IncrResponse::default() }),
        })
        .await;
        let scene = Scene::open([table([refusing.address()])]).await;
        assert_eq!(scene.table.incr(b"h", b"s", 1, INCR).await.unwrap(), 7);
        assert_eq!(refusing.requests().len(), 2);
    }
}

#[tokio::test]
async fn an_increment_without_an_answer_may_have_been_done() {
    let silent = Fake::silent().await;
    let scene = Scene::open([table([silent.address()])]).await;
    let short = IncrOptions { timeout: Some(Duration::from_millis(50)), ..INCR };
    let error = scene.table.incr(b"h", b"s", 1, short).await.unwrap_err();
    assert_eq!(error.code(), "ERR_TIMEOUT");
    assert!(error.is_maybe_applied());
    assert_eq!(silent.requests().len(), 1);
}

#[tokio::test]
async fn batches_keep_the_order_of_their_keys() {
    for partition_count in [1, 3, 7] {
        let local = Local::start(partition_count).await;
        let Local { table, .. } = &local;
        let row = |name: &'static str| (Bytes::from(name), Bytes::from("s"), Bytes::from(name));
        let written = table.batch_set(["a", "b", "c", "d"].map(row).to_vec(), WRITE).await;
        assert!(written.len() == 4 && written.iter().all(Result::is_ok));
        let removed = table.batch_remove(keys(&["b", "missing"]), CALL).await;
        assert!(removed.len() == 2 && removed.iter().all(Result::is_ok));
        let found = table.batch_get(keys(&["d", "b", "a", "missing", "d", "c"]), CALL).await.unwrap();
        let found: Vec<_> = found.iter().map(Option::as_deref).collect();
        assert_eq!(found, [Some(&b"d"[..]), None, Some(b"a"), None, Some(b"d"), Some(b"c")]);
        assert!(table.batch_get(Vec::new(), CALL).await.unwrap().is_empty());
    }
}

/// Answers each batch get with a row for every key, whose value is the hash key.
async fn echoing() -> Fake {
    Fake::start(|request| {
        let row = |key: FullKey| FullData {
            value: key.hash_key.clone(),
            hash_key: key.hash_key,
            sort_key: key.sort_key,
        };
        let data = request.read::<rpc::BatchGet>().keys.into_iter().map(row).collect();
        reply::<rpc::BatchGet>(request, &BatchGetResponse { data, ..BatchGetResponse::default() })
    })
    .await
}

#[tokio::test]
async fn a_settled_batch_has_the_values_of_the_servers_that_answer() {
    let answering = echoing().await;
    let refusing = Fake::start(|request| refuse(request, &ErrorCode::AclDeny)).await;
    let scene = Scene::open([table([answering.address(), refusing.address()])]).await;
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let outcomes = scene.table.batch_get_settled(keys(&names), CALL).await.unwrap();
    let mut failed = 0;
    for (name, outcome) in names.iter().zip(&outcomes) {
        match outcome {
            Ok(value) => assert_eq!(value.as_deref(), Some(name.as_bytes())),
            Err(error) => {
                failed += 1;
                let location = error.location();
                assert_eq!(error.code(), "ERR_ACL_DENY");
                assert_eq!(location.partition_index, Some(1));
                assert_eq!(location.server, Some(refusing.address().to_string()));
            }
        }
    }
    assert_eq!(outcomes.len(), names.len());
    assert!(failed > 0 && failed < names.len(), "{failed}");
    assert_eq!((answering.requests().len(), refusing.requests().len()), (1, 1));
    // A batch that does not settle fails as a whole.
    let error = scene.table.batch_get(keys(&names), CALL).await.unwrap_err();
    assert_eq!(error.code(), "ERR_ACL_DENY");
}

#[tokio::test]
async fn a_settled_batch_ends_at_its_deadline() {
    let answering = echoing().await;
    let silent = Fake::silent().await;
    let scene = Scene::open([table([answering.address(), silent.address()])]).await;
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let short = CallOptions { timeout: Some(Duration::from_millis(50)) };
    let outcomes = within(scene.table.batch_get_settled(keys(&names), short)).await.unwrap();
    let (found, missed): (Vec<_>, Vec<_>) = outcomes.iter().partition(|outcome| outcome.is_ok());
    assert!(!found.is_empty() && !missed.is_empty());
    assert!(missed.iter().all(|outcome| outcome.as_ref().is_err_and(|error| error.code() == "ERR_TIMEOUT")));
    assert_eq!(silent.requests().len(), 1);
}

#[tokio::test]
async fn a_settled_batch_with_a_bad_key_is_refused_before_anything_is_sent() {
    let answering = echoing().await;
    let scene = Scene::open([table([answering.address()])]).await;
    let mut keys = keys(&["a", "b"]);
    keys.push((Bytes::from(vec![b'x'; 65_535]), Bytes::new()));
    let error = scene.table.batch_get_settled(keys, CALL).await.unwrap_err();
    assert_eq!(error.code(), "ERR_INVALID_ARGUMENT");
    assert!(scene.table.batch_get_settled(Vec::new(), CALL).await.unwrap().is_empty());
    assert_eq!(answering.requests().len(), 0);
}

#[tokio::test]
async fn a_row_of_a_batch_that_fails_does_not_stop_the_others() {
    let local = Local::start(3).await;
    let Local { table, .. } = &local;
    let row =
        |value: Vec<u8>| (Bytes::from("h"), Bytes::from(format!("{}", value.len())), Bytes::from(value));
    let written = table.batch_set(vec![row(vec![0; 1]), row(vec![0; 1 << 20]), row(vec![0; 2])], WRITE).await;
    let codes: Vec<_> =
        written.iter().map(|one| one.as_ref().err().map(|error| error.code().into_owned())).collect();
    assert_eq!(codes, [None, Some("ERR_INVALID_ARGUMENT".to_owned()), None]);
    assert_eq!(table.sort_key_count(b"h", CALL).await.unwrap(), 2);
}

#[tokio::test]
async fn ranges_are_removed_and_tables_counted() {
    for partition_count in [1, 3, 7] {
        let local = Local::start(partition_count).await;
        let Local { table, .. } = &local;
        for hash_key in [&b"g"[..], b"h", b"i"] {
            let entries = (0..1200).map(|i| (Bytes::from(format!("s{i:04}")), Bytes::new()));
            table.multi_set(hash_key, entries, WRITE).await.unwrap();
        }
        let count = async || {
            let mut last = None;
            let counted =
                table.count(ScanOptions::default(), |progress| last = Some(progress)).await.unwrap();
            let last = last.unwrap();
            assert_eq!(
                (last.rows, last.partitions_done, last.partitions),
                (counted, partition_count, partition_count)
            );
            counted
        };
        assert_eq!(count().await, 3600);
        let ends_in_nine = Filter { filter_type: FilterType::MatchPostfix, pattern: "9".into() };
        let options = DelRangeOptions { filter: ends_in_nine, ..DelRangeOptions::default() };
        assert_eq!(table.del_range(b"h", b"s0100", b"s0200", options).await.unwrap(), 10);
        assert_eq!(table.del_range(b"h", b"", b"s1100", DelRangeOptions::default()).await.unwrap(), 1090);
        assert_eq!(table.sort_key_count(b"h", CALL).await.unwrap(), 100);
        assert_eq!(count().await, 2500);
    }
}
