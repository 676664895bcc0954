//! Reading keys against a graph.
//!
//! A key may split in very many ways: node ids and input names may hold any character. So each place at which a part can
//! start is looked at once, and only where something before it has led there; how many ways there are to go on from it is
//! counted and not written out. What is left is limited by the steps that one interface may take.

use std::collections::{BTreeSet, HashMap};

use super::key::{Key, Target, Unresolved};
use crate::catalog::Catalog;
use crate::diagnostic::Guesses;
use crate::graph::Graph;

/// More readings than this say nothing more than that there are several.
const MOST_READINGS: usize = 8;
/// The most parts of one of several readings that are shown.
pub(super) const MOST_PARTS: usize = 100;
/// The most steps for all the keys of an interface. One is to look up an id or a name of up to [`STEP`] bytes.
pub(super) const MOST_STEPS: usize = 20_000_000;
const STEP: usize = 16;
/// Up to how many names of a node are compared one by one.
const FEW_NAMES: usize = 64;

/// What reads the keys of one interface.
pub(super) struct Resolver<'g> {
    graph: &'g Graph,
    catalog: &'g Catalog,
    /// The lengths of node ids in the graph.
    id_lengths: BTreeSet<usize>,
    /// The names of nodes that have many, by id.
    names: HashMap<&'g str, Names<'g>>,
    guesses: Guesses,
    steps: usize,
}

/// The names of the inputs of a node.
struct Names<'g> {
    list: Vec<&'g str>,
    /// The place of each in the list, and how long names are, where there are many.
    table: Option<(HashMap<&'g str, usize>, BTreeSet<usize>)>,
}

/// One part of a key: from a start over an id and a name to the next part, or to the end.
#[derive(Debug, Clone, Copy)]
struct Part<'g> {
    id: &'g str,
    name: &'g str,
    /// Where the next part starts; `None` at the end.
    next: Option<usize>,
}

/// The parts that may begin at one place.
struct Start<'g> {
    parts: Vec<Part<'g>>,
    /// In how many ways it goes on to the end, counted no further than to [`MOST_READINGS`].
    ways: usize,
}

impl Key {
    /// Reads the key against a graph. An input is there when the node holds it, or when its class in `catalog` declares
    /// it.
    pub fn resolve(&self, graph: &Graph, catalog: &Catalog) -> Result<Vec<Target>, Unresolved> {
        Resolver::new(graph, catalog).resolve(self)
    }
}

impl<'g> Names<'g> {
    fn new(list: Vec<&'g str>) -> Self {
        let table = (list.len() > FEW_NAMES).then(|| {
            let places = list.iter().enumerate().rev().map(|(at, name)| (*name, at));
            (places.collect(), list.iter().map(|name| name.len()).collect())
        });
        Self { list, table }
    }

    /// Those that a text begins with, up to its end or an `x`, in their order. Steps are taken from `left`; `None` when
    /// there are none left.
    fn beginning(&self, text: &str, left: &mut usize) -> Option<Vec<&'g str>> {
        let ends =
            |name: &str| text.get(name.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with('x'));
        let Some((places, lengths)) = &self.table else {
            spend(left, self.list.len())?;
            return Some(
                self.list.iter().copied().filter(|name| text.starts_with(*name) && ends(name)).collect(),
            );
        };
        let mut found: Vec<(usize, &'g str)> = Vec::new();
        for length in lengths {
            spend(left, 1 + length / STEP)?;
            let Some(name) = text.get(..*length) else { continue };
            if let Some((name, at)) = places.get_key_value(name).filter(|(name, _)| ends(name)) {
                found.push((*at, *name));
            }
        }
        found.sort_unstable();
        Some(found.into_iter().map(|(_, name)| name).collect())
    }
}

/// Takes steps from those that are left.
fn spend(left: &mut usize, steps: usize) -> Option<()> {
    *left = left.checked_sub(steps)?;
    Some(())
}

impl<'g> Resolver<'g> {
    pub(super) fn new(graph: &'g Graph, catalog: &'g Catalog) -> Self {
        let id_lengths = graph.nodes().map(|(id, _)| id.as_str().len()).collect();
        Self { graph, catalog, id_lengths, names: HashMap::new(), guesses: Guesses::new(), steps: MOST_STEPS }
    }

    /// The inputs that a key stands for.
    pub(super) fn resolve(&mut self, key: &Key) -> Result<Vec<Target>, Unresolved> {
        let Some(starts) = self.starts(key.as_str()) else { return Err(Unresolved::TooMany) };
        match starts.get(&0).map_or(0, |start| start.ways) {
            0 => Err(Unresolved::Unknown(self.nearest(key.as_str()))),
            1 => Ok(readings(&starts, usize::MAX).pop().unwrap_or_default()),
            _ => Err(Unresolved::Ambiguous(readings(&starts, MOST_PARTS))),
        }
    }

    /// The places of a text at which a part may start; `None` when to find them takes too many steps.
    fn starts(&mut self, text: &str) -> Option<HashMap<usize, Start<'g>>> {
        let mut starts: HashMap<usize, Start<'g>> = HashMap::new();
        let mut open = vec![0];
        let mut order = Vec::new();
        while let Some(at) = open.pop() {
            if starts.contains_key(&at) {
                continue;
            }
            let parts = self.parts(text, at)?;
            open.extend(parts.iter().filter_map(|part| part.next));
            order.push(at);
            starts.insert(at, Start { parts, ways: 0 });
        }
        // From the end of the text to its start.
        order.sort_unstable();
        for at in order.into_iter().rev() {
            let ways_on =
                |part: &Part<'_>| part.next.map_or(1, |next| starts.get(&next).map_or(0, |next| next.ways));
            let ways = starts.get(&at).map_or(0, |start| start.parts.iter().map(ways_on).sum::<usize>());
            if let Some(start) = starts.get_mut(&at) {
                start.ways = ways.min(MOST_READINGS);
            }
        }
        Some(starts)
    }

    /// The parts that may begin at a place.
    fn parts(&mut self, text: &str, at: usize) -> Option<Vec<Part<'g>>> {
        let rest = text.get(at..).unwrap_or_default();
        let mut parts = Vec::new();
        // Ids are as long as those of the graph, and `_` comes behind them.
        for length in &self.id_lengths {
            spend(&mut self.steps, 1)?;
            if *length >= rest.len() {
                break;
            }
            if rest.as_bytes().get(*length) != Some(&b'_') {
                continue;
            }
            spend(&mut self.steps, length / STEP)?;
            let (Some(id), Some(named)) = (rest.get(..*length), rest.get(length + 1..)) else { continue };
            let Some((id, _)) = self.graph.get(id) else { continue };
            let id = id.as_str();
            let (graph, catalog) = (self.graph, self.catalog);
            let inputs =
                self.names.entry(id).or_insert_with(|| Names::new(inputs_of(graph, catalog, id).collect()));
            for name in inputs.beginning(named, &mut self.steps)? {
                let end = at + length + 1 + name.len();
                let next = (end < text.len()).then_some(end + 1);
                // Behind an `x` there is another part.
                if next.is_none_or(|next| next < text.len()) {
                    parts.push(Part { id, name, next });
                }
            }
        }
        Some(parts)
    }

    /// The keys that come next to one that stands for nothing.
    fn nearest(&self, written: &str) -> Vec<String> {
        let keys = self.graph.nodes().flat_map(|(id, _)| {
            inputs_of(self.graph, self.catalog, id.as_str()).map(move |name| format!("{id}_{name}"))
        });
        self.guesses.nearest(written, keys)
    }
}

/// The ways to go from the start of a text to its end, no more of them and of the parts of each than are of use.
fn readings(starts: &HashMap<usize, Start<'_>>, most_parts: usize) -> Vec<Vec<Target>> {
    let ways = starts.get(&0).map_or(0, |start| start.ways);
    let readings = (0..ways).map(|nth| {
        let mut reading = Vec::new();
        let (mut at, mut nth) = (Some(0), nth);
        while let Some(start) = at.and_then(|at| starts.get(&at)).filter(|_| reading.len() < most_parts) {
            at = None;
            for part in &start.parts {
                let ways = part.next.map_or(1, |next| starts.get(&next).map_or(0, |next| next.ways));
                if nth < ways {
                    reading.push(Target::new(part.id, part.name));
                    at = part.next;
                    break;
                }
                nth -= ways;
            }
        }
        reading
    });
    readings.collect()
}

/// The names of the inputs of a node: those it holds, then those its class declares.
fn inputs_of<'a>(graph: &'a Graph, catalog: &'a Catalog, id: &str) -> impl Iterator<Item = &'a str> {
    let node = graph.node(id);
    let held = node.into_iter().flat_map(|node| node.inputs().map(|(name, _)| name));
    let class = node.and_then(|node| catalog.class(node.class()?));
    let declared = class.into_iter().flat_map(|class| class.inputs.settable().map(|(name, _, _)| name));
    held.chain(declared.filter(move |name| node.is_some_and(|node| node.input(name).is_none())))
}
