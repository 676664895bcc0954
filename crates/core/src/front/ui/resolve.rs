//! Where the value of an input comes from, through subgraphs, bypassed nodes, Reroutes and whatever else is not there when
//! the prompt runs.

use super::arena::NodeIx;
use super::fixups::Types;
use super::flatten::Flattener;
use super::node::{Node, Role};
use super::paths::{LONG, PathIx, Source};
use super::wire::INPUTS;
use crate::diagnostic::Problem;
use crate::source::Origin;

/// What bypassed nodes of more inputs than this give out is remembered, and for types longer than this.
const FEW_SLOTS: usize = 16;
const LONG_TYPE: usize = 64;

/// The next question.
#[derive(Clone, Copy)]
enum Ask<'l> {
    /// What an input gets. The type is that of the slot that asked first; none at such a slot.
    Input(PathIx, NodeIx, usize, Option<&'l str>),
    /// What an output gives.
    Output(PathIx, NodeIx, i64, &'l str),
}

impl<'l, 'a> Flattener<'l, 'a> {
    /// What input `slot` of a node gets.
    pub(super) fn source(&mut self, path: PathIx, node: NodeIx, slot: usize) -> Source<'a> {
        let mut ask = Ask::Input(path, node, slot, None);
        let mut visited = std::mem::take(&mut self.visited);
        visited.clear();
        let mut passed: Vec<(PathIx, NodeIx, i64, &'l str)> = Vec::new();
        let source = loop {
            if !self.spend() {
                break Source::Lost;
            }
            let step = match ask {
                Ask::Input(path, node, slot, _) => {
                    (path, node, true, i64::try_from(slot).unwrap_or(i64::MAX))
                }
                Ask::Output(path, node, slot, ty) => {
                    if visited.len() > LONG {
                        if let Some(known) = self.known.get(&(path, node, slot, ty)) {
                            break known.clone();
                        }
                        passed.push((path, node, slot, ty));
                    }
                    (path, node, false, slot)
                }
            };
            if !visited.insert(step) {
                let problem =
                    Problem::LinkLoop { node: self.id(path, node), input: self.slot_name(node, slot) };
                self.report(problem, self.live.slot_origin(node, slot));
                break Source::Lost;
            }
            let next = match ask {
                Ask::Input(path, node, slot, ty) => self.step_input(path, node, slot, ty),
                Ask::Output(path, node, slot, ty) => self.step_output(path, node, slot, ty),
            };
            match next {
                Ok(next) => ask = next,
                Err(source) => break source,
            }
        };
        self.visited = visited;
        // Long chains are walked once, however many inputs are behind them.
        for step in passed {
            if self.room.take_step() {
                self.known.insert(step, source.clone());
            }
        }
        source
    }

    fn step_input(
        &mut self,
        path: PathIx,
        ix: NodeIx,
        slot: usize,
        ty: Option<&'l str>,
    ) -> Result<Ask<'l>, Source<'a>> {
        let live = self.live;
        let node = &live.nodes[ix];
        let Some(input) = node.slots.get(slot) else { return Err(Source::Nothing) };
        let Some(id) = input.link else { return Err(Source::Nothing) };
        let origin = || live.slot_origin(ix, slot);
        let Some(link) = live.layers[node.layer].links.get(&id) else {
            let problem =
                Problem::LostLink { node: self.id(path, ix), input: input.name.to_string(), link: id };
            return Err(self.lost(problem, origin()));
        };
        let ty = ty.unwrap_or(&input.ty);
        if link.origin != INPUTS {
            let Some(from) = live.find(node.layer, &link.origin) else {
                let (node, input) = (self.id(path, ix), input.name.to_string());
                let problem = Problem::DanglingLink { node, input, from: link.origin.to_string() };
                return Err(self.lost(problem, origin()));
            };
            return Ok(Ask::Output(path, from, link.origin_slot, ty));
        }
        let Some((outer, host)) = self.host_of(path) else {
            let (node, input) = (self.id(path, ix), input.name.to_string());
            let problem = Problem::DanglingLink { node, input, from: link.origin.to_string() };
            return Err(self.lost(problem, origin()));
        };
        let host_node = &live.nodes[host];
        let at = usize::try_from(link.origin_slot).unwrap_or(usize::MAX);
        let Some(slot) = host_node.slots.get(at) else {
            let problem =
                Problem::LostLink { node: self.id(path, ix), input: input.name.to_string(), link: id };
            return Err(self.lost(problem, origin()));
        };
        let held = || match &slot.promoted {
            Some(promoted) => Source::Value(promoted.value, promoted.saved),
            None => Source::Nothing,
        };
        let Some(outside) = slot.link else { return Err(held()) };
        let Some(outer_link) = live.layers[host_node.layer].links.get(&outside) else {
            let problem =
                Problem::LostLink { node: self.id(outer, host), input: slot.name.to_string(), link: outside };
            return Err(self.lost(problem, live.slot_origin(host, at)));
        };
        let primitive = || live.find(host_node.layer, &outer_link.origin).map(|from| live.nodes[from].role);
        if live.options.primitive_values && primitive() == Some(Role::Primitive) {
            return Err(held());
        }
        let at = usize::try_from(outer_link.target_slot).unwrap_or(at);
        Ok(Ask::Input(outer, host, at, None))
    }

    fn step_output(
        &mut self,
        path: PathIx,
        ix: NodeIx,
        out: i64,
        ty: &'l str,
    ) -> Result<Ask<'l>, Source<'a>> {
        let live = self.live;
        let node = &live.nodes[ix];
        match node.mode {
            super::wire::Mode::Muted => return Err(Source::Nothing),
            super::wire::Mode::Bypassed => {
                let asked = (ix, out, ty);
                let known = self.bypassed.get(&asked).copied();
                let slot = known.unwrap_or_else(|| bypass_slot(node, out, ty));
                if known.is_none() {
                    if let Some(slot) = slot {
                        self.judge_bypass(path, ix, slot, ty);
                    }
                    if node.slots.len() > FEW_SLOTS || ty.len() > LONG_TYPE {
                        self.bypassed.insert(asked, slot);
                    }
                }
                let Some(slot) = slot else { return Err(Source::Nothing) };
                return Ok(Ask::Input(path, ix, slot, None));
            }
            super::wire::Mode::Normal => {}
        }
        match node.role {
            Role::Class(_) | Role::Missing => Err(Source::Link(path, ix, out)),
            Role::Reroute | Role::Primitive | Role::Note => {
                let slot = usize::try_from(out).unwrap_or(usize::MAX);
                let Some(id) = node.slots.get(slot).and_then(|slot| slot.link) else {
                    return Err(Source::Nothing);
                };
                let target = live.layers[node.layer].links.get(&id).map(|link| link.target_slot);
                let slot = target.and_then(|target| usize::try_from(target).ok()).unwrap_or(slot);
                Ok(Ask::Input(path, ix, slot, Some(ty)))
            }
            Role::Host(layer) => {
                let output = usize::try_from(out).ok().and_then(|out| live.layers[layer].outputs.get(out));
                let links = output.map_or(&[][..], |output| output.links.as_slice());
                let Some(link) = links.iter().find_map(|id| live.layers[layer].links.get(id)) else {
                    return Err(Source::Nothing);
                };
                if link.origin == INPUTS {
                    let problem = Problem::PassThrough { node: self.id(path, ix), output: out };
                    self.report_once(ix, problem, live.node_origin(ix));
                    let slot = usize::try_from(link.origin_slot).unwrap_or(usize::MAX);
                    return Ok(Ask::Input(path, ix, slot, Some(ty)));
                }
                let (Some(inside), Some(from)) = (self.path_into(path, ix), live.find(layer, &link.origin))
                else {
                    let (node, input) = (self.id(path, ix), format!("output {out}"));
                    let problem = Problem::DanglingLink { node, input, from: link.origin.to_string() };
                    return Err(self.lost(problem, live.layers[layer].origin.field("links")));
                };
                Ok(Ask::Output(inside, from, link.origin_slot, ty))
            }
        }
    }

    /// Says when a bypassed node forwards an input that is not linked although another would fit.
    fn judge_bypass(&mut self, path: PathIx, ix: NodeIx, slot: usize, ty: &str) {
        let node = &self.live.nodes[ix];
        if node.slots.get(slot).is_some_and(|slot| slot.link.is_some()) {
            return;
        }
        let other = node.slots.iter().position(|slot| slot.link.is_some() && slot.ty == ty);
        if let Some(other) = other {
            let problem = Problem::UnlinkedBypass {
                node: self.id(path, ix),
                taken: self.slot_name(ix, slot),
                linked: self.slot_name(ix, other),
            };
            self.report_once(ix, problem, self.live.node_origin(ix));
        }
    }

    /// Reports an input whose origin is not there; with `repair` as a warning.
    fn lost(&mut self, problem: Problem, origin: Origin) -> Source<'a> {
        if self.live.options.repair {
            let problem = match problem {
                Problem::LostLink { node, input, .. } | Problem::DanglingLink { node, input, .. } => {
                    Problem::CutLink { node, input, why: "its origin is not there" }
                }
                other => other,
            };
            self.report(problem, origin);
        } else {
            self.report(problem, origin);
        }
        Source::Lost
    }
}

/// The input that a bypassed node gives out at output `out`, by the editor's rule.
fn bypass_slot(node: &Node<'_>, out: i64, ty: &str) -> Option<usize> {
    let at = usize::try_from(out).unwrap_or(usize::MAX);
    if ty == "*" || ty.is_empty() {
        return Some(if at < node.slots.len() { at } else { 0 });
    }
    let output = Types::of(node.outputs.get(at).map_or("", |output| &output.ty));
    let asked = Types::of(ty);
    let fits = |slot: &super::node::Slot<'_>| output.meet(&slot.ty) && asked.meet(&slot.ty);
    if node.slots.get(at).is_some_and(fits) {
        return Some(at);
    }
    node.slots.iter().position(|slot| slot.ty == ty).or_else(|| node.slots.iter().position(fits))
}
