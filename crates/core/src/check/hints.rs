//! What no server minds, and an author may want to know.

use std::collections::HashSet;

use super::input::Nodes;
use super::node::View;
use crate::catalog::{Catalog, Input, Kind, Output, OutputType, Type};
use crate::diagnostic::{Diagnostic, Diagnostics, Problem};
use crate::graph::{Graph, Node, NodeId, Value};
use crate::interface::{Interface, Target};
use crate::source::Origin;

/// Reports links whose output may carry anything and whose input takes one type: whether they fit shows when they run.
pub(super) fn wildcard_links(view: &View<'_>, diagnostics: &mut Diagnostics) {
    let is_open = |output: &Output| matches!(&output.ty, OutputType::Named(ty) if ty.as_str() == Type::ANY);
    if !view.classes().flatten().any(|class| class.marks().emits_any) {
        return;
    }
    for ((id, node), class) in view.graph.nodes().zip(view.classes()) {
        let Some(inputs) = class.map(|class| &class.inputs) else { continue };
        for (name, held) in node.inputs() {
            let Value::Link(link) = &held.value else { continue };
            let Some((origin, Some(origin_class))) = view.find(link.node.as_str()) else { continue };
            let slot = usize::try_from(link.slot).ok();
            if !slot.and_then(|slot| origin_class.outputs.get(slot)).is_some_and(is_open) {
                continue;
            }
            let Some(Kind::Named(expected)) = inputs.get(name).map(|input| &input.kind) else { continue };
            if expected.members().all(|member| member != Type::ANY) {
                let problem = Problem::WildcardLink {
                    node: id.to_string(),
                    input: name.to_owned(),
                    expected: expected.to_string(),
                    from: link.node.to_string(),
                };
                let there = view.graph.at(origin as usize).and_then(|(_, origin)| origin.origin()).cloned();
                let diagnostic = Diagnostic::new(problem, held.origin.clone());
                diagnostics.push(
                    diagnostic.with_related(there.map(Origin::key), "the node that the link starts at"),
                );
            }
        }
    }
}

/// Reports the seeds of a published workflow that no caller can change: every run then starts from the same noise, and a
/// server that has the result already gives that one again.
pub(super) fn fixed_seeds(
    interface: &Interface,
    graph: &Graph,
    catalog: &Catalog,
    diagnostics: &mut Diagnostics,
) {
    // What was not read from a document is made for one run, and publishes what that run sets.
    if interface.origin.is_none() || interface.inputs().len() == 0 {
        return;
    }
    let written: HashSet<&Target> = interface
        .inputs()
        .flat_map(|(_, input)| {
            let derived = input.derived.iter().filter_map(|derived| derived.target.as_ref());
            input.targets.iter().chain(derived)
        })
        .collect();
    for (id, node) in graph.nodes() {
        let Some(class) = node.class().and_then(|name| catalog.class(name)) else { continue };
        for (name, ..) in class.inputs.settable().filter(|(name, input, _)| is_seed(name, input)) {
            let Some(held) = node.literal(name).filter(|_| uses_its_seed(node)) else { continue };
            if !written.contains(&Target::new(NodeId::clone(id), name)) {
                let value = held.to_string();
                let problem = Problem::FixedSeed { node: id.to_string(), input: name.to_owned(), value };
                diagnostics.report(problem, node.input(name).and_then(|input| input.origin.clone()));
            }
        }
    }
}

/// Whether the editor would change the input after each run.
fn is_seed(name: &str, input: &Input) -> bool {
    let counted = input.options.other.contains_key("control_after_generate");
    matches!(&input.kind, Kind::Named(ty) if ty.as_str() == "INT")
        && (counted || matches!(name, "seed" | "noise_seed"))
}

/// A sampler stage that adds no noise has no use for its seed.
fn uses_its_seed(node: &Node) -> bool {
    node.literal("add_noise").is_none_or(|noise| noise != "disable")
}
