//! Names that are slow or impossible to look up, and names with several addresses.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use pegasus_client::{CallOptions, Client, ClientOptions, Resolve, TableOptions};
use pegasus_protocol::idl::QueryCfgResponse;
use pegasus_protocol::rpc::QueryCfg;
use pegasus_protocol::types::{HostPort, RpcAddress};
use tokio::time::timeout;

use crate::support::{
    Action, Fake, FakeMeta, PATIENCE, Scene, UnusedPort, forward, options, reply, table, value, with_host,
    within,
};

/// A resolver that answers when the test says so, and counts.
#[derive(Debug, Default)]
struct Script {
    state: Mutex<Lookups>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Lookups {
    known: HashMap<String, Vec<IpAddr>>,
    /// The names of all look-ups so far.
    asked: Vec<String>,
    running: usize,
    most_running: usize,
}

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The beginning of names that do not exist.
const NOWHERE: &str = "nowhere";

impl Script {
    fn new() -> Arc<Self> {
        Arc::default()
    }

    /// From now on the name has these addresses. Names that nobody has told of are looked up for ever.
    fn tell(&self, name: &str, addresses: &[IpAddr]) {
        self.state.lock().unwrap().known.insert(name.to_owned(), addresses.to_vec());
        self.changed.notify_all();
    }

    fn forget(&self, name: &str) {
        self.state.lock().unwrap().known.remove(name);
    }

    fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.clone()
    }

    async fn until(&self, reached: impl Fn(&Lookups) -> bool) {
        within(async {
            while !reached(&self.state.lock().unwrap()) {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

/// Gives the script to a client. The threads of look-ups that never end outlive the test and hold it.
#[derive(Debug)]
struct Scripted(Arc<Script>);

impl Resolve for Scripted {
    fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let mut state = self.0.state.lock().unwrap();
        state.asked.push(host.to_owned());
        state.running += 1;
        state.most_running = state.most_running.max(state.running);
        let is_unknown = |state: &mut Lookups| !host.starts_with(NOWHERE) && !state.known.contains_key(host);
        let mut state = self.0.changed.wait_while(state, is_unknown).unwrap();
        state.running -= 1;
        state.known.get(host).cloned().ok_or_else(|| io::Error::other("no such name"))
    }
}

async fn serving() -> Fake {
    Fake::start(|request| value(request, "v")).await
}

/// A scene whose names are looked up by the script.
async fn scene(script: &Arc<Script>, configuration: QueryCfgResponse) -> Scene {
    let resolver = Arc::new(Scripted(Arc::clone(script)));
    Scene::open_with([configuration], |options| options.resolver = resolver).await
}

fn only_named(host: &str, server: &Fake) -> QueryCfgResponse {
    let mut named = with_host(host, table([server.address()]));
    named.partitions[0].primary = RpcAddress::NONE;
    named
}

#[tokio::test]
async fn an_address_beside_a_name_is_used_while_the_look_up_hangs() {
    let (script, server) = (Script::new(), serving().await);
    let scene = scene(&script, with_host("slow", table([server.address()]))).await;
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    assert_eq!((script.asked(), server.connections()), (vec!["slow".into()], 1));
}

#[tokio::test]
async fn an_address_beside_a_name_is_used_at_once_when_the_name_does_not_exist() {
    let (script, server) = (Script::new(), serving().await);
    let scene = scene(&script, with_host(NOWHERE, table([server.address()]))).await;
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    assert_eq!((server.connections(), scene.meta.queries()), (1, 1));
}

#[tokio::test]
async fn what_a_look_up_finds_after_the_connect_timeout_is_used_by_the_next_connect() {
    let (script, server) = (Script::new(), serving().await);
    let resolver = Arc::new(Scripted(Arc::clone(&script)));
    let scene = Scene::open_with([only_named("slow", &server)], |options| {
        options.resolver = resolver;
        options.connect_timeout = Duration::from_millis(20);
    })
    .await;
    // Several connects give up before the name is known.
    let timeout = Some(Duration::from_millis(300));
    let error = scene.table.get(b"h", b"s", CallOptions { timeout }).await.unwrap_err();
    assert_eq!((&*error.code(), error.is_maybe_applied()), ("ERR_TIMEOUT", false));
    assert!(error.message().contains("the look-up of slow has taken"), "{error}");
    assert_eq!(script.asked(), ["slow"], "they share one look-up");
    script.tell("slow", &[HERE]);
    script.until(|lookups| lookups.running == 0).await;
    // The next look-up is as slow.
    script.forget("slow");
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn an_error_says_that_it_was_the_look_up() {
    let (script, server) = (Script::new(), serving().await);
    let resolver = Arc::new(Scripted(Arc::clone(&script)));
    let scene = Scene::open_with([only_named(NOWHERE, &server)], |options| {
        options.resolver = resolver;
        options.retry.max_attempts = Some(1);
    })
    .await;
    let error = within(scene.get()).await.unwrap_err();
    assert_eq!(error.code(), "ERR_NETWORK_FAILURE");
    assert!(error.message().contains("the name nowhere could not be looked up: no such name"), "{error}");
}

#[tokio::test]
async fn look_ups_are_shared_by_name_and_few_run_at_once() {
    let (script, server) = (Script::new(), serving().await);
    let mut many = table([server.address(); 40]);
    for (at, partition) in many.partitions.iter_mut().enumerate() {
        // Two ports for each name: another server, the same look-up.
        let port = server.address().port() + (at % 2) as u16;
        partition.hp_primary = Some(HostPort::new(&*format!("server-{}", at / 2), port));
        partition.primary = RpcAddress::NONE;
    }
    let scene = scene(&script, many).await;
    let timeout = Some(Duration::from_millis(200));
    let gets = (0..1000u32).map(|key| {
        let key = key.to_be_bytes();
        let table = &scene.table;
        async move { table.get(&key, b"s", CallOptions { timeout }).await }
    });
    assert!(join_all(gets).await.iter().all(Result::is_err));
    script.until(|lookups| lookups.running == 8).await;
    let mut asked = script.asked();
    asked.sort();
    asked.dedup();
    assert_eq!((asked.len(), script.asked().len()), (8, 8), "one for each name");
    within(scene.client.close()).await;
    for name in &asked {
        script.tell(name, &[HERE]);
    }
    script.until(|lookups| lookups.running == 0).await;
    assert_eq!(
        (script.asked().len(), server.connections()),
        (8, 0),
        "none starts after the end of the client"
    );
    assert_eq!(script.state.lock().unwrap().most_running, 8);
}

#[tokio::test]
async fn the_addresses_of_the_last_look_up_are_used_while_the_next_one_hangs() {
    let (script, server) = (Script::new(), serving().await);
    script.tell("named", &[HERE]);
    let answers_once = Fake::start(move |request| match (request.nth, value(request, "v")) {
        (0, Action::Send(bytes)) => Action::SendAndClose(bytes),
        (_, other) => other,
    })
    .await;
    drop(server);
    let scene = scene(&script, only_named("named", &answers_once)).await;
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    answers_once.wait_for_requests(1).await;
    script.forget("named");
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    assert_eq!((script.asked().len(), answers_once.connections()), (2, 2));
}

#[tokio::test]
async fn of_several_addresses_one_that_accepts_and_hangs_loses() {
    let script = Script::new();
    let here_too = Ipv4Addr::new(127, 0, 0, 2);
    let hanging = tokio::net::TcpListener::bind((here_too, 0)).await.unwrap();
    let port = hanging.local_addr().unwrap().port();
    let server = Fake::start_at((Ipv4Addr::LOCALHOST, port), |request| value(request, "v")).await;
    script.tell("two", &[here_too.into(), HERE]);
    let scene = scene(&script, only_named("two", &server)).await;
    let (got, hung) = within(async { tokio::join!(scene.get(), hanging.accept()) }).await;
    assert_eq!(got.unwrap(), "v");
    // The hanging one gets the harmless request and the end, and no request of the user.
    let (mut socket, _) = hung.unwrap();
    let mut bytes = Vec::new();
    within(tokio::io::AsyncReadExt::read_to_end(&mut socket, &mut bytes)).await.unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("RRDB"));
    assert_eq!((server.connections(), server.requests().len(), server.probes()), (1, 1, 1));
    assert!(timeout(Duration::from_millis(10), hanging.accept()).await.is_err(), "it was dialed once");
}

#[tokio::test]
async fn of_several_addresses_one_at_which_nobody_listens_is_passed_at_once() {
    let (script, unused) = (Script::new(), UnusedPort::new());
    let here_too = Ipv4Addr::new(127, 0, 0, 2);
    let server = Fake::start_at((here_too, unused.address().port()), |request| value(request, "v")).await;
    script.tell("two", &[HERE, here_too.into()]);
    let scene = scene(&script, only_named("two", &server)).await;
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    assert_eq!((server.connections(), server.probes()), (1, 1));
}

#[tokio::test]
async fn a_single_address_gets_no_request_but_those_of_the_user() {
    let (script, server) = (Script::new(), serving().await);
    script.tell("one", &[HERE]);
    let scene = scene(&script, only_named("one", &server)).await;
    assert_eq!(within(scene.get()).await.unwrap(), "v");
    assert_eq!((server.requests().len(), server.probes()), (1, 0));
}

#[tokio::test]
async fn a_meta_server_with_two_addresses_of_which_one_hangs_is_reached() {
    let script = Script::new();
    let here_too = Ipv4Addr::new(127, 0, 0, 2);
    let hanging = tokio::net::TcpListener::bind((here_too, 0)).await.unwrap();
    let port = hanging.local_addr().unwrap().port();
    let server = serving().await;
    let known = table([server.address()]);
    let meta =
        Fake::start_at((Ipv4Addr::LOCALHOST, port), move |request| reply::<QueryCfg>(request, &known)).await;
    script.tell("meta", &[here_too.into(), HERE]);
    let options = ClientOptions {
        meta_servers: vec![format!("meta:{port}")],
        resolver: Arc::new(Scripted(Arc::clone(&script))),
        ..options([&meta])
    };
    let client = within(Client::connect(options)).await.unwrap();
    within(client.open_table("temp", TableOptions::default())).await.unwrap();
    assert_eq!((meta.connections(), meta.probes()), (1, 1));
}

#[tokio::test]
async fn every_address_of_a_meta_servers_name_is_asked_until_one_knows_the_leader() {
    let (script, server) = (Script::new(), serving().await);
    let here_too = Ipv4Addr::new(127, 0, 0, 2);
    let knows_nothing = forward(None);
    let follower =
        Fake::start_at((here_too, 0), move |request| reply::<QueryCfg>(request, &knows_nothing)).await;
    let known = table([server.address()]);
    let leader = Fake::start_at((Ipv4Addr::LOCALHOST, follower.address().port()), move |request| {
        reply::<QueryCfg>(request, &known)
    })
    .await;
    script.tell("metas", &[here_too.into(), HERE]);
    let options = ClientOptions {
        meta_servers: vec![format!("metas:{}", follower.address().port())],
        resolver: Arc::new(Scripted(Arc::clone(&script))),
        ..options([&leader])
    };
    let client = within(Client::connect(options)).await.unwrap();
    within(client.open_table("temp", TableOptions::default())).await.unwrap();
    let asked = (follower.requests().len(), leader.requests().len());
    assert!((1..=2).contains(&asked.0) && asked.1 == 1, "{asked:?}");
}

#[tokio::test]
async fn an_error_says_that_it_was_the_look_up_also_when_the_connect_timeout_is_the_longer_one() {
    let (script, server) = (Script::new(), serving().await);
    let longer = Duration::from_secs(60);
    let connecting = Client::connect(ClientOptions {
        resolver: Arc::new(Scripted(Arc::clone(&script))),
        connect_timeout: longer,
        timeout: Duration::from_millis(20),
        ..ClientOptions::new(["metas:34601"])
    });
    let error = within(connecting).await.err().unwrap();
    let said = (error.code(), error.message().contains("ms: the look-up of metas has taken"));
    assert_eq!(said, ("ERR_TIMEOUT".into(), true), "{error}");

    let resolver = Arc::new(Scripted(Arc::clone(&script)));
    let scene = Scene::open_with([only_named("slow", &server)], |options| {
        options.resolver = resolver;
        options.connect_timeout = longer;
    })
    .await;
    let timeout = Some(Duration::from_millis(20));
    let error = scene.table.get(b"h", b"s", CallOptions { timeout }).await.unwrap_err();
    let said = (error.code(), error.message().contains("made, and the look-up of slow has taken"));
    assert_eq!(said, ("ERR_TIMEOUT".into(), true), "{error}");
    assert_eq!(script.asked(), ["metas", "slow"]);
}

/// A resolver with a defect.
#[derive(Debug)]
struct Panics;

impl Resolve for Panics {
    fn resolve(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
        std::panic::resume_unwind(Box::new("on purpose"))
    }
}

#[tokio::test]
async fn a_resolver_that_panics_fails_the_look_up_only() {
    let server = serving().await;
    let meta = FakeMeta::start([with_host("any", table([server.address()]))]).await;
    let options = ClientOptions { resolver: Arc::new(Panics), ..options([meta.fake()]) };
    let client = Client::connect(options).await.unwrap();
    let table = client.open_table("temp", TableOptions::default()).await.unwrap();
    assert_eq!(within(table.get(b"h", b"s", CallOptions::default())).await.unwrap().unwrap(), "v");
}

#[test]
fn the_end_of_a_runtime_waits_for_no_look_up() {
    let (done, ended) = std::sync::mpsc::channel();
    let test = std::thread::spawn(move || {
        let script = Script::new();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let scene = runtime.block_on(async {
            let server = serving().await;
            let scene = scene(&script, only_named("slow", &server)).await;
            let timeout = Some(Duration::from_millis(10));
            let error = scene.table.get(b"h", b"s", CallOptions { timeout }).await.unwrap_err();
            assert_eq!(error.code(), "ERR_TIMEOUT");
            assert!(error.message().contains("the connection to slow:"), "{error}");
            script.until(|lookups| lookups.running == 1).await;
            scene
        });
        drop(runtime);
        drop(scene);
        assert_eq!(script.state.lock().unwrap().running, 1, "the look-up still runs");
        // Its result comes when nobody is left.
        script.tell("slow", &[HERE]);
        while script.state.lock().unwrap().running > 0 {
            std::thread::yield_now();
        }
        done.send(()).unwrap();
    });
    ended.recv_timeout(PATIENCE).unwrap();
    test.join().unwrap();
}
