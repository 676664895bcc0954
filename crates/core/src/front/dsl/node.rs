//! Nodes.

use std::fmt;
use std::marker::PhantomData;

use serde_json::Value as Json;

use super::arg::{Arg, Fills};
use super::grow::Grow;
use super::held::Held;
use super::out::Out;
use super::socket::Any;
use super::spec::{Branch, Repeat, Spec};
use super::state::{Meta, Shared};

/// A class of nodes, as a struct of the inputs that a node of it cannot do without.
pub trait Class<'g>: Sized {
    /// What adding a node gives back: its outputs, and a setter for each other input.
    type Node: Node<'g>;
    /// What a new node is like.
    const SPEC: &'static Spec;

    /// Gives the inputs to a new node.
    fn wire(self, node: Handle<'g>) -> Self::Node;
}

/// What all nodes have.
#[expect(
    clippy::return_self_not_must_use,
    reason = "each changes the graph, whether what it gives is used or not"
)]
pub trait Node<'g>: Sized {
    /// The node in its graph.
    fn handle(&self) -> Handle<'g>;

    /// Gives the node this id, within the scope it was added to: `57`, or `57:8` from a scope `57`.
    fn at(self, id: impl Into<String>) -> Self {
        self.handle().shared.node(self.handle().index, |node| node.id = Some(id.into()));
        self
    }

    /// Gives the node this title in place of its class's.
    fn titled(self, title: impl Into<String>) -> Self {
        self.meta(Json::Object([("title".to_owned(), title.into().into())].into_iter().collect()))
    }

    /// Leaves the node without a title.
    fn untitled(self) -> Self {
        self.handle().shared.node(self.handle().index, |node| node.meta = Meta::Absent);
        self
    }

    /// Sets any input, be it one that the class does not declare.
    fn set(self, input: impl AsRef<str>, value: impl Fills<'g, Any>) -> Self {
        let held = value.fill().held();
        let socket = matches!(held, Held::Link { .. } | Held::Named { .. });
        self.handle().shared.node(self.handle().index, |node| {
            node.inputs.hold(input.as_ref(), held, socket);
        });
        self
    }

    /// Leaves an input out of the prompt.
    fn without(self, input: impl AsRef<str>) -> Self {
        self.handle().shared.node(self.handle().index, |node| {
            node.inputs.hold(input.as_ref(), Held::Open, false);
        });
        self
    }

    /// Puts the inputs into this order, where it is not the editor's: widgets as declared, then sockets as declared. Inputs
    /// that are not named come last.
    fn in_order(self, inputs: &[&str]) -> Self {
        let inputs = inputs.iter().map(|&input| input.to_owned()).collect();
        self.handle().shared.node(self.handle().index, |node| node.order = Some(inputs));
        self
    }

    /// Sets the whole of `_meta`, title included: JSON, or [`exact`](super::exact) JSON.
    fn meta(self, meta: impl Fills<'g, Any>) -> Self {
        let held = meta.fill().held();
        self.handle().shared.node(self.handle().index, |node| {
            node.field("_meta".to_owned(), held, |node, _, meta| node.meta = Meta::Said(meta));
        });
        self
    }

    /// Sets another field of the node, beside `inputs`, `class_type` and `_meta`.
    fn field(self, name: impl Into<String>, value: impl Fills<'g, Any>) -> Self {
        let held = value.fill().held();
        self.handle().shared.node(self.handle().index, |node| {
            node.field(name.into(), held, |node, name, value| drop(node.fields.insert(name, value)));
        });
        self
    }

    /// Leaves the node without any set of inputs, on which the server fails.
    fn without_inputs(self) -> Self {
        self.handle().shared.node(self.handle().index, |node| node.bare = true);
        self
    }
}

/// A node in its graph: what generated code sets inputs through.
#[derive(Clone, Copy)]
pub struct Handle<'g> {
    shared: &'g Shared,
    index: usize,
    brand: PhantomData<fn(&'g ()) -> &'g ()>,
}

/// A node of any class, without types: see [`Scope::raw`](super::Scope::raw).
#[derive(Clone, Copy)]
pub struct Raw<'g>(Handle<'g>);

impl<'g> Handle<'g> {
    pub(super) fn new(shared: &'g Shared, index: usize) -> Self {
        Self { shared, index, brand: PhantomData }
    }

    pub(super) fn index(self) -> usize {
        self.index
    }

    /// Sets a widget.
    pub fn put<T>(self, name: &str, value: Arg<'g, T>) {
        self.shared.inputs(self.index, |inputs| inputs.hold(name, value.held(), false));
    }

    /// Links a socket.
    pub fn link<T>(self, name: &str, from: Out<'g, T>) {
        self.shared.inputs(self.index, |inputs| inputs.hold(name, from.held(), true));
    }

    /// Sets repeated inputs, in place of those there were.
    pub fn grow<T, const MIN: usize, const MAX: usize>(
        self,
        name: &str,
        items: Grow<'g, T, MIN, MAX>,
        repeat: &Repeat,
    ) {
        self.shared.inputs(self.index, |inputs| inputs.grow(name, items.into_items(), repeat));
    }

    /// Sets a dynamic combo and the inputs behind its value, in place of those there were.
    pub fn branch(self, name: &str, value: impl Branch<'g>) {
        let (key, settings) = value.choose();
        self.shared.inputs(self.index, |inputs| inputs.branch(name, key, settings.into_inputs()));
    }

    /// An output.
    pub fn out<T>(self, slot: i64) -> Out<'g, T> {
        Out::of(self.index, slot)
    }
}

impl fmt::Debug for Handle<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {}", self.index)
    }
}

impl<'g> Raw<'g> {
    pub(super) fn new(handle: Handle<'g>) -> Self {
        Self(handle)
    }

    /// An output, counted from 0.
    pub fn out(self, slot: i64) -> Out<'g, Any> {
        self.0.out(slot)
    }
}

impl<'g> Node<'g> for Raw<'g> {
    fn handle(&self) -> Handle<'g> {
        self.0
    }
}

impl fmt::Debug for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
