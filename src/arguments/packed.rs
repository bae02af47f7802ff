//! Packed lists: many byte strings in one argument, each a little-endian u32 length and its bytes.

use bytes::{Buf, Bytes};
use napi::{Error, Result, Status};

/// Reads a packed list. The bytes are copied.
pub(crate) fn unpack(packed: &[u8]) -> Result<Vec<Bytes>> {
    let mut rest = Bytes::copy_from_slice(packed);
    let mut elements = Vec::new();
    while let Some(element) = next_element(&mut rest)? {
        elements.push(element);
    }
    Ok(elements)
}

/// Reads a packed list of pairs.
pub(crate) fn unpack_pairs(packed: &[u8]) -> Result<Vec<(Bytes, Bytes)>> {
    let mut rest = Bytes::copy_from_slice(packed);
    let mut pairs = Vec::new();
    while let Some(first) = next_element(&mut rest)? {
        let second =
            next_element(&mut rest)?.ok_or_else(|| refused("a packed list of pairs is cut short"))?;
        pairs.push((first, second));
    }
    Ok(pairs)
}

fn next_element(rest: &mut Bytes) -> Result<Option<Bytes>> {
    if rest.is_empty() {
        return Ok(None);
    }
    let length = if rest.len() < 4 { usize::MAX } else { rest.get_u32_le() as usize };
    if length > rest.len() {
        return Err(refused("a packed list is cut short"));
    }
    Ok(Some(rest.split_to(length)))
}

fn refused(message: &str) -> Error {
    Error::new(Status::InvalidArg, message)
}
