//! Chooses which meta server to ask: finds the leader, listed or not.
//!
//! A follower names the leader. When a server does not answer within a quarter of a second, the next one
//! is asked too, and the first useful answer is taken.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use pegasus_protocol::idl::{QueryCfgRequest, QueryCfgResponse};
use pegasus_protocol::rpc::{QueryCfg, Rpc};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;
use tokio::time::{Instant, sleep, timeout_at};

use super::answer::MetaAnswer;
use super::ask::{Attempt, Said, attempt};
use super::complaints::{Complaints, refused};
use crate::address::ServerAddress;
use crate::error::{Error, ErrorKind};
use crate::net::error::Sent;
use crate::net::{Pool, Server};

/// The time a server has before the next one is asked too.
const HEDGE_AFTER: Duration = Duration::from_millis(250);

/// The pause between two rounds in which no server had a useful answer.
const ROUND_PAUSE: Duration = Duration::from_millis(100);

/// Bounds how many forwards one round follows; no cluster has this many meta servers.
const MAX_CANDIDATES: usize = 32;

/// The meta servers of a cluster.
pub(crate) struct MetaClient {
    listed: Vec<Arc<Server>>,
    pool: Arc<Pool>,
    attempt_timeout: Duration,
    /// The server that answered last; it is asked first.
    leader: Mutex<Option<Arc<Server>>>,
}

impl MetaClient {
    /// Reads the addresses; nothing is sent.
    pub(crate) fn new(listed: &[String], pool: Arc<Pool>, attempt_timeout: Duration) -> Result<Self, Error> {
        if listed.is_empty() {
            return Err(Error::invalid_argument("meta_servers is empty: at least one host:port is needed"));
        }
        let servers = listed
            .iter()
            .map(|text| Ok(pool.server(&ServerAddress::parse(text.trim())?)))
            .collect::<Result<_, Error>>()?;
        Ok(Self { listed: servers, pool, attempt_timeout, leader: Mutex::new(None) })
    }

    /// Makes sure that at least one server accepts a connection.
    pub(crate) async fn reach_any(&self) -> Result<(), Error> {
        let mut dials: FuturesUnordered<_> = self.listed.iter().map(|server| server.connect()).collect();
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

    /// Queries which servers have the partitions of a table.
    pub(crate) async fn query_configuration(
        &self,
        table: &str,
        deadline: Instant,
    ) -> Result<QueryCfgResponse, Error> {
        let answered = self.ask::<QueryCfg>(&configuration_of(table), deadline, self.attempt_timeout).await;
        answered.map_err(|error| or_no_table(error, table))
    }

    /// Queries the configuration of a table, asking each meta server once. The caller sees to the pauses.
    pub(crate) async fn query_configuration_once(&self, table: &str) -> Result<QueryCfgResponse, Error> {
        let mut complaints = Complaints::default();
        let request = configuration_of(table);
        match self.round::<QueryCfg>(&request, self.attempt_timeout, &mut complaints).await {
            Some(answered) => answered.map_err(|error| or_no_table(error, table)),
            None => Err(complaints.into_error()),
        }
    }

    /// Asks until the leader answers or refuses, or the deadline passes. One attempt at one server takes at
    /// most `attempt_timeout`.
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
                // A round that was cut by the deadline explains less than the complete round before it.
                Err(_) => {
                    complaints.silence("no answer in time");
                    return Err(last.unwrap_or(complaints).into_error());
                }
            }
        }
    }

    /// Sends a change to the leader, once. It finds the leader first, and never sends again a request that
    /// may have arrived.
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

    /// Finds the leader by any query: a follower names the leader, and only the leader knows the tables.
    async fn find_leader(&self, deadline: Instant) -> Result<Arc<Server>, Error> {
        let no_table = QueryCfgRequest::default();
        match self.ask::<QueryCfg>(&no_table, deadline, self.attempt_timeout).await {
            Err(error) if !matches!(error.kind(), ErrorKind::Server(_)) => return Err(error),
            Ok(_) | Err(_) => {}
        }
        let leader = self.leader().clone();
        leader.ok_or_else(|| Error::new(ErrorKind::NetworkFailure, "no meta server leads"))
    }

    /// Asks each server once, the last leader first. `None`: no server had a useful answer.
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
        let mut asked: Vec<Arc<Server>> = Vec::new();
        let mut running: FuturesUnordered<Attempt<R::Response>> = FuturesUnordered::new();
        loop {
            let next = waiting.pop_front().filter(|_| asked.len() < MAX_CANDIDATES);
            let all_asked = next.is_none();
            if let Some(server) = next {
                asked.push(Arc::clone(&server));
                running.push(attempt::<R>(server, request.clone(), limit));
            }
            let said = tokio::select! {
                biased;
                said = running.next() => said,
                () = sleep(HEDGE_AFTER), if !all_asked => continue,
            };
            let (server, said) = said?;
            match said {
                Said::Answer(answer) => {
                    *self.leader() = Some(server);
                    return Some(Ok(answer));
                }
                Said::No(code, hint) => {
                    // Only the leader refuses.
                    *self.leader() = Some(server);
                    return Some(Err(refused::<R>(code, &hint)));
                }
                Said::Forward(Some(address)) => {
                    let leader = self.pool.server(&address);
                    if !asked.iter().any(|known| Arc::ptr_eq(known, &leader)) {
                        waiting.retain(|known| !Arc::ptr_eq(known, &leader));
                        waiting.push_front(leader);
                    }
                }
                Said::Forward(None) => complaints.add(&format!("{} knows no leader", server.address())),
                Said::NotNow(code) => {
                    complaints.add(&format!("{} answers {code}", server.address()));
                    complaints.unavailable = Some(code);
                }
                Said::Silent(reason) => complaints.silence(&reason),
                Said::Useless(reason, _) => complaints.add(&reason),
            }
        }
    }

    fn leader(&self) -> MutexGuard<'_, Option<Arc<Server>>> {
        self.leader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn candidates(&self) -> VecDeque<Arc<Server>> {
        let leader = self.leader().clone();
        let others =
            self.listed.iter().filter(|server| !leader.as_ref().is_some_and(|l| Arc::ptr_eq(l, server)));
        leader.iter().chain(others).cloned().collect()
    }
}

fn configuration_of(table: &str) -> QueryCfgRequest {
    QueryCfgRequest { app_name: Text::from(table), partition_indices: Vec::new() }
}

/// Meta servers say of a table that does not exist what replica servers say of a partition that they do not have.
fn or_no_table(error: Error, table: &str) -> Error {
    match error.kind() {
        ErrorKind::Server(ErrorCode::ObjectNotFound) => {
            Error::new(ErrorKind::TableNotFound, format!("there is no table {table:?}"))
        }
        _ => error,
    }
}
