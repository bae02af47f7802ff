//! Makes connections.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;
use tracing::instrument::WithSubscriber;

use super::connection::Connection;
use super::driver::drive;
use super::error::{NetError, NetErrorKind};
use super::health::Health;
use super::shared::SharedConnection;
use crate::address::ServerAddress;

/// Resolves the name, tries its addresses in turn, and starts a driver for the first one that connects.
pub(super) async fn dial(
    address: ServerAddress,
    connect_timeout: Duration,
    session_reset: Duration,
    most_queued: usize,
    health: Arc<Health>,
) -> Result<Arc<Connection>, NetError> {
    let unreachable = |reason: String| {
        tracing::warn!(server = %address, %reason, "cannot connect");
        NetError::new(NetErrorKind::Unreachable, format!("cannot connect to {address}: {reason}"))
    };
    let stream = match timeout(connect_timeout, connect(&address)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(unreachable(error.to_string())),
        Err(_) => return Err(unreachable(format!("no answer within {connect_timeout:?}"))),
    };
    if let Err(error) = stream.set_nodelay(true) {
        return Err(unreachable(error.to_string()));
    }
    tracing::debug!(server = %address, "connected");
    let (reader, writer) = stream.into_split();
    let writer = Arc::new(writer);
    let shared = Arc::new(SharedConnection::new(most_queued, Arc::downgrade(&writer), health));
    let peer = Arc::from(address.to_string());
    let driver = drive(reader, writer, Arc::clone(&shared), session_reset, peer);
    tokio::spawn(driver.with_current_subscriber());
    Ok(Arc::new(Connection::new(shared)))
}

/// Tries every address; the last error is returned. The caller limits the time.
async fn connect(address: &ServerAddress) -> std::io::Result<TcpStream> {
    let mut last_error = std::io::Error::other("the name has no address");
    for candidate in address.resolve().await? {
        match TcpStream::connect(candidate).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last_error = error,
        }
    }
    Err(last_error)
}
