//! What can go wrong with a connection.

use std::fmt;
use std::sync::Arc;

/// Whether a request may have reached the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Not a byte of it was given to the socket.
    No,
    /// Some or all of it was: the server may have carried it out.
    Maybe,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NetErrorKind {
    /// No connection could be made.
    Unreachable,
    /// The connection ended.
    Reset,
    /// The peer sent bytes that are no answer, and the connection was given up.
    Garbage,
    /// The client closed it.
    Closed,
}

/// A call that got no answer because of its connection.
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

    /// The same, for a call whose request had or had not been given to the socket.
    pub(crate) fn with_sent(&self, sent: Sent) -> Self {
        Self { sent, ..self.clone() }
    }
}

impl fmt::Display for NetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
