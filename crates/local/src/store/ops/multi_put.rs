//! multi_put: sets rows of one hash key, all or none.

use pegasus_protocol::idl::MultiPutRequest;
use pegasus_protocol::key;
use pegasus_protocol::status::Status;

use super::written::Written;
use crate::store::error::StoreError;
use crate::store::table_rows::PartitionRows;

/// Sets all rows with the same expiry. If sort keys are equal, the last one wins.
pub(crate) fn multi_put(
    partition: PartitionRows<'_>,
    request: &MultiPutRequest,
    now: u32,
) -> Result<Written, StoreError> {
    let keys: Result<Vec<_>, _> =
        request.kvs.iter().map(|kv| key::encode(&request.hash_key, &kv.key)).collect();
    let Some(keys) = keys.ok().filter(|keys| !keys.is_empty()) else {
        return Written::refused(partition, Status::InvalidArgument);
    };
    let expire_ts = partition.expiry(request.expire_ts_seconds, now);
    let mut write = partition.write();
    for (key, kv) in keys.into_iter().zip(&request.kvs) {
        write.put(key, expire_ts, kv.value.clone());
    }
    Ok(Written { status: Status::Ok, decree: write.commit()? })
}
