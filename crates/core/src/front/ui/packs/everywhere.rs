//! cg-use-everywhere: nodes that send what they get to every input that would take it and is not linked.
//!
//! Which inputs these are the pack's script finds by types, titles, groups and colours, and for an export it makes the links.
//! It also writes down, in `extra.ue_links` of each graph, the links that it found: those are made here. The sending nodes
//! have no output and do nothing on a server, so without a class they are left out. Since version 7 of the pack any node may send,
//! so what counts is what is written down.

use foldhash::{HashMap, HashSet, HashSetExt};
use serde_json::Value as Json;

use super::Additions;
use super::wires::{IDLES, Only, is, looks_like};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Problem};
use crate::front::ui::definition::Definition;
use crate::front::ui::wire::{INPUTS, Input, Key, LinkId, LinkIds, Mode, Node, OUTPUTS, Part, integer};

/// A link as the pack writes it down.
struct Record {
    origin: Key,
    origin_slot: i64,
    target: Key,
    target_slot: usize,
    sender: Key,
}

impl Record {
    fn read(json: &Json) -> Option<Self> {
        let key = |field: &str| json.get(field).and_then(Key::read);
        let slot = |field: &str| json.get(field).and_then(integer);
        Some(Self {
            origin: key("upstream")?,
            origin_slot: slot("upstream_slot")?,
            target: key("downstream")?,
            target_slot: usize::try_from(slot("downstream_slot")?).ok()?,
            sender: key("controller")?,
        })
    }
}

/// Makes the links of one graph, and leaves out the nodes that send.
pub(super) fn connect(part: &mut Part<'_>, catalog: &Catalog, diagnostics: &mut Diagnostics) {
    if part.everywhere.is_none() && !part.nodes.iter().any(|node| looks_like(node, Only::Sends)) {
        return;
    }
    let records: Vec<Record> = part.everywhere.into_iter().flatten().filter_map(Record::read).collect();
    let lost = make(part, &records, catalog);
    let links: HashSet<LinkId> = part.links.iter().map(|(id, _)| *id).collect();
    let is_linked = |id: Option<LinkId>| id.is_some_and(|id| links.contains(&id));
    for node in part.nodes.iter_mut().filter(|node| looks_like(node, Only::Sends)) {
        let sends = node.mode == Mode::Normal && node.inputs.iter().any(|input| is_linked(input.link));
        if lost.contains(&node.id) || (sends && part.everywhere.is_none()) {
            let problem = Problem::ImplicitLinks { node: node.id.to_string(), class: node.ty.to_owned() };
            diagnostics.report(problem, Some(part.origin.field("nodes").member(node.index)));
        }
        let feeds = node.outputs.iter().flat_map(|output| &output.links).any(|id| is_linked(Some(*id)));
        if !feeds && is(node, Only::Sends, catalog) {
            node.ty = IDLES;
        }
    }
}

/// The slot of a node that a record means: it counts those that the node has in the editor, where the class brings slots that
/// the file does not have.
fn slot_of<'n, 'a>(node: &'n mut Node<'a>, at: usize, catalog: &Catalog) -> Option<&'n mut Input<'a>> {
    if at < node.inputs.len() {
        return node.inputs.get_mut(at);
    }
    let definition = Definition::new(catalog.class(node.ty)?, true);
    let (widgets, sockets): (Vec<_>, Vec<_>) =
        definition.specs.iter().partition(|spec| spec.widget.is_some());
    let spec = sockets.into_iter().chain(widgets).nth(at)?;
    let saved = node.inputs.iter().position(|input| input.name == spec.name);
    let at = saved.unwrap_or(node.inputs.len());
    if saved.is_none() {
        let (name, ty) = (spec.name.to_string().into(), spec.ty.to_owned().into());
        node.inputs.push(Input { name, ty, link: None, widget: None });
    }
    node.inputs.get_mut(at)
}

/// Makes the links that were written down, but for those of nodes that do not send any more, and into inputs that have
/// another link. Returns the nodes of whose links one cannot be made.
fn make(part: &mut Part<'_>, records: &[Record], catalog: &Catalog) -> HashSet<Key> {
    let mut lost = HashSet::new();
    if records.is_empty() {
        return lost;
    }
    let places: HashMap<Key, usize> =
        part.nodes.iter().enumerate().rev().map(|(at, node)| (node.id.clone(), at)).collect();
    let before: HashSet<LinkId> = part.links.iter().map(|(id, _)| *id).collect();
    let mut added = Additions::to(part);
    let mut taken: HashSet<(&Key, usize)> = HashSet::new();
    for record in records {
        if !taken.insert((&record.target, record.target_slot)) {
            continue;
        }
        let sender = places.get(&record.sender).and_then(|at| part.nodes.get(*at));
        if sender.is_none_or(|sender| sender.mode != Mode::Normal) {
            continue;
        }
        let start = (record.origin.clone(), record.origin_slot);
        let starts = record.origin == INPUTS || places.contains_key(&record.origin);
        let mut link = || added.link(start.clone(), (record.target.clone(), record.target_slot));
        let made = if record.target == OUTPUTS {
            part.outputs.get_mut(record.target_slot).filter(|_| starts).map(|output| {
                if !output.links.iter().any(|id| before.contains(id)) {
                    output.links = LinkIds::from_elem(link(), 1);
                }
            })
        } else {
            let target = places.get(&record.target).and_then(|at| part.nodes.get_mut(*at));
            let slot = target.and_then(|node| slot_of(node, record.target_slot, catalog));
            slot.filter(|_| starts).map(|input| {
                if !input.link.is_some_and(|id| before.contains(&id)) {
                    input.link = Some(link());
                }
            })
        };
        if made.is_none() {
            lost.insert(record.sender.clone());
        }
    }
    added.put_into(part);
    lost
}
