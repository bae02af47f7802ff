//! The error of an operation: its cause, its location, and whether the call may be repeated.

use std::borrow::Cow;
use std::fmt;

use pegasus_protocol::status::Status;
use pegasus_protocol::types::ErrorCode;

use crate::refusal::may_pass;

/// The cause of a failed operation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument is invalid; nothing was sent.
    InvalidArgument,
    /// The client is closed; nothing was sent.
    Closed,
    /// Too many operations are in flight, so this one was refused; nothing was sent.
    TooManyRequests,
    /// The deadline passed.
    Timeout,
    /// A server could not be reached.
    NetworkFailure,
    /// The connection broke while the operation used it.
    SessionReset,
    /// A server's reply could not be decoded.
    InvalidData,
    /// A server limit cut the reply short, and the operation's result cannot express that.
    Incomplete,
    /// The table was split while the operation ran; the operation was built for fewer partitions.
    Resized,
    /// The meta servers know no table of that name.
    TableNotFound,
    /// A server refused the request with this error code.
    Server(ErrorCode),
    /// A server's storage engine returned this status.
    Storage(Status),
}

impl ErrorKind {
    /// The stable code: the server's own where it has one.
    fn code(&self) -> Cow<'_, str> {
        Cow::Borrowed(match self {
            Self::InvalidArgument => "ERR_INVALID_ARGUMENT",
            Self::Closed => "ERR_CLIENT_CLOSED",
            Self::TooManyRequests => "ERR_TOO_MANY_REQUESTS",
            Self::Timeout => "ERR_TIMEOUT",
            Self::NetworkFailure => "ERR_NETWORK_FAILURE",
            Self::SessionReset => "ERR_SESSION_RESET",
            Self::InvalidData => "ERR_INVALID_DATA",
            Self::Incomplete | Self::Storage(Status::Incomplete) => "ERR_INCOMPLETE_DATA",
            // A server gives this code to a request that was sent with the old routes.
            Self::Resized => return ErrorCode::ParentPartitionMisused.name(),
            Self::TableNotFound => "ERR_OBJECT_NOT_FOUND",
            Self::Server(code) => return code.name(),
            Self::Storage(Status::Corruption) => "ERR_CORRUPTION",
            Self::Storage(Status::NotSupported) => "ERR_NOT_IMPLEMENTED",
            Self::Storage(Status::InvalidArgument) => "ERR_INVALID_PARAMETERS",
            Self::Storage(Status::IoError) => "ERR_DISK_IO_ERROR",
            Self::Storage(Status::TryAgain) => "ERR_TRY_AGAIN",
            Self::Storage(Status::Ok | Status::NotFound | Status::Other(_)) => "ERR_LOCAL_APP_FAILURE",
        })
    }

    /// Whether the same call may succeed later.
    fn is_retryable(&self) -> bool {
        match self {
            Self::TooManyRequests
            | Self::Timeout
            | Self::NetworkFailure
            | Self::SessionReset
            | Self::Incomplete
            | Self::Resized => true,
            Self::InvalidArgument | Self::Closed | Self::InvalidData | Self::TableNotFound => false,
            Self::Server(code) => may_pass(code),
            Self::Storage(status) => matches!(status, Status::Incomplete | Status::TryAgain),
        }
    }
}

/// A failed operation.
///
/// It is boxed, so a `Result` stays small. Its text never contains a value, and a key only where an
/// argument message quotes it.
#[derive(Debug, Clone)]
pub struct Error(Box<Details>);

#[derive(Debug, Clone)]
struct Details {
    kind: ErrorKind,
    message: Cow<'static, str>,
    maybe_applied: bool,
    location: Location,
}

/// Where an operation failed, as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct Location {
    /// The table.
    pub table: Option<String>,
    /// The partition.
    pub partition_index: Option<i32>,
    /// The server, as `host:port`.
    pub server: Option<String>,
    /// How many attempts were made.
    pub attempts: u32,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        let details =
            Details { kind, message: message.into(), maybe_applied: false, location: Location::default() };
        Self(Box::new(details))
    }

    pub(crate) fn invalid_argument(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    pub(crate) fn closed() -> Self {
        Self::new(ErrorKind::Closed, "the client is closed")
    }

    pub(crate) fn at(mut self, location: Location) -> Self {
        self.0.location = location;
        self
    }

    pub(crate) fn maybe_applied(mut self, maybe: bool) -> Self {
        self.0.maybe_applied = maybe;
        self
    }

    /// The cause.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// A stable name: the server's own (`ERR_BUSY` …) or `ERR_INVALID_ARGUMENT`, `ERR_CLIENT_CLOSED`,
    /// `ERR_TOO_MANY_REQUESTS`, `ERR_TIMEOUT`, `ERR_NETWORK_FAILURE`, `ERR_SESSION_RESET`, `ERR_INVALID_DATA`, `ERR_INCOMPLETE_DATA`.
    pub fn code(&self) -> Cow<'_, str> {
        self.0.kind.code()
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        self.0.kind.is_retryable()
    }

    /// Whether a failed write may have been applied all the same.
    pub fn is_maybe_applied(&self) -> bool {
        self.0.maybe_applied
    }

    /// Where it happened.
    pub fn location(&self) -> &Location {
        &self.0.location
    }

    /// The reason in words, without code and location.
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.0.message)?;
        let location = &self.0.location;
        if let Some(table) = &location.table {
            write!(f, " (table {table}")?;
            if let Some(index) = location.partition_index {
                write!(f, ", partition {index}")?;
            }
            if let Some(server) = &location.server {
                write!(f, ", server {server}")?;
            }
            if location.attempts > 1 {
                write!(f, ", {} attempts", location.attempts)?;
            }
            f.write_str(")")?;
        }
        if self.0.maybe_applied {
            f.write_str("; the write may have been applied")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
