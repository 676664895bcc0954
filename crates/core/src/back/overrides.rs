//! The body of RunComfy's Serverless API: the values of a job, node by node, over the deployed graph.

use serde_json::{Map, Value};

use super::json::{Layout, to_text};
use crate::job::Job;

/// `{"overrides": {"6": {"inputs": {"text": …}}}}`, without a final line break. Derived targets are among the values, since
/// a deployment knows no keys.
pub fn write(job: &Job, layout: Layout) -> String {
    to_text(&to_json(job), layout)
}

/// The same as JSON.
pub fn to_json(job: &Job) -> Value {
    let mut nodes: Map<String, Value> = Map::new();
    for (target, value) in job.written() {
        let node = nodes.entry(target.node.as_str()).or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(fields) = node else { continue };
        let inputs = fields.entry("inputs").or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(inputs) = inputs {
            inputs.insert(target.input.clone(), value.clone());
        }
    }
    Value::Object(Map::from_iter([("overrides".to_owned(), Value::Object(nodes))]))
}
