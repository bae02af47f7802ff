//! The target of an operation, and the error when a split has made it void.

use crate::error::{Error, ErrorKind};

/// The partition that an operation goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// The partition of this hash.
    Hash(u64),
    /// All rows whose hash modulo `modulus` is `index`: a partition or, during a split, a parent that still
    /// serves its child's rows.
    Slice {
        /// The remainder.
        index: u32,
        /// The divisor: the partition count, or half of it.
        modulus: u32,
    },
    /// This partition, for keys that were grouped because they share it while the table has `count`
    /// partitions. `hash` is the hash of one of them.
    Group {
        /// The partition.
        index: u32,
        /// The partition count that the group was made for.
        count: u32,
        /// The hash in the request header.
        hash: u64,
    },
}

/// The error of an operation whose target was made for another partition count.
pub(crate) fn resized() -> Error {
    Error::new(ErrorKind::Resized, "the table was split while the operation ran")
}

/// Whether an operation failed with [`resized`], so that it succeeds once it is rebuilt for the new routes. A
/// server's refusal is different: with the same routes it would come again.
pub(crate) fn is_resized(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Resized)
}
