//! What a workflow publishes: its inputs by key, in display order, with types, limits, defaults and targets.
//!
//! An [`Interface`] is built three ways, and the three agree: from a published schema, from an `interface.toml` beside a
//! graph (`front`), and in Rust ([`Builder`]). It can stand alone, or be *bound* to a graph: then every key is resolved to
//! the inputs it writes. Keywords keep the order and spelling they were written with, unknown ones included, so that a
//! published schema that is read and written again is the same text.
//!
//! HTTP, files and services are unknown here.

mod bind;
mod builder;
pub mod composite;
mod derived;
mod form;
mod key;
mod patterns;
mod payload;
mod propose;
mod resolve;
mod schema;
pub(crate) mod standard;

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::{Map, Value};

pub use builder::{Builder, Exposed};
pub use derived::{Derived, Round, Rule};
pub use key::{Key, Target, Unresolved};
pub(crate) use patterns::{Judged, MOST_STEPS, Patterns, Steps};
pub use payload::Payload;
pub use propose::propose;
pub use schema::{Media, Schema, ValueType};

use crate::graph::{Graph, Input as GraphInput, Value as Held};
use crate::source::Origin;

/// The published inputs of a workflow in display order, and what is said about all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Interface {
    /// The keywords of the whole input schema in order. `properties` and `required` hold their places only.
    pub(crate) root: Map<String, Value>,
    pub(crate) inputs: IndexMap<Key, Input>,
    /// The required keys in published order, which need not be display order.
    pub(crate) required: Vec<Key>,
    /// The nodes whose results are the workflow's.
    pub(crate) outputs: Vec<Output>,
    /// Where the document stands that this was read from.
    pub(crate) origin: Option<Origin>,
    /// The patterns of the inputs, made when they are first asked for.
    pub(crate) patterns: Patterns,
}

/// One published input.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Title, type, limits, default and everything else that is published.
    pub schema: Schema,
    /// The inputs that the key itself writes; empty until bound to a graph.
    pub targets: Vec<Target>,
    /// Further inputs driven by the same value.
    pub derived: Vec<Derived>,
    /// The kind of file it takes, if it takes one.
    pub media: Option<Media>,
    /// Whether it is only named as required and not described.
    pub undescribed: bool,
    pub(crate) origin: Option<Origin>,
}

/// A result of a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The node that produces it.
    pub node: String,
    /// Its title.
    pub title: Option<String>,
    /// Where it was said.
    pub origin: Option<Origin>,
}

impl Interface {
    /// An interface without inputs, whose schema has the keywords that RunComfy publishes, in its order.
    pub fn new() -> Self {
        let root = [("type", "object".into()), ("title", "Input".into())];
        let places = [("required", Value::Null), ("properties", Value::Null)];
        Self {
            root: root
                .into_iter()
                .chain(places)
                .map(|(keyword, value)| (keyword.to_owned(), value))
                .collect(),
            inputs: IndexMap::new(),
            required: Vec::new(),
            outputs: Vec::new(),
            origin: None,
            patterns: Patterns::default(),
        }
    }

    /// An interface that publishes these keys and says nothing about them.
    pub fn of_keys<'k>(keys: impl IntoIterator<Item = &'k str>) -> Self {
        let input = |key: &str| (Key::new(key), Input::new(Schema::new(Map::new())));
        Self { inputs: keys.into_iter().map(input).collect(), ..Self::new() }
    }

    /// The inputs in display order.
    pub fn inputs(&self) -> impl ExactSizeIterator<Item = (&Key, &Input)> {
        self.inputs.iter()
    }

    /// The input of this key.
    pub fn input(&self, key: &str) -> Option<&Input> {
        self.inputs.get(key)
    }

    /// The required keys in published order.
    pub fn required(&self) -> &[Key] {
        &self.required
    }

    /// The patterns of all inputs, ready to be matched.
    pub(crate) fn patterns(&self) -> &Patterns {
        self.patterns.made_for(self.inputs.values().map(|input| input.schema.keywords()))
    }

    /// Whether the key must be given.
    pub fn is_required(&self, key: &str) -> bool {
        self.required.iter().any(|required| required.as_str() == key)
    }

    /// The results.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// What a payload with `value` under `key` writes into the graph: the key's own targets, then the derived ones. A
    /// composite value that is not well written, or a value that a derived rule cannot take, writes nothing there; a
    /// checked payload has neither.
    pub fn writes(&self, key: &str, value: &Value) -> Vec<(&Target, Value)> {
        let Some(input) = self.input(key) else { return Vec::new() };
        let mut writes: Vec<(&Target, Value)> = match input.targets.as_slice() {
            [one] => vec![(one, value.clone())],
            several => {
                let decoded = value.as_str().and_then(|text| composite::decode(text, several.len()));
                several.iter().zip(decoded.into_iter().flatten().map(Value::Number)).collect()
            }
        };
        writes.extend(
            input
                .derived
                .iter()
                .filter_map(|derived| Some((derived.target.as_ref()?, derived.rule.apply(value)?))),
        );
        writes
    }

    /// The graph with the payload's values in place, derived ones included. Each input keeps its place in the node; its origin
    /// becomes that of the value. Keys that are not given leave the graph as it is, so a caller who wants defaults completes
    /// the payload first ([`complete`](Self::complete)).
    pub fn apply(&self, payload: &Payload, graph: &Graph) -> Graph {
        let mut applied = graph.clone();
        for (key, value) in payload.iter() {
            let origin = payload.origin_of(key);
            for (target, value) in self.writes(key, value) {
                let input = GraphInput { value: Held::Literal(value), origin: origin.cloned() };
                applied.set_input(target.node.as_str(), &target.input, input);
            }
        }
        applied
    }

    /// The payload that a caller sends: required keys with what was given or their default, then every other given key; with
    /// `full`, every key that has a value.
    pub fn complete(&self, given: &Payload, full: bool) -> Payload {
        let mut payload = given.origin().cloned().map_or_else(Payload::new, Payload::at);
        let mut put = |key: &Key, fill: bool| {
            let value = given.get(key.as_str());
            let default = self.input(key.as_str()).and_then(|input| input.schema.default_value());
            if let Some(value) = value.or(default.filter(|_| fill)) {
                payload.set(key.as_str(), value.clone(), given.origin_of(key.as_str()).cloned());
            }
        };
        for key in &self.required {
            put(key, true);
        }
        let required: HashSet<&Key> = self.required.iter().collect();
        for key in self.inputs.keys().filter(|key| !required.contains(key)) {
            put(key, full);
        }
        // A key that is not published is refused by the check, which must see it to do so.
        for (key, value) in given.iter().filter(|(key, _)| self.input(key).is_none()) {
            payload.set(key, value.clone(), given.origin_of(key).cloned());
        }
        payload
    }

    /// The key that publishes a target itself (not derived).
    pub fn key_of(&self, target: &Target) -> Option<&Key> {
        self.inputs.iter().find(|(_, input)| input.targets.contains(target)).map(|(key, _)| key)
    }
}

impl Default for Interface {
    fn default() -> Self {
        Self::new()
    }
}

impl Input {
    /// An input with these keywords.
    pub fn new(schema: Schema) -> Self {
        let media = schema.media().map(|(media, _)| media);
        Self { schema, targets: Vec::new(), derived: Vec::new(), media, undescribed: false, origin: None }
    }

    /// Where keyword `name` was said, or else where the input was.
    pub(crate) fn origin_of(&self, keyword: &str) -> Option<Origin> {
        let origin = self.origin.as_ref()?;
        Some(if self.schema.get(keyword).is_some() { origin.member(keyword) } else { origin.clone() })
    }

    /// How many numbers a value under this key holds: more than one for composite keys.
    pub fn parts(&self, key: &Key) -> usize {
        match self.targets.len() {
            0 => key.guess().len().max(1),
            bound => bound,
        }
    }
}
