//! The links that a server follows through a prompt, and what follows from them: what is reached and in which order, what
//! leads where, what goes in circles. The graph and its algorithms are petgraph's, but only those that do not recurse; all
//! take time in proportion to nodes and links.

use foldhash::HashMap;
use petgraph::algo::{kosaraju_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Bfs, Dfs, EdgeRef, Reversed};

/// The links of a prompt, each from the node that has it to the node it starts at. Nodes and links are numbered in the order
/// in which they were added.
#[derive(Debug)]
pub(super) struct Links(DiGraph<(), ()>);

/// The first visit of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Visit {
    /// The node.
    pub(super) node: u32,
    /// Which start it was reached from first.
    pub(super) start: u32,
}

impl Links {
    /// So many nodes without a link.
    pub(super) fn new(nodes: usize) -> Self {
        let mut graph = DiGraph::with_capacity(nodes, nodes);
        for _ in 0..nodes {
            graph.add_node(());
        }
        Self(graph)
    }

    /// Adds a link of node `from` to node `to`. Both are there.
    pub(super) fn add(&mut self, from: u32, to: u32) {
        self.0.add_edge(NodeIndex::from(from), NodeIndex::from(to), ());
    }

    /// The links of a node, each with the node it leads to, in no particular order.
    pub(super) fn of(&self, node: u32) -> impl Iterator<Item = (usize, u32)> {
        self.0.edges(NodeIndex::from(node)).map(|link| (link.id().index(), position(link.target())))
    }

    /// The nodes that the starts lead to, as a server visits them: one start after the other, and from a node its links one
    /// after the other, each with all that it leads to.
    pub(super) fn visits(&self, starts: impl IntoIterator<Item = u32>) -> Vec<Visit> {
        let mut visits = Vec::with_capacity(self.0.node_count());
        let mut dfs = Dfs::empty(&self.0);
        for (start, node) in (0_u32..).zip(starts) {
            dfs.move_to(NodeIndex::from(node));
            // petgraph stacks the neighbours of a node, the latest first: they are visited in the order they were added.
            while let Some(node) = dfs.next(&self.0) {
                visits.push(Visit { node: position(node), start });
            }
        }
        visits
    }

    /// By node, the link by which it was visited; `None` for one that was not, and for a start.
    pub(super) fn visited_by(&self, visits: &[Visit]) -> Vec<Option<usize>> {
        let mut links = vec![None; self.0.node_count()];
        let mut seen = vec![false; self.0.node_count()];
        for visit in visits {
            set(&mut seen, visit.node, true);
            // A later visit hides earlier ones; of one visit, the first link, which comes last, hides the others.
            for link in self.0.edges(NodeIndex::from(visit.node)) {
                let to = position(link.target());
                if !at(&seen, to) {
                    set(&mut links, to, Some(link.id().index()));
                }
            }
        }
        links
    }

    /// By node, whether it leads to one of the ends. An end leads to itself.
    pub(super) fn leading_to(&self, ends: impl IntoIterator<Item = u32>) -> Vec<bool> {
        let mut leading = vec![false; self.0.node_count()];
        let mut dfs = Dfs::empty(Reversed(&self.0));
        for end in ends {
            dfs.move_to(NodeIndex::from(end));
            while let Some(node) = dfs.next(Reversed(&self.0)) {
                set(&mut leading, position(node), true);
            }
        }
        leading
    }

    /// All nodes, each after those that it leads to. In a circle they are in the order of a visit of all nodes.
    pub(super) fn origins_first(&self) -> Vec<u32> {
        if let Ok(order) = toposort(&self.0, None) {
            return order.into_iter().rev().map(position).collect();
        }
        let everything = self.visits(0..count(self.0.node_count()));
        let order = self.order(&everything);
        let mut groups = kosaraju_scc(&self.0);
        for group in &mut groups {
            group.sort_unstable_by_key(|node| at(&order, position(*node)));
        }
        groups.into_iter().flatten().map(position).collect()
    }

    /// The groups of visited nodes that lead to each other, and each node that leads to itself: members in the order of the
    /// visits, and groups by their first member.
    pub(super) fn circles(&self, visits: &[Visit]) -> Vec<Vec<u32>> {
        if toposort(&self.0, None).is_ok() {
            return Vec::new();
        }
        let order = self.order(visits);
        let place = |node: u32| at(&order, node);
        let is_circle = |group: &Vec<NodeIndex>| match group.as_slice() {
            [one] => self.0.contains_edge(*one, *one),
            _ => true,
        };
        let mut groups: Vec<Vec<u32>> = kosaraju_scc(&self.0)
            .into_iter()
            .filter(is_circle)
            .map(|group| group.into_iter().map(position).collect::<Vec<u32>>())
            // Of a group, all are visited or none.
            .filter(|group| group.first().is_some_and(|node| place(*node) != NEVER))
            .collect();
        for group in &mut groups {
            group.sort_unstable_by_key(|node| place(*node));
        }
        groups.sort_unstable_by_key(|group| group.first().map(|node| place(*node)));
        groups
    }

    /// One shortest way around a circle: from its first node over others back to it, the first not repeated.
    pub(super) fn ring(&self, circle: &[u32]) -> Vec<u32> {
        let places: HashMap<u32, u32> = circle.iter().copied().zip(0..).collect();
        // The circle alone. petgraph gives the latest link first, so here the first one is.
        let mut inner: DiGraph<u32, ()> = DiGraph::with_capacity(circle.len(), circle.len());
        let first = NodeIndex::from(0);
        for node in circle {
            inner.add_node(*node);
        }
        for (node, from) in circle.iter().zip(0_u32..) {
            for to in self.0.neighbors(NodeIndex::from(*node)) {
                if let Some(to) = places.get(&position(to)) {
                    inner.add_edge(NodeIndex::from(from), NodeIndex::from(*to), ());
                }
            }
        }
        let mut came: Vec<Option<NodeIndex>> = vec![None; circle.len()];
        let mut bfs = Bfs::new(&inner, first);
        while let Some(node) = bfs.next(&inner) {
            for to in inner.neighbors(node) {
                if to == first {
                    let back = std::iter::successors(Some(node), |node| came.get(node.index()).copied()?);
                    let mut ring: Vec<u32> =
                        back.filter_map(|node| inner.node_weight(node)).copied().collect();
                    ring.reverse();
                    return ring;
                }
                if let Some(came) = came.get_mut(to.index()) {
                    came.get_or_insert(node);
                }
            }
        }
        circle.to_vec()
    }

    /// How many nodes the longest chain of links among the visited ones has. A circle counts whole, since the way through it
    /// may be that long.
    pub(super) fn longest_chain(&self, visits: &[Visit]) -> usize {
        let order = self.order(visits);
        let mut depths: Vec<usize> = vec![0; self.0.node_count()];
        let mut longest = 0;
        // Each group comes after all it leads to.
        for group in kosaraju_scc(&self.0) {
            if group.first().is_none_or(|node| at(&order, position(*node)) == NEVER) {
                continue;
            }
            // Links inside of the group find no depth yet.
            let below = group.iter().flat_map(|node| self.0.neighbors(*node));
            let below = below.map(|to| at(&depths, position(to))).max().unwrap_or(0);
            for node in &group {
                set(&mut depths, position(*node), below + group.len());
            }
            longest = longest.max(below + group.len());
        }
        longest
    }

    /// By node, when it was visited.
    fn order(&self, visits: &[Visit]) -> Vec<u32> {
        let mut order = vec![NEVER; self.0.node_count()];
        for (visit, time) in visits.iter().zip(0_u32..) {
            set(&mut order, visit.node, time);
        }
        order
    }
}

/// The time of a visit that is none.
const NEVER: u32 = u32::MAX;

/// Positions are 32 bits wide: a document has fewer bytes.
fn position(node: NodeIndex) -> u32 {
    count(node.index())
}

fn count(nodes: usize) -> u32 {
    u32::try_from(nodes).unwrap_or(NEVER)
}

/// What a list holds for a node; every list here is as long as there are nodes.
fn at<T: Copy + Default>(list: &[T], node: u32) -> T {
    list.get(node as usize).copied().unwrap_or_default()
}

fn set<T>(list: &mut [T], node: u32, value: T) {
    if let Some(place) = list.get_mut(node as usize) {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(links: &[&[u32]]) -> Links {
        let mut graph = Links::new(links.len());
        for (from, to) in (0..).zip(links).flat_map(|(from, links)| links.iter().map(move |to| (from, *to))) {
            graph.add(from, to);
        }
        graph
    }

    fn nodes(visits: &[Visit]) -> Vec<u32> {
        visits.iter().map(|visit| visit.node).collect()
    }

    #[test]
    fn visits_follow_one_link_to_its_end_before_the_next() {
        let links = links(&[&[2, 1, 2], &[3], &[4, 1], &[], &[3], &[0]]);
        let visits = links.visits([0, 5]);
        assert_eq!(nodes(&visits), [0, 2, 4, 3, 1, 5]);
        assert_eq!(visits.last(), Some(&Visit { node: 5, start: 1 }));
        assert_eq!(links.visited_by(&visits), [None, Some(5), Some(0), Some(6), Some(4), None]);
    }

    #[test]
    fn only_what_a_start_leads_to_is_visited() {
        let links = links(&[&[1], &[], &[1, 3], &[2]]);
        let visits = links.visits([0]);
        assert_eq!(nodes(&visits), [0, 1]);
        assert_eq!(links.longest_chain(&visits), 2);
        assert!(links.circles(&visits).is_empty());
        assert_eq!(links.leading_to([1]), [true; 4]);
        assert_eq!(links.leading_to([3]), [false, false, true, true]);
    }

    #[test]
    fn a_circle_has_a_way_around() {
        let links = links(&[&[1], &[3, 2], &[1, 3], &[3, 4], &[1]]);
        let circles = links.circles(&links.visits([0]));
        assert_eq!(circles, [[1, 3, 4, 2]]);
        assert_eq!(links.ring(&[1, 3, 4, 2]), [1, 2]);
        assert_eq!(links.ring(&[3, 4]), [3]);
        assert_eq!(links.longest_chain(&links.visits([0])), 5);
    }

    #[test]
    fn origins_come_first() {
        assert_eq!(links(&[&[1, 2], &[2], &[]]).origins_first(), [2, 1, 0]);
        assert_eq!(links(&[&[1], &[2], &[1, 3], &[]]).origins_first(), [3, 1, 2, 0]);
    }

    #[test]
    fn a_chain_and_a_circle_of_a_hundred_thousand_need_no_recursion() {
        let mut links = Links::new(100_000);
        for node in 1..100_000 {
            links.add(node - 1, node);
        }
        let visits = links.visits([0]);
        assert_eq!(links.longest_chain(&visits), 100_000);
        assert!(links.leading_to([99_999]).into_iter().all(|leads| leads));
        assert_eq!(links.origins_first().first(), Some(&99_999));
        links.add(99_999, 0);
        let circles = links.circles(&visits);
        assert_eq!(circles.iter().map(|circle| links.ring(circle).len()).collect::<Vec<_>>(), [100_000]);
    }
}
