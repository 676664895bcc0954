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
    pack: Option<Box<Pack>>,
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
    /// A title and nothing else, as editors before 1.57 write it.
    Title(String),
    /// A title, then the fields of [`Node::pack`] in their order, as later editors write it.
    TitleAndPack(String),
    /// Anything else.
    Other(Box<serde_json::Value>),
}

/// The node pack that a class is from, as the editor notes it with a node. At least one field is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pack {
    /// The pack's id in the Comfy registry (`cnr_id`); `comfy-core` for ComfyUI itself.
    pub id: Option<CompactString>,
    /// Its repository on GitHub, `owner/name` (`aux_id`).
    pub repository: Option<CompactString>,
    /// Its version: a semantic version, a commit, or `unknown` (`ver`).
    pub version: Option<CompactString>,
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

    /// `_meta` as it is written.
    pub(crate) fn meta_json(&self) -> Option<serde_json::Value> {
        match self.meta.as_ref()? {
            Meta::Title(title) => Some(serde_json::json!({"title": title})),
            Meta::TitleAndPack(title) => {
                let mut fields = Map::new();
                fields.insert("title".to_owned(), title.as_str().into());
                let pack = self.pack.iter().flat_map(|pack| pack.fields());
                fields.extend(pack.map(|(name, value)| (name.to_owned(), value.into())));
                Some(serde_json::Value::Object(fields))
            }
            Meta::Other(meta) => Some((**meta).clone()),
        }
    }

    /// The pack that the document says the node's class is from, whether or not `_meta` holds it.
    pub fn pack(&self) -> Option<&Pack> {
        self.pack.as_deref()
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
            Some(Meta::TitleAndPack(before)) => *before = title.into(),
            _ => self.meta = Some(Meta::Title(title.into())),
        }
    }

    /// Sets a title, and the pack for `_meta` to hold beside it.
    pub(crate) fn set_title_and_pack(&mut self, title: impl Into<String>, pack: Pack) {
        self.meta = Some(Meta::TitleAndPack(title.into()));
        self.pack = Some(Box::new(pack));
    }

    /// Notes the pack, without a word about it in `_meta`.
    pub(crate) fn set_pack(&mut self, pack: Pack) {
        self.pack = Some(Box::new(pack));
    }

    pub(crate) fn set_class(&mut self, class: &str) {
        self.class = Some(CompactString::new(class));
    }

    pub(crate) fn set_meta(&mut self, meta: serde_json::Value) {
        let pack = Pack::read(&meta);
        self.meta = Some(match (meta, &pack) {
            (serde_json::Value::Object(fields), pack) => Meta::of(fields, pack.as_ref()),
            (meta, _) => Meta::Other(Box::new(meta)),
        });
        self.pack = pack.map(Box::new);
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
            Self::Title(title) | Self::TitleAndPack(title) => Some(title),
            Self::Other(meta) => meta.get("title")?.as_str(),
        }
    }

    /// As the field is read, with the pack that it names. What would not be written the same is kept as it is.
    fn of(mut fields: Map<String, serde_json::Value>, pack: Option<&Pack>) -> Self {
        let held = pack.into_iter().flat_map(Pack::fields).map(|(name, _)| name);
        if fields.keys().map(String::as_str).eq(std::iter::once("title").chain(held))
            && let Some(serde_json::Value::String(title)) = fields.get_mut("title")
        {
            let title = std::mem::take(title);
            return if pack.is_some() { Self::TitleAndPack(title) } else { Self::Title(title) };
        }
        Self::Other(Box::new(serde_json::Value::Object(fields)))
    }
}

impl Pack {
    /// The pack of these fields; `None` without any.
    pub(crate) fn new(id: Option<&str>, repository: Option<&str>, version: Option<&str>) -> Option<Self> {
        let field = |text: Option<&str>| text.map(CompactString::new);
        let pack = Self { id: field(id), repository: field(repository), version: field(version) };
        (pack != Self::default()).then_some(pack)
    }

    /// The pack that `_meta` names.
    fn read(meta: &serde_json::Value) -> Option<Self> {
        let field = |name: &str| meta.get(name)?.as_str();
        Self::new(field("cnr_id"), field("aux_id"), field("ver"))
    }

    /// Its fields as the editor names and orders them.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let fields = [("cnr_id", &self.id), ("aux_id", &self.repository), ("ver", &self.version)];
        fields.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)))
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
            && self.pack == other.pack
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
