//! Which function adds which node, in which order, and what is handed from one function to another.
//!
//! Nodes whose ids begin alike, `57:8` and `57:9`, come from one subgraph of the editor and get a function of their own. Nodes
//! follow those that feed them; else they stand in the order of the prompt. A function that would be so long that `rustc`
//! becomes slow is cut into parts.
//!
//! A link is a variable where its origin comes before it, handed through functions as parameter or result. Where it does
//! not, as in a circle of nodes, between parts, or with no origin at all, the link is made by the origin's id.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use crate::graph::{Graph, Link, Node, NodeId, Value};

/// How deep functions are nested; ids of more segments keep the rest.
const DEPTH: usize = 8;
/// The most nodes and calls in a function.
const LENGTH: usize = 250;

/// The functions of a program; the first one is that of the whole graph.
#[derive(Debug)]
pub(super) struct Plan<'g> {
    pub(super) nodes: Vec<Planned<'g>>,
    pub(super) scopes: Vec<Scope>,
    /// Whether nodes must be put into the order of the prompt when all are there.
    pub(super) reorders: bool,
    places: HashMap<&'g str, usize>,
}

/// A node with its place.
#[derive(Debug)]
pub(super) struct Planned<'g> {
    pub(super) id: &'g NodeId,
    pub(super) node: &'g Node,
    /// The id within its function.
    pub(super) short: &'g str,
    /// How many outputs can be variables, where that is known.
    slots: Option<usize>,
    scope: usize,
    /// When it is added.
    pub(super) rank: usize,
}

/// A function.
#[derive(Debug, Default)]
pub(super) struct Scope {
    parent: Option<usize>,
    /// What ids in it begin with in the scope around it; `None` for a part of a function that is too long.
    pub(super) prefix: Option<String>,
    pub(super) items: Vec<Item>,
    pub(super) parameters: Vec<Wire>,
    pub(super) results: Vec<Wire>,
}

/// What a function does, step by step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Item {
    Node(usize),
    Scope(usize),
}

/// What is handed from function to function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Wire {
    /// An output of a node.
    Output(usize, i64),
    /// A published input.
    Published(usize),
}

impl<'g> Plan<'g> {
    /// The plan of a graph, of whose nodes some follow published inputs: node, and which. `slots` tells how many outputs of a
    /// node can be variables, where not any can.
    pub(super) fn of(
        graph: &'g Graph,
        published: &[(&str, usize)],
        slots: impl Fn(&Node) -> Option<usize>,
    ) -> Self {
        let (mut nodes, scopes) = scopes(graph);
        for planned in &mut nodes {
            planned.slots = slots(planned.node);
        }
        let places = nodes.iter().enumerate().map(|(i, planned)| (planned.id.as_str(), i)).collect();
        let mut plan = Self { nodes, scopes, reorders: false, places };
        plan.order();
        plan.cut();
        plan.rank();
        plan.hand_on(published);
        plan
    }

    /// The node of an id.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The output at the other end of a link, where it comes to the node as a variable.
    pub(super) fn wire(&self, link: &Link, to: usize) -> Option<Wire> {
        let from = self.find(link.node.as_str())?;
        let (origin, consumer) = (self.nodes.get(from)?, self.nodes.get(to)?);
        let is_slot =
            origin.slots.is_none_or(|slots| usize::try_from(link.slot).is_ok_and(|slot| slot < slots));
        if origin.rank >= consumer.rank || !is_slot {
            return None;
        }
        let (up, down) = self.way(origin.scope, consumer.scope);
        let is_part = |&scope: &usize| self.scopes.get(scope).is_none_or(|scope| scope.prefix.is_none());
        let whole = !up.iter().chain(&down).any(is_part);
        whole.then_some(Wire::Output(from, link.slot))
    }

    /// The nodes in the order in which they are added.
    pub(super) fn in_order(&self) -> Vec<usize> {
        let mut nodes: Vec<usize> = (0..self.nodes.len()).collect();
        nodes.sort_by_key(|&node| self.nodes.get(node).map(|planned| planned.rank));
        nodes
    }

    /// The scopes from `from` up, and from `to` up, below the one that holds both.
    fn way(&self, from: usize, to: usize) -> (Vec<usize>, Vec<usize>) {
        let (mut up, mut down) = (self.above(from), self.above(to));
        while up.last().is_some() && up.last() == down.last() {
            up.pop();
            down.pop();
        }
        (up, down)
    }

    /// Whether a node is added by a scope, or by one in it.
    pub(super) fn holds(&self, scope: usize, node: usize) -> bool {
        self.nodes.get(node).is_some_and(|planned| self.above(planned.scope).contains(&scope))
    }

    /// A scope and those around it.
    pub(super) fn above(&self, scope: usize) -> Vec<usize> {
        let parent = |&scope: &usize| self.scopes.get(scope).and_then(|scope| scope.parent);
        std::iter::successors(Some(scope), parent).collect()
    }

    /// Puts the items of each scope behind those that feed them, and else in the order of the prompt.
    fn order(&mut self) {
        let mut waits: HashMap<Item, usize> = HashMap::new();
        let mut feeds: HashMap<Item, Vec<Item>> = HashMap::new();
        for (to, planned) in self.nodes.iter().enumerate() {
            for link in links(planned.node) {
                let Some(from) = self.find(link.node.as_str()) else { continue };
                let Some(origin) = self.nodes.get(from) else { continue };
                let (up, down) = self.way(origin.scope, planned.scope);
                let item =
                    |way: &[usize], node| way.last().map_or(Item::Node(node), |&scope| Item::Scope(scope));
                let (before, after) = (item(&up, from), item(&down, to));
                if before != after {
                    feeds.entry(before).or_default().push(after);
                    *waits.entry(after).or_default() += 1;
                }
            }
        }
        for scope in &mut self.scopes {
            scope.items = sorted(&scope.items, &mut waits, &feeds);
        }
    }

    /// Cuts scopes that are too long into parts.
    fn cut(&mut self) {
        for index in 0..self.scopes.len() {
            while let Some(items) =
                self.scopes.get(index).map(|scope| scope.items.clone()).filter(|items| items.len() > LENGTH)
            {
                let mut parts = Vec::new();
                for items in items.chunks(LENGTH) {
                    let part = self.scopes.len();
                    for item in items {
                        match *item {
                            Item::Node(node) => {
                                if let Some(planned) = self.nodes.get_mut(node) {
                                    planned.scope = part;
                                }
                            }
                            Item::Scope(scope) => {
                                if let Some(scope) = self.scopes.get_mut(scope) {
                                    scope.parent = Some(part);
                                }
                            }
                        }
                    }
                    self.scopes.push(Scope {
                        parent: Some(index),
                        items: items.to_vec(),
                        ..Scope::default()
                    });
                    parts.push(Item::Scope(part));
                }
                if let Some(scope) = self.scopes.get_mut(index) {
                    scope.items = parts;
                }
            }
        }
    }

    /// Counts nodes in the order they are added, and compares that with the prompt's.
    fn rank(&mut self) {
        let mut count = 0;
        let mut open = vec![Item::Scope(0)];
        let mut added = Vec::with_capacity(self.nodes.len());
        while let Some(item) = open.pop() {
            match item {
                Item::Scope(scope) => {
                    let items =
                        self.scopes.get(scope).map(|scope| scope.items.as_slice()).unwrap_or_default();
                    open.extend(items.iter().rev());
                }
                Item::Node(node) => {
                    if let Some(planned) = self.nodes.get_mut(node) {
                        planned.rank = count;
                        count += 1;
                        added.push(node);
                    }
                }
            }
        }
        // As the editor sorts them: ids that are numbers first.
        added.sort_by_key(|&node| self.nodes.get(node).map(|planned| index_of(planned.id.as_str())));
        self.reorders = !added.is_sorted();
    }

    /// Declares parameters and results for every link that becomes a variable, and for published inputs.
    fn hand_on(&mut self, published: &[(&str, usize)]) {
        let mut seen: BTreeSet<(usize, Wire)> = BTreeSet::new();
        let mut handed: Vec<(usize, Wire, bool)> = Vec::new();
        for (to, planned) in self.nodes.iter().enumerate() {
            for link in links(planned.node) {
                let Some(wire @ Wire::Output(from, _)) = self.wire(link, to) else { continue };
                let Some(origin) = self.nodes.get(from) else { continue };
                let (up, down) = self.way(origin.scope, planned.scope);
                let up = up.into_iter().map(|scope| (scope, wire, false));
                let down = down.into_iter().map(|scope| (scope, wire, true));
                handed.extend(up.chain(down).filter(|&(scope, wire, _)| seen.insert((scope, wire))));
            }
        }
        for &(node, which) in published {
            let Some(planned) = self.find(node).and_then(|node| self.nodes.get(node)) else { continue };
            let wire = Wire::Published(which);
            let down = self.above(planned.scope).into_iter().filter(|&scope| scope != 0);
            handed.extend(down.filter(|&scope| seen.insert((scope, wire))).map(|scope| (scope, wire, true)));
        }
        for (scope, wire, goes_in) in handed {
            let Some(scope) = self.scopes.get_mut(scope) else { continue };
            if goes_in { scope.parameters.push(wire) } else { scope.results.push(wire) }
        }
    }
}

/// The links of a node.
pub(super) fn links(node: &Node) -> impl Iterator<Item = &Link> {
    node.inputs().filter_map(|(_, input)| match &input.value {
        Value::Link(link) => Some(link),
        Value::Literal(_) => None,
    })
}

/// Where an id sorts among the keys of the editor's export: numbers ascending, then all others.
fn index_of(id: &str) -> (bool, u32) {
    match id.parse::<u32>() {
        Ok(index) if index != u32::MAX && index.to_string() == id => (false, index),
        _ => (true, 0),
    }
}

/// The nodes, each in its scope, and the scopes with their items in the order of the prompt.
fn scopes(graph: &Graph) -> (Vec<Planned<'_>>, Vec<Scope>) {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for (id, _) in graph.nodes() {
        for prefix in prefixes(id.as_str()) {
            *counts.entry(prefix).or_default() += 1;
        }
    }
    // A scope is worth a function when it holds several nodes, and more than each scope in it.
    let mut outer: BTreeSet<&str> = BTreeSet::new();
    for (id, _) in graph.nodes() {
        let mut around: Option<&str> = None;
        for prefix in prefixes(id.as_str()) {
            if let Some(around) = around
                && counts.get(around) == counts.get(prefix)
            {
                outer.insert(around);
            }
            around = Some(prefix);
        }
    }
    let mut scopes = vec![Scope { prefix: Some(String::new()), ..Scope::default() }];
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut nodes = Vec::with_capacity(graph.len());
    for (index, (id, node)) in graph.nodes().enumerate() {
        let (mut scope, mut taken) = (0, 0);
        for prefix in prefixes(id.as_str()) {
            if outer.contains(prefix) || counts.get(prefix).is_none_or(|&count| count < 2) {
                continue;
            }
            let short = prefix.get(taken..).unwrap_or_default();
            let next = scopes.len();
            let inner = *known.entry(prefix).or_insert(next);
            if inner == next {
                scopes.push(Scope {
                    parent: Some(scope),
                    prefix: Some(short.to_owned()),
                    ..Scope::default()
                });
                if let Some(around) = scopes.get_mut(scope) {
                    around.items.push(Item::Scope(inner));
                }
            }
            scope = inner;
            taken = prefix.len().saturating_add(1);
        }
        if let Some(scope) = scopes.get_mut(scope) {
            scope.items.push(Item::Node(index));
        }
        let short = id.as_str().get(taken..).unwrap_or_default();
        nodes.push(Planned { id, node, short, slots: None, scope, rank: 0 });
    }
    (nodes, scopes)
}

/// What an id begins with, up to each of its first colons.
fn prefixes(id: &str) -> impl Iterator<Item = &str> {
    id.match_indices(':').take(DEPTH).filter_map(|(colon, _)| id.get(..colon))
}

/// Items behind those they wait for. Of those that may come next, the first of the prompt does; when all wait for each other,
/// the first of them does.
fn sorted(items: &[Item], waits: &mut HashMap<Item, usize>, feeds: &HashMap<Item, Vec<Item>>) -> Vec<Item> {
    let places: HashMap<Item, usize> = items.iter().enumerate().map(|(i, &item)| (item, i)).collect();
    let mut left: BTreeSet<usize> = (0..items.len()).collect();
    let mut ready: BinaryHeap<Reverse<usize>> = items
        .iter()
        .enumerate()
        .filter(|(_, item)| !waits.contains_key(item))
        .map(|(place, _)| Reverse(place))
        .collect();
    let mut done = Vec::with_capacity(items.len());
    while let Some(place) = ready.pop().map(|Reverse(place)| place).or_else(|| left.first().copied()) {
        let Some(&item) = items.get(place).filter(|_| left.remove(&place)) else { continue };
        done.push(item);
        for after in feeds.get(&item).into_iter().flatten() {
            let (Some(wait), Some(&place)) = (waits.get_mut(after), places.get(after)) else { continue };
            *wait = wait.saturating_sub(1);
            if *wait == 0 {
                ready.push(Reverse(place));
            }
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plan as one line a function: its prefix, then its items, then what it takes and gives.
    #[track_caller]
    fn check(nodes: &[(&str, &[&str])], expected: &[&str]) {
        let mut graph = Graph::default();
        for (id, origins) in nodes {
            let mut node = Node::new("Any");
            for (i, origin) in origins.iter().enumerate() {
                node = node.with(format!("x{i}"), Link { node: (*origin).into(), slot: 0 });
            }
            graph.insert(*id, node);
        }
        let plan = Plan::of(&graph, &[], |_| None);
        let wires = |wires: &[Wire]| {
            let name = |wire: &Wire| match wire {
                Wire::Output(node, slot) => format!("{}.{slot}", plan.nodes[*node].id),
                Wire::Published(which) => which.to_string(),
            };
            wires.iter().map(name).collect::<Vec<_>>().join(" ")
        };
        let lines: Vec<String> = plan
            .scopes
            .iter()
            .map(|scope| {
                let items: Vec<String> = scope
                    .items
                    .iter()
                    .map(|item| match item {
                        Item::Node(node) => plan.nodes[*node].short.to_owned(),
                        Item::Scope(scope) => format!("#{scope}"),
                    })
                    .collect();
                let prefix = scope.prefix.as_deref().unwrap_or("part");
                format!(
                    "{prefix}[{}] in[{}] out[{}]",
                    items.join(" "),
                    wires(&scope.parameters),
                    wires(&scope.results)
                )
            })
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn nodes_follow_those_that_feed_them() {
        check(&[("1", &["3"]), ("2", &[]), ("3", &["2"])], &["[2 3 1] in[] out[]"]);
        check(&[("1", &["2"]), ("2", &["1"]), ("3", &["3", "9"])], &["[3 1 2] in[] out[]"]);
    }

    #[test]
    fn ids_that_begin_alike_share_a_function() {
        check(
            &[("1", &[]), ("2", &["5:2"]), ("5:1", &["1"]), ("5:2", &["5:1"]), ("6:1", &["5:2"])],
            &["[1 #1 2 6:1] in[] out[]", "5[1 2] in[1.0] out[5:2.0]"],
        );
        check(
            &[("5:6:1", &[]), ("5:6:2", &["5:6:1"]), ("7:1", &[]), ("7:8:1", &["7:1"]), ("7:8:2", &[])],
            &["[#1 #2] in[] out[]", "5:6[1 2] in[] out[]", "7[1 #3] in[] out[]", "8[1 2] in[7:1.0] out[]"],
        );
    }

    #[test]
    fn functions_in_a_circle_are_joined_by_ids() {
        check(
            &[("5:1", &["6:1"]), ("5:2", &[]), ("6:1", &["5:2"]), ("6:2", &[])],
            &["[#1 #2] in[] out[]", "5[1 2] in[] out[5:2.0]", "6[1 2] in[5:2.0] out[]"],
        );
    }

    #[test]
    fn long_functions_are_cut() {
        let ids: Vec<String> = (0..=LENGTH * LENGTH).map(|i| i.to_string()).collect();
        let mut graph = Graph::default();
        for id in &ids {
            graph.insert(NodeId::new(id.as_str()), Node::new("Any"));
        }
        let plan = Plan::of(&graph, &[], |_| None);
        assert!(plan.scopes.iter().all(|scope| scope.items.len() <= LENGTH));
        assert!(!plan.reorders);
    }
}
