//! The links of one graph as the newer editors take them: each leads to one input, and to each input leads one. What inputs and
//! outputs name counts for less.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::arena::LayerIx;
use super::live::{Layer, Live};
use super::node::Node;
use super::positions::{Into, Positions};
use super::wire::{self, INPUTS, Io, Key, Link, LinkId, Links, OUTPUTS, Part};
use crate::diagnostic::Problem;

/// Whether each link is named by the one input that it leads to and inputs name no others, so that no two lead to the same
/// input.
pub(super) fn are_as_named(nodes: &[wire::Node<'_>], outputs: &[Io<'_>], links: &Links) -> bool {
    let leads_to = |id: &LinkId, target: &Key, at: usize| {
        links
            .get(id)
            .is_some_and(|link| usize::try_from(link.target_slot) == Ok(at) && link.target == *target)
    };
    let mut named = 0;
    for node in nodes {
        for (at, id) in node.inputs.iter().enumerate().filter_map(|(at, input)| Some((at, input.link?))) {
            if !leads_to(&id, &node.id, at) {
                return false;
            }
            named += 1;
        }
    }
    for (at, output) in outputs.iter().enumerate() {
        if let [id] = output.links.as_slice() {
            named += usize::from(leads_to(id, &OUTPUTS, at));
        }
    }
    named == links.len()
}

/// Leaves one link to each input: the first, unless only a later one is named by an input. What named another names this one. Of
/// links of one id the first stays.
pub(super) fn leave_one_to_each(part: &mut Part<'_>) {
    let inputs = part.nodes.iter().flat_map(|node| &node.inputs);
    let named: HashSet<LinkId> = inputs.filter_map(|input| input.link).collect();
    let is_root = part.uuid.is_none();
    let mut ids: HashSet<LinkId> = HashSet::with_capacity(part.links.len());
    let mut kept: Vec<(LinkId, Link)> = Vec::with_capacity(part.links.len());
    let mut by_target: HashMap<(Key, i64), usize> = HashMap::with_capacity(part.links.len());
    let mut instead: HashMap<LinkId, LinkId> = HashMap::new();
    for (id, link) in std::mem::take(&mut part.links) {
        // In the root, two of one id compete for their inputs first.
        if !is_root && !ids.insert(id) {
            continue;
        }
        let place = *by_target.entry((link.target.clone(), link.target_slot)).or_insert(kept.len());
        let Some(first) = kept.get_mut(place) else {
            kept.push((id, link));
            continue;
        };
        let is_same = first.1.origin == link.origin && first.1.origin_slot == link.origin_slot;
        if !is_same && named.contains(&id) && !named.contains(&first.0) {
            instead.insert(first.0, id);
            *first = (id, link);
        } else {
            instead.insert(id, first.0);
        }
    }
    if is_root {
        kept.retain(|(id, _)| ids.insert(*id));
    }
    part.links = kept;
    // One that took the place of the first may have been taken for others before.
    let next = |id: LinkId| instead.get(&id).copied().unwrap_or(id);
    let left = |id: LinkId| next(next(id));
    for input in part.nodes.iter_mut().flat_map(|node| &mut node.inputs) {
        input.link = input.link.map(left);
    }
    for end in part.inputs.iter_mut().chain(&mut part.outputs) {
        let mut seen: HashSet<LinkId> = HashSet::new();
        end.links = end.links.iter().map(|id| left(*id)).filter(|id| seen.insert(*id)).collect();
    }
}

/// Where links lead, by node.
#[expect(clippy::iter_over_hash_type, reason = "those of a node are sorted when they are read into it")]
pub(super) fn into_nodes(links: &Links) -> Into {
    let mut into = Into::new();
    for (id, link) in links {
        if let Ok(at) = usize::try_from(link.target_slot) {
            into.entry(link.target.clone()).or_default().push((at, *id));
        }
    }
    into
}

impl<'a> Live<'a> {
    /// The links that lead to a node, where they count and not what its inputs name.
    pub(super) fn positions(
        &self,
        layer: LayerIx,
        node: &Node<'a>,
        saved: &wire::Node<'a>,
    ) -> Option<Positions> {
        if !self.links_count {
            return None;
        }
        if let Some(into) = &self.layers[layer].into {
            return Some(Positions::new(into.get(&saved.id).cloned().unwrap_or_default()));
        }
        (node.grows() || node.has_branches()).then(|| Positions::as_saved(&saved.inputs))
    }

    /// Gives a node whose inputs neither come nor go the links that lead to it.
    pub(super) fn set_links_right(&mut self, node: &mut Node<'a>, saved: &wire::Node<'a>) {
        let Some(positions) = self.positions(node.layer, node, saved) else { return };
        node.hold_positions(positions.clone());
        node.realign(saved.inputs.iter().filter_map(wire::Input::named));
        self.forget_lost(node, Some(positions), saved);
    }

    /// Takes leave of the links that led to a node and got lost while it was read. The others lead to where they came.
    pub(super) fn forget_lost(
        &mut self,
        node: &mut Node<'a>,
        led: Option<Positions>,
        saved: &wire::Node<'a>,
    ) {
        let Some(led) = led else { return };
        let left = node.release_positions();
        if self.layers[node.layer].into.is_some() && node.mode == wire::Mode::Normal {
            self.tell_unlinked(node, &left, saved);
        }
        let links = &mut self.layers[node.layer].links;
        for id in led.links() {
            match left.get(&id) {
                Some(at) => {
                    if let Some(link) = links.get_mut(&id) {
                        link.target_slot = i64::try_from(*at).unwrap_or(i64::MAX);
                    }
                }
                None => {
                    links.remove(&id);
                }
            }
        }
    }

    /// Says which inputs name a link that does not lead to them.
    fn tell_unlinked(&mut self, node: &Node<'a>, left: &HashMap<LinkId, usize>, saved: &wire::Node<'a>) {
        let own: HashSet<usize> =
            node.slots.iter().filter(|slot| slot.link.is_some()).filter_map(|slot| slot.saved).collect();
        let mut named: HashMap<LinkId, usize> = HashMap::new();
        for id in saved.inputs.iter().filter_map(|input| input.link) {
            *named.entry(id).or_default() += 1;
        }
        for (at, input) in saved.inputs.iter().enumerate() {
            let Some(id) = input.link.filter(|_| !own.contains(&at)) else { continue };
            if left.contains_key(&id) && named.get(&id) == Some(&1) {
                continue;
            }
            let why = if self.layers[node.layer].links.contains_key(&id) {
                "the file leads that link to another input"
            } else {
                "the file has no such link"
            };
            let problem = Problem::CutLink { node: node.id.to_string(), input: input.name.to_string(), why };
            let origin = self.layers[node.layer].nodes_origin.member(saved.index).field("inputs").member(at);
            self.diagnostics.report(problem, Some(origin));
        }
    }

    /// Gives each output the links that start at it, in the order of their ids, where outputs do not name just these.
    pub(super) fn name_links_at_outputs(&mut self, layer: LayerIx) {
        let Self { nodes, layers, .. } = self;
        let Layer { nodes: list, by_id, links, .. } = &mut layers[layer];
        let mut named = 0;
        let mut are_as_named = true;
        for ix in &*list {
            let node = &nodes[*ix];
            for (at, output) in node.outputs.iter().enumerate() {
                are_as_named &= output.links.is_sorted();
                for id in &output.links {
                    let starts_here =
                        |link: &Link| usize::try_from(link.origin_slot) == Ok(at) && link.origin == node.id;
                    are_as_named &= links.get(id).is_some_and(starts_here);
                    named += 1;
                }
            }
        }
        if are_as_named && named == links.values().filter(|link| link.origin != INPUTS).count() {
            return;
        }
        for ix in &*list {
            nodes[*ix].outputs.iter_mut().for_each(|output| output.links.clear());
        }
        let mut ids: Vec<LinkId> = links.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            let Some(link) = links.get(&id) else { continue };
            let Some(origin) = by_id.get(&link.origin) else { continue };
            let at = usize::try_from(link.origin_slot).unwrap_or(usize::MAX);
            if let Some(output) = nodes[*origin].outputs.get_mut(at) {
                output.links.push(id);
            }
        }
    }
}
