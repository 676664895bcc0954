//! Match types: inputs that share a type with each other and with outputs, whatever it is. What they are linked to makes it one,
//! and after loading the editor cuts links behind such a node that do not fit it.

use std::collections::VecDeque;

use foldhash::HashSet;

use super::arena::NodeIx;
use super::fixups::compatible;
use super::live::Live;
use super::node::Slot;
use super::wire::{INPUTS, Key, LinkId, OUTPUTS};
use crate::diagnostic::Problem;

/// How often a node is looked at again, at most: types that go around in a circle need not settle.
const MOST_TURNS: usize = 16;
/// Why a link is cut.
const NO_FIT: &str = "its origin takes its type from its own inputs, and that does not fit";
/// What takes any type.
const ANY: &str = "*";

impl<'a> Live<'a> {
    /// Gives the inputs and outputs of match types the type of what they are linked to.
    pub(super) fn narrow_matches(&mut self, nodes: &[NodeIx]) {
        let mut open: VecDeque<NodeIx> = nodes.iter().copied().filter(|ix| self.has_matches(*ix)).collect();
        if open.is_empty() {
            return;
        }
        let mut turns = vec![0_usize; self.nodes.len()];
        while let Some(ix) = open.pop_front() {
            let Some(turn) = turns.get_mut(ix.position()).filter(|turn| **turn < MOST_TURNS) else {
                continue;
            };
            *turn += 1;
            self.narrow(ix, &mut open);
        }
        for ix in nodes {
            self.close_gaps(*ix);
        }
    }

    fn has_matches(&self, ix: NodeIx) -> bool {
        let definition = self.definition(&self.nodes[ix]);
        definition.is_some_and(|definition| !definition.class.layout().matches.is_empty())
    }

    /// Narrows the types of a node, template by template. Where there is no type that all have in common, the rest stays as it
    /// is.
    fn narrow(&mut self, ix: NodeIx, open: &mut VecDeque<NodeIx>) {
        let mut templates: Vec<&'a str> = Vec::new();
        for matched in self.nodes[ix].slots.iter().filter_map(|slot| slot.matched) {
            if !templates.contains(&matched.template.as_str()) {
                templates.push(&matched.template);
            }
        }
        for template in templates {
            let member = |slot: &Slot<'a>| slot.matched.filter(|matched| matched.template == template);
            let members: Vec<usize> = (0..)
                .zip(&self.nodes[ix].slots)
                .filter(|(_, slot)| member(slot).is_some())
                .map(|(at, _)| at)
                .collect();
            let types: Vec<String> = members.iter().map(|at| self.type_before(ix, *at)).collect();
            for (own, at) in members.iter().enumerate() {
                let Some(allowed) = self.nodes[ix].slots.get(*at).and_then(member) else { continue };
                let others =
                    types.iter().enumerate().filter(|(other, _)| *other != own).map(|(_, ty)| ty.as_str());
                let Some(ty) = common(others.chain([allowed.allowed.as_str()])) else { return };
                if let Some(slot) = self.nodes[ix].slots.get_mut(*at) {
                    slot.ty = ty.into();
                }
            }
            let Some(ty) = common(types.iter().map(String::as_str)) else { return };
            self.narrow_outputs(ix, template, &ty, open);
        }
    }

    /// The type of what a slot is linked to.
    fn type_before(&self, ix: NodeIx, at: usize) -> String {
        let node = &self.nodes[ix];
        let origin = || {
            let link = self.layers[node.layer].links.get(&node.slots.get(at)?.link?)?;
            let slot = usize::try_from(link.origin_slot).ok()?;
            if link.origin == INPUTS {
                return self.layers[node.layer].inputs.get(slot).map(|input| &input.ty);
            }
            let origin = self.find(node.layer, &link.origin)?;
            self.nodes[origin].outputs.get(slot).map(|output| &output.ty)
        };
        origin().filter(|ty| !ty.is_empty()).map_or_else(|| ANY.to_owned(), ToString::to_string)
    }

    /// Gives the outputs of a template a type, cuts what does not fit it any more, and looks again at what else depends on it.
    fn narrow_outputs(&mut self, ix: NodeIx, template: &str, ty: &str, open: &mut VecDeque<NodeIx>) {
        let layer = self.nodes[ix].layer;
        let Some(definition) = self.definition(&self.nodes[ix]) else { return };
        let matches = &definition.class.layout().matches;
        for (at, _) in matches.iter().enumerate().filter(|(_, own)| own.as_deref() == Some(template)) {
            let Some(output) = self.nodes[ix].outputs.get_mut(at).filter(|output| output.ty != ty) else {
                continue;
            };
            output.ty = ty.to_owned().into();
            for id in output.links.clone() {
                let Some(link) = self.layers[layer].links.get(&id) else { continue };
                let Ok(slot) = usize::try_from(link.target_slot) else { continue };
                let target = link.target.clone();
                self.check_match(ix, (id, &target, slot), ty, open);
            }
        }
    }

    fn check_match(
        &mut self,
        ix: NodeIx,
        (id, target, at): (LinkId, &Key, usize),
        ty: &str,
        open: &mut VecDeque<NodeIx>,
    ) {
        let layer = self.nodes[ix].layer;
        if *target == OUTPUTS {
            let output = self.layers[layer].outputs.get_mut(at);
            if let Some(output) = output.filter(|output| !compatible(ty, &output.ty)) {
                output.links.retain(|link| *link != id);
                let input = output.name.to_string();
                self.layers[layer].links.remove(&id);
                let origin = self.layers[layer].origin.field("outputs").member(at);
                let problem = Problem::CutLink { node: OUTPUTS.to_string(), input, why: NO_FIT };
                self.diagnostics.report(problem, Some(origin));
            }
            return;
        }
        let Some(target) = self.find(layer, target) else { return };
        let Some(slot) = self.nodes[target].slots.get(at).filter(|slot| slot.link == Some(id)) else {
            return;
        };
        if !compatible(ty, &slot.ty) {
            self.report_cut(target, at, NO_FIT);
            self.cut(target, at);
        } else if slot.matched.is_some() {
            open.push_back(target);
        }
    }

    /// A growing group of a match type loses the gaps among its first inputs: what is behind moves up.
    fn close_gaps(&mut self, ix: NodeIx) {
        let node = &self.nodes[ix];
        let Some(least) = node.groups.iter().find_map(super::node::Group::matching) else { return };
        if !self.has_matches(ix) {
            return;
        }
        let links = &self.layers[node.layer].links;
        let is_linked = |slot: &Slot<'a>| slot.link.is_some_and(|id| links.contains_key(&id));
        let free: Vec<usize> = (0..)
            .zip(node.slots.iter().take(least + 1))
            .filter(|(_, slot)| !is_linked(slot))
            .map(|(at, _)| at)
            .collect();
        if free.is_empty() || !node.slots.iter().any(is_linked) {
            return;
        }
        let mut moved: Vec<(Option<LinkId>, Option<usize>)> =
            node.slots.iter().map(|slot| (slot.link, slot.saved)).collect();
        for at in free {
            moved.remove(at);
            moved.push((None, None));
        }
        let kept: HashSet<LinkId> = moved.iter().filter_map(|(link, _)| *link).collect();
        for at in 0..moved.len() {
            let link = self.nodes[ix].slots.get(at).and_then(|slot| slot.link);
            if link.is_some_and(|link| !kept.contains(&link)) {
                self.report_cut(ix, at, "the editor closes the gaps before it, and one takes its place");
            }
        }
        for (slot, (link, saved)) in self.nodes[ix].slots.iter_mut().zip(moved) {
            slot.link = link;
            slot.saved = saved;
        }
        self.correct_target_slots(ix);
    }
}

/// What lists of types have in common, in the order of the first; `None` when there is nothing.
fn common<'t>(types: impl Iterator<Item = &'t str>) -> Option<String> {
    let mut common: Option<Vec<&str>> = None;
    for ty in types.filter(|ty| *ty != ANY) {
        let own: Vec<&str> = ty.split(',').collect();
        common = Some(match common {
            None => own,
            Some(before) => before.into_iter().filter(|ty| own.contains(ty)).collect(),
        });
    }
    match common {
        None => Some(ANY.to_owned()),
        Some(types) if types.is_empty() => None,
        Some(types) => Some(types.join(",")),
    }
}
