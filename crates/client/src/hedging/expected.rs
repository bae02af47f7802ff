//! What a read may take, by comparison of the servers of a table.
//!
//! A slow server must not change what is expected of it. So every server is measured by itself, and what the middle
//! one of them takes is the measure for all: as long as fewer than half are slow, none of those is the middle.

use std::time::Duration;

use crate::net::{Class, Health, Role};

/// The measured delay until there are enough reads, and the least that is late until then.
const AT_FIRST: Duration = Duration::from_millis(50);

/// The bounds of the measured delay. Timers have no finer resolution than 1 ms.
const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_secs(1);

/// The measured delay is at most so many 90th percentiles: a few slow answers of a server raise its 99th, and are
/// just what is to be hedged.
const TAIL: u32 = 4;

/// An answer is late that takes so many times the median of its server's peers, and so much longer.
const TIMES_LATER: u32 = 4;
const LATER: Duration = Duration::from_millis(20);

/// What a read of one class may take at this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expected {
    /// How long a read waits for the first server before another one is asked too.
    pub(crate) delay: Duration,
    /// An answer that takes longer counts against its server.
    pub(crate) late: Duration,
    /// Whether slow servers are asked second. Not while half of the servers are slow: the others could not bear it.
    pub(crate) may_demote: bool,
}

impl Expected {
    /// What is expected before anything was measured.
    pub(super) fn at_first(fixed_delay: Option<Duration>) -> Self {
        let delay = fixed_delay.unwrap_or(AT_FIRST);
        Self { delay, late: delay.max(AT_FIRST), may_demote: false }
    }

    /// What the servers' latencies tell. `fixed_delay`: the delay is not measured.
    pub(super) fn of<'a>(
        servers: impl Iterator<Item = &'a Health>,
        class: Class,
        fixed_delay: Option<Duration>,
    ) -> Self {
        let (mut tails, mut medians) = (Vec::new(), Vec::new());
        let (mut count, mut slow) = (0, 0);
        for server in servers {
            let latencies = server.latencies(class);
            if let (Some(median), Some(p90), Some(p99)) =
                (latencies.median(), latencies.p90(), latencies.p99())
            {
                tails.push(p99.min(p90 * TAIL));
                medians.push(median);
            }
            count += 1;
            slow += usize::from(server.pace(class, Role::Primary).is_slow());
        }
        let first = Self::at_first(fixed_delay);
        let delay = match (fixed_delay, middle(tails)) {
            (None, Some(tail)) => tail.clamp(SHORTEST, LONGEST),
            _ => first.delay,
        };
        let late = match middle(medians) {
            Some(median) => delay.max(median * TIMES_LATER).max(median + LATER),
            None => first.late.max(delay),
        };
        Self { delay, late, may_demote: slow * 2 < count }
    }
}

/// The middle one; of an even number the lower one of two.
fn middle(mut values: Vec<Duration>) -> Option<Duration> {
    let at = values.len().checked_sub(1)? / 2;
    Some(*values.select_nth_unstable(at).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server whose answers take so many milliseconds, in turn.
    fn server(latencies_ms: &[u64]) -> Health {
        let server = Health::default();
        for at in 0..2000 {
            let latency = Duration::from_millis(latencies_ms[at % latencies_ms.len()]);
            server.latencies(Class::Row).record(latency);
        }
        server
    }

    fn slow(server: Health) -> Health {
        (0..16).for_each(|_| server.pace(Class::Row, Role::Primary).note(true));
        server
    }

    fn of(servers: &[Health]) -> Expected {
        Expected::of(servers.iter(), Class::Row, None)
    }

    /// Whether it is the latency of a bucket of the histogram that holds so many milliseconds.
    fn is_about(latency: Duration, ms: u64) -> bool {
        (ms * 1000..=ms * 1250 + 1).contains(&(latency.as_micros() as u64))
    }

    #[test]
    fn a_slow_minority_changes_nothing() {
        for servers in [
            [server(&[2]), server(&[300]), server(&[2])],
            [server(&[300]), server(&[2]), Health::default()],
            [server(&[2]), Health::default(), server(&[300])],
        ] {
            let expected = of(&servers);
            assert!(is_about(expected.delay, 2), "{expected:?}");
            assert!((22..=23).contains(&expected.late.as_millis()), "{expected:?}");
        }
    }

    #[test]
    fn when_all_are_slow_alike_no_answer_is_late() {
        let expected = of(&[server(&[300]), server(&[310]), server(&[290])]);
        assert!(is_about(expected.delay, 300), "{expected:?}");
        assert!(expected.late >= Duration::from_millis(1200), "{expected:?}");
        let expected = of(&[server(&[3000])]);
        assert_eq!(expected.delay, LONGEST);
    }

    #[test]
    fn a_few_slow_answers_are_hedged_also_when_nobody_else_is_known() {
        let mut latencies = [2; 20];
        latencies[7] = 300;
        let expected = of(&[server(&latencies), Health::default(), Health::default()]);
        assert!(expected.delay <= Duration::from_millis(10), "{expected:?}");
    }

    #[test]
    fn nothing_is_faster_than_the_clock_and_unknown_servers_take_50_ms() {
        let quick = Health::default();
        (0..2000).for_each(|_| quick.latencies(Class::Row).record(Duration::from_micros(90)));
        assert_eq!(of(&[quick]).delay, SHORTEST);
        let unknown = Expected { delay: AT_FIRST, late: AT_FIRST, may_demote: true };
        assert_eq!(of(&[Health::default()]), unknown);
        assert_eq!(of(&[]), Expected { may_demote: false, ..unknown });
    }

    #[test]
    fn a_fixed_delay_is_kept_and_nothing_is_late_before_it() {
        let servers = [server(&[2]), server(&[2]), server(&[300])];
        let fixed = |ms| Expected::of(servers.iter(), Class::Row, Some(Duration::from_millis(ms)));
        assert_eq!(fixed(5).delay, Duration::from_millis(5));
        assert!((22..=23).contains(&fixed(5).late.as_millis()));
        assert_eq!(
            (fixed(700).delay, fixed(700).late),
            (Duration::from_millis(700), Duration::from_millis(700))
        );
    }

    #[test]
    fn only_a_minority_is_asked_second() {
        let (a, b) = (|| server(&[2]), || slow(server(&[2])));
        assert!(of(&[a(), a(), b()]).may_demote);
        assert!(!of(&[a(), b(), b()]).may_demote);
        assert!(!of(&[a(), b()]).may_demote);
        assert!(!of(&[b()]).may_demote);
    }
}
