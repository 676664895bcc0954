//! Set and Get nodes (KJNodes, Easy-Use): one gives a value a name, the others take it by that name.
//!
//! A Get node gets what its Set node gets, whatever the mode of the Set node. It looks for the name in its own graph and
//! then, with KJNodes, in those around it. A value that comes from outside becomes an input of every subgraph on the way.

use std::borrow::Cow;
use std::collections::VecDeque;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::wires::{Only, is};
use super::{Additions, PASSES_AS_IS};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Problem};
use crate::front::ui::room::Room;
use crate::front::ui::wire::{File, INPUTS, Input, Io, Key, Link, LinkId, LinkIds, Mode, Node, Part};
use crate::number::javascript as js;

/// That which looks for the name in the graphs around its own, too.
const LOOKS_OUT: &str = "GetNode";

/// Where a value starts: an output, in the graph that is asked.
type Start = (Key, i64);

/// What the Set nodes of a graph give: nothing for one that gets nothing itself.
type Given = HashMap<String, Option<Start>>;

/// Links Get nodes to what their names stand for.
pub(super) fn connect(
    file: &mut File<'_>,
    catalog: &Catalog,
    room: &mut Room,
    diagnostics: &mut Diagnostics,
) {
    let mut given: Vec<Given> = file.parts().map(|part| given_in(part, catalog)).collect();
    let taken: Vec<Vec<(usize, String)>> = file.parts().map(|part| taken_in(part, catalog)).collect();
    if given.iter().all(HashMap::is_empty) && taken.iter().all(Vec::is_empty) {
        return;
    }
    let mut added: Vec<Additions> = file.parts().map(Additions::to).collect();
    if let Err(problem) = bring_in(file, &mut given, &taken, &mut added, room) {
        if let Some(problem) = problem {
            diagnostics.report(problem, Some(file.root.origin.clone()));
        }
        return;
    }
    for (((part, given), taken), mut added) in file.parts_mut().zip(&given).zip(&taken).zip(added) {
        for node in &mut part.nodes {
            if is(node, Only::Sets, catalog) {
                node.ty = PASSES_AS_IS;
            }
        }
        for (at, name) in taken {
            take(part, *at, name, given, &mut added, diagnostics);
        }
        added.put_into(part);
    }
}

fn given_in(part: &Part<'_>, catalog: &Catalog) -> Given {
    let mut given = Given::new();
    if !part.nodes.iter().any(|node| is(node, Only::Sets, catalog)) {
        return given;
    }
    let links: HashMap<LinkId, &Link> = part.links.iter().map(|(id, link)| (*id, link)).collect();
    for node in part.nodes.iter().filter(|node| is(node, Only::Sets, catalog)) {
        let Some(name) = name_of(node) else { continue };
        let link = node.inputs.first().and_then(|input| links.get(&input.link?));
        given.entry(name).or_insert_with(|| link.map(|link| (link.origin.clone(), link.origin_slot)));
    }
    given
}

/// The positions of the Get nodes of a graph among its nodes, each with its name.
fn taken_in(part: &Part<'_>, catalog: &Catalog) -> Vec<(usize, String)> {
    let getters = part.nodes.iter().enumerate().filter(|(_, node)| is(node, Only::Gets, catalog));
    getters.map(|(at, node)| (at, name_of(node).unwrap_or_default())).collect()
}

/// The name that a Set or Get node holds.
fn name_of(node: &Node<'_>) -> Option<String> {
    node.values?.get(0).map(js::text).filter(|name| !name.is_empty())
}

/// The bytes of what is made for each name that an instance takes from outside, besides the name.
const BROUGHT_IN: usize = 400;

/// Gives subgraphs an input for each name that they take from the graphs around them. Fails when there is not enough room.
fn bring_in(
    file: &mut File<'_>,
    given: &mut [Given],
    taken: &[Vec<(usize, String)>],
    added: &mut [Additions],
    room: &mut Room,
) -> Result<(), Option<Problem>> {
    // The graphs that hold instances of each definition, with the positions of those.
    let places: HashMap<&str, usize> =
        file.parts().enumerate().filter_map(|(at, part)| Some((part.uuid?, at))).collect();
    let mut hosts: Vec<Vec<(usize, usize)>> = vec![Vec::new(); given.len()];
    for (outer, part) in file.parts().enumerate() {
        for (at, node) in part.nodes.iter().enumerate() {
            if let Some(hosts) = places.get(node.ty).and_then(|inner| hosts.get_mut(*inner)) {
                hosts.push((outer, at));
            }
        }
    }
    let lacks = |given: &[Given], part: usize, name: &str| {
        part != 0 && given.get(part).is_some_and(|given| !given.contains_key(name))
    };
    let mut wanted: Vec<(usize, String)> = Vec::new();
    let mut seen: HashSet<(usize, String)> = HashSet::new();
    let mut open: VecDeque<(usize, String)> = VecDeque::new();
    for (at, (part, taken)) in file.parts().zip(taken).enumerate() {
        let looks_out = |node: &usize| part.nodes.get(*node).is_some_and(|node| node.ty == LOOKS_OUT);
        open.extend(taken.iter().filter(|(node, _)| looks_out(node)).map(|(_, name)| (at, name.clone())));
    }
    while let Some((part, name)) = open.pop_front() {
        if name.is_empty() || !lacks(given, part, &name) || !seen.insert((part, name.clone())) {
            continue;
        }
        let instances = hosts.get(part).map_or(0, Vec::len) + 1;
        room.take_or_tell(instances.saturating_mul(BROUGHT_IN + 4 * name.len()))?;
        open.extend(hosts.get(part).into_iter().flatten().map(|(outer, _)| (*outer, name.clone())));
        wanted.push((part, name));
    }
    // A name that no graph around gives stays unknown.
    let reached = reached(given, &hosts, &wanted);
    let wanted: Vec<(usize, String)> = wanted.into_iter().filter(|want| reached.contains(want)).collect();
    for (part, name) in &wanted {
        let Some(definition) = file.part_mut(*part) else { continue };
        let slot = i64::try_from(definition.inputs.len()).unwrap_or(i64::MAX);
        let io = Io { name: Cow::Owned(input_name(name)), ty: Cow::Borrowed("*"), links: LinkIds::new() };
        definition.inputs.push(io);
        if let Some(given) = given.get_mut(*part) {
            given.insert(name.clone(), Some((INPUTS, slot)));
        }
    }
    for (part, name) in &wanted {
        for (outer, at) in hosts.get(*part).into_iter().flatten() {
            let start = given.get(*outer).and_then(|given| given.get(name.as_str()).cloned().flatten());
            let (Some(start), Some(added)) = (start, added.get_mut(*outer)) else { continue };
            let Some(host) = file.part_mut(*outer).and_then(|outer| outer.nodes.get_mut(*at)) else {
                continue;
            };
            let link = Some(added.link(start, (host.id.clone(), host.inputs.len())));
            let (name, ty) = (Cow::Owned(input_name(name)), Cow::Borrowed("*"));
            host.inputs.push(Input { name, ty, link, widget: None });
        }
    }
    Ok(())
}

/// Those of the wanted names that some graph around gives.
fn reached(
    given: &[Given],
    hosts: &[Vec<(usize, usize)>],
    wanted: &[(usize, String)],
) -> HashSet<(usize, String)> {
    let mut inside: HashMap<(usize, &str), Vec<usize>> = HashMap::new();
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut reached = HashSet::new();
    for (part, name) in wanted {
        for (outer, _) in hosts.get(*part).into_iter().flatten() {
            if given.get(*outer).is_some_and(|given| given.contains_key(name.as_str())) {
                open.push((*part, name));
            }
            inside.entry((*outer, name)).or_default().push(*part);
        }
    }
    while let Some((part, name)) = open.pop() {
        if reached.insert((part, name.to_owned())) {
            open.extend(inside.get(&(part, name)).into_iter().flatten().map(|inner| (*inner, name)));
        }
    }
    reached
}

/// The name of the input that brings a value in: one that no file has.
fn input_name(name: &str) -> String {
    format!("get {name}")
}

/// Makes a Get node pass on what its name stands for.
fn take(
    part: &mut Part<'_>,
    at: usize,
    name: &str,
    given: &Given,
    added: &mut Additions,
    diagnostics: &mut Diagnostics,
) {
    let Some(node) = part.nodes.get_mut(at) else { return };
    node.ty = PASSES_AS_IS;
    node.inputs.clear();
    // A Get node has no input of its own, so there is nothing to bypass it by.
    if node.mode == Mode::Bypassed {
        return;
    }
    match given.get(name) {
        Some(Some(start)) => {
            let link = Some(added.link(start.clone(), (node.id.clone(), 0)));
            let (name, ty) = (Cow::Borrowed(""), Cow::Borrowed("*"));
            node.inputs.push(Input { name, ty, link, widget: None });
        }
        Some(None) => {}
        None => {
            let problem = Problem::UnsetName { node: node.id.to_string(), name: name.to_owned() };
            diagnostics.report(problem, Some(part.origin.field("nodes").member(node.index)));
        }
    }
}
