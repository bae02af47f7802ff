//! One round of questions: each server once, until one has a useful answer.

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

/// Asks each server once, in this order, and those that followers name. Ends at the deadline.
///
/// `None`: no server had a useful answer; the findings say why.
pub(super) async fn round<R>(
    mut waiting: VecDeque<Arc<Server>>,
    pool: &Pool,
    request: &R::Request,
    attempt_timeout: Duration,
    deadline: Instant,
    findings: &mut Findings,
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
            let limit = attempt_timeout.min(deadline.saturating_duration_since(now));
            running.push(attempt::<R>(server, request.clone(), limit));
        }
        let said = tokio::select! {
            biased;
            said = running.next() => said,
            () = sleep_until(deadline) => {
                for (server, since) in asked {
                    findings.set_if_none(server.address(), waited(&server, since.elapsed()));
                }
                return None;
            }
            () = sleep(HEDGE_AFTER), if !all_asked => continue,
        };
        let (server, said) = said?;
        match said {
            Said::Answer(answer) => return Some((server, Ok(answer))),
            // Only the leader refuses.
            Said::No(refusal) => return Some((server, Err(refusal))),
            Said::Nothing(finding, _) => {
                if let Finding::Names(address) = &finding {
                    let leader = pool.server(address);
                    if !asked.iter().any(|(known, _)| Arc::ptr_eq(known, &leader)) {
                        waiting.retain(|known| !Arc::ptr_eq(known, &leader));
                        waiting.push_front(leader);
                    }
                }
                if finding.is_wait() && Instant::now() >= deadline {
                    findings.set_if_none(server.address(), finding);
                } else {
                    findings.set(server.address(), finding);
                }
            }
        }
    }
}
