//! Errors of the storage, and their status codes for clients.

use pegasus_protocol::DecodeError;
use pegasus_protocol::status::Status;
use thiserror::Error;

/// A failure of the storage engine, or damage of its data.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The storage engine failed.
    #[error("{}", engine_reason(.0))]
    Engine(#[from] fjall::Error),
    /// The data directory cannot be created or used.
    #[error("the data directory cannot be used: {0}")]
    Directory(#[from] std::io::Error),
    /// Another cluster has the data directory open.
    #[error("the data directory is in use by another process or cluster")]
    InUse,
    /// Stored bytes are damaged.
    #[error("stored data is damaged: {0}")]
    Damaged(&'static str),
    /// Acknowledged writes are lost: the journal was damaged, and the engine cut it off there.
    #[error(
        "the last {commits} commits are gone, because the journal is damaged; \
         without the file \"commits\" what is left can be used"
    )]
    Lost {
        /// The number of lost commits. Each commit holds one write, or several that were made
        /// together.
        commits: u64,
    },
    /// A stored description of a table cannot be read.
    #[error("a stored table description is damaged: {0}")]
    Catalog(#[from] DecodeError),
}

impl StoreError {
    /// Whether the disk or the quota is full.
    pub(crate) fn is_full(&self) -> bool {
        use fjall::{Error, LsmError};
        use std::io::ErrorKind;
        let (Self::Engine(Error::Io(error) | Error::Storage(LsmError::Io(error))) | Self::Directory(error)) =
            self
        else {
            return false;
        };
        matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
    }

    /// The status code for the answer.
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::Damaged(_) | Self::Catalog(_) | Self::Lost { .. } => Status::Corruption,
            Self::Engine(error) => engine_status(error),
            Self::Directory(_) | Self::InUse => Status::IoError,
        }
    }
}

/// The message of the engine, or of the operating system if that was the cause.
fn engine_reason(error: &fjall::Error) -> String {
    match error {
        fjall::Error::Io(error) | fjall::Error::Storage(fjall::LsmError::Io(error)) => error.to_string(),
        other => format!("the storage engine failed: {other}"),
    }
}

/// The status that RocksDB would give: kCorruption for invalid bytes, kIOError for the rest.
#[allow(clippy::wildcard_enum_match_arm)] // both enums are non-exhaustive
fn engine_status(error: &fjall::Error) -> Status {
    use fjall::{Error, LsmError};
    match error {
        Error::JournalRecovery(_) | Error::InvalidTrailer | Error::InvalidTag(_) | Error::Decompress(_) => {
            Status::Corruption
        }
        Error::Storage(
            LsmError::ChecksumMismatch { .. }
            | LsmError::InvalidTag(_)
            | LsmError::InvalidTrailer
            | LsmError::InvalidHeader(_)
            | LsmError::Decompress(_)
            | LsmError::Utf8(_),
        ) => Status::Corruption,
        _ => Status::IoError,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_a_broken_one() {
        for (kind, is_full) in [
            (std::io::ErrorKind::StorageFull, true),
            (std::io::ErrorKind::FileTooLarge, true),
            (std::io::ErrorKind::Other, false),
        ] {
            assert_eq!(StoreError::Engine(fjall::Error::Io(kind.into())).is_full(), is_full);
        }
        assert!(!StoreError::Engine(fjall::Error::Poisoned).is_full());
    }

    #[test]
    fn the_disk_is_an_io_error_and_nonsense_is_corruption() {
        let disk = std::io::Error::other("no such device");
        assert_eq!(StoreError::Engine(fjall::Error::Io(disk)).status(), Status::IoError);
        assert_eq!(StoreError::Engine(fjall::Error::Poisoned).status(), Status::IoError);
        assert_eq!(StoreError::Engine(fjall::Error::InvalidTrailer).status(), Status::Corruption);
        assert_eq!(StoreError::Damaged("a row").status(), Status::Corruption);
    }
}
