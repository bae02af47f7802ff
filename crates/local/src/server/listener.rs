//! Where clients come in, and what they meet when the server is not there for them.

use std::io;
use std::net::{SocketAddr, SocketAddrV4};
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How many connections wait for being taken, as tokio has it by default.
const BACKLOG: u32 = 1024;

/// How many connections fill a queue that has room for none: one does on Linux, other systems are
/// more generous.
const FILLERS: usize = 4;

/// A connection to the own machine takes no time; one that has none after this waits for room.
const FILLED_AFTER: Duration = Duration::from_millis(200);

/// The listener of one server. It keeps its address whatever happens.
pub(super) struct Listener {
    address: SocketAddrV4,
    listener: Option<TcpListener>,
    /// Bound and deaf while there is no listener, so that nobody else gets the address.
    reserved: Option<TcpSocket>,
    /// Connections to itself that fill the queue while the server is cut off.
    fillers: JoinSet<io::Result<TcpStream>>,
}

impl Listener {
    pub(super) fn new(address: SocketAddrV4, listener: TcpListener) -> Self {
        Self { address, listener: Some(listener), reserved: None, fillers: JoinSet::new() }
    }

    /// Takes the next connection; waits for ever while it is closed.
    pub(super) async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        match &self.listener {
            Some(listener) => listener.accept().await,
            None => std::future::pending().await,
        }
    }

    /// Refuses connections from now on, those too that nobody has taken yet.
    pub(super) fn close(&mut self) {
        self.fillers = JoinSet::new();
        self.listener = None;
        // Should somebody else have been quicker, opening it again says so.
        self.reserved = bind(self.address).ok();
    }

    /// Takes connections again, at the same address.
    pub(super) fn open(&mut self) -> io::Result<()> {
        let socket = match self.reserved.take() {
            Some(socket) => socket,
            None => bind(self.address)?,
        };
        self.listener = Some(socket.listen(BACKLOG)?);
        Ok(())
    }

    /// Lets connections neither succeed nor be refused, as if their packets were lost: the queue of
    /// those that are to be taken is made as short as can be, and filled.
    ///
    /// Whoever connects tries again and again, and gets through once the listener is [unblocked](Self::unblock).
    pub(super) async fn block(&mut self) -> io::Result<()> {
        let Some(listener) = &self.listener else {
            return Ok(());
        };
        SockRef::from(listener).listen(0)?;
        for _ in 0..FILLERS {
            self.fillers.spawn(TcpStream::connect(self.address));
        }
        // The first one gets in at once, unless clients have filled the queue already.
        if let Ok(Some(first)) = timeout(FILLED_AFTER, self.fillers.join_next()).await {
            let first = first.map_err(io::Error::other)??;
            self.fillers.spawn(std::future::ready(Ok(first)));
        }
        Ok(())
    }

    /// Ends what [`block`](Self::block) began.
    pub(super) fn unblock(&mut self) -> io::Result<()> {
        self.fillers = JoinSet::new();
        self.listener.as_ref().map_or(Ok(()), |listener| SockRef::from(listener).listen(BACKLOG as i32))
    }
}

/// A socket that has the address and does not listen yet.
fn bind(address: SocketAddrV4) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Connections that have just ended still occupy the address. (Elsewhere it means something else.)
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address.into())?;
    Ok(socket)
}
