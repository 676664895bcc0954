//! What the editor changes in a graph right after loading it.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::live::{Live, NodeIx};
use super::node::{Role, WidgetKind};
use super::wire::LinkId;
use crate::diagnostic::Problem;

impl<'a> Live<'a> {
    /// All of it, in the editor's order.
    pub(super) fn fix(&mut self) {
        let nodes: Vec<NodeIx> = self.order.clone().iter().flat_map(|layer| self.layers[*layer].nodes.clone()).collect();
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
        for ix in &nodes {
            if self.nodes[*ix].role == Role::Reroute {
                self.check_reroute(*ix);
            }
        }
    }

    /// Which slot a link leads to is said by the slot.
    fn correct_target_slots(&mut self, ix: NodeIx) {
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
        let mut at = 0;
        while let Some(slot) = self.nodes[ix].slots.get(at) {
            let node = &self.nodes[ix];
            let stale = matches!(node.role, Role::Class(_))
                && slot.widget.as_ref().is_some_and(|widget| node.widget(widget).is_none());
            if stale {
                let linked = slot.link.is_some();
                let (name, origin) = (slot.name.to_string(), self.slot_origin(ix, at));
                if linked {
                    let problem = Problem::CutLink { node: self.nodes[ix].id.to_string(), input: name, why: "its class has no such widget" };
                    self.diagnostics.report(problem, Some(origin));
                    self.cut(ix, at);
                }
                self.nodes[ix].slots.remove(at);
            }
            at += 1;
        }
        // Removal has moved the slots behind.
        self.correct_target_slots(ix);
    }

    /// Old sampler names lose their prefix; a combo without a value takes its first option.
    fn fill_combos(&mut self, ix: NodeIx) {
        let sampler = matches!(self.nodes[ix].ty.as_ref(), "KSampler" | "KSamplerAdvanced");
        let layer = self.nodes[ix].layer;
        let Self { nodes, layers, .. } = self;
        let node = &mut nodes[ix];
        let mut at = 0;
        while let Some(widget) = node.widgets.get_mut(at) {
            if sampler
                && widget.name == "sampler_name"
                && let Some(Json::String(name)) = widget.value.as_deref()
                && let Some(rest) = name.strip_prefix("sample_")
            {
                widget.value = Some(Cow::Owned(Json::String(rest.to_owned())));
            }
            if widget.value.as_deref().is_none_or(Json::is_null) {
                let first = match widget.kind {
                    WidgetKind::Choice => node.custom_options().find(|o| super::js::truthy(Some(o))).cloned().map(Cow::Owned),
                    _ => widget.first_option(),
                };
                if let Some(first) = first {
                    let saved = node.widgets.get(at).map_or(super::node::Saved::No, |widget| widget.saved);
                    node.assign(at, Some(first), saved, &mut layers[layer].links);
                }
            }
            at += 1;
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
        let Some(output) = usize::try_from(link.origin_slot).ok().and_then(|at| self.nodes[origin].outputs.get(at)) else {
            return;
        };
        let ty = output.ty.clone();
        let mut open = vec![ix];
        let mut seen = std::collections::HashSet::from([ix]);
        while let Some(reroute) = open.pop() {
            if let Some(output) = self.nodes[reroute].outputs.first_mut() {
                output.ty = ty.clone();
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
                let Some(slot) = self.nodes[target].slots.get(at).filter(|slot| slot.link == Some(id)) else { continue };
                if !compatible(&ty, &slot.ty) {
                    let problem = Problem::CutLink {
                        node: self.nodes[target].id.to_string(),
                        input: slot.name.to_string(),
                        why: "the type behind the Reroute does not fit",
                    };
                    let origin = self.slot_origin(target, at);
                    self.diagnostics.report(problem, Some(origin));
                    self.cut(target, at);
                }
            }
        }
    }
}

/// Whether the editor lets an output of type `a` into an input of type `b`.
pub(super) fn compatible(a: &str, b: &str) -> bool {
    let open = |ty: &str| ty.is_empty() || ty == "*";
    if open(a) || open(b) || a == b {
        return true;
    }
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    a.split(',').any(|a| b.split(',').any(|b| open(a) || open(b) || a == b))
}
