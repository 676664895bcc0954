//! A node: its class, its inputs, and what else the document said about it.

use std::cmp::Ordering;

use compact_str::CompactString;
use foldhash::fast::RandomState;
use indexmap::IndexMap;
use serde_json::Map;

use super::{NodeId, array_index};
use crate::catalog::Holder;
use crate::source::Origin;

/// One node of a graph.
#[derive(Debug, Clone, Default)]
pub struct Node {
    class: Option<CompactString>,
    inputs: Option<IndexMap<CompactString, Input, RandomState>>,
    meta: Option<Meta>,
    /// Hardly any node has any.
    other: Option<Box<Map<String, serde_json::Value>>>,
    origin: Option<Origin>,
    /// The field that gave the class.
    class_field: Option<&'static str>,
}

/// What the editor's own field of a node, `_meta`, says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Meta {
    /// A title and nothing else, as the editor writes it.
    Title(String),
    /// Anything else.
    Other(Box<serde_json::Value>),
}

/// One input of a node.
#[derive(Debug, Clone)]
pub struct Input {
    /// What it holds.
    pub value: Value,
    /// Where that was said.
    pub origin: Option<Origin>,
}

/// What an input holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A value of the node's own.
    Literal(serde_json::Value),
    /// The output of another node.
    Link(Link),
}

/// The origin of a value that comes from another node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Link {
    /// The node.
    pub node: NodeId,
    /// Its output slot, counted from 0. The server counts negative slots from the end.
    pub slot: i64,
}

impl Node {
    /// A node of this class, without inputs.
    pub fn new(class: impl AsRef<str>) -> Self {
        Self { class: Some(CompactString::new(class)), inputs: Some(IndexMap::default()), ..Self::default() }
    }

    /// A node that came without a class; the server refuses it.
    pub fn without_class() -> Self {
        Self::default()
    }

    /// The same node, said at this place.
    #[must_use]
    pub fn at(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// The class name; `None` when the document gave none.
    pub fn class(&self) -> Option<&str> {
        self.class.as_deref()
    }

    /// The title, where the document gave one.
    pub fn title(&self) -> Option<&str> {
        self.meta.as_ref()?.title()
    }

    /// Where the node was said.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// Where its class was said, or else the node.
    pub fn class_origin(&self) -> Option<Origin> {
        let node = self.origin.as_ref()?;
        Some(self.class_field.map_or_else(|| node.clone(), |field| node.field(field)))
    }

    /// The same node, its class said in this field.
    #[must_use]
    pub(crate) fn class_in(mut self, field: &'static str) -> Self {
        self.class_field = Some(field);
        self
    }

    /// The inputs in document order.
    pub fn inputs(&self) -> impl Iterator<Item = (&str, &Input)> {
        self.inputs.iter().flatten().map(|(name, input)| (name.as_str(), input))
    }

    /// The inputs in the order in which a JavaScript engine holds object keys, as [`Graph::in_editor_order`] has the nodes.
    ///
    /// [`Graph::in_editor_order`]: super::Graph::in_editor_order
    pub fn in_editor_order(&self) -> impl Iterator<Item = (&str, &Input)> {
        let is_index = |(name, _): &(&str, &Input)| !array_index(name).0;
        let mut indices: Vec<(&str, &Input)> = self.inputs().filter(is_index).collect();
        indices.sort_by_key(|(name, _)| array_index(name));
        indices.into_iter().chain(self.inputs().filter(move |input| !is_index(input)))
    }

    /// Whether the document gave the node any set of inputs, be it an empty one. The server fails on a node without.
    pub fn has_inputs(&self) -> bool {
        self.inputs.is_some()
    }

    /// The input of this name.
    pub fn input(&self, name: &str) -> Option<&Input> {
        self.inputs.as_ref()?.get(name)
    }

    /// How many inputs there are.
    pub(crate) fn input_count(&self) -> usize {
        self.inputs.as_ref().map_or(0, IndexMap::len)
    }

    /// The input of this name and its position in document order.
    pub(crate) fn input_and_position(&self, name: &str) -> Option<(usize, &Input)> {
        let (position, _, input) = self.inputs.as_ref()?.get_full(name)?;
        Some((position, input))
    }

    /// What the input of this name holds.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.input(name).map(|input| &input.value)
    }

    /// The literal that the input of this name holds; `None` for a link.
    pub fn literal(&self, name: &str) -> Option<&serde_json::Value> {
        match self.value(name) {
            Some(Value::Literal(literal)) => Some(literal),
            _ => None,
        }
    }

    /// `_meta` as the document gave it.
    pub fn meta(&self) -> Option<&Meta> {
        self.meta.as_ref()
    }

    /// Every other field of the document's node; `None` when there is none.
    pub fn other(&self) -> Option<&Map<String, serde_json::Value>> {
        self.other.as_deref()
    }

    /// The same node with an input set, for one that is not in a graph yet; [`Graph::set_input`](super::Graph::set_input)
    /// does it for one that is.
    #[must_use]
    pub fn with(mut self, name: impl AsRef<str>, input: impl Into<Input>) -> Self {
        self.put_input(name.as_ref(), input.into());
        self
    }

    /// The same node with a title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.set_title(title);
        self
    }

    pub(crate) fn put_input(&mut self, name: &str, input: Input) {
        self.inputs.get_or_insert_default().insert(CompactString::new(name), input);
    }

    pub(crate) fn drop_input(&mut self, name: &str) {
        if let Some(inputs) = &mut self.inputs {
            inputs.shift_remove(name);
        }
    }

    /// Says that the document gave a set of inputs, however empty, and makes room for so many more.
    pub(crate) fn open_inputs(&mut self, room: usize) {
        self.inputs.get_or_insert_default().reserve_exact(room);
    }

    pub(crate) fn set_title(&mut self, title: impl Into<String>) {
        match &mut self.meta {
            Some(Meta::Other(meta)) if meta.is_object() => {
                let mut meta = std::mem::take(&mut **meta);
                if let Some(fields) = meta.as_object_mut() {
                    fields.insert("title".to_owned(), serde_json::Value::String(title.into()));
                }
                self.set_meta(meta);
            }
            _ => self.meta = Some(Meta::Title(title.into())),
        }
    }

    pub(crate) fn set_class(&mut self, class: &str) {
        self.class = Some(CompactString::new(class));
    }

    pub(crate) fn set_meta(&mut self, meta: serde_json::Value) {
        self.meta = Some(meta.into());
    }

    pub(crate) fn set_other(&mut self, field: String, value: serde_json::Value) {
        self.other.get_or_insert_default().insert(field, value);
    }

    pub(super) fn sort_inputs_by(&mut self, order: impl Fn(&str, &str) -> Ordering) {
        if let Some(inputs) = &mut self.inputs {
            inputs.sort_by(|a, _, b, _| order(a, b));
        }
    }
}

impl Meta {
    /// The title, if there is one.
    pub fn title(&self) -> Option<&str> {
        match self {
            Self::Title(title) => Some(title),
            Self::Other(meta) => meta.get("title")?.as_str(),
        }
    }

    /// As the field is written.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Title(title) => serde_json::json!({"title": title}),
            Self::Other(meta) => (**meta).clone(),
        }
    }
}

/// As the field is read.
impl From<serde_json::Value> for Meta {
    fn from(meta: serde_json::Value) -> Self {
        match meta {
            serde_json::Value::Object(fields) if fields.len() == 1 => match fields.into_iter().next() {
                Some((name, serde_json::Value::String(title))) if name == "title" => Self::Title(title),
                field => Self::Other(Box::new(serde_json::Value::Object(field.into_iter().collect()))),
            },
            meta => Self::Other(Box::new(meta)),
        }
    }
}

impl Holder for Node {
    fn literal(&self, name: &str) -> Option<&serde_json::Value> {
        self.literal(name)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.inputs().map(|(name, _)| name)
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.class == other.class
            && self.inputs == other.inputs
            && self.meta == other.meta
            && self.other == other.other
    }
}

impl PartialEq for Input {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl From<Value> for Input {
    fn from(value: Value) -> Self {
        Self { value, origin: None }
    }
}

impl From<serde_json::Value> for Input {
    fn from(literal: serde_json::Value) -> Self {
        Value::Literal(literal).into()
    }
}

impl From<Link> for Input {
    fn from(link: Link) -> Self {
        Value::Link(link).into()
    }
}
