//! Compares trees with sorted maps, and checks that copies of a tree do not change.

use std::collections::BTreeMap;

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;

use super::row_range::MemoryRowRange;
use super::sorted::Keyed;
use super::tree::{Entry, Tree};
use crate::store::row::Row;

type Model = BTreeMap<Vec<u8>, u32>;

fn entry(key: &[u8], expire_ts: u32) -> Entry {
    Entry::new(key, &Row { expire_ts, value: Bytes::copy_from_slice(key) })
}

/// Keys and expiries of all entries, upwards. The value of each entry must be the one that was set
/// with its key.
fn content(tree: &Tree) -> Model {
    let mut range = MemoryRowRange::up(tree, b"");
    let entries = std::iter::from_fn(|| range.next_up());
    let check = |entry: &Entry| {
        let (key, row) = (entry.shared_key(), entry.row());
        assert_eq!(key, row.value);
        (key.to_vec(), row.expire_ts)
    };
    entries.map(check).collect()
}

fn check_ranges(tree: &Tree, model: &Model, from: &[u8]) {
    let mut up = MemoryRowRange::up(tree, from);
    let found: Vec<_> = std::iter::from_fn(|| up.next_up()).map(|entry| entry.key().to_vec()).collect();
    let expected: Vec<_> = model.range(from.to_vec()..).map(|(key, _)| key.clone()).collect();
    assert_eq!(found, expected);
    let mut down = MemoryRowRange::down(tree, from);
    let found: Vec<_> = std::iter::from_fn(|| down.next_down()).map(|entry| entry.key().to_vec()).collect();
    let expected: Vec<_> = model.range(..=from.to_vec()).rev().map(|(key, _)| key.clone()).collect();
    assert_eq!(found, expected);
    assert_eq!(tree.get(from).map(|entry| entry.row().expire_ts), model.get(from).copied());
}

/// Sets or removes a run of adjacent keys, upwards or downwards.
#[derive(Debug, Clone)]
struct Step {
    first: u16,
    count: u16,
    downwards: bool,
    removes: bool,
    /// Whether the tree is copied before.
    copies: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let count = prop_oneof![3 => 1..4u16, 1 => 100..900u16];
    (0..2000u16, count, any::<bool>(), any::<bool>(), prop::bool::weighted(0.1)).prop_map(
        |(first, count, downwards, removes, copies)| Step { first, count, downwards, removes, copies },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_tree_is_a_sorted_map_and_its_copies_stay(steps in vec(step(), 1..60), looks in vec(0..2100u16, 20)) {
        let (mut tree, mut model, mut copies) = (Tree::default(), Model::new(), Vec::new());
        for (number, step) in steps.into_iter().enumerate() {
            if step.copies {
                copies.push((tree.clone(), model.clone()));
            }
            for index in 0..step.count {
                let index = if step.downwards { step.count - 1 - index } else { index };
                let key = (step.first + index).to_be_bytes();
                if step.removes {
                    tree.remove(&key);
                    model.remove(key.as_slice());
                } else {
                    tree.insert(entry(&key, number as u32));
                    model.insert(key.to_vec(), number as u32);
                }
            }
        }
        prop_assert_eq!(content(&tree), model.clone());
        for look in looks {
            check_ranges(&tree, &model, &look.to_be_bytes());
        }
        check_ranges(&tree, &model, b"");
        for (tree, model) in copies {
            prop_assert_eq!(content(&tree), model);
        }
    }
}

#[test]
fn rows_in_order_fill_their_nodes_and_removed_ones_leave_none_behind() {
    let mut tree = Tree::default();
    for key in 0..10_000u32 {
        tree.insert(entry(&key.to_be_bytes(), key));
    }
    let full = tree.count_leaves();
    assert!(full <= 10_000 / 60, "{full} leaves");
    for key in (0..10_000u32).filter(|key| key % 100 != 0) {
        tree.remove(&key.to_be_bytes());
    }
    assert_eq!(content(&tree).len(), 100);
    let left = tree.count_leaves();
    assert!(left <= 100 / 8, "{left} leaves");
    for key in (0..10_000u32).step_by(100) {
        tree.remove(&key.to_be_bytes());
    }
    assert_eq!((content(&tree).len(), tree.count_leaves()), (0, 1));
}
