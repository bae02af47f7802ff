//! Skips fields that this version of the IDL does not know.

use super::reader::Reader;
use crate::error::DecodeError;
use crate::ttype::TType;

/// Bounds the recursion that a peer can cause. Real messages are less deep.
const MAX_DEPTH: usize = 32;

impl Reader {
    /// Skips one value of this type.
    ///
    /// The special types of Pegasus (blob, error code, gpid, addresses) announce STRUCT in their field header
    /// but are bare values. So a field of such a type that is missing in the IDL here puts the reader out of
    /// step, as in every thrift reader, and the frame is refused.
    pub fn skip_value(&mut self, ttype: u8) -> Result<(), DecodeError> {
        self.skip_nested(ttype, MAX_DEPTH)
    }

    fn skip_nested(&mut self, ttype: u8, depth: usize) -> Result<(), DecodeError> {
        let depth = depth.checked_sub(1).ok_or(DecodeError::TooDeep)?;
        match TType::from_byte(ttype).ok_or(DecodeError::UnknownType(ttype))? {
            TType::Stop => Err(DecodeError::UnknownType(ttype)),
            TType::Bool | TType::Byte => self.skip(1),
            TType::I16 => self.skip(2),
            TType::I32 => self.skip(4),
            TType::I64 | TType::Double => self.skip(8),
            TType::String => self.skip_blob(),
            TType::Struct => self.skip_fields(depth),
            TType::List | TType::Set => {
                let element = self.u8()?;
                self.skip_elements(&[element], depth)
            }
            TType::Map => {
                let (key, value) = (self.u8()?, self.u8()?);
                self.skip_elements(&[key, value], depth)
            }
        }
    }

    fn skip_fields(&mut self, depth: usize) -> Result<(), DecodeError> {
        loop {
            match self.u8()? {
                0 => return Ok(()),
                ttype => {
                    self.skip(2)?;
                    self.skip_nested(ttype, depth)?;
                }
            }
        }
    }

    fn skip_elements(&mut self, types: &[u8], depth: usize) -> Result<(), DecodeError> {
        for _ in 0..self.count()? {
            for ttype in types {
                self.skip_nested(*ttype, depth)?;
            }
        }
        Ok(())
    }
}
