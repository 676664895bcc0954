//! A graph against a catalog: its nodes one by one, then what only shows in the whole.

use std::collections::HashSet;

use super::node::{Found, View};
use super::walk::{Links, Visit};
use super::{Checked, DEEPEST_CHAIN, Rejected, hints, match_types, node, sampler};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Problem, Severity};
use crate::graph::{Graph, NodeId};
use crate::source::Origin;

/// Checks a graph as a server with this catalog would, and reports everything it finds: an unknown class hides nothing.
///
/// Errors are what the server refuses; warnings what it accepts but ignores or turns into something else. What is wrong with
/// a node that no output needs is a warning, since the server never looks at it.
pub fn graph(graph: Graph, catalog: &Catalog) -> Result<Checked<Graph>, Rejected<Graph>> {
    let diagnostics = problems(&graph, catalog);
    Checked::decide(graph, diagnostics)
}

/// What is wrong with a graph.
pub(super) fn problems(graph: &Graph, catalog: &Catalog) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let view = View::new(graph, catalog);
    let mut found = Found::new(graph.len());
    // How many diagnostics there are after each node.
    let mut ends = Vec::with_capacity(graph.len());
    for (position, (id, node)) in (0..).zip(graph.nodes()) {
        node::check(position, id, node, &view, &mut found);
        ends.push(found.diagnostics.len());
    }
    let Found { diagnostics: by_node, links, .. } = found;
    // A node of an unknown class may be an output itself, so nothing is said about reach where there is one.
    let unknown = view.classes().any(|class| class.is_none());
    let outputs = || {
        let classes = (0_u32..).zip(view.classes());
        classes.filter(|(_, class)| class.is_some_and(|class| class.marks().output)).map(|(i, _)| i)
    };
    let from_outputs = !unknown && outputs().next().is_some();
    let visits: Vec<Visit> =
        if from_outputs { links.visits(outputs()) } else { links.visits((0..).take(graph.len())) };
    let reach = Reach::new(graph, &visits, outputs);
    let mut marked: HashSet<&str> = HashSet::new();
    let mut by_node = by_node.into_iter();
    let mut before = 0;
    for (((position, (id, node)), class), end) in (0_u32..).zip(graph.nodes()).zip(view.classes()).zip(ends) {
        let reached = reach.has(position);
        for diagnostic in by_node.by_ref().take(end - before) {
            diagnostics.push(if reached { diagnostic } else { dormant(diagnostic) });
        }
        before = end;
        if let Some(class) = class.filter(|class| class.marks().doubtful)
            && marked.insert(&class.name)
        {
            let name = class.name.clone();
            let problem = if class.deprecated() {
                Problem::DeprecatedClass { class: name }
            } else {
                Problem::ExperimentalClass { class: name }
            };
            diagnostics.report(problem, node.class_origin());
        }
        if !reached && !reach.leads_to_an_output(id) {
            let class = node.class().unwrap_or_default().to_owned();
            diagnostics.report(
                Problem::UnreachableNode { node: id.to_string(), class },
                node.origin().cloned().map(Origin::key),
            );
        }
    }
    if !unknown && !from_outputs {
        diagnostics.report(Problem::NoOutputs, None);
    }
    circles(&links, &visits, graph, &mut diagnostics);
    if visits.len() > DEEPEST_CHAIN {
        let length = links.longest_chain(&visits);
        if length > DEEPEST_CHAIN {
            diagnostics.report(Problem::DeepChain { length, limit: DEEPEST_CHAIN }, None);
        }
    }
    match_types::check(&view, &links, &mut diagnostics);
    hints::wildcard_links(&view, &mut diagnostics);
    sampler::check(graph, None, &mut diagnostics);
    diagnostics
}

/// What the server looks at.
struct Reach<'a> {
    /// By node; `None` if it is all of them.
    reached: Option<Vec<bool>>,
    /// The nodes that lead to an output over any link, be it one that the server does not follow.
    live: HashSet<&'a NodeId>,
}

impl<'a> Reach<'a> {
    fn new<I: Iterator<Item = u32>>(graph: &'a Graph, visits: &[Visit], outputs: impl Fn() -> I) -> Self {
        if visits.len() == graph.len() {
            return Self { reached: None, live: HashSet::new() };
        }
        let mut reached = vec![false; graph.len()];
        for visit in visits {
            if let Some(reached) = reached.get_mut(visit.node as usize) {
                *reached = true;
            }
        }
        let outputs = outputs().filter_map(|output| graph.at(output as usize)).map(|(id, _)| id);
        Self { reached: Some(reached), live: graph.ancestors(outputs) }
    }

    fn has(&self, node: u32) -> bool {
        self.reached.as_ref().is_none_or(|reached| reached.get(node as usize) == Some(&true))
    }

    fn leads_to_an_output(&self, id: &NodeId) -> bool {
        self.live.contains(id)
    }
}

/// An error in a node that the server does not look at.
fn dormant(diagnostic: Diagnostic) -> Diagnostic {
    match diagnostic.severity() {
        Severity::Error => {
            let problem = Problem::DormantError { because: Box::new(diagnostic.problem) };
            Diagnostic { problem, ..diagnostic }
        }
        Severity::Warning => diagnostic,
    }
}

/// Reports each group of nodes that feed each other, by one way around it in the direction of the links.
fn circles(links: &Links, visits: &[Visit], graph: &Graph, diagnostics: &mut Diagnostics) {
    let mut rings: Vec<Vec<u32>> = links.circles(visits).iter().map(|circle| links.ring(circle)).collect();
    for ring in &mut rings {
        // The visits go against the links.
        ring.reverse();
        let first = ring.iter().enumerate().min_by_key(|(_, node)| **node).map_or(0, |(i, _)| i);
        ring.rotate_left(first);
    }
    rings.sort();
    for ring in rings {
        let members = || ring.iter().filter_map(|node| graph.at(*node as usize));
        let mut path: Vec<String> = members().map(|(id, _)| id.to_string()).collect();
        path.extend(path.first().cloned());
        let place = members().next().and_then(|(_, node)| node.origin()).cloned().map(Origin::key);
        diagnostics.report(Problem::Cycle { nodes: path }, place);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::LazyLock;

    use super::*;
    use crate::diagnostic::Code;
    use crate::front::api;
    use crate::source::{Source, Sources, Syntax};

    const CLASSES: &str = r#"{
        "comfyc_catalog": 1,
        "classes": {
            "Img": {"input": {}, "output": ["IMAGE", "MASK"], "traits": {"v3": false}},
            "Pass": {"input": {"required": {"image": ["IMAGE"]}, "optional": {"more": ["IMAGE"]}}, "output": ["IMAGE"],
                "traits": {"v3": true}},
            "Save": {"input": {"required": {"image": ["IMAGE"]}}, "output": [], "output_node": true, "traits": {"v3": false}},
            "Val": {"input": {"optional": {"int": ["INT"], "step": ["INT", {"min": 1, "max": 100, "step": 4}], "float": ["FLOAT"],
                "string": ["STRING"], "bool": ["BOOLEAN"], "both": ["FLOAT,INT", {"min": 1}]}}, "output": [],
                "output_node": true, "traits": {"v3": false}},
            "Dyn": {"input": {"required": {"format": ["COMFY_DYNAMICCOMBO_V3", {"options": [
                {"key": "mp4", "inputs": {"required": {"crf": ["INT", {"max": 51}]}}}, {"key": "gif", "inputs": {}}]}]}},
                "output": [], "output_node": true, "traits": {"v3": true}},
            "Switch": {"input": {"required": {
                "a": ["COMFY_MATCHTYPE_V3", {"template": {"template_id": "t", "allowed_types": "*"}}],
                "b": ["COMFY_MATCHTYPE_V3", {"template": {"template_id": "t", "allowed_types": "*"}}]}},
                "output": ["COMFY_MATCHTYPE_V3"], "output_matchtypes": ["t"], "output_node": true, "traits": {"v3": true}},
            "LoadImage": {"input": {"required": {"image": [["a.png"], {"image_upload": true}]}}, "output": ["IMAGE"],
                "output_node": true, "traits": {"v3": false, "validates": ["image"]}},
            "Gone": {"input": {}, "output": [], "output_node": true, "deprecated": true, "traits": {"v3": false}},
            "New": {"input": {}, "output": [], "output_node": true, "experimental": true, "traits": {"v3": false}}
        }
    }"#;

    static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
        let source = Source::new("classes.json", Syntax::Json, CLASSES);
        Catalog::parse(&source, Sources::default().add(source.clone())).0
    });

    fn parsed(text: String) -> Graph {
        let source = Source::new("prompt.json", Syntax::Json, text);
        api::parse(&source, Sources::default().add(source.clone())).0
    }

    /// Nodes are written `id: Class {inputs}`, one a line.
    #[track_caller]
    fn check(text: &str, expected: &[Code]) {
        let nodes: Vec<String> = text
            .lines()
            .filter_map(|line| line.trim().split_once(": "))
            .map(|(id, rest)| {
                let (class, inputs) = rest.split_once(' ').unwrap_or((rest, "{}"));
                format!("\"{id}\": {{\"class_type\": \"{class}\", \"inputs\": {inputs}}}")
            })
            .collect();
        let found = problems(&parsed(format!("{{{}}}", nodes.join(", "))), &CATALOG);
        let codes: BTreeSet<Code> = found.iter().map(Diagnostic::code).collect();
        assert_eq!(codes, expected.iter().copied().collect(), "{text}: {found:?}");
    }

    #[test]
    fn what_the_server_raises_on_has_its_cause_where_it_is() {
        check("1: Save {\"image\": [\"9\", 0]}", &[Code::DanglingLink]);
        check("1: Save {\"image\": [\"2\", 2]}\n2: Img", &[Code::SlotOutOfRange]);
        check("1: Save {\"image\": [\"2\", 0.0]}\n2: Img", &[Code::BadLink, Code::UnreachableNode]);
        check("1: Save {\"image\": [2, 0]}\n2: Img", &[Code::BadLink, Code::UnreachableNode]);
        check("1: Val {\"both\": \"5\"}", &[Code::InvalidValue]);
        check("1: LoadImage {\"image\": 5}", &[Code::InvalidValue]);
        let found = problems(&parsed(r#"{"1": {"class_type": "Val"}}"#.to_owned()), &CATALOG);
        assert_eq!(found.codes(), BTreeSet::from([Code::NoInputs]));
    }

    #[test]
    fn what_the_server_takes_is_no_error() {
        check("1: Save {\"image\": [\"2\", false]}\n2: Img", &[]);
        check("1: Val {\"int\": 5, \"float\": 5, \"bool\": 1, \"string\": \"\"}", &[]);
        check("1: Save {\"image\": [\"2\", 0], \"x\": [\"9\", 0]}\n2: Img", &[Code::UnknownInput]);
        check(
            "1: Save {\"image\": [\"2\", 0]}\n2: Img\n3: Pass",
            &[Code::DormantError, Code::UnreachableNode],
        );
    }

    #[test]
    fn errors_are_errors_whatever_hides_them_from_the_server() {
        check("1: Save {\"image\": [\"2\", 0]}\n2: None\n3: Pass", &[Code::UnknownClass, Code::MissingInput]);
        check(
            "1: Save {\"image\": [\"2\", 1]}\n2: Img\n3: Val {\"int\": \"x\"}",
            &[Code::TypeMismatch, Code::InvalidValue],
        );
        check("1: Pass {\"image\": [\"1\", 0]}", &[Code::NoOutputs, Code::Cycle]);
    }

    #[test]
    fn silent_conversions_are_told() {
        for (value, told) in [
            ("\"int\": \"12\"", true),
            ("\"int\": 3.7", true),
            ("\"int\": 3.0", false),
            ("\"int\": true", true),
            ("\"float\": \"1\"", true),
            ("\"float\": 1", false),
            ("\"string\": 5", true),
            ("\"string\": null", true),
            ("\"bool\": \"false\"", true),
            ("\"bool\": \"True\"", false),
            ("\"bool\": 2", true),
            ("\"bool\": null", true),
        ] {
            check(&format!("1: Val {{{value}}}"), if told { &[Code::ConvertedValue] } else { &[] });
        }
    }

    #[test]
    fn numbers_between_steps_are_told() {
        for (value, told) in
            [(1, false), (5, false), (8, false), (81, false), (100, false), (6, true), (83, true)]
        {
            check(&format!("1: Val {{\"step\": {value}}}"), if told { &[Code::OffStep] } else { &[] });
        }
    }

    #[test]
    fn a_dynamic_combo_that_chooses_nothing_is_told_once() {
        check("1: Dyn {\"format\": \"mp3\", \"format.crf\": 5}", &[Code::UnknownBranch]);
        check("1: Dyn {}", &[Code::UnknownBranch]);
        check("1: Dyn {\"format\": \"mp4\", \"format.crf\": 52}", &[Code::OutOfRange]);
        check("1: Dyn {\"format\": \"gif\", \"format.crf\": 52}", &[Code::UnknownInput]);
    }

    #[test]
    fn links_of_one_template_must_agree() {
        check("1: Switch {\"a\": [\"2\", 0], \"b\": [\"2\", 0]}\n2: Img", &[]);
        check("1: Switch {\"a\": [\"2\", 0], \"b\": [\"2\", 1]}\n2: Img", &[Code::MatchDisagreement]);
        check(
            "1: Switch {\"a\": [\"3\", 0], \"b\": [\"2\", 1]}\n2: Img\n3: Switch {\"a\": [\"2\", 0], \"b\": [\"2\", 0]}",
            &[Code::MatchDisagreement],
        );
    }

    #[test]
    fn marks_of_classes_and_unlisted_files_are_told() {
        check("1: Gone\n2: Gone\n3: New", &[Code::DeprecatedClass, Code::ExperimentalClass]);
        check("1: LoadImage {\"image\": \"a.png\"}", &[]);
        check("1: LoadImage {\"image\": \"b.png\"}", &[Code::UnlistedFile]);
    }

    #[test]
    fn thousands_of_wrong_options_and_unknown_classes_are_not_all_compared_with_what_there_is() {
        const MANY: usize = 10_000;
        let names: Vec<String> = (0..MANY).map(|i| format!("\"{i}.png\"")).collect();
        let text = format!(
            r#"{{"Img": {{"input": {{"required": {{"image": [[{}]]}}}}, "output": [], "output_node": true}}}}"#,
            names.join(",")
        );
        let source = Source::new("classes.json", Syntax::Json, text);
        let (catalog, _) = Catalog::parse(&source, Sources::default().add(source.clone()));
        let wrong =
            (0..MANY).map(|i| format!(r#""{i}": {{"class_type": "Img", "inputs": {{"image": "{i}.jpg"}}}}"#));
        let unknown = (0..MANY).map(|i| format!(r#""u{i}": {{"class_type": "Img{i}", "inputs": {{}}}}"#));
        let nodes: Vec<String> = wrong.chain(unknown).collect();
        let found = problems(&parsed(format!("{{{}}}", nodes.join(","))), &catalog);
        assert_eq!(found.codes(), BTreeSet::from([Code::NotAnOption, Code::UnknownClass]));
        assert_eq!(found.len(), 2 * MANY);
    }

    #[test]
    fn a_long_chain_is_told_and_checked_in_linear_time() {
        const MANY: usize = 100_000;
        let nodes = (0..MANY)
            .map(|i| format!(r#""{i}": {{"class_type": "Pass", "inputs": {{"image": ["{}", 0]}}}}"#, i + 1));
        let ends = [
            format!(r#""{MANY}": {{"class_type": "Img", "inputs": {{}}}}"#),
            r#""end": {"class_type": "Save", "inputs": {"image": ["0", 0]}}"#.to_owned(),
        ];
        let text: Vec<String> = nodes.chain(ends).collect();
        let found = problems(&parsed(format!("{{{}}}", text.join(","))), &CATALOG);
        assert_eq!(found.codes(), BTreeSet::from([Code::DeepChain]));
    }
}
