//! Which requests to a partition are served, and what happens to the others.
//!
//! In the order in which the servers look, an error being one in the header without a body:
//!
//! | request | answer |
//! |---|---|
//! | a write, once the disk was full or failed (in [`crate::dispatch`]) | `ERR_DISK_INSUFFICIENT`, `ERR_DISK_IO_ERROR` |
//! | a table or partition that this replica server does not have | `ERR_OBJECT_NOT_FOUND` |
//! | one that the table's envs deny | `ERR_INVALID_STATE`, or none |
//! | a write whose body is over a mebibyte | `ERR_INVALID_DATA` |
//! | a partition that is just being split | `ERR_SPLITTING` |
//! | a hash of another partition, where the table checks that | `ERR_PARENT_PARTITION_MISUSED` |
//! | a read beyond the table's limits | after a pause: served, or `ERR_BUSY`; a backup read: none |
//! | anything but a backup read at a secondary | `ERR_INVALID_STATE` |
//! | a write beyond the table's limits | after a pause: served, or `ERR_BUSY` |

use std::time::Duration;

use pegasus_protocol::frame::RequestFrame;
use pegasus_protocol::rpc::RpcCode;
use pegasus_protocol::types::ErrorCode;

use crate::envs::Throttled;
use crate::guard::{PartitionGuard, Version};
use crate::store::Owner;
use crate::topology::{Hosted, Topology};

/// The longest body that a write may have: the servers' default.
pub(crate) const MAX_WRITE_BODY: usize = 1 << 20;

/// What happens to a request.
pub(crate) enum Verdict<'t> {
    /// It is served. Where the table tells keys by their partition, with who the partition is.
    Serve(Hosted<'t>, Option<Owner>),
    /// It is not, and this is why.
    Refuse(ErrorCode),
    /// Nothing at all.
    Ignore,
    /// Something else, later.
    Wait(Later),
}

/// What is done about a request after a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Later {
    /// How long that is.
    pub(crate) pause: Duration,
    /// Why it is refused then; none where it is served.
    pub(crate) refusal: Option<ErrorCode>,
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
    pub(crate) version: Version,
    /// The time.
    pub(crate) now: u32,
}

impl Candidate<'_> {
    /// Decides what happens to the request.
    pub(crate) fn admit<'t>(&self, topology: &'t Topology) -> Verdict<'t> {
        let header = &self.frame.header;
        let Some(hosted) = topology.hosted(header.gpid, self.server) else {
            return Verdict::Refuse(ErrorCode::ObjectNotFound);
        };
        let is_write = self.code.kind().is_write();
        if let Some(deny) = hosted.settings.deny.filter(|deny| deny.is_for(is_write)) {
            return if deny.is_silent { Verdict::Ignore } else { Verdict::Refuse(ErrorCode::InvalidState) };
        }
        if is_write && self.frame.body_length > MAX_WRITE_BODY {
            return Verdict::Refuse(ErrorCode::InvalidData);
        }
        let owner = match self.own_keys(&hosted) {
            Ok(owner) => owner,
            Err(error) => return Verdict::Refuse(error),
        };
        if is_write { self.admit_write(hosted, owner) } else { self.admit_read(hosted, owner) }
    }

    /// Who the partition is, where the table tells keys by that; or why it is not the right one.
    ///
    /// A partition that is being split refuses whatever the envs say: what was written to it then
    /// would be lost. (The servers look at the env first.)
    fn own_keys(&self, hosted: &Hosted<'_>) -> Result<Option<Owner>, ErrorCode> {
        let header = &self.frame.header;
        let Version::Count(count) = self.version else {
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

    fn admit_write<'t>(&self, hosted: Hosted<'t>, owner: Option<Owner>) -> Verdict<'t> {
        if !hosted.is_primary {
            return Verdict::Refuse(ErrorCode::InvalidState);
        }
        let count = || {
            let (bytes, timeout_ms) = (self.frame.body_length, self.frame.header.timeout_ms);
            self.guard.count_write(hosted.settings, bytes, self.now, timeout_ms)
        };
        match self.throttle(count) {
            Some(throttled) => throttled.into(),
            None => Verdict::Serve(hosted, owner),
        }
    }

    fn admit_read<'t>(&self, hosted: Hosted<'t>, owner: Option<Owner>) -> Verdict<'t> {
        let (settings, timeout_ms) = (hosted.settings, self.frame.header.timeout_ms);
        if self.frame.header.is_backup {
            return match self.throttle(|| self.guard.count_backup(settings, self.now, timeout_ms)) {
                Some(Throttled::Reject(_)) => Verdict::Ignore,
                Some(delayed) => delayed.into(),
                None => Verdict::Serve(hosted, owner),
            };
        }
        match self.throttle(|| self.guard.count_read(settings, self.now, timeout_ms)) {
            Some(throttled) => throttled.into(),
            None if hosted.is_primary => Verdict::Serve(hosted, owner),
            None => Verdict::Refuse(ErrorCode::InvalidState),
        }
    }

    fn throttle(&self, count: impl FnOnce() -> Option<Throttled>) -> Option<Throttled> {
        if self.has_waited { None } else { count() }
    }
}

impl From<Throttled> for Verdict<'_> {
    fn from(throttled: Throttled) -> Self {
        Self::Wait(match throttled {
            Throttled::Delay(pause) => Later { pause, refusal: None },
            Throttled::Reject(pause) => Later { pause, refusal: Some(ErrorCode::Busy) },
        })
    }
}
