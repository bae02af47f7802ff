//! Lists on the wire. They are read all at once or some elements at a time.

use bytes::{BufMut, BytesMut};

use super::reader::Reader;
use super::wire::Wire;
use crate::error::DecodeError;
use crate::ttype::TType;

/// How many times its length on the wire a list may take in memory. Elements that peers write with all their
/// fields take up to eight times.
const MAX_GROWTH: usize = 16;

/// The memory, in bytes, that any list may take.
const FREE_LIST_BYTES: usize = 64 * 1024;

/// The room that is made for elements before any is read. The bytes that are left bound the count, but an element
/// may take far more memory than bytes on the wire. So the vector starts small and grows with what is read.
const ROOM_AT_FIRST: usize = 1024;

impl<T: Wire> Wire for Vec<T> {
    const TYPE: TType = TType::List;

    fn write(&self, out: &mut BytesMut) {
        out.put_u8(T::TYPE as u8);
        out.put_u32(self.len() as u32);
        for element in self {
            element.write(out);
        }
    }

    fn read(input: &mut Reader) -> Result<Self, DecodeError> {
        let mut list = ListReader::new(input)?;
        list.read_some(usize::MAX, input)?;
        Ok(list.into_elements())
    }
}

/// A list that is being read.
#[derive(Debug)]
pub(crate) struct ListReader<T> {
    elements: Vec<T>,
    count: usize,
    /// The bytes that were left before the first element.
    start: usize,
}

impl<T: Wire> ListReader<T> {
    /// Reads what stands in front of the elements.
    pub(crate) fn new(input: &mut Reader) -> Result<Self, DecodeError> {
        let found = input.u8()?;
        let count = input.count()?;
        if found != T::TYPE as u8 && count > 0 {
            return Err(DecodeError::WrongType { expected: T::TYPE, found });
        }
        Ok(Self { elements: Vec::with_capacity(count.min(ROOM_AT_FIRST)), count, start: input.left() })
    }

    /// Reads up to `most` further elements.
    pub(crate) fn read_some(&mut self, most: usize, input: &mut Reader) -> Result<(), DecodeError> {
        for _ in 0..most.min(self.count - self.elements.len()) {
            self.elements.push(T::read(input)?);
            // Elements of only default values could take 100 times the frame's length; real ones do not.
            let allowed = FREE_LIST_BYTES + MAX_GROWTH * (self.start - input.left());
            if self.elements.len() * size_of::<T>() > allowed {
                return Err(DecodeError::BadLength { length: self.count as i64, left: input.left() });
            }
        }
        Ok(())
    }

    /// Whether all elements have been read.
    pub(crate) fn is_complete(&self) -> bool {
        self.elements.len() == self.count
    }

    /// The elements that have been read.
    pub(crate) fn into_elements(self) -> Vec<T> {
        self.elements
    }
}
