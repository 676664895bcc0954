//! What a service answers to a submission that it takes.

use serde_json::{Map, Value};

use crate::RequestId;

/// The proof that a job was accepted.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Receipt {
    /// The job's id at the service.
    pub id: RequestId,
    /// Nodes that a ComfyUI will not run although it accepted the prompt: it takes a prompt as long as one output node
    /// is valid. Empty for RunComfy.
    pub warnings: Vec<NodeError>,
    /// The answer as it came.
    pub raw: Value,
}

/// What ComfyUI has against one node of a prompt (`node_errors`).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NodeError {
    /// The node's id.
    pub node: String,
    /// The node's class.
    pub class: Option<String>,
    /// ComfyUI's name of the rule, such as `value_not_in_list`.
    pub kind: String,
    /// ComfyUI's sentence about the rule.
    pub message: String,
    /// What was found.
    pub details: String,
    /// The input at fault.
    pub input: Option<String>,
    /// The outputs that will not be made because of it.
    pub dependent_outputs: Vec<String>,
    /// The entry as it came.
    pub raw: Value,
}

impl NodeError {
    /// Flattens `node_errors`, an object of nodes that each list errors, in the server's order. What has another shape
    /// is kept with its raw text as details.
    pub(crate) fn all(node_errors: &Value) -> Vec<Self> {
        let Value::Object(nodes) = node_errors else { return Vec::new() };
        let mut all = Vec::new();
        for (node, entry) in nodes {
            let class = text(entry, "class_type");
            let dependent_outputs = strings(entry.get("dependent_outputs"));
            let no_errors = vec![entry.clone()];
            let errors = entry.get("errors").and_then(Value::as_array).unwrap_or(&no_errors);
            for error in errors {
                all.push(Self {
                    node: node.clone(),
                    class: class.clone(),
                    kind: text(error, "type").unwrap_or_default(),
                    message: text(error, "message").unwrap_or_default(),
                    details: text(error, "details").unwrap_or_default(),
                    input: error.get("extra_info").and_then(|extra| text(extra, "input_name")),
                    dependent_outputs: dependent_outputs.clone(),
                    raw: error.clone(),
                });
            }
        }
        all
    }
}

fn text(value: &Value, field: &str) -> Option<String> {
    value.as_object().and_then(|object: &Map<_, _>| object.get(field)?.as_str()).map(str::to_owned)
}

fn strings(value: Option<&Value>) -> Vec<String> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}
