//! A graph against a catalog: its nodes one by one, then what only shows in the whole.

use std::collections::HashSet;

use super::{Checked, Rejected, node, sampler};
use crate::catalog::{Catalog, Class};
use crate::diagnostic::{Diagnostics, Problem};
use crate::graph::{Graph, NodeId};
use crate::source::Origin;

/// Checks a graph as a server with this catalog would, and reports everything it finds: an unknown class hides nothing.
///
/// Errors are what the server refuses; warnings what it accepts but ignores or turns into something else.
pub fn graph(graph: Graph, catalog: &Catalog) -> Result<Checked<Graph>, Rejected<Graph>> {
    let diagnostics = problems(&graph, catalog);
    Checked::decide(graph, diagnostics)
}

/// What is wrong with a graph.
pub(super) fn problems(graph: &Graph, catalog: &Catalog) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let outputs = outputs(graph, catalog);
    let unknown =
        graph.nodes().any(|(_, node)| node.class().is_none_or(|class| catalog.class(class).is_none()));
    // A node of an unknown class may be an output itself, so nothing is said about reach where there is one.
    let live: Option<HashSet<&NodeId>> =
        (!unknown && !outputs.is_empty()).then(|| graph.ancestors(outputs.iter().copied()));
    for (id, node) in graph.nodes() {
        node::check(id, node, graph, catalog, &mut diagnostics);
        if live.as_ref().is_some_and(|live| !live.contains(id)) {
            let class = node.class().unwrap_or_default().to_owned();
            diagnostics.report(
                Problem::UnreachableNode { node: id.to_string(), class },
                node.origin().cloned().map(Origin::key),
            );
        }
    }
    if outputs.is_empty() && !unknown {
        diagnostics.report(Problem::NoOutputs, None);
    }
    for cycle in graph.cycles() {
        let first = cycle.first().and_then(|id| graph.node(id.as_str()));
        let mut nodes: Vec<String> = ring(graph, &cycle);
        nodes.extend(nodes.first().cloned());
        diagnostics
            .report(Problem::Cycle { nodes }, first.and_then(|node| node.origin()).cloned().map(Origin::key));
    }
    sampler::check(graph, None, &mut diagnostics);
    diagnostics
}

/// The nodes whose class is an output, in document order.
fn outputs<'g>(graph: &'g Graph, catalog: &Catalog) -> Vec<&'g NodeId> {
    let is_output =
        |class: Option<&str>| class.and_then(|class| catalog.class(class)).is_some_and(Class::output_node);
    graph.nodes().filter(|(_, node)| is_output(node.class())).map(|(id, _)| id).collect()
}

/// One way around a strongly connected group, from its first node back to it, in the direction of the links.
fn ring(graph: &Graph, group: &[&NodeId]) -> Vec<String> {
    let Some(first) = group.first() else { return Vec::new() };
    let members: HashSet<&NodeId> = group.iter().copied().collect();
    let mut came: std::collections::HashMap<&NodeId, &NodeId> = std::collections::HashMap::new();
    let mut open = std::collections::VecDeque::from([*first]);
    while let Some(id) = open.pop_front() {
        let mut next: Vec<&NodeId> =
            graph.consumers(id.as_str()).map(|c| c.node).filter(|node| members.contains(node)).collect();
        next.sort();
        for node in next {
            if node == *first {
                let mut path = vec![id.to_string()];
                let mut at = id;
                while let Some(before) = came.get(at) {
                    path.push(before.to_string());
                    at = before;
                }
                path.reverse();
                return path;
            }
            if !came.contains_key(node) {
                came.insert(node, id);
                open.push_back(node);
            }
        }
    }
    group.iter().map(ToString::to_string).collect()
}
