//! The stored value under an engine key: a row, or a bucket of rows.

use bytes::Bytes;
use fjall::Slice;

use super::bucket::Bucket;
use super::key_layout::StorageKey;
use crate::store::edit::Edit;
use crate::store::error::StoreError;
use crate::store::row::Row;

/// The row under a storage key, from the value that is stored there.
pub(super) fn row_at(storage_key: StorageKey<'_>, stored: Option<Slice>) -> Result<Option<Row>, StoreError> {
    let Some(stored) = stored else {
        return Ok(None);
    };
    match storage_key {
        StorageKey::Row(_) => Row::decode(&stored.into()).map(Some),
        StorageKey::Bucket { rest, .. } => {
            Bucket::decode(stored.into())?.get(rest).map(Row::decode).transpose()
        }
    }
}

/// The bytes to store for an edit; `None` if it removes the row.
pub(super) fn encode_row(edit: &Edit) -> Option<Bytes> {
    edit.row.as_ref().map(Row::encode)
}

/// The bytes to store for a bucket; `None` if it has no rows.
pub(super) fn encode_bucket(bucket: &Bucket) -> Option<Bytes> {
    (!bucket.is_empty()).then(|| bucket.encode())
}
