//! Outputs of nodes.

use std::fmt;
use std::marker::PhantomData;

use super::arg::{Arg, Choice, Fills, Openable, fills};
use super::held::Held;
use super::socket::{Any, Combo, Fits};

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

impl<'g, T> Out<'g, T> {
    pub(super) fn open() -> Self {
        Self { start: None, marker: PhantomData }
    }

    pub(super) fn of(node: usize, slot: i64) -> Self {
        Self { start: Some(Start::Node(node, slot)), marker: PhantomData }
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

fills!([T] Out<'g, T> as T, |v| Arg::new(v.held()));
fills!([E: Choice] Out<'g, Combo> as E, |v| Arg::new(v.held()));
