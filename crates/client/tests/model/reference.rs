//! The model of a table: a sorted map and a clock.

use std::collections::BTreeMap;

use bytes::Bytes;
use pegasus_client::{
    Check, CheckResult, CheckType, Filter, FilterType, IncrExpiry, MultiGetLimits, MultiGetResult,
    ScanOptions, SortKeyRange, SortKeyValue,
};

/// Hash key and sort key.
pub(crate) type Key = (Bytes, Bytes);

/// The result of a call, or the code of its error.
pub(crate) type Outcome<T> = Result<T, String>;

/// The most rows that a multi get visits.
const MULTI_GET_ROWS: usize = 3000;

/// The most rows that a scan visits for its first batch, and that any batch returns.
const SCAN_ROWS: usize = 1000;

/// A server drops a scan that is idle for this many seconds.
const SCAN_IDLE: u32 = 300;

/// When a row expires, within two seconds: the client reads its clock during the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expiry {
    pub(crate) earliest: u32,
    pub(crate) latest: u32,
}

/// `None`: the row never expires.
pub(crate) type Lifetime = Option<Expiry>;

#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) value: Bytes,
    pub(crate) lifetime: Lifetime,
}

impl Row {
    fn is_live(&self, now: u32) -> bool {
        self.lifetime.is_none_or(|expiry| {
            let is_live = expiry.earliest > now;
            assert!(
                is_live || expiry.latest <= now,
                "the run takes so long that nobody knows what has expired"
            );
            is_live
        })
    }
}

/// A change of a check-and-mutate: the new row, or `None` for none.
pub(crate) type Change = (Bytes, Option<Row>);

pub(crate) struct Model {
    /// Expired rows stay, as on a server: they count towards limits.
    rows: BTreeMap<Key, Row>,
    pub(crate) now: u32,
}

impl Model {
    pub(crate) fn new(now: u32) -> Self {
        Self { rows: BTreeMap::new(), now }
    }

    pub(crate) fn get(&self, key: &Key) -> Option<&Row> {
        self.rows.get(key).filter(|row| row.is_live(self.now))
    }

    fn value(&self, key: &Key) -> Option<Bytes> {
        self.get(key).map(|row| row.value.clone())
    }

    pub(crate) fn set(&mut self, key: Key, row: Row) {
        self.rows.insert(key, row);
    }

    pub(crate) fn remove(&mut self, key: &Key) {
        self.rows.remove(key);
    }

    /// All live rows, ordered by hash key and sort key.
    pub(crate) fn live_rows(&self) -> impl Iterator<Item = (&Key, &Row)> {
        self.rows.iter().filter(|(_, row)| row.is_live(self.now))
    }

    /// The rows of a hash key, expired ones included.
    fn stored(&self, hash_key: &Bytes) -> impl DoubleEndedIterator<Item = (&Bytes, &Row)> {
        let from = (hash_key.clone(), Bytes::new());
        let rows: Vec<_> = self.rows.range(from..).take_while(|((hash, _), _)| hash == hash_key).collect();
        rows.into_iter().map(|((_, sort_key), row)| (sort_key, row))
    }

    pub(crate) fn sort_key_count(&self, hash_key: &Bytes) -> Outcome<u64> {
        no_empty(hash_key)?;
        Ok(self.stored(hash_key).filter(|(_, row)| row.is_live(self.now)).count() as u64)
    }

    pub(crate) fn multi_get(
        &self,
        hash_key: &Bytes,
        sort_keys: &[Bytes],
        limits: &MultiGetLimits,
    ) -> Outcome<MultiGetResult> {
        no_empty(hash_key)?;
        let mut sort_keys = sort_keys.to_vec();
        sort_keys.sort();
        sort_keys.dedup();
        let mut reply = Reply::new(limits);
        for sort_key in sort_keys {
            let Some(row) = self.get(&(hash_key.clone(), sort_key.clone())) else { continue };
            // Ascending, a limit shows only when there is one more row.
            if reply.is_full() {
                return Ok(reply.end(false));
            }
            reply.push(&sort_key, row);
        }
        Ok(reply.end(true))
    }

    pub(crate) fn multi_get_range(
        &self,
        hash_key: &Bytes,
        range: &SortKeyRange,
        limits: &MultiGetLimits,
    ) -> Outcome<MultiGetResult> {
        no_empty(hash_key)?;
        let bounds = (range.start_inclusive, range.stop_inclusive);
        let mut reply = Reply::new(limits);
        let Some(span) = Span::new(&range.start, &range.stop, bounds, &range.filter) else {
            return Ok(reply.end(true));
        };
        let mut look = |sort_key: &Bytes, row: &Row| {
            if span.has(sort_key) {
                reply.looked += 1;
                if row.is_live(self.now) && passes(&range.filter, sort_key) {
                    reply.push(sort_key, row);
                }
            }
            reply.is_full()
        };
        let mut full = false;
        let mut complete = None;
        if range.reverse {
            for (sort_key, row) in self.stored(hash_key).rev().skip_while(|(key, _)| span.is_after(key)) {
                if full || *sort_key < span.start {
                    complete = Some(!full);
                    break;
                }
                full = look(sort_key, row);
                if *sort_key == span.start {
                    complete = Some(true);
                    break;
                }
            }
            // Descending, a limit shows even at the last row: on a server, some row precedes every other one.
            let complete = complete.unwrap_or(!full);
            reply.entries.reverse();
            return Ok(reply.end(complete));
        }
        for (sort_key, row) in self.stored(hash_key).skip_while(|(key, _)| **key < span.start) {
            if full || span.is_after(sort_key) {
                complete = Some(!full);
                break;
            }
            full = look(sort_key, row);
            if span.stop.as_ref() == Some(sort_key) {
                break;
            }
        }
        // Ascending, the end of the hash key ends the reply, whatever the limit.
        Ok(reply.end(complete.unwrap_or(true)))
    }

    pub(crate) fn incr(
        &mut self,
        key: &Key,
        by: i64,
        expiry: IncrExpiry,
        lifetime: Lifetime,
    ) -> Outcome<i64> {
        let old = self.get(key);
        let base = match old {
            Some(row) if !row.value.is_empty() => integer(&row.value),
            _ => Some(0),
        };
        let lifetime = match expiry {
            IncrExpiry::Keep => old.and_then(|row| row.lifetime),
            IncrExpiry::Clear => None,
            IncrExpiry::Seconds(_) => lifetime,
        };
        let sum = base.and_then(|base| base.checked_add(by)).ok_or("ERR_INVALID_PARAMETERS")?;
        self.set(key.clone(), Row { value: sum.to_string().into(), lifetime });
        Ok(sum)
    }

    /// Applies the changes if the check passes.
    pub(crate) fn checked(
        &mut self,
        hash_key: &Bytes,
        check: &Check,
        changes: Vec<Change>,
    ) -> Outcome<CheckResult> {
        no_empty(hash_key)?;
        if changes.is_empty() {
            return Err("ERR_INVALID_ARGUMENT".to_owned());
        }
        let value = self.value(&(hash_key.clone(), check.sort_key.clone()));
        let succeeded = check_passes(check.check_type, value.as_ref(), &check.operand)?;
        for (sort_key, row) in changes.into_iter().filter(|_| succeeded) {
            let key = (hash_key.clone(), sort_key);
            match row {
                Some(row) => self.set(key, row),
                None => self.remove(&key),
            }
        }
        Ok(CheckResult { succeeded, check_value: check.return_value.then_some(value) })
    }

    pub(crate) fn del_range(&mut self, hash_key: &Bytes, range: &SortKeyRange) -> Outcome<u64> {
        no_empty(hash_key)?;
        let bounds = (range.start_inclusive, range.stop_inclusive);
        let Some(span) = Span::new(&range.start, &range.stop, bounds, &range.filter) else { return Ok(0) };
        let is_hit = |(sort_key, row): &(&Bytes, &Row)| {
            span.has(sort_key) && passes(&range.filter, sort_key) && row.is_live(self.now)
        };
        let hit: Vec<Bytes> = self.stored(hash_key).filter(is_hit).map(|(key, _)| key.clone()).collect();
        for sort_key in &hit {
            self.remove(&(hash_key.clone(), sort_key.clone()));
        }
        Ok(hit.len() as u64)
    }

    /// The rows that a scan of the whole table returns.
    pub(crate) fn scanned<'a>(
        &'a self,
        options: &'a ScanOptions,
    ) -> impl Iterator<Item = (&'a Key, &'a Row)> {
        self.live_rows().filter(|((hash_key, sort_key), _)| {
            passes(&options.hash_key_filter, hash_key) && passes(&options.sort_key_filter, sort_key)
        })
    }
}

/// A scan of a hash key, batch by batch, with its context at the server.
pub(crate) struct Scan {
    hash_key: Bytes,
    /// `None`: the range is empty.
    span: Option<Span>,
    filter: Filter,
    batch_rows: usize,
    last_key: Option<Bytes>,
    context: Context,
}

enum Context {
    None,
    /// The unvisited rows, as they were when the scan was opened, and the time since which it is idle.
    Open {
        rows: Vec<(Bytes, Row)>,
        since: u32,
    },
    Ended,
}

impl Scan {
    pub(crate) fn new(hash_key: &Bytes, start: &Bytes, stop: &Bytes, options: &ScanOptions) -> Outcome<Self> {
        no_empty(hash_key)?;
        let bounds = (options.start_inclusive, options.stop_inclusive);
        let span = Span::new(start, stop, bounds, &options.sort_key_filter);
        Ok(Self {
            hash_key: hash_key.clone(),
            span: span.filter(|_| passes(&options.hash_key_filter, hash_key)),
            filter: options.sort_key_filter.clone(),
            batch_rows: (options.batch_size as usize).min(SCAN_ROWS),
            last_key: None,
            context: Context::None,
        })
    }

    /// The next batch with rows.
    pub(crate) fn next_page(&mut self, model: &Model) -> Option<Vec<(Bytes, Row)>> {
        let span = self.span.as_ref()?;
        loop {
            let (rows, mut looks) = match std::mem::replace(&mut self.context, Context::Ended) {
                Context::Ended => return None,
                Context::Open { since, .. } if model.now - since >= SCAN_IDLE => {
                    self.context = Context::None;
                    continue;
                }
                Context::Open { rows, .. } => (rows, self.batch_rows),
                Context::None => {
                    let is_ahead = |key: &Bytes| match &self.last_key {
                        Some(last) => key > last,
                        None => *key >= span.start,
                    };
                    let stored = model.stored(&self.hash_key).filter(|(key, _)| is_ahead(key));
                    (stored.map(|(key, row)| (key.clone(), row.clone())).collect(), SCAN_ROWS)
                }
            };
            let mut page = Vec::new();
            let mut left = rows.into_iter().peekable();
            while let Some((sort_key, row)) = left.peek() {
                if looks == 0 || page.len() == self.batch_rows {
                    self.context = Context::Open { rows: left.collect(), since: model.now };
                    break;
                }
                if span.is_after(sort_key) {
                    break;
                }
                if span.has(sort_key) {
                    looks -= 1;
                    if row.is_live(model.now) && passes(&self.filter, sort_key) {
                        page.push((sort_key.clone(), row.clone()));
                    }
                }
                if span.stop.as_ref() == Some(sort_key) {
                    break;
                }
                left.next();
            }
            if let Some((last, _)) = page.last() {
                self.last_key = Some(last.clone());
                return Some(page);
            }
        }
    }
}

/// A range of sort keys that is not empty, narrowed by a prefix filter.
struct Span {
    start: Bytes,
    start_inclusive: bool,
    /// `None`: the end of the hash key.
    stop: Option<Bytes>,
    stop_inclusive: bool,
}

impl Span {
    fn new(start: &Bytes, stop: &Bytes, inclusive: (bool, bool), filter: &Filter) -> Option<Self> {
        let mut span = Self {
            start: start.clone(),
            start_inclusive: inclusive.0,
            stop: (!stop.is_empty()).then(|| stop.clone()),
            stop_inclusive: inclusive.1,
        };
        if filter.filter_type == FilterType::MatchPrefix && !filter.pattern.is_empty() {
            if filter.pattern > span.start {
                (span.start, span.start_inclusive) = (filter.pattern.clone(), true);
            }
            if let Some(end) = successor(&filter.pattern)
                && span.stop.as_ref().is_none_or(|stop| end <= *stop)
            {
                (span.stop, span.stop_inclusive) = (Some(end), false);
            }
        }
        let is_empty = span.stop.as_ref().is_some_and(|stop| {
            span.start > *stop || (span.start == *stop && !(span.start_inclusive && span.stop_inclusive))
        });
        (!is_empty).then_some(span)
    }

    /// Whether a key lies behind the range.
    fn is_after(&self, key: &Bytes) -> bool {
        self.stop.as_ref().is_some_and(|stop| key > stop || (key == stop && !self.stop_inclusive))
    }

    fn has(&self, key: &Bytes) -> bool {
        !self.is_after(key) && (*key > self.start || (*key == self.start && self.start_inclusive))
    }
}

/// The first key after all keys that start with `prefix`. `None`: there is none.
fn successor(prefix: &Bytes) -> Option<Bytes> {
    let last = prefix.iter().rposition(|byte| *byte != 0xff)?;
    let mut next = prefix[..=last].to_vec();
    next[last] += 1;
    Some(next.into())
}

/// The reply to a multi get.
struct Reply {
    entries: Vec<SortKeyValue>,
    max_rows: usize,
    max_bytes: usize,
    no_value: bool,
    bytes: usize,
    /// The number of visited rows.
    looked: usize,
}

impl Reply {
    fn new(limits: &MultiGetLimits) -> Self {
        let limit = |asked: i32| usize::try_from(asked).ok().filter(|asked| *asked > 0).unwrap_or(usize::MAX);
        Self {
            entries: Vec::new(),
            max_rows: limit(limits.max_kv_count).min(MULTI_GET_ROWS),
            max_bytes: limit(limits.max_kv_size),
            no_value: limits.no_value,
            bytes: 0,
            looked: 0,
        }
    }

    fn is_full(&self) -> bool {
        self.entries.len() >= self.max_rows || self.bytes >= self.max_bytes || self.looked >= MULTI_GET_ROWS
    }

    fn push(&mut self, sort_key: &Bytes, row: &Row) {
        let value = if self.no_value { Bytes::new() } else { row.value.clone() };
        self.bytes += sort_key.len() + value.len();
        self.entries.push(SortKeyValue { sort_key: sort_key.clone(), value });
    }

    fn end(self, complete: bool) -> MultiGetResult {
        MultiGetResult { entries: self.entries, complete }
    }
}

/// Operations on all rows of a hash key refuse an empty hash key.
pub(crate) fn no_empty(hash_key: &Bytes) -> Outcome<()> {
    if hash_key.is_empty() { Err("ERR_INVALID_ARGUMENT".to_owned()) } else { Ok(()) }
}

fn passes(filter: &Filter, key: &[u8]) -> bool {
    let pattern = &filter.pattern[..];
    match filter.filter_type {
        FilterType::NoFilter => true,
        FilterType::MatchAnywhere => occurs(pattern, key),
        FilterType::MatchPrefix => key.starts_with(pattern),
        FilterType::MatchPostfix => key.ends_with(pattern),
    }
}

fn occurs(part: &[u8], whole: &[u8]) -> bool {
    (0..=whole.len()).any(|at| whole[at..].starts_with(part))
}

fn check_passes(check_type: CheckType, value: Option<&Bytes>, operand: &Bytes) -> Outcome<bool> {
    use CheckType::*;
    let of_value = |ask: &dyn Fn(&Bytes) -> bool| value.is_some_and(ask);
    let of_integers = |ask: &dyn Fn(i64, i64) -> bool| {
        let Some(value) = value else { return Ok(false) };
        match (integer(value), integer(operand)) {
            (Some(value), Some(operand)) => Ok(ask(value, operand)),
            _ => Err("ERR_INVALID_PARAMETERS".to_owned()),
        }
    };
    Ok(match check_type {
        NoCheck => true,
        ValueNotExist => value.is_none(),
        ValueNotExistOrEmpty => value.is_none_or(Bytes::is_empty),
        ValueExist => value.is_some(),
        ValueNotEmpty => of_value(&|value| !value.is_empty()),
        ValueMatchAnywhere => of_value(&|value| occurs(operand, value)),
        ValueMatchPrefix => of_value(&|value| value.starts_with(operand)),
        ValueMatchPostfix => of_value(&|value| value.ends_with(operand)),
        ValueBytesLess => of_value(&|value| value < operand),
        ValueBytesLessOrEqual => of_value(&|value| value <= operand),
        ValueBytesEqual => of_value(&|value| value == operand),
        ValueBytesGreaterOrEqual => of_value(&|value| value >= operand),
        ValueBytesGreater => of_value(&|value| value > operand),
        ValueIntLess => of_integers(&|value, operand| value < operand)?,
        ValueIntLessOrEqual => of_integers(&|value, operand| value <= operand)?,
        ValueIntEqual => of_integers(&|value, operand| value == operand)?,
        ValueIntGreaterOrEqual => of_integers(&|value, operand| value >= operand)?,
        ValueIntGreater => of_integers(&|value, operand| value > operand)?,
    })
}

/// Values that are integers in an unusual notation, with their numbers.
pub(crate) const ODD_INTEGERS: [(&[u8], i64); 5] =
    [(b"0x1F", 31), (b"010", 8), (b" 12", 12), (b"+5", 5), (b"-0X10", -16)];

fn integer(value: &[u8]) -> Option<i64> {
    match ODD_INTEGERS.iter().find(|(text, _)| *text == value) {
        Some((_, number)) => Some(*number),
        None => std::str::from_utf8(value).ok()?.parse().ok(),
    }
}
