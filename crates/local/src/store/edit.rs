//! What a write does to one row.

use bytes::Bytes;

use super::row::Row;

/// An edit of one row.
pub(super) struct Edit {
    pub(super) key: Bytes,
    /// The row to set; `None` to remove the row.
    pub(super) row: Option<Row>,
}
