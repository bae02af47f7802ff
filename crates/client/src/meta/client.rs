//! Chooses which meta server to ask: finds the leader, listed or not, and asks again until it answers.
//!
//! A follower names the leader. When a server does not answer within a quarter of a second, the next one
//! is asked too, and the first useful answer is taken.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pegasus_protocol::idl::{QueryCfgRequest, QueryCfgResponse};
use pegasus_protocol::rpc::{QueryCfg, Rpc};
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;
use tokio::time::Instant;

use super::answer::MetaAnswer;
use super::ask::{Refusal, Said, attempt};
use super::findings::{Finding, Findings};
use super::pauses::Pauses;
use super::search::{Reply, Search};
use crate::address::ServerAddress;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::net::error::Sent;
use crate::net::{Pool, Server};

/// The meta servers of a cluster.
pub(crate) struct MetaClient {
    /// Each server once.
    listed: Vec<Arc<Server>>,
    pool: Arc<Pool>,
    attempt_timeout: Duration,
    /// The server that answered last; it is asked first.
    leader: Mutex<Option<Arc<Server>>>,
    pauses: Pauses,
}

impl MetaClient {
    /// Reads the addresses; nothing is sent.
    pub(crate) fn new(listed: &[String], pool: Arc<Pool>, attempt_timeout: Duration) -> Result<Self, Error> {
        if listed.is_empty() {
            return Err(Error::invalid_argument("meta_servers is empty: at least one host:port is needed"));
        }
        let mut servers: Vec<Arc<Server>> = Vec::with_capacity(listed.len());
        for text in listed {
            let server = pool.server(&ServerAddress::parse(text.trim())?);
            if !servers.iter().any(|known| Arc::ptr_eq(known, &server)) {
                servers.push(server);
            }
        }
        Ok(Self {
            listed: servers,
            pool,
            attempt_timeout,
            leader: Mutex::new(None),
            pauses: Pauses::default(),
        })
    }

    /// Finds the leader: asks until it answers, or the deadline passes.
    ///
    /// The question is the configuration of a table without a name. Every version answers it to everybody, a
    /// proxy of meta servers answers nothing else, a follower names the leader, and only the leader knows that
    /// there is no such table.
    pub(crate) async fn find_leader(&self, deadline: Instant) -> Result<Arc<Server>, Error> {
        let no_table = QueryCfgRequest::default();
        let (leader, _) = self.seek::<QueryCfg>(&no_table, deadline, self.attempt_timeout).await?;
        Ok(leader)
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
        let deadline = Deadline::after(self.attempt_timeout.saturating_mul(2)).instant();
        let mut search = Search::new(&self.pool, self.attempt_timeout, deadline);
        let request = configuration_of(table);
        let Some((leader, reply)) = search.round::<QueryCfg>(self.candidates(), &request).await else {
            return Err(search.findings.into_error());
        };
        *self.leader() = Some(leader);
        reply.map_err(Refusal::into_error::<QueryCfg>).map_err(|error| or_no_table(error, table))
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
        let (_, reply) = self.seek::<R>(request, deadline, attempt_timeout).await?;
        reply.map_err(Refusal::into_error::<R>)
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
            let (leader, said) = attempt::<R>(leader, request.clone(), limit).await;
            let (finding, sent) = match said {
                Said::Answer(answer) => return Ok(answer),
                Said::No(refusal) => return Err(refusal.into_error::<R>()),
                Said::Nothing(finding, sent) => (finding, sent),
            };
            if finding == Finding::Later(ErrorCode::Timeout) {
                return Err(Refusal::new(ErrorCode::Timeout, "").into_error::<R>().maybe_applied(true));
            }
            let waited = finding.is_wait();
            let mut findings = Findings::default();
            findings.set(leader.address(), finding);
            let error = findings.into_error();
            if waited {
                return Err(error.maybe_applied(true));
            }
            if sent == Sent::Maybe {
                let lost = Error::new(ErrorKind::SessionReset, error.message().to_owned());
                return Err(lost.maybe_applied(true));
            }
            if !self.pauses.pause(deadline).await {
                return Err(error);
            }
        }
    }

    /// Asks the servers in rounds until one of them answers or refuses as the leader, or the deadline passes.
    async fn seek<R>(
        &self,
        request: &R::Request,
        deadline: Instant,
        attempt_timeout: Duration,
    ) -> Result<(Arc<Server>, Reply<R::Response>), Error>
    where
        R: Rpc,
        R::Request: Clone + 'static,
        R::Response: MetaAnswer + 'static,
    {
        let mut search = Search::new(&self.pool, attempt_timeout, deadline);
        loop {
            if let Some((leader, reply)) = search.round::<R>(self.candidates(), request).await {
                self.pauses.answered();
                *self.leader() = Some(Arc::clone(&leader));
                return Ok((leader, reply));
            }
            if !self.pauses.pause(deadline).await {
                return Err(search.findings.into_error());
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
