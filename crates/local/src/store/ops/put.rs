//! put: sets the value and the expiry of one row.

use pegasus_protocol::idl::UpdateRequest;
use pegasus_protocol::status::Status;

use super::written::{Written, is_storable};
use crate::store::error::StoreError;
use crate::store::table_rows::PartitionRows;

/// Sets one row.
pub(crate) fn put(
    partition: PartitionRows<'_>,
    request: &UpdateRequest,
    now: u32,
) -> Result<Written, StoreError> {
    if !is_storable(&request.key) {
        return Written::refused(partition, Status::InvalidArgument);
    }
    let mut write = partition.write();
    write.put(request.key.clone(), partition.expiry(request.expire_ts_seconds, now), request.value.clone());
    Ok(Written { status: Status::Ok, decree: write.commit()? })
}
