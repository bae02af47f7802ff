//! Scans on scripted servers: contexts, how they get lost, and the requests that servers get.

use std::time::Duration;

use pegasus_client::{Error, ScanOptions, Scanner};
use pegasus_protocol::idl::{GetScannerRequest, ScanRequest};
use pegasus_protocol::key;
use pegasus_protocol::rpc::{self, RpcCode};
use pegasus_protocol::status::Status;
use pegasus_protocol::types::ErrorCode;

use crate::support::{
    Action, Fake, Request, Scene, page, refuse, scan_key, table, value, with_ballot, within,
};

/// A reply to a scan request: status, sort keys, context id.
type Page = (Status, &'static [&'static str], i64);

/// A server that sends these pages in order, and a table on it.
async fn paging(pages: &'static [Page]) -> (Fake, Scene) {
    let server = Fake::start(|request| {
        if request.code() == RpcCode::ClearScanner {
            return Action::Silence;
        }
        let (status, keys, context_id) = pages[request.nth];
        page(request, status, keys, context_id)
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    (server, scene)
}

fn scanner(scene: &Scene) -> Scanner {
    scene.table.scanner(b"h", b"", b"", ScanOptions::default()).unwrap()
}

/// All remaining rows, as their sort keys in one string.
async fn rest(scanner: &mut Scanner) -> Result<String, Error> {
    let mut sort_keys = String::new();
    while let Some(page) = within(scanner.next_page()).await? {
        for row in page {
            assert_eq!(row.hash_key, "h");
            sort_keys.push_str(std::str::from_utf8(&row.sort_key).unwrap());
        }
    }
    Ok(sort_keys)
}

/// The requests of a server in short: `start a` (after a), `start` (from the start), `scan 5`, `clear 5`.
fn asked(server: &Fake) -> Vec<String> {
    let in_short = |request: &Request| match request.code() {
        RpcCode::GetScanner => {
            let GetScannerRequest { start_key, start_inclusive, .. } = request.read::<rpc::GetScanner>();
            let sort_key = start_key.slice(3..);
            let sort_key = std::str::from_utf8(&sort_key).unwrap();
            assert_eq!(start_inclusive, sort_key.is_empty());
            format!("start {sort_key}").trim_end().to_owned()
        }
        RpcCode::Scan => {
            let ScanRequest { context_id } = request.read::<rpc::Scan>();
            format!("scan {context_id}")
        }
        RpcCode::ClearScanner => format!("clear {}", request.read::<rpc::ClearScanner>()),
        other => other.name().to_owned(),
    };
    server.requests().iter().map(in_short).collect()
}

use Status::{Incomplete, NotFound, Ok as Fine};

#[tokio::test]
async fn every_context_but_minus_one_is_alive() {
    let (server, scene) = paging(&[
        (Fine, &["a"], -7),
        (Fine, &["b"], 0),
        (Fine, &["c"], i64::MIN),
        (Fine, &["d"], -2),
        (Fine, &["e"], i64::MAX),
        (Fine, &["f"], -1),
    ])
    .await;
    assert_eq!(rest(&mut scanner(&scene)).await.unwrap(), "abcdef");
    let scans = ["-7", "0", "-9223372036854775808", "-2", "9223372036854775807"];
    let expected: Vec<_> = scans.iter().map(|id| format!("scan {id}")).collect();
    assert_eq!(asked(&server)[1..], expected);
}

#[tokio::test]
async fn pages_without_rows_are_not_given() {
    let (server, scene) =
        paging(&[(Fine, &[], 1), (Fine, &[], 2), (Fine, &["a"], 3), (Fine, &[], 4), (Fine, &[], -1)]).await;
    let mut scanner = scanner(&scene);
    assert_eq!(scanner.next_page().await.unwrap().unwrap().len(), 1);
    assert_eq!(scanner.next_page().await.unwrap(), None);
    assert_eq!(asked(&server), ["start", "scan 1", "scan 2", "scan 3", "scan 4"]);
    // A scan that has ended stays ended.
    assert_eq!(scanner.next_page().await.unwrap(), None);
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn a_lost_context_is_opened_after_the_last_row() {
    let (server, scene) =
        paging(&[(Fine, &["a", "b"], 5), (NotFound, &[], 0), (Fine, &["c"], 6), (Fine, &["d"], -1)]).await;
    assert_eq!(rest(&mut scanner(&scene)).await.unwrap(), "abcd");
    assert_eq!(asked(&server), ["start", "scan 5", "start b", "scan 6"]);
    // The rest of the request is the same.
    let [first, _, second, _] = &server.requests()[..] else { panic!("four requests") };
    let (first, second) = (first.read::<rpc::GetScanner>(), second.read::<rpc::GetScanner>());
    assert_eq!(second.start_key, scan_key("b"));
    let as_before = GetScannerRequest { start_key: first.start_key.clone(), start_inclusive: true, ..second };
    assert_eq!(as_before, first);
}

#[tokio::test]
async fn a_context_that_is_lost_after_an_empty_page_does_not_send_the_scan_back() {
    let (server, scene) =
        paging(&[(Fine, &["a"], 5), (Fine, &[], 6), (NotFound, &[], 0), (Fine, &["b"], -1)]).await;
    assert_eq!(rest(&mut scanner(&scene)).await.unwrap(), "ab");
    assert_eq!(asked(&server), ["start", "scan 5", "scan 6", "start a"]);
}

#[tokio::test]
async fn a_context_that_is_lost_before_any_row_is_opened_at_the_start() {
    let (server, scene) = paging(&[(Fine, &[], 5), (NotFound, &[], 0), (Fine, &["a"], -1)]).await;
    assert_eq!(rest(&mut scanner(&scene)).await.unwrap(), "a");
    assert_eq!(asked(&server), ["start", "scan 5", "start"]);
}

#[tokio::test]
async fn contexts_that_are_always_lost_are_not_opened_for_ever() {
    let server = Fake::start(|request| match request.code() {
        RpcCode::GetScanner => page(request, Fine, &[], 5),
        _ => page(request, NotFound, &[], 0),
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    let outcome = tokio::time::timeout(Duration::from_secs(5), scanner(&scene).next_page()).await;
    let error = outcome.expect("an end").unwrap_err();
    assert_eq!(error.code(), "ERR_INVALID_DATA");
    assert!(server.requests().len() < 100);
}

#[tokio::test]
async fn a_page_that_was_cut_is_given_and_the_scan_goes_on_after_it() {
    let (server, scene) = paging(&[
        (Incomplete, &["a", "b"], 0),
        (Fine, &["c"], 5),
        (Incomplete, &["d"], 0),
        (Fine, &["e"], -1),
    ])
    .await;
    assert_eq!(rest(&mut scanner(&scene)).await.unwrap(), "abcde");
    assert_eq!(asked(&server), ["start", "start b", "scan 5", "start d"]);
}

#[tokio::test]
async fn a_page_that_was_cut_before_any_row_is_an_error_and_the_scan_can_go_on() {
    let server = Fake::start(|request| match (request.nth, request.code()) {
        (0, _) => page(request, Fine, &["a"], 5),
        (1, _) => page(request, Incomplete, &[], 0),
        // A server that ran out of time keeps no context.
        (_, RpcCode::Scan) => page(request, NotFound, &[], 0),
        _ => page(request, Fine, &["b"], -1),
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    let mut scanner = scanner(&scene);
    scanner.next_page().await.unwrap().unwrap();
    let error = scanner.next_page().await.unwrap_err();
    assert_eq!(error.code(), "ERR_INCOMPLETE_DATA");
    assert!(error.is_retryable());
    assert_eq!(rest(&mut scanner).await.unwrap(), "b");
    assert_eq!(asked(&server).last().unwrap(), "start a");
}

#[tokio::test]
async fn after_a_refusal_the_scan_goes_on_where_it_stood() {
    let server = Fake::start(|request| match request.nth {
        0 | 2 => refuse(request, &ErrorCode::Busy),
        1 => page(request, Fine, &["a"], 5),
        _ => page(request, Fine, &["b"], -1),
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    let mut scanner = scanner(&scene);
    assert_eq!(scanner.next_page().await.unwrap_err().code(), "ERR_BUSY");
    assert_eq!(scanner.next_page().await.unwrap().unwrap().len(), 1);
    assert_eq!(scanner.next_page().await.unwrap_err().code(), "ERR_BUSY");
    assert_eq!(rest(&mut scanner).await.unwrap(), "b");
    assert_eq!(asked(&server), ["start", "start", "scan 5", "scan 5"]);
}

#[tokio::test]
async fn a_scan_moves_with_its_partition() {
    let old = Fake::start(|request| match request.nth {
        0 => page(request, Fine, &["a", "b"], 5),
        _ => Action::Close,
    })
    .await;
    let new = Fake::start(|request| match request.code() {
        RpcCode::Scan => page(request, NotFound, &[], 0),
        _ => page(request, Fine, &["c"], -1),
    })
    .await;
    let scene = Scene::open([table([old.address()]), with_ballot(2, table([new.address()]))]).await;
    assert_eq!(rest(&mut scanner(&scene)).await.unwrap(), "abc");
    assert_eq!(asked(&old), ["start", "scan 5"]);
    assert_eq!(asked(&new), ["scan 5", "start b"]);
}

#[tokio::test]
async fn closing_frees_the_context_and_waits_for_nothing() {
    let (server, scene) = paging(&[(Fine, &["a"], -5)]).await;
    let mut scanner = scanner(&scene);
    scanner.next_page().await.unwrap().unwrap();
    scanner.close();
    scanner.close();
    assert_eq!(scanner.next_page().await.unwrap(), None);
    drop(scanner);
    let requests = server.wait_for_requests(2).await;
    assert_eq!(asked(&server), ["start", "clear -5"]);
    let (opened, cleared) = (requests[0].header, requests[1].header);
    assert_eq!(cleared.gpid, opened.gpid);
    assert_eq!((cleared.partition_hash, opened.partition_hash), (key::crc64(b"h"), key::crc64(b"h")));
    // Closing does not wait for the reply that never comes.
    within(scene.client.close()).await;
}

#[tokio::test]
async fn dropping_frees_the_context_too() {
    let (server, scene) = paging(&[(Fine, &["a"], 0)]).await;
    let mut scanner = scanner(&scene);
    scanner.next_page().await.unwrap().unwrap();
    drop(scanner);
    server.wait_for_requests(2).await;
    assert_eq!(asked(&server), ["start", "clear 0"]);
}

#[tokio::test]
async fn an_answer_to_clearing_is_dropped() {
    let server = Fake::start(|request| match request.code() {
        RpcCode::ClearScanner => refuse(request, &ErrorCode::ObjectNotFound),
        RpcCode::Get => value(request, "v"),
        _ => page(request, Fine, &["a"], 5),
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    let mut scanner = scanner(&scene);
    scanner.next_page().await.unwrap().unwrap();
    scanner.close();
    assert_eq!(scene.get().await.unwrap(), "v");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn there_is_nothing_to_free_before_the_start_and_after_the_end() {
    let (server, scene) = paging(&[(Fine, &["a"], 5), (Fine, &["b"], -1), (Incomplete, &["a"], 0)]).await;
    scanner(&scene).close();
    let mut finished = scanner(&scene);
    assert_eq!(rest(&mut finished).await.unwrap(), "ab");
    drop(finished);
    let mut cut = scanner(&scene);
    cut.next_page().await.unwrap().unwrap();
    drop(cut);
    // When the connection ends, all requests have arrived.
    scene.client.close().await;
    server.wait_for_ends(1).await;
    assert_eq!(asked(&server), ["start", "scan 5", "start"]);
}

#[tokio::test]
async fn a_scan_of_a_hash_key_says_that_it_is_one() {
    let (server, scene) = paging(&[(Fine, &["a"], -1)]).await;
    let options = ScanOptions { batch_size: 7, no_value: true, ..ScanOptions::default() };
    let mut scanner = scene.table.scanner(b"h", b"a", b"k", options).unwrap();
    rest(&mut scanner).await.unwrap();
    let request = server.requests()[0].read::<rpc::GetScanner>();
    assert_eq!((&request.start_key, &request.stop_key), (&scan_key("a"), &scan_key("k")));
    assert!(request.start_inclusive && !request.stop_inclusive && request.no_value);
    assert_eq!(request.batch_size, 7);
    assert_eq!(request.full_scan, Some(false));
    assert_eq!(request.validate_partition_hash, Some(false));
}

#[tokio::test]
async fn a_scan_of_a_table_says_that_it_is_one() {
    let server = Fake::start(|request| page(request, Fine, &["a"], -1)).await;
    let scene = Scene::open([table([server.address(); 4])]).await;
    let mut partitions = Vec::new();
    for mut scanner in scene.table.unordered_scanners(3, &ScanOptions::default()).unwrap() {
        while scanner.next_page().await.unwrap().is_some() {}
    }
    for request in server.requests() {
        let index = request.header.gpid.partition_index;
        // The hash of a row that a split would move away, so the scan notices a split.
        assert_eq!(request.header.partition_hash, index as u64 + 4);
        partitions.push(index);
        let request = request.read::<rpc::GetScanner>();
        assert_eq!((&request.start_key[..], &request.stop_key[..]), (&b"\0\0"[..], &b"\xff\xff"[..]));
        assert!(request.start_inclusive && !request.stop_inclusive);
        assert_eq!(request.full_scan, Some(true));
        assert_eq!(request.validate_partition_hash, Some(true));
    }
    partitions.sort_unstable();
    assert_eq!(partitions, [0, 1, 2, 3]);
}

#[tokio::test]
async fn a_server_that_says_split_while_the_routes_say_not_ends_a_batch() {
    let server = Fake::start(|request| refuse(request, &ErrorCode::ParentPartitionMisused)).await;
    for max_attempts in [Some(1), None] {
        let scene = Scene::open_with([table([server.address(); 4])], |options| {
            options.retry.max_attempts = max_attempts;
        })
        .await;
        let options = ScanOptions { timeout: Duration::from_millis(200), ..ScanOptions::default() };
        let mut scanner = scene.table.unordered_scanners(1, &options).unwrap().remove(0);
        let error = within(scanner.next_page()).await.unwrap_err();
        let expected = if max_attempts.is_some() { "ERR_PARENT_PARTITION_MISUSED" } else { "ERR_TIMEOUT" };
        assert_eq!(error.code(), expected, "{error}");
    }
}

#[tokio::test]
async fn what_begins_again_takes_its_time_from_the_same_batch() {
    const PAUSE: Duration = Duration::from_millis(100);
    let server = Fake::start(|request| match request.nth {
        0 => page(request, Fine, &["a"], 5),
        1 => Action::After(PAUSE, Box::new(page(request, NotFound, &[], 0))),
        _ => page(request, Fine, &["b"], -1),
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    let options = ScanOptions::default();
    let mut scanner = scene.table.scanner(b"h", b"", b"", options.clone()).unwrap();
    assert_eq!(rest(&mut scanner).await.unwrap(), "ab");
    let again = server.requests()[2].header.timeout_ms as u128;
    assert!(again <= (options.timeout - PAUSE).as_millis(), "{again}");
}

#[tokio::test]
async fn the_last_key_of_a_partition_is_not_carried_into_the_next() {
    let server = Fake::start(|request| match request.nth {
        0 => page(request, Fine, &["a"], 5),
        1 => page(request, Fine, &["b"], -1),
        2 => page(request, Fine, &[], 6),
        3 => page(request, NotFound, &[], 0),
        _ => page(request, Fine, &["c"], -1),
    })
    .await;
    let scene = Scene::open([table([server.address(); 2])]).await;
    let mut scanner = scene.table.unordered_scanners(1, &ScanOptions::default()).unwrap().remove(0);
    assert_eq!(rest(&mut scanner).await.unwrap(), "abc");
    let reopened = server.requests()[4].read::<rpc::GetScanner>();
    assert_eq!((&reopened.start_key[..], reopened.start_inclusive), (&b"\0\0"[..], true));
}

#[tokio::test]
async fn an_empty_range_asks_nobody() {
    let (server, scene) = paging(&[]).await;
    let mut scanner = scene.table.scanner(b"h", b"b", b"a", ScanOptions::default()).unwrap();
    assert_eq!(scanner.next_page().await.unwrap(), None);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_row_with_a_broken_key_is_refused() {
    let server = Fake::start(|request| {
        let row = pegasus_protocol::idl::KeyValue { key: "\u{7f}\u{7f}".into(), ..Default::default() };
        let response =
            pegasus_protocol::idl::ScanResponse { kvs: vec![row], context_id: -1, ..Default::default() };
        crate::support::reply::<rpc::GetScanner>(request, &response)
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    let error = scanner(&scene).next_page().await.unwrap_err();
    assert_eq!(error.code(), "ERR_INVALID_DATA");
}

#[tokio::test]
async fn each_page_has_the_whole_timeout() {
    let server = Fake::start(|request| {
        let answer = page(request, Fine, &["a"], if request.nth == 3 { -1 } else { 5 });
        Action::After(Duration::from_millis(60), Box::new(answer))
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    let options = ScanOptions { timeout: Duration::from_millis(200), ..ScanOptions::default() };
    let mut scanner = scene.table.scanner(b"h", b"", b"", options).unwrap();
    assert_eq!(rest(&mut scanner).await.unwrap(), "aaaa");
}

/// A scan that reads ahead, after two batches.
async fn reading_ahead(scene: &Scene) -> Scanner {
    let options = ScanOptions { read_ahead: true, ..ScanOptions::default() };
    let mut scanner = scene.table.scanner(b"h", b"", b"", options).unwrap();
    within(scanner.next_page()).await.unwrap().unwrap();
    within(scanner.next_page()).await.unwrap().unwrap();
    scanner
}

#[tokio::test]
async fn from_the_second_batch_on_the_next_one_is_asked_for_ahead() {
    let (server, scene) = paging(&[
        (Fine, &["a"], 5),
        (Fine, &["b"], 6),
        (Fine, &["c"], 7),
        (NotFound, &[], 0),
        (Fine, &["d"], -1),
    ])
    .await;
    let mut scanner = reading_ahead(&scene).await;
    server.wait_for_requests(3).await;
    assert_eq!(asked(&server), ["start", "scan 5", "scan 6"]);
    assert_eq!(rest(&mut scanner).await.unwrap(), "cd");
    assert_eq!(asked(&server), ["start", "scan 5", "scan 6", "scan 7", "start c"]);
}

#[tokio::test]
async fn a_batch_that_failed_ahead_is_asked_for_again() {
    let server = Fake::start(|request| match request.nth {
        0 => page(request, Fine, &["a"], 5),
        1 => page(request, Fine, &["b"], 6),
        2 => refuse(request, &ErrorCode::Busy),
        _ => page(request, Fine, &["c"], -1),
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    assert_eq!(rest(&mut reading_ahead(&scene).await).await.unwrap(), "c");
    assert_eq!(asked(&server), ["start", "scan 5", "scan 6", "scan 6"]);
}

#[tokio::test]
async fn dropping_frees_what_was_asked_for_ahead_when_it_has_come() {
    let server = Fake::start(|request| match request.nth {
        0 => page(request, Fine, &["a"], 5),
        1 => page(request, Fine, &["b"], 6),
        2 => Action::After(Duration::from_millis(50), Box::new(page(request, Fine, &["c"], 7))),
        _ => Action::Silence,
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    drop(reading_ahead(&scene).await);
    server.wait_for_requests(4).await;
    assert_eq!(asked(&server), ["start", "scan 5", "scan 6", "clear 7"]);
}

#[tokio::test]
async fn what_is_asked_for_ahead_holds_up_nothing_else() {
    let server = Fake::start(|request| match request.code() {
        RpcCode::Get => value(request, "v"),
        RpcCode::ClearScanner => Action::Silence,
        _ => page(request, Fine, &["a"], 5),
    })
    .await;
    let scene = Scene::open_with([table([server.address()])], |options| options.max_in_flight = 1).await;
    let mut scanner = reading_ahead(&scene).await;
    for _ in 0..10 {
        assert_eq!(within(scene.get()).await.unwrap(), "v");
        within(scanner.next_page()).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_table_that_is_split_is_scanned_on_in_both_halves() {
    let server = Fake::start(|request| match request.nth {
        0 => page(request, Fine, &["a"], 5),
        1 => refuse(request, &ErrorCode::ParentPartitionMisused),
        2 => page(request, Fine, &["b"], -1),
        _ => page(request, Fine, &["c"], -1),
    })
    .await;
    let address = server.address();
    let scene = Scene::open([table([address]), table([address, address])]).await;
    let mut scanners = scene.table.unordered_scanners(8, &ScanOptions::default()).unwrap();
    assert_eq!(scanners.len(), 1);
    assert_eq!(rest(&mut scanners[0]).await.unwrap(), "abc");
    let requests = server.requests();
    let partitions: Vec<_> = requests.iter().map(|request| request.header.gpid.partition_index).collect();
    assert!(partitions == [0, 0, 0, 1] || partitions == [0, 0, 1, 0], "{partitions:?}");
    for request in &requests[2..] {
        let opening = request.read::<rpc::GetScanner>();
        assert_eq!((opening.start_key, opening.start_inclusive), (scan_key("a"), false));
    }
}

/// How many contexts in a row a server may lose before the scan ends with an error.
const MOST_LOST: usize = 16;

/// A server that loses the context of each of the first openings, then gives the only row.
async fn forgetful(lost: usize) -> (Fake, Scene) {
    let server = Fake::start(move |request| match (request.code(), request.nth / 2) {
        (RpcCode::GetScanner, _) => page(request, Fine, &[], 5),
        (_, nth) if nth < lost => page(request, NotFound, &[], 0),
        _ => page(request, Fine, &["a"], -1),
    })
    .await;
    let scene = Scene::open([table([server.address()])]).await;
    (server, scene)
}

#[tokio::test]
async fn contexts_may_be_lost_many_times_in_a_row() {
    let (server, scene) = forgetful(MOST_LOST).await;
    assert_eq!(rest(&mut scanner(&scene)).await.unwrap(), "a");
    assert_eq!(server.requests().len(), 2 * (1 + MOST_LOST));
}

#[tokio::test]
async fn a_server_that_loses_every_context_ends_the_scan_until_it_is_asked_again() {
    let (server, scene) = forgetful(MOST_LOST + 1).await;
    let mut scanner = scanner(&scene);
    assert_eq!(within(scanner.next_page()).await.unwrap_err().code(), "ERR_INVALID_DATA");
    assert_eq!(server.requests().len(), 2 * (1 + MOST_LOST));
    assert_eq!(rest(&mut scanner).await.unwrap(), "a");
}
