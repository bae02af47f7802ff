//! What a write does to one row.

use bytes::Bytes;

use super::row::Row;

/// An edit of one row.
pub(super) struct Edit {
    pub(super) key: Bytes,
    /// What it sets; none where it removes.
    pub(super) row: Option<Row>,
}
