//! What the editor changes in a graph right after loading it.

use std::cell::OnceCell;

use foldhash::HashSet;
use serde_json::Value as Json;

use super::arena::NodeIx;
use super::live::Live;
use super::node::{Role, Slot};
use super::wire::LinkId;
use crate::diagnostic::Problem;

impl<'a> Live<'a> {
    /// All of it, in the editor's order.
    pub(super) fn fix(&mut self) {
        let nodes: Vec<NodeIx> =
            self.order.clone().iter().flat_map(|layer| self.layers[*layer].nodes.clone()).collect();
        for ix in &nodes {
            self.correct_target_slots(*ix);
        }
        for ix in &nodes {
            self.drop_stale_slots(*ix);
        }
        for ix in &nodes {
            if self.nodes[*ix].role == Role::Primitive {
                self.build_primitive(*ix);
            }
        }
        for ix in &nodes {
            self.fill_combos(*ix);
        }
        self.narrow_matches(&nodes);
        for ix in &nodes {
            if self.nodes[*ix].role == Role::Reroute {
                self.check_reroute(*ix);
            }
        }
    }

    /// Which slot a link leads to is said by the slot.
    pub(super) fn correct_target_slots(&mut self, ix: NodeIx) {
        let Self { nodes, layers, .. } = self;
        let node = &nodes[ix];
        let links = &mut layers[node.layer].links;
        for (at, slot) in node.slots.iter().enumerate() {
            let Some(link) = slot.link.and_then(|id| links.get_mut(&id)) else { continue };
            if let Ok(at) = i64::try_from(at) {
                link.target_slot = at;
            }
        }
    }

    /// Slots of widgets that the class no longer has are taken out. As in the editor, the slot after such a one is not
    /// looked at.
    fn drop_stale_slots(&mut self, ix: NodeIx) {
        let node = &self.nodes[ix];
        if !matches!(node.role, Role::Class(_)) {
            return;
        }
        let is_stale =
            |slot: &Slot<'a>| slot.widget.as_ref().is_some_and(|widget| node.widget(widget).is_none());
        if !node.slots.iter().any(is_stale) {
            return;
        }
        let mut stale: Vec<bool> = node.slots.iter().map(is_stale).collect();
        let mut before = false;
        for stale in &mut stale {
            *stale &= !before;
            before = *stale;
        }
        for at in 0..stale.len() {
            if stale.get(at) == Some(&true)
                && self.nodes[ix].slots.get(at).is_some_and(|slot| slot.link.is_some())
            {
                self.report_cut(ix, at, "its class has no such widget");
                self.cut(ix, at);
            }
        }
        let mut stale = stale.into_iter();
        self.nodes[ix].slots.retain(|_| stale.next() != Some(true));
        // Removal has moved the slots behind.
        self.correct_target_slots(ix);
    }

    pub(super) fn report_cut(&mut self, ix: NodeIx, slot: usize, why: &'static str) {
        let input = self.nodes[ix].slots.get(slot).map(|slot| slot.name.to_string()).unwrap_or_default();
        let problem = Problem::CutLink { node: self.nodes[ix].id.to_string(), input, why };
        let origin = self.slot_origin(ix, slot);
        self.diagnostics.report(problem, Some(origin));
    }

    /// Old sampler names lose their prefix; a combo without a value takes its first option.
    fn fill_combos(&mut self, ix: NodeIx) {
        let sampler = matches!(self.nodes[ix].ty.as_ref(), "KSampler" | "KSamplerAdvanced");
        let layer = self.nodes[ix].layer;
        if self.inside(ix).is_some() {
            self.fill_promoted(ix);
            return;
        }
        let Self { nodes, layers, made, .. } = self;
        let node = &mut nodes[ix];
        let mut at = 0;
        while let Some(widget) = node.widgets.get_mut(at) {
            if sampler
                && widget.name == "sampler_name"
                && let Some(Json::String(name)) = widget.value
                && let Some(rest) = name.strip_prefix("sample_")
            {
                widget.value = Some(made.alloc(Json::String(rest.to_owned())));
            }
            if widget.value.is_none_or(Json::is_null) {
                let saved = widget.saved;
                if let Some(first) = node.widgets.get(at).and_then(|widget| node.first_option(widget)) {
                    node.assign(at, Some(first), saved, &mut layers[layer].links);
                }
            }
            at += 1;
        }
    }

    /// The same for the combos inside that show on an instance.
    fn fill_promoted(&mut self, ix: NodeIx) {
        for at in 0..self.nodes[ix].slots.len() {
            let Some(promoted) = self.nodes[ix].slots.get(at).and_then(|slot| slot.promoted.as_ref()) else {
                continue;
            };
            if promoted.value.is_none_or(Json::is_null) {
                let (deep, name) = &promoted.deep;
                let node = &self.nodes[*deep];
                if let Some(first) = node.widget(name).and_then(|widget| node.first_option(widget)) {
                    let saved = promoted.saved;
                    if let Some(promoted) =
                        self.nodes[ix].slots.get_mut(at).and_then(|slot| slot.promoted.as_mut())
                    {
                        promoted.value = Some(first);
                        promoted.saved = saved;
                    }
                }
            }
        }
    }

    /// Cuts the links behind a chain of Reroutes that do not fit what the chain starts at.
    fn check_reroute(&mut self, ix: NodeIx) {
        let layer = self.nodes[ix].layer;
        let Some(start) = self.nodes[ix].slots.first().and_then(|slot| slot.link) else { return };
        let Some(link) = self.layers[layer].links.get(&start) else { return };
        // Each chain is worked on once, from its first Reroute.
        let Some(origin) = self.find(layer, &link.origin) else { return };
        if self.nodes[origin].role == Role::Reroute {
            return;
        }
        let Some(output) =
            usize::try_from(link.origin_slot).ok().and_then(|at| self.nodes[origin].outputs.get(at))
        else {
            return;
        };
        let ty = output.ty.clone();
        let types = Types::of(&ty);
        let mut open = vec![ix];
        let mut seen = std::collections::HashSet::from([ix]);
        while let Some(reroute) = open.pop() {
            if let Some(output) = self.nodes[reroute].outputs.first_mut() {
                output.ty.clone_from(&ty);
            }
            let links: Vec<LinkId> =
                self.nodes[reroute].outputs.iter().flat_map(|output| output.links.iter().copied()).collect();
            for id in links {
                let Some(link) = self.layers[layer].links.get(&id) else { continue };
                let Some(target) = self.find(layer, &link.target) else { continue };
                if self.nodes[target].role == Role::Reroute {
                    if seen.insert(target) {
                        open.push(target);
                    }
                    continue;
                }
                let Some(at) = usize::try_from(link.target_slot).ok() else { continue };
                let Some(slot) = self.nodes[target].slots.get(at).filter(|slot| slot.link == Some(id)) else {
                    continue;
                };
                if !types.meet(&slot.ty) {
                    self.report_cut(target, at, "the type behind the Reroute does not fit");
                    self.cut(target, at);
                }
            }
        }
    }
}

/// A type, or a list of types, that is compared with others.
pub(super) struct Types<'t> {
    text: &'t str,
    /// The types of the list, made when the texts as they are do not tell.
    each: OnceCell<HashSet<String>>,
}

impl<'t> Types<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { text, each: OnceCell::new() }
    }

    /// Whether the editor lets an output of one of these types into an input of the other.
    pub(super) fn meet(&self, other: &str) -> bool {
        let open = |ty: &str| ty.is_empty() || ty == "*";
        if open(self.text) || open(other) || self.text == other {
            return true;
        }
        let each = self.each.get_or_init(|| self.text.to_lowercase().split(',').map(str::to_owned).collect());
        let any = each.contains("") || each.contains("*");
        any || other.to_lowercase().split(',').any(|ty| open(ty) || each.contains(ty))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_meet_where_their_lists_share_one() {
        for (a, b, expected) in [
            ("IMAGE", "IMAGE", true),
            ("IMAGE", "image", true),
            ("IMAGE", "MASK", false),
            ("IMAGE,MASK", "LATENT,mask", true),
            ("IMAGE,MASK", "LATENT", false),
            ("*", "LATENT", true),
            ("IMAGE,*", "LATENT", true),
            ("", "LATENT", true),
            ("IMAGE,", "LATENT", true),
        ] {
            assert_eq!(Types::of(a).meet(b), expected, "{a} and {b}");
            assert_eq!(Types::of(b).meet(a), expected, "{b} and {a}");
        }
    }
}
