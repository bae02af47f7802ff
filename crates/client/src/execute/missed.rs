//! Why an attempt failed: for the verdict, for log lines, and as the error of the operation.

use pegasus_protocol::status::Status;
use pegasus_protocol::types::ErrorCode;

use crate::error::{Error, ErrorKind};
use crate::net::error::{NetError, NetErrorKind, Sent};
use crate::retry::Failure;
use crate::routing::resized;

/// Why an attempt failed.
pub(super) enum Missed {
    /// The operation was built for another partition count than the table has now.
    Resized,
    NoPrimary,
    Net(NetError),
    Refused(ErrorCode),
    BadAnswer(String),
    Storage(Status, Option<&'static str>),
    /// The deadline passed, with or without the request having been sent.
    Elapsed(Sent),
}

impl Missed {
    /// The facts that the verdict depends on; `None` when the deadline passed.
    pub(super) fn failure(&self) -> Option<Failure<'_>> {
        Some(match self {
            Self::Resized => Failure::Resized,
            Self::NoPrimary => Failure::NoPrimary,
            Self::Net(error) => Failure::Net(error.kind, error.sent),
            Self::Refused(code) => Failure::Refused(code),
            Self::BadAnswer(_) => Failure::BadAnswer,
            Self::Storage(..) => Failure::Storage,
            Self::Elapsed(_) => return None,
        })
    }

    pub(super) fn was_sent(&self) -> bool {
        matches!(self, Self::Elapsed(Sent::Maybe))
    }

    pub(super) fn reason(&self) -> String {
        match self {
            Self::Resized => "the table was split".into(),
            Self::NoPrimary => "the partition has no primary".into(),
            Self::Net(error) => error.to_string(),
            Self::Refused(code) => format!("the server refused with {code}"),
            Self::BadAnswer(reason) => reason.clone(),
            Self::Storage(_, Some(meaning)) => (*meaning).into(),
            Self::Storage(status, None) => format!("the storage engine answered {status:?}"),
            Self::Elapsed(_) => "the deadline passed".into(),
        }
    }

    pub(super) fn into_error(self) -> Error {
        let reason = self.reason();
        let kind = match self {
            Self::Resized => return resized(),
            // Servers call a partition without a primary an invalid state.
            Self::NoPrimary => ErrorKind::Server(ErrorCode::InvalidState),
            Self::Net(error) => match error.kind {
                NetErrorKind::Unreachable => ErrorKind::NetworkFailure,
                NetErrorKind::Reset | NetErrorKind::Deposed => ErrorKind::SessionReset,
                NetErrorKind::Garbage => ErrorKind::InvalidData,
                NetErrorKind::Closed => ErrorKind::Closed,
            },
            Self::Refused(code) => ErrorKind::Server(code),
            Self::BadAnswer(_) => ErrorKind::InvalidData,
            Self::Storage(status, _) => ErrorKind::Storage(status),
            Self::Elapsed(_) => ErrorKind::Timeout,
        };
        Error::new(kind, reason)
    }
}
