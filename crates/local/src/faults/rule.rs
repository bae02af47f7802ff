//! An active rule: it decides which requests it takes, and counts them.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pegasus_protocol::rpc::RpcCode;
use pegasus_protocol::thrift::Text;
use pegasus_protocol::types::ErrorCode;

use super::fault::Fault;
use super::request::ObservedRequest;
use crate::topology::Role;

/// A rule whose names have been resolved.
#[derive(Debug)]
pub(crate) struct Rule {
    /// The rule as it was given.
    pub(super) fault: Fault,
    pub(super) code: Option<RpcCode>,
    pub(super) table: Option<Text>,
    pub(super) server: Option<Role>,
    pub(super) effect: Effect,
    /// How many requests have met the conditions.
    seen: Mutex<u64>,
    hits: AtomicU64,
}

/// What a rule does to the requests that it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The request itself is late, not only its answer.
    Hold(Duration),
    /// The request is carried out, and its answer is changed.
    Change(Alteration),
    /// The request is not carried out. What is changed is an empty answer.
    Replace(Alteration),
}

/// What a rule does to an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Alteration {
    Error(ErrorCode),
    Delay(Duration),
    Drop,
    Duplicate,
    Corrupt,
    Disconnect,
}

impl Rule {
    pub(super) fn new(fault: Fault, code: Option<RpcCode>, server: Option<Role>, effect: Effect) -> Self {
        let table = fault.table.as_deref().map(Text::from);
        Self { fault, code, table, server, effect, seen: Mutex::default(), hits: AtomicU64::new(0) }
    }

    /// The effect on a request, if this rule takes it.
    pub(super) fn take(&self, request: &ObservedRequest) -> Option<Effect> {
        if !self.is_for(request) {
            return None;
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *seen;
        *seen += 1;
        let Fault { skip, times, share, seed, .. } = &self.fault;
        let is_taken = before >= *skip
            && times.is_none_or(|times| self.hits() < times)
            && is_in_share(*share, *seed, before);
        is_taken.then(|| {
            self.hits.fetch_add(1, Ordering::Relaxed);
            self.effect.clone()
        })
    }

    pub(super) fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    fn is_for(&self, request: &ObservedRequest) -> bool {
        fn fits<T: PartialEq>(wanted: &Option<T>, found: &Option<T>) -> bool {
            wanted.is_none() || wanted == found
        }
        let index = self.fault.partition_index.and_then(|index| i32::try_from(index).ok());
        fits(&self.code, &request.code)
            && fits(&self.server, &Some(request.server))
            && fits(&self.table, &request.table)
            && fits(&index, &request.partition_index)
    }
}

/// Whether the `n`th request is in a share. Every request is drawn anew, and the same seed gives
/// the same result.
fn is_in_share(share: f64, seed: u64, n: u64) -> bool {
    // The top 53 bits, as a number from 0 to 1 (exclusive).
    let drawn = (split_mix(seed, n) >> 11) as f64 / (1_u64 << 53) as f64;
    drawn < share
}

/// The `n`th number of SplitMix64. This generator needs no state, and mixes well even for
/// neighbouring seeds.
fn split_mix(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add(n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::super::fault::Reaction;
    use super::*;

    const EFFECT: Effect = Effect::Replace(Alteration::Drop);

    fn any() -> Fault {
        Fault::new(Reaction::Drop { carried_out: false })
    }

    fn rule(fault: Fault) -> Rule {
        Rule::new(fault, None, None, EFFECT)
    }

    fn request() -> ObservedRequest {
        ObservedRequest {
            code: Some(RpcCode::Get),
            server: Role::Replica(1),
            table: Some("temp".into()),
            partition_index: Some(3),
        }
    }

    /// The numbers of the next requests that the rule takes.
    fn taken(rule: &Rule, requests: u64) -> Vec<u64> {
        (0..requests).filter(|_| rule.take(&request()).is_some()).collect()
    }

    #[test]
    fn every_condition_must_hold() {
        let is_for = |rule: Rule| {
            let taken = rule.take(&request());
            assert_eq!(rule.hits(), u64::from(taken.is_some()));
            taken.is_some()
        };
        assert!(is_for(rule(any())));
        let table = |name: &str| Fault { table: Some(name.to_owned()), ..any() };
        assert!(is_for(rule(table("temp"))));
        assert!(!is_for(rule(table("other"))));
        let partition = |index| Fault { partition_index: Some(index), ..any() };
        assert!(is_for(rule(partition(3))));
        assert!(!is_for(rule(partition(2))));
        let code = |code| Rule::new(any(), Some(code), None, EFFECT);
        assert!(is_for(code(RpcCode::Get)));
        assert!(!is_for(code(RpcCode::Put)));
        let server = |server| Rule::new(any(), None, Some(server), EFFECT);
        assert!(is_for(server(Role::Replica(1))));
        assert!(!is_for(server(Role::Replica(0))) && !is_for(server(Role::Meta(1))));
    }

    #[test]
    fn a_request_that_says_nothing_of_a_condition_does_not_meet_it() {
        let unknown = ObservedRequest { code: None, table: None, partition_index: None, ..request() };
        assert!(rule(Fault { table: Some("temp".to_owned()), ..any() }).take(&unknown).is_none());
        assert!(rule(Fault { partition_index: Some(0), ..any() }).take(&unknown).is_none());
        assert!(Rule::new(any(), Some(RpcCode::Get), None, EFFECT).take(&unknown).is_none());
        assert_eq!(rule(any()).take(&unknown), Some(EFFECT));
    }

    #[test]
    fn the_first_are_skipped_and_then_so_many_taken() {
        let rule = rule(Fault { skip: 2, times: Some(3), ..any() });
        assert_eq!(taken(&rule, 10), [2, 3, 4]);
        assert_eq!(rule.hits(), 3);
    }

    #[test]
    fn a_share_repeats_with_its_seed_and_is_about_as_large_as_it_says() {
        let half = |seed| taken(&rule(Fault { share: 0.5, seed, ..any() }), 1000);
        assert_eq!(half(7), half(7));
        assert_ne!(half(7), half(8));
        for share in [0.01, 0.25, 0.9] {
            let hits = taken(&rule(Fault { share, seed: 1, ..any() }), 10_000).len() as f64 / 10_000.0;
            assert!((hits - share).abs() < 0.02, "{share}: {hits}");
        }
        assert_eq!(taken(&rule(Fault { share: 1.0, ..any() }), 100).len(), 100);
    }

    #[test]
    fn the_generator_is_the_one_it_says() {
        // The first numbers of SplitMix64 for the seed 1234567, as published by its authors.
        let numbers: Vec<_> = (0..3).map(|n| split_mix(1_234_567, n)).collect();
        assert_eq!(
            numbers,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }
}
