//! The trait of values on the wire, and its implementations for thrift's own types.

use std::collections::BTreeMap;

use bytes::{BufMut, Bytes, BytesMut};

use super::reader::Reader;
use super::text::Text;
use crate::error::DecodeError;
use crate::ttype::TType;

/// A value that can be written to the wire and read back.
pub trait Wire: Sized {
    /// The type byte of the value in field headers and lists.
    const TYPE: TType;

    /// Appends the value without a field header.
    fn write(&self, out: &mut BytesMut);

    /// Reads the value without a field header.
    fn read(input: &mut Reader) -> Result<Self, DecodeError>;

    /// Appends the value as a field of a struct. An absent optional field appends nothing.
    fn write_field(&self, id: i16, out: &mut BytesMut) {
        write_field_header(Self::TYPE, id, out);
        self.write(out);
    }
}

/// Appends the header of a field: its type byte and its number.
pub fn write_field_header(ttype: TType, id: i16, out: &mut BytesMut) {
    let [high, low] = id.to_be_bytes();
    out.put_slice(&[ttype as u8, high, low]);
}

/// Appends the end of a struct.
pub fn write_stop(out: &mut BytesMut) {
    out.put_u8(TType::Stop as u8);
}

/// Reads the end of a struct whose only field has been read.
pub fn read_stop(input: &mut Reader) -> Result<(), DecodeError> {
    match input.u8()? {
        0 => Ok(()),
        found => Err(DecodeError::WrongType { expected: TType::Stop, found }),
    }
}

macro_rules! numbers {
    ($($rust:ty, $ttype:ident, $put:ident, $read:ident;)*) => {$(
        impl Wire for $rust {
            const TYPE: TType = TType::$ttype;

            fn write(&self, out: &mut BytesMut) {
                out.$put(*self);
            }

            fn read(input: &mut Reader) -> Result<Self, DecodeError> {
                input.$read()
            }
        }
    )*};
}

numbers! {
    i32, I32, put_i32, i32;
    i64, I64, put_i64, i64;
}

impl Wire for bool {
    const TYPE: TType = TType::Bool;

    fn write(&self, out: &mut BytesMut) {
        out.put_u8(u8::from(*self));
    }

    fn read(input: &mut Reader) -> Result<Self, DecodeError> {
        Ok(input.u8()? != 0)
    }
}

impl Wire for Text {
    const TYPE: TType = TType::String;

    fn write(&self, out: &mut BytesMut) {
        write_bytes(self.as_bytes(), out);
    }

    fn read(input: &mut Reader) -> Result<Self, DecodeError> {
        input.blob().map(Text::from)
    }
}

/// A blob. The IDL declares it as an empty struct `dsn.blob`; on the wire it is a length and its bytes.
impl Wire for Bytes {
    const TYPE: TType = TType::Struct;

    fn write(&self, out: &mut BytesMut) {
        write_bytes(self, out);
    }

    fn read(input: &mut Reader) -> Result<Self, DecodeError> {
        input.blob()
    }
}

/// Appends a length and the bytes.
///
/// The length must fit into an `i32`. Requests are limited long before that (a server takes 1 MiB), so only
/// debug builds check it.
pub(crate) fn write_bytes(bytes: &[u8], out: &mut BytesMut) {
    debug_assert!(i32::try_from(bytes.len()).is_ok(), "a blob of {} bytes", bytes.len());
    out.reserve(4 + bytes.len());
    out.put_u32(bytes.len() as u32);
    out.put_slice(bytes);
}

/// An optional field: an absent one is not written. Outside of fields it stands for its content.
impl<T: Wire + Default> Wire for Option<T> {
    const TYPE: TType = T::TYPE;

    fn write(&self, out: &mut BytesMut) {
        match self {
            Some(value) => value.write(out),
            None => T::default().write(out),
        }
    }

    fn read(input: &mut Reader) -> Result<Self, DecodeError> {
        T::read(input).map(Some)
    }

    fn write_field(&self, id: i16, out: &mut BytesMut) {
        if let Some(value) = self {
            value.write_field(id, out);
        }
    }
}

impl Wire for BTreeMap<Text, Text> {
    const TYPE: TType = TType::Map;

    fn write(&self, out: &mut BytesMut) {
        out.put_slice(&[TType::String as u8, TType::String as u8]);
        out.put_u32(self.len() as u32);
        for (key, value) in self {
            key.write(out);
            value.write(out);
        }
    }

    fn read(input: &mut Reader) -> Result<Self, DecodeError> {
        let types = [input.u8()?, input.u8()?];
        let count = input.count()?;
        if let Some(found) = types.into_iter().find(|t| *t != TType::String as u8 && count > 0) {
            return Err(DecodeError::WrongType { expected: TType::String, found });
        }
        (0..count).map(|_| Ok((Text::read(input)?, Text::read(input)?))).collect()
    }
}
