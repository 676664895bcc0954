//! `comfyc status`, `result` and `cancel`: what is asked of a job by its id.

use comfyc_client::{AnyExecutor, Cancellation, Error, Executor, RequestId};
use serde_json::json;

use crate::args::JobArguments;
use crate::outcome::outcome;
use crate::printer::Printer;
use crate::service::{block_on, choose};
use crate::{Done, Failure};

pub(crate) fn status(arguments: &JobArguments, printer: &Printer) -> Result<Done, Failure> {
    let (executor, id) = asked(arguments)?;
    let status = block_on(async { Ok(executor.status(&id).await?) })?;
    printer.json(&json!({"request_id": id.as_str(), "status": status.to_string()}).to_string())?;
    Ok(Done::Clean)
}

pub(crate) fn result(arguments: &JobArguments, printer: &Printer) -> Result<Done, Failure> {
    let (executor, id) = asked(arguments)?;
    let result = block_on(async { Ok(executor.result(&id).await?) })?;
    outcome(&id, &result, printer)
}

pub(crate) fn cancel(arguments: &JobArguments, printer: &Printer) -> Result<Done, Failure> {
    let (executor, id) = asked(arguments)?;
    let answer = block_on(async { Ok(executor.cancel(&id).await?) })?;
    let outcome = match answer {
        Cancellation::Cancelled => "cancelled",
        Cancellation::NotCancellable => "not_cancellable",
    };
    printer.json(&json!({"request_id": id.as_str(), "outcome": outcome}).to_string())?;
    Ok(Done::Clean)
}

/// The service that is asked, and for which job.
fn asked(arguments: &JobArguments) -> Result<(AnyExecutor, RequestId), Failure> {
    let executor = choose(&arguments.service, arguments.network, Vec::new())?;
    Ok((executor, RequestId::new(arguments.id.as_str()).map_err(Error::from)?))
}
