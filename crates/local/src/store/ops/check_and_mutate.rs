//! check_and_mutate: if a row passes a check, changes rows of the same hash key, all or none.

use bytes::Bytes;
use pegasus_protocol::idl::{CheckAndMutateRequest, CheckType, MutateOperation};
use pegasus_protocol::key;
use pegasus_protocol::status::Status;

use super::check::{Checked, check};
use super::written::Written;
use crate::store::error::StoreError;
use crate::store::table_rows::PartitionRows;

/// Makes the check and all changes, in their order, as one write.
pub(crate) fn check_and_mutate(
    partition: PartitionRows<'_>,
    request: &CheckAndMutateRequest,
    now: u32,
) -> Result<Checked, StoreError> {
    let (Some(steps), Ok(kind), Ok(check_key)) = (
        steps(request),
        CheckType::try_from(request.check_type),
        key::encode(&request.hash_key, &request.check_sort_key),
    ) else {
        let written = Written::refused(partition, Status::InvalidArgument)?;
        return Ok(Checked { written, check_value: None });
    };
    let mut write = partition.write();
    let value = write.get(&check_key)?.and_then(|row| row.live(now)).map(|row| row.value);
    let status = check(kind, value.as_ref(), &request.check_operand);
    if status == Status::Ok {
        for ((operation, key), mutate) in steps.into_iter().zip(&request.mutate_list) {
            match operation {
                MutateOperation::Put => {
                    write.put(key, partition.expiry(mutate.set_expire_ts_seconds, now), mutate.value.clone());
                }
                MutateOperation::Delete => write.remove(key),
            }
        }
    }
    let written = Written { status, decree: write.commit()? };
    Ok(Checked { written, check_value: request.return_check_value.then_some(value) })
}

/// The operation and the key of each change; `None` if there are no changes or one is invalid.
fn steps(request: &CheckAndMutateRequest) -> Option<Vec<(MutateOperation, Bytes)>> {
    let steps = request.mutate_list.iter().map(|mutate| {
        let operation = MutateOperation::try_from(mutate.operation).ok()?;
        Some((operation, key::encode(&request.hash_key, &mutate.sort_key).ok()?))
    });
    steps.collect::<Option<Vec<_>>>().filter(|steps| !steps.is_empty())
}
