//! A scripted server: one closure decides how it reacts to each request.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::BytesMut;
use pegasus_protocol::frame::{RequestFrame, decode_request, encode_error};
use pegasus_protocol::rpc::{QueryCfg, Rpc, RpcCode};
use pegasus_protocol::types::ErrorCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{no_table, reply};

/// Longer than any test needs; a test that takes longer hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

/// A request, with its position among the others.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    frame: RequestFrame,
    /// The connection that it came on, counted from 0.
    pub(crate) connection: usize,
    /// The number of requests that the server had before it.
    pub(crate) nth: usize,
}

impl Request {
    pub(crate) fn code(&self) -> RpcCode {
        RpcCode::from_name(self.frame.head.name.as_bytes()).expect("an RPC that is known")
    }

    pub(crate) fn read<R: Rpc>(&self) -> R::Request {
        assert_eq!(self.code(), R::CODE);
        self.frame.arguments().expect("a request that can be read")
    }

    /// Whether a client looks for the leader: it asks for the table without a name.
    pub(crate) fn looks_for_leader(&self) -> bool {
        self.code() == RpcCode::QueryCfg && self.read::<QueryCfg>().app_name.to_string().is_empty()
    }
}

impl Deref for Request {
    type Target = RequestFrame;

    fn deref(&self) -> &RequestFrame {
        &self.frame
    }
}

/// The reaction to a request.
pub(crate) enum Action {
    /// Sends these bytes, whatever they are.
    Send(BytesMut),
    /// Sends these bytes, then closes the connection.
    SendAndClose(BytesMut),
    /// Sends nothing.
    Silence,
    /// Closes the connection.
    Close,
    /// Acts once the latch is open. Other requests are answered meanwhile.
    Behind(Latch, Box<Action>),
    /// Acts after a delay. Only for tests about time, never to wait until something has happened.
    After(Duration, Box<Action>),
}

/// Closed until it is opened, then open for good.
#[derive(Clone)]
pub(crate) struct Latch(Arc<Semaphore>);

impl Latch {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    pub(crate) fn open(&self) {
        self.0.close();
    }

    async fn pass(&self) {
        // No permit is ever added: this returns only with the error that the semaphore is closed, so the
        // latch is open.
        let _ = self.0.acquire().await;
    }
}

/// What the server has seen.
#[derive(Default)]
struct Log {
    connections: usize,
    /// The connections that the client has closed or reset.
    ended: usize,
    requests: Vec<Request>,
    /// The harmless requests so far, by which clients find out whether a server is there.
    probes: usize,
    /// What was swallowed.
    swallowed: Vec<u8>,
    /// The bytes from the client that are not a request, as an error in words.
    broken: Option<String>,
}

type Answer = dyn Fn(&Request) -> Action + Send + Sync;

struct FakeState {
    answer: Box<Answer>,
    /// Whether clients that look for the leader are told that it is here, and leave no request.
    leads: bool,
    /// Connections below this number are swallowed: like behind a firewall that has forgotten them.
    swallows: AtomicUsize,
    log: watch::Sender<Log>,
}

/// A scripted server. Dropping it ends it and its connections.
pub(crate) struct Fake {
    address: SocketAddrV4,
    state: Arc<FakeState>,
    _tasks: JoinSet<()>,
}

impl Fake {
    /// A server that leads: clients that look for the leader find it here. That query is no request of the test.
    pub(crate) async fn start(answer: impl Fn(&Request) -> Action + Send + Sync + 'static) -> Self {
        Self::listen((Ipv4Addr::LOCALHOST, 0), answer, true)
    }

    /// Starts it at this address.
    pub(crate) async fn start_at(
        address: (Ipv4Addr, u16),
        answer: impl Fn(&Request) -> Action + Send + Sync + 'static,
    ) -> Self {
        Self::listen(address, answer, true)
    }

    /// A server whose closure also decides what clients hear that look for the leader.
    pub(crate) async fn start_scripted(answer: impl Fn(&Request) -> Action + Send + Sync + 'static) -> Self {
        Self::listen((Ipv4Addr::LOCALHOST, 0), answer, false)
    }

    fn listen(
        address: (Ipv4Addr, u16),
        answer: impl Fn(&Request) -> Action + Send + Sync + 'static,
        leads: bool,
    ) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(address.into()).unwrap();
        Self::on(socket, answer, leads)
    }

    fn on(
        socket: TcpSocket,
        answer: impl Fn(&Request) -> Action + Send + Sync + 'static,
        leads: bool,
    ) -> Self {
        let listener = socket.listen(128).unwrap();
        let address = ipv4(listener.local_addr().unwrap());
        let state = Arc::new(FakeState {
            answer: Box::new(answer),
            leads,
            swallows: AtomicUsize::new(0),
            log: watch::Sender::default(),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, Arc::clone(&state)));
        Self { address, state, _tasks: tasks }
    }

    /// A server that accepts connections and sends nothing.
    pub(crate) async fn silent() -> Self {
        Self::start_scripted(|_| Action::Silence).await
    }

    pub(crate) fn address(&self) -> SocketAddrV4 {
        self.address
    }

    /// The number of connections ever accepted.
    pub(crate) fn connections(&self) -> usize {
        self.state.log.borrow().connections
    }

    /// From now on nothing that comes on the connections made so far has any effect.
    pub(crate) fn swallow(&self) {
        self.state.swallows.store(self.connections(), Ordering::Relaxed);
    }

    /// The number of bytes swallowed.
    pub(crate) fn swallowed(&self) -> usize {
        self.state.log.borrow().swallowed.len()
    }

    /// What was swallowed, as text as far as it is text.
    pub(crate) fn swallowed_text(&self) -> String {
        String::from_utf8_lossy(&self.state.log.borrow().swallowed).into_owned()
    }

    /// The number of harmless requests so far. They are answered like any server does, and are no requests here.
    pub(crate) fn probes(&self) -> usize {
        self.state.log.borrow().probes
    }

    /// All requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let log = self.state.log.borrow();
        assert_eq!(log.broken, None);
        log.requests.clone()
    }

    /// Waits until this many requests have come, and returns all of them.
    pub(crate) async fn wait_for_requests(&self, count: usize) -> Vec<Request> {
        self.wait_for(|log| log.requests.len() >= count).await;
        self.requests()
    }

    /// Waits until the client has ended this many connections.
    pub(crate) async fn wait_for_ends(&self, count: usize) {
        self.wait_for(|log| log.ended >= count).await;
    }

    async fn wait_for(&self, reached: impl Fn(&Log) -> bool) {
        let mut log = self.state.log.subscribe();
        let waited = timeout(PATIENCE, log.wait_for(reached)).await;
        assert!(waited.is_ok(), "the server has seen {:?}", self.requests());
    }
}

fn ipv4(address: SocketAddr) -> SocketAddrV4 {
    match address {
        SocketAddr::V4(address) => address,
        SocketAddr::V6(_) => panic!("{address} is not IPv4"),
    }
}

async fn accept(listener: TcpListener, state: Arc<FakeState>) {
    // Dropped with this task, so the connections end with the server.
    let mut conversations = JoinSet::new();
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        socket.set_nodelay(true).unwrap();
        let mut connection = 0;
        state.log.send_modify(|log| {
            connection = log.connections;
            log.connections += 1;
        });
        conversations.spawn(converse(socket, connection, Arc::clone(&state)));
    }
}

/// Bytes to send, or the end of the connection.
type Step = Option<BytesMut>;

async fn converse(socket: TcpStream, connection: usize, state: Arc<FakeState>) {
    let (reader, mut writer) = socket.into_split();
    let (steps, mut queue) = mpsc::unbounded_channel::<Step>();
    let write = async {
        while let Some(Some(bytes)) = queue.recv().await {
            if writer.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = read(reader, connection, &state, steps) => {}
        () = write => {}
    }
}

async fn read(
    mut reader: OwnedReadHalf,
    connection: usize,
    state: &FakeState,
    steps: mpsc::UnboundedSender<Step>,
) {
    let mut buffer = BytesMut::new();
    let mut later = JoinSet::new();
    loop {
        loop {
            match decode_request(&mut buffer, 1 << 30) {
                Ok(Some(frame)) => {
                    let action = decide(frame, connection, state);
                    later.spawn(act(action, steps.clone()));
                }
                Ok(None) => break,
                Err(error) => {
                    state.log.send_modify(|log| log.broken = Some(error.to_string()));
                    return;
                }
            }
        }
        match reader.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => {
                state.log.send_modify(|log| log.ended += 1);
                return;
            }
            Ok(_) if connection < state.swallows.load(Ordering::Relaxed) => {
                state.log.send_modify(|log| log.swallowed.extend_from_slice(&buffer.split()));
            }
            Ok(_) => {}
        }
    }
}

/// Decides before the test sees the request, so a change that the test makes then cannot affect the reply.
fn decide(frame: RequestFrame, connection: usize, state: &FakeState) -> Action {
    if RpcCode::from_name(frame.head.name.as_bytes()).is_none() {
        state.log.send_modify(|log| log.probes += 1);
        let mut bytes = BytesMut::new();
        encode_error(
            &ErrorCode::HandlerNotFound,
            frame.head.name.as_bytes(),
            frame.head.sequence_id,
            &mut bytes,
        );
        return Action::Send(bytes);
    }
    let nth = state.log.borrow().requests.len();
    let request = Request { frame, connection, nth };
    if state.leads && request.looks_for_leader() {
        return reply::<QueryCfg>(&request, &no_table(ErrorCode::ObjectNotFound));
    }
    let action = (state.answer)(&request);
    state.log.send_modify(|log| log.requests.push(request));
    action
}

/// Boxed, because it is recursive.
fn act(action: Action, steps: mpsc::UnboundedSender<Step>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        // The connection may have ended meanwhile; then the step is dropped.
        match action {
            Action::Send(bytes) => drop(steps.send(Some(bytes))),
            Action::SendAndClose(bytes) => {
                let _ = steps.send(Some(bytes));
                let _ = steps.send(None);
            }
            Action::Close => drop(steps.send(None)),
            Action::Silence => {}
            Action::Behind(latch, action) => {
                latch.pass().await;
                act(*action, steps).await;
            }
            Action::After(delay, action) => {
                sleep(delay).await;
                act(*action, steps).await;
            }
        }
    })
}

/// A port at which nothing listens. It is held, so no other test gets it.
pub(crate) struct UnusedPort {
    address: SocketAddrV4,
    held: TcpSocket,
}

impl UnusedPort {
    pub(crate) fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        Self { address: ipv4(socket.local_addr().unwrap()), held: socket }
    }

    pub(crate) fn address(&self) -> SocketAddrV4 {
        self.address
    }

    /// Starts a server at this port.
    pub(crate) fn start(self, answer: impl Fn(&Request) -> Action + Send + Sync + 'static) -> Fake {
        Fake::on(self.held, answer, true)
    }
}
