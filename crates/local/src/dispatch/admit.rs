//! Decides which requests to a partition are served, and what happens to the others.
//!
//! The checks in the order in which real servers make them. Errors stand in the header of the
//! answer, which then has no body.
//!
//! | request | answer |
//! |---|---|
//! | a write, after the disk was full or failed (in [`super::route`]) | `ERR_DISK_INSUFFICIENT`, `ERR_DISK_IO_ERROR` |
//! | to a table or partition that this replica server does not hold | `ERR_OBJECT_NOT_FOUND` |
//! | denied by the table's envs | `ERR_INVALID_STATE`, or no answer |
//! | a write with a body of more than a mebibyte | `ERR_INVALID_DATA` |
//! | to a partition that is being split | `ERR_SPLITTING` |
//! | with the hash of another partition, if the table checks hashes | `ERR_PARENT_PARTITION_MISUSED` |
//! | a read beyond the table's limits | after a pause: served, or `ERR_BUSY`; a hedged read gets no answer |
//! | to a secondary, unless it is a hedged read | `ERR_INVALID_STATE` |
//! | a write beyond the table's limits | after a pause: served, or `ERR_BUSY` |

use pegasus_protocol::frame::RequestFrame;
use pegasus_protocol::rpc::RpcCode;
use pegasus_protocol::types::ErrorCode;

use crate::envs::Throttled;
use crate::exchange::Later;
use crate::store::Owner;
use crate::topology::{HostedPartition, PartitionGuard, PartitionVersion, Topology};

/// The longest body of a write: the default of real servers.
const MAX_WRITE_BODY: usize = 1 << 20;

/// What happens to a request.
pub(crate) enum Admission<'t> {
    /// It is served. The owner is given if the table checks which partition owns a key.
    Serve(HostedPartition<'t>, Option<Owner>),
    /// It is refused with this error.
    Refuse(ErrorCode),
    /// It gets no answer.
    Ignore,
    /// It waits.
    Wait(Later),
}

/// A request to a partition, and what is known about it.
pub(crate) struct Candidate<'a> {
    /// The RPC.
    pub(crate) code: RpcCode,
    /// The frame of the request.
    pub(crate) frame: &'a RequestFrame,
    /// Whether it has waited already. A request waits only once.
    pub(crate) has_waited: bool,
    /// The index of the replica server that received it.
    pub(crate) server: usize,
    /// What the requests to the partition share.
    pub(crate) guard: &'a PartitionGuard,
    /// How the partition recognizes its keys while this request is served.
    pub(crate) version: PartitionVersion,
    /// The current time.
    pub(crate) now: u32,
}

impl Candidate<'_> {
    /// Decides what happens to the request.
    pub(crate) fn admit<'t>(&self, topology: &'t Topology) -> Admission<'t> {
        let header = &self.frame.header;
        let Some(hosted) = topology.hosted(header.gpid, self.server) else {
            return Admission::Refuse(ErrorCode::ObjectNotFound);
        };
        let is_write = self.code.kind().is_write();
        if let Some(deny) = hosted.settings.deny.filter(|deny| deny.is_for(is_write)) {
            return if deny.is_silent {
                Admission::Ignore
            } else {
                Admission::Refuse(ErrorCode::InvalidState)
            };
        }
        if is_write && self.frame.body_length > MAX_WRITE_BODY {
            return Admission::Refuse(ErrorCode::InvalidData);
        }
        let owner = match self.own_keys(&hosted) {
            Ok(owner) => owner,
            Err(error) => return Admission::Refuse(error),
        };
        if is_write { self.admit_write(hosted, owner) } else { self.admit_read(hosted, owner) }
    }

    /// Who owns the keys of this partition, if the table checks that; an error if the request's
    /// hash belongs to another partition.
    ///
    /// A partition that is being split refuses every request here, because a write to it would be
    /// lost. (Real servers look at the env first.)
    fn own_keys(&self, hosted: &HostedPartition<'_>) -> Result<Option<Owner>, ErrorCode> {
        let header = &self.frame.header;
        let PartitionVersion::Count(count) = self.version else {
            return Err(ErrorCode::Splitting);
        };
        if !hosted.settings.validates_hash {
            return Ok(None);
        }
        let owner = Owner { index: header.gpid.partition_index as u32, count };
        if owner.owns_hash(header.partition_hash) {
            Ok(Some(owner))
        } else {
            Err(ErrorCode::ParentPartitionMisused)
        }
    }

    fn admit_write<'t>(&self, hosted: HostedPartition<'t>, owner: Option<Owner>) -> Admission<'t> {
        if !hosted.is_primary {
            return Admission::Refuse(ErrorCode::InvalidState);
        }
        let count = || {
            let (bytes, timeout_ms) = (self.frame.body_length, self.frame.header.timeout_ms);
            self.guard.count_write(hosted.settings, bytes, self.now, timeout_ms)
        };
        match self.throttle(count) {
            Some(throttled) => throttled.into(),
            None => Admission::Serve(hosted, owner),
        }
    }

    fn admit_read<'t>(&self, hosted: HostedPartition<'t>, owner: Option<Owner>) -> Admission<'t> {
        let (settings, timeout_ms) = (hosted.settings, self.frame.header.timeout_ms);
        if self.frame.header.is_backup {
            return match self.throttle(|| self.guard.count_hedged_read(settings, self.now, timeout_ms)) {
                Some(Throttled::Reject(_)) => Admission::Ignore,
                Some(delayed) => delayed.into(),
                None => Admission::Serve(hosted, owner),
            };
        }
        match self.throttle(|| self.guard.count_read(settings, self.now, timeout_ms)) {
            Some(throttled) => throttled.into(),
            None if hosted.is_primary => Admission::Serve(hosted, owner),
            None => Admission::Refuse(ErrorCode::InvalidState),
        }
    }

    fn throttle(&self, count: impl FnOnce() -> Option<Throttled>) -> Option<Throttled> {
        if self.has_waited { None } else { count() }
    }
}

impl From<Throttled> for Admission<'_> {
    fn from(throttled: Throttled) -> Self {
        Self::Wait(match throttled {
            Throttled::Delay(pause) => Later { pause, refusal: None },
            Throttled::Reject(pause) => Later { pause, refusal: Some(ErrorCode::Busy) },
        })
    }
}
