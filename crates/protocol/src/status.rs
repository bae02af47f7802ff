//! The storage status codes in the bodies of replies.

/// A RocksDB status code: the `error` of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Success.
    Ok,
    /// There is no such row, or no such context of a scan.
    NotFound,
    /// The stored data is damaged.
    Corruption,
    /// Not supported by the storage engine.
    NotSupported,
    /// The request names something that does not exist, or holds something that does not parse.
    InvalidArgument,
    /// The disk failed.
    IoError,
    /// A limit cut the reply short.
    Incomplete,
    /// A check failed.
    TryAgain,
    /// Any other code.
    Other(i32),
}

impl Status {
    /// The number on the wire.
    pub const fn code(self) -> i32 {
        match self {
            Self::Ok => 0,
            Self::NotFound => 1,
            Self::Corruption => 2,
            Self::NotSupported => 3,
            Self::InvalidArgument => 4,
            Self::IoError => 5,
            Self::Incomplete => 7,
            Self::TryAgain => 13,
            Self::Other(code) => code,
        }
    }
}

impl From<i32> for Status {
    fn from(code: i32) -> Self {
        match code {
            0 => Self::Ok,
            1 => Self::NotFound,
            2 => Self::Corruption,
            3 => Self::NotSupported,
            4 => Self::InvalidArgument,
            5 => Self::IoError,
            7 => Self::Incomplete,
            13 => Self::TryAgain,
            other => Self::Other(other),
        }
    }
}
