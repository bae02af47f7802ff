//! A sorted map whose copies cost nothing: a B-tree that shares its nodes with its copies.
//!
//! A change copies only the nodes on its way down that a copy of the tree still needs; where there
//! is no copy, it changes them in place.

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};

use crate::store::row::Row;

/// A node that becomes longer is split: when it is about to need more room than a power of two.
const LONGEST: usize = 63;

/// A node that becomes shorter is joined with one beside it, if the two fit in one.
const SHORTEST: usize = 16;

/// Rows by key.
#[derive(Clone, Default)]
pub(super) struct Tree {
    root: Arc<Node>,
}

/// Some rows, or the nodes that hold them. All leaves of a tree are equally deep.
#[derive(Clone)]
pub(super) enum Node {
    Leaf(Vec<Entry>),
    Branch(Vec<Child>),
}

/// A row with its key.
#[derive(Clone)]
pub(crate) struct Entry {
    /// Key and value, in one allocation of their own.
    bytes: Bytes,
    key_length: u32,
    expire_ts: u32,
}

/// A node below another.
#[derive(Clone)]
pub(super) struct Child {
    /// No key in it is less, and all keys before it are. Of a first child it says nothing.
    from: Bytes,
    pub(super) node: Arc<Node>,
}

impl Entry {
    /// Copies key and value, so that what they are parts of need not stay.
    pub(super) fn new(key: &[u8], row: &Row) -> Self {
        let mut bytes = BytesMut::with_capacity(key.len() + row.value.len());
        bytes.put_slice(key);
        bytes.put_slice(&row.value);
        Self { bytes: bytes.freeze(), key_length: key.len() as u32, expire_ts: row.expire_ts }
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.bytes[..self.key_length as usize]
    }

    /// The key, as a view of what is stored.
    pub(crate) fn shared_key(&self) -> Bytes {
        self.bytes.slice(..self.key_length as usize)
    }

    /// The row; its value is a view of what is stored.
    pub(crate) fn row(&self) -> Row {
        Row { expire_ts: self.expire_ts, value: self.bytes.slice(self.key_length as usize..) }
    }
}

impl Default for Node {
    fn default() -> Self {
        Self::Leaf(Vec::new())
    }
}

impl Tree {
    pub(super) fn root(&self) -> &Node {
        &self.root
    }

    /// The row of that key.
    pub(super) fn get(&self, key: &[u8]) -> Option<&Entry> {
        let mut node = self.root();
        loop {
            match node {
                Node::Branch(children) => node = &children[child_of(children, key)].node,
                Node::Leaf(entries) => return entries.get(position(entries, key).ok()?),
            }
        }
    }

    /// Sets a row.
    pub(super) fn insert(&mut self, entry: Entry) {
        if let Some(right) = insert(&mut self.root, entry) {
            let left = Child { from: Bytes::new(), node: std::mem::take(&mut self.root) };
            self.root = Arc::new(Node::Branch(vec![left, right]));
        }
    }

    /// Removes a row, if it is there.
    pub(super) fn remove(&mut self, key: &[u8]) {
        if self.get(key).is_none() {
            return; // nothing has to be copied for that
        }
        remove(&mut self.root, key);
        while let Node::Branch(children) = self.root()
            && let [only] = children.as_slice()
        {
            self.root = only.node.clone();
        }
    }
}

#[cfg(test)]
impl Tree {
    pub(super) fn count_leaves(&self) -> usize {
        fn count(node: &Node) -> usize {
            match node {
                Node::Leaf(_) => 1,
                Node::Branch(children) => children.iter().map(|child| count(&child.node)).sum(),
            }
        }
        count(&self.root)
    }
}

impl Node {
    fn len(&self) -> usize {
        match self {
            Self::Leaf(entries) => entries.len(),
            Self::Branch(children) => children.len(),
        }
    }

    /// Takes in the node after it, whose keys are `from` and greater.
    fn absorb(&mut self, right: Self, from: Bytes) {
        match (self, right) {
            (Self::Leaf(left), Self::Leaf(right)) => left.extend(right),
            (Self::Branch(left), Self::Branch(mut right)) => {
                right[0].from = from;
                left.extend(right);
            }
            (Self::Leaf(_), Self::Branch(_)) | (Self::Branch(_), Self::Leaf(_)) => {
                unreachable!("nodes beside each other are of one kind")
            }
        }
    }
}

/// The child in which a key is, or would be.
pub(super) fn child_of(children: &[Child], key: &[u8]) -> usize {
    children[1..].partition_point(|child| child.from.as_ref() <= key)
}

/// Where a key is in a leaf, or would be.
pub(super) fn position(entries: &[Entry], key: &[u8]) -> Result<usize, usize> {
    entries.binary_search_by(|entry| entry.key().cmp(key))
}

/// Sets a row below a node; gives the part that was split off it, if it became too long.
fn insert(node: &mut Arc<Node>, entry: Entry) -> Option<Child> {
    match Arc::make_mut(node) {
        Node::Leaf(entries) => match position(entries, entry.key()) {
            Ok(position) => {
                entries[position] = entry;
                None
            }
            Err(position) => {
                entries.insert(position, entry);
                let right = split(entries, position)?;
                // A copy, so that it does not keep the row in memory.
                let from = Bytes::copy_from_slice(right[0].key());
                Some(Child { from, node: Arc::new(Node::Leaf(right)) })
            }
        },
        Node::Branch(children) => {
            let position = child_of(children, entry.key());
            let new = insert(&mut children[position].node, entry)?;
            children.insert(position + 1, new);
            let right = split(children, position + 1)?;
            Some(Child { from: right[0].from.clone(), node: Arc::new(Node::Branch(right)) })
        }
    }
}

/// Splits what has become too long by something new: in halves, or before the new if that is last,
/// because rows often come in their order and would leave only halves behind.
fn split<T>(items: &mut Vec<T>, new: usize) -> Option<Vec<T>> {
    let is_last = new + 1 == items.len();
    (items.len() > LONGEST).then(|| items.split_off(if is_last { new } else { items.len() / 2 }))
}

/// Removes a row below a node.
fn remove(node: &mut Arc<Node>, key: &[u8]) {
    match Arc::make_mut(node) {
        Node::Leaf(entries) => {
            if let Ok(position) = position(entries, key) {
                entries.remove(position);
            }
        }
        Node::Branch(children) => {
            let position = child_of(children, key);
            remove(&mut children[position].node, key);
            if children[position].node.len() < SHORTEST {
                join(children, position);
            }
        }
    }
}

/// Joins a child with the one before it, or else with the one after it, if the two fit in one.
fn join(children: &mut Vec<Child>, position: usize) {
    let fits = |left: &usize| {
        let pair = children.get(*left..left + 2);
        pair.is_some_and(|pair| pair[0].node.len() + pair[1].node.len() <= LONGEST)
    };
    let Some(left) = position.checked_sub(1).filter(fits).or(Some(position).filter(fits)) else {
        return;
    };
    let Child { from, node } = children.remove(left + 1);
    Arc::make_mut(&mut children[left].node).absorb(Arc::unwrap_or_clone(node), from);
}
