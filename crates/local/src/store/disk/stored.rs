//! What stands under a key of the storage engine: a row, or a bucket of rows.

use bytes::Bytes;
use fjall::Slice;

use super::bucket::Bucket;
use super::key_layout::StorageKey;
use crate::store::edit::Edit;
use crate::store::error::StoreError;
use crate::store::row::Row;

/// The row that was looked for under a key, in what is stored there.
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

/// What is stored of a row that is set.
pub(super) fn encode_row(edit: &Edit) -> Option<Bytes> {
    edit.row.as_ref().map(Row::encode)
}

/// A bucket without rows is not stored.
pub(super) fn encode_bucket(bucket: &Bucket) -> Option<Bytes> {
    (!bucket.is_empty()).then(|| bucket.encode())
}
