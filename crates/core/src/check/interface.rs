//! An interface by itself, and against the graph it is published for.

use std::borrow::Cow;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use serde_json::Value as Json;

use super::input::{crossed, not_an_option, not_members};
use super::value::Judge;
use super::{Checked, Rejected, hints, python, sampler, value};
use crate::catalog::{Catalog, Input as ClassInput, Kind, declared};
use crate::diagnostic::{Diagnostic, Diagnostics, Guesses, Problem, Subject, show};
use crate::graph::{Graph, NodeId, Value};
use crate::interface::standard::doubts;
use crate::interface::{Input, Interface, Key, Patterns, Payload, Target, composite};
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
    let patterns = interface.patterns();
    let mut judge = Judge::new(patterns);
    for (key, input) in interface.inputs() {
        check_soundness(key, input, patterns, &mut diagnostics);
        if input.undescribed {
            let detail = "it is required but not described, so any value is taken".to_owned();
            diagnostics
                .report(Problem::DoubtfulSchema { key: key.to_string(), detail }, input.origin.clone());
        }
        for problem in default_problems(key, input, &mut judge) {
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
    let mut declarations = Declarations { graph, catalog, expanded: HashMap::new() };
    let patterns = interface.patterns();
    let mut judge = Judge::new(patterns);
    for (key, input) in interface.inputs() {
        check_soundness(key, input, patterns, &mut diagnostics);
        for problem in default_problems(key, input, &mut judge) {
            let problem = Problem::BadDefault { key: key.to_string(), because: Box::new(problem) };
            diagnostics.report(problem, input.origin_of("default"));
        }
        check_targets(key, input, interface, &mut declarations, &judge.guesses, &mut diagnostics);
    }
    check_twice_written(interface, &mut diagnostics);
    check_stages(interface, graph, &mut diagnostics);
    hints::fixed_seeds(interface, graph, catalog, &mut diagnostics);
    for output in interface.outputs() {
        if graph.node(&output.node).is_none() {
            let near = judge.guesses.nearest(&output.node, graph.nodes().map(|(id, _)| id.as_str()));
            let (key, target) = ("outputs".to_owned(), output.node.clone());
            diagnostics.report(Problem::UnknownTarget { key, target, near }, output.origin.clone());
        }
    }
    diagnostics
}

/// What an input says about itself: keywords that say nothing, limits that nothing satisfies.
fn check_soundness(key: &Key, input: &Input, patterns: &Patterns, diagnostics: &mut Diagnostics) {
    for detail in doubts(input.schema.keywords(), patterns) {
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
fn default_problems(key: &Key, input: &Input, judge: &mut Judge<'_>) -> Vec<Problem> {
    let Some(default) = input.schema.default_value() else { return Vec::new() };
    // A file's default names something the service already has; it need not be a URL.
    if input.schema.media().is_some() {
        return Vec::new();
    }
    let mut found = Diagnostics::default();
    judge.check(key, input, default, None, &mut found);
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

/// The most values that one key may write in all: each that it publishes to each input that it drives.
const MOST_WRITES: usize = 1_000_000;

/// Every value the input publishes must be one that the classes of its targets take.
fn check_targets<'a>(
    key: &Key,
    input: &'a Input,
    interface: &'a Interface,
    declarations: &mut Declarations<'a>,
    guesses: &Guesses,
    diagnostics: &mut Diagnostics,
) {
    let graph = declarations.graph;
    if input.targets.is_empty() {
        return;
    }
    let composite = input.targets.len() > 1;
    let samples = samples(input);
    if samples.len().saturating_mul(input.derived.len()) > MOST_WRITES {
        let problem = Problem::TooLarge { what: "values in derived inputs of one key", limit: MOST_WRITES };
        diagnostics.report(problem, input.origin.clone());
        return;
    }
    for sample in samples {
        let origin = || {
            let origin = input.origin_of(sample.keyword);
            match sample.index {
                Some(index) => origin.map(|origin| origin.member(index)),
                None => origin,
            }
        };
        if composite
            && sample.value.as_str().and_then(|text| composite::decode(text, input.targets.len())).is_none()
        {
            let (key, value) = (key.to_string(), show(sample.value));
            diagnostics.report(Problem::BadComposite { key, value, parts: input.targets.len() }, origin());
            continue;
        }
        for (target, written) in interface.writes(key.as_str(), sample.value) {
            let Some(class_input) = declarations.of(target) else { continue };
            for problem in misfits(key, target, class_input, &written, sample.value, guesses) {
                diagnostics.report(problem, origin());
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
fn misfits(
    key: &Key,
    target: &Target,
    class: &ClassInput,
    written: &Json,
    published: &Json,
    guesses: &Guesses,
) -> Vec<Problem> {
    let subject = Subject::input(&target.node, &target.input);
    match &class.kind {
        Kind::Combo(combo) => not_members(combo, written)
            .into_iter()
            .map(|found| not_an_option(subject.clone(), combo, found, guesses))
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

/// The declarations of the inputs that keys write, dynamic ones included.
struct Declarations<'a> {
    graph: &'a Graph,
    catalog: &'a Catalog,
    /// The inputs of nodes whose class declares others for each.
    expanded: HashMap<&'a str, HashMap<Cow<'a, str>, &'a ClassInput>>,
}

impl<'a> Declarations<'a> {
    fn of(&mut self, target: &'a Target) -> Option<&'a ClassInput> {
        let node = self.graph.node(target.node.as_str())?;
        let class = self.catalog.class(node.class()?)?;
        if !class.marks().dynamic {
            return class.inputs.get(&target.input);
        }
        let expanded = self.expanded.entry(target.node.as_str()).or_insert_with(|| {
            let mut inputs = HashMap::new();
            for declared in declared(class, node) {
                inputs.entry(declared.name).or_insert(declared.input);
            }
            inputs
        });
        expanded.get(target.input.as_str()).copied()
    }
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
    let stages = Stages::of(graph);
    if stages.is_empty() {
        return;
    }
    let idle_anyway: HashSet<NodeId> = sampler::idle_stages(graph).into_iter().collect();
    for (key, input) in interface.inputs() {
        let written = interface.writes(key.as_str(), &Json::from(1));
        let drives =
            |target: &Target| matches!(target.input.as_str(), "steps" | "start_at_step" | "end_at_step");
        if !written.iter().any(|(target, _)| drives(target)) {
            continue;
        }
        let affected = stages.affected(graph, written.iter().map(|(target, _)| target.node.as_str()));
        let samples = samples(input);
        if samples.len().saturating_mul(affected.len()) > MOST_WRITES {
            let what = "values in sampler stages of one key";
            diagnostics.report(Problem::TooLarge { what, limit: MOST_WRITES }, input.origin.clone());
            continue;
        }
        let mut told = idle_anyway.clone();
        for sample in samples {
            let mut one = Payload::new();
            one.set(key.as_str(), sample.value.clone(), None);
            let applied = interface.apply(&one, &affected);
            let newly: HashSet<NodeId> =
                sampler::idle_stages(&applied).into_iter().filter(|id| !told.contains(id)).collect();
            if newly.is_empty() {
                continue;
            }
            let when = format!("`{key}` = {}", show(sample.value));
            let place = input.origin_of(sample.keyword);
            let mut found = Diagnostics::default();
            sampler::check(&applied, Some((&when, place.as_ref())), &mut found);
            for diagnostic in found {
                if matches!(&diagnostic.problem, Problem::IdleStage { node, .. } if newly.contains(node.as_str()))
                {
                    diagnostics.push(diagnostic);
                }
            }
            told.extend(newly);
        }
    }
}

/// The sampler stages of a graph, each with those that go on with its latent.
struct Stages<'g>(HashMap<&'g str, Vec<&'g str>>);

impl<'g> Stages<'g> {
    fn of(graph: &'g Graph) -> Self {
        let mut stages: HashMap<&str, Vec<&str>> =
            sampler::stages(graph).map(|(id, _)| (id.as_str(), Vec::new())).collect();
        for (id, node) in sampler::stages(graph) {
            if let Some(next) = sampler::before(node).and_then(|before| stages.get_mut(before)) {
                next.push(id.as_str());
            }
        }
        Self(stages)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A graph of the stages among these nodes, and of those that another value there makes a difference to.
    fn affected(&self, graph: &Graph, written: impl Iterator<Item = &'g str>) -> Graph {
        let mut wanted: HashSet<&str> = HashSet::new();
        for (stage, next) in written.filter_map(|id| self.0.get_key_value(id)) {
            wanted.extend(next);
            wanted.insert(stage);
        }
        let before = wanted.iter().filter_map(|id| sampler::before(graph.node(id)?));
        let before: Vec<&str> = before.filter(|id| self.0.contains_key(id)).collect();
        wanted.extend(before);
        let mut positions: Vec<usize> = wanted.iter().filter_map(|id| graph.position(id)).collect();
        positions.sort_unstable();
        let mut affected = Graph::with_capacity(positions.len());
        for (id, node) in positions.into_iter().filter_map(|position| graph.at(position)) {
            affected.insert(id.clone(), node.clone());
        }
        affected
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diagnostic::Code;
    use crate::graph::{Link, Node};
    use crate::interface::{Derived, Rule, Schema};
    use crate::source::{Source, Sources, Syntax};

    fn catalog(text: &Json) -> Catalog {
        let source = Source::new("classes.json", Syntax::Json, text.to_string());
        Catalog::parse(&source, Sources::default().add(source.clone())).0
    }

    fn publish(interface: &mut Interface, key: &str, schema: Json) {
        let Json::Object(keywords) = schema else { panic!("keywords") };
        interface.inputs.insert(Key::new(key), Input::new(Schema::new(keywords)));
    }

    #[track_caller]
    fn check(mut interface: Interface, graph: &Graph, catalog: &Catalog, expected: &[(Code, usize)]) {
        assert!(interface.bind(graph, catalog).is_empty());
        let found = problems(&interface, graph, catalog);
        let counts: Vec<(Code, usize)> = found
            .codes()
            .into_iter()
            .map(|code| (code, found.iter().filter(|d| d.code() == code).count()))
            .collect();
        assert_eq!(counts, expected);
    }

    #[test]
    fn a_hundred_thousand_options_are_looked_up_and_not_compared_with_each_other() {
        let names: Vec<Json> = (0..100_000).map(|i| format!("{i}.png").into()).collect();
        let catalog = catalog(&json!({"Img": {"input": {"required": {"image": [names]}}, "output": []}}));
        let mut graph = Graph::default();
        graph.insert("1", Node::new("Img").with("image", json!("7.png")));
        let mut interface = Interface::new();
        let published: Vec<Json> = names.into_iter().chain(["more.png".into()]).collect();
        publish(&mut interface, "1_image", json!({"enum": published}));
        check(interface, &graph, &catalog, &[(Code::NotAnOption, 1)]);
    }

    #[test]
    fn twenty_thousand_options_that_no_class_has_are_not_all_compared_with_what_it_has() {
        const MANY: usize = 20_000;
        let names = |ending: &str| (0..MANY).map(|i| format!("{i}.{ending}").into()).collect::<Vec<Json>>();
        let catalog =
            catalog(&json!({"Img": {"input": {"required": {"image": [names("png")]}}, "output": []}}));
        let mut graph = Graph::default();
        graph.insert("1", Node::new("Img").with("image", json!("7.png")));
        let mut interface = Interface::new();
        publish(&mut interface, "1_image", json!({"enum": names("jpg")}));
        check(interface, &graph, &catalog, &[(Code::NotAnOption, MANY)]);
    }

    #[test]
    fn thousands_of_keys_for_one_node_expand_it_once() {
        const MANY: usize = 3_000;
        let template =
            json!({"input": {"required": {"n": ["INT", {"max": 5}]}}, "prefix": "n", "min": 0, "max": MANY});
        let catalog = catalog(
            &json!({"Many": {"input": {"required": {"in": ["COMFY_AUTOGROW_V3", {"template": template}]}},
            "output": [], "price_badge": null}}),
        );
        let mut graph = Graph::default();
        let mut interface = Interface::new();
        let mut node = Node::new("Many");
        for i in 0..MANY {
            node = node.with(format!("in.n{i}"), json!(1));
            publish(&mut interface, &format!("1_in.n{i}"), json!({"minimum": 1, "maximum": 6}));
        }
        graph.insert("1", node);
        check(interface, &graph, &catalog, &[(Code::LooseLimit, MANY)]);
    }

    #[test]
    fn values_of_a_key_are_tried_on_the_stages_that_it_changes() {
        const MANY: usize = 2_000;
        let mut graph = Graph::default();
        let mut interface = Interface::new();
        for i in 0..MANY {
            let stage = Node::new("KSamplerAdvanced")
                .with("steps", json!(20))
                .with("start_at_step", json!(if i == 0 { 0 } else { 10 }))
                .with("end_at_step", json!(15));
            let before = Link { node: format!("{}", i.saturating_sub(1)).as_str().into(), slot: 0 };
            let stage = if i == 0 { stage } else { stage.with("latent_image", before) };
            graph.insert(format!("{i}").as_str(), stage);
            publish(&mut interface, &format!("{i}_steps"), json!({"enum": [15, 10, 5]}));
        }
        // With 15 steps each leaves nothing to the next; with 10 or fewer, all but the first start after their end.
        let idle = (MANY - 1) + (MANY - 1);
        check(interface, &graph, &Catalog::default(), &[(Code::IdleStage, idle)]);
    }

    #[test]
    fn what_a_key_writes_in_all_has_a_limit() {
        let mut graph = Graph::default();
        graph.insert("1", Node::new("A").with("a", json!(1)));
        let mut interface = Interface::new();
        publish(&mut interface, "1_a", json!({"enum": (0..2_000).collect::<Vec<u32>>()}));
        let derived =
            Derived { written: "1_a".to_owned(), target: None, rule: Rule { scale: 2.0, ..Rule::default() } };
        let input = interface.inputs.get_mut("1_a").expect("it is published");
        input.derived = vec![derived; 1_000];
        let found = |interface: &Interface| {
            let mut bound = interface.clone();
            assert!(bound.bind(&graph, &Catalog::default()).is_empty());
            problems(&bound, &graph, &Catalog::default()).codes().contains(&Code::TooLarge)
        };
        assert!(found(&interface));
        interface.inputs.get_mut("1_a").expect("it is published").derived.truncate(10);
        assert!(!found(&interface));
    }
}
