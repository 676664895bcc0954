//! Writing a payload into a graph: every key to its targets, derived ones included.

use crate::graph::{Graph, Input, Value};
use crate::interface::{Interface, Payload};

/// The graph with the payload's values in place. Each input keeps its place in the node; its origin becomes that of the
/// value. Keys that are not given leave the graph as it is, so a caller who wants defaults completes the payload first
/// ([`Interface::complete`]).
pub fn run(graph: &Graph, interface: &Interface, payload: &Payload) -> Graph {
    let mut applied = graph.clone();
    for (key, value) in payload.iter() {
        let origin = payload.origin_of(key);
        for (target, value) in interface.writes(key, value) {
            let input = Input { value: Value::Literal(value), origin: origin.cloned() };
            applied.set_input(target.node.as_str(), &target.input, input);
        }
    }
    applied
}
