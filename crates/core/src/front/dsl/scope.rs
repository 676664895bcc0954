//! The place in a graph where nodes are added.

use std::marker::PhantomData;
use std::panic::Location;

use serde_json::Map;

use super::held::Input;
use super::node::{Class, Handle, Node, Raw};
use super::out::Out;
use super::publish::Exposed;
use super::socket::Any;
use super::spec::Inputs;
use super::state::{Building, Meta, Published, Shared};

/// A place in a graph where nodes are added: the graph itself, or a subgraph, whose ids begin with its own.
///
/// It is handed to the functions that add nodes; a function of one's own stands for what the editor calls a subgraph.
#[derive(Clone, Copy)]
pub struct Scope<'g> {
    shared: &'g Shared,
    /// Which prefix ids get.
    prefix: usize,
    brand: PhantomData<fn(&'g ()) -> &'g ()>,
}

impl<'g> Scope<'g> {
    pub(super) fn root(shared: &'g Shared) -> Self {
        let prefix = shared.change(|state| {
            state.prefixes.push(String::new());
            state.prefixes.len() - 1
        });
        Self { shared, prefix, brand: PhantomData }
    }

    /// Adds a node: its required inputs from the struct, every other widget at its class's default.
    #[expect(
        clippy::should_implement_trait,
        reason = "a node is added to a graph, not two things to each other"
    )]
    #[track_caller]
    pub fn add<C: Class<'g>>(self, class: C) -> C::Node {
        let spec = C::SPEC;
        let inputs = Inputs::new(spec.widgets, spec.sockets);
        let handle = self.push(Some(spec.class), spec.title, inputs, Location::caller());
        class.wire(handle)
    }

    /// Adds a node of a class that has no generated code, without inputs. Its title is the class name.
    #[track_caller]
    pub fn raw(self, class: &str) -> Raw<'g> {
        Raw::new(self.push(Some(class), class, Inputs::default(), Location::caller()))
    }

    /// Adds a node that names no class, which every server refuses.
    #[track_caller]
    pub fn raw_without_class(self) -> Raw<'g> {
        Raw::new(self.push(None, "", Inputs::default(), Location::caller())).untitled()
    }

    fn push(
        self,
        class: Option<&str>,
        title: &str,
        inputs: Inputs,
        place: &'static Location<'static>,
    ) -> Handle<'g> {
        let node = Building {
            class: class.map(str::to_owned),
            title: title.to_owned(),
            prefix: self.prefix,
            id: None,
            declared: inputs.inputs.keys().cloned().collect(),
            widgets: inputs.inputs.values().filter(|setting| !setting.socket).count(),
            inputs,
            meta: Meta::OfClass,
            fields: Map::new(),
            unreadable: Vec::new(),
            order: None,
            bare: false,
            place,
        };
        let index = self.shared.change(|state| {
            state.nodes.push(node);
            state.nodes.len() - 1
        });
        Handle::new(self.shared, index)
    }

    /// The subgraph of this id: nodes added there get ids that begin with it, `57:8`.
    #[must_use]
    pub fn within(self, id: &str) -> Self {
        let prefix = self.shared.change(|state| {
            let above = state.prefixes.get(self.prefix).map_or("", String::as_str);
            let prefix = format!("{above}{id}:");
            state.prefixes.push(prefix);
            state.prefixes.len() - 1
        });
        Self { prefix, ..self }
    }

    /// Publishes an input. Inputs are displayed in the order of these calls.
    #[track_caller]
    pub fn expose(self, input: Input) -> Exposed<'g> {
        let place = Location::caller();
        Exposed::new(self.shared.change(|state| {
            state.published.push(Published { input, place });
            state.published.len() - 1
        }))
    }

    /// Makes these published inputs, and no others, the ones that a caller must give, in this order.
    pub fn require(self, inputs: impl IntoIterator<Item = Exposed<'g>>) {
        let inputs = inputs.into_iter().map(Exposed::index).collect();
        self.shared.change(|state| state.required = Some(inputs));
    }

    /// Makes the results of a node the workflow's, under this title; an empty one is none.
    pub fn output(self, node: &impl Node<'g>, title: impl Into<String>) {
        let index = node.handle().index();
        self.shared.change(|state| state.outputs.push((index, title.into())));
    }

    /// Gives the workflow the id under which it is served.
    pub fn model(self, id: impl Into<String>) {
        self.shared.change(|state| state.model = Some(id.into()));
    }

    /// An output by the id of its node, whole, and its slot: for a node that is added later, as in a circle of nodes, and
    /// for one that is not there at all.
    pub fn link(self, node: impl Into<String>, slot: i64) -> Out<'g, Any> {
        let name = self.shared.change(|state| {
            state.names.push(node.into());
            state.names.len() - 1
        });
        Out::named(name, slot)
    }

    /// Leaves out the titles that nodes get from their classes.
    pub fn untitled(self) {
        self.shared.change(|state| state.untitled = true);
    }

    /// Puts nodes into this order, by their whole ids, where it is not the editor's: ids that are numbers ascending, then
    /// the others as they were added. Nodes that are not named come last.
    pub fn in_order(self, ids: &[&str]) {
        self.shared.change(|state| state.order = ids.iter().map(|&id| id.to_owned()).collect());
    }
}

impl std::fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "scope {}", self.prefix)
    }
}
