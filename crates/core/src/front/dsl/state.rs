//! The graph being built.

use std::cell::RefCell;
use std::panic::Location;

use serde_json::{Map, Value as Json};

use super::held::{Held, Input};
use super::spec::Inputs;

/// The graph being built. It is borrowed for one change at a time, and no change calls code of others.
#[derive(Debug, Default)]
pub(super) struct Shared(RefCell<State>);

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) nodes: Vec<Building>,
    /// What ids of each scope begin with.
    pub(super) prefixes: Vec<String>,
    /// Ids that outputs were asked of.
    pub(super) names: Vec<String>,
    pub(super) published: Vec<Published>,
    pub(super) required: Option<Vec<usize>>,
    /// Nodes whose results are the graph's, with titles.
    pub(super) outputs: Vec<(usize, String)>,
    pub(super) model: Option<String>,
    pub(super) untitled: bool,
    pub(super) order: Vec<String>,
}

/// A node being built.
#[derive(Debug)]
pub(super) struct Building {
    pub(super) class: Option<String>,
    pub(super) title: String,
    pub(super) prefix: usize,
    pub(super) id: Option<String>,
    pub(super) inputs: Inputs,
    /// The inputs that its class declares, in the editor's order.
    pub(super) declared: Vec<String>,
    /// How many of those are widgets, which come first.
    pub(super) widgets: usize,
    pub(super) meta: Meta,
    pub(super) fields: Map<String, Json>,
    /// Fields that were given what is no JSON, each with that.
    pub(super) unreadable: Vec<(String, String)>,
    pub(super) order: Option<Vec<String>>,
    pub(super) bare: bool,
    pub(super) place: &'static Location<'static>,
}

/// What a node's `_meta` is.
#[derive(Debug)]
pub(super) enum Meta {
    /// The title of its class.
    OfClass,
    /// Not there.
    Absent,
    Said(Json),
}

impl Building {
    /// Keeps what a field of the node was given, where that is JSON; anything else is told at the end.
    pub(super) fn field(&mut self, name: String, held: Held, set: impl FnOnce(&mut Self, String, Json)) {
        match held {
            Held::Json(json) => set(self, name, json),
            Held::Unreadable(text) => self.unreadable.push((name, text)),
            _ => self.unreadable.push((name, "no literal".to_owned())),
        }
    }
}

/// A published input.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) input: Input,
    pub(super) place: &'static Location<'static>,
}

impl Shared {
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.0.borrow_mut())
    }

    pub(super) fn node(&self, index: usize, change: impl FnOnce(&mut Building)) {
        self.change(|state| state.nodes.get_mut(index).map(change));
    }

    pub(super) fn inputs(&self, index: usize, change: impl FnOnce(&mut Inputs)) {
        self.node(index, |node| change(&mut node.inputs));
    }

    pub(super) fn into_state(self) -> State {
        self.0.into_inner()
    }
}
