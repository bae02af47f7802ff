//! Why an operation failed, whether it may be tried again, and where it happened.

use std::borrow::Cow;
use std::fmt;

use pegasus_protocol::status::Status;
use pegasus_protocol::types::ErrorCode;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument that cannot be used; nothing was sent.
    InvalidArgument,
    /// The client is closed; nothing was sent.
    Closed,
    /// So many operations are in flight that this one was refused; nothing was sent.
    TooManyRequests,
    /// The deadline passed.
    Timeout,
    /// A server could not be reached.
    NetworkFailure,
    /// A connection ended while it was used.
    SessionReset,
    /// A server's answer could not be understood.
    InvalidData,
    /// A limit of the server cut the answer, and the operation has no way to say so in its result.
    Incomplete,
    /// The table was split while an operation ran that was made for fewer partitions.
    Resized,
    /// The meta servers know no table of that name.
    TableNotFound,
    /// A server refused the request with this name.
    Server(ErrorCode),
    /// The storage engine of a server answered with this code.
    Storage(Status),
}

impl ErrorKind {
    /// The stable name of it: the server's own where it has one.
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
            // What a server says of it that was asked with the routes from before.
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
            Self::Server(code) => crate::retry::may_pass(code),
            Self::Storage(status) => matches!(status, Status::Incomplete | Status::TryAgain),
        }
    }
}

/// A failed operation.
///
/// Boxed, so that results stay small. Its text never holds a value, nor more of a key than a caller
/// wrote into an argument message.
#[derive(Debug, Clone)]
pub struct Error(Box<Details>);

#[derive(Debug, Clone)]
struct Details {
    kind: ErrorKind,
    message: Cow<'static, str>,
    maybe_applied: bool,
    place: Place,
}

/// Where an operation failed, as far as it got.
#[derive(Debug, Clone, Default)]
pub struct Place {
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
            Details { kind, message: message.into(), maybe_applied: false, place: Place::default() };
        Self(Box::new(details))
    }

    pub(crate) fn invalid_argument(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    pub(crate) fn closed() -> Self {
        Self::new(ErrorKind::Closed, "the client is closed")
    }

    pub(crate) fn at(mut self, place: Place) -> Self {
        self.0.place = place;
        self
    }

    pub(crate) fn maybe_applied(mut self, maybe: bool) -> Self {
        self.0.maybe_applied = maybe;
        self
    }

    /// What happened.
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

    /// Whether a write may have been carried out although it failed here.
    pub fn is_maybe_applied(&self) -> bool {
        self.0.maybe_applied
    }

    /// Where it happened.
    pub fn place(&self) -> &Place {
        &self.0.place
    }

    /// The reason in words, without code and place.
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.0.message)?;
        let place = &self.0.place;
        if let Some(table) = &place.table {
            write!(f, " (table {table}")?;
            if let Some(index) = place.partition_index {
                write!(f, ", partition {index}")?;
            }
            if let Some(server) = &place.server {
                write!(f, ", server {server}")?;
            }
            if place.attempts > 1 {
                write!(f, ", {} attempts", place.attempts)?;
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
