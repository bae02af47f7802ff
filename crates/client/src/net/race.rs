//! Connects to the first of a server's addresses that works.
//!
//! Attempts start 250 ms apart and go on side by side; one that fails starts the next at once. A process that hangs
//! accepts connections too. So of several addresses the first one wins that also answers a request. Requests of users
//! are sent to the winner only.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::candidates::Candidates;
use super::names::Names;
use super::{probe, socket};
use crate::address::ServerAddress;

/// The time that an attempt has before the next one starts beside it.
const HEAD_START: Duration = Duration::from_millis(250);

/// A connection that was made.
pub(super) struct Winner {
    pub(super) stream: TcpStream,
    /// Whether the server has answered a request on it.
    pub(super) has_answered: bool,
}

/// How far the attempt at an address is.
enum Progress {
    Connecting,
    Accepted,
    Failed(String),
}

/// A step of an attempt that ended.
enum Step {
    Connected(TcpStream),
    Answered(TcpStream),
}

struct Race {
    candidates: Candidates,
    attempts: Vec<(SocketAddr, Progress)>,
    /// The current step of each attempt that has not failed, by its position in `attempts`.
    running: FuturesUnordered<BoxFuture<'static, (usize, std::io::Result<Step>)>>,
    /// The next attempt starts then, also if none has failed.
    next_start: Instant,
}

/// Connects to the server within the limit.
///
/// # Errors
///
/// The reasons, in words.
pub(super) async fn connect(
    address: &ServerAddress,
    names: &Names,
    limit: Duration,
) -> Result<Winner, String> {
    let start = Instant::now();
    let mut race = Race {
        candidates: Candidates::of(address, names, limit),
        attempts: Vec::new(),
        running: FuturesUnordered::new(),
        next_start: start,
    };
    // A limit that is too long for an instant is as good as none.
    let end = start.checked_add(limit).unwrap_or(start + Duration::from_secs(3600));
    match timeout_at(end, race.run(end)).await {
        Ok(Some(winner)) => Ok(winner),
        Ok(None) | Err(_) => Err(race.complaints(address, limit)),
    }
}

impl Race {
    /// `None`: all attempts have failed.
    async fn run(&mut self, end: Instant) -> Option<Winner> {
        loop {
            self.start_next(end);
            if self.running.is_empty() && !self.candidates.may_grow() {
                return None;
            }
            let next_is_due = self.candidates.waiting() > 0;
            tokio::select! {
                biased;
                Some((at, step)) = self.running.next() => {
                    if let Some(winner) = self.go_on(at, step) {
                        return Some(winner);
                    }
                }
                () = self.candidates.grow() => {}
                () = sleep_until(self.next_start), if next_is_due => {}
            }
        }
    }

    /// Starts the next attempt, if it is time for it.
    fn start_next(&mut self, end: Instant) {
        let now = Instant::now();
        if !self.running.is_empty() && now < self.next_start {
            return;
        }
        let Some(address) = self.candidates.next() else { return };
        let at = self.attempts.len();
        self.attempts.push((address, Progress::Connecting));
        self.running.push(Box::pin(async move { (at, socket::connect(address).await.map(Step::Connected)) }));
        // With many addresses, the last one too shall have half of the time.
        let share = end.saturating_duration_since(now) / 2 / (self.candidates.waiting().max(1) as u32);
        self.next_start = now + HEAD_START.min(share);
    }

    /// Goes on after a step of an attempt.
    fn go_on(&mut self, at: usize, step: std::io::Result<Step>) -> Option<Winner> {
        match step {
            Ok(Step::Connected(stream)) if self.candidates.are_several() => {
                self.attempts[at].1 = Progress::Accepted;
                self.running
                    .push(Box::pin(async move { (at, probe::ask(stream).await.map(Step::Answered)) }));
                None
            }
            Ok(Step::Connected(stream)) => Some(Winner { stream, has_answered: false }),
            Ok(Step::Answered(stream)) => Some(Winner { stream, has_answered: true }),
            Err(error) => {
                self.attempts[at].1 = Progress::Failed(error.to_string());
                self.next_start = Instant::now();
                None
            }
        }
    }

    /// Why no attempt has won.
    fn complaints(&self, address: &ServerAddress, limit: Duration) -> String {
        let is_plain = address.name().is_none();
        let of_attempt = |(candidate, progress): &(SocketAddr, Progress)| {
            let reason = match progress {
                Progress::Connecting => format!("no answer within {limit:?}"),
                Progress::Accepted => format!("it accepts connections and answers nothing within {limit:?}"),
                Progress::Failed(reason) => reason.clone(),
            };
            if is_plain { reason } else { format!("{candidate}: {reason}") }
        };
        let complaint = self.candidates.complaint(address);
        let complaints: Vec<_> = complaint.into_iter().chain(self.attempts.iter().map(of_attempt)).collect();
        if complaints.is_empty() { "there is no address".to_owned() } else { complaints.join("; ") }
    }
}
