//! The links that a server follows through a prompt, and what follows from them: what is reached and in which order, what
//! leads where, what goes in circles. The graph and its algorithms are petgraph's, but only those that do not recurse; all
//! take time in proportion to nodes and links.
#![expect(
    clippy::indexing_slicing,
    reason = "every index is the position of a node, and lists have one element for each"
)]

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
        self.0.add_edge(from.into(), to.into(), ());
    }

    /// The links of a node, each with the node it leads to, the latest first.
    pub(super) fn of(&self, node: u32) -> impl Iterator<Item = (usize, u32)> {
        self.0.edges(node.into()).map(|link| (link.id().index(), position(link.target())))
    }

    /// The nodes that the starts lead to, as a server visits them: one start after the other, and from a node its links one
    /// after the other, each with all that it leads to.
    pub(super) fn visits(&self, starts: impl IntoIterator<Item = u32>) -> Vec<Visit> {
        let mut visits = Vec::with_capacity(self.0.node_count());
        let mut dfs = Dfs::empty(&self.0);
        for (start, node) in (0_u32..).zip(starts) {
            dfs.move_to(node.into());
            // petgraph stacks the neighbours of a node, the latest first: they are visited in the order they were added.
            while let Some(node) = dfs.next(&self.0) {
                visits.push(Visit { node: position(node), start });
            }
        }
        visits
    }

    /// By node, the link by which it was visited; `None` for one that was not, and for a start.
    pub(super) fn visited_by(&self, visits: &[Visit]) -> Vec<Option<usize>> {
        let mut by = vec![None; self.0.node_count()];
        let mut seen = vec![false; self.0.node_count()];
        for visit in visits {
            seen[visit.node as usize] = true;
            // A later visit hides earlier ones; of one visit, the first link, which comes last, hides the others.
            for (link, to) in self.of(visit.node).filter(|(_, to)| !seen[*to as usize]) {
                by[to as usize] = Some(link);
            }
        }
        by
    }

    /// By node, whether it leads to one of the ends. An end leads to itself.
    pub(super) fn leading_to(&self, ends: impl IntoIterator<Item = u32>) -> Vec<bool> {
        let mut leading = vec![false; self.0.node_count()];
        let mut dfs = Dfs::empty(Reversed(&self.0));
        for end in ends {
            dfs.move_to(end.into());
            while let Some(node) = dfs.next(Reversed(&self.0)) {
                leading[node.index()] = true;
            }
        }
        leading
    }

    /// All nodes, each after those that it leads to. In a circle they are in the order of a visit of all nodes.
    pub(super) fn origins_first(&self) -> impl Iterator<Item = u32> {
        let everything = self.visits(self.0.node_indices().map(position));
        self.groups(&everything).into_iter().flatten()
    }

    /// The visited nodes, together with those that lead to them and back, each group after all it leads to. Members are in
    /// the order of the visits.
    fn groups(&self, visits: &[Visit]) -> Vec<Vec<u32>> {
        let mut order = vec![None; self.0.node_count()];
        for (visit, time) in visits.iter().zip(0_u32..) {
            order[visit.node as usize] = Some(time);
        }
        let mut groups: Vec<Vec<u32>> = Vec::with_capacity(visits.len());
        for group in kosaraju_scc(&self.0) {
            let mut group: Vec<u32> = group.into_iter().map(position).collect();
            group.sort_unstable_by_key(|node| order[*node as usize]);
            // Of a group, all are visited or none.
            if group.first().is_some_and(|node| order[*node as usize].is_some()) {
                groups.push(group);
            }
        }
        groups
    }

    /// The groups of visited nodes that lead to each other, and each node that leads to itself, in no particular order.
    /// Members are in the order of the visits.
    pub(super) fn circles(&self, visits: &[Visit]) -> Vec<Vec<u32>> {
        if toposort(&self.0, None).is_ok() {
            return Vec::new();
        }
        let mut groups = self.groups(visits);
        groups.retain(|group| group.len() > 1 || self.of(group[0]).any(|(_, to)| to == group[0]));
        groups
    }

    /// One shortest way around a circle: from its first node over others back to it, the first not repeated.
    pub(super) fn ring(&self, circle: &[u32]) -> Vec<u32> {
        let places: HashMap<u32, u32> = circle.iter().copied().zip(0..).collect();
        // The circle alone, the links of a node in reverse: petgraph gives the latest first.
        let mut inner = Self::new(circle.len());
        for (from, node) in (0..).zip(circle) {
            for to in self.of(*node).filter_map(|(_, to)| places.get(&to)) {
                inner.add(from, *to);
            }
        }
        let first = NodeIndex::from(0);
        let mut came: Vec<Option<NodeIndex>> = vec![None; circle.len()];
        let mut bfs = Bfs::new(&inner.0, first);
        while let Some(node) = bfs.next(&inner.0) {
            for to in inner.0.neighbors(node) {
                if to == first {
                    let way = std::iter::successors(Some(node), |node| came[node.index()]);
                    let mut ring: Vec<u32> = way.map(|node| circle[node.index()]).collect();
                    ring.reverse();
                    return ring;
                }
                came[to.index()].get_or_insert(node);
            }
        }
        circle.to_vec()
    }

    /// How many nodes the longest chain of links among the visited ones has. A circle counts whole, since the way through it
    /// may be that long.
    pub(super) fn longest_chain(&self, visits: &[Visit]) -> usize {
        let mut lengths = vec![0; self.0.node_count()];
        for group in self.groups(visits) {
            // Links within the group find no length yet.
            let below = group.iter().flat_map(|node| self.of(*node)).map(|(_, to)| lengths[to as usize]);
            let length = below.max().unwrap_or(0) + group.len();
            for node in group {
                lengths[node as usize] = length;
            }
        }
        lengths.into_iter().max().unwrap_or(0)
    }
}

/// Positions are 32 bits wide: a document has fewer bytes.
fn position(node: NodeIndex) -> u32 {
    u32::try_from(node.index()).unwrap_or(u32::MAX)
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
        assert!(links(&[&[1, 2], &[2], &[]]).origins_first().eq([2, 1, 0]));
        assert!(links(&[&[1], &[2], &[1, 3], &[]]).origins_first().eq([3, 1, 2, 0]));
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
        assert_eq!(links.origins_first().next(), Some(99_999));
        links.add(99_999, 0);
        let circles = links.circles(&visits);
        assert_eq!(circles.iter().map(|circle| links.ring(circle).len()).collect::<Vec<_>>(), [100_000]);
    }
}
