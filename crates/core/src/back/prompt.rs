//! Graph to prompt JSON, as ComfyUI's own editor exports it.
//!
//! Each node is `inputs`, `class_type`, `_meta`, then whatever other fields it came with; nodes and inputs in the graph's
//! order; two spaces of indentation, or one line.

use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use super::json::{Layout, to_text};
use crate::check::Checked;
use crate::graph::{Graph, Input, Node, Value};

/// The prompt of a checked graph, without a final line break.
pub fn write(graph: &Checked<Graph>, layout: Layout) -> String {
    to_text(&Prompt(graph), layout)
}

/// The prompt of a checked graph as JSON.
pub fn to_json(graph: &Checked<Graph>) -> serde_json::Value {
    serde_json::to_value(Prompt(graph)).unwrap_or_default()
}

struct Prompt<'g>(&'g Graph);
struct Fields<'g>(&'g Node);
struct Inputs<'g>(&'g Node);
struct Held<'g>(&'g Input);

impl serde::Serialize for Prompt<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.nodes().map(|(id, node)| (id.as_str(), Fields(node))))
    }
}

impl serde::Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        if self.0.has_inputs() {
            fields.serialize_entry("inputs", &Inputs(self.0))?;
        }
        if let Some(class) = self.0.class() {
            fields.serialize_entry("class_type", class)?;
        }
        if let Some(meta) = self.0.meta() {
            fields.serialize_entry("_meta", meta)?;
        }
        for (field, value) in self.0.other().into_iter().flatten() {
            fields.serialize_entry(field, value)?;
        }
        fields.end()
    }
}

impl serde::Serialize for Inputs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.inputs().map(|(name, input)| (name, Held(input))))
    }
}

impl serde::Serialize for Held<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.value {
            Value::Literal(literal) => literal.serialize(serializer),
            Value::Link(link) => {
                let mut pair = serializer.serialize_seq(Some(2))?;
                pair.serialize_element(link.node.as_str())?;
                pair.serialize_element(&link.slot)?;
                pair.end()
            }
        }
    }
}
