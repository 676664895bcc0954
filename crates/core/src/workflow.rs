//! A graph with what is published of it.

use crate::diagnostic::Levels;
use crate::graph::Graph;
use crate::interface::Interface;

/// A graph, its interface, and the id under which it is served.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Workflow {
    /// The id: `community/wan-2-2/first-last-frame`.
    pub model: Option<String>,
    /// The graph.
    pub graph: Graph,
    /// What is published of it.
    pub interface: Interface,
    /// The lint levels that its manifest asks for.
    pub lints: Levels,
}

impl Workflow {
    /// A workflow without a model id and lint levels.
    pub fn new(graph: Graph, interface: Interface) -> Self {
        Self { model: None, graph, interface, lints: Levels::default() }
    }

    /// The same workflow under this model id.
    #[must_use]
    pub fn with_model(self, model: Option<String>) -> Self {
        Self { model, ..self }
    }
}
