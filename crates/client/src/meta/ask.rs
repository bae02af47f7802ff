//! Sends one request to one meta server and sorts its reply.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use pegasus_protocol::frame::RequestHeader;
use pegasus_protocol::idl::QueryCfgRequest;
use pegasus_protocol::rpc::{QueryCfg, Rpc};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;
use tokio::time::timeout;

use super::answer::MetaAnswer;
use crate::address::ServerAddress;
use crate::net::Server;
use crate::net::error::Sent;

/// The outcome of asking one server.
pub(super) enum Said<T> {
    Answer(T),
    /// A follower: ask the leader, at this address where it is known.
    Forward(Option<ServerAddress>),
    /// Try again later: no leader, a recovery, or a table that is being created.
    NotNow(ErrorCode),
    /// A final refusal by the leader, with its reason in words (may be empty).
    No(ErrorCode, String),
    /// No reply in time.
    Silent(String),
    /// An error or a useless reply, and whether the request may have reached the server.
    Useless(String, Sent),
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
                Said::Silent(format!("no answer from {} within {limit:?}", server.address()))
            }
        };
        (server, said)
    })
}

async fn ask_one<R>(server: &Arc<Server>, request: &R::Request, limit: Duration) -> Said<R::Response>
where
    R: Rpc,
    R::Response: MetaAnswer,
{
    let timeout_ms = i32::try_from(limit.as_millis()).unwrap_or(i32::MAX).max(1);
    let header = RequestHeader { timeout_ms, ..RequestHeader::default() };
    let call = match server.connect().await {
        Ok(connection) => connection.call::<R>(&header, request),
        Err(error) => Err(error),
    };
    let reply = match call {
        Ok(call) => call.await,
        Err(error) => Err(error),
    };
    let reply = match reply {
        Ok(reply) => reply,
        Err(error) => return Said::Useless(error.to_string(), error.sent),
    };
    if reply.error != ErrorCode::Ok {
        return judge(reply.error, String::new());
    }
    match R::Response::read::<R>(&reply).await {
        Ok(Some(answer)) => match answer.error() {
            ErrorCode::Ok => Said::Answer(answer),
            ErrorCode::ForwardToOthers => Said::Forward(match answer.leader() {
                Some(leader) => Some(leader),
                None => leader_known_to(server, &header).await,
            }),
            other => judge(other.clone(), answer.hint().map(Text::to_string).unwrap_or_default()),
        },
        Ok(None) => Said::Useless(format!("{} answered without a result", server.address()), Sent::Maybe),
        Err(error) => {
            Said::Useless(format!("the answer of {} cannot be read: {error}", server.address()), Sent::Maybe)
        }
    }
}

/// Asks a follower for the leader. It names the leader only in reply to a configuration query, for any table.
async fn leader_known_to(server: &Arc<Server>, header: &RequestHeader) -> Option<ServerAddress> {
    let connection = server.connect().await.ok()?;
    let reply = connection.call::<QueryCfg>(header, &QueryCfgRequest::default()).ok()?.await.ok()?;
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
    if passing.contains(&code) { Said::NotNow(code) } else { Said::No(code, hint) }
}
