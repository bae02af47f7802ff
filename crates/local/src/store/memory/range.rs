//! Walking over a tree in key order, up or down.

use std::slice;

use super::tree::{Child, Entry, Node, Tree, child_of, position};

/// A place between two rows of a tree.
pub(crate) struct Range<'t> {
    /// What is left of the branches, from the root down.
    branches: Vec<slice::Iter<'t, Child>>,
    /// What is left of the leaf.
    leaf: slice::Iter<'t, Entry>,
}

impl<'t> Range<'t> {
    /// The rows from the first key that is not less than `from`.
    pub(super) fn up(tree: &'t Tree, from: &[u8]) -> Self {
        Self::at(
            tree,
            |children| children[child_of(children, from) + 1..].iter(),
            |entries| entries[position(entries, from).unwrap_or_else(|position| position)..].iter(),
            from,
        )
    }

    /// The rows until the last key that is not greater than `from`.
    pub(super) fn down(tree: &'t Tree, from: &[u8]) -> Self {
        Self::at(
            tree,
            |children| children[..child_of(children, from)].iter(),
            |entries| {
                entries[..position(entries, from).map_or_else(|position| position, |found| found + 1)].iter()
            },
            from,
        )
    }

    /// Goes down to the leaf where `from` is or would be, and keeps what is wanted of each node.
    fn at(
        tree: &'t Tree,
        wanted_children: impl Fn(&'t [Child]) -> slice::Iter<'t, Child>,
        wanted_entries: impl Fn(&'t [Entry]) -> slice::Iter<'t, Entry>,
        from: &[u8],
    ) -> Self {
        let mut branches = Vec::new();
        let mut node = tree.root();
        loop {
            match node {
                Node::Branch(children) => {
                    branches.push(wanted_children(children));
                    node = &children[child_of(children, from)].node;
                }
                Node::Leaf(entries) => return Self { branches, leaf: wanted_entries(entries) },
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

    /// The next row of this leaf, or of the leaf that comes next: up to the nearest branch that has
    /// one left, and down again.
    fn step(
        &mut self,
        next_child: impl Fn(&mut slice::Iter<'t, Child>) -> Option<&'t Child>,
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
            match &*child.node {
                Node::Branch(children) => self.branches.push(children.iter()),
                Node::Leaf(entries) => self.leaf = entries.iter(),
            }
        }
    }
}
