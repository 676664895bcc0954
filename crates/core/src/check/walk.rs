//! The walk of the server from the outputs of a prompt along its links: what is reached, in which order, and where it goes
//! in circles. It recurses nowhere, and takes time in proportion to nodes and links.
#![expect(clippy::indexing_slicing, reason = "every index is a position that this module gave out itself")]

use std::collections::VecDeque;
use std::ops::Range;

/// A position that nothing has.
const NONE: u32 = u32::MAX;

/// A finished walk.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// The reached nodes in the order of the first visit.
    pub(super) visits: Vec<Visit>,
    /// The targets of all links, those of one node together.
    pub(super) links: Vec<u32>,
    /// By node.
    states: Vec<State>,
    /// The members of all strongly connected groups, those of one group together, each group after all it leads to.
    members: Vec<u32>,
    groups: Vec<Range<u32>>,
}

/// The first visit of a node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visit {
    /// The node.
    pub(super) node: u32,
    /// The node and the link that led to it; `None` for a start.
    pub(super) by: Option<(u32, u32)>,
    /// Which start it was reached from first.
    pub(super) start: u32,
}

#[derive(Debug, Clone, Copy)]
struct State {
    index: u32,
    low: u32,
    group: u32,
    first: u32,
    end: u32,
}

const UNSEEN: State = State { index: NONE, low: NONE, group: NONE, first: 0, end: 0 };

struct Frame {
    node: u32,
    next: u32,
}

/// Walks over `count` nodes from `starts`. `open` is asked once for each node that is reached, and adds the targets of its
/// links to the list.
pub(super) fn walk(
    count: usize,
    starts: impl IntoIterator<Item = u32>,
    mut open: impl FnMut(u32, &mut Vec<u32>),
) -> Walk {
    let mut walk = Walk { states: vec![UNSEEN; count], ..Walk::default() };
    let mut frames: Vec<Frame> = Vec::new();
    let mut pending: Vec<u32> = Vec::new();
    for (start, node) in (0_u32..).zip(starts) {
        if walk.states[node as usize].index == NONE {
            walk.visit(Visit { node, by: None, start }, &mut open, &mut frames, &mut pending);
        }
        while let Some(Frame { node, next }) = frames.last_mut() {
            let node = *node;
            if *next < walk.states[node as usize].end {
                let link = *next;
                *next += 1;
                let to = walk.links[link as usize];
                let target = walk.states[to as usize];
                if target.index == NONE {
                    walk.visit(
                        Visit { node: to, by: Some((node, link)), start },
                        &mut open,
                        &mut frames,
                        &mut pending,
                    );
                } else if target.group == NONE {
                    let state = &mut walk.states[node as usize];
                    state.low = state.low.min(target.index);
                }
            } else {
                frames.pop();
                walk.leave(node, frames.last().map(|frame| frame.node), &mut pending);
            }
        }
    }
    walk
}

impl Walk {
    fn visit(
        &mut self,
        visit: Visit,
        open: &mut impl FnMut(u32, &mut Vec<u32>),
        frames: &mut Vec<Frame>,
        pending: &mut Vec<u32>,
    ) {
        let index = position(self.visits.len());
        let first = position(self.links.len());
        open(visit.node, &mut self.links);
        let end = position(self.links.len());
        self.visits.push(visit);
        self.states[visit.node as usize] = State { index, low: index, group: NONE, first, end };
        frames.push(Frame { node: visit.node, next: first });
        pending.push(visit.node);
    }

    fn leave(&mut self, node: u32, by: Option<u32>, pending: &mut Vec<u32>) {
        let State { index, low, .. } = self.states[node as usize];
        if low == index {
            let group = position(self.groups.len());
            let first = position(self.members.len());
            while let Some(member) = pending.pop() {
                self.states[member as usize].group = group;
                self.members.push(member);
                if member == node {
                    break;
                }
            }
            self.groups.push(first..position(self.members.len()));
        }
        if let Some(by) = by {
            let state = &mut self.states[by as usize];
            state.low = state.low.min(low);
        }
    }

    /// Whether a node was reached.
    pub(super) fn reached(&self, node: u32) -> bool {
        self.states[node as usize].index != NONE
    }

    /// The positions in `links` of the links of a node.
    pub(super) fn links_of(&self, node: u32) -> Range<usize> {
        let state = &self.states[node as usize];
        state.first as usize..state.end as usize
    }

    /// The targets of the links of a node.
    pub(super) fn targets(&self, node: u32) -> &[u32] {
        &self.links[self.links_of(node)]
    }

    /// The group of a reached node.
    pub(super) fn group(&self, node: u32) -> usize {
        self.states[node as usize].group as usize
    }

    /// How many groups there are.
    pub(super) fn group_count(&self) -> usize {
        self.groups.len()
    }

    /// The members of a group, in the order of the first visit.
    pub(super) fn members(&self, group: usize) -> Vec<u32> {
        let mut members = self.members_unordered(group).to_vec();
        members.sort_unstable_by_key(|node| self.states[*node as usize].index);
        members
    }

    fn members_unordered(&self, group: usize) -> &[u32] {
        let Range { start, end } = self.groups[group].clone();
        &self.members[start as usize..end as usize]
    }

    /// Whether the members of a group lie on a cycle.
    pub(super) fn is_cyclic(&self, group: usize) -> bool {
        match self.members_unordered(group) {
            [one] => self.targets(*one).contains(one),
            _ => true,
        }
    }

    /// The groups that are cycles, by their first visit.
    pub(super) fn cycles(&self) -> Vec<usize> {
        let mut cycles: Vec<usize> = (0..self.group_count()).filter(|group| self.is_cyclic(*group)).collect();
        let first = |group: usize| {
            self.members_unordered(group).iter().map(|node| self.states[*node as usize].index).min()
        };
        cycles.sort_unstable_by_key(|group| first(*group));
        cycles
    }

    /// For each group whether it, or one it leads to, has a node that is `bad` itself.
    pub(super) fn spoiled(&self, mut bad: impl FnMut(u32) -> bool) -> Vec<bool> {
        let mut spoiled: Vec<bool> = Vec::with_capacity(self.groups.len());
        for group in 0..self.groups.len() {
            let members = self.members_unordered(group);
            let below =
                |node: &u32| self.targets(*node).iter().any(|to| spoiled.get(self.group(*to)) == Some(&true));
            let is_bad = self.is_cyclic(group) || members.iter().any(|node| bad(*node) || below(node));
            spoiled.push(is_bad);
        }
        spoiled
    }

    /// How many nodes the longest chain of links has. A group counts whole, since the way through it may be that long.
    pub(super) fn longest_chain(&self) -> usize {
        let mut depths: Vec<usize> = Vec::with_capacity(self.groups.len());
        for group in 0..self.groups.len() {
            let members = self.members_unordered(group);
            let below = members
                .iter()
                .flat_map(|node| self.targets(*node))
                .filter_map(|to| depths.get(self.group(*to)))
                .max();
            depths.push(below.copied().unwrap_or(0) + members.len());
        }
        depths.into_iter().max().unwrap_or(0)
    }

    /// One shortest way around a cyclic group: from its first node over others back to it, the first not repeated.
    pub(super) fn ring(&self, group: usize) -> Vec<u32> {
        let members = self.members(group);
        let Some(first) = members.first().copied() else { return members };
        let place = |node: u32| {
            members
                .binary_search_by_key(&self.states[node as usize].index, |member| {
                    self.states[*member as usize].index
                })
                .ok()
        };
        let mut came = vec![NONE; members.len()];
        let mut open = VecDeque::from([first]);
        while let Some(node) = open.pop_front() {
            for to in self.targets(node).iter().copied().filter(|to| self.group(*to) == group) {
                if to == first {
                    let mut path = vec![node];
                    let mut at = node;
                    while at != first {
                        let Some(before) = place(at).map(|place| came[place]) else { break };
                        path.push(before);
                        at = before;
                    }
                    path.reverse();
                    return path;
                }
                if let Some(place) = place(to)
                    && came[place] == NONE
                {
                    came[place] = node;
                    open.push_back(to);
                }
            }
        }
        members
    }
}

/// Positions are 32 bits wide: a document has fewer bytes.
fn position(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(links: &[&[u32]], starts: &[u32]) -> Walk {
        walk(links.len(), starts.iter().copied(), |node, out| out.extend(links[node as usize]))
    }

    #[test]
    fn only_what_a_start_leads_to_is_reached() {
        let walk = walked(&[&[1], &[], &[1]], &[0]);
        assert!(walk.reached(0) && walk.reached(1) && !walk.reached(2));
        assert_eq!(walk.longest_chain(), 2);
        assert!(walk.cycles().is_empty());
    }

    #[test]
    fn a_bad_node_spoils_all_that_lead_to_it() {
        let walk = walked(&[&[1, 2], &[3], &[], &[]], &[0]);
        let spoiled = walk.spoiled(|node| node == 3);
        let of = |node| spoiled[walk.group(node)];
        assert_eq!([of(0), of(1), of(2), of(3)], [true, true, false, true]);
    }

    #[test]
    fn a_cycle_has_a_way_around() {
        let walk = walked(&[&[1], &[2], &[1, 3], &[3]], &[0]);
        let rings: Vec<Vec<u32>> = walk.cycles().into_iter().map(|group| walk.ring(group)).collect();
        assert_eq!(rings, [vec![1, 2], vec![3]]);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_is_walked_without_recursion() {
        let walk = walk(100_000, [0], |node, out| out.extend((node < 99_999).then_some(node + 1)));
        assert_eq!(walk.longest_chain(), 100_000);
        assert!(walk.spoiled(|node| node == 99_999).into_iter().all(|spoiled| spoiled));
    }
}
