//! The workflow file as it is written: nodes, links, subgraph definitions. Read tolerantly and without copying; what has
//! another form than its place asks for is reported and left out.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::rc::Rc;

use compact_str::{CompactString, ToCompactString};
use foldhash::HashMap;
use serde_json::{Map, Value as Json};
use smallvec::SmallVec;

use super::fnv::fnv;
use crate::diagnostic::{Diagnostics, Problem};
use crate::number::javascript as js;
use crate::source::Origin;

/// A node id. Ids are compared by their text, so `5` and `"5"` are the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Key {
    /// An integer in its plain form.
    Int(i64),
    /// Any other text.
    Text(Rc<String>),
}

/// The number of a link within its graph.
pub(super) type LinkId = i64;

/// Those of one output: two take no more room than a pointer to more.
pub(super) type LinkIds = SmallVec<[LinkId; 2]>;

/// The node id that stands for a subgraph's inputs within it.
pub(super) const INPUTS: Key = Key::Int(-10);
/// The node id that stands for a subgraph's outputs within it.
pub(super) const OUTPUTS: Key = Key::Int(-20);

/// Whether and how a node takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// It runs.
    Normal,
    /// It is left out with everything it feeds.
    Muted,
    /// It is replaced by its inputs.
    Bypassed,
}

/// A node as saved.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    pub(super) id: Key,
    /// Whether the id is a JSON number: only such ids are kept free when subgraph ids are renumbered.
    pub(super) numeric: bool,
    pub(super) ty: &'a str,
    pub(super) mode: Mode,
    pub(super) title: Option<&'a str>,
    pub(super) properties: Properties<'a>,
    pub(super) inputs: Vec<Input<'a>>,
    pub(super) outputs: Vec<Output<'a>>,
    pub(super) values: Option<&'a Json>,
    pub(super) named: Option<&'a Map<String, Json>>,
    /// Its position in the file's list of nodes.
    pub(super) index: usize,
}

/// The name of the property that nearly every node has.
const SEARCH_NAME: &str = "Node name for S&R";

/// The names of the others that a prompt depends on.
const OTHERS: [&str; 6] = [
    "proxyWidgets",
    "proxyWidgetErrorQuarantine",
    "Run widget replace on values",
    "randomMin",
    "randomMax",
    "Show Strengths",
];

/// The names of those that say which pack a node's class is from.
const PACK: [&str; 3] = ["cnr_id", "aux_id", "ver"];

/// Those of a node's properties that a prompt depends on.
#[derive(Debug, Clone, Default)]
pub(super) struct Properties<'a> {
    search_name: Option<Property<'a>>,
    /// In the order of [`PACK`]; no more than texts count.
    pack: [Option<&'a str>; PACK.len()],
    others: Option<Box<[Option<Property<'a>>; OTHERS.len()]>>,
}

/// Which of them.
#[derive(Debug, Clone, Copy)]
pub(super) enum PropertyName {
    Search,
    /// This one of [`PACK`].
    Pack(usize),
    /// This one of the others.
    Other(usize),
}

/// A property.
#[derive(Debug, Clone, Copy)]
pub(super) enum Property<'a> {
    /// A text.
    Text(&'a str),
    /// Anything else.
    Other(&'a Json),
}

/// An input slot as saved.
#[derive(Debug, Clone)]
pub(super) struct Input<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) ty: Cow<'a, str>,
    pub(super) link: Option<LinkId>,
    pub(super) widget: Option<&'a str>,
}

impl Input<'_> {
    /// Its name and its link, where it has one.
    pub(super) fn named(&self) -> Option<(&str, LinkId)> {
        Some((&*self.name, self.link?))
    }
}

/// An output slot as saved.
#[derive(Debug, Clone)]
pub(super) struct Output<'a> {
    pub(super) ty: Cow<'a, str>,
    pub(super) links: LinkIds,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Link {
    pub(super) origin: Key,
    pub(super) origin_slot: i64,
    pub(super) target: Key,
    pub(super) target_slot: i64,
    /// Whether the order of nodes has come past it.
    pub(super) passed: bool,
}

/// The links of one graph.
pub(super) type Links = HashMap<LinkId, Link>;

impl Link {
    pub(super) fn new((origin, origin_slot): (Key, i64), (target, target_slot): (Key, i64)) -> Self {
        Self { origin, origin_slot, target, target_slot, passed: false }
    }
}

/// An input or output of a subgraph definition.
#[derive(Debug, Clone)]
pub(super) struct Io<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) ty: Cow<'a, str>,
    pub(super) links: LinkIds,
}

/// The nodes and links of the root or of one definition, with its counters.
#[derive(Debug, Clone)]
pub(super) struct Part<'a> {
    /// The id of the definition; `None` for the root.
    pub(super) uuid: Option<&'a str>,
    pub(super) name: &'a str,
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) links: Vec<(LinkId, Link)>,
    pub(super) inputs: Vec<Io<'a>>,
    pub(super) outputs: Vec<Io<'a>>,
    pub(super) last_node: i64,
    pub(super) last_link: i64,
    /// From which id on links are not the file's, but made as the scripts of node packs make them.
    pub(super) first_made: LinkId,
    /// `extra.ue_links`: the links that cg-use-everywhere makes for an export, as it last found them.
    pub(super) everywhere: Option<&'a [Json]>,
    /// Whether it stands in the file's own list of definitions, not in that of another definition.
    pub(super) listed: bool,
    pub(super) origin: Origin,
}

/// A workflow file.
#[derive(Debug)]
pub(super) struct File<'a> {
    pub(super) root: Part<'a>,
    pub(super) definitions: Vec<Part<'a>>,
    /// Whether there is a list of definitions at all.
    pub(super) has_definitions: bool,
}

impl Key {
    /// The id of this text.
    pub(super) fn of(text: &str) -> Self {
        match text.parse::<i64>() {
            Ok(int) if text.len() < 17 && int.to_string() == text => Self::Int(int),
            _ => Self::Text(Rc::new(text.to_owned())),
        }
    }

    /// The text.
    pub(super) fn compact(&self) -> CompactString {
        match self {
            Self::Int(int) => int.to_compact_string(),
            Self::Text(text) => CompactString::new(text.as_str()),
        }
    }

    pub(super) fn read(json: &Json) -> Option<Self> {
        match json {
            Json::Number(n) => Some(Self::of(&js::normal_number(n, false))),
            Json::String(s) => Some(Self::of(s)),
            _ => None,
        }
    }
}

impl Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(int) => int.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl<'a> Properties<'a> {
    fn read(json: &'a Map<String, Json>) -> Self {
        let mut properties = Self::default();
        for (name, value) in json {
            if let Some(name) = PropertyName::of(name.as_bytes()) {
                properties.set(name, Property::of(value));
            }
        }
        properties
    }

    pub(super) fn set(&mut self, name: PropertyName, value: Property<'a>) {
        let held = match name {
            PropertyName::Search => Some(&mut self.search_name),
            PropertyName::Pack(at) => {
                if let Some(held) = self.pack.get_mut(at) {
                    *held = value.text();
                }
                return;
            }
            PropertyName::Other(at) => self.others.get_or_insert_default().get_mut(at),
        };
        if let Some(held) = held {
            *held = Some(value);
        }
    }

    /// `cnr_id`, `aux_id` and `ver`.
    pub(super) fn pack(&self) -> [Option<&'a str>; PACK.len()] {
        self.pack
    }

    pub(super) fn get(&self, name: &str) -> Option<Property<'a>> {
        let name = PropertyName::of(name.as_bytes());
        debug_assert!(name.is_some());
        match name? {
            PropertyName::Search => self.search_name,
            PropertyName::Pack(at) => self.pack.get(at).copied().flatten().map(Property::Text),
            PropertyName::Other(at) => *self.others.as_ref()?.get(at)?,
        }
    }
}

impl PropertyName {
    /// `None` for one that nothing depends on.
    pub(super) fn of(name: &[u8]) -> Option<Self> {
        if name == SEARCH_NAME.as_bytes() {
            return Some(Self::Search);
        }
        if let Some(at) = PACK.iter().position(|known| known.as_bytes() == name) {
            return Some(Self::Pack(at));
        }
        OTHERS.iter().position(|known| known.as_bytes() == name).map(Self::Other)
    }
}

impl<'a> Property<'a> {
    fn of(json: &'a Json) -> Self {
        match json {
            Json::String(text) => Self::Text(text),
            other => Self::Other(other),
        }
    }

    fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Other(_) => None,
        }
    }

    /// Whether JavaScript counts it as true.
    pub(super) fn is_truthy(self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Other(json) => js::truthy(Some(json)),
        }
    }
}

impl Mode {
    pub(super) fn of(mode: i64) -> Self {
        match mode {
            2 => Self::Muted,
            4 => Self::Bypassed,
            _ => Self::Normal,
        }
    }
}

/// Reads a workflow that stands at `origin`.
pub(super) fn read<'a>(json: &'a Json, origin: &Origin, diagnostics: &mut Diagnostics) -> File<'a> {
    let mut reader = Reader { diagnostics };
    let root = reader.part(json, None, true, origin.clone());
    let mut definitions = Vec::new();
    let list = |of: &'a Json| of.get("definitions").and_then(|d| d.get("subgraphs"));
    let has_definitions = list(json).is_some();
    // Definitions may hold definitions; outer ones come first.
    let mut open: std::collections::VecDeque<(&'a Json, Origin, bool)> =
        [(json, origin.clone(), true)].into();
    while let Some((holder, origin, listed)) = open.pop_front() {
        let Some(subgraphs) = list(holder).and_then(Json::as_array) else { continue };
        let origin = origin.field("definitions").field("subgraphs");
        for (i, definition) in subgraphs.iter().enumerate() {
            let origin = origin.member(i);
            let Some(uuid) = definition.get("id").and_then(Json::as_str) else {
                reader.wrong("a subgraph definition", "an object with an `id`", definition, &origin);
                continue;
            };
            definitions.push(reader.part(definition, Some(uuid), listed, origin.clone()));
            open.push_back((definition, origin, false));
        }
    }
    File { root, definitions, has_definitions }
}

struct Reader<'d> {
    diagnostics: &'d mut Diagnostics,
}

impl Reader<'_> {
    fn wrong(&mut self, what: &str, expected: &str, found: &Json, origin: &Origin) {
        self.diagnostics.report(Problem::wrong_shape(what, expected, found), Some(origin.clone()));
    }

    /// The list `name` of `of`. Absent and `null` are empty.
    fn list<'a>(&mut self, of: &'a Json, name: &str, origin: &Origin) -> &'a [Json] {
        match of.get(name) {
            Some(Json::Array(list)) => list,
            None | Some(Json::Null) => &[],
            Some(other) => {
                self.wrong(&format!("`{name}`"), "a list", other, &origin.member(name));
                &[]
            }
        }
    }

    fn part<'a>(&mut self, json: &'a Json, uuid: Option<&'a str>, listed: bool, origin: Origin) -> Part<'a> {
        let mut nodes = Vec::new();
        for (index, node) in self.list(json, "nodes", &origin).iter().enumerate() {
            if let Some(node) = read_node(node, index) {
                nodes.push(node);
            } else {
                self.wrong(
                    "a node",
                    "an object with `id` and `type`",
                    node,
                    &origin.field("nodes").member(index),
                );
            }
        }
        let mut links = Vec::new();
        for (index, link) in self.list(json, "links", &origin).iter().enumerate() {
            if let Some(link) = read_link(link) {
                links.push(link);
            } else {
                let expected = "a list of id, origin, slot, target, slot and type, or an object of these";
                self.wrong("a link", expected, link, &origin.field("links").member(index));
            }
        }
        let state = |field: &str| json.get("state").and_then(|s| s.get(field)).and_then(integer).unwrap_or(0);
        let top = |field: &str| json.get(field).and_then(integer);
        Part {
            uuid,
            name: json.get("name").and_then(Json::as_str).unwrap_or_default(),
            inputs: self.list(json, "inputs", &origin).iter().map(read_io).collect(),
            outputs: self.list(json, "outputs", &origin).iter().map(read_io).collect(),
            nodes,
            links,
            last_node: top("last_node_id").unwrap_or_else(|| state("lastNodeId")),
            last_link: top("last_link_id").unwrap_or_else(|| state("lastLinkId")),
            first_made: LinkId::MAX,
            everywhere: json
                .get("extra")
                .and_then(|extra| extra.get("ue_links"))
                .and_then(Json::as_array)
                .map(Vec::as_slice),
            listed,
            origin,
        }
    }
}

impl<'a> File<'a> {
    /// The root and the definitions.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Part<'a>> {
        std::iter::once(&self.root).chain(&self.definitions)
    }

    /// The same, to be changed.
    pub(super) fn parts_mut(&mut self) -> impl Iterator<Item = &mut Part<'a>> {
        std::iter::once(&mut self.root).chain(&mut self.definitions)
    }

    /// One of them, by its position.
    pub(super) fn part_mut(&mut self, at: usize) -> Option<&mut Part<'a>> {
        match at.checked_sub(1) {
            Some(at) => self.definitions.get_mut(at),
            None => Some(&mut self.root),
        }
    }
}

pub(super) fn read_node(json: &Json, index: usize) -> Option<Node<'_>> {
    let id = json.get("id")?;
    let inputs = json.get("inputs").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let outputs = json.get("outputs").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    Some(Node {
        id: Key::read(id)?,
        numeric: id.is_number(),
        ty: json.get("type")?.as_str()?,
        mode: match json.get("mode").and_then(Json::as_number).map(js::float) {
            Some(2.0) => Mode::Muted,
            Some(4.0) => Mode::Bypassed,
            _ => Mode::Normal,
        },
        title: json.get("title").and_then(Json::as_str).filter(|title| !title.is_empty()),
        properties: json
            .get("properties")
            .and_then(Json::as_object)
            .map(Properties::read)
            .unwrap_or_default(),
        inputs: inputs.iter().map(read_input).collect(),
        outputs: outputs.iter().map(read_output).collect(),
        values: json.get("widgets_values").filter(|values| !values.is_null()),
        named: json.get("widgets_values_named").and_then(Json::as_object),
        index,
    })
}

fn read_input(json: &Json) -> Input<'_> {
    let name = json.get("name").and_then(Json::as_str).unwrap_or_default();
    Input {
        name: Cow::Borrowed(name),
        ty: slot_type(json.get("type")),
        link: json.get("link").and_then(link_id),
        widget: json
            .get("widget")
            .filter(|widget| js::truthy(Some(widget)))
            .map(|widget| widget.get("name").and_then(Json::as_str).unwrap_or(name)),
    }
}

fn read_output(json: &Json) -> Output<'_> {
    Output { ty: slot_type(json.get("type")), links: link_ids(json.get("links")) }
}

fn read_io(json: &Json) -> Io<'_> {
    Io {
        name: Cow::Borrowed(json.get("name").and_then(Json::as_str).unwrap_or_default()),
        ty: slot_type(json.get("type")),
        links: link_ids(json.get("linkIds")),
    }
}

/// A slot's type; `0`, like no text, is a wildcard.
pub(super) fn slot_type(ty: Option<&Json>) -> Cow<'_, str> {
    match ty {
        Some(Json::String(text)) => Cow::Borrowed(text),
        Some(value) if js::truthy(Some(value)) => Cow::Owned(js::text(value)),
        _ => Cow::Borrowed(""),
    }
}

fn link_ids(json: Option<&Json>) -> LinkIds {
    json.and_then(Json::as_array).into_iter().flatten().filter_map(link_id).collect()
}

/// The id of a link. Ids that are no integers are told apart by their text alone.
pub(super) fn link_id(json: &Json) -> Option<LinkId> {
    match json {
        Json::Number(n) => n.as_i64().or_else(|| Some(odd_link_id(&js::normal_number(n, false)))),
        Json::String(text) => Some(text.parse().unwrap_or_else(|_| odd_link_id(text))),
        _ => None,
    }
}

fn odd_link_id(text: &str) -> LinkId {
    if let Ok(int) = text.parse::<i64>() {
        return int;
    }
    i64::from_ne_bytes((fnv(text) | 1 << 63).to_ne_bytes())
}

fn read_link(json: &Json) -> Option<(LinkId, Link)> {
    let (id, origin, origin_slot, target, target_slot) = match json {
        Json::Array(parts) => match parts.as_slice() {
            [id, origin, origin_slot, target, target_slot, ..] => {
                (id, origin, Some(origin_slot), target, Some(target_slot))
            }
            // The slot that it leads to is said by the slot, too.
            [id, origin, origin_slot, target] => (id, origin, Some(origin_slot), target, None),
            _ => return None,
        },
        Json::Object(parts) => {
            let part = |name: &str| parts.get(name);
            (part("id")?, part("origin_id")?, part("origin_slot"), part("target_id")?, part("target_slot"))
        }
        _ => return None,
    };
    let slot = |slot: Option<&Json>| slot.and_then(integer).unwrap_or(0);
    let link = Link::new((Key::read(origin)?, slot(origin_slot)), (Key::read(target)?, slot(target_slot)));
    Some((link_id(id)?, link))
}

/// An integer, also when it is written as a float or as text.
#[expect(clippy::cast_possible_truncation, reason = "the value has no fraction and a float saturates")]
pub(super) fn integer(json: &Json) -> Option<i64> {
    match json {
        Json::Number(n) => {
            n.as_i64().or_else(|| Some(js::float(n)).filter(|x| x.fract() == 0.0).map(|x| x as i64))
        }
        Json::String(s) => s.parse().ok(),
        _ => None,
    }
}
