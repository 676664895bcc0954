//! The places of nodes, layers and classes in a live graph. Only what puts one there makes its index (`load.rs`, `Nodes::push`),
//! and none is ever taken out.

/// A node of the arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct NodeIx(pub(super) usize);
/// A layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct LayerIx(pub(super) usize);
/// A class in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ClassIx(pub(super) usize);

/// The layer of the workflow itself.
pub(super) const ROOT: LayerIx = LayerIx(0);

impl NodeIx {
    /// Its position among all nodes.
    pub(super) fn position(self) -> usize {
        self.0
    }
}
