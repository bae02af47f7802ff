//! Whether a server is up, as the cluster sees it.

/// How a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// It answers.
    Up,
    /// It does not, and the cluster has not noticed: others are still sent to it.
    Down,
    /// It does not, and the cluster has made up for it.
    Lost,
}
