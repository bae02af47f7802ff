//! The health of a server as the cluster sees it.

/// The health of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// The server answers.
    Up,
    /// The server does not answer, and the cluster has not noticed: clients are still sent to it.
    Down,
    /// The server does not answer, and others have taken over its partitions or its lead.
    Lost,
}
