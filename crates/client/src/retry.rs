//! From failure to verdict: the one place that judges whether an operation is tried again.
//!
//! The rule under all of it: a write whose bytes may have left is not sent again unless doing it
//! twice is the same as doing it once.

use pegasus_protocol::rpc::RpcKind;
use pegasus_protocol::types::ErrorCode;

use crate::net::{NetErrorKind, Sent};

/// What went wrong with an attempt, reduced to what the verdict depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Failure<'a> {
    /// The operation was made for another partition count: it must be made anew, above the loop.
    Resized,
    /// The partition has no primary at the moment.
    NoPrimary,
    /// The connection.
    Net(NetErrorKind, Sent),
    /// The server refused with this name.
    Refused(&'a ErrorCode),
    /// The answer could not be understood, or held nothing.
    BadAnswer,
    /// The storage engine answered with an error.
    Storage,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Give up: another attempt would not help or could do harm.
    Fail,
    /// Wait and try again.
    Retry,
    /// Ask the meta servers where the partition is, then try again.
    RefreshAndRetry,
}

/// Whether the failed attempt may have changed something.
pub(crate) fn maybe_applied(failure: Failure<'_>, kind: RpcKind) -> bool {
    kind.is_write()
        && match failure {
            Failure::Resized | Failure::NoPrimary | Failure::Storage => false,
            Failure::Net(_, sent) => sent == Sent::Maybe,
            // The primary gave up waiting for its secondaries: they may still apply it. What else a
            // server refuses it refuses before it does anything.
            Failure::Refused(code) => *code == ErrorCode::Timeout,
            Failure::BadAnswer => true,
        }
}

/// Whether the failed attempt shows that the primary is gone, so that a read may ask a secondary.
pub(crate) fn is_primary_gone(failure: Failure<'_>) -> bool {
    use NetErrorKind::{Closed, Garbage, Reset, Unreachable};
    match failure {
        Failure::NoPrimary => true,
        Failure::Net(kind, _) => match kind {
            Unreachable | Reset | Garbage => true,
            Closed => false,
        },
        // Not there, not (yet, any more) the primary. Every other refusal is a primary's own word, or
        // one that a secondary would repeat.
        Failure::Refused(code) => {
            matches!(code, ErrorCode::ObjectNotFound | ErrorCode::InvalidState | ErrorCode::InactiveState)
        }
        Failure::Resized | Failure::BadAnswer | Failure::Storage => false,
    }
}

/// Judges a failed attempt of an operation of that kind.
pub(crate) fn judge(failure: Failure<'_>, kind: RpcKind) -> Verdict {
    if kind == RpcKind::AtomicWrite && maybe_applied(failure, kind) {
        return Verdict::Fail;
    }
    match failure {
        Failure::Resized => Verdict::Fail,
        Failure::NoPrimary => Verdict::RefreshAndRetry,
        Failure::Net(NetErrorKind::Unreachable | NetErrorKind::Reset | NetErrorKind::Garbage, _) => {
            Verdict::RefreshAndRetry
        }
        Failure::Net(NetErrorKind::Closed, _) => Verdict::Fail,
        Failure::Refused(code) => judge_refusal(code),
        // The connection works and the server answers: the same bytes would come again.
        Failure::BadAnswer | Failure::Storage => Verdict::Fail,
    }
}

#[deny(clippy::wildcard_enum_match_arm)]
fn judge_refusal(code: &ErrorCode) -> Verdict {
    use ErrorCode as E;
    match code {
        // This server does not have the partition, is not (yet, any more) its primary, or the table
        // was split: the routes are stale.
        E::ObjectNotFound | E::InvalidState | E::InactiveState | E::ParentPartitionMisused => {
            Verdict::RefreshAndRetry
        }
        // The primary lost touch with its secondaries: perhaps it is about to be replaced.
        E::Timeout => Verdict::RefreshAndRetry,
        // The split registers its child: moments later the count has doubled.
        E::Splitting | E::ChildNotReady => Verdict::RefreshAndRetry,
        // Refused before anything was done, for reasons that pass at the same server.
        E::NotEnoughMember | E::CapacityExceeded | E::TryAgain => Verdict::Retry,
        // Throttled: more attempts are what the server asks not to be sent.
        E::Busy => Verdict::Fail,
        // Somebody must act first: free a disk, grant a right, change a setting.
        E::DiskInsufficient | E::DiskIoError | E::AclDeny | E::Unauthenticated | E::OperationDisabled => {
            Verdict::Fail
        }
        // The request itself is the reason.
        E::HandlerNotFound | E::InvalidData | E::InvalidParameters | E::NotImplemented => Verdict::Fail,
        // Names that data servers do not send, of states that no second attempt is known to cure.
        E::Ok
        | E::Unknown
        | E::ServiceNotFound
        | E::ServiceAlreadyRunning
        | E::IoPending
        | E::ServiceNotActive
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
        | E::BusyCreating
        | E::BusyDropping
        | E::NetworkFailure
        | E::UnderRecovery
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
        | E::NotMatched => Verdict::Fail,
        // A name of a newer server: nothing is known about it.
        E::Unlisted(_) => Verdict::Fail,
    }
}

/// Whether a call that was refused with this name may pass later, as the caller is told.
pub(crate) fn may_pass(code: &ErrorCode) -> bool {
    let passing = [
        ErrorCode::Busy,
        ErrorCode::BusyCreating,
        ErrorCode::BusyDropping,
        ErrorCode::ServiceNotActive,
        ErrorCode::UnderRecovery,
        ErrorCode::DiskInsufficient,
    ];
    judge_refusal(code) != Verdict::Fail || passing.contains(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [RpcKind; 3] = [RpcKind::Read, RpcKind::IdempotentWrite, RpcKind::AtomicWrite];

    fn refused(code: ErrorCode) -> [Verdict; 3] {
        KINDS.map(|kind| judge(Failure::Refused(&code), kind))
    }

    #[test]
    fn stale_routes_are_refreshed_for_every_kind() {
        use ErrorCode as E;
        for code in
            [E::ObjectNotFound, E::InvalidState, E::InactiveState, E::ParentPartitionMisused, E::Splitting]
        {
            assert_eq!(refused(code.clone()), [Verdict::RefreshAndRetry; 3], "{code}");
        }
    }

    #[test]
    fn passing_states_are_waited_out_and_others_fail_at_once() {
        use ErrorCode as E;
        for code in [E::NotEnoughMember, E::CapacityExceeded] {
            assert_eq!(refused(code.clone()), [Verdict::Retry; 3], "{code}");
        }
        let unlisted = E::Unlisted("ERR_NEW".into());
        for code in [E::Busy, E::DiskInsufficient, E::AclDeny, E::OperationDisabled, E::InvalidData, unlisted]
        {
            assert_eq!(refused(code.clone()), [Verdict::Fail; 3], "{code}");
        }
    }

    #[test]
    fn an_atomic_write_that_may_have_been_applied_is_never_sent_again() {
        for sent in [Sent::No, Sent::Maybe] {
            for net in [NetErrorKind::Unreachable, NetErrorKind::Reset, NetErrorKind::Garbage] {
                let verdicts = KINDS.map(|kind| judge(Failure::Net(net, sent), kind));
                assert_eq!(verdicts[..2], [Verdict::RefreshAndRetry; 2]);
                assert_eq!(verdicts[2] == Verdict::Fail, sent == Sent::Maybe, "{net:?} {sent:?}");
            }
        }
        assert_eq!(refused(ErrorCode::Timeout)[2], Verdict::Fail);
        assert_eq!(refused(ErrorCode::Timeout)[1], Verdict::RefreshAndRetry);
    }

    #[test]
    fn only_writes_can_be_applied() {
        let lost = Failure::Net(NetErrorKind::Reset, Sent::Maybe);
        assert_eq!(KINDS.map(|kind| maybe_applied(lost, kind)), [false, true, true]);
        let refused = Failure::Refused(&ErrorCode::InvalidState);
        assert_eq!(KINDS.map(|kind| maybe_applied(refused, kind)), [false; 3]);
    }

    #[test]
    fn a_secondary_is_asked_when_the_primary_is_gone_and_not_when_it_says_no() {
        use ErrorCode as E;
        let refused = |code: ErrorCode| is_primary_gone(Failure::Refused(&code));
        assert!([E::ObjectNotFound, E::InvalidState, E::InactiveState].into_iter().all(refused));
        assert!(![E::Busy, E::Timeout, E::Splitting, E::ParentPartitionMisused].into_iter().any(refused));
        let lost = |kind| is_primary_gone(Failure::Net(kind, Sent::Maybe));
        assert!(lost(NetErrorKind::Reset) && lost(NetErrorKind::Unreachable) && !lost(NetErrorKind::Closed));
        assert!(is_primary_gone(Failure::NoPrimary) && !is_primary_gone(Failure::Storage));
    }

    #[test]
    fn callers_are_told_what_may_pass() {
        assert!(may_pass(&ErrorCode::Busy) && may_pass(&ErrorCode::InvalidState));
        assert!(!may_pass(&ErrorCode::AclDeny) && !may_pass(&ErrorCode::HandlerNotFound));
    }
}
