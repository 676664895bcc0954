//! `properties.proxyWidgets`: how files before promoted inputs said which widgets inside a subgraph show on an instance.
//! Each entry becomes an input of the definition, or the value of one that is there.

use std::borrow::Cow;

use foldhash::{HashMap, HashMapExt, HashSet};
use indexmap::IndexMap;
use serde_json::Value as Json;

use super::arena::{LayerIx, NodeIx};
use super::definition::WidgetType;
use super::live::Live;
use super::node::{Role, Saved};
use super::wire::{INPUTS, Io, Key, Link, LinkId, LinkIds, Property};

/// `[inner node id, widget name]` or `[.., .., disambiguator]`.
pub(super) struct Entry<'a> {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) disambiguator: Option<String>,
    /// The value saved for it on the instance.
    pub(super) value: Option<(usize, &'a Json)>,
}

/// What becomes of an entry.
enum Plan<'a> {
    /// A slot of the instance shows that widget already.
    Linked(usize),
    /// A new input for this widget or slot of a node inside.
    Create(NodeIx, Cow<'a, str>),
    /// A new input in place of a Primitive.
    Primitive(NodeIx),
    /// It shows nothing that is part of a prompt.
    Nothing,
    /// It names nothing that is there.
    Quarantine,
}

/// The names of a definition's inputs.
#[derive(Default)]
pub(super) struct Names {
    taken: HashSet<String>,
    /// The last number behind each name.
    last: HashMap<String, usize>,
}

impl Names {
    /// A name that no input has yet: `name`, `name_1` and so on.
    pub(super) fn free(&mut self, name: &str) -> String {
        if self.taken.insert(name.to_owned()) {
            return name.to_owned();
        }
        let last = self.last.entry(name.to_owned()).or_default();
        loop {
            *last += 1;
            let numbered = format!("{name}_{last}");
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

impl<'a> Live<'a> {
    /// Carries out the `proxyWidgets` of an instance.
    pub(super) fn flush_proxies(&mut self, host: NodeIx) {
        let Some(definition) = self.inside(host) else { return };
        let Some(mut entries) = self.entries(host, definition) else { return };
        for entry in &mut entries {
            self.normalise(definition, entry);
        }
        let mut uses: HashMap<&str, usize> = HashMap::new();
        for entry in &entries {
            *uses.entry(&entry.id).or_default() += 1;
        }
        let mut shown: HashMap<(NodeIx, Cow<'a, str>), usize> = HashMap::new();
        for (at, slot) in self.nodes[host].slots.iter().enumerate() {
            if let Some(promoted) = &slot.promoted {
                shown.entry(promoted.near.clone()).or_insert(at);
            }
        }
        let plan = |entry: &Entry<'a>| {
            let several = uses.get(entry.id.as_str()).is_some_and(|count| *count > 1);
            self.plan(definition, entry, several, &shown)
        };
        let plans: Vec<Plan<'a>> = entries.iter().map(plan).collect();
        let mut names = Names::default();
        if plans.iter().any(|plan| matches!(plan, Plan::Create(..) | Plan::Primitive(_))) {
            names.taken.extend(self.layers[definition].inputs.iter().map(|input| input.name.to_string()));
        }
        let mut primitives: IndexMap<NodeIx, Vec<&Entry<'a>>> = IndexMap::new();
        let mut by_name = Vec::new();
        for (entry, plan) in entries.iter().zip(&plans) {
            let value = entry.value;
            match plan {
                Plan::Linked(slot) => self.give(host, *slot, value),
                Plan::Create(inner, name) => {
                    if let Some(slot) = self.create_input(host, definition, *inner, name, &mut names) {
                        self.give(host, slot, value);
                    }
                }
                Plan::Primitive(node) => primitives.entry(*node).or_default().push(entry),
                Plan::Nothing => {}
                Plan::Quarantine => by_name.extend((entry.id == "-1").then_some(entry)),
            }
        }
        for (node, entries) in primitives {
            self.replace_primitive(host, definition, node, &entries, &mut names);
        }
        // What names an input instead of a widget inside counts last.
        if by_name.is_empty() {
            return;
        }
        let mut slots: HashMap<String, usize> = HashMap::new();
        for (at, slot) in self.nodes[host].slots.iter().enumerate() {
            slots.entry(slot.name.to_string()).or_insert(at);
        }
        for entry in by_name {
            if let Some(slot) = slots.get(&entry.name) {
                self.give(host, *slot, entry.value);
            }
        }
    }

    pub(super) fn give(&mut self, host: NodeIx, slot: usize, value: Option<(usize, &'a Json)>) {
        if let Some((at, value)) = value {
            self.set_host_value(host, slot, Some(value), Saved::At(at));
        }
    }

    /// The entries of an instance; `None` when there are none or one of them has another form.
    fn entries(&self, host: NodeIx, definition: LayerIx) -> Option<Vec<Entry<'a>>> {
        let node = &self.nodes[host];
        let parsed: Json;
        let list = match node.property("proxyWidgets")? {
            Property::Other(Json::Array(list)) => list,
            Property::Text(text) => {
                parsed = serde_json::from_str(text).ok()?;
                parsed.as_array()?
            }
            Property::Other(_) => return None,
        };
        let values = node.values.and_then(Json::as_array);
        let renamed = &self.layers[definition].renamed;
        let entry = |(at, json): (usize, &Json)| {
            let (id, name, disambiguator) = match json.as_array()?.as_slice() {
                [Json::String(id), Json::String(name)] => (id, name, None),
                [Json::String(id), Json::String(name), Json::String(third)] => {
                    (id, name, Some(third.clone()))
                }
                _ => return None,
            };
            let id = renamed.get(id).map_or_else(|| id.clone(), Key::to_string);
            let value = values.and_then(|values| values.get(at)).filter(|value| self.takes(value));
            Some(Entry { id, name: name.clone(), disambiguator, value: value.map(|value| (at, value)) })
        };
        let entries: Option<Vec<Entry<'a>>> = list.iter().enumerate().map(entry).collect();
        entries.filter(|entries| !entries.is_empty())
    }

    /// Names of widgets of nested instances may stand behind the ids of the nodes that have them: `5: text`.
    fn normalise(&self, definition: LayerIx, entry: &mut Entry<'a>) {
        let inner = self.find(definition, &Key::of(&entry.id));
        let resolves =
            |entry: &Entry<'a>| inner.is_some_and(|inner| self.widget_name(inner, entry).is_some());
        if resolves(entry) {
            return;
        }
        let mut name = entry.name.as_str();
        let mut last = None;
        while let Some((id, rest)) = name.split_once(':') {
            if id.is_empty() || !id.bytes().all(|b| b.is_ascii_digit()) {
                break;
            }
            last = Some(id.to_owned());
            name = rest.trim_start();
        }
        if last.is_some() {
            entry.name = name.to_owned();
            entry.disambiguator = last;
        }
    }

    /// The widget, or the slot of an instance, that an entry names on a node.
    fn widget_name(&self, inner: NodeIx, entry: &Entry<'a>) -> Option<Cow<'a, str>> {
        let node = &self.nodes[inner];
        if self.inside(inner).is_none() {
            return node.widget(&entry.name).map(|widget| widget.name.clone());
        }
        let promoted = || node.slots.iter().filter_map(|slot| Some((slot, slot.promoted.as_ref()?)));
        let of_node = entry.disambiguator.as_ref().and_then(|id| {
            let key = Key::of(id);
            promoted()
                .find(|(_, promoted)| promoted.deep.1 == entry.name && self.nodes[promoted.deep.0].id == key)
        });
        of_node
            .or_else(|| promoted().find(|(slot, _)| slot.name == entry.name))
            .or_else(|| promoted().find(|(_, promoted)| promoted.deep.1 == entry.name))
            .map(|(slot, _)| slot.name.clone())
    }

    fn plan(
        &self,
        definition: LayerIx,
        entry: &Entry<'a>,
        several: bool,
        shown: &HashMap<(NodeIx, Cow<'a, str>), usize>,
    ) -> Plan<'a> {
        let Some(inner) = self.find(definition, &Key::of(&entry.id)) else { return Plan::Quarantine };
        let node = &self.nodes[inner];
        if node.role == Role::Primitive {
            if let Some(at) = self.layers[definition].replaced.get(&inner) {
                return at.map_or(Plan::Quarantine, Plan::Linked);
            }
            let links = &self.layers[definition].links;
            let linked =
                node.outputs.iter().flat_map(|output| &output.links).any(|id| links.contains_key(id));
            return if linked || several { Plan::Primitive(inner) } else { Plan::Quarantine };
        }
        let Some(name) = self.widget_name(inner, entry) else {
            return if entry.name.starts_with("$$") { Plan::Nothing } else { Plan::Quarantine };
        };
        if let Some(slot) = shown.get(&(inner, name.clone())) {
            return Plan::Linked(*slot);
        }
        let preview = node
            .widget(&name)
            .and_then(|widget| widget.spec)
            .is_some_and(|(ty, _)| ty == WidgetType::AudioUi);
        if name.starts_with("$$") || preview { Plan::Nothing } else { Plan::Create(inner, name) }
    }

    /// Adds an input to a definition that leads to the slot of a widget inside; its position, unless there is no slot.
    fn create_input(
        &mut self,
        host: NodeIx,
        definition: LayerIx,
        inner: NodeIx,
        widget: &str,
        names: &mut Names,
    ) -> Option<usize> {
        let hosts = self.layers[definition].hosts.len();
        if !self.take_host_slots(host, hosts) {
            return None;
        }
        let slot = self.nodes[inner].slots.iter().position(|slot| slot.widget.as_deref() == Some(widget))?;
        let ty = self.nodes[inner].slots.get(slot)?.ty.clone();
        self.cut_promoted(definition, inner, slot);
        let at = self.add_input(definition, names.free(widget), ty);
        self.link_input(definition, at, inner, slot);
        self.extend_hosts(definition, at);
        Some(at)
    }

    /// Cuts the link into a slot inside. An input that showed the slot's widget shows what is left of its links.
    pub(super) fn cut_promoted(&mut self, definition: LayerIx, inner: NodeIx, slot: usize) {
        let id = self.nodes[inner].slots.get(slot).and_then(|slot| slot.link);
        let link = id.and_then(|id| self.layers[definition].links.get(&id));
        let input =
            link.filter(|link| link.origin == INPUTS).and_then(|link| usize::try_from(link.origin_slot).ok());
        self.cut(inner, slot);
        let Some(at) = input else { return };
        let left = self.host_slot(definition, at);
        for host in self.layers[definition].hosts.clone() {
            if let Some(slot) = self.nodes[host].slots.get_mut(at).filter(|_| left.promoted.is_none()) {
                slot.promoted = None;
                slot.widget = None;
            }
        }
    }

    /// A new link from an input of a definition to a slot inside that has none.
    pub(super) fn link_input(&mut self, definition: LayerIx, at: usize, inner: NodeIx, slot: usize) {
        let Ok(origin_slot) = i64::try_from(at) else { return };
        let id = self.link_slot(definition, (INPUTS, origin_slot), inner, slot);
        if let Some(input) = self.layers[definition].inputs.get_mut(at) {
            input.links.extend(id);
        }
    }

    /// A new link to a slot that has none.
    pub(super) fn link_slot(
        &mut self,
        definition: LayerIx,
        (origin, origin_slot): (Key, i64),
        inner: NodeIx,
        slot: usize,
    ) -> Option<LinkId> {
        let target = self.nodes[inner].id.clone();
        let target_slot = i64::try_from(slot).ok()?;
        let id = self.fresh_link();
        self.layers[definition].links.insert(id, Link::new((origin, origin_slot), (target, target_slot)));
        if let Some(slot) = self.nodes[inner].slots.get_mut(slot) {
            slot.link = Some(id);
        }
        Some(id)
    }

    /// Adds an input to a definition.
    pub(super) fn add_input(&mut self, definition: LayerIx, name: String, ty: Cow<'a, str>) -> usize {
        let inputs = &mut self.layers[definition].inputs;
        inputs.push(Io { name: Cow::Owned(name), ty, links: LinkIds::new() });
        inputs.len() - 1
    }

    /// Every instance that is there gets the slot of a new input.
    pub(super) fn extend_hosts(&mut self, definition: LayerIx, at: usize) {
        let slot = self.host_slot(definition, at);
        for host in self.layers[definition].hosts.clone() {
            self.nodes[host].slots.push(slot.clone());
        }
    }

    fn fresh_link(&mut self) -> LinkId {
        self.last_link += 1;
        self.last_link
    }
}
