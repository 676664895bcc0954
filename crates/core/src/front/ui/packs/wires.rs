//! What nodes of packs that exist only in the editor are there for: most are wires, or help the eye.

use crate::catalog::Catalog;
use crate::front::ui::wire::Node;

/// What a node of a pack that exists only in the editor is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Only {
    /// It gives a value a name (KJNodes, Easy-Use).
    Sets,
    /// It takes a value by its name (KJNodes, Easy-Use).
    Gets,
    /// It sends what it gets to inputs that it finds (cg-use-everywhere).
    Sends,
    /// It hands its input on (rgthree, Custom-Scripts).
    Passes,
    /// It only helps in the editor (rgthree, Easy-Use).
    Helps,
    /// The script of its pack keeps it out of every prompt, although there is a class (VideoHelperSuite).
    KeptOut,
}

impl Only {
    /// What a node of this type is there for.
    pub(super) fn of(ty: &str) -> Option<Self> {
        Some(match ty {
            "SetNode" | "easy setNode" => Self::Sets,
            "GetNode" | "easy getNode" => Self::Gets,
            "Anything Everywhere"
            | "Anything Everywhere?"
            | "Anything Everywhere3"
            | "Prompts Everywhere"
            | "Seed Everywhere" => Self::Sends,
            "Reroute (rgthree)" | "ReroutePrimitive|pysssss" => Self::Passes,
            "Bookmark (rgthree)"
            | "Label (rgthree)"
            | "Fast Muter (rgthree)"
            | "Fast Bypasser (rgthree)"
            | "Fast Groups Muter (rgthree)"
            | "Fast Groups Bypasser (rgthree)"
            | "Fast Actions Button (rgthree)"
            | "Mute / Bypass Relay (rgthree)"
            | "Mute / Bypass Repeater (rgthree)"
            | "Random Unmuter (rgthree)"
            | "Node Collector (rgthree)"
            | "Node Combiner (rgthree)"
            | "easy bookmark" => Self::Helps,
            "VHS_SelectLatest" => Self::KeptOut,
            _ => return None,
        })
    }
}

/// What such a node becomes.
pub(super) const PASSES: &str = "Reroute";
pub(super) const IDLES: &str = "Note";

/// Whether a node is there for this only, and its class is not the server's.
pub(super) fn is(node: &Node<'_>, only: Only, catalog: &Catalog) -> bool {
    looks_like(node, only) && catalog.class(node.ty).is_none()
}

/// Whether a node is there for this by its type, be its class the server's or not.
pub(super) fn looks_like(node: &Node<'_>, only: Only) -> bool {
    Only::of(node.ty) == Some(only)
}
