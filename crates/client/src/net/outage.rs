//! A server's absence: when it may be dialed again, and what is told about it.
//!
//! One pause for each server, shared by everybody who wants a connection to it. It grows with every dial that
//! brought no answer, and an answer ends it: a process that hangs accepts connections too.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use super::error::NetError;

/// The bound of the first pause; it doubles with each further dial. A pause is at least half of its bound, and
/// otherwise random, so that a fleet of clients spreads out.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The bound of every pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The most dials of one server in any second, also when it answers once on each connection and then closes it.
const MOST_DIALS: usize = 10;
const WINDOW: Duration = Duration::from_secs(1);

/// While a server is away, a line tells so at most this often.
const REPORT_EACH: Duration = Duration::from_secs(30);

/// For this long the failures of a server that nobody uses matter to the next one who uses it.
const MATTERS_FOR: Duration = Duration::from_secs(60);

/// What is known about a server's absence.
#[derive(Default)]
pub(super) struct Outage {
    /// The starts of the last dials, at most `MOST_DIALS`.
    dials: VecDeque<Instant>,
    /// The next dial starts after this moment.
    paused_until: Option<Instant>,
    away: Option<Away>,
}

/// Since the first failure after the last answer.
struct Away {
    since: Instant,
    failed_dials: u32,
    last_report: Option<Instant>,
    last_failure: Option<NetError>,
}

/// Something that users should know.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Report {
    Lost,
    StillAway(Absence),
    Back(Absence),
}

/// How long a server was away, and how often it was dialed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Absence {
    duration: Duration,
    failed_dials: u32,
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dials = if self.failed_dials == 1 { "dial" } else { "dials" };
        write!(f, "away {:.1} s, {} {dials} failed", self.duration.as_secs_f64(), self.failed_dials)
    }
}

impl Away {
    fn since(since: Instant) -> Self {
        Self { since, failed_dials: 0, last_report: None, last_failure: None }
    }

    fn absence(&self, now: Instant) -> Absence {
        Absence { duration: now.saturating_duration_since(self.since), failed_dials: self.failed_dials }
    }
}

impl Outage {
    /// Starts a dial.
    ///
    /// # Errors
    ///
    /// The moment at which to try again: no dial may start before.
    pub(super) fn start_dial(&mut self, now: Instant) -> Result<(), Instant> {
        let oldest = if self.dials.len() < MOST_DIALS { None } else { self.dials.front() };
        let next = self.paused_until.max(oldest.map(|oldest| *oldest + WINDOW));
        if let Some(next) = next.filter(|next| *next > now) {
            return Err(next);
        }
        if self.dials.len() == MOST_DIALS {
            self.dials.pop_front();
        }
        self.dials.push_back(now);
        Ok(())
    }

    /// A connection could not be made, or ended without an answer.
    pub(super) fn dial_failed(&mut self, now: Instant, reason: NetError) -> Option<Report> {
        let away = self.away.get_or_insert_with(|| Away::since(now));
        away.failed_dials = away.failed_dials.saturating_add(1);
        away.last_failure = Some(reason);
        self.paused_until = Some(now + pause_after(away.failed_dials));
        let first = away.last_report.is_none();
        if away.last_report.is_some_and(|last| now < last + REPORT_EACH) {
            return None;
        }
        away.last_report = Some(now);
        Some(if first { Report::Lost } else { Report::StillAway(away.absence(now)) })
    }

    /// A connection ended on which the server had answered.
    pub(super) fn connection_lost(&mut self, now: Instant) {
        self.away.get_or_insert_with(|| Away::since(now));
    }

    /// The server has answered.
    pub(super) fn answered(&mut self, now: Instant) -> Option<Report> {
        self.paused_until = None;
        let away = self.away.take()?;
        away.last_report.map(|_| Report::Back(away.absence(now)))
    }

    /// Why the last dial failed, unless the server has answered since.
    pub(super) fn last_failure(&self) -> Option<NetError> {
        self.away.as_ref()?.last_failure.clone()
    }

    /// Whether it matters to those who use the server later.
    pub(super) fn matters(&self, now: Instant) -> bool {
        let last = self.dials.back().copied().max(self.paused_until);
        let memory = if self.away.is_some() { MATTERS_FOR } else { WINDOW };
        last.is_some_and(|last| now < last + memory)
    }
}

/// The pause after this many failed dials, which is at least half of its bound.
fn pause_after(failed_dials: u32) -> Duration {
    let doublings = failed_dials.saturating_sub(1).min(16);
    let bound = (FIRST_PAUSE * (1 << doublings)).min(LONGEST_PAUSE);
    bound.mul_f64(0.5 + 0.5 * fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::super::error::NetErrorKind;
    use super::*;

    fn at(start: Instant, seconds: f64) -> Instant {
        start + Duration::from_secs_f64(seconds)
    }

    /// Dials whenever that is allowed, as many callers would; returns the starts within `seconds`.
    fn dials(
        outage: &mut Outage,
        start: Instant,
        seconds: f64,
        after: impl Fn(&mut Outage, Instant),
    ) -> Vec<Instant> {
        let mut now = start;
        let mut starts = Vec::new();
        while now < at(start, seconds) {
            match outage.start_dial(now) {
                Ok(()) => {
                    starts.push(now);
                    after(outage, now);
                }
                Err(next) => now = next,
            }
        }
        starts
    }

    fn refused() -> NetError {
        NetError::new(NetErrorKind::Unreachable, "refused")
    }

    fn fail(outage: &mut Outage, now: Instant) {
        outage.dial_failed(now, refused());
    }

    fn most_in_a_second(starts: &[Instant]) -> usize {
        let within = |first: &Instant| {
            starts.iter().filter(|start| **start >= *first && **start < *first + WINDOW).count()
        };
        starts.iter().map(within).max().unwrap_or(0)
    }

    #[tokio::test]
    async fn pauses_grow_to_a_second_and_are_never_twice_the_same() {
        for (failed, bound) in [(1, 100), (2, 200), (4, 800), (5, 1000), (50, 1000), (u32::MAX, 1000)] {
            let pauses: Vec<_> = (0..200).map(|_| pause_after(failed).as_micros()).collect();
            let (least, most) = (*pauses.iter().min().unwrap(), *pauses.iter().max().unwrap());
            assert!(least >= bound * 500 && most <= bound * 1000, "{failed}: {least} to {most}");
            assert!(most - least > bound * 250, "{failed}: {least} to {most}");
        }
    }

    #[tokio::test]
    async fn a_dead_server_is_dialed_a_few_times_and_then_once_or_twice_a_second() {
        for _ in 0..100 {
            let start = Instant::now();
            let starts = dials(&mut Outage::default(), start, 60.0, fail);
            let first = starts.iter().filter(|dial| **dial < start + WINDOW).count();
            assert!((4..=6).contains(&first), "{first} dials in the first second");
            assert!((60..=130).contains(&starts.len()), "{} dials in a minute", starts.len());
        }
    }

    #[tokio::test]
    async fn no_server_is_dialed_more_than_ten_times_in_any_second_whatever_it_does() {
        for failures in 0..4 {
            let answers = |outage: &mut Outage, now| {
                (0..failures).for_each(|_| fail(outage, now));
                outage.answered(now);
                outage.connection_lost(now);
            };
            let starts = dials(&mut Outage::default(), Instant::now(), 20.0, answers);
            assert_eq!(most_in_a_second(&starts), MOST_DIALS);
        }
    }

    #[tokio::test]
    async fn a_connection_that_was_lost_is_made_anew_at_once() {
        let mut outage = Outage::default();
        let start = Instant::now();
        assert_eq!(outage.start_dial(start), Ok(()));
        outage.answered(at(start, 0.1));
        outage.connection_lost(at(start, 0.2));
        assert_eq!(outage.start_dial(at(start, 0.2)), Ok(()));
        assert_eq!(outage.answered(at(start, 0.3)), None, "nobody was told that it was away");
    }

    #[tokio::test]
    async fn users_are_told_of_the_loss_each_half_minute_and_of_the_return() {
        let mut outage = Outage::default();
        let start = Instant::now();
        outage.connection_lost(start);
        let away = |seconds, failed_dials| Absence { duration: Duration::from_secs(seconds), failed_dials };
        let told: Vec<_> =
            (1..=70).map(|second| outage.dial_failed(at(start, f64::from(second)), refused())).collect();
        let reports: Vec<_> = told.into_iter().flatten().collect();
        assert_eq!(reports, [Report::Lost, Report::StillAway(away(31, 31)), Report::StillAway(away(61, 61))]);
        assert_eq!(outage.answered(at(start, 72.0)), Some(Report::Back(away(72, 70))));
        assert_eq!(outage.answered(at(start, 73.0)), None);
        assert_eq!(away(12, 1).to_string(), "away 12.0 s, 1 dial failed");
    }

    #[tokio::test]
    async fn what_happened_matters_for_a_while() {
        let mut outage = Outage::default();
        let start = Instant::now();
        assert!(!outage.matters(start));
        outage.start_dial(start).unwrap();
        assert!(outage.matters(at(start, 0.5)) && !outage.matters(at(start, 1.5)));
        outage.dial_failed(at(start, 2.0), refused());
        assert!(outage.matters(at(start, 50.0)) && !outage.matters(at(start, 70.0)));
    }
}
