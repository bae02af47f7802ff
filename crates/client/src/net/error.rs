//! The errors of connections.

use std::fmt;
use std::sync::Arc;

/// Whether a request may have reached the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The socket got no byte of it.
    No,
    /// The socket got at least a part of it, so the server may have applied it.
    Maybe,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NetErrorKind {
    /// No connection could be made.
    Unreachable,
    /// The connection ended.
    Reset,
    /// The peer sent bytes that are not a reply, so the connection was closed.
    Garbage,
    /// The server no longer leads the partition, and so may never answer.
    Deposed,
    /// The client closed it.
    Closed,
}

/// The error of a call whose connection failed.
#[derive(Debug, Clone)]
pub(crate) struct NetError {
    pub(crate) kind: NetErrorKind,
    pub(crate) sent: Sent,
    reason: Arc<str>,
}

impl NetError {
    pub(crate) fn new(kind: NetErrorKind, reason: impl Into<Arc<str>>) -> Self {
        Self { kind, sent: Sent::No, reason: reason.into() }
    }

    /// The error of everything that a closed client is asked for.
    pub(crate) fn closed() -> Self {
        Self::new(NetErrorKind::Closed, "the client is closed")
    }

    /// The same error, for a call whose request was sent or not.
    pub(crate) fn with_sent(&self, sent: Sent) -> Self {
        Self { sent, ..self.clone() }
    }
}

impl fmt::Display for NetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
