//! Reads rows of any hash keys: one request for each partition, results in the order of the keys.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use pegasus_protocol::idl::{FullData, FullKey};
use pegasus_protocol::key;

use super::portions::portions;
use crate::context::TableContext;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::execute::execute;
use crate::operation::check_hash_key;
use crate::ops::BatchGet;
use crate::routing::{Target, is_resized};

/// The most keys in one request. Servers have no limit, but send all rows in one reply.
const MAX_KEYS: usize = 1000;

/// The most bytes of keys in one request.
const MAX_KEY_BYTES: usize = 1 << 20;

/// A key to read, its hash, and the position of its value in the result.
struct Wanted {
    at: usize,
    hash: u64,
    key: FullKey,
}

/// Keys of one partition, for one request.
struct Group {
    operation: BatchGet,
    /// For each key the position of its value in the result, and the key's hash.
    places: Vec<(usize, u64)>,
}

impl Group {
    fn new(index: u32, partitions: u32, wanted: Vec<Wanted>) -> Self {
        let target = target(index, partitions, &wanted);
        let (places, keys) = wanted.into_iter().map(|Wanted { at, hash, key }| ((at, hash), key)).unzip();
        Self { operation: BatchGet::new(target, keys), places }
    }

    /// Takes the keys out, to group them anew.
    fn into_wanted(self) -> impl Iterator<Item = Wanted> {
        let keys = self.operation.into_keys();
        self.places.into_iter().zip(keys).map(|((at, hash), key)| Wanted { at, hash, key })
    }
}

/// The values of all keys. The first failed request fails the call.
pub(crate) async fn batch_get(
    table: &TableContext,
    keys: Vec<(Bytes, Bytes)>,
    deadline: Deadline,
) -> Result<Vec<Option<Bytes>>, Error> {
    let mut values = vec![None; keys.len()];
    ask(table, keys, deadline, |group, answer| {
        fill(&mut values, group, answer?);
        Ok(())
    })
    .await?;
    Ok(values)
}

/// The outcome of each key: a failed request fails its own keys.
///
/// # Errors
///
/// A key that no server accepts. Nothing was sent.
pub(crate) async fn batch_get_settled(
    table: &TableContext,
    keys: Vec<(Bytes, Bytes)>,
    deadline: Deadline,
) -> Result<Vec<Result<Option<Bytes>, Error>>, Error> {
    let mut values = vec![None; keys.len()];
    let mut errors: Vec<Option<Error>> = vec![None; keys.len()];
    ask(table, keys, deadline, |group, answer| {
        match answer {
            Ok(rows) => fill(&mut values, group, rows),
            Err(error) => group.places.iter().for_each(|(at, _)| errors[*at] = Some(error.clone())),
        }
        Ok(())
    })
    .await?;
    Ok(errors.into_iter().zip(values).map(|(error, value)| error.map_or(Ok(value), Err)).collect())
}

/// Asks for the keys, all groups at once. `settle` gets each group with its answer; its error ends the call.
async fn ask(
    table: &TableContext,
    keys: Vec<(Bytes, Bytes)>,
    deadline: Deadline,
    mut settle: impl FnMut(&Group, Result<Vec<FullData>, Error>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut wanted = keys.into_iter().enumerate().map(want).collect::<Result<Vec<_>, _>>()?;
    while !wanted.is_empty() {
        let partitions = table.router().snapshot().partition_count();
        let groups = group(std::mem::take(&mut wanted), partitions);
        let ask = async |group: Group| {
            let answer = execute(table, &group.operation, deadline).await;
            (group, answer)
        };
        let mut asked: FuturesUnordered<_> = groups.into_iter().map(ask).collect();
        while let Some((group, answer)) = asked.next().await {
            match answer {
                // The table was split meanwhile, so these keys must be grouped anew.
                Err(error) if is_resized(&error) => wanted.extend(group.into_wanted()),
                answer => settle(&group, answer)?,
            }
        }
    }
    Ok(())
}

fn want((at, (hash_key, sort_key)): (usize, (Bytes, Bytes))) -> Result<Wanted, Error> {
    check_hash_key(&hash_key)?;
    let hash = key::row_hash(&hash_key, &sort_key);
    Ok(Wanted { at, hash, key: FullKey { hash_key, sort_key } })
}

/// Groups keys by partition, so that each group fits into a request.
fn group(wanted: Vec<Wanted>, partitions: u32) -> Vec<Group> {
    let mut by_partition: BTreeMap<u32, Vec<Wanted>> = BTreeMap::new();
    for one in wanted {
        by_partition.entry(key::partition_index(one.hash, partitions)).or_default().push(one);
    }
    let bytes = |one: &Wanted| one.key.hash_key.len() + one.key.sort_key.len();
    let fitting = |(index, wanted)| {
        let groups = portions(wanted, MAX_KEYS, MAX_KEY_BYTES, bytes).into_iter();
        groups.map(move |wanted| Group::new(index, partitions, wanted))
    };
    by_partition.into_iter().flat_map(fitting).collect()
}

/// The target of a group, with the hash for the request header.
///
/// The header has one hash for all keys, and after a split a server checks only that one. So it is the hash
/// of a key that a split would move, if there is one. Then a server that was split refuses the group, instead
/// of leaving rows out of its reply.
fn target(index: u32, count: u32, wanted: &[Wanted]) -> Target {
    let moves = |one: &&Wanted| key::partition_index(one.hash, count * 2) != index;
    let hash = wanted.iter().find(moves).or(wanted.first()).map_or(0, |one| one.hash);
    Target::Group { index, count, hash }
}

/// Assigns rows to their keys. Rows come in the order of the request, without missing ones. Keys may repeat.
fn fill(values: &mut [Option<Bytes>], group: &Group, rows: Vec<FullData>) {
    let wanted = || group.places.iter().map(|(at, _)| *at).zip(group.operation.keys());
    let mut rows = rows.into_iter().peekable();
    for (at, key) in wanted() {
        let is_it = |row: &FullData| row.hash_key == key.hash_key && row.sort_key == key.sort_key;
        values[at] = rows.next_if(is_it).map(|row| row.value);
    }
    if rows.peek().is_none() {
        return;
    }
    // The rows come in another order: find the keys of each row.
    let found: HashMap<_, _> = rows.map(|row| ((row.hash_key, row.sort_key), row.value)).collect();
    for (at, key) in wanted() {
        if let Some(value) = found.get(&(key.hash_key.clone(), key.sort_key.clone())) {
            values[at] = Some(value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Operation;

    fn wanted(count: usize) -> Vec<Wanted> {
        let key = |at: usize| (at, (Bytes::from(format!("h{at}")), Bytes::from_static(b"s")));
        (0..count).map(|at| want(key(at)).unwrap()).collect()
    }

    #[test]
    fn every_key_is_in_one_group_of_its_partition() {
        for partitions in [1, 3, 8] {
            let groups = group(wanted(5000), partitions);
            let mut seen: Vec<usize> = Vec::new();
            for group in &groups {
                let Target::Group { index, count, hash } = group.operation.target() else {
                    panic!("no group")
                };
                assert_eq!(count, partitions);
                assert_eq!(key::partition_index(hash, count), index);
                assert!(group.operation.keys().len() <= MAX_KEYS);
                seen.extend(group.places.iter().map(|(at, _)| at));
            }
            seen.sort_unstable();
            assert!(seen.into_iter().eq(0..5000));
        }
    }

    #[test]
    fn the_header_names_a_key_that_a_split_would_move() {
        for group in group(wanted(1000), 8) {
            let Target::Group { index, hash, .. } = group.operation.target() else { panic!("no group") };
            assert_eq!(key::partition_index(hash, 16), index + 8);
        }
    }

    #[test]
    fn values_find_their_keys_in_any_order() {
        let group = Group::new(0, 1, wanted(5));
        let row = |at: usize| FullData {
            hash_key: group.operation.keys()[at].hash_key.clone(),
            sort_key: group.operation.keys()[at].sort_key.clone(),
            value: Bytes::from(vec![at as u8]),
        };
        for (order, found) in
            [(vec![0, 2, 3], [0, 2, 3]), (vec![3, 0, 2], [0, 2, 3]), (vec![0, 4, 1], [0, 1, 4])]
        {
            let mut values = vec![None; 5];
            fill(&mut values, &group, order.into_iter().map(row).collect());
            let expected: Vec<_> =
                (0..5).map(|at| found.contains(&at).then(|| Bytes::from(vec![at as u8]))).collect();
            assert_eq!(values, expected);
        }
    }

    #[test]
    fn groups_of_long_keys_are_split_by_bytes() {
        let long = |at: usize| (at, (Bytes::from_static(b"h"), Bytes::from(vec![at as u8; 400_000])));
        let wanted = (0..6).map(|at| want(long(at)).unwrap()).collect();
        assert_eq!(group(wanted, 4).iter().map(|group| group.places.len()).collect::<Vec<_>>(), [2, 2, 2]);
    }
}
