//! Sampler stages that do nothing.
//!
//! `KSamplerAdvanced` runs steps `start_at_step` to `end_at_step` of a schedule of `steps`. A stage that starts at or after
//! the end of its schedule hands its latent on unchanged: the server runs it, reports success, and a whole model is
//! silently skipped. A stage that goes on with another's latent has as little to do when that one ran its schedule to the
//! end. Only a checker can tell.

use super::python;
use crate::diagnostic::{Diagnostics, Idle, Problem};
use crate::graph::{Graph, Node, NodeId, Value};
use crate::number::Num;
use crate::source::Origin;

const CLASS: &str = "KSamplerAdvanced";

/// Reports the stages of `graph` that do nothing. `when` says under which condition, and where that is said, for a graph
/// that is only one of those its document stands for.
pub(super) fn check(graph: &Graph, when: Option<(&str, Option<&Origin>)>, diagnostics: &mut Diagnostics) {
    for (id, node, because, at) in idle(graph) {
        let problem =
            Problem::IdleStage { node: id.to_string(), when: when.map(|(when, _)| when.to_owned()), because };
        let place = match when {
            Some((_, place)) => place.cloned(),
            None => node.input(at).and_then(|input| input.origin.clone()).or_else(|| node.origin().cloned()),
        };
        diagnostics.report(problem, place);
    }
}

/// The ids of the stages that do nothing.
pub(super) fn idle_stages(graph: &Graph) -> Vec<NodeId> {
    idle(graph).into_iter().map(|(id, ..)| id.clone()).collect()
}

/// The stages of a graph.
pub(super) fn stages(graph: &Graph) -> impl Iterator<Item = (&NodeId, &Node)> {
    graph.nodes().filter(|(_, node)| node.class() == Some(CLASS))
}

/// The id of the node whose latent a stage goes on with.
pub(super) fn before(stage: &Node) -> Option<&str> {
    match stage.value("latent_image")? {
        Value::Link(link) => Some(link.node.as_str()),
        Value::Literal(_) => None,
    }
}

fn idle(graph: &Graph) -> Vec<(&NodeId, &Node, Idle, &'static str)> {
    stages(graph)
        .filter_map(|(id, node)| {
            let (because, at) = why_idle(node).or_else(|| nothing_left(graph, node))?;
            Some((id, node, because, at))
        })
        .collect()
}

fn number(node: &Node, input: &str) -> Option<Num> {
    node.literal(input).and_then(python::int)
}

fn text(number: &Num) -> String {
    number.to_number().map_or_else(String::new, |n| n.to_string())
}

/// A stage that is meant to go on (it starts after step 0) with the latent of one that has run to the end of its schedule.
fn nothing_left(graph: &Graph, node: &Node) -> Option<(Idle, &'static str)> {
    number(node, "start_at_step").filter(|start| *start > Num::Int(0.into()))?;
    let id = before(node)?;
    let before = graph.node(id).filter(|before| before.class() == Some(CLASS))?;
    let (end, steps) = (number(before, "end_at_step")?, number(before, "steps")?);
    (end >= steps).then(|| {
        let before = id.to_owned();
        (Idle::NothingLeft { before, end: text(&end), steps: text(&steps) }, "latent_image")
    })
}

fn why_idle(node: &Node) -> Option<(Idle, &'static str)> {
    let number = |input: &str| number(node, input);
    let (start, end, steps) = (number("start_at_step"), number("end_at_step"), number("steps"));
    if let (Some(start), Some(steps)) = (&start, &steps)
        && start >= steps
    {
        return Some((Idle::StartsAfterEnd { start: text(start), steps: text(steps) }, "start_at_step"));
    }
    if let (Some(start), Some(end)) = (&start, &end)
        && start >= end
    {
        return Some((Idle::EmptyRange { start: text(start), end: text(end) }, "end_at_step"));
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;
    use crate::graph::Link;

    #[track_caller]
    fn check(start: Json, end: Json, steps: Json, idle: bool) {
        let mut graph = Graph::default();
        let node =
            Node::new(CLASS).with("start_at_step", start).with("end_at_step", end).with("steps", steps);
        graph.insert("1", node);
        assert_eq!(!idle_stages(&graph).is_empty(), idle);
    }

    #[test]
    fn a_stage_that_starts_at_the_end_of_its_schedule_does_nothing() {
        check(10.into(), 10_000.into(), 6.into(), true);
        check(10.into(), 10_000.into(), 10.into(), true);
        check(10.into(), 10_000.into(), 11.into(), false);
        check(5.into(), 5.into(), 20.into(), true);
        check(0.into(), 10.into(), 6.into(), false);
    }

    #[test]
    fn a_stage_after_one_that_ran_to_the_end_has_nothing_left() {
        let idle_with = |first_steps: i32| {
            let stage = |start: i32, end: i32, steps: i32| {
                let numbers = [("start_at_step", start), ("end_at_step", end), ("steps", steps)];
                numbers.into_iter().fold(Node::new(CLASS), |node, (input, n)| node.with(input, Json::from(n)))
            };
            let mut graph = Graph::default();
            graph.insert("1", stage(0, 10, first_steps));
            graph.insert("2", stage(10, 10_000, 20).with("latent_image", Link { node: "1".into(), slot: 0 }));
            idle_stages(&graph)
        };
        assert_eq!(idle_with(6), [NodeId::from("2")]);
        assert_eq!(idle_with(10), [NodeId::from("2")]);
        assert!(idle_with(11).is_empty());
    }
}
