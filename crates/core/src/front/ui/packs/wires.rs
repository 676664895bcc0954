//! Nodes of packs that exist only in the editor. They are rewritten before the file is loaded: what passes a value on
//! becomes a Reroute, what does nothing for a prompt becomes a Note.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Problem};
use crate::front::ui::js;
use crate::front::ui::wire::{File, Input, Key, Link, LinkId, Node, Output, Part};

/// Nodes that give a value a name (KJNodes, Easy-Use).
const SETTERS: [&str; 2] = ["SetNode", "easy setNode"];
/// Nodes that take a value by its name.
const GETTERS: [&str; 2] = ["GetNode", "easy getNode"];
/// Nodes that hand their input on.
const PASSING: [&str; 2] = ["Reroute (rgthree)", "ReroutePrimitive|pysssss"];
/// Nodes that only help in the editor.
const IDLE: [&str; 12] = [
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
];
/// Nodes that link whatever is not linked (cg-use-everywhere).
const EVERYWHERE: [&str; 5] = [
    "Anything Everywhere",
    "Anything Everywhere?",
    "Anything Everywhere3",
    "Prompts Everywhere",
    "Seed Everywhere",
];

/// Rewrites the nodes of known packs, as far as the catalog does not have them.
pub(in crate::front::ui) fn rewrite(file: &mut File<'_>, catalog: &Catalog, diagnostics: &mut Diagnostics) {
    for part in std::iter::once(&mut file.root).chain(&mut file.definitions) {
        rewrite_part(part, catalog, diagnostics);
    }
}

fn rewrite_part(part: &mut Part<'_>, catalog: &Catalog, diagnostics: &mut Diagnostics) {
    let known = |node: &Node<'_>| catalog.class(node.ty).is_some();
    let of = |node: &Node<'_>, types: &[&str]| types.contains(&node.ty) && !known(node);
    let mut setters: HashMap<String, (Key, Cow<'_, str>)> = HashMap::new();
    for node in part.nodes.iter().filter(|node| of(node, &SETTERS)) {
        let ty = node.inputs.first().map_or(Cow::Borrowed("*"), |input| input.ty.clone());
        if let Some(name) = name_of(node) {
            setters.entry(name).or_insert((node.id.clone(), ty));
        }
    }
    let mut next =
        part.links.iter().map(|(id, _)| *id).max().unwrap_or(0).max(part.last_link).clamp(0, LinkId::MAX / 2);
    let mut made: Vec<(LinkId, Link)> = Vec::new();
    for node in &mut part.nodes {
        if of(node, &IDLE) {
            node.ty = "Note";
        } else if of(node, &PASSING) || of(node, &SETTERS) {
            node.ty = "Reroute";
        } else if of(node, &GETTERS) {
            let name = name_of(node).unwrap_or_default();
            node.ty = "Reroute";
            let Some((setter, ty)) = setters.get(&name) else {
                let problem = Problem::UnsetName { node: node.id.to_string(), name };
                diagnostics.report(problem, Some(part.origin.member("nodes").member(node.index)));
                continue;
            };
            next += 1;
            let link =
                Link { origin: setter.clone(), origin_slot: 0, target: node.id.clone(), target_slot: 0 };
            made.push((next, link));
            node.inputs =
                vec![Input { name: "", ty: Cow::Owned(ty.to_string()), link: Some(next), widget: None }];
        } else if of(node, &EVERYWHERE) {
            let problem = Problem::ImplicitLinks { node: node.id.to_string(), class: node.ty.to_owned() };
            diagnostics.report(problem, Some(part.origin.member("nodes").member(node.index)));
        }
    }
    if made.is_empty() {
        return;
    }
    // The setters' outputs name the new links, as those of any node do.
    let mut outgoing: HashMap<Key, Vec<LinkId>> = HashMap::new();
    for (id, link) in &made {
        outgoing.entry(link.origin.clone()).or_default().push(*id);
    }
    for node in &mut part.nodes {
        let Some(links) = outgoing.remove(&node.id) else { continue };
        match node.outputs.first_mut() {
            Some(output) => output.links.extend(links),
            None => node.outputs.push(Output { ty: Cow::Borrowed("*"), links }),
        }
    }
    part.last_link = next;
    part.links.extend(made);
}

/// The name that a setter or getter holds.
fn name_of(node: &Node<'_>) -> Option<String> {
    node.values?.get(0).map(js::text).filter(|name| !name.is_empty())
}
