//! batch_get: reads rows of one partition by their complete keys.

use pegasus_protocol::idl::{BatchGetRequest, FullData};
use pegasus_protocol::key;
use pegasus_protocol::status::Status;

use crate::store::error::StoreError;
use crate::store::table_rows::PartitionRows;

/// The existing rows in the order of the request, and the status. The only limit is the size of the
/// answer: beyond it the status is kIncomplete.
pub(crate) fn batch_get(
    partition: PartitionRows<'_>,
    request: &BatchGetRequest,
    now: u32,
) -> Result<(Status, Vec<FullData>), StoreError> {
    let encoded = request.keys.iter().map(|full| key::encode(&full.hash_key, &full.sort_key));
    let encoded: Result<Vec<_>, _> = encoded.collect();
    let Some(encoded) = encoded.ok().filter(|keys| !keys.is_empty()) else {
        return Ok((Status::InvalidArgument, Vec::new()));
    };
    let view = partition.view();
    let (mut data, mut size) = (Vec::with_capacity(encoded.len()), 0);
    for (full, key) in request.keys.iter().zip(encoded) {
        if let Some(row) = view.get(&key)?.and_then(|row| row.live(now)) {
            if size >= partition.table.limits.answer_bytes {
                return Ok((Status::Incomplete, data));
            }
            size += key.len() + row.value.len();
            let (hash_key, sort_key) = (full.hash_key.clone(), full.sort_key.clone());
            data.push(FullData { hash_key, sort_key, value: row.value });
        }
    }
    Ok((Status::Ok, data))
}
