//! Links by the positions of the inputs that they lead to.

use foldhash::HashMap;

use super::wire::{self, Key, LinkId};

/// Where links lead that do not do as the inputs say: for each node, its positions with their links.
pub(super) type Into = HashMap<Key, Vec<(usize, LinkId)>>;

/// The links into a node by the positions that they lead to, in order; also those behind the last input.
#[derive(Debug, Clone, Default)]
pub(super) struct Positions(pub(super) Vec<(usize, LinkId)>);

impl Positions {
    pub(super) fn new(mut links: Vec<(usize, LinkId)>) -> Self {
        links.sort_unstable();
        Self(links)
    }

    /// Those that the saved inputs name, each at its own position.
    pub(super) fn as_saved(saved: &[wire::Input<'_>]) -> Self {
        Self(saved.iter().enumerate().filter_map(|(at, input)| Some((at, input.link?))).collect())
    }

    /// The links.
    pub(super) fn links(&self) -> impl Iterator<Item = LinkId> {
        self.0.iter().map(|(_, link)| *link)
    }
}
