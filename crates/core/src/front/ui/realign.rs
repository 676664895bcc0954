//! Links into nodes whose inputs come and go, as the newer editors keep them: by the position that a link leads to.
//!
//! Such an editor reads into a node the links that lead to its positions, whatever is there, and sets them right by the names of
//! the saved inputs when all is read. Where a class has gained or lost inputs since the file was saved, links are at the
//! wrong inputs in between; what an input that comes or goes does to them then shows in the export. So it is done here
//! step by step, for the nodes for which it can matter: those with growing groups or dynamic combos, and all nodes of a
//! graph whose links and inputs contradict each other.

use foldhash::{HashMap, HashMapExt, HashSet};

use super::node::{Node, Slot};
use super::positions::Positions;
use super::wire::LinkId;

/// How often the links of a node are set right; each time inputs may come.
const MOST_PASSES: usize = 1_000;

/// The inputs of a node before a change.
pub(super) struct Before<'a> {
    /// The links that they had.
    links: HashSet<LinkId>,
    /// The inputs, where the change may be refused.
    slots: Option<Vec<Slot<'a>>>,
}

impl<'a> Node<'a> {
    /// No longer keeps links by position. Returns the position of each that is left, be it behind the last
    /// input.
    pub(super) fn release_positions(&mut self) -> HashMap<LinkId, usize> {
        let left = self.positions.take().into_iter().flat_map(|Positions(left)| left);
        left.map(|(at, link)| (link, at)).collect()
    }

    /// Keeps links by position from here on.
    pub(super) fn hold_positions(&mut self, positions: Positions) {
        write(&positions, &mut self.slots);
        self.positions = Some(positions);
    }

    /// Notes the inputs before a change, each with the link at its position; nothing where links are not kept by position.
    pub(super) fn before_change(&mut self) -> Option<Before<'a>> {
        let positions = self.positions.as_ref()?;
        write(positions, &mut self.slots);
        let outside = positions.0.last().is_some_and(|(at, _)| *at >= self.slots.len());
        let slots = outside.then(|| self.slots.clone());
        Some(Before { links: self.slots.iter().filter_map(|slot| slot.link).collect(), slots })
    }

    /// Carries out a change of the inputs: each has the link now that its slot names, and a link that no slot names is gone. The
    /// change is refused where an input with a link would come to a position to which a link from behind the last input
    /// leads. Returns whether it was carried out.
    pub(super) fn commit_change(&mut self, before: Option<Before<'a>>) -> bool {
        let (Some(before), Some(positions)) = (before, &mut self.positions) else { return true };
        let others: Vec<(usize, LinkId)> =
            positions.0.iter().filter(|(_, link)| !before.links.contains(link)).copied().collect();
        let taken = |at: usize| self.slots.get(at).is_some_and(|slot| slot.link.is_some());
        if others.iter().any(|(at, _)| taken(*at))
            && let Some(slots) = before.slots
        {
            self.slots = slots;
            return false;
        }
        let assigned = self.slots.iter().enumerate().filter_map(|(at, slot)| Some((at, slot.link?)));
        let assigned: Vec<(usize, LinkId)> = assigned.collect();
        *positions = Positions::new(assigned.into_iter().chain(others).collect());
        write(positions, &mut self.slots);
        true
    }

    /// Sets links right by the names of the inputs that were saved with them. Links that are moved let groups grow, to which
    /// others may be moved then.
    pub(super) fn realign<'n>(&mut self, saved: impl Iterator<Item = (&'n str, LinkId)>) {
        let Some(positions) = &self.positions else { return };
        let mut known: HashMap<LinkId, usize> =
            positions.0.iter().map(|(_, link)| (*link, usize::MAX)).collect();
        let mut named: Vec<(LinkId, Vec<&str>)> = Vec::new();
        for (name, link) in saved {
            let Some(place) = known.get_mut(&link) else { continue };
            if let Some((_, others)) = named.get_mut(*place) {
                others.push(name);
            } else {
                *place = named.len();
                named.push((link, vec![name]));
            }
        }
        let mut skipped: HashSet<LinkId> = HashSet::default();
        for _ in 0..named.len().min(MOST_PASSES) {
            let Some(moved) = self.next_pass(&named, &mut skipped) else { break };
            for at in moved {
                if let Some(name) = self.slots.get(at).map(|slot| slot.name.clone()) {
                    self.grow_after(&name);
                }
            }
        }
    }

    /// One pass: the positions to which links were moved, in the order of the saved inputs. A link whose input is gone makes room
    /// for others; any other that is not moved itself keeps its place, and those that it is in the way of keep theirs.
    fn next_pass(
        &mut self,
        named: &[(LinkId, Vec<&str>)],
        skipped: &mut HashSet<LinkId>,
    ) -> Option<Vec<usize>> {
        let positions = self.positions.as_mut()?;
        loop {
            let mut slots: HashMap<&str, Vec<usize>> = HashMap::with_capacity(self.slots.len());
            for (at, slot) in self.slots.iter().enumerate() {
                slots.entry(&slot.name).or_default().push(at);
            }
            let now: HashMap<LinkId, usize> = positions.0.iter().map(|(at, link)| (*link, *at)).collect();
            let mut moved = Vec::new();
            let mut unmatched = Vec::new();
            for (link, names) in named {
                let Some(at) = now.get(link) else { continue };
                let mut fitting = names.iter().filter_map(|name| slots.get(name)).flatten();
                let Some(first) = fitting.clone().min() else {
                    unmatched.push((*link, *at));
                    continue;
                };
                if !skipped.contains(link) && !fitting.any(|fitting| fitting == at) {
                    moved.push((*link, *first));
                }
            }
            if moved.is_empty() {
                return None;
            }
            let mut places: HashMap<usize, LinkId> = HashMap::with_capacity(moved.len());
            let alone = moved.iter().all(|(link, at)| places.insert(*at, *link).is_none());
            let gone = unmatched.iter().filter(|(_, at)| places.contains_key(at)).map(|(link, _)| *link);
            let takes_part: HashSet<LinkId> = moved.iter().map(|(link, _)| *link).chain(gone).collect();
            let others = || positions.0.iter().filter(|(_, link)| !takes_part.contains(link));
            let taken: HashSet<usize> = others().map(|(at, _)| *at).collect();
            let blocked: Vec<LinkId> =
                moved.iter().filter(|(_, at)| taken.contains(at)).map(|(link, _)| *link).collect();
            if alone && blocked.is_empty() {
                let assigned = moved.iter().map(|(link, at)| (*at, *link));
                *positions = Positions::new(others().copied().chain(assigned).collect());
                write(positions, &mut self.slots);
                return Some(moved.into_iter().map(|(_, at)| at).collect());
            }
            if blocked.is_empty() {
                skipped.extend(moved.iter().map(|(link, _)| *link));
            } else {
                skipped.extend(blocked);
            }
        }
    }
}

/// Gives each slot the link that leads to its position.
fn write(positions: &Positions, slots: &mut [Slot<'_>]) {
    for slot in &mut *slots {
        slot.link = None;
    }
    for (at, link) in &positions.0 {
        if let Some(slot) = slots.get_mut(*at) {
            slot.link = Some(*link);
        }
    }
}
