//! Prompt JSON to graph: ComfyUI's API format, what its editor exports and its server takes.
//!
//! Nothing is interpreted but links: a list of exactly `[node id as a string, slot as a whole number]`. Any other list
//! stays a literal as it came, and `check` says what the server thinks of it. Numbers keep their spelling, nodes and
//! inputs their order, unknown fields their place with their node.

use serde_json::Value as Json;

use crate::diagnostic::{Diagnostics, Problem, json_error};
use crate::graph::{Graph, Input, Link, Node, NodeId, Value};
use crate::number::MOST_DIGITS;
use crate::source::{Origin, Pointer, Source, SourceId};

/// Reads a prompt. There is always a graph: what cannot be read is reported and left out of it.
///
/// ```
/// use comfyc::{front::api, source::{Source, Sources, Syntax}};
///
/// let text = r#"{"4": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0]}}}"#;
/// let source = Source::new("prompt.json", Syntax::Json, text);
/// let (graph, diagnostics) = api::parse(&source, Sources::default().add(source.clone()));
/// assert!(diagnostics.is_empty());
/// assert_eq!(graph.node("4").unwrap().class(), Some("VAEDecode"));
/// ```
pub fn parse(source: &Source, id: SourceId) -> (Graph, Diagnostics) {
    match serde_json::from_str(source.body()) {
        Ok(json) => lower(json, &Origin::value(id, Pointer::root())),
        Err(error) => {
            let mut diagnostics = Diagnostics::default();
            diagnostics.push(json_error(&error, source, id, "a prompt, an object of nodes"));
            (Graph::default(), diagnostics)
        }
    }
}

/// The graph of a prompt that stands at `origin`.
pub(crate) fn lower(json: Json, origin: &Origin) -> (Graph, Diagnostics) {
    let mut graph = Graph::default();
    let mut diagnostics = Diagnostics::default();
    let Json::Object(members) = json else {
        diagnostics
            .report(Problem::wrong_shape("a prompt", "an object of nodes", &json), Some(origin.clone()));
        return (graph, diagnostics);
    };
    for (id, json) in members {
        let origin = origin.member(&id).shared();
        match json {
            Json::Object(fields) => {
                let node = lower_node(&id, fields, &origin, &mut diagnostics);
                graph.insert(NodeId::new(id), node.at(origin).class_in("class_type"));
            }
            other => {
                let what = format!("node `{id}`");
                diagnostics.report(
                    Problem::wrong_shape(what, "an object with `class_type` and `inputs`", &other),
                    Some(origin),
                );
            }
        }
    }
    (graph, diagnostics)
}

fn lower_node(
    id: &str,
    fields: serde_json::Map<String, Json>,
    origin: &Origin,
    diagnostics: &mut Diagnostics,
) -> Node {
    let mut node = Node::without_class();
    for (field, value) in fields {
        match (field.as_str(), value) {
            ("class_type", Json::String(class)) => node.set_class(&class),
            ("inputs", Json::Object(inputs)) => {
                node.open_inputs(inputs.len());
                let origin = origin.field("inputs").shared();
                for (name, value) in inputs {
                    let origin = origin.member(&name);
                    if let Some(digits) = endless_integer(&value) {
                        let problem = Problem::WrongShape {
                            what: format!("an integer in `{name}` of node `{id}`"),
                            expected: format!(
                                "of at most {MOST_DIGITS} digits, which is as far as Python reads"
                            ),
                            found: format!("{digits}"),
                        };
                        diagnostics.report(problem, Some(origin.clone()));
                    }
                    node.put_input(&name, Input { value: lower_value(value), origin: Some(origin) });
                }
            }
            ("_meta", meta) => node.set_meta(meta),
            ("class_type", Json::Null) => {}
            (known @ ("class_type" | "inputs"), value) => {
                let what = format!("`{known}` of node `{id}`");
                let expected = if known == "inputs" { "an object" } else { "a string" };
                diagnostics.report(Problem::wrong_shape(what, expected, &value), Some(origin.member(known)));
                node.set_other(field, value);
            }
            (_, value) => node.set_other(field, value),
        }
    }
    node
}

/// The digits of an integer that has too many for Python: a server that gets it fails on the whole prompt.
fn endless_integer(json: &Json) -> Option<usize> {
    let endless = |json: &Json| {
        let digits = json.as_number()?.as_str().trim_start_matches('-');
        let is_endless = digits.len() > MOST_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_endless.then_some(digits.len())
    };
    if !json.is_array() && !json.is_object() {
        return endless(json);
    }
    let mut open = vec![json];
    while let Some(json) = open.pop() {
        match json {
            Json::Array(elements) => open.extend(elements),
            Json::Object(members) => open.extend(members.values()),
            plain => {
                if let Some(digits) = endless(plain) {
                    return Some(digits);
                }
            }
        }
    }
    None
}

/// A literal or a link. A slot is a link's only when it prints as it was written, so that nothing changes on the way
/// through (`-0` and `1e0` stay literals).
fn lower_value(json: Json) -> Value {
    if let Json::Array(elements) = &json
        && let [Json::String(node), Json::Number(slot)] = elements.as_slice()
        && let Some(number) = slot.as_i64()
        && number.to_string() == slot.as_str()
    {
        return Value::Link(Link { node: NodeId::new(node.as_str()), slot: number });
    }
    Value::Literal(json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Diagnostic};
    use crate::source::{Sources, Syntax};

    #[track_caller]
    fn check(text: &str, expected: &[Code]) -> Graph {
        let source = Source::new("prompt.json", Syntax::Json, text);
        let (graph, diagnostics) = parse(&source, Sources::default().add(source.clone()));
        assert_eq!(diagnostics.iter().map(Diagnostic::code).collect::<Vec<_>>(), expected);
        graph
    }

    #[test]
    fn only_a_string_and_a_whole_number_make_a_link() {
        let graph = check(
            r#"{"1": {"inputs": {"a": ["2", 0], "b": [2, 0], "c": ["2", 0.0], "d": ["2", -1], "e": ["2", -0]}}}"#,
            &[],
        );
        let links: Vec<&str> = graph
            .nodes()
            .flat_map(|(_, node)| node.inputs())
            .filter(|(_, input)| matches!(input.value, Value::Link(_)))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(links, ["a", "d"]);
    }

    #[test]
    fn what_is_no_node_is_reported_and_the_rest_kept() {
        let graph = check(
            r#"{"1": 5, "2": {"class_type": "A", "inputs": []}, "3": {"class_type": "B", "inputs": {}}}"#,
            &[Code::WrongShape, Code::WrongShape],
        );
        assert_eq!(graph.len(), 2);
    }

    #[test]
    fn an_integer_that_no_server_reads_is_reported() {
        let prompt =
            |number: &str| format!(r#"{{"1": {{"inputs": {{"a": 1, "b": {{"c": [-{number}]}}}}}}}}"#);
        check(&prompt(&"9".repeat(4300)), &[]);
        check(&prompt(&"9".repeat(4301)), &[Code::WrongShape]);
        check(&prompt(&format!("{}.5", "9".repeat(5000))), &[]);
        check(&prompt(&"9".repeat(3_000_000)), &[Code::WrongShape]);
    }

    #[test]
    fn text_that_is_no_json_is_a_syntax_error() {
        check("{\"1\": ", &[Code::Syntax]);
        check("[1]", &[Code::WrongShape]);
    }
}
