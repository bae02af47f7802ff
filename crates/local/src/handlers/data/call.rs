//! A request to a partition, and the common parts of its answers.

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
    /// The rows of the partition.
    pub(crate) partition: PartitionRows<'a>,
    /// The id of the partition.
    pub(crate) gpid: Gpid,
    /// Which keys the partition owns, if the table checks that.
    pub(crate) owner: Option<Owner>,
    /// The hash by which the client chose the partition, from the header.
    pub(crate) partition_hash: u64,
    /// The address of the answering server, as answers carry it.
    pub(crate) server: &'a Text,
    /// The open scans of that server.
    pub(crate) scans: &'a ScanContexts,
    /// Whether the disk still accepts writes.
    pub(crate) disk_failure: &'a DiskFailure,
    /// The current time.
    pub(crate) now: u32,
}

impl DataCall<'_> {
    /// Whether an encoded key is too short for the length of its hash key. Real servers abort on
    /// such keys.
    pub(super) fn is_cut(&self, encoded_key: &[u8]) -> bool {
        encoded_key.len() < 2
    }

    /// Whether the header's hash differs from the key's. Real servers abort on that in put and
    /// remove. A hash of 0 in the header means that there is none.
    pub(super) fn is_misrouted(&self, encoded_key: &[u8]) -> bool {
        self.partition_hash != 0 && key::hash(encoded_key) != Ok(self.partition_hash)
    }

    /// The status for a failure of the storage. The failure is logged.
    pub(super) fn failed(&self, error: &StoreError) -> Status {
        tracing::error!(partition = %self.gpid, server = %self.server, %error, "the storage failed");
        error.status()
    }

    /// The outcome of a write, for its answer.
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

    /// The status code and the result of a read, for its answer. The result is empty if the read
    /// failed.
    pub(super) fn found<T: Default>(&self, found: Result<(Status, T), StoreError>) -> (i32, T) {
        let (status, value) = found.unwrap_or_else(|error| (self.failed(&error), T::default()));
        (status.code(), value)
    }
}
