//! Graph to JSON as the compiler holds it: for tools that want to know what a workflow became and where each part of it was
//! said. It is no prompt, and no server takes it.
//!
//! ```json
//! {
//!   "ir": 1,
//!   "sources": ["workflow.json"],
//!   "nodes": [
//!     {
//!       "id": "57:8", "class": "KSampler", "title": "KSampler",
//!       "origin": {"source": 0, "pointer": "/definitions/subgraphs/0/nodes/2", "line": 310, "column": 9},
//!       "inputs": [
//!         {"name": "steps", "value": 20, "origin": {…}},
//!         {"name": "model", "link": {"node": "57:4", "output": 0}, "origin": {…}}
//!       ]
//!     }
//!   ]
//! }
//! ```
//!
//! - `ir` is the version of this form. It changes when a reader of the old form would misread the new one.
//! - Nodes and inputs stand in the order of the prompt.
//! - An input has either `value` or `link`. The value is what the prompt holds. `output` counts from 0, and a negative one
//!   from the end, as on the server.
//! - `class` is absent where the document names none, `title` where the node has none. `meta` and `other` are what else the
//!   document says of a node: `_meta` where it is more than the title, and fields that are no node's.
//! - `origin` is where a thing was said: the text by its position in `sources`, and the JSON Pointer (RFC 6901) in it; line and
//!   column, in characters, count from 1. It is absent for what no document says.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::json::{Layout, to_text};
use crate::graph::{Graph, Input, Meta, Node, Value};
use crate::source::{Lines, Origin, Part, Pointer, Position, SourceId, Sources};

/// The version of the form.
const VERSION: u32 = 1;

/// The graph as text, without a final line break. `sources` are the texts that its origins name.
pub fn write(graph: &Graph, sources: &Sources, layout: Layout) -> String {
    to_text(&to_json(graph, sources), layout)
}

/// The same as JSON.
pub fn to_json(graph: &Graph, sources: &Sources) -> Json {
    let places = Places::new(graph, sources);
    let nodes: Vec<Json> =
        graph.in_editor_order().into_iter().map(|(id, node)| places.node(id.as_str(), node)).collect();
    json!({"ir": VERSION, "sources": places.names, "nodes": nodes})
}

/// Every place that a graph names, found in one pass over each text.
struct Places<'s> {
    /// The names of the texts that the graph names, in their order.
    names: Vec<&'s str>,
    position: HashMap<SourceId, usize>,
    found: HashMap<&'s Origin, Position>,
}

impl<'s> Places<'s> {
    fn new(graph: &'s Graph, sources: &'s Sources) -> Self {
        let mut named: HashMap<SourceId, Vec<&Origin>> = HashMap::new();
        for (_, node) in graph.nodes() {
            let inputs = node.inputs().filter_map(|(_, input)| input.origin.as_ref());
            for origin in node.origin().into_iter().chain(inputs) {
                named.entry(origin.source).or_default().push(origin);
            }
        }
        let mut places = Self { names: Vec::new(), position: HashMap::new(), found: HashMap::new() };
        for (id, source) in sources.iter() {
            let Some(origins) = named.get(&id) else { continue };
            places.position.insert(id, places.names.len());
            places.names.push(source.name());
            let wanted: Vec<(&Pointer, Part)> = origins.iter().map(|o| (&o.pointer, o.part)).collect();
            let lines = Lines::new(source.text());
            for (origin, span) in origins.iter().zip(source.locate(&wanted)) {
                places.found.extend(span.map(|span| (*origin, lines.at(span.start))));
            }
        }
        places
    }

    fn node(&self, id: &str, node: &Node) -> Json {
        let mut fields = Map::new();
        let mut put = |field: &str, value: Option<Json>| {
            if let Some(value) = value {
                fields.insert(field.to_owned(), value);
            }
        };
        put("id", Some(id.into()));
        put("class", node.class().map(Json::from));
        put("title", node.title().map(Json::from));
        if let Some(Meta::Other(_) | Meta::TitleAndPack(_)) = node.meta() {
            put("meta", node.meta_json());
        }
        put("other", node.other().map(|other| Json::Object(other.clone())));
        put("origin", self.origin(node.origin()));
        let inputs = node.in_editor_order().map(|(name, input)| self.input(name, input)).collect();
        put("inputs", Some(Json::Array(inputs)));
        Json::Object(fields)
    }

    fn input(&self, name: &str, input: &Input) -> Json {
        let mut fields = Map::new();
        fields.insert("name".to_owned(), name.into());
        match &input.value {
            Value::Literal(value) => fields.insert("value".to_owned(), value.clone()),
            Value::Link(link) => {
                let link = json!({"node": link.node.as_str(), "output": link.slot});
                fields.insert("link".to_owned(), link)
            }
        };
        if let Some(origin) = self.origin(input.origin.as_ref()) {
            fields.insert("origin".to_owned(), origin);
        }
        Json::Object(fields)
    }

    fn origin(&self, origin: Option<&Origin>) -> Option<Json> {
        let origin = origin?;
        let mut fields = Map::new();
        fields.insert("source".to_owned(), (*self.position.get(&origin.source)?).into());
        fields.insert("pointer".to_owned(), origin.pointer.to_string().into());
        if let Some(Position { line, column }) = self.found.get(origin) {
            fields.insert("line".to_owned(), (*line).into());
            fields.insert("column".to_owned(), (*column).into());
        }
        Some(Json::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::api;
    use crate::source::{Source, Syntax};

    #[test]
    fn nodes_have_values_links_and_places() {
        let text = "{\"2\": {\"inputs\": {\"é\": [\"1\", 0], \"b\":\n 5}, \"class_type\": \"A\",\n\"_meta\": {\"title\": \"T\"}}, \"1\": {\"inputs\": {}, \"x\": 1}}";
        let source = Source::new("p.json", Syntax::Json, text);
        let mut sources = Sources::default();
        sources.add(Source::new("other.json", Syntax::Json, "{}"));
        let id = sources.add(source.clone());
        let (graph, _) = api::parse(&source, id);
        let expected = json!({"ir": 1, "sources": ["p.json"], "nodes": [
            {"id": "1", "other": {"x": 1}, "origin": {"source": 0, "pointer": "/1", "line": 3, "column": 32}, "inputs": []},
            {"id": "2", "class": "A", "title": "T", "origin": {"source": 0, "pointer": "/2", "line": 1, "column": 7}, "inputs": [
                {"name": "é", "link": {"node": "1", "output": 0}, "origin": {"source": 0, "pointer": "/2/inputs/é", "line": 1, "column": 24}},
                {"name": "b", "value": 5, "origin": {"source": 0, "pointer": "/2/inputs/b", "line": 2, "column": 2}}]}]});
        assert_eq!(to_json(&graph, &sources), expected);
    }
}
