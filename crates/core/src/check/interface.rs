//! An interface by itself, and against the graph it is published for.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::input::{crossed, not_an_option, not_members};
use super::{Checked, Rejected, hints, python, sampler, value};
use crate::catalog::{Catalog, Input as ClassInput, Kind, declared};
use crate::diagnostic::{Diagnostic, Diagnostics, Problem, Subject, show};
use crate::graph::{Graph, Value};
use crate::interface::standard::{doubts, standard};
use crate::interface::{Input, Interface, Key, Payload, Target, composite};
use crate::number;

/// Checks a published schema that stands alone. Published schemas are full of oddities that a service lives with, so all
/// of them are warnings, but for limits that no value satisfies.
pub fn published(interface: Interface) -> Result<Checked<Interface>, Rejected<Interface>> {
    let diagnostics = published_problems(&interface);
    Checked::decide(interface, diagnostics)
}

/// What is wrong with a published schema that stands alone.
pub(crate) fn published_problems(interface: &Interface) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for (key, input) in interface.inputs() {
        check_soundness(key, input, &mut diagnostics);
        if input.undescribed {
            let detail = "it is required but not described, so any value is taken".to_owned();
            diagnostics
                .report(Problem::DoubtfulSchema { key: key.to_string(), detail }, input.origin.clone());
        }
        for problem in default_problems(key, input) {
            let detail = format!("the default breaks the input's own rules: {problem}");
            diagnostics
                .report(Problem::DoubtfulSchema { key: key.to_string(), detail }, input.origin_of("default"));
        }
    }
    diagnostics
}

/// Reports what is wrong with an interface that is bound to a graph.
pub(super) fn problems(interface: &Interface, graph: &Graph, catalog: &Catalog) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for (key, input) in interface.inputs() {
        check_soundness(key, input, &mut diagnostics);
        for problem in default_problems(key, input) {
            let problem = Problem::BadDefault { key: key.to_string(), because: Box::new(problem) };
            diagnostics.report(problem, input.origin_of("default"));
        }
        check_targets(key, input, interface, graph, catalog, &mut diagnostics);
    }
    check_twice_written(interface, &mut diagnostics);
    check_stages(interface, graph, &mut diagnostics);
    hints::fixed_seeds(interface, graph, catalog, &mut diagnostics);
    for output in interface.outputs() {
        if graph.node(&output.node).is_none() {
            let near = crate::diagnostic::nearest(&output.node, graph.nodes().map(|(id, _)| id.as_str()));
            let (key, target) = ("outputs".to_owned(), output.node.clone());
            diagnostics.report(Problem::UnknownTarget { key, target, near }, output.origin.clone());
        }
    }
    diagnostics
}

/// What an input says about itself: keywords that say nothing, limits that nothing satisfies.
fn check_soundness(key: &Key, input: &Input, diagnostics: &mut Diagnostics) {
    for detail in doubts(input.schema.keywords()) {
        diagnostics.report(Problem::DoubtfulSchema { key: key.to_string(), detail }, input.origin.clone());
    }
    let mut contradiction = |keyword: &str, detail: String| {
        diagnostics
            .report(Problem::ContradictoryLimits { key: key.to_string(), detail }, input.origin_of(keyword));
    };
    if let (Some(least), Some(most)) = (input.schema.number("minimum"), input.schema.number("maximum"))
        && number::less(most, least)
    {
        contradiction("maximum", format!("the minimum {least} is above the maximum {most}"));
    }
    for (least, most) in [("minItems", "maxItems"), ("minLength", "maxLength")] {
        if let (Some(l), Some(m)) = (input.schema.count(least), input.schema.count(most))
            && m < l
        {
            contradiction(most, format!("`{least}` {l} is above `{most}` {m}"));
        }
    }
    if input.schema.members().is_some_and(<[_]>::is_empty) {
        contradiction("enum", "the list of options is empty".to_owned());
    }
}

/// What an input's own rules say about its default.
fn default_problems(key: &Key, input: &Input) -> Vec<Problem> {
    let Some(default) = input.schema.default_value() else { return Vec::new() };
    // A file's default names something the service already has; it need not be a URL.
    if input.schema.media().is_some() {
        return Vec::new();
    }
    let mut found = Diagnostics::default();
    let (schema, published) = (standard(key, input), input.schema.keywords());
    value::check(key.as_str(), &schema, published, default, None, input.parts(key), &mut found);
    found.into_iter().map(|diagnostic| diagnostic.problem).collect()
}

/// A value that a caller may send, as what it writes shows: the keyword that allows it and where that is said.
struct Sample<'i> {
    keyword: &'static str,
    index: Option<usize>,
    value: &'i Json,
}

/// The values by which an input's range is judged: its limits, every member of its enum, and its default.
fn samples(input: &Input) -> Vec<Sample<'_>> {
    let one =
        |keyword: &'static str| input.schema.get(keyword).map(|value| Sample { keyword, index: None, value });
    let members = input.schema.members().unwrap_or_default().iter().enumerate();
    let members = members.map(|(index, value)| Sample { keyword: "enum", index: Some(index), value });
    let mut samples: Vec<Sample<'_>> = [one("minimum"), one("maximum")].into_iter().flatten().collect();
    samples.extend(members);
    samples.extend(one("default"));
    samples
}

/// Every value the input publishes must be one that the classes of its targets take.
fn check_targets(
    key: &Key,
    input: &Input,
    interface: &Interface,
    graph: &Graph,
    catalog: &Catalog,
    diagnostics: &mut Diagnostics,
) {
    if input.targets.is_empty() {
        return;
    }
    let composite = input.targets.len() > 1;
    for sample in samples(input) {
        let origin = input.origin_of(sample.keyword);
        let origin = match sample.index {
            Some(index) => origin.map(|origin| origin.member(index)),
            None => origin,
        };
        if composite
            && sample.value.as_str().and_then(|text| composite::decode(text, input.targets.len())).is_none()
        {
            let (key, value) = (key.to_string(), show(sample.value));
            diagnostics.report(Problem::BadComposite { key, value, parts: input.targets.len() }, origin);
            continue;
        }
        for (target, written) in interface.writes(key.as_str(), sample.value) {
            let Some(class_input) = class_input(graph, catalog, target) else { continue };
            for problem in misfits(key, target, &class_input, &written, sample.value) {
                diagnostics.report(problem, origin.clone());
            }
        }
    }
    for target in &input.targets {
        if let Some(Value::Link(link)) =
            graph.node(target.node.as_str()).and_then(|node| node.value(&target.input))
        {
            let problem = Problem::LinkedTarget {
                key: key.to_string(),
                target: Subject::input(&target.node, &target.input).to_string(),
                from: link.node.to_string(),
            };
            diagnostics.report(problem, input.origin.clone());
        }
    }
    check_default_against_graph(key, input, interface, graph, diagnostics);
}

/// What the class of a target says to a value that a key may write there.
fn misfits(key: &Key, target: &Target, class: &ClassInput, written: &Json, published: &Json) -> Vec<Problem> {
    let subject = Subject::input(&target.node, &target.input);
    match &class.kind {
        Kind::Combo(combo) => not_members(combo, written)
            .into_iter()
            .map(|found| not_an_option(subject.clone(), combo, found))
            .collect(),
        Kind::Named(ty) => {
            let converted = match ty.as_str() {
                "INT" => python::int(written),
                "FLOAT" => python::float(written),
                _ => return Vec::new(),
            };
            let Some(number) = converted else {
                let expected = format!("a value that `{ty}` takes");
                return vec![Problem::InvalidValue { subject, expected, found: show(written) }];
            };
            crossed(&number, class)
                .into_iter()
                .map(|limit| Problem::LooseLimit {
                    key: key.to_string(),
                    target: subject.to_string(),
                    published: if written == published {
                        show(written)
                    } else {
                        format!("{} (so {})", show(published), show(written))
                    },
                    class: limit,
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The declaration of a target's input, dynamic ones included.
fn class_input(graph: &Graph, catalog: &Catalog, target: &Target) -> Option<ClassInput> {
    let node = graph.node(target.node.as_str())?;
    let class = catalog.class(node.class()?)?;
    let inputs = declared(class, node);
    inputs.into_iter().find(|declared| declared.name == target.input).map(|declared| declared.input.clone())
}

/// A default replaces what the graph holds, silently unless somebody says so.
fn check_default_against_graph(
    key: &Key,
    input: &Input,
    interface: &Interface,
    graph: &Graph,
    diagnostics: &mut Diagnostics,
) {
    let Some(default) = input.schema.default_value() else { return };
    for (target, written) in interface.writes(key.as_str(), default) {
        let Some(node) = graph.node(target.node.as_str()) else { continue };
        let Some(held) = node.literal(&target.input) else { continue };
        if !value::equal(held, &written) {
            let problem = Problem::DifferentDefault {
                key: key.to_string(),
                target: Subject::input(&target.node, &target.input).to_string(),
                published: show(&written),
                graph: show(held),
            };
            let there = node.input(&target.input).and_then(|input| input.origin.clone());
            diagnostics.push(
                Diagnostic::new(problem, input.origin_of("default"))
                    .with_related(there, "the value in the graph"),
            );
        }
    }
}

/// An input that two keys write has no value of its own.
fn check_twice_written(interface: &Interface, diagnostics: &mut Diagnostics) {
    let mut writers: HashMap<&Target, (&Key, Option<&crate::source::Origin>)> = HashMap::new();
    for (key, input) in interface.inputs() {
        let derived = input.derived.iter().filter_map(|derived| derived.target.as_ref());
        for target in input.targets.iter().chain(derived) {
            if let Some((first, place)) = writers.insert(target, (key, input.origin.as_ref())) {
                let problem = Problem::DuplicateTarget {
                    target: Subject::input(&target.node, &target.input).to_string(),
                    keys: vec![first.to_string(), key.to_string()],
                };
                diagnostics.push(
                    Diagnostic::new(problem, input.origin.clone())
                        .with_related(place.cloned(), "also written here"),
                );
            }
        }
    }
}

/// Values within the published limits by which a sampler stage comes to do nothing.
fn check_stages(interface: &Interface, graph: &Graph, diagnostics: &mut Diagnostics) {
    let idle_anyway = sampler::idle_stages(graph);
    for (key, input) in interface.inputs() {
        let drives_samplers = interface
            .writes(key.as_str(), &Json::from(1))
            .iter()
            .any(|(target, _)| matches!(target.input.as_str(), "steps" | "start_at_step" | "end_at_step"));
        if !drives_samplers {
            continue;
        }
        let mut told = idle_anyway.clone();
        for sample in samples(input) {
            let mut one = Payload::new();
            one.set(key.as_str(), sample.value.clone(), None);
            let applied = interface.apply(&one, graph);
            let newly: Vec<_> =
                sampler::idle_stages(&applied).into_iter().filter(|id| !told.contains(id)).collect();
            if newly.is_empty() {
                continue;
            }
            let when = format!("`{key}` = {}", show(sample.value));
            let place = input.origin_of(sample.keyword);
            let mut found = Diagnostics::default();
            sampler::check(&applied, Some((&when, place.as_ref())), &mut found);
            for diagnostic in found {
                let new = matches!(&diagnostic.problem, Problem::IdleStage { node, .. } if newly.iter().any(|id| id.as_str() == node));
                if new {
                    diagnostics.push(diagnostic);
                }
            }
            told.extend(newly);
        }
    }
}
