//! check_and_set: sets a row when a row of the same hash key passes a check.

use pegasus_protocol::idl::{CheckAndSetRequest, CheckType};
use pegasus_protocol::key;
use pegasus_protocol::status::Status;

use super::check::{Checked, check};
use super::written::Written;
use crate::store::error::StoreError;
use crate::store::table_rows::PartitionRows;

/// Checks and sets as one step. The set row is the checked one, unless another is named.
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
