//! The door of one server: takes connections until it is told to stop, and ends with all of them.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::connection;
use crate::dispatch::Node;
use crate::state::ClusterState;

/// How long to wait after a connection could not be taken: mostly, all file descriptors are in use,
/// and asking again at once would only keep a core busy.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(50);

/// Serves connections until `stop` changes, or nobody is left who could change it. Every
/// connection has ended when this returns.
pub(crate) async fn serve(
    listener: TcpListener,
    node: Arc<Node>,
    state: Arc<ClusterState>,
    mut stop: watch::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = stop.changed() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((socket, peer)) => {
                    connections.spawn(connection::serve(socket, peer, node.clone(), state.clone()));
                }
                Err(error) => {
                    tracing::warn!(server = %node.name, %error, "a connection could not be accepted");
                    tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                }
            }
        }
    }
    // Requests are handled without a pause, so this ends no write half way.
    connections.shutdown().await;
}
