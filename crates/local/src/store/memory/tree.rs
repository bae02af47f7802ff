//! A sorted map with copies that cost nothing: a B-tree that shares its nodes with its copies.
//!
//! A change copies only those nodes on its path that a copy of the tree still uses. Without such a
//! copy, it changes the nodes in place.

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};

use super::sorted::{Keyed, Sorted};
use crate::store::row::Row;

/// A node that becomes longer is split, so that its items always fit into room for 64.
const LONGEST: usize = 63;

/// A shorter node is joined with a neighbour, if both fit into one node.
const SHORTEST: usize = 16;

/// Rows sorted by key.
#[derive(Clone, Default)]
pub(super) struct Tree {
    root: Arc<TreeNode>,
}

/// Rows, or nodes that hold rows. All leaves of a tree have the same depth.
#[derive(Clone)]
pub(super) enum TreeNode {
    Leaf(Sorted<Entry>),
    Branch {
        children: Vec<Arc<TreeNode>>,
        /// The bounds between children, one fewer than children. All keys before a bound are less
        /// than it; no key after it is.
        bounds: Sorted<Bytes>,
    },
}

/// A row with its key.
#[derive(Clone)]
pub(crate) struct Entry {
    /// Key and value in one allocation.
    bytes: Bytes,
    key_length: u32,
    expire_ts: u32,
}

/// The part that was split off a node. It belongs right of the node.
struct Right {
    /// All keys left of it are less than this bound; no key in it is.
    bound: Bytes,
    node: TreeNode,
}

impl Entry {
    /// Copies key and value, so that the buffers which they are part of can be freed.
    pub(super) fn new(key: &[u8], row: &Row) -> Self {
        let mut bytes = BytesMut::with_capacity(key.len() + row.value.len());
        bytes.put_slice(key);
        bytes.put_slice(&row.value);
        Self { bytes: bytes.freeze(), key_length: key.len() as u32, expire_ts: row.expire_ts }
    }

    /// The key. It shares the entry's memory.
    pub(crate) fn shared_key(&self) -> Bytes {
        self.bytes.slice(..self.key_length as usize)
    }

    /// The row. Its value shares the entry's memory.
    pub(crate) fn row(&self) -> Row {
        Row { expire_ts: self.expire_ts, value: self.bytes.slice(self.key_length as usize..) }
    }
}

impl Keyed for Entry {
    fn key(&self) -> &[u8] {
        &self.bytes[..self.key_length as usize]
    }
}

impl Keyed for Bytes {
    fn key(&self) -> &[u8] {
        self
    }
}

impl Default for TreeNode {
    fn default() -> Self {
        Self::Leaf(Sorted::default())
    }
}

impl Tree {
    pub(super) fn root(&self) -> &TreeNode {
        &self.root
    }

    /// The entry with a key.
    pub(super) fn get(&self, key: &[u8]) -> Option<&Entry> {
        let mut node = self.root();
        loop {
            match node {
                TreeNode::Branch { children, bounds } => node = &children[child_of(bounds, key)],
                TreeNode::Leaf(entries) => return entries.items().get(entries.position(key).ok()?),
            }
        }
    }

    /// Sets a row.
    pub(super) fn insert(&mut self, entry: Entry) {
        if let Some(Right { bound, node }) = insert(&mut self.root, entry) {
            let children = vec![std::mem::take(&mut self.root), Arc::new(node)];
            self.root = Arc::new(TreeNode::Branch { children, bounds: Sorted::new(vec![bound]) });
        }
    }

    /// Removes a row, if it is there.
    pub(super) fn remove(&mut self, key: &[u8]) {
        if self.get(key).is_none() {
            return; // otherwise the nodes on the path would be copied for nothing
        }
        remove(&mut self.root, key);
        while let TreeNode::Branch { children, .. } = self.root()
            && let [only] = children.as_slice()
        {
            self.root = only.clone();
        }
    }
}

#[cfg(test)]
impl Tree {
    pub(super) fn count_leaves(&self) -> usize {
        fn count(node: &TreeNode) -> usize {
            match node {
                TreeNode::Leaf(_) => 1,
                TreeNode::Branch { children, .. } => children.iter().map(|child| count(child)).sum(),
            }
        }
        count(&self.root)
    }
}

impl TreeNode {
    fn len(&self) -> usize {
        match self {
            Self::Leaf(entries) => entries.len(),
            Self::Branch { children, .. } => children.len(),
        }
    }

    /// Appends the next node, whose keys are at least `bound`.
    fn absorb(&mut self, right: Self, bound: Bytes) {
        match (self, right) {
            (Self::Leaf(left), Self::Leaf(right)) => left.extend(right.into_items()),
            (Self::Branch { children, bounds }, Self::Branch { children: more, bounds: more_bounds }) => {
                children.extend(more);
                bounds.extend(std::iter::once(bound).chain(more_bounds.into_items()));
            }
            (Self::Leaf(_), Self::Branch { .. }) | (Self::Branch { .. }, Self::Leaf(_)) => {
                unreachable!("nodes beside each other are of one kind")
            }
        }
    }
}

/// The index of the child in which a key is or would be.
pub(super) fn child_of(bounds: &Sorted<Bytes>, key: &[u8]) -> usize {
    bounds.position(key).map_or_else(|position| position, |bound| bound + 1)
}

/// Sets a row below a node. Returns the part that was split off, if the node became too long.
fn insert(node: &mut Arc<TreeNode>, entry: Entry) -> Option<Right> {
    match Arc::make_mut(node) {
        TreeNode::Leaf(entries) => match entries.position(entry.key()) {
            Ok(position) => {
                entries.replace(position, entry);
                None
            }
            Err(position) => {
                entries.insert(position, entry);
                let right = entries.split_off(where_to_split(entries.len(), position)?);
                // A copy, because a slice would keep the whole row in memory.
                let bound = Bytes::copy_from_slice(right.items()[0].key());
                Some(Right { bound, node: TreeNode::Leaf(right) })
            }
        },
        TreeNode::Branch { children, bounds } => {
            let position = child_of(bounds, entry.key());
            let Right { bound, node } = insert(&mut children[position], entry)?;
            children.insert(position + 1, Arc::new(node));
            bounds.insert(position, bound);
            let middle = where_to_split(children.len(), position + 1)?;
            let children = children.split_off(middle);
            let right = TreeNode::Branch { children, bounds: bounds.split_off(middle) };
            Some(Right { bound: bounds.remove(middle - 1), node: right })
        }
    }
}

/// Where to split a node that a new item has made too long: in the middle, or before the new item
/// if that is the last. Rows often arrive in order, and splits in the middle would then leave only
/// half-full nodes.
fn where_to_split(length: usize, new: usize) -> Option<usize> {
    let is_last = new + 1 == length;
    (length > LONGEST).then_some(if is_last { new } else { length / 2 })
}

/// Removes a row below a node.
fn remove(node: &mut Arc<TreeNode>, key: &[u8]) {
    match Arc::make_mut(node) {
        TreeNode::Leaf(entries) => {
            if let Ok(position) = entries.position(key) {
                entries.remove(position);
            }
        }
        TreeNode::Branch { children, bounds } => {
            let position = child_of(bounds, key);
            remove(&mut children[position], key);
            if children[position].len() < SHORTEST {
                join(children, bounds, position);
            }
        }
    }
}

/// Joins a child with its left neighbour, or else with its right one, if both fit into one node.
fn join(children: &mut Vec<Arc<TreeNode>>, bounds: &mut Sorted<Bytes>, position: usize) {
    let fits = |left: &usize| {
        let pair = children.get(*left..left + 2);
        pair.is_some_and(|pair| pair[0].len() + pair[1].len() <= LONGEST)
    };
    let Some(left) = position.checked_sub(1).filter(fits).or(Some(position).filter(fits)) else {
        return;
    };
    let right = Arc::unwrap_or_clone(children.remove(left + 1));
    Arc::make_mut(&mut children[left]).absorb(right, bounds.remove(left));
}
