//! What a job came to.

use serde_json::Value;

use crate::Status;

/// The result of a job as far as it is known; while the job is going on, a status without artifacts.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Outcome {
    /// How it ended, or where it stands.
    pub status: Status,
    /// What it made, in the service's order.
    pub artifacts: Vec<Artifact>,
    /// Why it failed or was interrupted, where the service says so.
    pub failure: Option<Failure>,
    /// What it cost, as RunComfy reports it when asked to (`include_cost`).
    pub cost: Option<Value>,
}

impl Outcome {
    /// An outcome of which only the status is known.
    pub(crate) fn only(status: Status) -> Self {
        Self { status, artifacts: Vec::new(), failure: None, cost: None }
    }
}

/// One thing that a job made.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Artifact {
    /// The node that made it; RunComfy's Model API does not say.
    pub node: Option<String>,
    /// The list it came in: `images`, `gifs`, `text`, `video`, whatever the service calls it.
    pub channel: String,
    /// Where it is, or that it is no file.
    pub content: Content,
    /// The entry as it came.
    pub raw: Value,
}

impl Artifact {
    /// The address of a file's bytes.
    pub fn url(&self) -> Option<&str> {
        match &self.content {
            Content::Url(url) => Some(url),
            Content::File { view, .. } => Some(view),
            Content::Value => None,
        }
    }
}

/// The substance of an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// A file at a public address. It is to be fetched without the token of the service.
    Url(String),
    /// A file that a ComfyUI keeps. The names are the server's and must be judged before they become a local path.
    File {
        /// The file's name.
        filename: String,
        /// The folder below `folder`; empty for none.
        subfolder: String,
        /// ComfyUI's `type`: `output`, `temp` or `input`.
        folder: String,
        /// Its address at the server. It never holds user and password, so the executor's own headers are needed.
        view: String,
    },
    /// Anything else, such as a text: only the raw JSON.
    Value,
}

/// Why a job did not succeed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// The service's words.
    pub message: String,
    /// The kind of failure: ComfyUI's exception type, or RunComfy's error code.
    pub kind: Option<String>,
    /// The node that failed.
    pub node: Option<String>,
    /// The class of that node.
    pub class: Option<String>,
    /// Everything the service said about it.
    pub raw: Value,
}

/// What became of the wish to cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancellation {
    /// The service cancels it. A ComfyUI interrupts between nodes, so a running job can go on for a while.
    Cancelled,
    /// It is too late: the job has ended, is unknown, or (RunComfy) has begun.
    NotCancellable,
}
