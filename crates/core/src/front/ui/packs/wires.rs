//! Nodes of packs that exist only in the editor. They are rewritten before the file is loaded: what passes a value on
//! becomes a Reroute, what does nothing for a prompt becomes a Note, and links that a pack's script makes are made.

use super::{everywhere, names};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostics;
use crate::front::ui::wire::{File, Node};

/// Nodes that hand their input on (rgthree, Custom-Scripts).
const PASSING: [&str; 2] = ["Reroute (rgthree)", "ReroutePrimitive|pysssss"];
/// A node that the script of its pack keeps out of every prompt, although there is a class (VideoHelperSuite).
const KEPT_OUT: &str = "VHS_SelectLatest";
/// Nodes that only help in the editor (rgthree, Easy-Use).
const IDLE: [&str; 13] = [
    "Bookmark (rgthree)",
    "Label (rgthree)",
    "Fast Muter (rgthree)",
    "Fast Bypasser (rgthree)",
    "Fast Groups Muter (rgthree)",
    "Fast Groups Bypasser (rgthree)",
    "Fast Actions Button (rgthree)",
    "Mute / Bypass Relay (rgthree)",
    "Mute / Bypass Repeater (rgthree)",
    "Random Unmuter (rgthree)",
    "Node Collector (rgthree)",
    "Node Combiner (rgthree)",
    "easy bookmark",
];

/// What such a node becomes.
pub(super) const PASSES: &str = "Reroute";
pub(super) const IDLES: &str = "Note";

/// Rewrites the nodes of known packs, as far as the catalog does not have them.
pub(in crate::front::ui) fn rewrite(file: &mut File<'_>, catalog: &Catalog, diagnostics: &mut Diagnostics) {
    names::connect(file, catalog, diagnostics);
    for part in file.parts_mut() {
        everywhere::connect(part, catalog, diagnostics);
        for node in &mut part.nodes {
            if node.ty == KEPT_OUT || is(node, &IDLE, catalog) {
                node.ty = IDLES;
            } else if is(node, &PASSING, catalog) {
                node.ty = PASSES;
            }
        }
    }
}

/// Whether a node is of one of these types, and its class is not the server's.
pub(super) fn is(node: &Node<'_>, types: &[&str], catalog: &Catalog) -> bool {
    types.contains(&node.ty) && catalog.class(node.ty).is_none()
}
