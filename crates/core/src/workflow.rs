//! A graph with what is published of it.

use crate::graph::Graph;
use crate::interface::Interface;

/// A graph, its interface, and the id under which it is served.
#[derive(Debug, Clone, PartialEq)]
pub struct Workflow {
    /// The id: `community/wan-2-2/first-last-frame`.
    pub model: Option<String>,
    /// The graph.
    pub graph: Graph,
    /// What is published of it.
    pub interface: Interface,
}
