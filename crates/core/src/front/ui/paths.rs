//! Nodes by the instances of subgraphs that they are in, and where links from them lead.

use foldhash::HashSet;

use super::arena::NodeIx;
use super::node::{Held, Saved};

/// A place in the nesting of instances: the root, or the inside of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PathIx(pub(super) usize);

/// What an input gets.
#[derive(Debug, Clone)]
pub(super) enum Source<'a> {
    /// Nothing from outside.
    Nothing,
    /// The value that an instance of a subgraph holds.
    Value(Held<'a>, (NodeIx, Saved<'a>)),
    /// An output of a node of the prompt.
    Link(PathIx, NodeIx, i64),
    /// It cannot be told; that was reported.
    Lost,
}

/// Chains of more steps than this are remembered.
pub(super) const LONG: usize = 8;

/// The steps that were taken from one input; few, as a rule.
#[derive(Default)]
pub(super) struct Visited {
    first: Vec<Step>,
    more: HashSet<Step>,
}

pub(super) type Step = (PathIx, NodeIx, bool, i64);

impl Visited {
    pub(super) fn len(&self) -> usize {
        self.first.len() + self.more.len()
    }

    pub(super) fn clear(&mut self) {
        self.first.clear();
        if !self.more.is_empty() {
            self.more.clear();
        }
    }

    /// Adds a step; false when it was taken before.
    pub(super) fn insert(&mut self, step: Step) -> bool {
        if self.first.contains(&step) {
            return false;
        }
        if self.first.len() <= LONG {
            self.first.push(step);
            return true;
        }
        self.more.insert(step)
    }
}
