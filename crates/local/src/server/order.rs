//! The orders that a server obeys, and the conditions it can be in.

use std::time::Duration;

use tokio::sync::oneshot;

use crate::error::ServerError;

/// The condition of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// It serves requests.
    Running,
    /// It has no listener and no connections.
    Stopped,
    /// It accepts connections, but reads and answers nothing.
    Frozen,
    /// Frozen, and new connections neither succeed nor fail.
    CutOff,
}

/// An order to a server. The duration is the time until the cluster notices that the server is
/// gone; with `None` it never notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Stop(Option<Duration>),
    Freeze(Option<Duration>),
    CutOff(Option<Duration>),
    Start,
    Heal,
}

/// An order, and the channel for its outcome.
pub(super) type Command = (Order, oneshot::Sender<Result<(), ServerError>>);

impl Order {
    /// The word for what the order does to a server, for messages.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Stop(_) => "stopped",
            Self::Freeze(_) => "frozen",
            Self::CutOff(_) => "cut off",
            Self::Start => "started",
            Self::Heal => "healed",
        }
    }
}

impl Condition {
    /// The words for the condition of a server and for the way out of it, for messages.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped, and has to be started",
            Self::Frozen => "frozen, and has to be healed",
            Self::CutOff => "cut off, and has to be healed",
        }
    }
}
