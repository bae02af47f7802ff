//! From failure to verdict: the only place that decides whether an operation is retried.
//!
//! The rule behind every verdict: a write whose bytes may have left the client is sent again only if
//! it is idempotent.

use pegasus_protocol::rpc::RpcKind;
use pegasus_protocol::types::ErrorCode;

use crate::net::error::{NetErrorKind, Sent};
use crate::refusal::{Refusal, meaning_of};

/// Why an attempt failed, reduced to the facts that the verdict depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Failure<'a> {
    /// The operation was built for another partition count. The caller of the loop must rebuild it.
    Resized,
    /// The partition has no primary at the moment.
    NoPrimary,
    /// The connection failed.
    Net(NetErrorKind, Sent),
    /// The server refused with this error code.
    Refused(&'a ErrorCode),
    /// The reply could not be decoded, or was empty.
    BadAnswer,
    /// The storage engine returned an error.
    Storage,
}

/// What the loop does after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Give up: another attempt would not help, or could apply a write twice.
    Fail,
    /// Wait and try again.
    Retry,
    /// The server has too much to do: try again as far as the client's budget for such retries allows.
    RetryForLoad,
    /// Refresh the routes from the meta servers, then try again.
    RefreshAndRetry,
}

/// Whether the failed attempt may have changed something.
pub(crate) fn maybe_applied(failure: Failure<'_>, kind: RpcKind) -> bool {
    kind.is_write()
        && match failure {
            Failure::Resized | Failure::NoPrimary | Failure::Storage => false,
            Failure::Net(_, sent) => sent == Sent::Maybe,
            // ERR_TIMEOUT: the primary stopped waiting for its secondaries, which may still apply the
            // write. A server sends every other refusal before it changes anything.
            Failure::Refused(code) => *code == ErrorCode::Timeout,
            Failure::BadAnswer => true,
        }
}

/// Whether the failure shows that the primary is gone, so that a read may go to a secondary.
pub(crate) fn is_primary_gone(failure: Failure<'_>) -> bool {
    use NetErrorKind::{Closed, Deposed, Garbage, Reset, Unreachable};
    match failure {
        Failure::NoPrimary => true,
        Failure::Net(kind, _) => match kind {
            Unreachable | Reset | Garbage | Deposed => true,
            Closed => false,
        },
        // The server does not have the partition or is not its primary. Every other refusal comes from a
        // working primary, or a secondary would give it too.
        Failure::Refused(code) => {
            matches!(code, ErrorCode::ObjectNotFound | ErrorCode::InvalidState | ErrorCode::InactiveState)
        }
        Failure::Resized | Failure::BadAnswer | Failure::Storage => false,
    }
}

/// Whether the failure shows that the server is not the primary, whatever its ballot, or cannot be reached.
pub(crate) fn refutes_primary(failure: Failure<'_>) -> bool {
    match failure {
        Failure::Net(kind, _) => kind == NetErrorKind::Unreachable,
        Failure::Refused(code) => matches!(code, ErrorCode::InvalidState | ErrorCode::ObjectNotFound),
        Failure::Resized | Failure::NoPrimary | Failure::BadAnswer | Failure::Storage => false,
    }
}

/// Decides what follows a failed attempt of an operation of this kind.
pub(crate) fn judge(failure: Failure<'_>, kind: RpcKind) -> Verdict {
    if kind == RpcKind::AtomicWrite && maybe_applied(failure, kind) {
        return Verdict::Fail;
    }
    match failure {
        Failure::Resized => Verdict::Fail,
        Failure::NoPrimary => Verdict::RefreshAndRetry,
        Failure::Net(NetErrorKind::Closed, _) => Verdict::Fail,
        Failure::Net(_, _) => Verdict::RefreshAndRetry,
        Failure::Refused(code) => judge_refusal(code),
        // The connection works and the server answers: it would send the same reply again.
        Failure::BadAnswer | Failure::Storage => Verdict::Fail,
    }
}

fn judge_refusal(code: &ErrorCode) -> Verdict {
    match meaning_of(code) {
        Refusal::StaleRoutes => Verdict::RefreshAndRetry,
        Refusal::Passing => Verdict::Retry,
        Refusal::Overload => Verdict::RetryForLoad,
        Refusal::Later | Refusal::Final => Verdict::Fail,
    }
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
        for code in [E::NotEnoughMember, E::TryAgain] {
            assert_eq!(refused(code.clone()), [Verdict::Retry; 3], "{code}");
        }
        assert_eq!(refused(E::CapacityExceeded), [Verdict::RetryForLoad; 3]);
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
    fn a_primary_is_refuted_by_its_own_word_or_when_it_cannot_be_reached() {
        use ErrorCode as E;
        let refused = |code: ErrorCode| refutes_primary(Failure::Refused(&code));
        assert!([E::InvalidState, E::ObjectNotFound].into_iter().all(refused));
        assert!(![E::Busy, E::Timeout, E::Splitting, E::InactiveState].into_iter().any(refused));
        let lost = |kind| refutes_primary(Failure::Net(kind, Sent::No));
        assert!(
            lost(NetErrorKind::Unreachable) && !lost(NetErrorKind::Reset) && !lost(NetErrorKind::Deposed)
        );
        assert!(!refutes_primary(Failure::NoPrimary) && !refutes_primary(Failure::BadAnswer));
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
}
