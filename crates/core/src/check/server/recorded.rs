//! Whether a recorded answer is one that the server may have given.
//!
//! A server visits outputs and inputs in an order that changes with every start. The verdict does not depend on it, nor do
//! the outputs that run; which node is blamed sometimes does. This says what a recorded answer may differ in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::trial::Trial;
use super::{Verdict, VerdictOptions, replace};
use crate::catalog::Catalog;

/// In what a verdict and a recorded answer differ, each in one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// In `ok`, the type of the error, the outputs, or whether the server failed.
    pub verdict: Vec<String>,
    /// In the entries of `node_errors`: a node's set of error type and input name.
    pub node_errors: Vec<String>,
}

/// The type of an error and the input it names.
type Key = (String, Option<String>);

const CYCLE: &str = "dependency_cycle";
const OUTER: &str = "exception_during_validation";
const INNER: &str = "exception_during_inner_validation";

/// Compares the verdict on a prompt with a recorded answer, `{"ok", "error", "outputs", "node_errors"}` or `{"exception"}`,
/// leaving room for what may vary from one start of the server to the next.
pub fn differences(
    prompt: &Json,
    catalog: &Catalog,
    options: &VerdictOptions,
    recorded: &Json,
) -> Differences {
    let mut differences = Differences::default();
    let prompt = match replace::apply(prompt, catalog, options) {
        Ok(prompt) => prompt,
        Err(exception) => {
            compare_verdicts(&Verdict::failed(exception), recorded, &mut differences);
            return differences;
        }
    };
    let expected = recorded_errors(recorded);
    match Trial::run(&prompt, catalog, options) {
        Err(verdict) => {
            compare_verdicts(&verdict, recorded, &mut differences);
            differences
                .node_errors
                .extend(expected.keys().map(|node| format!("node {node}: an entry too many")));
        }
        Ok(trial) => {
            let allowed = allowances(&trial);
            compare_verdicts(&trial.verdict(), recorded, &mut differences);
            compare_errors(&allowed, &expected, &mut differences);
        }
    }
    differences
}

fn compare_verdicts(verdict: &Verdict<'_>, recorded: &Json, differences: &mut Differences) {
    let failed = recorded.get("exception").is_some_and(|exception| !exception.is_null());
    if verdict.exception.is_some() != failed {
        let ours = verdict.exception.as_deref().unwrap_or("an answer");
        differences
            .verdict
            .push(format!("{ours}, recorded {}", if failed { "an exception" } else { "an answer" }));
        return;
    }
    if failed {
        return;
    }
    let ok = recorded.get("ok").and_then(Json::as_bool);
    if verdict.ok != ok {
        differences.verdict.push(format!("ok is {:?}, recorded {ok:?}", verdict.ok));
    }
    let ours = verdict.error.as_ref().map(|error| error.kind);
    let theirs = recorded.get("error").and_then(|error| error.get("type")).and_then(Json::as_str);
    if ours != theirs {
        differences.verdict.push(format!("error is {ours:?}, recorded {theirs:?}"));
    }
    let ours: BTreeSet<&str> = verdict.outputs.iter().map(String::as_str).collect();
    let theirs = recorded.get("outputs").and_then(Json::as_array).into_iter().flatten();
    let theirs: BTreeSet<&str> = theirs.filter_map(Json::as_str).collect();
    if ours != theirs {
        differences.verdict.push(format!("outputs are {ours:?}, recorded {theirs:?}"));
    }
}

fn recorded_errors(recorded: &Json) -> BTreeMap<String, BTreeSet<Key>> {
    let nodes = recorded.get("node_errors").and_then(Json::as_object).into_iter().flatten();
    let key = |error: &Json| {
        let input = error.get("extra_info").and_then(|info| info.get("input_name")).and_then(Json::as_str);
        (error.get("type").and_then(Json::as_str).unwrap_or_default().to_owned(), input.map(str::to_owned))
    };
    let errors =
        |node: &Json| node.get("errors").and_then(Json::as_array).into_iter().flatten().map(key).collect();
    nodes.map(|(id, node)| (id.clone(), errors(node))).collect()
}

/// What a node's entry may be.
struct Allowed {
    /// One of these sets.
    sets: Vec<BTreeSet<Key>>,
    /// Or none at all.
    absent: bool,
}

fn allowances(trial: &Trial<'_, '_>) -> BTreeMap<String, Allowed> {
    let sure = surely_reached(trial);
    let is_sure = |node: u32| sure.get(node as usize).copied().unwrap_or(false);
    let raises = |node: u32| trial.judged(node).is_some_and(|judged| judged.raise.is_some());
    let mut consumed: BTreeMap<u32, BTreeSet<Key>> = BTreeMap::new();
    for visit in &trial.visits {
        for (link, to) in trial.links.of(visit.node) {
            if let Some(end) = trial.ends.get(link).filter(|_| raises(to)) {
                consumed
                    .entry(to)
                    .or_default()
                    .insert((INNER.to_owned(), Some(end.input.clone().into_owned())));
            }
        }
    }
    let outputs: BTreeSet<u32> = trial.outputs.iter().copied().collect();
    // The nodes on cycles, each with whether all nodes of its group surely have the entry of a cycle.
    let mut cyclic: BTreeMap<u32, bool> = BTreeMap::new();
    for members in trial.links.circles(&trial.visits) {
        let all: BTreeSet<u32> = members.iter().copied().collect();
        let inside = |node: u32| {
            let targets = trial.links.of(node).map(|(_, to)| to).filter(|to| all.contains(to));
            targets.collect::<BTreeSet<u32>>().len()
        };
        let sure = members.iter().all(|node| inside(*node) == 1 && !raises(*node))
            && members.iter().any(|node| is_sure(*node));
        cyclic.extend(members.into_iter().map(|node| (node, sure)));
    }
    let mut allowed = BTreeMap::new();
    for visit in &trial.visits {
        let node = visit.node;
        let mut absent = !is_sure(node);
        let sets = if raises(node) {
            let mut ways: BTreeSet<Key> = consumed.remove(&node).unwrap_or_default();
            if outputs.contains(&node) {
                ways.insert((OUTER.to_owned(), None));
            }
            ways.into_iter().map(|way| BTreeSet::from([way])).collect()
        } else {
            let own = trial.judged(node).into_iter().flat_map(|judged| &judged.errors);
            let own: BTreeSet<Key> =
                own.map(|e| (e.kind().to_owned(), e.input_name().map(str::to_owned))).collect();
            let mut with_cycle = own.clone();
            with_cycle.insert((CYCLE.to_owned(), None));
            match cyclic.get(&node) {
                None => vec![own],
                Some(true) => vec![with_cycle],
                Some(false) => vec![own, with_cycle],
            }
        };
        absent |= sets.iter().any(BTreeSet::is_empty);
        allowed.insert(trial.id(node).to_owned(), Allowed { sets, absent });
    }
    allowed
}

/// Which nodes are reached without passing through one that raises on a link or a comparison: those are looked at whatever
/// the order.
fn surely_reached(trial: &Trial<'_, '_>) -> Vec<bool> {
    let stops = |node: u32| {
        trial.judged(node).and_then(|judged| judged.raise.as_ref()).is_some_and(|raise| raise.early)
    };
    let mut reached = vec![false; trial.seats.len()];
    let mut open: Vec<u32> = trial.outputs.clone();
    while let Some(node) = open.pop() {
        let Some(seen) = reached.get_mut(node as usize) else { continue };
        if !std::mem::replace(seen, true) && !stops(node) {
            open.extend(trial.links.of(node).map(|(_, to)| to));
        }
    }
    reached
}

fn compare_errors(
    allowed: &BTreeMap<String, Allowed>,
    expected: &BTreeMap<String, BTreeSet<Key>>,
    differences: &mut Differences,
) {
    for (node, Allowed { sets, absent }) in allowed {
        match expected.get(node) {
            None if *absent => {}
            Some(found) if sets.contains(found) && !found.is_empty() => {}
            found => differences.node_errors.push(format!("node {node}: ours {sets:?}, recorded {found:?}")),
        }
    }
    for (node, found) in expected.iter().filter(|(node, _)| !allowed.contains_key(*node)) {
        differences.node_errors.push(format!("node {node}: not reached, recorded {found:?}"));
    }
}
