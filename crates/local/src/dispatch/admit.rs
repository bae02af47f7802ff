//! Which requests to a partition are served, and what happens to the others.
//!
//! In the order in which the servers look, an error being one in the header without a body:
//!
//! | request | answer |
//! |---|---|
//! | a write, once the disk was full or failed (in [`super::route`]) | `ERR_DISK_INSUFFICIENT`, `ERR_DISK_IO_ERROR` |
//! | a table or partition that this replica server does not have | `ERR_OBJECT_NOT_FOUND` |
//! | one that the table's envs deny | `ERR_INVALID_STATE`, or none |
//! | a write whose body is over a mebibyte | `ERR_INVALID_DATA` |
//! | a partition that is just being split | `ERR_SPLITTING` |
//! | a hash of another partition, where the table checks that | `ERR_PARENT_PARTITION_MISUSED` |
//! | a read beyond the table's limits | after a pause: served, or `ERR_BUSY`; a backup read: none |
//! | anything but a backup read at a secondary | `ERR_INVALID_STATE` |
//! | a write beyond the table's limits | after a pause: served, or `ERR_BUSY` |

use pegasus_protocol::frame::RequestFrame;
use pegasus_protocol::rpc::RpcCode;
use pegasus_protocol::types::ErrorCode;

use crate::envs::Throttled;
use crate::exchange::Later;
use crate::store::Owner;
use crate::topology::{HostedPartition, PartitionGuard, PartitionVersion, Topology};

/// The longest body that a write may have: the servers' default.
const MAX_WRITE_BODY: usize = 1 << 20;

/// What happens to a request.
pub(crate) enum Admission<'t> {
    /// It is served. Where the table tells keys by their partition, with who the partition is.
    Serve(HostedPartition<'t>, Option<Owner>),
    /// It is not, and this is why.
    Refuse(ErrorCode),
    /// Nothing at all.
    Ignore,
    /// Something else, later.
    Wait(Later),
}

/// A request to a partition that has been let in.
pub(crate) struct Candidate<'a> {
    /// What it is.
    pub(crate) code: RpcCode,
    /// Its frame.
    pub(crate) frame: &'a RequestFrame,
    /// Whether it has waited already; it does so once.
    pub(crate) has_waited: bool,
    /// The replica server that was asked.
    pub(crate) server: usize,
    /// What the partition's requests share.
    pub(crate) guard: &'a PartitionGuard,
    /// How the partition tells its keys, while this request is here.
    pub(crate) version: PartitionVersion,
    /// The time.
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

    /// Who the partition is, where the table tells keys by that; or why it is not the right one.
    ///
    /// A partition that is being split refuses whatever the envs say: what was written to it then
    /// would be lost. (The servers look at the env first.)
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
            return match self.throttle(|| self.guard.count_backup(settings, self.now, timeout_ms)) {
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
