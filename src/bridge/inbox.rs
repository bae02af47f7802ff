//! Operations on their way to the I/O thread.

use std::sync::Mutex;

use super::lock::lock;
use super::operation_set::OperationSet;

/// What JavaScript asks of the I/O thread.
pub(super) enum Message {
    Start(Box<dyn FnOnce(&mut OperationSet) + Send>),
    Cancel(u32),
}

impl Message {
    /// Does what the message asks for.
    pub(super) fn apply(self, operations: &mut OperationSet) {
        match self {
            Self::Start(start) => start(operations),
            Self::Cancel(token) => operations.cancel(token),
        }
    }
}

/// Messages that the I/O thread has not taken yet. Unbounded: each message is an operation whose promise
/// JavaScript holds already.
#[derive(Default)]
pub(super) struct Inbox {
    content: Mutex<Content>,
}

#[derive(Default)]
struct Content {
    messages: Vec<Message>,
    closed: bool,
}

impl Inbox {
    /// Takes all messages out of `messages`.
    pub(super) fn append(&self, messages: &mut Vec<Message>) {
        lock(&self.content).messages.append(messages);
    }

    /// Whether the I/O thread has taken everything and is to go on.
    pub(super) fn is_idle(&self) -> bool {
        let content = lock(&self.content);
        content.messages.is_empty() && !content.closed
    }

    /// The messages since the last time, and whether the inbox is closed.
    pub(super) fn drain(&self) -> (Vec<Message>, bool) {
        let mut content = lock(&self.content);
        (std::mem::take(&mut content.messages), content.closed)
    }

    pub(super) fn close(&self) {
        lock(&self.content).closed = true;
    }
}
