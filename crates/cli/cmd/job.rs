//! `comfyc status`, `result` and `cancel`: what is asked of a job by its id.

use comfyc_client::{Cancellation, Executor, RequestId};
use serde_json::json;

use crate::args::JobArguments;
use crate::outcome::outcome;
use crate::printer::Printer;
use crate::service::{block_on, choose};
use crate::{Done, Failure};

pub(crate) fn status(arguments: &JobArguments, printer: &Printer) -> Result<Done, Failure> {
    let (executor, id) =
        (choose(&arguments.service, arguments.network, Vec::new())?, RequestId::new(arguments.id.as_str())?);
    let status = block_on(async { Ok(executor.status(&id).await?) })?;
    printer.json(&json!({"request_id": id.as_str(), "status": status.to_string()}).to_string())?;
    Ok(Done::Clean)
}

pub(crate) fn result(arguments: &JobArguments, printer: &Printer) -> Result<Done, Failure> {
    let (executor, id) =
        (choose(&arguments.service, arguments.network, Vec::new())?, RequestId::new(arguments.id.as_str())?);
    let result = block_on(async { Ok(executor.result(&id).await?) })?;
    outcome(&id, &result, printer)
}

pub(crate) fn cancel(arguments: &JobArguments, printer: &Printer) -> Result<Done, Failure> {
    let (executor, id) =
        (choose(&arguments.service, arguments.network, Vec::new())?, RequestId::new(arguments.id.as_str())?);
    let answer = block_on(async { Ok(executor.cancel(&id).await?) })?;
    let outcome = match answer {
        Cancellation::Cancelled => "cancelled",
        Cancellation::NotCancellable => "not_cancellable",
    };
    printer.json(&json!({"request_id": id.as_str(), "outcome": outcome}).to_string())?;
    Ok(Done::Clean)
}
