//! Sockets as connections need them.

use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;

/// A connection that is idle for so long is checked by the operating system, so that firewalls and address
/// translators do not forget it, and dead ones are noticed.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(30);

/// The time between two checks that nothing answers.
const KEEPALIVE_EACH: Duration = Duration::from_secs(10);

/// Connects; small frames leave at once.
pub(super) async fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE_AFTER).with_interval(KEEPALIVE_EACH);
    if let Err(error) = SockRef::from(&stream).set_tcp_keepalive(&keepalive) {
        // The connection works without.
        tracing::debug!(%address, %error, "the system checks no idle connection");
    }
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn idle_connections_are_kept_alive_and_small_frames_leave_at_once() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = connect(listener.local_addr().unwrap()).await.unwrap();
        let socket = SockRef::from(&stream);
        assert!(stream.nodelay().unwrap() && socket.keepalive().unwrap());
        // Windows does not tell.
        #[cfg(unix)]
        assert_eq!(socket.tcp_keepalive_time().unwrap(), KEEPALIVE_AFTER);
    }
}
