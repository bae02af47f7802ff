//! A server as the client knows it, with its one live connection.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use pegasus_protocol::types::Gpid;
use tokio::time::Instant;
use tracing::instrument::WithSubscriber;

use super::connection::Connection;
use super::dial::{Dialler, dial_and_drive, unreachable};
use super::error::{NetError, NetErrorKind};
use super::health::Health;
use super::shared::SharedConnection;
use crate::address::ServerAddress;

/// A server and the connection to it. It lives as long as a snapshot or an operation refers to it.
pub(crate) struct Server {
    address: ServerAddress,
    dialler: Arc<Dialler>,
    current: ArcSwapOption<Connection>,
    health: Arc<Health>,
    /// Whether the client is closed. Locked while a connection is begun, so there is one at a time.
    closed: Mutex<bool>,
}

impl Server {
    pub(super) fn new(address: ServerAddress, dialler: Arc<Dialler>) -> Self {
        let health = dialler.remembered.take(&address);
        Self { address, dialler, current: ArcSwapOption::empty(), health, closed: Mutex::new(false) }
    }

    pub(crate) fn address(&self) -> &ServerAddress {
        &self.address
    }

    /// What is known about the server, over all its connections.
    pub(crate) fn health(&self) -> &Arc<Health> {
        &self.health
    }

    /// The latest connection, made or being made. It may be over; a call on it then fails.
    pub(crate) fn connection(&self) -> Option<Arc<Connection>> {
        self.current.load_full()
    }

    /// The connection, if there is one that was made and is not over.
    pub(crate) fn live(&self) -> Option<Arc<Connection>> {
        self.connection().filter(|connection| connection.is_live())
    }

    /// Whether the server failed and has not answered since. A new connection proves little: the kernel of a
    /// hanging process accepts it too.
    pub(crate) fn is_suspect(&self) -> bool {
        match self.connection() {
            Some(connection) => !connection.is_proven() && (self.health.has_failed() || connection.is_over()),
            None => self.health.has_failed(),
        }
    }

    /// Why the server is away: the failure of the last dial, or of the connection that ended without an answer, if
    /// it has not answered since.
    pub(crate) fn trouble(&self) -> Option<NetError> {
        let failure = self.health.last_failure()?;
        Some(match failure.kind {
            NetErrorKind::Unreachable => unreachable(&self.address, &failure),
            _ => failure,
        })
    }

    /// How far the look-up of its name is, in words, if one runs.
    pub(crate) fn looking_up(&self) -> Option<String> {
        let (name, _) = self.address.name()?;
        self.dialler.names.progress(name)
    }

    /// Fails the calls in flight to partitions that this server no longer leads: it drops what it has not finished,
    /// and never answers. `deposed` tells in words who leads a partition now, for a call that was sent at this time;
    /// `None`: this server still does.
    pub(crate) fn give_up(&self, deposed: impl Fn(Gpid, Instant) -> Option<String>) {
        if let Some(connection) = self.connection() {
            connection.give_up(deposed);
        }
    }

    /// The connection that accepts calls, or a new one, which is made in a task of its own: after the pause that the
    /// server's failures demand, and within the connect timeout. It never waits.
    ///
    /// Calls can be made on it at once. They leave, in the order in which they were made, when there is a socket;
    /// when it cannot be made they fail with `Unreachable`, and nothing was sent. In a closed client they fail
    /// with `Closed`.
    pub(crate) fn start_connecting(&self) -> Arc<Connection> {
        let usable = || self.connection().filter(|connection| !connection.is_over());
        if let Some(connection) = usable() {
            return connection;
        }
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = usable() {
            return connection;
        }
        let shared = Arc::new(SharedConnection::new(self.dialler.limits, Arc::clone(&self.health)));
        let connection = Arc::new(Connection::new(Arc::clone(&shared)));
        if *closed {
            connection.close();
            return connection;
        }
        let task = dial_and_drive(self.address.clone(), Arc::clone(&self.dialler), shared);
        tokio::spawn(task.with_current_subscriber());
        self.current.store(Some(Arc::clone(&connection)));
        connection
    }

    /// Waits for the connection that [`Self::start_connecting`] returns. The caller limits the time.
    pub(crate) async fn connect(&self) -> Result<Arc<Connection>, NetError> {
        let connection = self.start_connecting();
        match connection.established().await {
            Ok(()) => Ok(connection),
            Err(error) if error.kind == NetErrorKind::Reset => {
                Err(NetError::new(NetErrorKind::Reset, format!("{}: {error}", self.address)))
            }
            Err(error) => Err(error),
        }
    }

    /// Closes the connection, made or being made; calls in flight fail. There is none afterwards.
    pub(super) fn close(&self) {
        *self.closed.lock().unwrap_or_else(PoisonError::into_inner) = true;
        if let Some(connection) = self.current.swap(None) {
            connection.close();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.dialler.remembered.keep(&self.address, &self.health);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use pegasus_protocol::frame::{RequestHeader, decode_request, encode_reply};
    use pegasus_protocol::idl::{QueryCfgRequest, QueryCfgResponse};
    use pegasus_protocol::rpc::{Get, QueryCfg};
    use pegasus_protocol::types::ErrorCode;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::super::error::Sent;
    use super::super::shared::Limits;
    use super::*;

    fn server(address: std::net::SocketAddr) -> Arc<Server> {
        let address = ServerAddress::parse(&address.to_string()).unwrap();
        let second = Duration::from_secs(1);
        let limits = Limits { connect_timeout: 5 * second, session_reset: 5 * second, most_queued: 1 << 20 };
        Arc::new(Server::new(
            address,
            Arc::new(Dialler::new(limits, Arc::new(crate::resolve::SystemResolver))),
        ))
    }

    /// Connects while the listener accepts.
    async fn connect(server: &Arc<Server>, listener: &TcpListener) -> (Arc<Connection>, TcpStream) {
        let (connected, accepted) = tokio::join!(server.connect(), listener.accept());
        (connected.unwrap(), accepted.unwrap().0)
    }

    /// Asks, and answers at the other end.
    async fn converse(connection: &Arc<Connection>, peer: &mut TcpStream) {
        let header = RequestHeader::default();
        let call = connection.call::<QueryCfg>(&header, &QueryCfgRequest::default()).unwrap();
        let answering = async {
            assert!(peer.read(&mut [0; 1024]).await.unwrap() > 0);
            let mut reply = bytes::BytesMut::new();
            encode_reply::<QueryCfg>(&ErrorCode::Ok, 1, &QueryCfgResponse::default(), &mut reply);
            peer.write_all(&reply).await.unwrap();
        };
        let (reply, ()) = tokio::join!(call, answering);
        reply.unwrap();
    }

    async fn until_ended(connection: &Connection) {
        while connection.is_live() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_server_is_suspect_from_its_failure_until_it_answers_again() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let server = server(listener.local_addr().unwrap());
        assert!(!server.is_suspect(), "nothing is known yet");
        let (connection, peer) = connect(&server, &listener).await;
        assert!(!server.is_suspect(), "a first connection proves nothing either way");
        drop(peer);
        until_ended(&connection).await;
        assert!(server.is_suspect(), "the connection broke");
        let (connection, mut peer) = connect(&server, &listener).await;
        assert!(server.is_suspect(), "a process that hangs accepts a connection too");
        converse(&connection, &mut peer).await;
        assert!(!server.is_suspect(), "it answered");
    }

    /// Puts a server into the longest pause.
    fn pause(server: &Server) {
        (0..10).for_each(|_| server.health.note_failed_dial("a server", NetErrorKind::Reset, "on purpose"));
    }

    fn header(partition_index: i32) -> RequestHeader {
        RequestHeader {
            gpid: Gpid { app_id: 1, partition_index },
            timeout_ms: 5000,
            ..RequestHeader::default()
        }
    }

    #[tokio::test]
    async fn calls_that_are_given_up_in_the_pause_are_not_sent_and_the_others_keep_their_order() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let server = server(listener.local_addr().unwrap());
        pause(&server);
        let connection = server.start_connecting();
        assert!(!connection.is_live() && !connection.is_over() && server.live().is_none());
        let call = |partition| {
            let key = bytes::Bytes::from(format!("key-{partition}"));
            connection.call::<Get>(&header(partition), &key).unwrap()
        };
        let calls: Vec<_> = [3, 1, 4, 1, 5].map(call).into();
        server.give_up(|gpid, _| (gpid.partition_index == 1).then(|| "another server leads it".to_owned()));
        let mut sent = Vec::new();
        for (at, mut call) in calls.into_iter().enumerate() {
            match at {
                1 | 3 => {
                    let error = call.await.unwrap_err();
                    assert_eq!((error.kind, error.sent), (NetErrorKind::Deposed, Sent::No));
                }
                2 => assert_eq!(call.abandon(), Sent::No),
                _ => sent.push(call),
            }
        }
        let mut peer = listener.accept().await.unwrap().0;
        let mut bytes = bytes::BytesMut::new();
        let mut partitions = Vec::new();
        while partitions.len() < 2 {
            assert!(peer.read_buf(&mut bytes).await.unwrap() > 0);
            while let Some(request) = decode_request(&mut bytes, 1 << 20).unwrap() {
                assert!(request.header.timeout_ms < 5000, "the pause took its part");
                partitions.push(request.header.gpid.partition_index);
            }
        }
        assert_eq!((partitions, bytes.len()), (vec![3, 5], 0));
        assert_eq!(sent.pop().unwrap().abandon(), Sent::Maybe);
    }

    #[tokio::test]
    async fn a_connection_that_cannot_be_made_fails_its_calls_unsent_and_a_closed_server_makes_none() {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let server = server(socket.local_addr().unwrap());
        let call = || server.start_connecting().call::<Get>(&header(0), &bytes::Bytes::from_static(b"key"));
        let error = call().unwrap().await.unwrap_err();
        assert_eq!((error.kind, error.sent), (NetErrorKind::Unreachable, Sent::No));
        pause(&server);
        let waiting = call().unwrap();
        server.close();
        let error = waiting.await.unwrap_err();
        assert_eq!((error.kind, error.sent), (NetErrorKind::Closed, Sent::No));
        assert_eq!(call().err().unwrap().kind, NetErrorKind::Closed);
        assert_eq!(server.connect().await.err().unwrap().kind, NetErrorKind::Closed);
    }

    #[tokio::test]
    async fn a_server_that_refused_a_connection_is_suspect_until_it_answers() {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let server = server(socket.local_addr().unwrap());
        assert!(server.trouble().is_none());
        let error = server.connect().await.err().unwrap();
        assert_eq!(error.kind, NetErrorKind::Unreachable);
        assert!(server.is_suspect());
        assert_eq!(server.trouble().unwrap().to_string(), error.to_string());
        let listener = socket.listen(1).unwrap();
        let (connection, mut peer) = connect(&server, &listener).await;
        assert!(server.is_suspect(), "it has only accepted");
        converse(&connection, &mut peer).await;
        assert!(!server.is_suspect() && server.trouble().is_none());
    }
}
