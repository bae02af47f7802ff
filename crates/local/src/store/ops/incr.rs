//! incr: adds to a decimal integer.

use pegasus_protocol::idl::IncrRequest;
use pegasus_protocol::status::Status;

use super::written::{Written, is_storable};
use crate::store::error::StoreError;
use crate::store::integer;
use crate::store::row::Row;
use crate::store::table_rows::PartitionRows;

/// What an incr answers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Incremented {
    /// How it went.
    pub(crate) written: Written,
    /// The value after it; the old one when the sum would not fit.
    pub(crate) new_value: i64,
}

/// Adds to the integer under a key; no row, an expired one and an empty value are 0.
pub(crate) fn incr(
    partition: PartitionRows<'_>,
    request: &IncrRequest,
    now: u32,
) -> Result<Incremented, StoreError> {
    if !is_storable(&request.key) {
        let written = Written::refused(partition, Status::InvalidArgument)?;
        return Ok(Incremented { written, new_value: 0 });
    }
    let mut write = partition.write();
    let old = write.get(&request.key)?.and_then(|row| row.live(now));
    let (status, new_value) = match add(old.as_ref(), request.increment) {
        Ok(sum) => {
            let asked = expiry_to_ask(old.as_ref(), request.expire_ts_seconds);
            let expire_ts = partition.expiry(asked, now);
            write.put(request.key.clone(), expire_ts, sum.to_string().into());
            (Status::Ok, sum)
        }
        Err(shown) => (Status::InvalidArgument, shown),
    };
    Ok(Incremented { written: Written { status, decree: write.commit()? }, new_value })
}

/// The sum, or what the refusal shows: 0 for a value that is no integer, the old value when the sum
/// does not fit.
fn add(old: Option<&Row>, increment: i64) -> Result<i64, i64> {
    let base = match old {
        Some(row) if !row.value.is_empty() => integer::parse(&row.value).ok_or(0)?,
        Some(_) | None => 0,
    };
    base.checked_add(increment).ok_or(base)
}

/// 0 keeps the expiry of a row that is there, less clears it, more sets it.
fn expiry_to_ask(old: Option<&Row>, asked: i32) -> i32 {
    match (old, asked) {
        (Some(row), 0) => row.expire_ts as i32,
        (_, asked) => asked.max(0),
    }
}
