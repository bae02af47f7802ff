//! Conditional writes: applied only when a check of a row holds.

use bytes::Bytes;
use napi::{Error, Result, Status};
use napi_derive::napi;
use pegasus_client::{Check, CheckType, CheckedSet, Mutation};

use super::native::NativeTable;
use crate::arguments::options::{call, write};
use crate::arguments::packed::unpack;
use crate::results::checks::check_result;

#[napi]
impl NativeTable {
    /// `set_sort_key` null: the checked row. Answer: Extra, a byte of `CheckResultBit` and then the
    /// value of the checked row.
    #[napi]
    #[allow(clippy::too_many_arguments)] // Flat arguments cross several times faster than an object.
    pub fn check_and_set(
        &self,
        token: u32,
        hash_key: &[u8],
        check_sort_key: &[u8],
        check_type: i32,
        operand: &[u8],
        return_check_value: bool,
        set_sort_key: Option<&[u8]>,
        value: &[u8],
        ttl_seconds: u32,
        timeout_ms: i32,
    ) -> Result<()> {
        let check = check(check_sort_key, check_type, operand, return_check_value)?;
        let set = CheckedSet {
            sort_key: set_sort_key.map(Bytes::copy_from_slice),
            value: Bytes::copy_from_slice(value),
            ttl_seconds,
        };
        self.run(token, self.table.check_and_set(hash_key, check, set, call(timeout_ms)), check_result)
    }

    /// `mutations` packed: for each one its lifetime in seconds as a little-endian i64 (-1: a removal), the
    /// sort key, the value. Answer: as above.
    #[napi]
    #[allow(clippy::too_many_arguments)] // As above.
    pub fn check_and_mutate(
        &self,
        token: u32,
        hash_key: &[u8],
        check_sort_key: &[u8],
        check_type: i32,
        operand: &[u8],
        return_check_value: bool,
        mutations: &[u8],
        timeout_ms: i32,
    ) -> Result<()> {
        let check = check(check_sort_key, check_type, operand, return_check_value)?;
        let mutations = unpack(mutations)?.chunks_exact(3).map(mutation).collect::<Result<_>>()?;
        let mutate = self.table.check_and_mutate(hash_key, check, mutations, call(timeout_ms));
        self.run(token, mutate, check_result)
    }

    /// `expected` null: the row must not exist. Answer: as above.
    #[napi]
    #[allow(clippy::too_many_arguments)] // As above.
    pub fn compare_exchange(
        &self,
        token: u32,
        hash_key: &[u8],
        sort_key: &[u8],
        expected: Option<&[u8]>,
        value: &[u8],
        ttl_seconds: u32,
        timeout_ms: i32,
    ) -> Result<()> {
        let options = write(ttl_seconds, timeout_ms);
        let exchange = self.table.compare_exchange(hash_key, sort_key, expected, value, options);
        self.run(token, exchange, check_result)
    }
}

fn check(sort_key: &[u8], check_type: i32, operand: &[u8], return_value: bool) -> Result<Check> {
    let check_type = CheckType::try_from(check_type)
        .map_err(|other| Error::new(Status::InvalidArg, format!("there is no check type {other}")))?;
    let [sort_key, operand] = [sort_key, operand].map(Bytes::copy_from_slice);
    Ok(Check { sort_key, check_type, operand, return_value })
}

fn mutation(parts: &[Bytes]) -> Result<Mutation> {
    let lifetime = <[u8; 8]>::try_from(&parts[0][..])
        .map_err(|_| Error::new(Status::InvalidArg, "a packed mutation has no lifetime"))?;
    let (sort_key, value) = (parts[1].clone(), parts[2].clone());
    Ok(match u32::try_from(i64::from_le_bytes(lifetime)) {
        Ok(ttl_seconds) => Mutation::Set { sort_key, value, ttl_seconds },
        Err(_) => Mutation::Delete { sort_key },
    })
}
