//! Reading `/history/{id}`: how a job ended, what it made, and what went wrong.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::http::{Http, Reply};
use crate::outcome::{Artifact, Content, Failure};
use crate::{Error, Outcome, RequestId, Status, answer};

/// The part of an entry that matters here; the prompt is left unread.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Entry {
    #[serde(default)]
    outputs: Option<Map<String, Value>>,
    #[serde(default)]
    status: Option<Run>,
}

#[derive(Debug, Default, Deserialize)]
struct Run {
    #[serde(default)]
    status_str: Option<String>,
    #[serde(default)]
    messages: Option<Vec<Value>>,
}

/// The entry of a job; none while it has not ended.
pub(super) fn entry(reply: &Reply, id: &RequestId) -> Result<Option<Entry>, Error> {
    let mut entries: HashMap<String, Entry> = reply.json()?;
    Ok(entries.remove(id.as_str()))
}

impl Entry {
    /// How it ended. Every entry is of an ended job; an interruption is told from an error by the messages only.
    pub(super) fn status(&self) -> Status {
        match self.status.as_ref().and_then(|run| run.status_str.as_deref()) {
            Some("success") => Status::Succeeded,
            Some("error") => match self.last_trouble() {
                Some(("execution_interrupted", _)) => Status::Cancelled,
                _ => Status::Failed,
            },
            _ => Status::Completed,
        }
    }

    pub(super) fn into_outcome(self, http: &Http) -> Outcome {
        let status = self.status();
        let failure = match status {
            Status::Failed | Status::Cancelled => self.failure(),
            _ => None,
        };
        let mut artifacts = Vec::new();
        for (node, channels) in self.outputs.unwrap_or_default() {
            let Value::Object(channels) = channels else { continue };
            for (channel, items) in channels {
                let items = match items {
                    Value::Array(items) => items,
                    Value::Null => continue,
                    one => vec![one],
                };
                artifacts.extend(items.into_iter().map(|raw| Artifact {
                    node: Some(node.clone()),
                    channel: channel.clone(),
                    content: content(&raw, http),
                    raw,
                }));
            }
        }
        Outcome { status, artifacts, failure, cost: None }
    }

    /// The last message of an error or interruption, each a pair of name and data.
    fn last_trouble(&self) -> Option<(&str, &Value)> {
        let messages = self.status.as_ref()?.messages.as_deref()?;
        messages.iter().rev().find_map(|message| match message.as_array()?.as_slice() {
            [Value::String(name), data]
                if matches!(name.as_str(), "execution_error" | "execution_interrupted") =>
            {
                Some((name.as_str(), data))
            }
            _ => None,
        })
    }

    fn failure(&self) -> Option<Failure> {
        let (name, data) = self.last_trouble()?;
        let text = |field: &str| data.get(field).and_then(Value::as_str).map(str::to_owned);
        let message = match name {
            "execution_interrupted" => "it was interrupted".to_owned(),
            _ => answer::message(data).unwrap_or_else(|| "no reason given".to_owned()),
        };
        Some(Failure {
            message,
            kind: text("exception_type"),
            node: text("node_id"),
            class: text("node_type"),
            raw: data.clone(),
        })
    }
}

/// A file is what has a name; everything else, such as a text, is kept as it is.
fn content(item: &Value, http: &Http) -> Content {
    let text = |field: &str| item.get(field).and_then(Value::as_str).map(str::to_owned);
    let Some(filename) = text("filename") else { return Content::Value };
    let subfolder = text("subfolder").unwrap_or_default();
    let folder = text("type").unwrap_or_else(|| "output".to_owned());
    let mut view = http.url(["view"]);
    view.query_pairs_mut()
        .append_pair("filename", &filename)
        .append_pair("subfolder", &subfolder)
        .append_pair("type", &folder);
    Content::File { filename, subfolder, folder, view: view.into() }
}
