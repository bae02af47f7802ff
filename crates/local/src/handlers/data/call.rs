//! A request to a partition, and what the answers to such have in common.

use pegasus_protocol::idl::UpdateResponse;
use pegasus_protocol::key;
use pegasus_protocol::status::Status;
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::Gpid;

use crate::state::{DiskFailure, ScanContexts};
use crate::store::ops::Written;
use crate::store::{Owner, PartitionRows, StoreError};

/// A request to a partition.
pub(crate) struct DataCall<'a> {
    /// Its rows.
    pub(crate) partition: PartitionRows<'a>,
    /// Its number.
    pub(crate) gpid: Gpid,
    /// Which keys are its own, where the table tells them from others.
    pub(crate) owner: Option<Owner>,
    /// The hash that the client says it chose the partition by.
    pub(crate) partition_hash: u64,
    /// The name of the server that answers.
    pub(crate) server: &'a Text,
    /// The open scans of that server.
    pub(crate) scans: &'a ScanContexts,
    /// Whether the disk still takes writes.
    pub(crate) disk_failure: &'a DiskFailure,
    /// The time.
    pub(crate) now: u32,
}

impl DataCall<'_> {
    /// Whether a key has no room for the length of its hash key. The servers abort on those.
    pub(super) fn is_cut(&self, encoded_key: &[u8]) -> bool {
        encoded_key.len() < 2
    }

    /// Whether the header's hash is not the key's. The servers abort on that in put and remove;
    /// 0 says nothing.
    pub(super) fn is_misrouted(&self, encoded_key: &[u8]) -> bool {
        self.partition_hash != 0 && key::hash(encoded_key) != Ok(self.partition_hash)
    }

    /// What an answer says of a failure of the storage, which is logged.
    pub(super) fn failed(&self, error: &StoreError) -> Status {
        tracing::error!(partition = %self.gpid, server = %self.server, %error, "the storage failed");
        error.status()
    }

    /// What an answer says of a write.
    pub(super) fn written(&self, written: Result<Written, StoreError>) -> Written {
        written.unwrap_or_else(|error| {
            self.disk_failure.note_write(&error);
            Written { status: self.failed(&error), decree: 0 }
        })
    }

    /// The answer to a plain write.
    pub(super) fn updated(&self, written: Result<Written, StoreError>) -> UpdateResponse {
        let written = self.written(written);
        UpdateResponse {
            error: written.status.code(),
            app_id: self.gpid.app_id,
            partition_index: self.gpid.partition_index,
            decree: written.decree,
            server: self.server.clone(),
        }
    }

    /// What an answer says of a read: its code and what was found, which is nothing if it failed.
    pub(super) fn found<T: Default>(&self, found: Result<(Status, T), StoreError>) -> (i32, T) {
        let (status, value) = found.unwrap_or_else(|error| (self.failed(&error), T::default()));
        (status.code(), value)
    }
}
