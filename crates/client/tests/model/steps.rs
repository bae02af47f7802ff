//! The steps of a run, drawn at random from few keys and values, so that they meet often.

use bytes::Bytes;
use fastrand::Rng;
use pegasus_client::{
    Check, CheckType, Filter, FilterType, IncrExpiry, MultiGetLimits, ScanOptions, SortKeyRange,
};

use crate::reference::{Key, ODD_INTEGERS};

/// The seconds of a round, in which lifetimes are counted. The client's clock runs during a test. A test
/// never takes as long as the half round between the moments of expiry and the moments of the server's clock.
pub(crate) const ROUND: u32 = 1000;

/// The round in which a row expires, counted from the present one; `None`: never.
pub(crate) type Life = Option<i32>;

/// A change of a check-and-mutate: value and life of the row, or `None` to delete it.
pub(crate) type Change = (Bytes, Option<(Bytes, Life)>);

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Wait {
        rounds: u32,
    },
    Get {
        key: Key,
    },
    Exist {
        key: Key,
    },
    Ttl {
        key: Key,
    },
    Set {
        key: Key,
        value: Bytes,
        life: Life,
    },
    Remove {
        key: Key,
    },
    MultiSet {
        hash_key: Bytes,
        entries: Vec<(Bytes, Bytes)>,
        life: Life,
    },
    MultiGet {
        hash_key: Bytes,
        sort_keys: Vec<Bytes>,
        limits: MultiGetLimits,
    },
    MultiGetRange {
        hash_key: Bytes,
        range: SortKeyRange,
        limits: MultiGetLimits,
    },
    MultiRemove {
        hash_key: Bytes,
        sort_keys: Vec<Bytes>,
    },
    SortKeyCount {
        hash_key: Bytes,
    },
    Incr {
        key: Key,
        by: i64,
        expiry: IncrExpiry,
        life: Life,
    },
    CheckAndSet {
        hash_key: Bytes,
        check: Check,
        sort_key: Option<Bytes>,
        value: Bytes,
        life: Life,
    },
    CheckAndMutate {
        hash_key: Bytes,
        check: Check,
        changes: Vec<Change>,
    },
    CompareExchange {
        key: Key,
        expected: Option<Bytes>,
        value: Bytes,
        life: Life,
    },
    BatchGet {
        keys: Vec<Key>,
    },
    BatchSet {
        rows: Vec<(Key, Bytes)>,
        life: Life,
    },
    BatchRemove {
        keys: Vec<Key>,
    },
    DelRange {
        hash_key: Bytes,
        range: SortKeyRange,
    },
    Count {
        options: ScanOptions,
    },
    Scan {
        hash_key: Bytes,
        start: Bytes,
        stop: Bytes,
        options: ScanOptions,
    },
    /// Opens a scan that other steps interrupt.
    ScanLater {
        hash_key: Bytes,
        start: Bytes,
        stop: Bytes,
        options: ScanOptions,
    },
    /// Fetches the next page of one of these scans.
    GoOn {
        which: usize,
    },
    ScanTable {
        split: u32,
        options: ScanOptions,
    },
}

/// Which keys exist, and how many rows a step takes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Space {
    /// A few keys with all peculiarities.
    Few,
    /// Hash keys with more rows than one reply has.
    Wide,
}

const HASH_KEYS: [&[u8]; 8] = [b"a", b"b", b"ab", b"a\xff", b"\0", b"\xff", b"\xff\xff", b"user_1"];
const SORT_KEYS: [&[u8]; 10] = [b"", b"\0", b"a", b"a\0", b"ab", b"a\xff", b"b", b"ba", b"\xff", b"\xff\xff"];
const PATTERNS: [&[u8]; 8] = [b"", b"a", b"ab", b"b", b"\xff", b"\xff\xff", b"\0", b"nowhere"];
const VALUES: [&[u8]; 12] = [
    b"",
    b"0",
    b"7",
    b"-3",
    b"12",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"9223372036854775808",
    b"abc",
    b"b",
    b"1 ",
    b"\0\xff\x80",
];

/// The number of sort keys of a wide hash key.
const WIDTH: usize = 4500;

pub(crate) struct Generator {
    rng: Rng,
    space: Space,
}

impl Generator {
    pub(crate) fn new(seed: u64, space: Space) -> Self {
        Self { rng: Rng::with_seed(seed), space }
    }

    pub(crate) fn step(&mut self) -> Step {
        match self.rng.u32(0..100) {
            0..4 => Step::Wait { rounds: self.rng.u32(1..3) },
            4..11 => Step::Get { key: self.key() },
            11..13 => Step::Exist { key: self.key() },
            13..19 => Step::Ttl { key: self.key() },
            19..27 => Step::Set { key: self.key(), value: self.value(), life: self.life() },
            27..29 => Step::Remove { key: self.key() },
            29..37 => {
                Step::MultiSet { hash_key: self.hash_key(), entries: self.entries(), life: self.life() }
            }
            37..40 => Step::MultiGet {
                hash_key: self.hash_key(),
                sort_keys: self.sort_keys(),
                limits: self.limits(),
            },
            40..54 => {
                Step::MultiGetRange { hash_key: self.hash_key(), range: self.range(), limits: self.limits() }
            }
            54..56 => Step::MultiRemove { hash_key: self.hash_key(), sort_keys: self.sort_keys() },
            56..58 => Step::SortKeyCount { hash_key: self.hash_key() },
            58..64 => self.incr(),
            64..69 => Step::CheckAndSet {
                hash_key: self.hash_key(),
                check: self.check(),
                sort_key: self.maybe(2).then(|| self.sort_key()),
                value: self.value(),
                life: self.life(),
            },
            69..73 => Step::CheckAndMutate {
                hash_key: self.hash_key(),
                check: self.check(),
                changes: self.changes(),
            },
            73..75 => Step::CompareExchange {
                key: self.key(),
                expected: self.maybe(2).then(|| self.value()),
                value: self.value(),
                life: self.life(),
            },
            75..78 => Step::BatchGet { keys: self.keys() },
            78..80 => Step::BatchSet { rows: self.rows(), life: self.life() },
            80..81 => Step::BatchRemove { keys: self.keys() },
            81..83 => Step::DelRange { hash_key: self.hash_key(), range: self.range() },
            83..85 => Step::Count { options: self.scan_options() },
            85..90 => {
                let (hash_key, start, stop, options) = self.scan();
                Step::Scan { hash_key, start, stop, options }
            }
            90..92 => {
                let (hash_key, start, stop, options) = self.scan();
                Step::ScanLater { hash_key, start, stop, options }
            }
            92..97 => Step::GoOn { which: self.rng.usize(0..4) },
            _ => Step::ScanTable { split: self.rng.u32(1..10), options: self.scan_options() },
        }
    }

    /// True once in this many times on average.
    fn maybe(&mut self, times: u32) -> bool {
        self.rng.u32(0..times) == 0
    }

    fn one_of(&mut self, list: &[&'static [u8]]) -> Bytes {
        Bytes::from_static(list[self.rng.usize(0..list.len())])
    }

    fn hash_key(&mut self) -> Bytes {
        let none = self.maybe(60);
        match self.space {
            Space::Few if none => Bytes::new(),
            Space::Few => self.one_of(&HASH_KEYS),
            Space::Wide => self.one_of(&HASH_KEYS[..2]),
        }
    }

    fn sort_key(&mut self) -> Bytes {
        match self.space {
            Space::Few => self.one_of(&SORT_KEYS),
            Space::Wide => format!("{:04}", self.rng.usize(0..WIDTH)).into(),
        }
    }

    /// A row's key; without a hash key, the sort key decides the partition.
    fn key(&mut self) -> Key {
        let hash_key = if self.maybe(6) { Bytes::new() } else { self.hash_key() };
        (hash_key, self.sort_key())
    }

    fn value(&mut self) -> Bytes {
        if self.maybe(5) {
            let (text, _) = ODD_INTEGERS[self.rng.usize(0..ODD_INTEGERS.len())];
            return Bytes::from_static(text);
        }
        self.one_of(&VALUES)
    }

    fn life(&mut self) -> Life {
        match self.rng.u32(0..10) {
            0..5 => None,
            // By the server's clock the row has expired before it arrives.
            5 => Some(-1),
            _ => Some(self.rng.i32(1..4)),
        }
    }

    /// The number of items of a step; now and then 0, which some operations refuse.
    fn how_many(&mut self) -> usize {
        if self.maybe(40) {
            return 0;
        }
        match self.space {
            Space::Few => self.rng.usize(1..7),
            Space::Wide => self.rng.usize(1..1500),
        }
    }

    fn sort_keys(&mut self) -> Vec<Bytes> {
        (0..self.how_many()).map(|_| self.sort_key()).collect()
    }

    fn entries(&mut self) -> Vec<(Bytes, Bytes)> {
        let first = self.rng.usize(0..WIDTH);
        let count = self.how_many();
        // Consecutive rows fill a wide hash key sooner.
        let sort_key = |this: &mut Self, at: usize| match this.space {
            Space::Few => this.sort_key(),
            Space::Wide => format!("{:04}", (first + at) % WIDTH).into(),
        };
        (0..count).map(|at| (sort_key(self, at), self.value())).collect()
    }

    fn keys(&mut self) -> Vec<Key> {
        (0..self.how_many()).map(|_| self.key()).collect()
    }

    /// Each key once: the writes of a batch are in flight at the same time.
    fn rows(&mut self) -> Vec<(Key, Bytes)> {
        let mut keys = self.keys();
        keys.sort();
        keys.dedup();
        keys.into_iter().map(|key| (key, self.value())).collect()
    }

    fn changes(&mut self) -> Vec<Change> {
        let change = |this: &mut Self| {
            let row = this.maybe(2).then(|| (this.value(), this.life()));
            (this.sort_key(), row)
        };
        (0..self.how_many()).map(|_| change(self)).collect()
    }

    fn limits(&mut self) -> MultiGetLimits {
        let limit = |this: &mut Self, most: i32, default: i32| match this.rng.u32(0..4) {
            0 => this.rng.i32(-1..1),
            1 => default,
            _ => this.rng.i32(1..most),
        };
        let (rows, bytes) = match self.space {
            Space::Few => (8, 30),
            Space::Wide => (4000, 40_000),
        };
        MultiGetLimits {
            max_kv_count: limit(self, rows, 100),
            max_kv_size: limit(self, bytes, 1_000_000),
            no_value: self.maybe(4),
        }
    }

    fn filter(&mut self) -> Filter {
        let types = [
            FilterType::NoFilter,
            FilterType::MatchAnywhere,
            FilterType::MatchPrefix,
            FilterType::MatchPostfix,
        ];
        let filter_type = if self.maybe(2) { FilterType::NoFilter } else { types[self.rng.usize(0..4)] };
        let pattern = match self.space {
            Space::Few => self.one_of(&PATTERNS),
            Space::Wide => self.rng.u32(0..40).to_string().into(),
        };
        Filter { filter_type, pattern }
    }

    /// An end of a range, often empty.
    fn end(&mut self) -> Bytes {
        if self.maybe(3) { Bytes::new() } else { self.sort_key() }
    }

    fn range(&mut self) -> SortKeyRange {
        SortKeyRange {
            start: self.end(),
            stop: self.end(),
            start_inclusive: self.rng.bool(),
            stop_inclusive: self.rng.bool(),
            filter: self.filter(),
            reverse: self.rng.bool(),
        }
    }

    fn scan(&mut self) -> (Bytes, Bytes, Bytes, ScanOptions) {
        (self.hash_key(), self.end(), self.end(), self.scan_options())
    }

    fn scan_options(&mut self) -> ScanOptions {
        let usual = self.maybe(3);
        let batch_size = match self.space {
            _ if usual => 1000,
            Space::Few => self.rng.i32(1..6),
            Space::Wide => self.rng.i32(100..2000),
        };
        let filters = matches!(self.space, Space::Few) && self.maybe(2);
        let hash_key_filter = if filters { self.filter() } else { Filter::default() };
        ScanOptions {
            batch_size,
            start_inclusive: self.rng.bool(),
            stop_inclusive: self.rng.bool(),
            no_value: self.maybe(4),
            hash_key_filter,
            sort_key_filter: self.filter(),
            return_expire_ts: self.rng.bool(),
            ..ScanOptions::default()
        }
    }

    fn check(&mut self) -> Check {
        let check_type = CheckType::ALL[self.rng.usize(0..CheckType::ALL.len())];
        Check { sort_key: self.sort_key(), check_type, operand: self.value(), return_value: self.rng.bool() }
    }

    fn incr(&mut self) -> Step {
        let by = match self.rng.u32(0..8) {
            0 => i64::MAX,
            1 => i64::MIN,
            2 => 0,
            _ => self.rng.i64(-100..100),
        };
        // The seconds are known when the step runs.
        let (expiry, life) = match self.rng.u32(0..3) {
            0 => (IncrExpiry::Keep, None),
            1 => (IncrExpiry::Clear, None),
            _ => (IncrExpiry::Seconds(0), Some(self.rng.i32(1..4))),
        };
        Step::Incr { key: self.key(), by, expiry, life }
    }
}
