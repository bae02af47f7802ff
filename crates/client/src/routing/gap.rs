//! The gap between the queries for one table's routes: how long after one query the next may start.

use std::time::Duration;

use tokio::time::Instant;

/// The gap after a query that brought news, and after the first one.
const SHORTEST: Duration = Duration::from_millis(50);

/// The longest gap. An operation that waits for a new primary finds it within a second.
const LONGEST: Duration = Duration::from_millis(800);

/// The time that a query costs: two a second in the long run, also when each brings news. While servers are restarted
/// one after the other, every answer does.
const COST: Duration = Duration::from_millis(500);

/// So much time is saved up for a start: four queries, and one more in their second.
const SAVED: Duration = COST.saturating_mul(3);

/// When nobody has asked for this long, the next outage starts with the shortest gap.
const FORGET_AFTER: Duration = Duration::from_secs(5);

/// The gap between queries: it doubles while answers bring nothing new.
///
/// Queries in an outage start after 0, 50, 150, 350 and 750 ms, then each 800 ms.
#[derive(Debug, Default)]
pub(super) struct QueryGap {
    /// The end of the last query, and the gap that follows it.
    last: Option<(Instant, Duration)>,
    /// The queries so far have cost the time until this moment.
    spent_until: Option<Instant>,
}

impl QueryGap {
    /// When the next query may start.
    pub(super) fn next(&self, now: Instant) -> Instant {
        let after_gap = self.last.map(|(ended, gap)| ended + gap);
        let affordable = self.spent_until.and_then(|until| until.checked_sub(SAVED));
        after_gap.max(affordable).map_or(now, |next| next.max(now))
    }

    /// Notes the end of a query.
    pub(super) fn ended(&mut self, now: Instant, brought_news: bool) {
        let gap = match self.last {
            Some((before, gap)) if !brought_news && now < before + gap + FORGET_AFTER => {
                (gap * 2).min(LONGEST)
            }
            _ => SHORTEST,
        };
        self.last = Some((now, gap));
        self.spent_until = Some(self.spent_until.map_or(now, |until| until.max(now)) + COST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The starts of queries, in milliseconds, that are wanted all the time for three seconds and bring no news.
    fn starts(gap: &mut QueryGap, begin: Instant) -> Vec<u128> {
        let mut starts = Vec::new();
        let mut now = begin;
        while now < begin + Duration::from_secs(3) {
            starts.push((now - begin).as_millis());
            gap.ended(now, false);
            now = gap.next(now);
        }
        starts
    }

    #[tokio::test]
    async fn an_outage_costs_five_queries_in_its_first_second_and_then_less_than_two() {
        let mut gap = QueryGap::default();
        let begin = Instant::now();
        assert_eq!(gap.next(begin), begin, "the first one need not wait");
        assert_eq!(starts(&mut gap, begin), [0, 50, 150, 350, 750, 1550, 2350]);
    }

    #[tokio::test]
    async fn news_with_each_answer_cost_five_queries_in_the_first_second_and_then_two() {
        let mut gap = QueryGap::default();
        let begin = Instant::now();
        let mut starts = Vec::new();
        for _ in 0..9 {
            let start = gap.next(starts.last().copied().unwrap_or(begin));
            starts.push(start);
            gap.ended(start, true);
        }
        let millis: Vec<_> = starts.iter().map(|start| (*start - begin).as_millis()).collect();
        assert_eq!(millis, [0, 50, 100, 150, 500, 1000, 1500, 2000, 2500]);
    }

    #[tokio::test]
    async fn news_and_a_quiet_time_bring_the_short_gap_back() {
        let mut gap = QueryGap::default();
        let begin = Instant::now();
        starts(&mut gap, begin);
        let later = begin + Duration::from_secs(4);
        gap.ended(later, true);
        assert_eq!(gap.next(later), later + SHORTEST);
        starts(&mut gap, later);
        let much_later = later + Duration::from_secs(20);
        assert_eq!(gap.next(much_later), much_later);
        assert_eq!(starts(&mut gap, much_later)[..4], [0, 50, 150, 350]);
    }
}
