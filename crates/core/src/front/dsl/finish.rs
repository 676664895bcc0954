//! From what was built to a workflow.

use std::collections::{HashMap, HashSet};
use std::panic::Location;

use serde_json::Value as Json;

use super::held::{Held, Use};
use super::scope::Scope;
use super::spec::Inputs;
use super::state::{Building, Meta, Published, Shared, State};
use crate::diagnostic::{Diagnostics, Misbuilt, Problem};
use crate::graph::{Graph, Link, Node, NodeId, Value};
use crate::interface::{Derived, Input, Interface, Key, Output, Rule, Schema, Target};
use crate::workflow::Workflow;

/// A workflow built in Rust, and what was wrong with the building.
#[derive(Debug, Clone)]
pub struct Built {
    /// The workflow, as far as it could be built.
    pub workflow: Workflow,
    /// What would otherwise be lost (`misbuilt-graph`). Whether the workflow would run is for a check to say.
    pub diagnostics: Diagnostics,
}

/// Builds a workflow: a graph, and what of it is published.
pub fn workflow(build: impl for<'g> FnOnce(Scope<'g>)) -> Built {
    let shared = Shared::default();
    build(Scope::root(&shared));
    let mut state = shared.into_state();
    let mut diagnostics = Diagnostics::default();
    let ids = ids(&state, &mut diagnostics);
    let uses = uses(&mut state);
    let mut values = HashMap::new();
    let mut interface = interface(&state, &ids, &uses, &mut values, &mut diagnostics);
    interface.outputs = state.outputs.iter().filter_map(|(node, title)| output(&ids, *node, title)).collect();
    let graph = graph(state, &ids, values, &mut diagnostics);
    let (graph, model) = graph;
    Built { workflow: Workflow::new(graph, interface).with_model(model), diagnostics }
}

fn report(diagnostics: &mut Diagnostics, place: &Location<'_>, what: Misbuilt) {
    let place = format!("{}:{}", place.file(), place.line());
    diagnostics.report(Problem::MisbuiltGraph { place, what }, None);
}

/// The id of each node: its own, or the next number that is free in its scope.
fn ids(state: &State, diagnostics: &mut Diagnostics) -> Vec<NodeId> {
    let prefix = |node: &Building| state.prefixes.get(node.prefix).map_or("", String::as_str);
    let mut taken = HashSet::new();
    let asked: Vec<Option<String>> = state
        .nodes
        .iter()
        .map(|node| {
            let id = format!("{}{}", prefix(node), node.id.as_ref()?);
            if taken.insert(id.clone()) {
                return Some(id);
            }
            report(diagnostics, node.place, Misbuilt::IdTaken { id });
            None
        })
        .collect();
    let mut next: HashMap<&str, usize> = HashMap::new();
    let ids = asked.into_iter().zip(&state.nodes).map(|(asked, node)| {
        let mut id = asked;
        let next = next.entry(prefix(node)).or_default();
        while id.is_none() {
            *next += 1;
            id = Some(format!("{}{next}", prefix(node))).filter(|id| taken.insert(id.clone()));
        }
        NodeId::new(id.unwrap_or_default())
    });
    ids.collect()
}

/// An input that follows a published one.
struct Follower {
    node: usize,
    input: String,
    usage: Use,
    /// The literal it held before.
    before: Option<Json>,
}

/// The followers of each published input, in the order of nodes and inputs; publishes what was published by being used.
fn uses(state: &mut State) -> Vec<Vec<Follower>> {
    let State { nodes, published, .. } = state;
    let mut uses: Vec<Vec<Follower>> = published.iter().map(|_| Vec::new()).collect();
    for (node, building) in nodes.iter_mut().enumerate() {
        for (name, setting) in &mut building.inputs.inputs {
            if let Held::Input(input, ty, before) = &mut setting.held {
                let usage =
                    Use { input: published.len(), part: None, rule: Rule::default(), follows: false, ty };
                published.push(Published { input: (**input).clone(), place: building.place });
                uses.push(Vec::new());
                setting.held = Held::Exposed(usage, before.take());
            }
            if let Held::Exposed(usage, before) = &mut setting.held
                && let Some(followers) = uses.get_mut(usage.input)
            {
                let (input, usage, before) = (name.clone(), usage.clone(), before.take());
                followers.push(Follower { node, input, usage, before });
            }
        }
    }
    uses
}

fn output(ids: &[NodeId], node: usize, title: &str) -> Option<Output> {
    let title = Some(title).filter(|title| !title.is_empty()).map(str::to_owned);
    Some(Output { node: ids.get(node)?.to_string(), title, origin: None })
}

/// What is published; and what each input that follows holds, by node and name.
fn interface(
    state: &State,
    ids: &[NodeId],
    uses: &[Vec<Follower>],
    values: &mut HashMap<(usize, String), Json>,
    diagnostics: &mut Diagnostics,
) -> Interface {
    let mut interface = Interface::new();
    let mut keys: Vec<Option<Key>> = Vec::new();
    for (Published { input, place }, followers) in state.published.iter().zip(uses) {
        let (own, derived) = split(followers);
        let targets: Vec<Target> = own.iter().filter_map(|own| target(ids, own)).collect();
        if targets.is_empty() {
            let title = input.keywords.get("title").and_then(Json::as_str).unwrap_or_default().to_owned();
            report(diagnostics, place, Misbuilt::DrivesNothing { title });
            keys.push(None);
            continue;
        }
        let key = Key::of(&targets);
        let mut keywords = input.keywords.clone();
        let ty = own.first().map_or("", |own| own.usage.ty);
        match keywords.get_mut("type") {
            Some(said @ Json::Null) if !ty.is_empty() => *said = ty.into(),
            Some(Json::Null) => {
                keywords.shift_remove("type");
            }
            _ => {}
        }
        let mut published = Input::new(Schema::new(keywords));
        published.media = input.media.or(published.media);
        published.targets = targets;
        let follows = |follower: &&Follower| {
            let target = target(ids, follower)?;
            let (written, rule) = (target.to_string(), follower.usage.rule.clone());
            Some(Derived { written, target: Some(target), rule })
        };
        published.derived = derived.iter().filter_map(follows).collect();
        if input.required {
            interface.required.push(key.clone());
        }
        let default = published.schema.default_value().cloned();
        interface.inputs.insert(key.clone(), published);
        let written = default.map(|default| interface.writes(key.as_str(), &default)).unwrap_or_default();
        for follower in followers {
            let own = target(ids, follower);
            let written = written.iter().find(|(target, _)| Some(*target) == own.as_ref());
            let value = written.map(|(_, value)| value.clone()).or_else(|| follower.before.clone());
            values.insert((follower.node, follower.input.clone()), value.unwrap_or_else(|| blank(ty)));
        }
        keys.push(Some(key));
    }
    if let Some(required) = &state.required {
        interface.required = required.iter().filter_map(|&input| keys.get(input)?.clone()).collect();
    }
    interface
}

/// Those that give the input its key, and those that follow: the parts in order, or else the first that takes the value as
/// it is.
fn split(followers: &[Follower]) -> (Vec<&Follower>, Vec<&Follower>) {
    let (mut own, mut derived): (Vec<&Follower>, Vec<&Follower>) =
        followers.iter().partition(|follower| follower.usage.part.is_some());
    own.sort_by_key(|follower| follower.usage.part);
    if own.is_empty()
        && let Some(first) = derived
            .iter()
            .position(|follower| follower.usage.rule == Rule::default() && !follower.usage.follows)
    {
        own.push(derived.remove(first));
    }
    (own, derived)
}

fn target(ids: &[NodeId], follower: &Follower) -> Option<Target> {
    Some(Target { node: ids.get(follower.node)?.clone(), input: follower.input.clone() })
}

/// What an input holds that is published without a default and had no value before.
fn blank(ty: &str) -> Json {
    match ty {
        "integer" | "float" => 0.into(),
        "boolean" => false.into(),
        _ => "".into(),
    }
}

fn graph(
    state: State,
    ids: &[NodeId],
    mut values: HashMap<(usize, String), Json>,
    diagnostics: &mut Diagnostics,
) -> (Graph, Option<String>) {
    let State { nodes, names, untitled, order, model, .. } = state;
    let mut finished: Vec<(NodeId, Node)> = Vec::with_capacity(nodes.len());
    for (index, (building, id)) in nodes.into_iter().zip(ids).enumerate() {
        for miscount in &building.inputs.miscounts {
            let (node, input) = (id.to_string(), miscount.input.clone());
            let (min, max, given) = (miscount.min, miscount.max, miscount.given);
            report(diagnostics, building.place, Misbuilt::Count { node, input, min, max, given });
        }
        for (field, text) in &building.unreadable {
            let (node, input, text) = (id.to_string(), field.clone(), text.clone());
            report(diagnostics, building.place, Misbuilt::Unreadable { node, input, text });
        }
        let place = building.place;
        let mut node = empty(&building, untitled);
        let Building { inputs, declared, widgets, order, .. } = building;
        for (name, held) in ordered(inputs, &declared, widgets, order.as_deref()) {
            let value = match held {
                Held::Open | Held::Input(..) => continue,
                Held::Json(json) => Value::Literal(json),
                Held::Unreadable(text) => {
                    let (node, input) = (id.to_string(), name);
                    report(diagnostics, place, Misbuilt::Unreadable { node, input, text });
                    continue;
                }
                Held::Link { node, slot } => {
                    let Some(node) = ids.get(node) else { continue };
                    Value::Link(Link { node: node.clone(), slot })
                }
                Held::Named { name, slot } => {
                    let Some(node) = names.get(name) else { continue };
                    Value::Link(Link { node: NodeId::from(node.as_str()), slot })
                }
                Held::Exposed(..) => {
                    let Some(json) = values.remove(&(index, name.clone())) else { continue };
                    Value::Literal(json)
                }
            };
            node = node.with(name, value);
        }
        finished.push((id.clone(), node));
    }
    let mut graph = Graph::default();
    if !order.is_empty() {
        let place: HashMap<&str, usize> = order.iter().enumerate().map(|(i, id)| (id.as_str(), i)).collect();
        finished.sort_by_key(|(id, _)| place.get(id.as_str()).copied().unwrap_or(usize::MAX));
    }
    for (id, node) in finished {
        graph.insert(id, node);
    }
    if order.is_empty() {
        graph.sort_as_editor();
    }
    (graph, model)
}

/// The node without inputs.
fn empty(building: &Building, untitled: bool) -> Node {
    let mut node = Node::without_class();
    if let Some(class) = &building.class {
        node.set_class(class);
    }
    if !building.bare {
        node.open_inputs(0);
    }
    match &building.meta {
        Meta::Said(meta) => node.set_meta(meta.clone()),
        Meta::OfClass if !untitled => node.set_title(building.title.clone()),
        Meta::OfClass | Meta::Absent => {}
    }
    for (field, value) in &building.fields {
        node.set_other(field.clone(), value.clone());
    }
    node
}

/// The inputs in their order: as asked for, or else as the editor writes them. What is behind a dynamic combo comes after
/// it; sockets behind it come after the other sockets.
pub(super) fn ordered(
    inputs: Inputs,
    declared: &[String],
    widgets: usize,
    order: Option<&[String]>,
) -> Vec<(String, Held)> {
    let place: HashMap<&str, usize> =
        declared.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
    let last = declared.len();
    let mut inputs: Vec<_> = inputs.inputs.into_iter().collect();
    match order {
        Some(order) => {
            let place: HashMap<&str, usize> =
                order.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
            inputs.sort_by_key(|(name, _)| place.get(name.as_str()).copied().unwrap_or(usize::MAX));
        }
        None => inputs.sort_by_key(|(name, setting)| {
            let root = name.split_once('.').map_or(name.as_str(), |(root, _)| root);
            let root = place.get(root).or_else(|| place.get(name.as_str())).copied();
            match root {
                // A socket behind a widget.
                Some(root) if root < widgets && setting.socket => last,
                Some(root) => root,
                None if setting.socket => last,
                None => widgets,
            }
        }),
    }
    inputs.into_iter().map(|(name, setting)| (name, setting.held)).collect()
}
