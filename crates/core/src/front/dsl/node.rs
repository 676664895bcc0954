//! Nodes and their outputs.

use std::fmt;
use std::marker::PhantomData;

use serde_json::Value as Json;

use super::arg::Held;
use super::scope::{Meta, Shared};
use super::socket::{Any, Fits};
use super::{Arg, Branch, Fills, Grow, Openable, Repeat, Spec};

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

/// An output of a node, to be linked to any number of inputs of its graph.
pub struct Out<'g, T> {
    start: Option<Start>,
    marker: PhantomData<fn(&'g T) -> &'g T>,
}

/// Where a link starts.
#[derive(Clone, Copy)]
enum Start {
    Node(usize, i64),
    /// By the place of the node's id among those that were named.
    Named(usize, i64),
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
        Out { start: Some(Start::Node(self.index, slot)), marker: PhantomData }
    }
}

impl<'g, T> Out<'g, T> {
    pub(super) fn open() -> Self {
        Self { start: None, marker: PhantomData }
    }

    pub(super) fn named(name: usize, slot: i64) -> Self {
        Self { start: Some(Start::Named(name, slot)), marker: PhantomData }
    }

    pub(super) fn held(self) -> Held {
        match self.start {
            None => Held::Open,
            Some(Start::Node(node, slot)) => Held::Link { node, slot },
            Some(Start::Named(name, slot)) => Held::Named { name, slot },
        }
    }

    /// The output for an input of another type that it fits: a member of a union, or anything for an output of `*`.
    #[must_use]
    pub fn to<U>(self) -> Out<'g, U>
    where
        T: Fits<U>,
    {
        self.cast()
    }

    /// The output without its type.
    #[must_use]
    pub fn any(self) -> Out<'g, Any> {
        self.cast()
    }

    /// The output for an input of any other type, whether ComfyUI joins them or not. A check of the graph tells
    /// (`type-mismatch`).
    #[must_use]
    pub fn cast<U>(self) -> Out<'g, U> {
        Out { start: self.start, marker: PhantomData }
    }
}

impl<T> Clone for Out<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Out<'_, T> {}

impl<T> fmt::Debug for Out<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.start {
            None => f.write_str("no output"),
            Some(Start::Node(node, slot)) => write!(f, "output {slot} of node {node}"),
            Some(Start::Named(name, slot)) => write!(f, "output {slot} of named node {name}"),
        }
    }
}

impl<T> Openable for Out<'_, T> {
    fn left_out() -> Self {
        Self::open()
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
