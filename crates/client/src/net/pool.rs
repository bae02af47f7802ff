//! One node for each server, one live connection for each node.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use arc_swap::ArcSwapOption;

use super::connection::Connection;
use super::dial::dial;
use super::error::{NetError, NetErrorKind};
use crate::address::NodeAddress;
use crate::single_flight::SingleFlight;

/// A server and the connection to it. Lives as long as a routing table or an operation names it.
pub(crate) struct Node {
    address: NodeAddress,
    connect_timeout: Duration,
    session_reset: Duration,
    most_queued: usize,
    current: ArcSwapOption<Connection>,
    /// Whether a connection ever ended, or could not be made.
    failed: AtomicBool,
    dialling: SingleFlight<Result<(), NetError>>,
}

impl Node {
    pub(crate) fn address(&self) -> &NodeAddress {
        &self.address
    }

    /// The connection made last, if there is one. It may have ended: a call on it will say so.
    pub(crate) fn connection(&self) -> Option<Arc<Connection>> {
        self.current.load_full()
    }

    /// The live connection, if there is one.
    pub(crate) fn live(&self) -> Option<Arc<Connection>> {
        self.connection().filter(|connection| connection.is_live())
    }

    /// Whether it failed and nothing has been heard from it since: then a connection that was made anew
    /// proves little, for a process that hangs accepts it too.
    pub(crate) fn is_suspect(&self) -> bool {
        match self.connection() {
            Some(connection) => !connection.is_proven() && (self.has_failed() || !connection.is_live()),
            None => self.has_failed(),
        }
    }

    fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// The live connection, or a new one. Callers that come while one is made share it.
    pub(crate) async fn connect(self: &Arc<Self>) -> Result<Arc<Connection>, NetError> {
        if let Some(connection) = self.live() {
            return Ok(connection);
        }
        let node = Arc::clone(self);
        let dialled = self.dialling.run(|| async move {
            let dialled =
                dial(node.address.clone(), node.connect_timeout, node.session_reset, node.most_queued).await;
            if dialled.is_err() || node.connection().is_some() {
                node.failed.store(true, Ordering::Relaxed);
            }
            node.current.store(Some(dialled?));
            Ok(())
        });
        dialled
            .await
            .unwrap_or_else(|| Err(NetError::new(NetErrorKind::Closed, "the runtime shuts down")))?;
        self.live().ok_or_else(|| {
            NetError::new(NetErrorKind::Reset, format!("{} closed the connection at once", self.address))
        })
    }

    fn close(&self) {
        if let Some(connection) = self.current.swap(None) {
            connection.close();
        }
    }
}

/// All nodes of a client.
pub(crate) struct Pool {
    connect_timeout: Duration,
    session_reset: Duration,
    most_queued: usize,
    nodes: Mutex<HashMap<NodeAddress, Weak<Node>>>,
}

impl Pool {
    /// `most_queued`: how many bytes may wait to be sent on a connection before it is given up.
    pub(crate) fn new(connect_timeout: Duration, session_reset: Duration, most_queued: usize) -> Self {
        Self { connect_timeout, session_reset, most_queued, nodes: Mutex::new(HashMap::new()) }
    }

    /// The node of a server: the same one as long as anybody uses it.
    pub(crate) fn node(&self, address: &NodeAddress) -> Arc<Node> {
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(node) = nodes.get(address).and_then(Weak::upgrade) {
            return node;
        }
        nodes.retain(|_, node| node.strong_count() > 0);
        let node = Arc::new(Node {
            address: address.clone(),
            connect_timeout: self.connect_timeout,
            session_reset: self.session_reset,
            most_queued: self.most_queued,
            current: ArcSwapOption::empty(),
            failed: AtomicBool::new(false),
            dialling: SingleFlight::new(),
        });
        nodes.insert(address.clone(), Arc::downgrade(&node));
        node
    }

    /// Closes every connection; calls that still wait are answered.
    pub(crate) fn close(&self) {
        let nodes = std::mem::take(&mut *self.nodes.lock().unwrap_or_else(PoisonError::into_inner));
        for node in nodes.values().filter_map(Weak::upgrade) {
            node.close();
        }
    }
}
