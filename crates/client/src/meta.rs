//! Asks the meta servers: finds the leader among them, listed or not.
//!
//! A follower names the leader; a server that does not answer is not waited for: after a short
//! while the next one is asked as well, and the first useful answer counts.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use pegasus_protocol::frame::RequestHeader;
use pegasus_protocol::idl::{QueryCfgRequest, QueryCfgResponse};
use pegasus_protocol::rpc::{QueryCfg, Rpc};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::address::NodeAddress;
use crate::error::{Error, ErrorKind};
use crate::net::{Node, Pool, Sent};

/// How long a server may take before the next one is asked as well.
const HEDGE_AFTER: Duration = Duration::from_millis(250);

/// Between two rounds in which no server had a useful answer.
const ROUND_PAUSE: Duration = Duration::from_millis(100);

/// More servers than any cluster has; a bound on how far forwards are followed in one round.
const MAX_CANDIDATES: usize = 32;

/// The meta servers of a cluster.
pub(crate) struct MetaClient {
    listed: Vec<Arc<Node>>,
    pool: Arc<Pool>,
    attempt_timeout: Duration,
    /// Who answered last; asked first.
    leader: Mutex<Option<Arc<Node>>>,
}

/// An answer of a meta server: whether it is one, and where the leader is if it is not.
pub(crate) trait MetaAnswer {
    fn error(&self) -> &ErrorCode;

    /// The leader, where the answer names it.
    fn leader(&self) -> Option<NodeAddress> {
        None
    }

    /// The reason of a refusal in words, where the answer has one.
    fn hint(&self) -> Option<&Text> {
        None
    }
}

impl MetaAnswer for QueryCfgResponse {
    fn error(&self) -> &ErrorCode {
        &self.err
    }

    fn leader(&self) -> Option<NodeAddress> {
        let leader = self.partitions.first()?;
        NodeAddress::from_configuration(leader.primary, leader.hp_primary.as_ref())
    }
}

/// What one server had to say.
enum Said<T> {
    Answer(T),
    /// Ask this one.
    Forward(Option<NodeAddress>),
    /// Not now: it has no leader, recovers, or the table is being created.
    NotNow(ErrorCode),
    /// No, whoever is asked; with the reason in words, if there is one.
    No(ErrorCode, String),
    /// Nothing in time.
    Silent(String),
    /// Nothing that helps; whether the request may have reached the server.
    Useless(String, Sent),
}

type Attempt<T> = Pin<Box<dyn Future<Output = (Arc<Node>, Said<T>)> + Send>>;

impl MetaClient {
    /// Reads the addresses; nothing is sent.
    pub(crate) fn new(listed: &[String], pool: Arc<Pool>, attempt_timeout: Duration) -> Result<Self, Error> {
        if listed.is_empty() {
            return Err(Error::invalid_argument("meta_servers is empty: at least one host:port is needed"));
        }
        let nodes = listed
            .iter()
            .map(|text| Ok(pool.node(&NodeAddress::parse(text.trim())?)))
            .collect::<Result<_, Error>>()?;
        Ok(Self { listed: nodes, pool, attempt_timeout, leader: Mutex::new(None) })
    }

    /// Makes sure that at least one server accepts a connection.
    pub(crate) async fn reach_any(&self) -> Result<(), Error> {
        let mut dials: FuturesUnordered<_> = self.listed.iter().map(|node| node.connect()).collect();
        let mut complaints = Complaints::default();
        while let Some(dialled) = dials.next().await {
            match dialled {
                Ok(_) => return Ok(()),
                Err(error) => complaints.add(&error.to_string()),
            }
        }
        let message = format!("no meta server can be reached: {}", complaints.reasons);
        Err(Error::new(ErrorKind::NetworkFailure, message))
    }

    /// How long a query may take that nobody in particular waits for.
    pub(crate) fn patience(&self) -> Duration {
        self.attempt_timeout.saturating_mul(2)
    }

    /// Where the partitions of a table are.
    pub(crate) async fn query_configuration(
        &self,
        table: &str,
        deadline: Instant,
    ) -> Result<QueryCfgResponse, Error> {
        let request = QueryCfgRequest { app_name: Text::from(table), partition_indices: Vec::new() };
        self.ask::<QueryCfg>(&request, deadline, self.attempt_timeout).await.map_err(|error| {
            match error.kind() {
                ErrorKind::Server(ErrorCode::ObjectNotFound) => {
                    Error::new(ErrorKind::TableNotFound, format!("there is no table {table:?}"))
                }
                _ => error,
            }
        })
    }

    /// Asks until the leader has answered, every server has refused for good, or time is up. One
    /// attempt at one server takes at most `attempt_timeout`.
    pub(crate) async fn ask<R>(
        &self,
        request: &R::Request,
        deadline: Instant,
        attempt_timeout: Duration,
    ) -> Result<R::Response, Error>
    where
        R: Rpc,
        R::Request: Clone + 'static,
        R::Response: MetaAnswer + 'static,
    {
        let mut last: Option<Complaints> = None;
        loop {
            let mut complaints = Complaints::default();
            let attempt_limit = attempt_timeout.min(deadline.saturating_duration_since(Instant::now()));
            let round = self.round::<R>(request, attempt_limit, &mut complaints);
            match timeout_at(deadline, round).await {
                Ok(Some(result)) => return result,
                Ok(None) if Instant::now() + ROUND_PAUSE < deadline => {
                    last = Some(complaints);
                    sleep(ROUND_PAUSE).await;
                }
                Ok(None) => return Err(complaints.into_error()),
                // A round that time ran out for says less than a whole one before it.
                Err(_) => {
                    complaints.silence("no answer in time");
                    return Err(last.unwrap_or(complaints).into_error());
                }
            }
        }
    }

    /// Has the leader change something, once: it is found first, and what may have reached it is not
    /// sent again.
    pub(crate) async fn change<R>(
        &self,
        request: &R::Request,
        deadline: Instant,
    ) -> Result<R::Response, Error>
    where
        R: Rpc,
        R::Request: Clone + 'static,
        R::Response: MetaAnswer + 'static,
    {
        loop {
            let leader = self.find_leader(deadline).await?;
            let limit = deadline.saturating_duration_since(Instant::now());
            let mut complaints = Complaints::default();
            match attempt::<R>(leader, request.clone(), limit).await.1 {
                Said::Answer(answer) => return Ok(answer),
                Said::No(code, hint) => return Err(refused::<R>(code, &hint)),
                Said::Silent(reason) => {
                    complaints.silence(&reason);
                    return Err(complaints.into_error().maybe_applied(true));
                }
                Said::Useless(reason, Sent::Maybe) => {
                    return Err(Error::new(ErrorKind::SessionReset, reason).maybe_applied(true));
                }
                Said::NotNow(ErrorCode::Timeout) => {
                    return Err(refused::<R>(ErrorCode::Timeout, "").maybe_applied(true));
                }
                Said::Useless(reason, Sent::No) => complaints.add(&reason),
                Said::NotNow(code) => {
                    complaints.add(&format!("the leader answers {code}"));
                    complaints.unavailable = Some(code);
                }
                Said::Forward(_) => complaints.add("the leader has changed"),
            }
            if Instant::now() + ROUND_PAUSE >= deadline {
                return Err(complaints.into_error());
            }
            sleep(ROUND_PAUSE).await;
        }
    }

    /// Any query finds the leader: a follower names it, and only the leader knows what tables there are.
    async fn find_leader(&self, deadline: Instant) -> Result<Arc<Node>, Error> {
        let no_table = QueryCfgRequest::default();
        match self.ask::<QueryCfg>(&no_table, deadline, self.attempt_timeout).await {
            Err(error) if !matches!(error.kind(), ErrorKind::Server(_)) => return Err(error),
            Ok(_) | Err(_) => {}
        }
        let leader = self.leader().clone();
        leader.ok_or_else(|| Error::new(ErrorKind::NetworkFailure, "no meta server leads"))
    }

    /// Asks each server once, the last leader first. `None`: none had a useful answer.
    async fn round<R>(
        &self,
        request: &R::Request,
        limit: Duration,
        complaints: &mut Complaints,
    ) -> Option<Result<R::Response, Error>>
    where
        R: Rpc,
        R::Request: Clone + 'static,
        R::Response: MetaAnswer + 'static,
    {
        let mut waiting = self.candidates();
        let mut asked: Vec<Arc<Node>> = Vec::new();
        let mut running: FuturesUnordered<Attempt<R::Response>> = FuturesUnordered::new();
        loop {
            let next = waiting.pop_front().filter(|_| asked.len() < MAX_CANDIDATES);
            let all_asked = next.is_none();
            if let Some(node) = next {
                asked.push(Arc::clone(&node));
                running.push(attempt::<R>(node, request.clone(), limit));
            }
            let said = tokio::select! {
                biased;
                said = running.next() => said,
                () = sleep(HEDGE_AFTER), if !all_asked => continue,
            };
            let (node, said) = said?;
            match said {
                Said::Answer(answer) => {
                    *self.leader() = Some(node);
                    return Some(Ok(answer));
                }
                Said::No(code, hint) => {
                    // Only the leader says no.
                    *self.leader() = Some(node);
                    return Some(Err(refused::<R>(code, &hint)));
                }
                Said::Forward(Some(address)) => {
                    let leader = self.pool.node(&address);
                    if !asked.iter().any(|known| Arc::ptr_eq(known, &leader)) {
                        waiting.retain(|known| !Arc::ptr_eq(known, &leader));
                        waiting.push_front(leader);
                    }
                }
                Said::Forward(None) => complaints.add(&format!("{} knows no leader", node.address())),
                Said::NotNow(code) => {
                    complaints.add(&format!("{} answers {code}", node.address()));
                    complaints.unavailable = Some(code);
                }
                Said::Silent(reason) => complaints.silence(&reason),
                Said::Useless(reason, _) => complaints.add(&reason),
            }
        }
    }

    fn leader(&self) -> MutexGuard<'_, Option<Arc<Node>>> {
        self.leader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn candidates(&self) -> VecDeque<Arc<Node>> {
        let leader = self.leader().clone();
        let others = self.listed.iter().filter(|node| !leader.as_ref().is_some_and(|l| Arc::ptr_eq(l, node)));
        leader.iter().chain(others).cloned().collect()
    }
}

fn attempt<R>(node: Arc<Node>, request: R::Request, limit: Duration) -> Attempt<R::Response>
where
    R: Rpc,
    R::Request: 'static,
    R::Response: MetaAnswer + 'static,
{
    Box::pin(async move {
        let said = match timeout(limit, ask_one::<R>(&node, &request, limit)).await {
            Ok(said) => said,
            Err(_) => {
                if let Some(connection) = node.live() {
                    connection.note_timeout();
                }
                Said::Silent(format!("no answer from {} within {limit:?}", node.address()))
            }
        };
        (node, said)
    })
}

async fn ask_one<R>(node: &Arc<Node>, request: &R::Request, limit: Duration) -> Said<R::Response>
where
    R: Rpc,
    R::Response: MetaAnswer,
{
    let timeout_ms = i32::try_from(limit.as_millis()).unwrap_or(i32::MAX).max(1);
    let header = RequestHeader { timeout_ms, ..RequestHeader::default() };
    let call = match node.connect().await {
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
    match reply.body::<R>() {
        Ok(Some(answer)) => match answer.error() {
            ErrorCode::Ok => Said::Answer(answer),
            ErrorCode::ForwardToOthers => Said::Forward(match answer.leader() {
                Some(leader) => Some(leader),
                None => leader_known_to(node, &header).await,
            }),
            other => judge(other.clone(), answer.hint().map(Text::to_string).unwrap_or_default()),
        },
        Ok(None) => Said::Useless(format!("{} answered without a result", node.address()), Sent::Maybe),
        Err(error) => {
            Said::Useless(format!("the answer of {} cannot be read: {error}", node.address()), Sent::Maybe)
        }
    }
}

/// A follower names the leader only when it is asked for a configuration; any table's will do.
async fn leader_known_to(node: &Arc<Node>, header: &RequestHeader) -> Option<NodeAddress> {
    let connection = node.connect().await.ok()?;
    let reply = connection.call::<QueryCfg>(header, &QueryCfgRequest::default()).ok()?.await.ok()?;
    let answer = reply.body::<QueryCfg>().ok()??;
    (answer.err == ErrorCode::ForwardToOthers).then(|| answer.leader())?
}

/// Whether a refusal passes by itself.
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

fn refused<R: Rpc>(code: ErrorCode, hint: &str) -> Error {
    let separator = if hint.is_empty() { "" } else { ": " };
    let message = format!("the meta server refused {} with {code}{separator}{hint}", R::CODE.name());
    Error::new(ErrorKind::Server(code), message)
}

/// Why no server had a useful answer.
#[derive(Default)]
struct Complaints {
    reasons: String,
    /// What a server said that will be there later.
    unavailable: Option<ErrorCode>,
    /// Whether one did not answer in time.
    silent: bool,
}

impl Complaints {
    fn add(&mut self, reason: &str) {
        let separator = if self.reasons.is_empty() { "" } else { "; " };
        self.reasons.extend([separator, reason]);
    }

    fn silence(&mut self, reason: &str) {
        self.silent = true;
        self.add(reason);
    }

    fn into_error(self) -> Error {
        let kind = match self.unavailable {
            Some(code) => ErrorKind::Server(code),
            None if self.silent => ErrorKind::Timeout,
            None => ErrorKind::NetworkFailure,
        };
        Error::new(kind, format!("no meta server had a useful answer: {}", self.reasons))
    }
}
