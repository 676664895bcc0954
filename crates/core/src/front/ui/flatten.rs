//! From the live graph to a prompt's graph: every node that runs, with its values and links.

use std::cell::OnceCell;
use std::collections::VecDeque;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use serde_json::{Map, Value as Json};

use super::arena::{LayerIx, NodeIx, ROOT};
use super::definition::WidgetType;
use super::few::Table;
use super::live::{Layer, Live};
use super::node::{Role, Saved, Widget, WidgetKind};
use super::packs;
use super::paths::{PathIx, Source, Visited};
use super::room::{self, Room};
use super::serialize::{self, Dice, Places};
use super::wire::{Key, LinkId, Mode};
use crate::diagnostic::{Code, Diagnostics, Problem, Subject, nearest, show};
use crate::graph::{self, Graph, Input, Link, NodeId, Value};
use crate::number::javascript as js;
use crate::source::Origin;

/// The deepest that subgraphs may nest.
const DEEPEST: usize = 1_000;
/// For how many unknown classes a known one is sought that is meant.
const MOST_GUESSES: usize = 64;
/// The bytes of an instance and of a node in the list of what is written out, and of what is said of one.
const INSTANCE: usize = 160;
const LISTED: usize = 24;
const SAID: usize = 256;
/// The most steps that are taken from inputs to their origins.
const MOST_STEPS: usize = 50_000_000;

const TOP: PathIx = PathIx(0);

#[derive(Debug)]
struct Path {
    /// The path of the instance, and the instance.
    host: Option<(PathIx, NodeIx)>,
    layer: LayerIx,
    /// The ids of the instances, each with a `:` behind it.
    prefix: String,
    depth: usize,
}

/// The work of writing out a live graph.
pub(super) struct Flattener<'l, 'a> {
    pub(super) live: &'l Live<'a>,
    diagnostics: Diagnostics,
    paths: Vec<Path>,
    inside: HashMap<(PathIx, NodeIx), PathIx>,
    places: Option<Places<'l>>,
    reported: HashSet<(NodeIx, Code)>,
    /// Where long chains lead, by the outputs that they pass.
    pub(super) known: HashMap<(PathIx, NodeIx, i64, &'l str), Source<'a>>,
    /// Room for the steps from one input.
    pub(super) visited: Visited,
    /// Room for what one node gets by link.
    linked: Linked<'l>,
    /// How much more may be written.
    pub(super) room: Room,
    /// Which inputs bypassed nodes of many give out.
    pub(super) bypassed: HashMap<(NodeIx, i64, &'l str), Option<usize>>,
    /// What is near to the names of unknown classes.
    near: HashMap<&'l str, Vec<String>>,
    steps: usize,
}

/// What the inputs of a node get by link, in the order of the slots.
#[derive(Default)]
struct Linked<'l> {
    inputs: Vec<(&'l str, Option<Input>)>,
    table: Table<'l>,
}

impl<'l> Linked<'l> {
    /// Of two slots of one name the later counts, in the place of the first.
    fn put(&mut self, name: &'l str, input: Option<Input>) {
        if let Some(before) = self.get_mut(name) {
            *before = input;
        } else {
            self.inputs.push((name, input));
            self.table.add(&self.inputs, |(name, _)| name);
        }
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut Option<Input>> {
        let at = self.table.place(&self.inputs, name, |(name, _)| name)?;
        self.inputs.get_mut(at).map(|(_, input)| input)
    }
}

/// Where a node and its parts stand in the file.
struct Place {
    node: Origin,
    values: OnceCell<Origin>,
    inputs: OnceCell<Origin>,
}

impl Place {
    fn new(live: &Live<'_>, ix: NodeIx) -> Self {
        Self { node: live.node_origin(ix).shared(), values: OnceCell::new(), inputs: OnceCell::new() }
    }

    /// Where a value was saved, or else the node.
    fn value(&self, saved: Saved<'_>) -> Origin {
        match saved {
            Saved::No => self.node.clone(),
            Saved::At(i) => self.values().member(i),
            Saved::Under(name) => self.values().member(name),
            Saved::Named(name) => self.node.field("widgets_values_named").member(name),
        }
    }

    /// Where an input was saved, or else the node.
    fn slot(&self, saved: Option<usize>) -> Origin {
        let inputs = || self.inputs.get_or_init(|| self.node.field("inputs").shared());
        saved.map_or_else(|| self.node.clone(), |at| inputs().member(at))
    }

    fn values(&self) -> &Origin {
        self.values.get_or_init(|| self.node.field("widgets_values").shared())
    }
}

impl Live<'_> {
    /// The prompt's graph.
    pub(super) fn flatten(mut self) -> (Graph, Diagnostics) {
        self.push_primitives();
        let mut order = self.execution_order();
        if self.layers[ROOT].by_id.len() < self.layers[ROOT].nodes.len() {
            // Of two of one id the last in order is the one there is.
            let ids: Vec<_> = order.iter().map(|ix| (self.nodes[*ix].id.clone(), *ix)).collect();
            self.layers[ROOT].by_id.extend(ids);
            let root = &self.layers[ROOT];
            // What is inside the others runs all the same.
            order.retain(|ix| self.inside(*ix).is_some() || root.by_id.get(&self.nodes[*ix].id) == Some(ix));
        }
        let diagnostics = std::mem::take(&mut self.diagnostics);
        let room = std::mem::take(&mut self.room);
        let mut flattener = Flattener {
            live: &self,
            diagnostics,
            paths: vec![Path { host: None, layer: ROOT, prefix: String::new(), depth: 0 }],
            inside: HashMap::new(),
            places: None,
            reported: HashSet::new(),
            known: HashMap::new(),
            visited: Visited::default(),
            linked: Linked::default(),
            room,
            bypassed: HashMap::new(),
            near: HashMap::new(),
            steps: 0,
        };
        let mut expanded = flattener.expand(order);
        // As a JavaScript engine holds them: whole numbers first.
        expanded.sort_by_key(|(path, ix)| match flattener.live.nodes[*ix].id {
            Key::Int(id) if *path == TOP => u32::try_from(id).unwrap_or(u32::MAX),
            _ => u32::MAX,
        });
        let mut graph = Graph::with_capacity(expanded.len());
        for (path, node) in expanded {
            if let Some((id, node)) = flattener.emit(path, node) {
                graph.insert(id, node);
            }
            if flattener.room.lacked() {
                break;
            }
        }
        graph.sort_inputs_as_editor();
        (graph, flattener.diagnostics)
    }

    /// The nodes of the root in the order in which the editor runs through them. It is that of the file's own links: the scripts
    /// of node packs make theirs later.
    fn execution_order(&mut self) -> Vec<NodeIx> {
        let Self { nodes, layers, .. } = self;
        let Layer { nodes: list, by_id, links, first_made, .. } = &mut layers[ROOT];
        let is_own = |id: &LinkId| id < first_made;
        // Nodes are counted and found by their ids, so of two of one id the first stands for both.
        let several = by_id.len() < list.len();
        let first = |ix: NodeIx| {
            let found = several.then(|| by_id.get(&nodes[ix].id).copied()).flatten();
            found.unwrap_or(ix).position()
        };
        let mut open: Vec<usize> = vec![0; nodes.len()];
        let mut ready = VecDeque::with_capacity(list.len());
        for ix in &*list {
            let slots = &nodes[*ix].slots;
            let linked = slots.iter().filter_map(|slot| slot.link.as_ref()).filter(|id| is_own(id)).count();
            if linked == 0 {
                ready.push_back(*ix);
            } else if let Some(open) = open.get_mut(first(*ix)) {
                *open = linked;
            }
        }
        let mut order = Vec::with_capacity(list.len());
        let mut placed = vec![false; nodes.len()];
        while let Some(ix) = ready.pop_front() {
            order.push(ix);
            if let Some(placed) = placed.get_mut(first(ix)) {
                *placed = true;
            }
            for id in nodes[ix].outputs.iter().flat_map(|output| &output.links).filter(|id| is_own(id)) {
                let Some(link) = links.get_mut(id).filter(|link| !link.passed) else { continue };
                link.passed = true;
                let Some(target) = by_id.get(&link.target) else { continue };
                if let Some(count) = open.get_mut(target.position()).filter(|count| **count > 0) {
                    *count -= 1;
                    if *count == 0 {
                        ready.push_back(*target);
                    }
                }
            }
        }
        let mut left: Vec<NodeIx> = Vec::new();
        for ix in list.iter().rev() {
            // Of two of one id the last is left over.
            if let Some(placed) = placed.get_mut(first(*ix)).filter(|placed| !**placed) {
                *placed = true;
                left.push(*ix);
            }
        }
        left.reverse();
        left.sort_by_cached_key(|ix| {
            js::array_index(&nodes[*ix].id.to_string()).map_or((true, 0), |i| (false, i))
        });
        order.extend(left);
        order
    }

    /// The layers that are the root's or of instances in it, however deep.
    pub(super) fn used_layers(&self) -> Vec<LayerIx> {
        let mut used = vec![ROOT];
        let mut seen = HashSet::from_iter([ROOT]);
        let mut at = 0;
        while let Some(layer) = used.get(at).copied() {
            at += 1;
            let inner = self.layers[layer].nodes.iter().filter_map(|ix| self.inside(*ix));
            used.extend(inner.filter(|inner| seen.insert(*inner)));
        }
        used
    }
}

impl<'l, 'a> Flattener<'l, 'a> {
    /// Every node of every instance that the editor visits.
    fn expand(&mut self, order: Vec<NodeIx>) -> Vec<(PathIx, NodeIx)> {
        let mut list = Vec::new();
        let mut open: Vec<(PathIx, std::vec::IntoIter<NodeIx>)> = vec![(TOP, order.into_iter())];
        while let Some((path, nodes)) = open.last_mut() {
            let path = *path;
            let Some(ix) = nodes.next() else {
                open.pop();
                continue;
            };
            if !self.take_room(LISTED, ix) {
                break;
            }
            list.push((path, ix));
            let Role::Host(layer) = self.live.nodes[ix].role else { continue };
            if self.live.nodes[ix].mode != Mode::Normal {
                if path == TOP || self.live.options.deep_mute {
                    continue;
                }
                let runs = self.live.layers[layer].nodes.iter().any(|ix| {
                    let node = &self.live.nodes[*ix];
                    node.mode == Mode::Normal && !node.is_virtual()
                });
                if runs {
                    let problem = Problem::NestedMute { node: self.id(path, ix) };
                    self.report_once(ix, problem, self.live.node_origin(ix));
                }
            }
            if let Some(inner) = self.enter(path, ix, layer) {
                open.push((inner, self.live.layers[layer].nodes.clone().into_iter()));
            }
        }
        list
    }

    /// The inside of an instance; `None`, reported, when it would be inside itself or too deep.
    fn enter(&mut self, path: PathIx, ix: NodeIx, layer: LayerIx) -> Option<PathIx> {
        let mut up = Some(path);
        while let Some(outer) = up.and_then(|up| self.paths.get(up.0)) {
            if outer.layer == layer {
                let subgraph = self.live.layers[layer].name.to_owned();
                self.report(Problem::SubgraphCycle { subgraph }, self.live.node_origin(ix));
                return None;
            }
            up = outer.host.map(|(path, _)| path);
        }
        let depth = self.paths.get(path.0).map_or(0, |path| path.depth) + 1;
        if depth > DEEPEST {
            let problem = Problem::TooLarge { what: "levels of subgraphs", limit: DEEPEST };
            self.report(problem, self.live.node_origin(ix));
            return None;
        }
        let prefix = format!("{}:", self.id(path, ix));
        self.room.spare(INSTANCE + prefix.len());
        let inner = PathIx(self.paths.len());
        self.paths.push(Path { host: Some((path, ix)), layer, prefix, depth });
        self.inside.insert((path, ix), inner);
        Some(inner)
    }

    /// The path of the inside of an instance.
    pub(super) fn path_into(&self, path: PathIx, ix: NodeIx) -> Option<PathIx> {
        self.inside.get(&(path, ix)).copied()
    }

    /// The instance that a path is the inside of.
    pub(super) fn host_of(&self, path: PathIx) -> Option<(PathIx, NodeIx)> {
        self.paths.get(path.0)?.host
    }

    /// The id of a node in the prompt, as text.
    pub(super) fn id(&self, path: PathIx, ix: NodeIx) -> String {
        self.node_id(path, ix).to_string()
    }

    /// The same as the graph holds it.
    fn node_id(&self, path: PathIx, ix: NodeIx) -> NodeId {
        let prefix = self.paths.get(path.0).map_or("", |path| &path.prefix);
        NodeId::nested(prefix, self.live.nodes[ix].id.compact())
    }

    pub(super) fn slot_name(&self, ix: NodeIx, slot: usize) -> String {
        self.live.nodes[ix].slots.get(slot).map(|slot| slot.name.to_string()).unwrap_or_default()
    }

    pub(super) fn report(&mut self, problem: Problem, origin: Origin) {
        // Where that is too much, the next node says so.
        self.room.spare(SAID);
        self.diagnostics.report(problem, Some(origin));
    }

    /// Reports a problem of a node of a subgraph once, however many instances there are.
    pub(super) fn report_once(&mut self, ix: NodeIx, problem: Problem, origin: Origin) {
        if self.reported.insert((ix, problem.code())) {
            self.report(problem, origin);
        }
    }

    /// Takes room for what is written; reports, once, when there is not enough.
    fn take_room(&mut self, bytes: usize, ix: NodeIx) -> bool {
        let Err(problem) = self.room.take_or_tell(bytes) else { return true };
        if let Some(problem) = problem {
            self.report(problem, self.live.node_origin(ix));
        }
        false
    }

    /// Takes one step of those that there are; reports once when there are none left.
    pub(super) fn spend(&mut self) -> bool {
        self.steps += 1;
        if self.steps == MOST_STEPS {
            let origin = self.live.layers[ROOT].origin.clone();
            self.report(Problem::TooLarge { what: "steps along links", limit: MOST_STEPS }, origin);
        }
        self.steps < MOST_STEPS
    }

    /// The node as the prompt has it; `None` for one that it has not.
    fn emit(&mut self, path: PathIx, ix: NodeIx) -> Option<(NodeId, graph::Node)> {
        let live = self.live;
        let node = &live.nodes[ix];
        if node.is_virtual() || node.mode != Mode::Normal {
            return None;
        }
        let node_id = self.node_id(path, ix);
        let id = node_id.as_str();
        let place = Place::new(live, ix);
        let mut linked = std::mem::take(&mut self.linked);
        self.take_links(&mut linked, id, path, ix, &place);
        let mut made = if node.role == Role::Missing && live.options.placeholders {
            graph::Node::without_class()
        } else {
            graph::Node::new(node.ty.as_ref())
        };
        made.open_inputs(node.widgets.len() + linked.inputs.len());
        for widget in node.widgets.iter().filter(|widget| widget.emitted && !widget.name.is_empty()) {
            // What comes by link takes the widget's place, and the widget's own value is not looked at.
            let value = if let Some(value) = linked.get_mut(&widget.name) {
                value.take()
            } else {
                let once = path == TOP && widget.saved != Saved::No;
                let value = self.widget_value(id, ix, widget, &place);
                let bytes = value.as_ref().map(|input| room::of_input(&widget.name, &input.value, once));
                if !self.take_room(bytes.unwrap_or_default(), ix) {
                    break;
                }
                value
            };
            match value {
                Some(input) => made.put_input(&widget.name, input),
                // Of widgets of one name the last counts.
                None => made.drop_input(&widget.name),
            }
        }
        linked.table.clear();
        for (name, input) in linked.inputs.drain(..) {
            if let Some(input) = input {
                made.put_input(name, input);
            }
        }
        self.linked = linked;
        if node.role == Role::Missing {
            self.judge_missing(ix);
        }
        self.put_meta(&mut made, ix);
        self.take_room(room::of_node(id, &node.ty, live.title(ix)), ix);
        Some((node_id, made.class_in("type").at(place.node)))
    }

    /// Writes `_meta`, and notes the pack that the class is from.
    fn put_meta(&self, made: &mut graph::Node, ix: NodeIx) {
        let live = self.live;
        let in_meta = live.rules.packs_in_meta;
        match (live.title(ix).or(in_meta.then_some("")), super::meta::of(&live.nodes[ix].properties)) {
            (Some(title), Some(pack)) if in_meta => made.set_title_and_pack(title, pack),
            (title, pack) => {
                match title {
                    Some(title) => made.set_title(title),
                    None => made.set_meta(Json::Object(Map::new())),
                }
                if let Some(pack) = pack {
                    made.set_pack(pack);
                }
            }
        }
    }

    /// Finds what the inputs of a node get by link.
    fn take_links(&mut self, linked: &mut Linked<'l>, id: &str, path: PathIx, ix: NodeIx, place: &Place) {
        let live = self.live;
        for (at, slot) in live.nodes[ix].slots.iter().enumerate().filter(|(_, slot)| slot.link.is_some()) {
            let input = match self.source(path, ix, at) {
                Source::Nothing | Source::Lost => continue,
                Source::Value(value, (holder, saved)) => {
                    let origin = Place::new(live, holder).value(saved);
                    value.map(|value| {
                        self.judge_promoted(id, ix, &slot.name, value, &origin);
                        let normal = self.normal(id, &slot.name, value, &origin);
                        let value = if normal.is_array() { wrap(normal) } else { normal };
                        Input { value: Value::Literal(value), origin: Some(origin) }
                    })
                }
                Source::Link(from_path, from, out) => {
                    let link = Link { node: self.node_id(from_path, from), slot: out };
                    Some(Input { value: Value::Link(link), origin: Some(place.slot(slot.saved)) })
                }
            };
            let bytes = input.as_ref().map(|input| room::of_input(&slot.name, &input.value, false));
            if !self.take_room(bytes.unwrap_or_default(), ix) {
                return;
            }
            linked.put(&slot.name, input);
        }
    }

    /// The value of a widget as the prompt holds it.
    fn widget_value(&mut self, id: &str, ix: NodeIx, widget: &Widget<'a>, place: &Place) -> Option<Input> {
        let live = self.live;
        let node = &live.nodes[ix];
        let origin = place.value(widget.saved);
        let input =
            |value: Json, origin: Origin| Some(Input { value: Value::Literal(value), origin: Some(origin) });
        if matches!(widget.kind, WidgetKind::Position) {
            return input(Json::from(node.custom_position()), origin);
        }
        let value = live.shown(widget)?;
        if let Some(range) = packs::rgthree::drawn_seed(node, &widget.name, value, live.options) {
            let drawn =
                live.options.seed.map(|seed| Dice::new(seed, &format!("{id}.{}", widget.name)).within(range));
            let problem = Problem::DrawnSeed { node: id.to_owned(), value: value.to_string(), drawn };
            self.report(problem, origin.clone());
            if let Some(drawn) = drawn {
                return input(drawn.into(), origin);
            }
        }
        if matches!(widget.spec, Some((WidgetType::Load3d, _))) && node.ty == "Load3D" {
            self.report_once(
                ix,
                Problem::LiveCapture { node: id.to_owned(), input: widget.name.to_string() },
                origin.clone(),
            );
        }
        if widget.name == "filename_prefix" && live.saves(node) {
            if let Json::String(text) = value {
                return input(Json::String(self.replaced(id, widget, text, &origin)), origin);
            }
            let subject = Subject::input(id, widget.name.to_string());
            let problem =
                Problem::InvalidValue { subject, expected: "a text".to_owned(), found: show(value) };
            self.report(problem, origin.clone());
        }
        match value {
            Json::String(text) if widget.dynamic_prompt => {
                let mut dice =
                    Dice::new(live.options.seed.unwrap_or_default(), &format!("{id}.{}", widget.name));
                let (chosen, random) = serialize::dynamic_prompt(text, &mut dice);
                if random {
                    let problem =
                        Problem::RandomPrompt { node: id.to_owned(), input: widget.name.to_string() };
                    self.report(problem, origin.clone());
                }
                input(Json::String(chosen), origin)
            }
            value => {
                let normal = self.normal(id, &widget.name, value, &origin);
                let curve = matches!(widget.kind, WidgetKind::Curve);
                let marked = normal.is_array() || (live.rules.marks_all_curves && !normal.is_null());
                let normal = match normal {
                    normal if curve && marked => tagged(normal),
                    normal if normal.is_array() => wrap(normal),
                    normal => normal,
                };
                input(normal, origin)
            }
        }
    }

    /// A file name with its `%…%` replaced.
    fn replaced(&mut self, id: &str, widget: &Widget<'a>, text: &str, origin: &Origin) -> String {
        if !text.contains('%') {
            return text.to_owned();
        }
        let live = self.live;
        if live.options.clock.is_none() && serialize::has_date(text) {
            let problem = Problem::NoClock { node: id.to_owned(), input: widget.name.to_string() };
            self.report(problem, origin.clone());
        }
        let (most, problem) = self.room.most_in_text();
        let places = self.places.get_or_insert_with(|| Places::new(live, ROOT));
        places.replace(text, live, most).unwrap_or_else(|| {
            self.report(problem, origin.clone());
            text.to_owned()
        })
    }

    /// A value as JavaScript prints it, with a word where that changes an integer.
    fn normal(&mut self, id: &str, input: &str, value: &Json, origin: &Origin) -> Json {
        let normal = js::normal(value, self.live.options.exact_integers);
        if let (Json::Number(before), Json::Number(after)) = (value, &normal) {
            let integer = before.as_str().bytes().all(|b| b.is_ascii_digit() || b == b'-');
            if integer && before.as_str() != after.as_str() && before.as_str() != "-0" {
                let problem = Problem::RoundedNumber {
                    subject: Subject::input(id, input),
                    written: before.to_string(),
                    rounded: after.to_string(),
                };
                self.report(problem, origin.clone());
            }
        }
        normal
    }

    /// Says when an instance's value does what its user may not expect.
    fn judge_promoted(&mut self, id: &str, ix: NodeIx, slot: &str, value: &Json, origin: &Origin) {
        let node = &self.live.nodes[ix];
        let Some(widget) = node.widget(slot) else { return };
        let saves = widget.name == "filename_prefix" && self.live.saves(node);
        let (id, input) = (id.to_owned(), slot.to_owned());
        match value {
            Json::Null => self.report(Problem::NullValue { node: id, input }, origin.clone()),
            Json::String(text) if widget.dynamic_prompt && text.contains('{') && text.contains('|') => {
                self.report(
                    Problem::UnexpandedText { node: id, input, what: "a choice in braces" },
                    origin.clone(),
                );
            }
            Json::String(text) if saves && text.matches('%').count() > 1 => {
                self.report(Problem::UnexpandedText { node: id, input, what: "`%…%`" }, origin.clone());
            }
            _ => {}
        }
    }

    /// Reports a node whose class is not known.
    fn judge_missing(&mut self, ix: NodeIx) {
        let live = self.live;
        let node = &live.nodes[ix];
        if !live.catalog.replacements(&node.ty).is_empty() {
            return;
        }
        // To compare with every class takes its time; a workflow with very many unknown classes lacks a pack.
        let near = if self.near.len() < MOST_GUESSES {
            self.near.entry(&node.ty).or_insert_with(|| nearest(&node.ty, live.catalog.names())).clone()
        } else {
            self.near.get(node.ty.as_ref()).cloned().unwrap_or_default()
        };
        let problem = Problem::UnknownClass { class: node.ty.to_string(), near };
        self.report_once(ix, problem, self.live.node_origin(ix).field("type"));
    }
}

/// A list, marked so that it is not taken for a link.
fn wrap(list: Json) -> Json {
    Json::Object(Map::from_iter([("__value__".to_owned(), list)]))
}

/// The points of a curve, marked as such.
fn tagged(list: Json) -> Json {
    let members = [("__type__".to_owned(), Json::from("CURVE")), ("__value__".to_owned(), list)];
    Json::Object(Map::from_iter(members))
}
