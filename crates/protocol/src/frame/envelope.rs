//! What requests and replies share: the one-field struct around each value, and lengths filled in last.

use bytes::{BufMut, BytesMut};

use crate::error::DecodeError;
use crate::thrift::{Reader, Wire, read_stop, write_field_header, write_stop};

/// Appends the one-field struct that carries the value of a request or reply.
pub(super) fn write_envelope<T: Wire>(id: i16, value: &T, out: &mut BytesMut) {
    write_field_header(T::TYPE, id, out);
    value.write(out);
    write_stop(out);
}

/// Reads a one-field struct. Like the real server, it ignores the field's number and type.
pub(super) fn read_envelope<T: Wire>(input: &mut Reader) -> Result<T, DecodeError> {
    start_envelope(input)?;
    let value = T::read(input)?;
    read_stop(input)?;
    Ok(value)
}

/// Reads what stands in front of the value of a one-field struct.
pub(super) fn start_envelope(input: &mut Reader) -> Result<(), DecodeError> {
    let _type = input.u8()?;
    let _id = input.i16()?;
    Ok(())
}

/// Appends a length and what `write` appends; the length is filled in afterwards.
pub(super) fn with_length(out: &mut BytesMut, counts_itself: bool, write: impl FnOnce(&mut BytesMut)) {
    let position = out.len();
    out.put_u32(0);
    write(out);
    let start = if counts_itself { position } else { position + 4 };
    let length = (out.len() - start) as u32;
    out[position..position + 4].copy_from_slice(&length.to_be_bytes());
}
