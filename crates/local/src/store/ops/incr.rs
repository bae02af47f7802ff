//! incr: adds to an integer that is stored as decimal text.

use pegasus_protocol::idl::IncrRequest;
use pegasus_protocol::status::Status;

use super::written::{Written, is_storable};
use crate::store::error::StoreError;
use crate::store::integer;
use crate::store::row::Row;
use crate::store::table_rows::PartitionRows;

/// The result of an incr.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Incremented {
    /// The outcome of the write.
    pub(crate) written: Written,
    /// The new value, or the old one if the sum would overflow.
    pub(crate) new_value: i64,
}

/// Adds to the integer under a key. A missing row, an expired row and an empty value count as 0.
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

/// The sum. The error is the value for the refusal: 0 if the old value is not an integer, the old
/// value if the sum would overflow.
fn add(old: Option<&Row>, increment: i64) -> Result<i64, i64> {
    let base = match old {
        Some(row) if !row.value.is_empty() => integer::parse(&row.value).ok_or(0)?,
        Some(_) | None => 0,
    };
    base.checked_add(increment).ok_or(base)
}

/// 0 keeps the expiry of an existing row, a negative number clears it, a positive one sets it.
fn expiry_to_ask(old: Option<&Row>, asked: i32) -> i32 {
    match (old, asked) {
        (Some(row), 0) => row.expire_ts as i32,
        (_, asked) => asked.max(0),
    }
}
