//! A server that does what a test tells it: one closure decides about each request.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use pegasus_protocol::frame::{RequestFrame, decode_request};
use pegasus_protocol::rpc::{Rpc, RpcCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Far longer than anything here takes; what fails because of it would hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

/// A request, and which one it is.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    frame: RequestFrame,
    /// The connection it came on, counted from 0.
    pub(crate) connection: usize,
    /// How many requests the server had had before it.
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
}

impl Deref for Request {
    type Target = RequestFrame;

    fn deref(&self) -> &RequestFrame {
        &self.frame
    }
}

/// What becomes of a request.
pub(crate) enum Action {
    /// These bytes, whatever they are.
    Send(BytesMut),
    /// These bytes, then the end of the connection.
    SendAndClose(BytesMut),
    /// Nothing, for ever.
    Silence,
    /// The end of the connection.
    Close,
    /// That, once the gate is open. Other requests are answered meanwhile.
    Behind(Gate, Box<Action>),
    /// That, after a while: for what is about time, never for waiting until something has happened.
    After(Duration, Box<Action>),
}

/// Closed until it is opened, then open for good.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Semaphore>);

impl Gate {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    pub(crate) fn open(&self) {
        self.0.close();
    }

    async fn pass(&self) {
        // Nobody ever adds a permit: it ends with the error that the gate is open.
        let _ = self.0.acquire().await;
    }
}

/// What a server has seen.
#[derive(Default)]
struct Log {
    connections: usize,
    /// Connections that the client has closed or reset.
    ended: usize,
    requests: Vec<Request>,
    /// What the client sent that is no request.
    broken: Option<String>,
}

type Answer = dyn Fn(&Request) -> Action + Send + Sync;

struct Shared {
    answer: Box<Answer>,
    log: watch::Sender<Log>,
}

/// A scripted server. It ends with its connections when it is dropped.
pub(crate) struct Fake {
    address: SocketAddrV4,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

impl Fake {
    pub(crate) async fn start(answer: impl Fn(&Request) -> Action + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = ipv4(listener.local_addr().unwrap());
        let shared = Arc::new(Shared { answer: Box::new(answer), log: watch::Sender::default() });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, _tasks: tasks }
    }

    /// One that accepts connections and says nothing.
    pub(crate) async fn silent() -> Self {
        Self::start(|_| Action::Silence).await
    }

    pub(crate) fn address(&self) -> SocketAddrV4 {
        self.address
    }

    /// How many connections were ever accepted.
    pub(crate) fn connections(&self) -> usize {
        self.shared.log.borrow().connections
    }

    /// All requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let log = self.shared.log.borrow();
        assert_eq!(log.broken, None);
        log.requests.clone()
    }

    /// Waits until so many requests have come, and gives them.
    pub(crate) async fn wait_for_requests(&self, count: usize) -> Vec<Request> {
        self.wait_for(|log| log.requests.len() >= count).await;
        self.requests()
    }

    /// Waits until the client has ended so many connections.
    pub(crate) async fn wait_for_ends(&self, count: usize) {
        self.wait_for(|log| log.ended >= count).await;
    }

    async fn wait_for(&self, reached: impl Fn(&Log) -> bool) {
        let mut log = self.shared.log.subscribe();
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

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Dropped with this task: so the connections end with the server.
    let mut conversations = JoinSet::new();
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        socket.set_nodelay(true).unwrap();
        let mut connection = 0;
        shared.log.send_modify(|log| {
            connection = log.connections;
            log.connections += 1;
        });
        conversations.spawn(converse(socket, connection, Arc::clone(&shared)));
    }
}

/// Bytes to send, or the end.
type Step = Option<BytesMut>;

async fn converse(socket: TcpStream, connection: usize, shared: Arc<Shared>) {
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
        () = read(reader, connection, &shared, steps) => {}
        () = write => {}
    }
}

async fn read(
    mut reader: OwnedReadHalf,
    connection: usize,
    shared: &Shared,
    steps: mpsc::UnboundedSender<Step>,
) {
    let mut buffer = BytesMut::new();
    let mut later = JoinSet::new();
    loop {
        loop {
            match decode_request(&mut buffer, 1 << 30) {
                Ok(Some(frame)) => {
                    let action = decide(frame, connection, shared);
                    later.spawn(act(action, steps.clone()));
                }
                Ok(None) => break,
                Err(error) => {
                    shared.log.send_modify(|log| log.broken = Some(error.to_string()));
                    return;
                }
            }
        }
        match reader.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => {
                shared.log.send_modify(|log| log.ended += 1);
                return;
            }
            Ok(_) => {}
        }
    }
}

/// Decides before the request is shown to the test, so that nothing a test changes after it has
/// seen a request changes the answer to that one.
fn decide(frame: RequestFrame, connection: usize, shared: &Shared) -> Action {
    let nth = shared.log.borrow().requests.len();
    let request = Request { frame, connection, nth };
    let action = (shared.answer)(&request);
    shared.log.send_modify(|log| log.requests.push(request));
    action
}

/// Boxed because it calls itself.
fn act(action: Action, steps: mpsc::UnboundedSender<Step>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        // The connection may have ended meanwhile: then nobody wants the step any more.
        match action {
            Action::Send(bytes) => drop(steps.send(Some(bytes))),
            Action::SendAndClose(bytes) => {
                let _ = steps.send(Some(bytes));
                let _ = steps.send(None);
            }
            Action::Close => drop(steps.send(None)),
            Action::Silence => {}
            Action::Behind(gate, action) => {
                gate.pass().await;
                act(*action, steps).await;
            }
            Action::After(delay, action) => {
                sleep(delay).await;
                act(*action, steps).await;
            }
        }
    })
}

/// A port at which nobody listens: held, so that no other test gets it meanwhile.
pub(crate) struct UnusedPort {
    address: SocketAddrV4,
    _held: TcpSocket,
}

impl UnusedPort {
    pub(crate) fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        Self { address: ipv4(socket.local_addr().unwrap()), _held: socket }
    }

    pub(crate) fn address(&self) -> SocketAddrV4 {
        self.address
    }
}
