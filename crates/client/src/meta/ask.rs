//! Sends one request to one meta server and sorts its reply.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use pegasus_protocol::frame::{ReplyFrame, RequestHeader};
use pegasus_protocol::idl::QueryCfgRequest;
use pegasus_protocol::rpc::{QueryCfg, Rpc};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;
use tokio::time::timeout;

use super::answer::MetaAnswer;
use super::findings::Finding;
use crate::address::ServerAddress;
use crate::error::{Error, ErrorKind};
use crate::net::Server;
use crate::net::error::{NetError, NetErrorKind, Sent};

/// The outcome of asking one server.
pub(super) enum Said<T> {
    Answer(T),
    /// A final refusal by the leader.
    No(Refusal),
    /// No useful answer, and whether the request may have reached the server.
    Nothing(Finding, Sent),
}

/// A refusal by the leader: its code, and its reason in words (may be empty).
pub(super) struct Refusal {
    code: ErrorCode,
    hint: String,
}

impl Refusal {
    pub(super) fn new(code: ErrorCode, hint: impl Into<String>) -> Self {
        Self { code, hint: hint.into() }
    }

    pub(super) fn into_error<R: Rpc>(self) -> Error {
        let Self { code, hint } = self;
        let hint = hint.trim();
        let separator = if hint.is_empty() { "" } else { ": " };
        let message = format!("the meta server refused {} with {code}{separator}{hint}", R::CODE.name());
        Error::new(ErrorKind::Server(code), message)
    }
}

pub(super) type Attempt<T> = Pin<Box<dyn Future<Output = (Arc<Server>, Said<T>)> + Send>>;

/// Sends one request to one server.
pub(super) fn attempt<R>(server: Arc<Server>, request: R::Request, limit: Duration) -> Attempt<R::Response>
where
    R: Rpc,
    R::Request: 'static,
    R::Response: MetaAnswer + 'static,
{
    Box::pin(async move {
        let said = match timeout(limit, ask_one::<R>(&server, &request, limit)).await {
            Ok(said) => said,
            Err(_) => {
                if let Some(connection) = server.live() {
                    connection.note_timeout();
                }
                let finding = waited(&server, limit);
                let sent = if finding.is_wait() { Sent::Maybe } else { Sent::No };
                Said::Nothing(finding, sent)
            }
        };
        (server, said)
    })
}

/// The finding at a server that was waited for in vain.
pub(super) fn waited(server: &Server, time: Duration) -> Finding {
    match (server.live(), server.trouble()) {
        (Some(_), _) => Finding::Silent(time),
        (None, Some(failure)) => found(&failure),
        (None, None) => Finding::NotYetConnected(time, server.looking_up()),
    }
}

async fn ask_one<R>(server: &Arc<Server>, request: &R::Request, limit: Duration) -> Said<R::Response>
where
    R: Rpc,
    R::Response: MetaAnswer,
{
    let timeout_ms = i32::try_from(limit.as_millis()).unwrap_or(i32::MAX).max(1);
    let header = RequestHeader { timeout_ms, ..RequestHeader::default() };
    let reply = match send::<R>(server, &header, request).await {
        Ok(reply) => reply,
        Err(error) => return failed(&error),
    };
    match &reply.error {
        ErrorCode::Ok => {}
        // Old meta servers lack some calls. None lacks the query of a configuration.
        ErrorCode::HandlerNotFound if !is_meta_server::<R>(server, &header).await => {
            return Said::Nothing(Finding::ReplicaServer, Sent::No);
        }
        code => return judge(code.clone(), String::new()),
    }
    let unreadable = |reason: String| Said::Nothing(Finding::Unreadable(reason), Sent::Maybe);
    match R::Response::read::<R>(&reply).await {
        Ok(Some(answer)) => match answer.error() {
            ErrorCode::Ok => Said::Answer(answer),
            ErrorCode::ForwardToOthers => {
                let leader = match answer.leader() {
                    None if R::CODE != QueryCfg::CODE => leader_known_to(server, &header).await,
                    leader => leader,
                };
                Said::Nothing(leader.map_or(Finding::KnowsNoLeader, Finding::Names), Sent::No)
            }
            other => judge(other.clone(), answer.hint().map(Text::to_string).unwrap_or_default()),
        },
        Ok(None) => unreadable("it has no result".to_owned()),
        Err(error) => unreadable(error.to_string()),
    }
}

async fn send<R: Rpc>(
    server: &Arc<Server>,
    header: &RequestHeader,
    request: &R::Request,
) -> Result<ReplyFrame, NetError> {
    server.connect().await?.call::<R>(header, request)?.await
}

fn failed<T>(error: &NetError) -> Said<T> {
    Said::Nothing(found(error), error.sent)
}

/// What the failure of a connection says about the server.
fn found(failure: &NetError) -> Finding {
    let reason = failure.to_string();
    match failure.kind {
        NetErrorKind::Garbage => Finding::NotPegasus(reason),
        NetErrorKind::Reset | NetErrorKind::Deposed => Finding::Ended(reason),
        NetErrorKind::Unreachable | NetErrorKind::Closed => Finding::Unreachable(reason),
    }
}

/// Whether a server that does not know `R` knows the query of a configuration.
async fn is_meta_server<R: Rpc>(server: &Arc<Server>, header: &RequestHeader) -> bool {
    if R::CODE == QueryCfg::CODE {
        return false;
    }
    let reply = send::<QueryCfg>(server, header, &QueryCfgRequest::default()).await;
    reply.is_ok_and(|reply| reply.error != ErrorCode::HandlerNotFound)
}

/// Asks a follower for the leader. It names the leader only in reply to a configuration query, for any table.
async fn leader_known_to(server: &Arc<Server>, header: &RequestHeader) -> Option<ServerAddress> {
    let reply = send::<QueryCfg>(server, header, &QueryCfgRequest::default()).await.ok()?;
    let answer = reply.body::<QueryCfg>().ok()??;
    (answer.err == ErrorCode::ForwardToOthers).then(|| answer.leader())?
}

/// Tells refusals that pass by themselves from final ones.
fn judge<T>(code: ErrorCode, hint: String) -> Said<T> {
    let passing = [
        ErrorCode::ServiceNotActive,
        ErrorCode::UnderRecovery,
        ErrorCode::BusyCreating,
        ErrorCode::BusyDropping,
        ErrorCode::Timeout,
    ];
    if passing.contains(&code) {
        Said::Nothing(Finding::Later(code), Sent::No)
    } else {
        Said::No(Refusal::new(code, hint))
    }
}

#[cfg(test)]
mod tests {
    use pegasus_protocol::rpc::CreateApp;

    use super::*;

    #[test]
    fn a_refusal_has_a_colon_only_before_a_reason() {
        let text = |hint| {
            let error = Refusal::new(ErrorCode::InvalidParameters, hint).into_error::<CreateApp>();
            error.message().to_owned()
        };
        let refused = "the meta server refused RPC_CM_CREATE_APP with ERR_INVALID_PARAMETERS";
        assert_eq!(text("wrong partition_count\n"), format!("{refused}: wrong partition_count"));
        for none in ["", " ", "\n"] {
            assert_eq!(text(none), refused);
        }
    }
}
