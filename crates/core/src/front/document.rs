//! Which kind of document a JSON text is, and what it says.
//!
//! A workflow of the editor is read by [`ui`] right from its text; every other kind by way of its JSON.

use serde_json::{Map, Value};

use super::{api, published, ui};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Problem, json_error};
use crate::front::published::Published;
use crate::graph::Graph;
use crate::interface::Payload;
use crate::source::{Origin, Pointer, Source, SourceId};

/// A document, read as far as it can be without the documents beside it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Document {
    /// A prompt, by itself or as the `prompt` of a request to `POST /prompt`.
    Prompt(Graph),
    /// A workflow as the editor saves it, as the prompt that it exports.
    Ui(Graph),
    /// A published input or output schema.
    Published(Published),
    /// An `/object_info` answer or a catalog snapshot.
    Catalog,
    /// A flat object of keys, which means something only for a workflow.
    Payload(Payload),
}

/// Reads a JSON document of any kind; `catalog` and `options` say how a workflow of the editor is read. `None` when it is of
/// no kind known here; the diagnostics then say so.
pub fn parse(
    source: &Source,
    id: SourceId,
    catalog: &Catalog,
    options: &ui::Options,
) -> (Option<Document>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let origin = Origin::value(id, Pointer::root());
    if let Some((graph, found)) = ui::read(source, &origin, catalog, options) {
        return (Some(Document::Ui(graph)), found);
    }
    let mut json: Value = match serde_json::from_str(source.body()) {
        Ok(json) => json,
        Err(error) => {
            // Old servers wrote `"is_changed": [NaN]` into the prompts that they embedded, and old editors into workflows.
            let graph = |json: &Value| {
                let kind = json.as_object().map(detect);
                matches!(kind, Some(Kind::Ui | Kind::Prompt | Kind::Request))
            };
            let Some(json) = ui::with_bare_words(source.body()).filter(graph) else {
                diagnostics.push(json_error(&error, source, id, "a JSON document"));
                return (None, diagnostics);
            };
            json
        }
    };
    let Some(kind) = json.as_object().map(detect) else {
        let found = "it is not a JSON object".to_owned();
        diagnostics.report(Problem::UnsupportedDocument { found, hint: Some(KINDS) }, Some(origin));
        return (None, diagnostics);
    };
    let document = match kind {
        Kind::Prompt => {
            let (graph, found) = api::lower(json, &origin);
            diagnostics.append(found);
            Some(Document::Prompt(graph))
        }
        Kind::Request => {
            let prompt = json.get_mut("prompt").map(Value::take).unwrap_or_default();
            let (graph, found) = api::lower(prompt, &origin.member("prompt"));
            diagnostics.append(found);
            Some(Document::Prompt(graph))
        }
        Kind::Ui => {
            let (graph, found) = ui::lower(json, &origin, catalog, options);
            diagnostics.append(found);
            Some(Document::Ui(graph))
        }
        Kind::Published => {
            let (published, found) = published::lower(json, &origin);
            diagnostics.append(found);
            published.map(Document::Published)
        }
        Kind::Catalog => Some(Document::Catalog),
        Kind::Payload => match json {
            Value::Object(members) => Some(Document::Payload(payload_of(members, &origin))),
            _ => None,
        },
    };
    (document, diagnostics)
}

/// Reads a payload: a flat object of keys and values. Fails with what is wrong with the text if it is none.
pub fn parse_payload(source: &Source, id: SourceId) -> Result<Payload, Diagnostic> {
    let origin = Origin::value(id, Pointer::root());
    match serde_json::from_str(source.body()) {
        Ok(Value::Object(members)) => Ok(payload_of(members, &origin)),
        Ok(other) => {
            let problem = Problem::wrong_shape("a payload", "a flat object of keys and values", &other);
            Err(Diagnostic::new(problem, Some(origin)))
        }
        Err(error) => Err(json_error(&error, source, id, "a payload, a flat object")),
    }
}

fn payload_of(members: Map<String, Value>, origin: &Origin) -> Payload {
    let mut payload = Payload::at(origin.clone());
    for (key, value) in members {
        let place = origin.member(&key);
        payload.set(key, value, Some(place));
    }
    payload
}

const KINDS: &str = "a prompt, a workflow, a published schema, a payload or an object_info.json can be read";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Prompt,
    Request,
    Ui,
    Published,
    Catalog,
    Payload,
}

/// The kind by what only that kind has.
fn detect(root: &Map<String, Value>) -> Kind {
    let objects = |test: fn(&Map<String, Value>) -> bool| {
        !root.is_empty() && root.values().any(|value| value.as_object().is_some_and(test))
    };
    let is_node = |node: &Map<String, Value>| node.contains_key("class_type");
    if root.get("nodes").is_some_and(Value::is_array) {
        Kind::Ui
    } else if root.contains_key(crate::catalog::SNAPSHOT) {
        Kind::Catalog
    } else if root
        .get("prompt")
        .and_then(Value::as_object)
        .is_some_and(|p| p.values().any(|n| n.as_object().is_some_and(is_node)))
    {
        Kind::Request
    } else if objects(is_node) || root.is_empty() {
        Kind::Prompt
    } else if is_schema(root) {
        Kind::Published
    } else if objects(|class| class.contains_key("input") && class.contains_key("output")) {
        Kind::Catalog
    } else if objects(|node| node.contains_key("inputs")) {
        Kind::Prompt
    } else {
        Kind::Payload
    }
}

fn is_schema(root: &Map<String, Value>) -> bool {
    let wrapped = |key: &str| root.get(key).is_some_and(Value::is_object);
    let typed = root.get("type").is_some_and(|ty| ty == "object");
    wrapped("properties")
        || typed
        || wrapped("input_schema")
        || (root.len() == 1 && root.get(published::OUTPUT).and_then(|o| o.get("type")).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Sources, Syntax};

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let source = Source::new("document.json", Syntax::Json, text);
        let id = Sources::default().add(source.clone());
        let (document, _) = parse(&source, id, &Catalog::default(), &ui::Options::default());
        let kind = match document {
            Some(Document::Prompt(graph)) => format!("prompt of {}", graph.len()),
            Some(Document::Ui(_)) => "ui".to_owned(),
            Some(Document::Published(Published::Input(_))) => "input".to_owned(),
            Some(Document::Published(Published::Output(_))) => "output".to_owned(),
            Some(Document::Catalog) => "catalog".to_owned(),
            Some(Document::Payload(_)) => "payload".to_owned(),
            None => "none".to_owned(),
        };
        assert_eq!(kind, expected, "{text}");
    }

    #[test]
    fn kinds_are_told_by_what_only_they_have() {
        check(r#"{"1": {"class_type": "A", "inputs": {}}}"#, "prompt of 1");
        check("{}", "prompt of 0");
        check(r#"{"prompt": {"1": {"class_type": "A"}}, "client_id": "x"}"#, "prompt of 1");
        check(r#"{"nodes": [], "links": []}"#, "ui");
        check(r#"{"type": "object", "properties": {}}"#, "input");
        check(r#"{"input_schema": {"type": "object", "properties": {}}}"#, "input");
        check(r#"{"output": {"type": "object"}}"#, "output");
        check(r#"{"A": {"input": {}, "output": []}}"#, "catalog");
        check(r#"{"6_text": "x"}"#, "payload");
        check(r#"{"prompt": "a dog"}"#, "payload");
        check("[1]", "none");
        check(r#"{"1": {"class_type": "A", "inputs": {}, "is_changed": [NaN]}}"#, "prompt of 1");
        check(r#"{"nodes": [{"id": 1, "size": [Infinity, 1]}]}"#, "ui");
        check(r#"{"6_text": NaN}"#, "none");
    }
}
