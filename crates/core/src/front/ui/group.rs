//! Legacy group nodes (`extra.groupNodes`): before the file is read, each instance is rewritten as an instance of a
//! subgraph of its own, as the editor does after loading.
//!
//! The editor also shifts the saved values of an instance past lists of options when it does so. Here they go to the
//! widgets that they were saved for.

use std::collections::VecDeque;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use serde_json::{Map, Value as Json, json};

use super::definition::Definition;
use super::live::blank;
use super::room::{self, Room};
use super::wire::{self, File};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Problem};
use crate::source::Origin;

/// The most instances that are rewritten; group nodes may hold group nodes.
const MOST: usize = 10_000;
/// How many copies of a group's definition are made for an instance.
const COPIES: usize = 3;
/// What the ids of made definitions start with.
const MARK: &str = "comfyc-group-node:";

/// A workflow without group nodes.
pub(super) struct Rewritten {
    pub(super) json: Json,
    /// Of each made definition, the name of its group node.
    groups: Vec<String>,
    /// Where each of the root's nodes stood.
    places: Vec<usize>,
}

/// Rewrites a workflow that has group nodes; `None` when it has none.
pub(super) fn rewrite(
    json: &Json,
    origin: &Origin,
    catalog: &Catalog,
    packs: bool,
    room: &mut Room,
    diagnostics: &mut Diagnostics,
) -> Option<Rewritten> {
    let groups = json.get("extra")?.get("groupNodes")?.as_object()?;
    let nodes = json.get("nodes")?.as_array()?;
    // The editor does not know a group in which there is a class that it does not know.
    let is_whole =
        |name: &&str| groups.get(*name).is_some_and(|group| packs || has_known_classes(group, catalog));
    let group_of = |node| group_name(node).filter(is_whole);
    if !nodes.iter().any(|node| group_of(node).is_some()) {
        return None;
    }
    let integer = |json: Option<&Json>| json.and_then(Json::as_i64);
    let own = integer(json.get("last_node_id")).or_else(|| integer(json.get("state")?.get("lastNodeId")));
    let highest = nodes.iter().filter_map(|node| integer(node.get("id"))).max();
    let last = own.into_iter().chain(highest).max().unwrap_or(0).clamp(0, i64::MAX / 2);
    let sizes = HashMap::new();
    let mut maker = Maker { catalog, packs, groups, last, made: Vec::new(), sizes, room, lack: None };
    let mut kept = Vec::new();
    let mut hosts = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        let Some(name) = group_of(node) else {
            kept.push((at, node.clone()));
            continue;
        };
        let id = node.get("id").map(crate::number::javascript::text).unwrap_or_default();
        let problem = Problem::GroupNode { node: id.clone(), group: name.to_owned() };
        diagnostics.report(problem, Some(origin.field("nodes").member(at)));
        if !maker.take_room(name) {
            break;
        }
        let host = maker.instance(name, node);
        hosts.push((at, id, host));
    }
    maker.nested();
    if let Some(problem) = maker.lack.take() {
        diagnostics.report(problem, Some(origin.clone()));
    }
    let mut json = json.clone();
    let object = json.as_object_mut()?;
    // The new nodes stand behind the others, and links to the old ones lead to them.
    let moved: HashMap<String, Json> =
        hosts.iter().filter_map(|(_, id, host)| Some((id.clone(), host.get("id")?.clone()))).collect();
    for link in object.get_mut("links").and_then(Json::as_array_mut).into_iter().flatten() {
        for (position, field) in [(1, "origin_id"), (3, "target_id")] {
            let end = if link.is_array() { link.get_mut(position) } else { link.get_mut(field) };
            if let Some(end) = end
                && let Some(new) = moved.get(&crate::number::javascript::text(end))
            {
                *end = new.clone();
            }
        }
    }
    kept.extend(hosts.into_iter().map(|(at, _, host)| (at, host)));
    let (places, nodes): (Vec<usize>, Vec<Json>) = kept.into_iter().unzip();
    object.insert("nodes".to_owned(), Json::Array(nodes));
    object.insert("last_node_id".to_owned(), maker.last.into());
    let (groups, made): (Vec<String>, Vec<Json>) = maker.made.into_iter().unzip();
    let holder = object.entry("definitions").or_insert_with(|| json!({})).as_object_mut()?;
    let subgraphs = holder.entry("subgraphs").or_insert_with(|| json!([])).as_array_mut()?;
    subgraphs.extend(made);
    Some(Rewritten { json, groups, places })
}

impl Rewritten {
    /// Lets what was read of the rewritten workflow point into the one that was written.
    pub(super) fn restore_origins(&self, file: &mut File<'_>, root: &Origin) {
        for node in &mut file.root.nodes {
            node.index = self.places.get(node.index).copied().unwrap_or(node.index);
        }
        for part in &mut file.definitions {
            let made = part.uuid.and_then(|uuid| uuid.strip_prefix(MARK)?.parse::<usize>().ok());
            if let Some(name) = made.and_then(|made| self.groups.get(made)) {
                part.origin = root.field("extra").field("groupNodes").member(name);
                // Ids inside were given out without collisions.
                part.listed = false;
            }
        }
    }
}

/// Whether every node of a group is of a class that is known, or the editor's own.
fn has_known_classes(group: &Json, catalog: &Catalog) -> bool {
    let is_known = |node: &Json| match node.get("type").and_then(Json::as_str) {
        Some("Reroute" | "PrimitiveNode" | "Note" | "MarkdownNote") => true,
        Some(ty) => group_name(node).is_some() || catalog.class(ty).is_some(),
        None => false,
    };
    group.get("nodes").and_then(Json::as_array).is_some_and(|nodes| nodes.iter().all(is_known))
}

fn is_primitive(node: &Json) -> bool {
    node.get("type").and_then(Json::as_str) == Some("PrimitiveNode")
}

/// The links between inner nodes, of which there are `count`: origin, its slot, target, its slot.
fn inner_links(links: &[Json], count: usize) -> Vec<(usize, usize, usize, usize)> {
    let ends = |link: &Json| {
        let end = |at: usize| position(link.get(at));
        Some((end(0)?, end(1)?, end(2)?, end(3)?))
    };
    links.iter().filter_map(ends).filter(|(from, _, to, _)| *from < count && *to < count).collect()
}

/// A position that a group node holds.
fn position(json: Option<&Json>) -> Option<usize> {
    json.and_then(Json::as_u64).and_then(|n| usize::try_from(n).ok())
}

/// Whether inner nodes have widgets that are newer than the file. Later editors save a slot for every widget: what they did not
/// save is newer where an instance has just as many values as the others take.
fn has_newer_widgets(node: &Json, inner: &[Json], slots: &[Slots], linked: &HashSet<(usize, usize)>) -> bool {
    let (mut saved, mut all) = (0, 0);
    for (index, slots) in slots.iter().enumerate() {
        let own = slots.list.iter().enumerate().filter(|(at, _)| !linked.contains(&(index, *at)));
        for (_, slot) in own {
            all += slot.values;
            saved += if slot.saved { slot.values } else { 0 };
        }
    }
    let primitives = inner.iter().filter(|saved| is_primitive(saved)).count();
    let held = node.get("widgets_values").and_then(Json::as_array).map_or(0, Vec::len);
    saved < all && held == saved + primitives
}

/// The group node that a node is an instance of.
fn group_name(node: &Json) -> Option<&str> {
    let ty = node.get("type")?.as_str()?;
    ty.strip_prefix("workflow>").or_else(|| ty.strip_prefix("workflow/"))
}

struct Maker<'j> {
    catalog: &'j Catalog,
    /// Whether the scripts of node packs are known.
    packs: bool,
    groups: &'j Map<String, Json>,
    last: i64,
    /// The definitions made, each with the name of its group node.
    made: Vec<(String, Json)>,
    /// About as many bytes as each group's definition takes in memory.
    sizes: HashMap<&'j str, usize>,
    room: &'j mut Room,
    /// What there was too much of.
    lack: Option<Problem>,
}

/// An input or output of a definition that is being made.
struct End {
    name: String,
    ty: Json,
    /// The nodes and slots inside, or `None` for a value that no slot takes.
    inside: Vec<(i64, usize)>,
}

impl Maker<'_> {
    /// Takes room for an instance; `false` when no more are rewritten.
    fn take_room(&mut self, name: &str) -> bool {
        if self.made.len() >= MOST {
            self.lack = Some(Problem::TooLarge { what: "instances of group nodes", limit: MOST });
            return false;
        }
        let Some((name, group)) = self.groups.get_key_value(name) else { return true };
        let size = *self.sizes.entry(name).or_insert_with(|| room::of_json(group));
        match self.room.take_or_tell(size.saturating_mul(COPIES)) {
            Ok(()) => true,
            Err(problem) => {
                self.lack = problem.or(self.lack.take());
                false
            }
        }
    }

    /// Rewrites instances inside of definitions that were made.
    fn nested(&mut self) {
        let mut open: VecDeque<usize> = (0..self.made.len()).collect();
        while let Some(at) = open.pop_front() {
            let Some(nodes) = self.made.get_mut(at).and_then(|(_, d)| d.get_mut("nodes")).map(Json::take)
            else {
                continue;
            };
            let Json::Array(mut nodes) = nodes else { continue };
            for node in &mut nodes {
                let known =
                    group_name(node).filter(|name| self.groups.contains_key(*name)).map(str::to_owned);
                let Some(name) = known.filter(|name| self.take_room(name)) else { continue };
                open.push_back(self.made.len());
                let id = node.get("id").cloned().unwrap_or_default();
                let mut host = self.instance(&name, node);
                if let Some(host) = host.as_object_mut() {
                    host.insert("id".to_owned(), id);
                }
                *node = host;
            }
            if let Some((_, Json::Object(definition))) = self.made.get_mut(at) {
                definition.insert("nodes".to_owned(), Json::Array(nodes));
            }
        }
    }

    /// Makes the definition of one instance, and the node that takes its place.
    fn instance(&mut self, name: &str, node: &Json) -> Json {
        let empty = Json::Null;
        let group = self.groups.get(name).unwrap_or(&empty);
        let list = |field: &str| group.get(field).and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        let inner = list("nodes");
        let first = self.last + 1;
        let id_of = |index: usize| i64::try_from(index).map_or(first, |index| first.saturating_add(index));
        self.last = id_of(inner.len());
        let links = inner_links(list("links"), inner.len());
        let targets: HashSet<(usize, usize)> = links.iter().map(|(_, _, to, slot)| (*to, *slot)).collect();
        let mut from: HashMap<usize, Vec<(usize, usize)>> = HashMap::new();
        for (origin, _, to, slot) in &links {
            from.entry(*origin).or_default().push((*to, *slot));
        }
        let origins: HashSet<(usize, usize)> = links.iter().map(|(from, slot, ..)| (*from, *slot)).collect();
        let external: HashSet<(usize, usize)> = list("external")
            .iter()
            .filter_map(|end| Some((position(end.get(0))?, position(end.get(1))?)))
            .collect();
        let mut made = Made {
            names: HashSet::new(),
            last: HashMap::new(),
            inputs: Vec::new(),
            converted: Vec::new(),
            values: Vec::new(),
        };
        let mut outputs: Vec<End> = Vec::new();
        let mut nodes = Vec::with_capacity(inner.len());
        let slots: Vec<Slots> = inner.iter().map(|saved| self.slots(saved)).collect();
        let has_newer = has_newer_widgets(node, inner, &slots, &targets);
        for ((index, saved), slots) in inner.iter().enumerate().zip(slots) {
            let id = id_of(index);
            let mut copy = saved.clone();
            let Some(fields) = copy.as_object_mut() else { continue };
            fields.insert("id".to_owned(), id.into());
            let config =
                |kind: &str, key: &str| group.get("config")?.get(index.to_string())?.get(kind)?.get(key);
            let linked = |at: usize| targets.contains(&(index, at));
            let label = saved.get("title").or(saved.get("type")).and_then(Json::as_str).unwrap_or_default();
            for (at, slot) in slots.list.iter().enumerate() {
                let hidden =
                    config("input", &slot.name).and_then(|c| c.get("visible")) == Some(&Json::Bool(false));
                if linked(at) {
                    continue;
                }
                if has_newer && slot.widget && !slot.saved {
                    // The values of the inner node are those of the others as well, which all come from the instance.
                    fields.remove("widgets_values");
                    continue;
                }
                let wanted = config("input", &slot.name).and_then(|c| c.get("name")).and_then(Json::as_str);
                let wanted = wanted.or(slot.label.as_deref()).unwrap_or(&slot.name);
                // A hidden socket shows nowhere, but an instance saves the value of a hidden widget all the same.
                if hidden && !slot.widget {
                    continue;
                }
                if slot.widget {
                    made.values.push((slot.converted, slot.values));
                }
                let name =
                    if hidden { format!("hidden {id} {wanted}") } else { made.free_name(wanted, label) };
                let end = End { name, ty: slot.ty.clone(), inside: vec![(id, at)] };
                if slot.converted { made.converted.push(end) } else { made.inputs.push(end) }
            }
            if is_primitive(saved) {
                let own = from.get(&index).into_iter().flatten();
                let inside: Vec<(i64, usize)> = own.map(|(to, slot)| (id_of(*to), *slot)).collect();
                made.values.push((false, 1));
                let name = made.free_name("value", label);
                made.inputs.push(End { name, ty: "*".into(), inside });
            }
            let own_outputs = saved.get("outputs").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
            for (at, output) in own_outputs.iter().enumerate() {
                let used = origins.contains(&(index, at));
                let visible =
                    config("output", &at.to_string()).and_then(|c| c.get("visible")).and_then(Json::as_bool);
                if visible.unwrap_or(!used || external.contains(&(index, at))) {
                    let name = output.get("name").and_then(Json::as_str).unwrap_or_default().to_owned();
                    outputs.push(End {
                        name,
                        ty: output.get("type").cloned().unwrap_or_default(),
                        inside: vec![(id, at)],
                    });
                }
            }
            slots.write(fields);
            nodes.push(copy);
        }
        let values = made.values.clone();
        let mut inputs = made.inputs;
        inputs.extend(made.converted);
        let definition = self.definition(name, nodes, &inputs, &outputs, &links, &id_of, inner);
        let uuid = definition.get("id").cloned().unwrap_or_default();
        self.made.push((name.to_owned(), definition));
        host(node, &uuid, self.last, &values)
    }

    /// The slots of an inner node, in the order in which the links count them, each with how many saved values it takes.
    fn slots(&self, saved: &Json) -> Slots {
        let inputs = saved.get("inputs").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        let mut slots = Slots::default();
        for input in inputs {
            slots.list.push(Slot {
                name: input.get("name").and_then(Json::as_str).unwrap_or_default().to_owned(),
                label: input.get("label").and_then(Json::as_str).map(str::to_owned),
                ty: input.get("type").cloned().unwrap_or_default(),
                widget: false,
                converted: input.get("widget").is_some(),
                saved: true,
                values: 0,
            });
        }
        let class = saved.get("type").and_then(Json::as_str).and_then(|ty| self.catalog.class(ty));
        let Some(class) = class else { return slots };
        let definition = Definition::new(class, self.packs);
        let mut fresh = blank();
        fresh.build(&definition);
        for slot in &fresh.slots {
            if !slots.list.iter().any(|known| known.name == slot.name) {
                slots.list.push(Slot {
                    name: slot.name.to_string(),
                    label: None,
                    ty: slot.ty.to_string().into(),
                    widget: false,
                    converted: false,
                    saved: false,
                    values: 0,
                });
            }
        }
        // Widgets without a slot of their own count with the one before.
        let mut last = None;
        for widget in fresh.widgets.iter().filter(|widget| widget.persisted) {
            let own = slots.list.iter().position(|slot| slot.name == widget.name);
            last = own.or(last);
            if let Some(slot) = last.and_then(|at| slots.list.get_mut(at)) {
                slot.widget = true;
                slot.values += 1;
            }
        }
        slots
    }

    #[expect(clippy::too_many_arguments, reason = "all that a definition is made of")]
    fn definition(
        &self,
        name: &str,
        nodes: Vec<Json>,
        inputs: &[End],
        outputs: &[End],
        links: &[(usize, usize, usize, usize)],
        id_of: &impl Fn(usize) -> i64,
        inner: &[Json],
    ) -> Json {
        let mut written = Vec::new();
        let mut nodes = nodes;
        let primitive = |index: usize| inner.get(index).is_some_and(is_primitive);
        let place: HashMap<i64, usize> =
            nodes.iter().enumerate().filter_map(|(at, node)| Some((node.get("id")?.as_i64()?, at))).collect();
        let mut link = |origin: i64, slot: usize, target: i64, target_slot: usize| {
            let id = written.len() + 1;
            written.push(json!({
                "id": id, "origin_id": origin, "origin_slot": slot, "target_id": target, "target_slot": target_slot,
            }));
            let input = place.get(&target).and_then(|at| nodes.get_mut(*at));
            if let Some(Json::Object(input)) =
                input.and_then(|node| node.get_mut("inputs")?.get_mut(target_slot))
            {
                input.insert("link".to_owned(), id.into());
            }
            id
        };
        for (from, slot, to, target_slot) in links.iter().filter(|(from, ..)| !primitive(*from)) {
            link(id_of(*from), *slot, id_of(*to), *target_slot);
        }
        let mut write = |ends: &[End], into: bool| -> Vec<Json> {
            let mut list = Vec::with_capacity(ends.len());
            for (at, end) in ends.iter().enumerate() {
                let ids: Vec<usize> = end
                    .inside
                    .iter()
                    .map(
                        |(node, slot)| {
                            if into { link(-10, at, *node, *slot) } else { link(*node, *slot, -20, at) }
                        },
                    )
                    .collect();
                list.push(json!({"name": end.name, "type": end.ty, "linkIds": ids}));
            }
            list
        };
        let (inputs, outputs) = (write(inputs, true), write(outputs, false));
        let id = format!("{MARK}{}", self.made.len());
        json!({"id": id, "name": name, "inputs": inputs, "outputs": outputs, "nodes": nodes, "links": written})
    }
}

/// The slots of an inner node.
#[derive(Default)]
struct Slots {
    list: Vec<Slot>,
}

struct Slot {
    name: String,
    label: Option<String>,
    ty: Json,
    /// Whether it stands for a widget.
    widget: bool,
    /// Whether it was saved as an input made from a widget.
    converted: bool,
    /// Whether it was saved at all.
    saved: bool,
    /// How many saved values its widgets take.
    values: usize,
}

impl Slots {
    /// Writes them as the inputs of a node.
    fn write(&self, fields: &mut Map<String, Json>) {
        let inputs = self.list.iter().map(|slot| {
            let widget = (slot.widget || slot.converted).then(|| json!({"name": slot.name}));
            json!({"name": slot.name, "type": slot.ty, "link": null, "widget": widget})
        });
        fields.insert("inputs".to_owned(), inputs.collect());
    }
}

/// What an instance shows.
struct Made {
    names: HashSet<String>,
    /// The last number that stood in a name, by what is around it.
    last: HashMap<(String, String), usize>,
    inputs: Vec<End>,
    converted: Vec<End>,
    /// For each widget in order, whether it was saved as an input, and how many values were saved for it. The values of
    /// such widgets come after the others, as their inputs do.
    values: Vec<(bool, usize)>,
}

impl Made {
    /// A name that is not taken yet, as group nodes chose them.
    fn free_name(&mut self, wanted: &str, label: &str) -> String {
        let mut name = wanted.to_owned();
        if self.names.contains(&name) {
            name = format!("{label} {wanted}");
        }
        if self.names.insert(name.clone()) {
            return name;
        }
        let last = self.last.entry((label.to_owned(), wanted.to_owned())).or_insert(1);
        loop {
            *last += 1;
            name = format!("{label} {last} {wanted}");
            if self.names.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// The node that takes the place of an instance.
fn host(node: &Json, uuid: &Json, id: i64, values: &[(bool, usize)]) -> Json {
    let mut host = node.clone();
    let Some(fields) = host.as_object_mut() else { return host };
    fields.insert("id".to_owned(), id.into());
    fields.insert("type".to_owned(), uuid.clone());
    if let Some(saved) = node.get("widgets_values").and_then(Json::as_array) {
        let mut kept = Vec::new();
        let mut at = 0;
        for converted in [false, true] {
            for (_, count) in values.iter().filter(|(other, _)| *other == converted) {
                kept.extend(saved.get(at).cloned());
                at += count;
            }
        }
        fields.insert("widgets_values".to_owned(), Json::Array(kept));
    }
    host
}

/// Reads a rewritten workflow.
pub(super) fn read<'a>(rewritten: &'a Rewritten, origin: &Origin, diagnostics: &mut Diagnostics) -> File<'a> {
    let mut file = wire::read(&rewritten.json, origin, diagnostics);
    rewritten.restore_origins(&mut file, origin);
    file
}
