//! The listener of a server, also while the server is stopped or cut off.

use std::io;
use std::net::{SocketAddr, SocketAddrV4};
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How many connections may wait to be accepted: tokio's default.
const BACKLOG: u32 = 1024;

/// How many connections fill a queue of length zero. On Linux one is enough; other systems accept a
/// few more.
const FILLERS: usize = 4;

/// Connecting to the own machine takes no time. An attempt that has not succeeded after this time
/// is waiting for room in the queue.
const FILLED_AFTER: Duration = Duration::from_millis(200);

/// The listener of one server. The server keeps its address in every condition.
pub(super) struct Listener {
    address: SocketAddrV4,
    listener: Option<TcpListener>,
    /// A socket that is bound but does not listen, while there is no listener. It keeps other
    /// programs from taking the address.
    reserved: Option<TcpSocket>,
    /// The server's connections to itself. They fill the queue while the server is cut off.
    fillers: JoinSet<io::Result<TcpStream>>,
}

impl Listener {
    pub(super) fn new(address: SocketAddrV4, listener: TcpListener) -> Self {
        Self { address, listener: Some(listener), reserved: None, fillers: JoinSet::new() }
    }

    /// Accepts the next connection. Waits for ever while the listener is closed.
    pub(super) async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        match &self.listener {
            Some(listener) => listener.accept().await,
            None => std::future::pending().await,
        }
    }

    /// Refuses connections from now on, including those that wait to be accepted.
    pub(super) fn close(&mut self) {
        self.fillers = JoinSet::new();
        self.listener = None;
        // If another program takes the address first, `open` reports the error.
        self.reserved = bind(self.address).ok();
    }

    /// Accepts connections again, at the same address.
    pub(super) fn open(&mut self) -> io::Result<()> {
        let socket = match self.reserved.take() {
            Some(socket) => socket,
            None => bind(self.address)?,
        };
        self.listener = Some(socket.listen(BACKLOG)?);
        Ok(())
    }

    /// Makes new connections neither succeed nor fail, as if their packets were lost: shortens the
    /// queue of connections that wait to be accepted as far as possible, and fills it.
    ///
    /// A client that connects keeps trying, and succeeds after [`unblock`](Self::unblock).
    pub(super) async fn block(&mut self) -> io::Result<()> {
        let Some(listener) = &self.listener else {
            return Ok(());
        };
        SockRef::from(listener).listen(0)?;
        for _ in 0..FILLERS {
            self.fillers.spawn(TcpStream::connect(self.address));
        }
        // The first connection succeeds at once, unless clients have filled the queue already.
        if let Ok(Some(first)) = timeout(FILLED_AFTER, self.fillers.join_next()).await {
            let first = first.map_err(io::Error::other)??;
            self.fillers.spawn(std::future::ready(Ok(first)));
        }
        Ok(())
    }

    /// Undoes [`block`](Self::block).
    pub(super) fn unblock(&mut self) -> io::Result<()> {
        self.fillers = JoinSet::new();
        self.listener.as_ref().map_or(Ok(()), |listener| SockRef::from(listener).listen(BACKLOG as i32))
    }
}

/// A socket that is bound to the address and does not listen yet.
fn bind(address: SocketAddrV4) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Without this option, connections that have just ended would still occupy the address. (On
    // Windows the option means something else.)
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address.into())?;
    Ok(socket)
}
