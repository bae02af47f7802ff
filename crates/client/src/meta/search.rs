//! The search for a useful answer: rounds in which each server is asked once.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use pegasus_protocol::rpc::Rpc;
use tokio::time::{Instant, sleep, sleep_until};

use super::answer::MetaAnswer;
use super::ask::{Attempt, Refusal, Said, attempt, waited};
use super::findings::{Finding, Findings};
use crate::net::{Pool, Server};

/// The time a server has before the next one is asked too.
const HEDGE_AFTER: Duration = Duration::from_millis(250);

/// Bounds how many forwards one round follows; no cluster has this many meta servers.
const MAX_CANDIDATES: usize = 32;

/// What the leader says to a request.
pub(super) type Reply<T> = Result<T, Refusal>;

/// What one question has learnt in its rounds so far.
pub(super) struct Search<'a> {
    pool: &'a Pool,
    attempt_timeout: Duration,
    deadline: Instant,
    pub(super) findings: Findings,
    /// The servers that followers named. They are kept, so that their connections last from round to round.
    named: Vec<Arc<Server>>,
}

impl<'a> Search<'a> {
    pub(super) fn new(pool: &'a Pool, attempt_timeout: Duration, deadline: Instant) -> Self {
        Self { pool, attempt_timeout, deadline, findings: Findings::default(), named: Vec::new() }
    }

    /// Asks each server once, in this order, and those that followers name. Ends at the deadline.
    ///
    /// `None`: no server had a useful answer; the findings say why.
    pub(super) async fn round<R>(
        &mut self,
        mut waiting: VecDeque<Arc<Server>>,
        request: &R::Request,
    ) -> Option<(Arc<Server>, Reply<R::Response>)>
    where
        R: Rpc,
        R::Request: Clone + 'static,
        R::Response: MetaAnswer + 'static,
    {
        let mut asked: Vec<(Arc<Server>, Instant)> = Vec::new();
        let mut running: FuturesUnordered<Attempt<R::Response>> = FuturesUnordered::new();
        loop {
            let next = waiting.pop_front().filter(|_| asked.len() < MAX_CANDIDATES);
            let all_asked = next.is_none();
            if let Some(server) = next {
                let now = Instant::now();
                asked.push((Arc::clone(&server), now));
                let limit = self.attempt_timeout.min(self.deadline.saturating_duration_since(now));
                running.push(attempt::<R>(server, request.clone(), limit));
            }
            let said = tokio::select! {
                biased;
                said = running.next() => said,
                () = sleep_until(self.deadline) => {
                    self.cut(&asked);
                    return None;
                }
                () = sleep(HEDGE_AFTER), if !all_asked => continue,
            };
            let (server, said) = said?;
            let finding = match said {
                Said::Answer(answer) => return Some((server, Ok(answer))),
                // Only the leader refuses.
                Said::No(refusal) => return Some((server, Err(refusal))),
                Said::Nothing(finding, _) => finding,
            };
            if let Finding::Names(address) = &finding {
                let leader = self.keep(self.pool.server(address));
                if !asked.iter().any(|(known, _)| Arc::ptr_eq(known, &leader)) {
                    waiting.retain(|known| !Arc::ptr_eq(known, &leader));
                    waiting.push_front(leader);
                }
            }
            self.found(&server, finding);
        }
    }

    fn keep(&mut self, server: Arc<Server>) -> Arc<Server> {
        if !self.named.iter().any(|known| Arc::ptr_eq(known, &server)) {
            self.named.push(Arc::clone(&server));
        }
        server
    }

    fn found(&mut self, server: &Server, finding: Finding) {
        if finding.is_wait() && Instant::now() >= self.deadline {
            self.findings.set_if_none(server.address(), finding);
        } else {
            self.findings.set(server.address(), finding);
        }
    }

    /// The deadline passed while these servers were asked.
    fn cut(&mut self, asked: &[(Arc<Server>, Instant)]) {
        for (server, since) in asked {
            self.findings.set_if_none(server.address(), waited(server, since.elapsed()));
        }
    }
}
