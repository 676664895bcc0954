//! Subgraphs: ids that collide, instances, and the widgets inside that show on them.

use std::borrow::Cow;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use serde_json::Value as Json;

use super::arena::{LayerIx, NodeIx};
use super::definition as known;
use super::live::Live;
use super::node::{Held, Promoted, Role, Saved, Slot, WidgetKind};
use super::wire::{self, File, INPUTS, Key, LinkId, OUTPUTS, Part, Property};

/// The largest node id that is counted up from: JavaScript's last exact integer.
const LAST_EXACT: i64 = 9_007_199_254_740_991;

/// Gives nodes of definitions new ids where the root or an earlier definition has the same. Returns, for each definition
/// that was changed, the new ids by the text of the old.
pub(super) fn renumber(file: &mut File<'_>) -> Vec<(usize, HashMap<String, Key>)> {
    let mut changed = Vec::new();
    if !file.has_definitions {
        return changed;
    }
    let mut used: HashSet<Key> =
        file.root.nodes.iter().filter(|node| node.numeric).map(|node| node.id.clone()).collect();
    let mut last = file.root.last_node.min(LAST_EXACT);
    for (i, part) in file.definitions.iter_mut().enumerate().filter(|(_, part)| part.listed) {
        let mut renamed: HashMap<Key, Key> = HashMap::new();
        for node in &mut part.nodes {
            if used.insert(node.id.clone()) {
                if let Key::Int(id) = node.id {
                    last = last.max(id.min(LAST_EXACT));
                }
                continue;
            }
            loop {
                last += 1;
                if used.insert(Key::Int(last)) {
                    break;
                }
            }
            renamed.insert(std::mem::replace(&mut node.id, Key::Int(last)), Key::Int(last));
        }
        if renamed.is_empty() {
            continue;
        }
        for (_, link) in &mut part.links {
            for end in [&mut link.origin, &mut link.target] {
                if let Some(new) = renamed.get(end) {
                    *end = new.clone();
                }
            }
        }
        changed.push((i, renamed.into_iter().map(|(old, new)| (old.to_string(), new)).collect()));
    }
    changed
}

/// Where an input or output of a definition names a link that is not there, the first that touches it takes its place.
pub(super) fn complete_ends(part: &mut Part<'_>) {
    if part.inputs.is_empty() && part.outputs.is_empty() {
        return;
    }
    let known: HashSet<LinkId> = part.links.iter().map(|(id, _)| *id).collect();
    let whole = |ends: &[wire::Io<'_>]| ends.iter().flat_map(|end| &end.links).all(|id| known.contains(id));
    if whole(&part.inputs) && whole(&part.outputs) {
        return;
    }
    let mut first: HashMap<(bool, i64), LinkId> = HashMap::new();
    for (id, link) in &part.links {
        if link.origin == INPUTS {
            first.entry((true, link.origin_slot)).or_insert(*id);
        }
        if link.target == OUTPUTS {
            first.entry((false, link.target_slot)).or_insert(*id);
        }
    }
    for (is_input, ends) in [(true, &mut part.inputs), (false, &mut part.outputs)] {
        for (slot, end) in ends.iter_mut().enumerate() {
            let touching = i64::try_from(slot).ok().and_then(|slot| first.get(&(is_input, slot)));
            end.links = end
                .links
                .iter()
                .filter_map(|id| if known.contains(id) { Some(*id) } else { touching.copied() })
                .collect();
        }
    }
}

/// Why an earlier migration could not place a value.
const REASONS: [&str; 6] = [
    "missingSourceNode",
    "missingSourceWidget",
    "missingSubgraphInput",
    "ambiguousSubgraphInput",
    "unlinkedSourceWidget",
    "primitiveBypassFailed",
];

/// What such a migration wrote down: a node's id, a name, and a value where there is one. `None` for another form.
fn quarantined(entry: &Json) -> Option<(&str, &str, Option<&Json>)> {
    let (id, name) = match entry.get("originalEntry")?.as_array()?.as_slice() {
        [id, name] | [id, name, Json::String(_)] => (id.as_str()?, name.as_str()?),
        _ => return None,
    };
    let known = REASONS.contains(&entry.get("reason")?.as_str()?);
    let first = entry.get("attemptedAtVersion")?.as_i64() == Some(1);
    (known && first).then_some((id, name, entry.get("hostValue")))
}

impl<'a> Live<'a> {
    /// Makes the slots of an instance, and reads into it what was saved.
    pub(super) fn configure_host(&mut self, ix: NodeIx, definition: LayerIx, saved: &wire::Node<'a>) {
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, input) in saved.inputs.iter().enumerate() {
            by_name.entry(&*input.name).or_default().push(at);
        }
        let count = self.layers[definition].inputs.len();
        self.layers[definition].hosts.push(ix);
        if !self.take_host_slots(ix, count) {
            return;
        }
        let mut slots = Vec::with_capacity(count);
        for at in 0..count {
            let mut slot = self.host_slot(definition, at);
            let named = by_name.get(&*slot.name).map_or(&[][..], Vec::as_slice);
            let of_type = |at: &&usize| saved.inputs.get(**at).is_some_and(|input| input.ty == slot.ty);
            if let Some(at) = named.iter().find(of_type).or(named.first()).copied() {
                slot.link = saved.inputs.get(at).and_then(|input| input.link);
                slot.saved = Some(at);
            }
            slots.push(slot);
        }
        match saved.values {
            Some(Json::Array(values)) => {
                let promoted = slots.iter_mut().filter_map(|slot| slot.promoted.as_mut());
                for (promoted, (at, value)) in promoted.zip(values.iter().enumerate()) {
                    promoted.value = Some(value);
                    promoted.saved = (ix, Saved::At(at));
                }
            }
            Some(Json::Object(values)) => {
                for slot in &mut slots {
                    let named = values.get_key_value(&*slot.name);
                    if let (Some(promoted), Some((name, value))) = (&mut slot.promoted, named) {
                        promoted.value = Some(value);
                        promoted.saved = (ix, Saved::Under(name));
                    }
                }
            }
            _ => {}
        }
        let mut host = std::mem::replace(&mut self.nodes[ix], super::live::blank());
        host.slots = slots;
        self.set_links_right(&mut host, saved);
        self.nodes[ix] = host;
        self.restore_quarantined(ix);
    }

    /// Takes room for slots of instances, which multiply; reports, once, when there is not enough.
    pub(super) fn take_host_slots(&mut self, ix: NodeIx, count: usize) -> bool {
        let promoted = size_of::<Promoted<'_>>();
        self.take_room(count.saturating_mul(size_of::<Slot<'_>>() + promoted), ix)
    }

    /// The slot of an instance for an input of its definition.
    pub(super) fn host_slot(&self, definition: LayerIx, at: usize) -> Slot<'a> {
        let Some(input) = self.layers[definition].inputs.get(at) else {
            return Slot::socket(Cow::Borrowed(""), "");
        };
        let mut slot = Slot::socket(input.name.clone(), input.ty.clone());
        slot.promoted = input.links.iter().find_map(|id| self.promotion(definition, *id)).map(Box::new);
        if slot.promoted.is_some() {
            slot.widget = Some(slot.name.clone());
        }
        slot
    }

    /// What a link from a definition's inputs promotes: the widget behind the slot that it leads to.
    fn promotion(&self, definition: LayerIx, id: LinkId) -> Option<Promoted<'a>> {
        let link = self.layers[definition].links.get(&id)?;
        let target = self.find(definition, &link.target)?;
        let node = &self.nodes[target];
        let at = self.slot_of_link(target, id, link.target_slot)?;
        let slot = node.slots.get(at)?;
        if let Some(inner) = &slot.promoted {
            let near = (target, slot.name.clone());
            let value = self.read_promoted(inner);
            return Some(Promoted { near, value, ..Promoted::clone(inner) });
        }
        let widget = node.widget(slot.widget.as_ref()?)?;
        let near = (target, widget.name.clone());
        let value = self.shown(widget);
        Some(Promoted { near: near.clone(), deep: near, value, saved: (target, widget.saved) })
    }

    /// The value of an instance as the instance around it takes it over: a text of more than one line is always a text; null may be nothing.
    fn read_promoted(&self, promoted: &Promoted<'a>) -> Held<'a> {
        let (deep, name) = &promoted.deep;
        let is_area =
            self.nodes[*deep].widget(name).is_some_and(|widget| matches!(widget.kind, WidgetKind::Area));
        match promoted.value {
            Some(Json::String(_)) => promoted.value,
            _ if is_area => Some(&known::EMPTY),
            value => value.filter(|value| self.takes(value)),
        }
    }

    /// Whether an instance is given a value.
    pub(super) fn takes(&self, value: &Json) -> bool {
        self.rules.instances_take_null || !value.is_null()
    }

    /// The slot that a link leads to: that which names it, else that which it names.
    pub(super) fn slot_of_link(&self, target: NodeIx, id: LinkId, slot: i64) -> Option<usize> {
        let slots = &self.nodes[target].slots;
        let said = usize::try_from(slot).ok().filter(|at| *at < slots.len());
        let names = |at: &usize| slots.get(*at).is_some_and(|slot| slot.link == Some(id));
        said.filter(names).or_else(|| slots.iter().position(|slot| slot.link == Some(id))).or(said)
    }

    /// Values that an earlier migration could not place, but that name a slot of the instance.
    fn restore_quarantined(&mut self, ix: NodeIx) {
        let Self { nodes, made, rules, .. } = self;
        let node = &mut nodes[ix];
        let Some(entries) = node.property("proxyWidgetErrorQuarantine") else { return };
        let entries = match entries {
            Property::Other(json) => json,
            Property::Text(text) => match serde_json::from_str(text) {
                Ok(json) => made.alloc(json),
                Err(_) => return,
            },
        };
        // One entry of another form makes the editor take no notice of any.
        let entries = entries.as_array().map(|list| list.iter().map(quarantined).collect::<Option<Vec<_>>>());
        let Some(entries) = entries.flatten() else { return };
        let mut seen: HashSet<&str> = HashSet::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for (at, slot) in node.slots.iter().enumerate() {
            places.entry(slot.name.to_string()).or_insert(at);
        }
        for (id, name, value) in entries {
            let takes = |value: &&Json| rules.instances_take_null || !value.is_null();
            let Some(value) = value.filter(takes) else { continue };
            if id != "-1" || !seen.insert(name) {
                continue;
            }
            let slot = places.get(name).and_then(|at| node.slots.get_mut(*at));
            if let Some(promoted) = slot.and_then(|slot| slot.promoted.as_mut()) {
                promoted.value = Some(value);
                promoted.saved = (ix, Saved::No);
            }
        }
    }

    /// Sets the value that an instance holds for a promoted widget.
    pub(super) fn set_host_value(&mut self, ix: NodeIx, slot: usize, value: Held<'a>, saved: Saved<'a>) {
        if let Some(promoted) = self.nodes[ix].slots.get_mut(slot).and_then(|slot| slot.promoted.as_mut()) {
            promoted.value = value;
            promoted.saved = (ix, saved);
        }
    }

    /// The layer of a subgraph's instance.
    pub(super) fn inside(&self, ix: NodeIx) -> Option<LayerIx> {
        match self.nodes[ix].role {
            Role::Host(layer) => Some(layer),
            _ => None,
        }
    }
}
