//! The random operations on a table, and how they are made.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// A hash key and a sort key.
pub(super) type Key = (String, String);

#[derive(Debug, Clone)]
pub(super) enum Step {
    Put {
        key: Key,
        value: String,
        ttl: u8,
    },
    Remove {
        key: Key,
    },
    MultiPut {
        hash_key: String,
        rows: Vec<(String, String)>,
        ttl: u8,
    },
    MultiRemove {
        hash_key: String,
        sort_keys: Vec<String>,
    },
    Mutate {
        hash_key: String,
        steps: Vec<(String, Option<String>)>,
    },
    Incr {
        key: Key,
        increment: i8,
        ttl: i8,
    },
    Wait {
        seconds: u8,
    },
    Get {
        key: Key,
    },
    MultiGet {
        hash_key: String,
        start: String,
        stop: String,
        inclusive: (bool, bool),
        reverse: bool,
    },
    Count {
        hash_key: String,
    },
    Scan {
        batch_size: u8,
    },
    /// Starts a scan that continues only after all other steps.
    ScanLater,
}

fn hash_key() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "a", "b", "ab", "long hash key"]).prop_map(str::to_owned)
}

fn sort_key() -> impl Strategy<Value = String> {
    "[ab\u{0}\u{7f}]{0,6}"
}

/// Integers without leading zeros, and texts that are not integers.
fn value() -> impl Strategy<Value = String> {
    "([1-9][0-9]{0,2}|[a-z]{0,3})"
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let key = || (hash_key(), sort_key());
    prop_oneof![
        4 => (key(), value(), 0..4u8).prop_map(|(key, value, ttl)| Step::Put { key, value, ttl }),
        1 => key().prop_map(|key| Step::Remove { key }),
        2 => (hash_key(), vec((sort_key(), value()), 1..5), 0..4u8)
            .prop_map(|(hash_key, rows, ttl)| Step::MultiPut { hash_key, rows, ttl }),
        1 => (hash_key(), vec(sort_key(), 1..4))
            .prop_map(|(hash_key, sort_keys)| Step::MultiRemove { hash_key, sort_keys }),
        1 => (hash_key(), vec((sort_key(), prop::option::of(value())), 1..5))
            .prop_map(|(hash_key, steps)| Step::Mutate { hash_key, steps }),
        1 => (key(), any::<i8>(), -1..3i8).prop_map(|(key, increment, ttl)| Step::Incr { key, increment, ttl }),
        1 => (0..3u8).prop_map(|seconds| Step::Wait { seconds }),
        2 => key().prop_map(|key| Step::Get { key }),
        2 => (hash_key(), sort_key(), sort_key(), any::<(bool, bool)>(), any::<bool>()).prop_map(
            |(hash_key, start, stop, inclusive, reverse)| Step::MultiGet { hash_key, start, stop, inclusive, reverse }
        ),
        1 => hash_key().prop_map(|hash_key| Step::Count { hash_key }),
        1 => (1..4u8).prop_map(|batch_size| Step::Scan { batch_size }),
        1 => Just(Step::ScanLater),
    ]
}

pub(super) fn pack((hash_key, sort_key): &Key) -> Bytes {
    encoded(hash_key.as_bytes(), sort_key.as_bytes())
}
