//! check_and_set: if a row passes a check, sets a row of the same hash key.

use pegasus_protocol::idl::{CheckAndSetRequest, CheckType};
use pegasus_protocol::key;
use pegasus_protocol::status::Status;

use super::check::{Checked, check};
use super::written::Written;
use crate::store::error::StoreError;
use crate::store::table_rows::PartitionRows;

/// Makes the check and the change as one write. It sets the checked row, unless the request names
/// another one.
pub(crate) fn check_and_set(
    partition: PartitionRows<'_>,
    request: &CheckAndSetRequest,
    now: u32,
) -> Result<Checked, StoreError> {
    let set_sort_key =
        if request.set_diff_sort_key { &request.set_sort_key } else { &request.check_sort_key };
    let (Ok(kind), Ok(check_key), Ok(set_key)) = (
        CheckType::try_from(request.check_type),
        key::encode(&request.hash_key, &request.check_sort_key),
        key::encode(&request.hash_key, set_sort_key),
    ) else {
        let written = Written::refused(partition, Status::InvalidArgument)?;
        return Ok(Checked { written, check_value: None });
    };
    let mut write = partition.write();
    let value = write.get(&check_key)?.and_then(|row| row.live(now)).map(|row| row.value);
    let status = check(kind, value.as_ref(), &request.check_operand);
    if status == Status::Ok {
        write.put(set_key, partition.expiry(request.set_expire_ts_seconds, now), request.set_value.clone());
    }
    let written = Written { status, decree: write.commit()? };
    Ok(Checked { written, check_value: request.return_check_value.then_some(value) })
}
