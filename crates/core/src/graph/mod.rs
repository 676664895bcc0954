//! The graph: nodes, the values of their inputs, and the links between them. Free of any format.
//!
//! - A **node** has an id, a class and named inputs. An input holds a literal or a link, never both; an input that the
//!   node does not have takes its class's default, or must not be missing.
//! - A **link** names an origin node and one of its output slots, counted from 0. The link belongs to the input it
//!   feeds: one input has at most one link, an output feeds any number. A link may *dangle*: its origin need not be in
//!   the graph. It is kept as it is, and `check` reports it.
//! - **Order** of nodes and of inputs is that of the document the graph came from. It has no meaning for what runs, only
//!   for what is printed; two graphs are equal when they have the same nodes with the same inputs, in any order.
//! - Bypass, mute, subgraphs and virtual nodes belong to the editor's documents. A graph here is what remains when they
//!   are resolved: what a server is given.
//!
//! Topology is petgraph's, made of the inputs when it is asked for; its indices never leave this module. Whether a class has an input or an output slot
//! is asked in `check`.

mod node;

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt::{self, Display};
use std::sync::OnceLock;

use compact_str::CompactString;
use foldhash::fast::RandomState;
use indexmap::IndexMap;
use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, EdgeRef, Reversed};

pub use node::{Input, Link, Meta, Node, Pack, Value};

/// The name of a node: any text ComfyUI allows as a key, `57`, `57:8` or `loader`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(CompactString);

/// Nodes and links.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: IndexMap<NodeId, Node, RandomState>,
    /// Made when it is first asked for, and again after a change.
    topology: OnceLock<Topology>,
}

/// The links whose origin is in the graph. The weight of a node is its position.
type Topology = DiGraph<usize, Edge>;

#[derive(Debug, Clone)]
struct Edge {
    /// The output slot.
    slot: i64,
    /// The position of the input that is fed, among those of its node.
    input: usize,
}

/// One end of a link seen from the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consumer<'g> {
    /// The node that is fed.
    pub node: &'g NodeId,
    /// Its input.
    pub input: &'g str,
    /// The output slot it is fed from.
    pub slot: i64,
}

impl NodeId {
    /// The id of this text.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(CompactString::new(text))
    }

    /// The id of a node inside others: what stands before it, and its own.
    pub(crate) fn nested(prefix: &str, own: CompactString) -> Self {
        if prefix.is_empty() {
            return Self(own);
        }
        let mut text = CompactString::new(prefix);
        text.push_str(&own);
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for NodeId {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl Borrow<str> for NodeId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Graph {
    /// An empty graph with room for nodes.
    pub(crate) fn with_capacity(nodes: usize) -> Self {
        Self {
            nodes: IndexMap::with_capacity_and_hasher(nodes, RandomState::default()),
            topology: OnceLock::new(),
        }
    }

    /// Adds a node, or puts it in the place of the one of the same id, which is returned. Links to the id stay.
    pub fn insert(&mut self, id: impl Into<NodeId>, node: Node) -> Option<Node> {
        self.topology.take();
        self.nodes.insert(id.into(), node)
    }

    /// Takes a node out. Links to it dangle from then on.
    pub fn remove(&mut self, id: &str) -> Option<Node> {
        self.topology.take();
        self.nodes.shift_remove(id)
    }

    /// The node of this id.
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// The node of this id with the id as the graph holds it.
    pub fn get(&self, id: &str) -> Option<(&NodeId, &Node)> {
        self.nodes.get_key_value(id)
    }

    /// The position of a node in document order.
    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        self.nodes.get_index_of(id)
    }

    /// The node at a position.
    pub(crate) fn at(&self, position: usize) -> Option<(&NodeId, &Node)> {
        self.nodes.get_index(position)
    }

    /// All nodes in document order.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = (&NodeId, &Node)> {
        self.nodes.iter()
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Sets an input of a node to a literal or a link; a new input goes to the end. Returns whether the node is there.
    pub fn set_input(&mut self, id: &str, name: &str, input: impl Into<Input>) -> bool {
        let Some(node) = self.nodes.get_mut(id) else { return false };
        self.topology.take();
        node.put_input(name, input.into());
        true
    }

    /// Sets the title of a node; returns whether the node is there.
    pub fn set_title(&mut self, id: &str, title: impl Into<String>) -> bool {
        self.nodes.get_mut(id).map(|node| node.set_title(title)).is_some()
    }

    /// The links that start at a node, in no particular order.
    pub fn consumers(&self, id: &str) -> impl Iterator<Item = Consumer<'_>> {
        let topology = self.topology();
        let edges = self
            .nodes
            .get_index_of(id)
            .map(|at| topology.edges_directed(NodeIndex::new(at), Direction::Outgoing));
        edges.into_iter().flatten().filter_map(|edge| {
            let (node, fed) = self.nodes.get_index(edge.target().index())?;
            let (input, _) = fed.inputs().nth(edge.weight().input)?;
            Some(Consumer { node, input, slot: edge.weight().slot })
        })
    }

    /// The nodes from which one of `ends` can be reached over links, `ends` included.
    pub fn ancestors<'g>(&'g self, ends: impl IntoIterator<Item = &'g NodeId>) -> HashSet<&'g NodeId> {
        let topology = Reversed(self.topology());
        let mut dfs = Dfs::empty(topology);
        let mut found = HashSet::new();
        for end in ends.into_iter().filter_map(|id| self.nodes.get_index_of(id)) {
            dfs.move_to(NodeIndex::new(end));
            while let Some(node) = dfs.next(topology) {
                found.extend(self.nodes.get_index(node.index()).map(|(id, _)| id));
            }
        }
        found
    }

    /// The nodes in the order in which a JavaScript engine holds object keys: whole numbers below 2³²−1 ascending, then all
    /// others as they stand. It is the order of ComfyUI's own exports.
    pub fn in_editor_order(&self) -> Vec<(&NodeId, &Node)> {
        let mut nodes: Vec<(&NodeId, &Node)> = self.nodes.iter().collect();
        nodes.sort_by_cached_key(|(id, _)| array_index(id.as_str()));
        nodes
    }

    /// Puts nodes, and the inputs of each, into the order of [`in_editor_order`](Self::in_editor_order).
    pub(crate) fn sort_as_editor(&mut self) {
        self.topology.take();
        self.nodes.sort_by_cached_key(|id, _| array_index(id.as_str()));
        self.sort_inputs_as_editor();
    }

    /// The same for the inputs alone.
    pub(crate) fn sort_inputs_as_editor(&mut self) {
        for node in self.nodes.values_mut() {
            // Hardly any class names its inputs by numbers.
            if node.inputs().any(|(name, _)| !array_index(name).0) {
                node.sort_inputs_by(|a, b| array_index(a).cmp(&array_index(b)));
            }
        }
    }

    fn topology(&self) -> &Topology {
        self.topology.get_or_init(|| {
            let mut topology = Topology::with_capacity(self.nodes.len(), self.nodes.len());
            for at in 0..self.nodes.len() {
                topology.add_node(at);
            }
            for (target, node) in self.nodes.values().enumerate() {
                for (input, (_, held)) in node.inputs().enumerate() {
                    if let Value::Link(link) = &held.value
                        && let Some(origin) = self.nodes.get_index_of(&link.node)
                    {
                        let edge = Edge { slot: link.slot, input };
                        topology.add_edge(NodeIndex::new(origin), NodeIndex::new(target), edge);
                    }
                }
            }
            topology
        })
    }
}

/// Where a key sorts among JavaScript object keys: array indices by value, then everything else alike.
fn array_index(key: &str) -> (bool, u32) {
    if !key.starts_with(|c: char| c.is_ascii_digit()) {
        return (true, 0);
    }
    let plain = key.bytes().all(|b| b.is_ascii_digit()) && (key == "0" || !key.starts_with('0'));
    match key.parse::<u32>() {
        Ok(index) if plain && index != u32::MAX => (false, index),
        _ => (true, 0),
    }
}

impl PartialEq for Graph {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.nodes().all(|(id, node)| other.node(id.as_str()) == Some(node))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node(links: &[(&str, &str, i64)]) -> Node {
        let mut node = Node::new("Any");
        for (input, from, slot) in links {
            node = node.with(*input, Link { node: (*from).into(), slot: *slot });
        }
        node
    }

    fn consumers(graph: &Graph, id: &str) -> Vec<String> {
        let mut found: Vec<_> =
            graph.consumers(id).map(|c| format!("{}.{}<-{}", c.node, c.input, c.slot)).collect();
        found.sort();
        found
    }

    #[test]
    fn a_link_may_come_before_its_origin() {
        let mut graph = Graph::default();
        graph.insert("2", node(&[("a", "1", 0), ("b", "1", 1)]));
        assert!(consumers(&graph, "1").is_empty());
        graph.insert("1", node(&[]));
        assert_eq!(consumers(&graph, "1"), ["2.a<-0", "2.b<-1"]);
    }

    #[test]
    fn removing_a_node_leaves_links_that_dangle_until_it_is_back() {
        let mut graph = Graph::default();
        graph.insert("1", node(&[]));
        graph.insert("2", node(&[("a", "1", 0)]));
        graph.remove("1");
        assert!(matches!(graph.node("2").and_then(|n| n.value("a")), Some(Value::Link(_))));
        graph.insert("1", node(&[]));
        assert_eq!(consumers(&graph, "1"), ["2.a<-0"]);
    }

    #[test]
    fn setting_an_input_replaces_its_link() {
        let mut graph = Graph::default();
        graph.insert("1", node(&[]));
        graph.insert("2", node(&[("a", "1", 0)]));
        assert!(graph.set_input("2", "a", json!(5)));
        assert!(consumers(&graph, "1").is_empty());
        assert!(!graph.set_input("3", "a", json!(5)));
    }

    #[test]
    fn ancestors_are_all_that_lead_there() {
        let mut graph = Graph::default();
        graph.insert("b", node(&[("x", "a", 0)]));
        graph.insert("a", node(&[("x", "b", 0), ("y", "start", 0)]));
        graph.insert("start", node(&[("x", "gone", 0)]));
        graph.insert("end", node(&[("x", "a", 0)]));
        let of = |id: &str| {
            let end = NodeId::from(id);
            let found = graph.ancestors([&end]);
            graph
                .nodes()
                .map(|(id, _)| id)
                .filter(|id| found.contains(id))
                .map(NodeId::as_str)
                .collect::<Vec<_>>()
        };
        assert_eq!(of("a"), ["b", "a", "start"]);
        assert_eq!(of("start"), ["start"]);
        assert_eq!(of("gone"), [""; 0]);
    }

    #[test]
    fn editor_order_puts_array_indices_first() {
        let mut graph = Graph::default();
        for id in ["57:8", "10", "007", "2", "4294967295", "4294967294"] {
            graph.insert(id, node(&[]));
        }
        graph.sort_as_editor();
        let ids: Vec<&str> = graph.nodes().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["2", "10", "4294967294", "57:8", "007", "4294967295"]);
    }

    #[test]
    fn ancestors_in_a_chain_of_a_hundred_thousand_nodes_need_no_recursion() {
        let mut graph = Graph::default();
        for i in 0..100_000 {
            let from = format!("{}", i + 1);
            graph.insert(NodeId::new(i.to_string()), node(&[("x", &from, 0)]));
        }
        assert_eq!(graph.ancestors([&NodeId::from("0")]).len(), 100_000);
    }
}
