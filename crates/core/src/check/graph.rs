//! A graph against a catalog: its nodes one by one, then what only shows in the whole.

use std::collections::HashSet;

use super::node::{Looked, View};
use super::walk::{Walk, walk};
use super::{Checked, DEEPEST_CHAIN, Rejected, match_types, node, sampler};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Problem, Severity};
use crate::graph::{Graph, Node, NodeId};
use crate::source::Origin;

/// Checks a graph as a server with this catalog would, and reports everything it finds: an unknown class hides nothing.
///
/// Errors are what the server refuses; warnings what it accepts but ignores or turns into something else. What is wrong with
/// a node that no output needs is a warning, since the server never looks at it.
pub fn graph(graph: Graph, catalog: &Catalog) -> Result<Checked<Graph>, Rejected<Graph>> {
    let diagnostics = problems(&graph, catalog);
    Checked::decide(graph, diagnostics)
}

/// What is wrong with a graph.
pub(super) fn problems(graph: &Graph, catalog: &Catalog) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let view = View::new(graph, catalog);
    let nodes: Vec<(&NodeId, &Node)> = graph.nodes().collect();
    let is_output = |id: &NodeId| view.class(id).is_some_and(|class| class.output_node());
    let outputs: Vec<u32> = (0_u32..).zip(&nodes).filter(|(_, (id, _))| is_output(id)).map(|(i, _)| i).collect();
    // A node of an unknown class may be an output itself, so nothing is said about reach where there is one.
    let unknown = nodes.iter().any(|(id, _)| view.class(id).is_none());
    let live: Option<HashSet<&NodeId>> = (!unknown && !outputs.is_empty())
        .then(|| graph.ancestors(outputs.iter().filter_map(|i| nodes.get(*i as usize)).map(|(id, _)| *id)));
    let mut found: Vec<Diagnostics> = Vec::with_capacity(nodes.len());
    let mut links: Vec<Vec<u32>> = Vec::with_capacity(nodes.len());
    for (id, node) in &nodes {
        let looked: Looked = node::check(id, node, &view);
        found.push(looked.diagnostics);
        links.push(looked.links);
    }
    let everywhere = 0..u32::try_from(nodes.len()).unwrap_or(u32::MAX);
    let starts: Vec<u32> = if live.is_some() { outputs.clone() } else { everywhere.collect() };
    let walk = walk(nodes.len(), starts, |node, out| out.extend(links.get(node as usize).into_iter().flatten()));
    let mut named: HashSet<&str> = HashSet::new();
    for ((position, (id, node)), found) in (0_u32..).zip(&nodes).zip(found) {
        let reached = walk.reached(position);
        for diagnostic in found {
            diagnostics.push(if reached { diagnostic } else { dormant(diagnostic) });
        }
        class_marks(id, node, &view, &mut named, &mut diagnostics);
        if live.as_ref().is_some_and(|live| !live.contains(id)) {
            let class = node.class().unwrap_or_default().to_owned();
            diagnostics.report(Problem::UnreachableNode { node: id.to_string(), class }, node.origin().cloned().map(Origin::key));
        }
    }
    if outputs.is_empty() && !unknown {
        diagnostics.report(Problem::NoOutputs, None);
    }
    circles(&walk, &nodes, &mut diagnostics);
    if walk.visits.len() > DEEPEST_CHAIN {
        let length = walk.longest_chain();
        if length > DEEPEST_CHAIN {
            diagnostics.report(Problem::DeepChain { length, limit: DEEPEST_CHAIN }, None);
        }
    }
    match_types::check(&view, &links, &mut diagnostics);
    sampler::check(graph, None, &mut diagnostics);
    diagnostics
}

/// An error in a node that the server does not look at.
fn dormant(diagnostic: Diagnostic) -> Diagnostic {
    match diagnostic.severity() {
        Severity::Error => {
            let problem = Problem::DormantError { because: Box::new(diagnostic.problem) };
            Diagnostic { problem, ..diagnostic }
        }
        Severity::Warning => diagnostic,
    }
}

/// Says of a class, where it is first used, that it is deprecated or experimental.
fn class_marks<'a>(id: &NodeId, node: &Node, view: &View<'a>, named: &mut HashSet<&'a str>, diagnostics: &mut Diagnostics) {
    let Some(class) = view.class(id) else { return };
    if !(class.deprecated() || class.experimental()) || !named.insert(&class.name) {
        return;
    }
    let name = class.name.clone();
    let problem = if class.deprecated() { Problem::DeprecatedClass { class: name } } else { Problem::ExperimentalClass { class: name } };
    diagnostics.report(problem, node.origin().map(|origin| origin.member("class_type")));
}

/// Reports each group of nodes that feed each other, by one way around it in the direction of the links.
fn circles(walk: &Walk, nodes: &[(&NodeId, &Node)], diagnostics: &mut Diagnostics) {
    let mut groups: Vec<Vec<u32>> = walk.cycles().into_iter().map(|group| walk.ring(group)).collect();
    for ring in &mut groups {
        // The walk goes against the links.
        ring.reverse();
        let first = ring.iter().enumerate().min_by_key(|(_, node)| **node).map_or(0, |(i, _)| i);
        ring.rotate_left(first);
    }
    groups.sort();
    for ring in groups {
        let members = || ring.iter().filter_map(|node| nodes.get(*node as usize));
        let mut path: Vec<String> = members().map(|(id, _)| id.to_string()).collect();
        path.extend(path.first().cloned());
        let place = members().next().and_then(|(_, node)| node.origin()).cloned().map(Origin::key);
        diagnostics.report(Problem::Cycle { nodes: path }, place);
    }
}
