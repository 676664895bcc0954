//! How a job ended: JSON to stdout, and a failure of the tool if it did not end well.

use comfyc_client::{Outcome, RequestId, Status};
use serde_json::{Map, Value, json};

use crate::printer::Printer;
use crate::{Done, Failure};

/// Prints a result: JSON to stdout, and how it ended to people. A job that did not succeed is a failure of the tool's.
pub(crate) fn outcome(id: &RequestId, outcome: &Outcome, printer: &Printer) -> Result<Done, Failure> {
    let artifacts: Vec<Value> = outcome
        .artifacts
        .iter()
        .map(|artifact| {
            json!({"node": artifact.node, "channel": artifact.channel, "url": artifact.url(), "value": artifact.raw})
        })
        .collect();
    let mut answer = Map::from_iter([
        ("request_id".to_owned(), id.as_str().into()),
        ("status".to_owned(), outcome.status.to_string().into()),
        ("outputs".to_owned(), artifacts.into()),
    ]);
    if let Some(cost) = &outcome.cost {
        answer.insert("cost".to_owned(), cost.clone());
    }
    if let Some(failure) = &outcome.failure {
        let (message, kind) = (&failure.message, &failure.kind);
        let error = json!({"message": message, "kind": kind, "node": failure.node, "class": failure.class});
        answer.insert("error".to_owned(), error);
    }
    printer.json(&format!("{:#}", Value::Object(answer)))?;
    if matches!(outcome.status, Status::Failed | Status::Cancelled | Status::Lost) {
        let why =
            outcome.failure.as_ref().map_or_else(String::new, |failure| format!(": {}", failure.message));
        return Err(Failure::Job { id: id.to_string(), status: outcome.status.to_string(), why });
    }
    Ok(Done::Clean)
}
