//! The identity of a partition.

use std::fmt;

use bytes::{BufMut, BytesMut};

use crate::error::DecodeError;
use crate::thrift::{Reader, TType, Wire};

/// A table and one of its partitions.
///
/// On the wire it is one 64-bit number, `partition_index << 32 | app_id`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Gpid {
    /// The table's number; never positive in requests to meta servers.
    pub app_id: i32,
    /// The partition's index, from 0.
    pub partition_index: i32,
}

impl Gpid {
    /// The number by which a server picks the worker thread. Writes need the right one.
    pub fn thread_hash(self) -> i32 {
        self.app_id.wrapping_mul(7919).wrapping_add(self.partition_index)
    }
}

impl fmt::Display for Gpid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.app_id, self.partition_index)
    }
}

impl Wire for Gpid {
    const TYPE: TType = TType::Struct;

    fn write(&self, out: &mut BytesMut) {
        out.put_i32(self.partition_index);
        out.put_i32(self.app_id);
    }

    fn read(input: &mut Reader) -> Result<Self, DecodeError> {
        let partition_index = input.i32()?;
        Ok(Self { app_id: input.i32()?, partition_index })
    }
}
