//! From a file to the live graph, in the order in which the editor reads.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::arena::{ClassIx, LayerIx, NodeIx, ROOT};
use super::definition::Definition;
use super::lean::Values;
use super::live::{Layer, Layers, Live, Nodes, blank};
use super::node::{Node, Role, Saved, Slot, Widget};
use super::restore::merged_outputs;
use super::room::Room;
use super::wire::{self, LinkId, Links, Part};
use super::{Options, links, packs, subgraph};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Problem};

/// What the editor strips from the names of classes that it does not know.
const UNSAFE: [char; 7] = ['&', '<', '>', '"', '\'', '`', '='];

impl<'a> Live<'a> {
    /// Loads a file as the editor does.
    pub(super) fn load(
        mut file: wire::File<'a>,
        catalog: &'a Catalog,
        options: &'a Options,
        made: &'a Values,
        room: Room,
        diagnostics: Diagnostics,
    ) -> Self {
        let renames = subgraph::renumber(&mut file);
        let count = file.parts().map(|part| part.nodes.len()).sum();
        let mut live = Live {
            nodes: Nodes(Vec::with_capacity(count)),
            layers: Layers::default(),
            order: Vec::new(),
            classes: Vec::new(),
            class_of: HashMap::new(),
            definitions: HashMap::new(),
            catalog,
            options,
            rules: options.editor.rules(),
            links_count: options.editor.rules().links_count && !options.repair,
            made,
            diagnostics,
            last_link: 0,
            room,
        };
        let mut parts = vec![file.root];
        parts.extend(file.definitions);
        let highest =
            |part: &Part<'_>| part.links.iter().map(|(id, _)| *id).max().unwrap_or(0).max(part.last_link);
        live.last_link = parts.iter().map(highest).max().unwrap_or(0).clamp(0, LinkId::MAX / 2);
        let mut waiting: Vec<(Vec<wire::Node<'a>>, Vec<LinkId>)> = Vec::new();
        for (i, mut part) in parts.into_iter().enumerate() {
            let mut links: Links = part.links.iter().cloned().collect();
            let is_plain =
                links.len() == part.links.len() && links::are_as_named(&part.nodes, &part.outputs, &links);
            let mut into = None;
            if !is_plain && live.links_count {
                links::leave_one_to_each(&mut part);
                links = part.links.iter().cloned().collect();
                into = Some(links::into_nodes(&links));
            }
            subgraph::complete_ends(&mut part);
            if let Some(uuid) = part.uuid {
                // Of two definitions with one id the later counts, as in a table.
                live.definitions.insert(uuid, LayerIx(i));
            }
            let mut saved_links = HashSet::new();
            if part.nodes.iter().any(|node| node.ty == "PrimitiveNode") {
                saved_links.extend(part.links.iter().map(|(id, _)| *id));
            }
            let others = if is_plain { Vec::new() } else { part.links.iter().map(|(id, _)| *id).collect() };
            waiting.push((part.nodes, others));
            live.layers.0.push(Layer {
                name: part.name,
                nodes: Vec::new(),
                by_id: HashMap::new(),
                links,
                into,
                saved_links,
                first_made: part.first_made,
                inputs: part.inputs,
                outputs: part.outputs,
                hosts: Vec::new(),
                replaced: HashMap::new(),
                renamed: HashMap::new(),
                nodes_origin: part.origin.field("nodes").shared(),
                origin: part.origin,
            });
        }
        for (i, renamed) in renames {
            if let Some(layer) = live.layers.0.get_mut(i + 1) {
                layer.renamed = renamed;
            }
        }
        for layer in live.leaf_first(&waiting) {
            let Some((nodes, links)) = waiting.get_mut(layer.0).map(std::mem::take) else { continue };
            live.configure(layer, nodes, &links);
        }
        live
    }

    /// Definitions before those that use them, the root at the end; in file order where they use each other in a circle.
    fn leaf_first(&mut self, waiting: &[(Vec<wire::Node<'a>>, Vec<LinkId>)]) -> Vec<LayerIx> {
        let mut users: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); waiting.len()];
        let mut open: Vec<usize> = vec![0; waiting.len()];
        for (i, (nodes, _)) in waiting.iter().enumerate().skip(1) {
            for used in nodes.iter().filter_map(|node| self.definitions.get(node.ty)) {
                let added = users.get_mut(used.0).is_some_and(|users| users.insert(i));
                if let (true, Some(open)) = (added, open.get_mut(i)) {
                    *open += 1;
                }
            }
        }
        let mut ready: VecDeque<usize> = (1..waiting.len()).filter(|i| open.get(*i) == Some(&0)).collect();
        let mut order = Vec::with_capacity(waiting.len());
        while let Some(i) = ready.pop_front() {
            order.push(LayerIx(i));
            for user in users.get(i).into_iter().flatten() {
                if let Some(count) = open.get_mut(*user) {
                    *count -= 1;
                    if *count == 0 {
                        ready.push_back(*user);
                    }
                }
            }
        }
        if order.len() + 1 < waiting.len() {
            order = (1..waiting.len()).map(LayerIx).collect();
        }
        order.push(ROOT);
        self.order.clone_from(&order);
        order
    }

    /// Makes and reads the nodes of one layer.
    fn configure(&mut self, layer: LayerIx, saved: Vec<wire::Node<'a>>, links: &[LinkId]) {
        self.layers[layer].by_id.reserve(saved.len());
        for node in saved {
            let index = node.index;
            let ix = self.create(layer, node);
            let Node { slots, widgets, outputs, .. } = &self.nodes[ix];
            let bytes = slots.len() * size_of::<Slot<'_>>()
                + widgets.len() * size_of::<Widget<'_>>()
                + outputs.len() * size_of::<wire::Output<'_>>();
            if !self.take_room(bytes, ix) {
                return;
            }
            let id = self.nodes[ix].id.clone();
            self.layers[layer].nodes.push(ix);
            let first = *self.layers[layer].by_id.entry(id.clone()).or_insert(ix);
            if first != ix {
                let problem = Problem::DuplicateNode { node: id.to_string() };
                let first = self.node_origin(first);
                let origin = self.layers[layer].nodes_origin.member(index);
                let diagnostic = crate::diagnostic::Diagnostic::new(problem, Some(origin));
                self.diagnostics.push(diagnostic.with_related(Some(first), "the other node"));
            }
        }
        if self.links_count {
            self.name_links_at_outputs(layer);
        } else {
            self.merge_duplicate_links(layer, links);
        }
        for at in 0..self.layers[layer].nodes.len() {
            if let Some(ix) = self.layers[layer].nodes.get(at).copied() {
                self.flush_proxies(ix);
            }
        }
    }

    /// Makes one node and reads into it what was saved.
    fn create(&mut self, layer: LayerIx, mut saved: wire::Node<'a>) -> NodeIx {
        let (outputs, properties) =
            (std::mem::take(&mut saved.outputs), std::mem::take(&mut saved.properties));
        let saved = &saved;
        let role = self.role(saved.ty);
        let mut ty = Cow::Borrowed(saved.ty);
        if role == Role::Missing && saved.ty.contains(UNSAFE) {
            ty = Cow::Owned(saved.ty.replace(UNSAFE, ""));
        }
        let mut node = Node {
            id: saved.id.clone(),
            ty,
            role,
            mode: saved.mode,
            title: saved.title,
            properties,
            values: saved.values,
            layer,
            index: saved.index,
            ..blank()
        };
        match role {
            Role::Class(class) => {
                if let Some(definition) = self.classes.get(class.0) {
                    node.build(definition);
                    node.outputs = merged_outputs(definition.outputs().map(Cow::Borrowed), outputs);
                    let positions = self.positions(layer, &node, saved);
                    let led = positions.clone();
                    let links = &mut self.layers[layer].links;
                    let left = node.restore(saved, definition, links, self.options, positions);
                    self.forget_lost(&mut node, led, saved);
                    self.tell_restored(&node, saved, left);
                }
                if !self.options.placeholders {
                    let definition = self.classes.get(class.0);
                    packs::widgets::add(&mut node, saved, definition, self.made);
                }
                self.nodes.push(node)
            }
            Role::Host(definition) => {
                let types = self.layers[definition].outputs.iter().map(|output| output.ty.clone());
                node.outputs = merged_outputs(types, outputs);
                let ix = self.nodes.push(node);
                self.configure_host(ix, definition, saved);
                ix
            }
            Role::Reroute | Role::Primitive | Role::Note => {
                node.outputs = outputs;
                node.restore_virtual(saved);
                self.set_links_right(&mut node, saved);
                self.nodes.push(node)
            }
            Role::Missing => {
                node.outputs = outputs;
                node.restore_missing(saved, self.catalog, self.options, self.made);
                self.set_links_right(&mut node, saved);
                if !self.options.placeholders {
                    packs::widgets::add(&mut node, saved, None, self.made);
                }
                self.nodes.push(node)
            }
        }
    }

    /// Says what the editor would not have read.
    fn tell_restored(&mut self, node: &Node<'a>, saved: &wire::Node<'a>, left: usize) {
        if !self.options.placeholders && packs::widgets::saves_by_name(&node.ty) {
            return;
        }
        let by_name = !self.options.placeholders
            && node.widgets.iter().any(|widget| matches!(widget.saved, Saved::Under(_)));
        let is_left = left > 0 && node.mode == wire::Mode::Normal && Self::shows_values(node);
        if !by_name && !is_left {
            return;
        }
        let (id, class) = (node.id.to_string(), node.ty.to_string());
        let problem = if by_name {
            Problem::ObjectValues { node: id, class }
        } else {
            Problem::UnusedValues { node: id, class, count: left }
        };
        let origin = self.layers[node.layer].nodes_origin.member(saved.index).field("widgets_values");
        self.diagnostics.report(problem, Some(origin));
    }

    /// Whether a node with values to spare is worth a word. Widgets that only show something save values as well.
    fn shows_values(node: &Node<'a>) -> bool {
        // The scripts of rgthree save a value for every button.
        let shown = |name: &str| !matches!(name, "Painter" | "PreviewAny") && !name.ends_with("(rgthree)");
        shown(&node.ty) && node.widgets.iter().all(|widget| widget.persisted) && !node.widgets.is_empty()
    }

    /// What a type is.
    fn role(&mut self, ty: &'a str) -> Role {
        match ty {
            "Reroute" => return Role::Reroute,
            "PrimitiveNode" => return Role::Primitive,
            "Note" | "MarkdownNote" | packs::PASSES_AS_IS => return Role::Note,
            _ => {}
        }
        if let Some(definition) = self.definitions.get(ty) {
            return Role::Host(*definition);
        }
        let (catalog, classes, packs) = (self.catalog, &mut self.classes, !self.options.placeholders);
        let known = self.class_of.entry(ty).or_insert_with(|| {
            let class = catalog.class(ty)?;
            classes.push(Definition::new(class, packs));
            Some(ClassIx(classes.len() - 1))
        });
        known.map_or(Role::Missing, Role::Class)
    }

    /// Of links that join the same slots one stays: that which an input of the target names, else the first.
    fn merge_duplicate_links(&mut self, layer: LayerIx, order: &[LinkId]) {
        let Self { nodes, layers, .. } = self;
        let layer = &mut layers[layer];
        let mut seen: HashMap<&wire::Link, LinkId> = HashMap::with_capacity(order.len());
        let mut groups: BTreeMap<LinkId, Vec<LinkId>> = BTreeMap::new();
        let mut done: HashSet<LinkId> = HashSet::new();
        for id in order {
            let Some(link) = layer.links.get(id) else { continue };
            let first = *seen.entry(link).or_insert(*id);
            if first != *id && done.insert(*id) {
                groups.entry(first).or_default().push(*id);
            }
        }
        drop(seen);
        if groups.is_empty() {
            return;
        }
        let mut kept_for: HashMap<LinkId, LinkId> = HashMap::new();
        let mut targets: BTreeSet<NodeIx> = BTreeSet::new();
        for (first, others) in groups {
            let Some(link) = layer.links.get(&first) else { continue };
            let target = layer.by_id.get(&link.target).copied();
            let named: HashSet<LinkId> = target
                .map(|ix| nodes[ix].slots.iter().filter_map(|slot| slot.link).collect())
                .unwrap_or_default();
            let kept = std::iter::once(&first)
                .chain(&others)
                .find(|id| named.contains(id))
                .copied()
                .unwrap_or(first);
            let gone = std::iter::once(first).chain(others).filter(|id| *id != kept);
            kept_for.extend(gone.map(|id| (id, kept)));
            targets.extend(target);
        }
        layer.links.retain(|id, _| !kept_for.contains_key(id));
        let ends = layer.inputs.iter_mut().chain(&mut layer.outputs).flat_map(|end| &mut end.links);
        for link in ends {
            *link = kept_for.get(link).copied().unwrap_or(*link);
        }
        for ix in targets {
            for slot in &mut nodes[ix].slots {
                slot.link = slot.link.map(|link| kept_for.get(&link).copied().unwrap_or(link));
            }
        }
    }
}
