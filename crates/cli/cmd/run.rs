//! `comfyc run`: compile, check, submit, and wait for the result.

use std::sync::Arc;

use comfyc::check::Checked;
use comfyc::job::Job;
use comfyc_client::{
    AnyExecutor, Error, Executor, NodeError, Outcome, Receipt, RequestId, Status, WaitOptions, comfyui, wait,
};
use serde_json::{Map, Value, json};

use super::service::{block_on, choose};
use super::{implicit, job, prepare};
use crate::args::Run;
use crate::load::{Loaded, Loader};
use crate::printer::{Printer, counts};
use crate::{Done, Failure};

pub(crate) fn run(arguments: &Run, printer: &Printer) -> Result<Done, Failure> {
    let mut loader = Loader::new(&arguments.catalog, &arguments.reading, &arguments.levels)?;
    let catalog = Arc::clone(&loader.catalog);
    let workflow = match loader.load(&arguments.workflow, arguments.values.interface.as_deref())? {
        Some(Loaded::Workflow(workflow)) => Some(workflow),
        Some(Loaded::Graph(graph)) => Some(implicit(graph, &arguments.values)),
        Some(_) => {
            return Err(Failure::Usage(format!(
                "{}: only a workflow or a prompt can be run",
                arguments.workflow
            )));
        }
        None => None,
    };
    let job = match workflow {
        Some(workflow) => {
            let prepared = prepare(&mut loader, workflow, &arguments.values, &catalog)?;
            job(&mut loader, &prepared, &catalog)
        }
        None => None,
    };
    loader.judge();
    printer.reports(&loader.diagnostics, &loader.sources);
    let refused = loader.diagnostics.has_errors();
    let verdict = if refused { "refused" } else { "ok" };
    loader.notes.iter().for_each(|note| printer.note(note));
    printer.note(&format!("{verdict}: {}: {}", arguments.workflow, counts(&loader.diagnostics)));
    let Some(job) = job.filter(|_| !refused) else { return Ok(Done::Refused) };

    let executor = choose(&arguments.service)?;
    block_on(follow(&executor, &job, arguments, printer))
}

/// Submits and waits. An interruption leaves the job running and says how to come back to it.
async fn follow(
    executor: &AnyExecutor,
    job: &Checked<Job>,
    arguments: &Run,
    printer: &Printer,
) -> Result<Done, Failure> {
    let receipt = match executor.submit(job).await {
        Ok(receipt) => receipt,
        Err(error) => {
            if let Error::Refused(refusal) = &error {
                refusal.node_errors.iter().for_each(|error| printer.note(&said_of(error)));
            }
            return Err(error.into());
        }
    };
    told(&receipt, printer);
    if arguments.detach {
        printer.data(receipt.id.as_str())?;
        return Ok(Done::Clean);
    }
    let progress = printer.progress();
    let options = WaitOptions::default();
    let on_status = |status: &Status| progress.set_message(status.to_string());
    let waited = tokio::select! {
        outcome = wait(executor, &receipt.id, &options, on_status) => outcome?,
        _ = tokio::signal::ctrl_c() => {
            progress.finish_and_clear();
            printer.note(&format!("interrupted; the job goes on: comfyc result {} --on {}", receipt.id, arguments.service.on));
            return Err(Failure::Interrupted);
        }
    };
    progress.finish_and_clear();
    outcome(&receipt.id, &waited, printer)
}

fn told(receipt: &Receipt, printer: &Printer) {
    printer.note(&format!("submitted: {}", receipt.id));
    for warning in &receipt.warnings {
        printer.note(&format!("warning: {}", said_of(warning)));
    }
}

/// A server's word on one node.
fn said_of(error: &NodeError) -> String {
    let input = error.input.as_deref().map_or_else(String::new, |input| format!(", input `{input}`"));
    format!("node `{}`{input}: {}: {}", error.node, error.message, error.details)
}

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
    printer.data(&format!("{:#}", Value::Object(answer)))?;
    if matches!(outcome.status, Status::Failed | Status::Cancelled | Status::Lost) {
        let why =
            outcome.failure.as_ref().map_or_else(String::new, |failure| format!(": {}", failure.message));
        return Err(Failure::Job { id: id.to_string(), status: outcome.status.to_string(), why });
    }
    Ok(Done::Clean)
}

/// The classes of a running ComfyUI.
pub(crate) fn object_info(url: &str) -> Result<String, Failure> {
    block_on(async { Ok(comfyui::ComfyUi::new(url, &comfyui::Options::default())?.object_info().await?) })
}
