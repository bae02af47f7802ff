//! What was found where an answer of the leading meta server was expected, and the error that tells it.

use std::fmt::Write;
use std::time::Duration;

use pegasus_protocol::types::ErrorCode;

use crate::address::ServerAddress;
use crate::error::{Error, ErrorKind};

/// Why a server gave no useful answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finding {
    /// No connection could be made; the reason names the server.
    Unreachable(String),
    /// No connection was made in this time; the look-up that runs, in words.
    NotYetConnected(Duration, Option<String>),
    /// It accepted a connection, and sent no answer in this time.
    Silent(Duration),
    /// The connection ended before the answer; the reason.
    Ended(String),
    /// What it sent is no answer; the reason.
    NotPegasus(String),
    /// It does not know the queries that every meta server knows.
    ReplicaServer,
    /// It answered, and the answer has no result or cannot be read; the reason.
    Unreadable(String),
    /// A follower that knows no leader.
    KnowsNoLeader,
    /// A follower that names this leader.
    Names(ServerAddress),
    /// It leads, and will answer later.
    Later(ErrorCode),
}

impl Finding {
    /// Whether it is that time passed in vain.
    pub(super) fn is_wait(&self) -> bool {
        matches!(self, Self::Silent(_) | Self::NotYetConnected(..))
    }
}

/// The last finding at each server that was asked, in the order in which they were asked first.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<(ServerAddress, Finding)>);

impl Findings {
    /// Records a finding in place of an earlier one at the same server.
    pub(super) fn set(&mut self, server: &ServerAddress, finding: Finding) {
        match self.0.iter_mut().find(|(known, _)| known == server) {
            Some((_, last)) => *last = finding,
            None => self.0.push((server.clone(), finding)),
        }
    }

    /// Records a finding unless there is one: an attempt that was cut short tells less than a complete one.
    pub(super) fn set_if_none(&mut self, server: &ServerAddress, finding: Finding) {
        if !self.0.iter().any(|(known, _)| known == server) {
            self.0.push((server.clone(), finding));
        }
    }

    pub(super) fn into_error(self) -> Error {
        let reasons = if self.0.is_empty() { "no server was asked".to_owned() } else { self.reasons() };
        Error::new(self.kind(), format!("no meta server had a useful answer: {reasons}"))
    }

    /// The code of a server that will answer later, or else a timeout where a server was silent.
    fn kind(&self) -> ErrorKind {
        let later = self.0.iter().rev().find_map(|(_, finding)| match finding {
            Finding::Later(code) => Some(code.clone()),
            _ => None,
        });
        match later {
            Some(code) => ErrorKind::Server(code),
            None if self.0.iter().any(|(_, finding)| finding.is_wait()) => ErrorKind::Timeout,
            None => ErrorKind::NetworkFailure,
        }
    }

    /// All findings as one sentence. Followers that name each other are told together.
    fn reasons(&self) -> String {
        let mut told = vec![false; self.0.len()];
        let mut sentences = Vec::with_capacity(self.0.len());
        for (first, (server, finding)) in self.0.iter().enumerate() {
            if told[first] {
                continue;
            }
            told[first] = true;
            sentences.push(match finding {
                Finding::Names(_) => self.chain(first, &mut told),
                finding => sentence(server, finding),
            });
        }
        sentences.join("; ")
    }

    /// Follows the leaders' names from one follower on: `A names B as the leader, and B names A`.
    fn chain(&self, first: usize, told: &mut [bool]) -> String {
        let mut links = vec![first];
        while let Some(next) = self.named_by(links[links.len() - 1])
            && !told[next]
            && matches!(self.0[next].1, Finding::Names(_))
        {
            told[next] = true;
            links.push(next);
        }
        let mut chain = String::from("meta server ");
        for (position, &link) in links.iter().enumerate() {
            let (server, finding) = &self.0[link];
            let Finding::Names(leader) = finding else { continue };
            let before = match position {
                0 => "",
                _ if position + 1 == links.len() => ", and ",
                _ => ", ",
            };
            let role = if position == 0 { " as the leader" } else { "" };
            // Writing to a String cannot fail.
            let _ = if server == leader {
                write!(chain, "{before}{server} names itself{role}, but does not lead")
            } else {
                write!(chain, "{before}{server} names {leader}{role}")
            };
        }
        chain
    }

    /// The position of the server that this follower names.
    fn named_by(&self, follower: usize) -> Option<usize> {
        let Finding::Names(leader) = &self.0[follower].1 else { return None };
        self.0.iter().position(|(server, _)| server == leader)
    }
}

/// One finding in words.
fn sentence(server: &ServerAddress, finding: &Finding) -> String {
    match finding {
        Finding::Unreachable(reason) => reason.clone(),
        Finding::NotYetConnected(time, look_up) => {
            let why = look_up.iter().map(|progress| format!(": {progress}")).collect::<String>();
            format!("no connection to {server} within {time:.1?}{why}")
        }
        Finding::Silent(time) => format!(
            "{server} accepts connections, but did not answer within {time:.1?} (it is slow, hangs, or requires authentication)"
        ),
        Finding::Ended(reason) => {
            format!("no answer from {server}: {reason} (it stops, or is not a Pegasus server)")
        }
        Finding::NotPegasus(reason) => format!("{server} is not a Pegasus server: {reason}"),
        Finding::ReplicaServer => {
            format!("{server} seems to be a replica server: meta servers usually listen on 34601")
        }
        Finding::Unreadable(reason) => format!("the answer of {server} cannot be used: {reason}"),
        Finding::KnowsNoLeader => format!("{server} knows no leader (an election may be in progress)"),
        Finding::Names(leader) => format!("{server} names {leader} as the leader"),
        Finding::Later(code) => format!("{server} answers {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(name: &str) -> ServerAddress {
        ServerAddress::parse(&format!("{name}:34601")).unwrap()
    }

    fn error(found: impl IntoIterator<Item = (&'static str, Finding)>) -> Error {
        let mut findings = Findings::default();
        for (name, finding) in found {
            findings.set(&server(name), finding);
        }
        findings.into_error()
    }

    fn reasons(found: impl IntoIterator<Item = (&'static str, Finding)>) -> String {
        let message = error(found).message().to_owned();
        message.strip_prefix("no meta server had a useful answer: ").unwrap().to_owned()
    }

    fn names(leader: &str) -> Finding {
        Finding::Names(server(leader))
    }

    /// One finding of each kind.
    fn every_finding() -> Vec<Finding> {
        vec![
            Finding::Unreachable("cannot connect to a:34601: refused".into()),
            Finding::NotYetConnected(Duration::from_millis(300), None),
            Finding::Silent(Duration::from_secs(2)),
            Finding::Ended("the server closed the connection".into()),
            Finding::NotPegasus("the server sent what is no answer".into()),
            Finding::ReplicaServer,
            Finding::Unreadable("it has no result".into()),
            Finding::KnowsNoLeader,
            names("b"),
            Finding::Later(ErrorCode::ServiceNotActive),
        ]
    }

    #[test]
    fn no_text_ends_where_a_reason_should_follow() {
        let complete = |text: &str| {
            assert!(!text.is_empty() && text == text.trim_end(), "{text:?}");
            assert!(!text.ends_with([':', ';', ',']) && !text.contains(": ;"), "{text:?}");
        };
        complete(Findings::default().into_error().message());
        for first in every_finding() {
            assert!(sentence(&server("a"), &first).contains("a:34601"), "{first:?}");
            complete(error([("a", first.clone())]).message());
            for second in every_finding() {
                complete(error([("a", first.clone()), ("b", second)]).message());
            }
        }
    }

    #[test]
    fn followers_that_name_each_other_are_told_together() {
        assert_eq!(
            reasons([("a", names("b")), ("b", names("a"))]),
            "meta server a:34601 names b:34601 as the leader, and b:34601 names a:34601"
        );
        assert_eq!(
            reasons([("a", names("a"))]),
            "meta server a:34601 names itself as the leader, but does not lead"
        );
        assert_eq!(
            reasons([("a", names("c")), ("b", names("a")), ("c", names("b"))]),
            "meta server a:34601 names c:34601 as the leader, c:34601 names b:34601, and b:34601 names a:34601"
        );
    }

    #[test]
    fn a_leader_that_is_named_and_cannot_be_reached_has_its_own_reason() {
        let found = [("a", names("b")), ("b", Finding::Later(ErrorCode::ServiceNotActive))];
        assert_eq!(
            reasons(found),
            "meta server a:34601 names b:34601 as the leader; b:34601 answers ERR_SERVICE_NOT_ACTIVE"
        );
    }

    #[test]
    fn the_last_finding_at_a_server_counts_and_a_cut_attempt_is_none() {
        let mut findings = Findings::default();
        findings.set(&server("a"), Finding::KnowsNoLeader);
        findings.set(&server("a"), Finding::ReplicaServer);
        findings.set_if_none(&server("a"), Finding::Silent(Duration::from_millis(1)));
        assert_eq!(findings.0, [(server("a"), Finding::ReplicaServer)]);
    }

    #[test]
    fn the_code_tells_what_may_pass() {
        let silent = || Finding::Silent(Duration::from_secs(1));
        assert_eq!(error([("a", Finding::ReplicaServer)]).code(), "ERR_NETWORK_FAILURE");
        assert_eq!(error([("a", Finding::ReplicaServer), ("b", silent())]).code(), "ERR_TIMEOUT");
        let later = Finding::Later(ErrorCode::UnderRecovery);
        assert_eq!(error([("a", later), ("b", silent())]).code(), "ERR_UNDER_RECOVERY");
    }
}
