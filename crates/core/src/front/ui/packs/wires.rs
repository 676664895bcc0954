//! Nodes of packs that exist only in the editor. They are rewritten before the file is loaded: what passes a value on
//! becomes a Reroute, what does nothing for a prompt becomes a Note, and links that a pack's script makes are made.

use super::{everywhere, names};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostics;
use crate::front::ui::wire::{File, Node, Part};

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
    fn of(ty: &str) -> Option<Self> {
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

/// Rewrites the nodes of known packs, as far as the catalog does not have them.
pub(in crate::front::ui) fn rewrite(file: &mut File<'_>, catalog: &Catalog, diagnostics: &mut Diagnostics) {
    let has_any = |part: &Part<'_>| {
        part.everywhere.is_some() || part.nodes.iter().any(|node| Only::of(node.ty).is_some())
    };
    if !file.parts().any(has_any) {
        return;
    }
    names::connect(file, catalog, diagnostics);
    for part in file.parts_mut() {
        everywhere::connect(part, catalog, diagnostics);
        for node in &mut part.nodes {
            if looks_like(node, Only::KeptOut) || is(node, Only::Helps, catalog) {
                node.ty = IDLES;
            } else if is(node, Only::Passes, catalog) {
                node.ty = PASSES;
            }
        }
    }
}

/// Whether a node is there for this only, and its class is not the server's.
pub(super) fn is(node: &Node<'_>, only: Only, catalog: &Catalog) -> bool {
    looks_like(node, only) && catalog.class(node.ty).is_none()
}

/// Whether a node is there for this by its type, be its class the server's or not.
pub(super) fn looks_like(node: &Node<'_>, only: Only) -> bool {
    Only::of(node.ty) == Some(only)
}
