//! Reads primitive values from the bytes of a peer.

use bytes::Bytes;

use crate::error::DecodeError;

/// A position in bytes that are not trusted.
///
/// Every read first checks that enough bytes are left. Blobs are views of the frame and share its allocation.
#[derive(Debug, Clone)]
pub struct Reader {
    bytes: Bytes,
    position: usize,
}

impl Reader {
    /// Starts at the first byte.
    pub fn new(bytes: Bytes) -> Self {
        Self { bytes, position: 0 }
    }

    /// The number of bytes that are left.
    pub fn left(&self) -> usize {
        self.bytes.len() - self.position
    }

    /// Checks that `count` bytes are left and skips them; returns where they start.
    fn advance(&mut self, count: usize) -> Result<usize, DecodeError> {
        if count > self.left() {
            return Err(DecodeError::Truncated { needed: count - self.left(), left: self.left() });
        }
        let start = self.position;
        self.position += count;
        Ok(start)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let start = self.advance(N)?;
        let mut value = [0; N];
        value.copy_from_slice(&self.bytes[start..start + N]);
        Ok(value)
    }

    /// Reads one byte.
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        Ok(self.array::<1>()?[0])
    }

    /// Reads a big-endian 16-bit number.
    pub fn i16(&mut self) -> Result<i16, DecodeError> {
        Ok(i16::from_be_bytes(self.array()?))
    }

    /// Reads a big-endian 32-bit number.
    pub fn i32(&mut self) -> Result<i32, DecodeError> {
        Ok(i32::from_be_bytes(self.array()?))
    }

    /// Reads a big-endian unsigned 32-bit number.
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// Reads a big-endian 64-bit number.
    pub fn i64(&mut self) -> Result<i64, DecodeError> {
        Ok(i64::from_be_bytes(self.array()?))
    }

    /// Reads a length (i32) and checks that as many bytes are left.
    fn length(&mut self) -> Result<usize, DecodeError> {
        let length = self.i32()?;
        match usize::try_from(length) {
            Ok(checked) if checked <= self.left() => Ok(checked),
            _ => Err(DecodeError::BadLength { length: length.into(), left: self.left() }),
        }
    }

    /// Reads a length and that many bytes, as a view of the frame.
    pub fn blob(&mut self) -> Result<Bytes, DecodeError> {
        let length = self.length()?;
        self.take(length)
    }

    /// Takes the next `count` bytes as a view of the frame.
    pub fn take(&mut self, count: usize) -> Result<Bytes, DecodeError> {
        let start = self.advance(count)?;
        Ok(self.bytes.slice(start..start + count))
    }

    /// Skips a length and that many bytes.
    pub(crate) fn skip_blob(&mut self) -> Result<(), DecodeError> {
        let length = self.length()?;
        self.skip(length)
    }

    /// Skips `count` bytes.
    pub(crate) fn skip(&mut self, count: usize) -> Result<(), DecodeError> {
        self.advance(count).map(drop)
    }

    /// Reads the number of elements of a list or map.
    ///
    /// An element takes at least one byte, so a count above the number of bytes that are left is refused.
    pub fn count(&mut self) -> Result<usize, DecodeError> {
        self.length()
    }
}
