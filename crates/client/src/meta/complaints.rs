//! The errors that meta servers cause.

use pegasus_protocol::rpc::Rpc;
use pegasus_protocol::types::ErrorCode;

use crate::error::{Error, ErrorKind};

/// The error for a refusal by the leader.
pub(super) fn refused<R: Rpc>(code: ErrorCode, hint: &str) -> Error {
    let separator = if hint.is_empty() { "" } else { ": " };
    let message = format!("the meta server refused {} with {code}{separator}{hint}", R::CODE.name());
    Error::new(ErrorKind::Server(code), message)
}

/// Why no server had a useful answer, collected over one round.
#[derive(Default)]
pub(super) struct Complaints {
    pub(super) reasons: String,
    /// The code of a server that will answer later.
    pub(super) unavailable: Option<ErrorCode>,
    /// Whether a server did not answer in time.
    silent: bool,
}

impl Complaints {
    pub(super) fn add(&mut self, reason: &str) {
        let separator = if self.reasons.is_empty() { "" } else { "; " };
        self.reasons.extend([separator, reason]);
    }

    pub(super) fn silence(&mut self, reason: &str) {
        self.silent = true;
        self.add(reason);
    }

    pub(super) fn into_error(self) -> Error {
        let kind = match self.unavailable {
            Some(code) => ErrorKind::Server(code),
            None if self.silent => ErrorKind::Timeout,
            None => ErrorKind::NetworkFailure,
        };
        Error::new(kind, format!("no meta server had a useful answer: {}", self.reasons))
    }
}
