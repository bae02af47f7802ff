//! multi_remove: removes rows of one hash key, all or none.

use pegasus_protocol::idl::MultiRemoveRequest;
use pegasus_protocol::key;
use pegasus_protocol::status::Status;

use super::written::Written;
use crate::store::error::StoreError;
use crate::store::table_rows::PartitionRows;

/// Removes the rows with the given sort keys, whether they exist or not.
pub(crate) fn multi_remove(
    partition: PartitionRows<'_>,
    request: &MultiRemoveRequest,
) -> Result<Written, StoreError> {
    let keys = request.sort_keys.iter().map(|sort_key| key::encode(&request.hash_key, sort_key));
    let keys: Result<Vec<_>, _> = keys.collect();
    let Some(keys) = keys.ok().filter(|keys| !keys.is_empty()) else {
        return Written::refused(partition, Status::InvalidArgument);
    };
    let mut write = partition.write();
    for key in keys {
        write.remove(key);
    }
    Ok(Written { status: Status::Ok, decree: write.commit()? })
}
