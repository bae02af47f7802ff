//! What can be done with a server, and how one is.

use std::time::Duration;

use tokio::sync::oneshot;

use crate::error::ServerError;

/// How a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// It answers.
    Running,
    /// It has no door and no connections.
    Stopped,
    /// It takes connections, and does nothing with them.
    Frozen,
    /// As frozen, and nobody gets a new connection.
    CutOff,
}

/// What is to be done with a server. The duration says when the cluster notices that it is gone;
/// without one it never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Stop(Option<Duration>),
    Freeze(Option<Duration>),
    CutOff(Option<Duration>),
    Start,
    Heal,
}

/// An order, and where to say what came of it.
pub(super) type Command = (Order, oneshot::Sender<Result<(), ServerError>>);

impl Order {
    /// What it makes of a server, for messages.
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
    /// How a server is, for messages: with what leads out of it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped, and has to be started",
            Self::Frozen => "frozen, and has to be healed",
            Self::CutOff => "cut off, and has to be healed",
        }
    }
}
