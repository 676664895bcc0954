//! The live graph: what the editor holds after it has loaded a file. All nodes in one arena, a layer for the root and for
//! each subgraph definition; instances of a subgraph share its layer.

use std::borrow::Cow;
use std::ops::{Index, IndexMut};

use foldhash::{HashMap, HashSet};
use serde_json::Value as Json;

use super::Options;
use super::arena::{ClassIx, LayerIx, NodeIx, ROOT};
use super::definition::Definition;
use super::editor::Rules;
use super::lean::Values;
use super::node::{Held, Node, Role, Widget, WidgetKind};
use super::positions::Into;
use super::room::Room;
use super::wire::{self, Io, Key, LinkId, Links, Property};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostics;
use crate::number::javascript as js;
use crate::source::Origin;

/// Every node, by an index that only [`Self::push`] makes; nodes are never taken out.
#[derive(Debug, Default)]
pub(super) struct Nodes<'a>(pub(super) Vec<Node<'a>>);
/// The root and every definition.
#[derive(Debug, Default)]
pub(super) struct Layers<'a>(pub(super) Vec<Layer<'a>>);

/// The nodes and links of the root or of a definition.
#[derive(Debug)]
pub(super) struct Layer<'a> {
    pub(super) name: &'a str,
    /// In file order; of two nodes with one id the first is found by it.
    pub(super) nodes: Vec<NodeIx>,
    pub(super) by_id: HashMap<Key, NodeIx>,
    pub(super) links: Links,
    /// Where these lead, where that counts and inputs name others.
    pub(super) into: Option<Into>,
    /// The ids of its links as they were saved, where there is a Primitive, which depends on them.
    pub(super) saved_links: HashSet<LinkId>,
    /// From which id on links are not the file's, but made as the scripts of node packs make them.
    pub(super) first_made: LinkId,
    pub(super) inputs: Vec<Io<'a>>,
    pub(super) outputs: Vec<Io<'a>>,
    /// The instances of this definition that there are so far.
    pub(super) hosts: Vec<NodeIx>,
    /// Primitives of this definition that an input stands for, with the positions of those inputs; nothing for one for which none
    /// can.
    pub(super) replaced: HashMap<NodeIx, Option<usize>>,
    /// Node ids of this definition that were changed, by the text they had.
    pub(super) renamed: HashMap<String, Key>,
    pub(super) origin: Origin,
    /// Where the list of its nodes stands.
    pub(super) nodes_origin: Origin,
}

/// What the editor holds after it has loaded a file.
pub(super) struct Live<'a> {
    pub(super) nodes: Nodes<'a>,
    pub(super) layers: Layers<'a>,
    /// The layers in the order in which they are worked on: inner ones first, the root last.
    pub(super) order: Vec<LayerIx>,
    pub(super) classes: Vec<Definition<'a>>,
    pub(super) class_of: HashMap<&'a str, Option<ClassIx>>,
    pub(super) definitions: HashMap<&'a str, LayerIx>,
    pub(super) catalog: &'a Catalog,
    pub(super) options: &'a Options,
    /// What the version of the editor that is asked for does.
    pub(super) rules: &'static Rules,
    /// Whether it counts where links lead, and not what inputs name.
    pub(super) links_count: bool,
    /// Where values live that were not in the file.
    pub(super) made: &'a Values,
    pub(super) diagnostics: Diagnostics,
    /// The last link id given out.
    pub(super) last_link: LinkId,
    /// How much more may be made.
    pub(super) room: Room,
}

impl<'a> Nodes<'a> {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn push(&mut self, node: Node<'a>) -> NodeIx {
        self.0.push(node);
        NodeIx(self.0.len() - 1)
    }
}

impl<'a> Index<NodeIx> for Nodes<'a> {
    type Output = Node<'a>;

    #[expect(clippy::indexing_slicing, reason = "an index is made by `push`, and no node is ever taken out")]
    fn index(&self, index: NodeIx) -> &Node<'a> {
        &self.0[index.0]
    }
}

impl<'a> IndexMut<NodeIx> for Nodes<'a> {
    #[expect(clippy::indexing_slicing, reason = "an index is made by `push`, and no node is ever taken out")]
    fn index_mut(&mut self, index: NodeIx) -> &mut Node<'a> {
        &mut self.0[index.0]
    }
}

impl<'a> Index<LayerIx> for Layers<'a> {
    type Output = Layer<'a>;

    #[expect(
        clippy::indexing_slicing,
        reason = "an index is that of a layer, and no layer is ever taken out"
    )]
    fn index(&self, index: LayerIx) -> &Layer<'a> {
        &self.0[index.0]
    }
}

impl<'a> IndexMut<LayerIx> for Layers<'a> {
    #[expect(
        clippy::indexing_slicing,
        reason = "an index is that of a layer, and no layer is ever taken out"
    )]
    fn index_mut(&mut self, index: LayerIx) -> &mut Layer<'a> {
        &mut self.0[index.0]
    }
}

impl<'a> Live<'a> {
    /// Takes room for what is made; reports, once, when there is not enough.
    pub(super) fn take_room(&mut self, bytes: usize, ix: NodeIx) -> bool {
        let Err(problem) = self.room.take_or_tell(bytes) else { return true };
        if let Some(problem) = problem {
            let origin = self.node_origin(ix);
            self.diagnostics.report(problem, Some(origin));
        }
        false
    }

    /// The class of a node of the server.
    pub(super) fn definition(&self, node: &Node<'a>) -> Option<&Definition<'a>> {
        match node.role {
            Role::Class(class) => self.classes.get(class.0),
            _ => None,
        }
    }

    /// The node with this id in a layer.
    pub(super) fn find(&self, layer: LayerIx, id: &Key) -> Option<NodeIx> {
        self.layers[layer].by_id.get(id).copied()
    }

    /// The value of a widget as the widget itself says it.
    pub(super) fn shown(&self, widget: &Widget<'a>) -> Held<'a> {
        let value = widget.value?;
        let is_text = !self.rules.areas_hold_texts || !matches!(widget.kind, WidgetKind::Area);
        if is_text || value.is_string() {
            return Some(value);
        }
        Some(self.made.alloc(Json::String(js::text(value))))
    }

    /// Whether the `filename_prefix` of a node takes `%…%`.
    pub(super) fn saves(&self, node: &Node<'a>) -> bool {
        let by_pack = !self.options.placeholders && super::packs::widgets::saves(&node.ty);
        by_pack || self.definition(node).is_some_and(Definition::saves)
    }

    /// Where a node stands in the file.
    pub(super) fn node_origin(&self, ix: NodeIx) -> Origin {
        let node = &self.nodes[ix];
        self.layers[node.layer].nodes_origin.member(node.index)
    }

    /// Where a slot stands in the file, or else its node.
    pub(super) fn slot_origin(&self, ix: NodeIx, slot: usize) -> Origin {
        let origin = self.node_origin(ix);
        match self.nodes[ix].slots.get(slot).and_then(|slot| slot.saved) {
            Some(saved) => origin.field("inputs").member(saved),
            None => origin,
        }
    }

    /// Cuts the link into a slot. Outputs may still name it: what they name counts only where it is in the table.
    pub(super) fn cut(&mut self, ix: NodeIx, slot: usize) {
        let layer = self.nodes[ix].layer;
        let Some(slot) = self.nodes[ix].slots.get_mut(slot) else { return };
        if let Some(id) = slot.link.take() {
            self.layers[layer].links.remove(&id);
        }
    }

    /// A text property of a node, with the editor's default for the name that `%…%` finds it by.
    pub(super) fn search_name(&self, ix: NodeIx) -> Option<&str> {
        let node = &self.nodes[ix];
        match node.property("Node name for S&R") {
            Some(Property::Text(name)) => Some(name),
            Some(Property::Other(_)) => None,
            None => self.definition(node).filter(|definition| !definition.saves()).map(|_| &*node.ty),
        }
    }

    /// The title of a node: its own, else that of its class.
    pub(super) fn title(&self, ix: NodeIx) -> Option<&str> {
        let node = &self.nodes[ix];
        node.title.or_else(|| match node.role {
            Role::Class(_) => self.definition(node).map(|definition| (self.rules.title)(definition.class)),
            Role::Host(layer) => Some(self.layers[layer].name),
            Role::Reroute => Some("Reroute"),
            Role::Primitive => Some("Primitive"),
            Role::Note if node.ty == "MarkdownNote" => Some("Markdown Note"),
            Role::Note => Some("Note"),
            Role::Missing => None,
        })
    }
}

/// A node without anything.
pub(super) fn blank<'a>() -> Node<'a> {
    Node {
        id: Key::Int(0),
        ty: Cow::Borrowed(""),
        role: Role::Note,
        mode: wire::Mode::Normal,
        title: None,
        properties: wire::Properties::default(),
        slots: Vec::new(),
        outputs: Vec::new(),
        widgets: Vec::new(),
        groups: Vec::new(),
        positions: None,
        values: None,
        layer: ROOT,
        index: 0,
    }
}
