//! The stored description of a table.

use bytes::{Bytes, BytesMut};
use pegasus_protocol::idl::AppInfo;
use pegasus_protocol::thrift::{Reader, Wire};

use super::error::StoreError;

/// A stored table: its app info in wire form, then two lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableRecord {
    /// Name, id, status, partition count, envs and times.
    pub(crate) info: AppInfo,
    /// The ballot of each partition.
    pub(crate) ballots: Vec<i64>,
    /// Parents of a split that may still have rows of their children.
    pub(crate) purging: Vec<i32>,
}

impl TableRecord {
    pub(super) fn encode(&self) -> Bytes {
        let mut stored = BytesMut::new();
        self.info.write(&mut stored);
        self.ballots.write(&mut stored);
        self.purging.write(&mut stored);
        stored.freeze()
    }

    pub(super) fn decode(stored: Bytes) -> Result<Self, StoreError> {
        let mut reader = Reader::new(stored);
        let (info, ballots) = (AppInfo::read(&mut reader)?, Vec::read(&mut reader)?);
        // Records from the time before splits end here.
        let purging = if reader.left() == 0 { Vec::new() } else { Vec::read(&mut reader)? };
        Ok(Self { info, ballots, purging })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_may_end_after_its_ballots() {
        let info = AppInfo { app_name: "temp".into(), app_id: 1, ..AppInfo::default() };
        let record = TableRecord { info, ballots: vec![3, -1], purging: vec![] };
        let stored = record.encode();
        let older = stored.slice(..stored.len() - 5); // the type and length of an empty list
        assert_eq!(TableRecord::decode(older).unwrap(), record);
    }
}
