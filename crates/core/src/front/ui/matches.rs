//! Match types: inputs that share a type with each other and with outputs, whatever it is. What they are linked to makes it one,
//! and after loading the editor cuts links behind such a node that do not fit it.

use std::collections::VecDeque;

use foldhash::{HashMap, HashMapExt, HashSet};
use serde_json::Value as Json;

use super::arena::NodeIx;
use super::fixups::Types;
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
            let mut narrowed: Vec<(usize, &'a str)> = Vec::new();
            let common = {
                let members =
                    (0..).zip(&self.nodes[ix].slots).filter_map(|(at, slot)| Some((at, member(slot)?)));
                let members: Vec<(usize, &str, &'a str)> = members
                    .map(|(at, matched)| (at, self.type_before(ix, at), matched.allowed.as_str()))
                    .collect();
                let all = Shared::of(members.iter().map(|(_, ty, _)| *ty));
                // Members of like types become like.
                let mut known: HashMap<(&str, &str), Option<&'a str>> = HashMap::new();
                let mut find = |ty, allowed| {
                    let text = || text_of(all.without(ty, allowed)).map(|text| self.made_text(text));
                    *known.entry((ty, allowed)).or_insert_with(text)
                };
                let mut fits = true;
                for (at, ty, allowed) in &members {
                    let Some(ty) = find(*ty, *allowed) else {
                        fits = false;
                        break;
                    };
                    narrowed.push((*at, ty));
                }
                fits.then(|| text_of(all.all())).flatten()
            };
            for (at, ty) in narrowed {
                if let Some(slot) = self.nodes[ix].slots.get_mut(at) {
                    slot.ty = ty.into();
                }
            }
            let Some(ty) = common else { return };
            let ty = self.made_text(ty);
            self.narrow_outputs(ix, template, ty, open);
        }
    }

    /// A text that lives as long as the file.
    fn made_text(&self, text: String) -> &'a str {
        self.made.alloc(Json::String(text)).as_str().unwrap_or_default()
    }

    /// The type of what a slot is linked to.
    fn type_before(&self, ix: NodeIx, at: usize) -> &str {
        let node = &self.nodes[ix];
        let origin = || {
            let link = self.layers[node.layer].links.get(&node.slots.get(at)?.link?)?;
            let slot = usize::try_from(link.origin_slot).ok()?;
            if link.origin == INPUTS {
                return self.layers[node.layer].inputs.get(slot).map(|input| &*input.ty);
            }
            let origin = self.find(node.layer, &link.origin)?;
            self.nodes[origin].outputs.get(slot).map(|output| &*output.ty)
        };
        origin().filter(|ty| !ty.is_empty()).unwrap_or(ANY)
    }

    /// Gives the outputs of a template a type, cuts what does not fit it any more, and looks again at what else depends on it.
    fn narrow_outputs(&mut self, ix: NodeIx, template: &str, ty: &'a str, open: &mut VecDeque<NodeIx>) {
        let layer = self.nodes[ix].layer;
        let Some(definition) = self.definition(&self.nodes[ix]) else { return };
        let matches = &definition.class.layout().matches;
        let types = Types::of(ty);
        for (at, _) in matches.iter().enumerate().filter(|(_, own)| own.as_deref() == Some(template)) {
            let Some(output) = self.nodes[ix].outputs.get_mut(at).filter(|output| output.ty != ty) else {
                continue;
            };
            output.ty = ty.into();
            for id in output.links.clone() {
                let Some(link) = self.layers[layer].links.get(&id) else { continue };
                let Ok(slot) = usize::try_from(link.target_slot) else { continue };
                let target = link.target.clone();
                self.check_match(ix, (id, &target, slot), &types, open);
            }
        }
    }

    fn check_match(
        &mut self,
        ix: NodeIx,
        (id, target, at): (LinkId, &Key, usize),
        ty: &Types<'_>,
        open: &mut VecDeque<NodeIx>,
    ) {
        let layer = self.nodes[ix].layer;
        if *target == OUTPUTS {
            let output = self.layers[layer].outputs.get_mut(at);
            if let Some(output) = output.filter(|output| !ty.meet(&output.ty)) {
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
        if !ty.meet(&slot.ty) {
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

/// What lists of types have in common, in the order of the first; `None` for what takes any.
type Common<'t> = Option<Vec<&'t str>>;

/// Lists of types, to find what all of them have in common, or all but one.
struct Shared<'t> {
    /// The place of each among those that differ, and whether it comes more than once.
    places: HashMap<&'t str, (usize, bool)>,
    /// What those before each place have in common, and those from it on.
    before: Vec<Common<'t>>,
    from: Vec<Common<'t>>,
}

impl<'t> Shared<'t> {
    fn of(lists: impl Iterator<Item = &'t str>) -> Self {
        let mut places: HashMap<&str, (usize, bool)> = HashMap::new();
        let mut different: Vec<Common<'t>> = Vec::new();
        for list in lists {
            if let Some((_, several)) = places.get_mut(list) {
                *several = true;
            } else {
                places.insert(list, (different.len(), false));
                different.push(listed(list));
            }
        }
        let mut before = vec![None];
        for list in &different {
            let next = both(before.last().unwrap_or(&None), list);
            before.push(next);
        }
        let mut from = vec![None];
        for list in different.iter().rev() {
            let next = both(list, from.last().unwrap_or(&None));
            from.push(next);
        }
        from.reverse();
        Self { places, before, from }
    }

    /// What all have in common.
    fn all(&self) -> Common<'t> {
        self.before.last().cloned().flatten()
    }

    /// What another list has in common with all of these but one like this.
    fn without(&self, list: &str, other: &'t str) -> Common<'t> {
        let at = self.places.get(list).filter(|(_, several)| !several).map(|(at, _)| *at);
        let others = match at {
            Some(at) => both(self.before.get(at).unwrap_or(&None), self.from.get(at + 1).unwrap_or(&None)),
            None => self.all(),
        };
        both(&others, &listed(other))
    }
}

fn listed(list: &str) -> Common<'_> {
    (list != ANY).then(|| list.split(',').collect())
}

fn both<'t>(one: &Common<'t>, other: &Common<'t>) -> Common<'t> {
    match (one, other) {
        (Some(one), Some(other)) => {
            let other: HashSet<&str> = other.iter().copied().collect();
            Some(one.iter().copied().filter(|ty| other.contains(ty)).collect())
        }
        (None, list) | (list, None) => list.clone(),
    }
}

/// The list as text; `None` where nothing is in it.
fn text_of(common: Common<'_>) -> Option<String> {
    match common {
        None => Some(ANY.to_owned()),
        Some(types) if types.is_empty() => None,
        Some(types) => Some(types.join(",")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_shared_by_all_lists_but_one() {
        #[track_caller]
        fn check(lists: &[&str], without: &[&str], all: Option<&str>) {
            let shared = Shared::of(lists.iter().copied());
            assert_eq!(text_of(shared.all()).as_deref(), all);
            let others: Vec<String> =
                lists.iter().map(|list| text_of(shared.without(list, ANY)).unwrap_or_default()).collect();
            assert_eq!(others, without);
        }
        check(&["*", "A,B", "B,C"], &["B", "B,C", "A,B"], Some("B"));
        check(&["A,B", "A,B", "B"], &["B", "B", "A,B"], Some("B"));
        check(&["A", "B"], &["B", "A"], None);
        check(&["*", "*"], &["*", "*"], Some("*"));
        check(&["B,A", "A,B"], &["A,B", "B,A"], Some("B,A"));
        assert_eq!(
            text_of(Shared::of(["A,B", "*"].into_iter()).without("A,B", "B,C")).as_deref(),
            Some("B,C")
        );
    }
}
