//! A server as the client knows it, with its one live connection.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use pegasus_protocol::types::Gpid;

use super::connection::Connection;
use super::dial::dial;
use super::error::{NetError, NetErrorKind};
use super::health::Health;
use crate::address::ServerAddress;
use crate::single_flight::SingleFlight;

/// A server and the connection to it. It lives as long as a snapshot or an operation refers to it.
pub(crate) struct Server {
    address: ServerAddress,
    connect_timeout: Duration,
    session_reset: Duration,
    most_queued: usize,
    current: ArcSwapOption<Connection>,
    health: Arc<Health>,
    dialling: SingleFlight<Result<(), NetError>>,
}

impl Server {
    pub(super) fn new(
        address: ServerAddress,
        connect_timeout: Duration,
        session_reset: Duration,
        most_queued: usize,
    ) -> Self {
        Self {
            address,
            connect_timeout,
            session_reset,
            most_queued,
            current: ArcSwapOption::empty(),
            health: Arc::default(),
            dialling: SingleFlight::new(),
        }
    }

    pub(crate) fn address(&self) -> &ServerAddress {
        &self.address
    }

    /// What is known about the server, over all its connections.
    pub(crate) fn health(&self) -> &Arc<Health> {
        &self.health
    }

    /// The latest connection. It may be over; a call on it then fails.
    pub(crate) fn connection(&self) -> Option<Arc<Connection>> {
        self.current.load_full()
    }

    /// The live connection, if there is one.
    pub(crate) fn live(&self) -> Option<Arc<Connection>> {
        self.connection().filter(|connection| connection.is_live())
    }

    /// Whether the server failed and has not answered since. A new connection proves little: the kernel of a
    /// hanging process accepts it too.
    pub(crate) fn is_suspect(&self) -> bool {
        match self.connection() {
            Some(connection) => {
                !connection.is_proven() && (self.health.has_failed() || !connection.is_live())
            }
            None => self.health.has_failed(),
        }
    }

    /// Fails the calls to a partition that this server no longer leads. A deposed primary drops the writes that it
    /// has not finished, without an answer.
    pub(crate) fn give_up(&self, partition: Gpid, reason: &str) {
        if let Some(connection) = self.connection() {
            connection.give_up(partition, &NetError::new(NetErrorKind::Deposed, reason));
        }
    }

    /// The live connection, or a new one. Concurrent callers share one dial.
    pub(crate) async fn connect(self: &Arc<Self>) -> Result<Arc<Connection>, NetError> {
        if let Some(connection) = self.live() {
            return Ok(connection);
        }
        let server = Arc::clone(self);
        let dialled = self.dialling.run(|| async move {
            let dialled = dial(
                server.address.clone(),
                server.connect_timeout,
                server.session_reset,
                server.most_queued,
                Arc::clone(&server.health),
            )
            .await;
            if dialled.is_err() || server.connection().is_some() {
                server.health.note_failure();
            }
            server.current.store(Some(dialled?));
            Ok(())
        });
        dialled
            .await
            .unwrap_or_else(|| Err(NetError::new(NetErrorKind::Closed, "the runtime shuts down")))?;
        self.live().ok_or_else(|| {
            NetError::new(NetErrorKind::Reset, format!("{} closed the connection at once", self.address))
        })
    }

    /// Closes the connection; calls in flight fail.
    pub(super) fn close(&self) {
        if let Some(connection) = self.current.swap(None) {
            connection.close();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use pegasus_protocol::frame::{RequestHeader, encode_reply};
    use pegasus_protocol::idl::{QueryCfgRequest, QueryCfgResponse};
    use pegasus_protocol::rpc::QueryCfg;
    use pegasus_protocol::types::ErrorCode;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    fn server(address: std::net::SocketAddr) -> Arc<Server> {
        let address = ServerAddress::parse(&address.to_string()).unwrap();
        Arc::new(Server::new(address, Duration::from_secs(5), Duration::from_secs(5), 1 << 20))
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

    #[tokio::test]
    async fn a_server_that_refused_a_connection_is_suspect_until_it_answers() {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let server = server(socket.local_addr().unwrap());
        assert_eq!(server.connect().await.err().unwrap().kind, NetErrorKind::Unreachable);
        assert!(server.is_suspect());
        let listener = socket.listen(1).unwrap();
        let (connection, mut peer) = connect(&server, &listener).await;
        assert!(server.is_suspect(), "it has only accepted");
        converse(&connection, &mut peer).await;
        assert!(!server.is_suspect());
    }
}
