//! The only thing an executor takes: a checked workflow with a checked payload.

use serde_json::Value;

use crate::check::Checked;
use crate::graph::Graph;
use crate::interface::{Media, Payload, Target};
use crate::workflow::Workflow;

/// A checked workflow with a checked payload, in all the forms that services take. Only [`check::job`](crate::check::job)
/// makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    model: Option<String>,
    payload: Payload,
    written: Vec<(Target, Value)>,
    prompt: Checked<Graph>,
    files: Vec<FileInput>,
}

/// A value of a job that names a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInput {
    /// The key.
    pub key: String,
    /// The kind of file.
    pub media: Media,
    /// The inputs of the graph that hold the name.
    pub targets: Vec<Target>,
    /// The name, path or URL.
    pub value: String,
}

impl Job {
    /// A job of `body`, what is sent, and `full`, the same with all defaults, which `prompt` holds.
    pub(crate) fn new(workflow: &Workflow, body: Payload, full: &Payload, prompt: Checked<Graph>) -> Self {
        let written = body
            .iter()
            .flat_map(|(key, value)| workflow.interface.writes(key, value))
            .map(|(target, value)| (target.clone(), value))
            .collect();
        let files = full
            .iter()
            .filter_map(|(key, value)| {
                let input = workflow.interface.input(key)?;
                let (media, value) = (input.media?, value.as_str()?.to_owned());
                Some(FileInput { key: key.to_owned(), media, targets: input.targets.clone(), value })
            })
            .collect();
        Self { model: workflow.model.clone(), payload: body, written, prompt, files }
    }

    /// The model id.
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// The flat object that RunComfy's Model API takes: required keys, and those that were given.
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// What the payload writes, target by target, derived ones included.
    pub fn written(&self) -> &[(Target, Value)] {
        &self.written
    }

    /// The graph with all values in place: what a ComfyUI server takes.
    pub fn prompt(&self) -> &Checked<Graph> {
        &self.prompt
    }

    /// The values that name files, for services where a local file must be uploaded first.
    pub fn files(&self) -> &[FileInput] {
        &self.files
    }
}
