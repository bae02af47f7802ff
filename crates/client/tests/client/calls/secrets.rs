//! Stored data appears in no error and no log line: nothing of a value, and of a key at most 16 bytes.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use pegasus_client::{
    CallOptions, Check, CheckType, CheckedSet, DelRangeOptions, Filter, FilterType, IncrOptions,
    MultiGetLimits, Mutation, ScanOptions, SortKeyRange, Table, WriteOptions,
};
use pegasus_protocol::idl::UpdateResponse;
use pegasus_protocol::rpc;
use pegasus_protocol::status::Status;
use pegasus_protocol::thrift::{MessageHead, MessageType, Wire};
use pegasus_protocol::types::ErrorCode;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

use crate::calls::operations::Local;
use crate::support::{Action, Fake, PATIENCE, Request, Scene, collect, refuse, reply, table, within};

const HASH_KEY: &[u8] = b"hash-key-of-him:SECRET-rest-of-it";
const SORT_KEY: &[u8] = b"sort-key-of-her:SECRET-rest-of-it";
const VALUE: &[u8] = b"SECRET-value";

/// A deadline for servers that do not reply anyway.
const HASTE: Duration = Duration::from_millis(30);

/// The secret as text, and as a list of numbers.
const LEAKS: [&str; 2] = ["SECRET", "83, 69, 67"];

/// Collects the log lines of all levels on the test's thread.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn event(&self, event: &Event<'_>) {
        let mut text = Text(event.metadata().target().to_owned());
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
    }
    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let mut text = Text(attributes.metadata().name().to_owned());
        attributes.record(&mut text);
        self.0.lock().unwrap().push(text.0);
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

fn assert_silent(text: &str) {
    assert!(LEAKS.iter().all(|leak| !text.contains(leak)), "{text}");
}

/// Records the result of an operation, printed in every way.
fn note<T: Debug, E: std::error::Error>(outcomes: &mut Vec<bool>, result: Result<T, E>) {
    match &result {
        Ok(value) => assert_silent(&format!("{value:?} {value:#?}")),
        Err(error) => assert_silent(&format!("{error} {error:?} {error:#?} {:?}", error.source())),
    }
    outcomes.push(result.is_err());
}

/// Runs every operation, the writes with this value; tells which ones failed.
async fn run_all(table: &Table, value: &Bytes, patience: Duration) -> Vec<bool> {
    let timeout = Some(patience);
    let (call, write) = (CallOptions { timeout }, WriteOptions { ttl_seconds: 0, timeout });
    let (hash_key, sort_key) = (Bytes::from_static(HASH_KEY), Bytes::from_static(SORT_KEY));
    let key = || (hash_key.clone(), sort_key.clone());
    let filter = || Filter { filter_type: FilterType::MatchPrefix, pattern: sort_key.clone() };
    let check = || Check {
        operand: Bytes::from_static(VALUE),
        return_value: true,
        ..Check::new(sort_key.clone(), CheckType::ValueBytesEqual)
    };
    let checked_set = || CheckedSet { sort_key: None, value: value.clone(), ttl_seconds: 0 };
    let change = || Mutation::Set { sort_key: sort_key.clone(), value: value.clone(), ttl_seconds: 0 };
    let range = || SortKeyRange { start: sort_key.clone(), filter: filter(), ..SortKeyRange::default() };
    let limits = MultiGetLimits::default();
    let scan = ScanOptions { timeout: patience, sort_key_filter: filter(), ..ScanOptions::default() };
    let removal = DelRangeOptions { filter: filter(), timeout, ..DelRangeOptions::default() };
    let mut outcomes = Vec::new();
    let out = &mut outcomes;
    note(out, table.set(HASH_KEY, SORT_KEY, value, write).await);
    note(out, table.multi_set(HASH_KEY, [(sort_key.clone(), value.clone())], write).await);
    note(out, table.get(HASH_KEY, SORT_KEY, call).await.map(|value| value.is_some()));
    note(out, table.exist(HASH_KEY, SORT_KEY, call).await);
    note(out, table.multi_get(HASH_KEY, [sort_key.clone()], &limits, call).await);
    note(out, table.multi_get_range(HASH_KEY, range(), &limits, call).await);
    note(out, table.sort_key_count(HASH_KEY, call).await);
    note(out, table.check_and_set(HASH_KEY, check(), checked_set(), call).await);
    note(out, table.check_and_mutate(HASH_KEY, check(), vec![change()], call).await);
    note(out, table.compare_exchange(HASH_KEY, SORT_KEY, Some(VALUE), value, write).await);
    note(out, table.batch_get(vec![key()], call).await.map(|values| values.len()));
    for result in table.batch_set(vec![(key().0, key().1, value.clone())], write).await {
        note(out, result);
    }
    let mut scanner = table.scanner(HASH_KEY, SORT_KEY, b"", scan.clone()).unwrap();
    note(out, scanner.next_page().await);
    note(out, table.count(scan, |_| {}).await);
    // The value is not an integer, so this one always fails and is not counted.
    note(
        &mut Vec::new(),
        table.incr(HASH_KEY, SORT_KEY, 1, IncrOptions { timeout, ..IncrOptions::default() }).await,
    );
    note(out, table.del_range(HASH_KEY, SORT_KEY, b"", removal).await);
    note(out, table.multi_remove(HASH_KEY, [sort_key.clone()], call).await);
    for result in table.batch_remove(vec![key()], call).await {
        note(out, result);
    }
    note(out, table.remove(HASH_KEY, SORT_KEY, call).await);
    outcomes
}

fn logged() -> (Lines, tracing::subscriber::DefaultGuard) {
    let lines = Lines::default();
    let guard = collect(&lines);
    (lines, guard)
}

impl Lines {
    fn assert_silent(&self) {
        let lines = self.0.lock().unwrap();
        assert!(!lines.is_empty());
        lines.iter().for_each(|line| assert_silent(line));
    }
}

#[tokio::test]
async fn while_all_goes_well_on_client_and_server() {
    let (lines, _guard) = logged();
    let local = Local::start(4).await;
    let outcomes = within(run_all(&local.table, &Bytes::from_static(VALUE), PATIENCE)).await;
    assert!(outcomes.iter().all(|failed| !failed), "{outcomes:?}");
    lines.assert_silent();
}

#[tokio::test]
async fn when_writes_are_too_long() {
    let (lines, _guard) = logged();
    let local = Local::start(4).await;
    let long = Bytes::from(VALUE.repeat(100_000));
    let outcomes = within(run_all(&local.table, &long, PATIENCE)).await;
    assert_eq!(outcomes.iter().filter(|failed| **failed).count(), 6, "{outcomes:?}");
    lines.assert_silent();
}

/// A reply with this error name and this RPC name.
fn named(request: &Request, error: &[u8], rpc: &[u8]) -> Action {
    let mut body = BytesMut::new();
    ErrorCode::from(pegasus_protocol::thrift::Text::from(Bytes::copy_from_slice(error))).write(&mut body);
    MessageHead::write(MessageType::Reply, rpc, request.head.sequence_id, &mut body);
    let mut frame = BytesMut::from(&(body.len() as u32 + 4).to_be_bytes()[..]);
    frame.extend_from_slice(&body);
    Action::Send(frame)
}

#[tokio::test]
async fn when_servers_fail_or_talk_nonsense() {
    type Answer = fn(&Request) -> Action;
    let answers: [(&str, Answer); 8] = [
        ("silence", |_| Action::Silence),
        ("the end", |_| Action::Close),
        ("a refusal", |request| refuse(request, &ErrorCode::AclDeny)),
        ("an error of the storage", |request| {
            let error = Status::Corruption.code();
            reply::<rpc::Put>(request, &UpdateResponse { error, ..UpdateResponse::default() })
        }),
        ("a value for an error", |request| named(request, VALUE, b"RPC_RRDB_RRDB_GET_ACK")),
        ("a value behind an error", |request| named(request, b"ERR_BUSY SECRET", b"RPC_RRDB_RRDB_GET_ACK")),
        ("a value for an RPC", |request| named(request, b"ERR_OK", VALUE)),
        ("a value", |_| Action::Send(BytesMut::from(&VALUE.repeat(10)[..]))),
    ];
    for (what, answer) in answers {
        let (lines, _guard) = logged();
        let server = Fake::start(answer).await;
        let scene = Scene::open([table([server.address()])]).await;
        let outcomes = within(run_all(&scene.table, &Bytes::from_static(VALUE), HASTE)).await;
        let failed = outcomes.iter().filter(|failed| **failed).count();
        assert!(failed >= outcomes.len() - 2, "{what}: {outcomes:?}");
        lines.assert_silent();
        scene.client.close().await;
        let outcomes = within(run_all(&scene.table, &Bytes::from_static(VALUE), HASTE)).await;
        assert!(outcomes.iter().all(|failed| *failed), "{what}: {outcomes:?}");
    }
}
