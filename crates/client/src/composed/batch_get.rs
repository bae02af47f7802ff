//! Reads rows of any keys: grouped by partition, a request for each group, results in order.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use pegasus_protocol::idl::{FullData, FullKey};
use pegasus_protocol::key;

use super::portions::portions;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::execute::execute;
use crate::ops::{BatchGet, check_hash_key};
use crate::routing::{Target, is_resized};
use crate::table::TableCore;

/// Keys in one request: servers have no limit, but answer with all rows at once.
const MAX_KEYS: usize = 1000;

/// Bytes of keys in one request.
const MAX_KEY_BYTES: usize = 1 << 20;

/// A key to read, and where its value goes.
struct Wanted {
    at: usize,
    hash: u64,
    key: FullKey,
}

/// Keys of one partition.
struct Group {
    target: Target,
    wanted: Vec<Wanted>,
}

pub(crate) async fn batch_get(
    table: &TableCore,
    keys: Vec<(Bytes, Bytes)>,
    deadline: Deadline,
) -> Result<Vec<Option<Bytes>>, Error> {
    let mut values = vec![None; keys.len()];
    let mut wanted = keys.into_iter().enumerate().map(want).collect::<Result<Vec<_>, _>>()?;
    while !wanted.is_empty() {
        let partitions = table.router().snapshot().partition_count();
        let groups = group(std::mem::take(&mut wanted), partitions);
        let mut asked: FuturesUnordered<_> = groups.into_iter().map(|g| ask(table, g, deadline)).collect();
        while let Some((group, answer)) = asked.next().await {
            match answer {
                Ok(rows) => fill(&mut values, &group.wanted, rows),
                // The table was split meanwhile: these keys belong to other groups now.
                Err(error) if is_resized(&error) => wanted.extend(group.wanted),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(values)
}

fn want((at, (hash_key, sort_key)): (usize, (Bytes, Bytes))) -> Result<Wanted, Error> {
    check_hash_key(&hash_key)?;
    let hash = key::row_hash(&hash_key, &sort_key);
    Ok(Wanted { at, hash, key: FullKey { hash_key, sort_key } })
}

/// Puts keys of the same partition together, in groups that fit a request.
fn group(wanted: Vec<Wanted>, partitions: u32) -> Vec<Group> {
    let mut by_partition: BTreeMap<u32, Vec<Wanted>> = BTreeMap::new();
    for one in wanted {
        by_partition.entry(key::partition_index(one.hash, partitions)).or_default().push(one);
    }
    by_partition.into_iter().flat_map(|(index, wanted)| split(index, partitions, wanted)).collect()
}

fn split(index: u32, partitions: u32, wanted: Vec<Wanted>) -> Vec<Group> {
    let bytes = |one: &Wanted| one.key.hash_key.len() + one.key.sort_key.len();
    let group = |wanted: Vec<Wanted>| Group { target: target(index, partitions, &wanted), wanted };
    portions(wanted, MAX_KEYS, MAX_KEY_BYTES, bytes).into_iter().map(group).collect()
}

/// The header carries one hash for all keys, and a server checks only that one after a split. So it is
/// the hash of a key that a split would move, if there is one: then a group that no longer belongs
/// together is refused, and not answered with rows missing.
fn target(index: u32, count: u32, wanted: &[Wanted]) -> Target {
    let moves = |one: &&Wanted| key::partition_index(one.hash, count * 2) != index;
    let hash = wanted.iter().find(moves).or(wanted.first()).map_or(0, |one| one.hash);
    Target::Group { index, count, hash }
}

async fn ask(table: &TableCore, group: Group, deadline: Deadline) -> (Group, Result<Vec<FullData>, Error>) {
    let keys = group.wanted.iter().map(|one| one.key.clone()).collect();
    let answer = execute(table, &BatchGet::new(group.target, keys), deadline).await;
    (group, answer)
}

/// Rows come in the order of the request without those that are missing; a key may be wanted twice.
fn fill(values: &mut [Option<Bytes>], wanted: &[Wanted], rows: Vec<FullData>) {
    let mut rows = rows.into_iter().peekable();
    for one in wanted {
        let is_it = |row: &FullData| row.hash_key == one.key.hash_key && row.sort_key == one.key.sort_key;
        values[one.at] = rows.next_if(is_it).map(|row| row.value);
    }
    // In another order after all: each row finds its keys.
    let found: HashMap<_, _> = rows.map(|row| ((row.hash_key, row.sort_key), row.value)).collect();
    for one in wanted.iter().filter(|_| !found.is_empty()) {
        let key = (one.key.hash_key.clone(), one.key.sort_key.clone());
        if let Some(value) = found.get(&key) {
            values[one.at] = Some(value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
                let Target::Group { index, count, hash } = group.target else { panic!("no group") };
                assert_eq!(count, partitions);
                assert_eq!(key::partition_index(hash, count), index);
                assert!(group.wanted.len() <= MAX_KEYS);
                seen.extend(group.wanted.iter().map(|one| one.at));
            }
            seen.sort_unstable();
            assert!(seen.into_iter().eq(0..5000));
        }
    }

    #[test]
    fn the_header_names_a_key_that_a_split_would_move() {
        for group in group(wanted(1000), 8) {
            let Target::Group { index, hash, .. } = group.target else { panic!("no group") };
            assert_eq!(key::partition_index(hash, 16), index + 8);
        }
    }

    #[test]
    fn values_find_their_keys_in_any_order() {
        let wanted = wanted(5);
        let row = |at: usize| FullData {
            hash_key: wanted[at].key.hash_key.clone(),
            sort_key: wanted[at].key.sort_key.clone(),
            value: Bytes::from(vec![at as u8]),
        };
        for (order, found) in
            [(vec![0, 2, 3], [0, 2, 3]), (vec![3, 0, 2], [0, 2, 3]), (vec![0, 4, 1], [0, 1, 4])]
        {
            let mut values = vec![None; 5];
            fill(&mut values, &wanted, order.into_iter().map(row).collect());
            let expected: Vec<_> =
                (0..5).map(|at| found.contains(&at).then(|| Bytes::from(vec![at as u8]))).collect();
            assert_eq!(values, expected);
        }
    }

    #[test]
    fn groups_of_long_keys_are_split_by_bytes() {
        let long = |at: usize| (at, (Bytes::from_static(b"h"), Bytes::from(vec![at as u8; 400_000])));
        let wanted = (0..6).map(|at| want(long(at)).unwrap()).collect();
        assert_eq!(group(wanted, 4).iter().map(|group| group.wanted.len()).collect::<Vec<_>>(), [2, 2, 2]);
    }
}
