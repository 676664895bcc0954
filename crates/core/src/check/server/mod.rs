//! The verdict that a ComfyUI 0.33.0 server gives on a prompt at `POST /prompt`.
//!
//! The server looks at every node's class first, then at the outputs one by one, each with the nodes it reaches over links
//! that fit, each node once. A node's errors depend on the node and on the classes its links come from; an output is refused
//! when one of the nodes it reaches has an error, raises an exception or lies on a cycle. So: one look at each
//! node, one visit of each that is reached, no recursion, time in proportion to nodes and links.
//!
//! What only the server can tell (its disk, the code of custom nodes) is decided as is to be expected, and listed in
//! [`Verdict::undecided`]. What differs from one start of a server to the next is decided in declared and prompt order;
//! [`differences`] knows what a recorded answer may differ in.
//!
//! This is the server's view, in which one error hides others. [`check::graph`](super::graph) is the one for people.

mod entry;
mod json;
mod recorded;
mod replace;
mod request;
#[cfg(test)]
mod tests;
mod trial;

use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

pub use entry::{Entry, NodeErrors};
pub use json::json;
pub use recorded::{Differences, differences};
pub use request::answer;

use crate::catalog::Catalog;
use trial::Trial;

/// How a prompt is posted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerdictOptions {
    /// Whether nodes of classes that are gone are replaced first, as a server does that has the catalog's replacements.
    pub replace: bool,
    /// The outputs that are asked for (`partial_execution_targets`); `None` for all.
    pub targets: Option<Vec<String>>,
}

/// What the server answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Verdict<'c> {
    /// Whether the prompt is queued; `None` when the server fails with an exception instead of an answer (status 500).
    pub ok: Option<bool>,
    /// Why the whole prompt is refused.
    pub error: Option<Refusal>,
    /// The outputs that will run, in prompt order.
    pub outputs: Vec<String>,
    /// What is wrong with single nodes: also of a prompt that is queued, without the outputs they spoil.
    pub node_errors: Vec<NodeErrors<'c>>,
    /// What only the server can tell.
    pub undecided: Vec<Undecided>,
    /// What the server fails with.
    pub exception: Option<String>,
    /// The refused outputs in prompt order.
    failed: Vec<String>,
}

/// Why a whole prompt is refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The server's word for it: `missing_node_type`, `prompt_no_outputs`, `prompt_outputs_failed_validation`.
    pub kind: &'static str,
    /// The server's message.
    pub message: String,
    /// The server's details.
    pub details: String,
    /// The server's further facts.
    pub extra_info: Json,
}

/// Something that only the server can tell, and on which the verdict depends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    /// The node.
    pub node: String,
    /// The input, where it is about one.
    pub input: Option<String>,
    /// What cannot be told.
    pub why: &'static str,
}

/// The verdict of a server with this catalog.
///
/// ```
/// use comfyc::{catalog::Catalog, check::server::{VerdictOptions, json, verdict}};
///
/// let catalog = Catalog::embedded();
/// let prompt = json(r#"{"1": {"class_type": "SaveImage", "inputs": {"filename_prefix": "a"}}}"#).unwrap();
/// let verdict = verdict(&prompt, &catalog, &VerdictOptions::default());
/// assert_eq!(verdict.ok, Some(false));
/// assert_eq!(verdict.node_errors[0].errors[0].kind(), "required_input_missing");
/// ```
pub fn verdict<'c>(prompt: &Json, catalog: &'c Catalog, options: &VerdictOptions) -> Verdict<'c> {
    match replace::apply(prompt, catalog, options) {
        Ok(prompt) => match Trial::run(&prompt, catalog, options) {
            Ok(trial) => trial.verdict(),
            Err(verdict) => *verdict,
        },
        Err(exception) => Verdict::failed(exception),
    }
}

impl Verdict<'_> {
    /// A server that fails.
    fn failed(exception: impl Into<String>) -> Self {
        Self { exception: Some(exception.into()), ..Self::default() }
    }

    /// A prompt that is refused whole.
    fn refused(refusal: Refusal) -> Self {
        Self { ok: Some(false), error: Some(refusal), ..Self::default() }
    }

    /// The verdict as the server would write it, with what is undecided.
    pub fn to_json(&self) -> Json {
        let node_errors: serde_json::Map<String, Json> = self
            .node_errors
            .iter()
            .map(|errors| (errors.node.clone(), errors.to_json(&self.failed)))
            .collect();
        let undecided: Vec<Json> = self
            .undecided
            .iter()
            .map(|Undecided { node, input, why }| json!({"node": node, "input": input, "why": why}))
            .collect();
        let mut answer = json!({
            "ok": self.ok,
            "error": self.error.as_ref().map(Refusal::to_json),
            "outputs": self.outputs,
            "node_errors": node_errors,
            "undecided": undecided,
        });
        if let (Some(exception), Some(answer)) = (&self.exception, answer.as_object_mut()) {
            answer.insert("exception".to_owned(), exception.as_str().into());
        }
        answer
    }
}

impl Refusal {
    fn new(kind: &'static str, message: impl Into<String>, details: impl Into<String>) -> Self {
        Self { kind, message: message.into(), details: details.into(), extra_info: json!({}) }
    }

    fn to_json(&self) -> Json {
        let Self { kind, message, details, extra_info } = self;
        json!({"type": kind, "message": message, "details": details, "extra_info": extra_info})
    }
}

impl Serialize for Verdict<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}
