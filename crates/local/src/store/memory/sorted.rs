//! A sorted list of items with keys, in which a search reads few of the keys.
//!
//! Keys are scattered over memory. A search among sixty keys compares six of them, and reading
//! those costs more than all the rest of a `get`. So the list also holds, for each key, the first
//! eight bytes in which the keys differ, as one array of numbers. A search goes through these
//! numbers, and then reads a key only to be sure.

use std::ops::Range;

/// An item with a key.
pub(super) trait Keyed {
    fn key(&self) -> &[u8];
}

/// Items sorted by key. No two have the same key.
#[derive(Clone)]
pub(super) struct Sorted<T> {
    items: Vec<T>,
    /// The length of a prefix that all keys share.
    common: usize,
    /// The eight bytes behind that prefix, for each key.
    heads: Vec<u64>,
}

impl<T> Default for Sorted<T> {
    fn default() -> Self {
        Self { items: Vec::new(), common: 0, heads: Vec::new() }
    }
}

impl<T: Keyed> Sorted<T> {
    /// Takes items that are already sorted.
    pub(super) fn new(items: Vec<T>) -> Self {
        let mut sorted = Self { items, common: 0, heads: Vec::new() };
        sorted.find_heads();
        sorted
    }

    pub(super) fn items(&self) -> &[T] {
        &self.items
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// The index of a key (`Ok`), or where it would be (`Err`).
    pub(super) fn position(&self, key: &[u8]) -> Result<usize, usize> {
        let Range { start, end } = self.with_head(head(key, self.common));
        let found = self.items[start..end].binary_search_by(|item| item.key().cmp(key));
        match found {
            Ok(position) => Ok(start + position),
            // The heads decide only if the key has the common prefix.
            Err(position) if self.begins_alike(key) => Err(start + position),
            Err(_) if self.items.first().is_some_and(|first| first.key() < key) => Err(self.items.len()),
            Err(_) => Err(0),
        }
    }

    /// Inserts an item at its position.
    pub(super) fn insert(&mut self, position: usize, item: T) {
        let begins_alike = self.begins_alike(item.key());
        self.heads.insert(position, head(item.key(), self.common));
        self.items.insert(position, item);
        // Fewer than two keys have no known common prefix.
        if !begins_alike || self.items.len() <= 2 {
            self.find_heads();
        }
    }

    /// Replaces the item with the same key.
    pub(super) fn replace(&mut self, position: usize, item: T) {
        self.items[position] = item;
    }

    pub(super) fn remove(&mut self, position: usize) -> T {
        self.heads.remove(position);
        self.items.remove(position)
    }

    /// Splits off the items from a position on.
    pub(super) fn split_off(&mut self, position: usize) -> Self {
        let right = Self::new(self.items.split_off(position));
        self.find_heads();
        right
    }

    /// Appends items that sort behind all present ones.
    pub(super) fn extend(&mut self, items: impl IntoIterator<Item = T>) {
        self.items.extend(items);
        self.find_heads();
    }

    pub(super) fn into_items(self) -> Vec<T> {
        self.items
    }

    /// The indices of the keys with a given head.
    fn with_head(&self, head: u64) -> Range<usize> {
        let start = self.heads.partition_point(|other| *other < head);
        let same = self.heads[start..].iter().take_while(|other| **other == head).count();
        start..start + same
    }

    fn begins_alike(&self, key: &[u8]) -> bool {
        self.items.first().is_none_or(|first| key.starts_with(&first.key()[..self.common]))
    }

    /// The prefix that the first and the last key share is common to all keys.
    fn find_heads(&mut self) {
        if let [first, .., last] = self.items.as_slice() {
            let pairs = first.key().iter().zip(last.key());
            self.common = pairs.take_while(|(one, other)| one == other).count();
        } else {
            self.common = 0;
        }
        self.heads.clear();
        self.heads.extend(self.items.iter().map(|item| head(item.key(), self.common)));
    }
}

/// The eight bytes from a position on, as a number that sorts like the bytes. Missing bytes count
/// as zero.
fn head(key: &[u8], from: usize) -> u64 {
    let rest = key.get(from..).unwrap_or_default();
    match rest.first_chunk() {
        Some(head) => u64::from_be_bytes(*head),
        None => rest.iter().rev().fold(0, |head, byte| (head >> 8) | (u64::from(*byte) << 56)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    impl Keyed for Vec<u8> {
        fn key(&self) -> &[u8] {
            self
        }
    }

    #[test]
    fn heads_are_in_the_order_of_keys() {
        assert_eq!(head(b"abcdefghij", 1), u64::from_be_bytes(*b"bcdefghi"));
        assert_eq!(head(b"ab", 1), u64::from_be_bytes(*b"b\0\0\0\0\0\0\0"));
        assert_eq!(head(b"abc", 0), u64::from_be_bytes(*b"abc\0\0\0\0\0"));
        assert_eq!(head(b"a", 3), 0);
    }

    /// Keys with and without a common prefix. Some differ only behind eight bytes.
    fn key() -> impl Strategy<Value = Vec<u8>> {
        ("(|a|common|commonplace)", "[\u{0}ab]{0,3}", "(|12345678)", "[\u{0}b]{0,2}")
            .prop_map(|(a, b, c, d)| [a, b, c, d].concat().into_bytes())
    }

    proptest! {
        #[test]
        fn it_is_a_sorted_set(edits in vec((key(), any::<bool>()), 0..80), looks in vec(key(), 20), at in 0..80usize) {
            let (mut sorted, mut model) = (Sorted::<Vec<u8>>::default(), BTreeSet::new());
            for (key, inserts) in edits {
                match (sorted.position(&key), inserts) {
                    (Err(position), true) => sorted.insert(position, key.clone()),
                    (Ok(position), true) => sorted.replace(position, key.clone()),
                    (Ok(position), false) => prop_assert_eq!(sorted.remove(position), key.clone()),
                    (Err(_), false) => {}
                }
                if inserts { model.insert(key) } else { model.remove(&key) };
            }
            let right = sorted.split_off(at.min(sorted.len()));
            let (left_keys, right_keys) = (sorted.items().to_vec(), right.items().to_vec());
            for (part, keys) in [(&sorted, &left_keys), (&right, &right_keys)] {
                for look in &looks {
                    prop_assert_eq!(part.position(look), keys.binary_search(look));
                }
            }
            sorted.extend(right.into_items());
            prop_assert_eq!(sorted.into_items(), model.into_iter().collect::<Vec<_>>());
        }
    }
}
