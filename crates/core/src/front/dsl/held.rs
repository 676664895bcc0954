//! What an input of a node holds while its graph is being built.

use serde_json::{Map, Value as Json};

use crate::interface::{Media, Rule};

/// What an input holds.
#[derive(Debug, Clone)]
pub(super) enum Held {
    /// Nothing: the input is left out.
    Open,
    Json(Json),
    /// A number or text that JSON cannot say.
    Unreadable(String),
    /// An output of a node of this graph.
    Link {
        node: usize,
        slot: i64,
    },
    /// An output of a node that is named by its id: the place of the id among those that were named.
    Named {
        name: usize,
        slot: i64,
    },
    /// A published input, over the literal that was there before.
    Exposed(Use, Option<Json>),
    /// An input that is published by being used.
    Input(Box<Input>, &'static str, Option<Json>),
}

/// An input to publish: see [`input`](super::input).
#[derive(Debug, Clone)]
pub struct Input {
    pub(super) keywords: Map<String, Json>,
    pub(super) media: Option<Media>,
    pub(super) required: bool,
}

/// How an input of a node follows a published one.
#[derive(Debug, Clone)]
pub(super) struct Use {
    pub(super) input: usize,
    pub(super) part: Option<usize>,
    pub(super) rule: Rule,
    /// Whether it does not give the key, though it takes the value as it is.
    pub(super) follows: bool,
    /// The type that is published where this is the use that gives the key; empty where it is not known.
    pub(super) ty: &'static str,
}
