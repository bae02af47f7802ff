//! The meaning of each error code with which a server refuses a request: one exhaustive table.

use pegasus_protocol::types::ErrorCode;

/// What a refusal says about a later attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The client's routes are stale: refresh them, then try again.
    StaleRoutes,
    /// The same server accepts the request soon.
    Passing,
    /// The server has too much to do at the moment: each retry adds to that.
    Overload,
    /// The request can succeed later, but the client does not retry it by itself.
    Later,
    /// The same request fails again.
    Final,
}

/// Looks up what a refusal with this code means.
#[deny(clippy::wildcard_enum_match_arm)]
pub(crate) fn meaning_of(code: &ErrorCode) -> Refusal {
    use ErrorCode as E;
    match code {
        // The server does not have the partition, is not its primary, or the table was split.
        E::ObjectNotFound | E::InvalidState | E::InactiveState | E::ParentPartitionMisused => {
            Refusal::StaleRoutes
        }
        // The primary could not reach its secondaries: the cluster may be about to replace it.
        E::Timeout => Refusal::StaleRoutes,
        // A split is registering the child partition; the partition count doubles in a moment.
        E::Splitting | E::ChildNotReady => Refusal::StaleRoutes,
        // The server refused before it did anything, and the same server accepts soon.
        E::NotEnoughMember | E::TryAgain => Refusal::Passing,
        // The server's queue is full.
        E::CapacityExceeded => Refusal::Overload,
        // Throttled: the server asks for fewer requests, so the client does not retry by itself.
        E::Busy => Refusal::Later,
        // An operator must free disk space first.
        E::DiskInsufficient => Refusal::Later,
        // The cluster is starting, or is creating or dropping the table.
        E::BusyCreating | E::BusyDropping | E::ServiceNotActive | E::UnderRecovery => Refusal::Later,
        // An operator must act first: repair a disk, grant a right, change a setting.
        E::DiskIoError | E::AclDeny | E::Unauthenticated | E::OperationDisabled => Refusal::Final,
        // The request itself cannot be served.
        E::HandlerNotFound | E::InvalidData | E::InvalidParameters | E::NotImplemented => Refusal::Final,
        // Codes that replica servers do not send, or that no retry is known to cure.
        E::Ok
        | E::Unknown
        | E::ServiceNotFound
        | E::ServiceAlreadyRunning
        | E::IoPending
        | E::NetworkInitFailed
        | E::ForwardToOthers
        | E::LearnFileFailed
        | E::GetLearnStateFailed
        | E::InvalidVersion
        | E::FileOperationFailed
        | E::HandleEof
        | E::WrongChecksum
        | E::InvalidHandle
        | E::IncompleteData
        | E::VersionOutdated
        | E::PathNotFound
        | E::PathAlreadyExist
        | E::AddressAlreadyUsed
        | E::StateFreezed
        | E::LocalAppFailure
        | E::BindIocpFailed
        | E::NetworkStartFailed
        | E::CheckpointFailed
        | E::WrongTiming
        | E::NoNeedOperate
        | E::Corruption
        | E::ClusterNotFound
        | E::ClusterAlreadyExist
        | E::ServiceAlreadyExist
        | E::Injected
        | E::ReplicationFailure
        | E::AppExist
        | E::AppNotExist
        | E::NetworkFailure
        | E::LearnerNotFound
        | E::Expired
        | E::LockAlreadyExist
        | E::HoldByOthers
        | E::RecursiveLock
        | E::NoOwner
        | E::NodeAlreadyExist
        | E::InconsistentState
        | E::ArrayIndexOutOfRange
        | E::DirNotEmpty
        | E::FsInternal
        | E::IgnoreBadData
        | E::AppDropped
        | E::MockInternal
        | E::ZookeeperOperation
        | E::ChildRegistered
        | E::IngestionFailed
        | E::Krb5Internal
        | E::SaslInternal
        | E::SaslIncomplete
        | E::RetryExhausted
        | E::SyncRangerPoliciesFailed
        | E::RangerParseAcl
        | E::RangerPoliciesNoNeedUpdate
        | E::RdbCorruption
        | E::CurlFailed
        | E::DupExist
        | E::HttpError
        | E::NotMatched => Refusal::Final,
        // A code of a newer server, unknown to this client.
        E::Unlisted(_) => Refusal::Final,
    }
}

/// Whether the caller may repeat a call that was refused with this code.
pub(crate) fn may_pass(code: &ErrorCode) -> bool {
    meaning_of(code) != Refusal::Final
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_are_told_what_may_pass() {
        use ErrorCode as E;
        let passing = [
            E::Busy,
            E::BusyCreating,
            E::BusyDropping,
            E::ServiceNotActive,
            E::UnderRecovery,
            E::DiskInsufficient,
            E::InvalidState,
            E::TryAgain,
        ];
        assert!(passing.iter().all(may_pass));
        assert!(![E::AclDeny, E::HandlerNotFound, E::DiskIoError, E::Ok].iter().any(may_pass));
    }
}
