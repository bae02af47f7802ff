//! Iterates over the rows of a tree in the order of their keys, up or down.

use std::slice;
use std::sync::Arc;

use super::sorted::Sorted;
use super::tree::{Entry, Tree, TreeNode, child_of};

/// A position between two rows of a tree, and what remains on one side of it.
pub(crate) struct MemoryRowRange<'t> {
    /// The remaining children of each branch, from the root down.
    branches: Vec<slice::Iter<'t, Arc<TreeNode>>>,
    /// The remaining rows of the leaf.
    leaf: slice::Iter<'t, Entry>,
}

impl<'t> MemoryRowRange<'t> {
    /// The rows with keys of at least `from`.
    pub(super) fn up(tree: &'t Tree, from: &[u8]) -> Self {
        let entries_after = |entries: &'t Sorted<Entry>| {
            entries.items()[entries.position(from).unwrap_or_else(|position| position)..].iter()
        };
        Self::at(tree, from, |children, child| children[child + 1..].iter(), entries_after)
    }

    /// The rows with keys of at most `from`.
    pub(super) fn down(tree: &'t Tree, from: &[u8]) -> Self {
        let entries_until = |entries: &'t Sorted<Entry>| {
            let end = entries.position(from).map_or_else(|position| position, |position| position + 1);
            entries.items()[..end].iter()
        };
        Self::at(tree, from, |children, child| children[..child].iter(), entries_until)
    }

    /// Descends to the leaf where `from` is or would be, and keeps the wanted part of each node.
    fn at(
        tree: &'t Tree,
        from: &[u8],
        wanted_beside: impl Fn(&'t [Arc<TreeNode>], usize) -> slice::Iter<'t, Arc<TreeNode>>,
        wanted_entries: impl Fn(&'t Sorted<Entry>) -> slice::Iter<'t, Entry>,
    ) -> Self {
        let mut branches = Vec::new();
        let mut node = tree.root();
        loop {
            match node {
                TreeNode::Branch { children, bounds } => {
                    let child = child_of(bounds, from);
                    branches.push(wanted_beside(children, child));
                    node = &children[child];
                }
                TreeNode::Leaf(entries) => return Self { branches, leaf: wanted_entries(entries) },
            }
        }
    }

    /// The next row upwards.
    pub(crate) fn next_up(&mut self) -> Option<&'t Entry> {
        self.step(slice::Iter::next, slice::Iter::next)
    }

    /// The next row downwards.
    pub(crate) fn next_down(&mut self) -> Option<&'t Entry> {
        self.step(slice::Iter::next_back, slice::Iter::next_back)
    }

    /// The next row of the leaf. At the end of the leaf, goes up to the nearest branch with a
    /// remaining child, and down again.
    fn step(
        &mut self,
        next_child: impl Fn(&mut slice::Iter<'t, Arc<TreeNode>>) -> Option<&'t Arc<TreeNode>>,
        next_entry: impl Fn(&mut slice::Iter<'t, Entry>) -> Option<&'t Entry>,
    ) -> Option<&'t Entry> {
        loop {
            if let Some(entry) = next_entry(&mut self.leaf) {
                return Some(entry);
            }
            let Some(child) = next_child(self.branches.last_mut()?) else {
                self.branches.pop();
                continue;
            };
            match &**child {
                TreeNode::Branch { children, .. } => self.branches.push(children.iter()),
                TreeNode::Leaf(entries) => self.leaf = entries.items().iter(),
            }
        }
    }
}
