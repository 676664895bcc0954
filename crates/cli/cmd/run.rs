//! `comfyc run`: compile, check, submit, and wait for the result.

use std::path::{Path, PathBuf};

use comfyc::check::Checked;
use comfyc::diagnostic::Findings;
use comfyc::job::Job;
use comfyc::source::escaped;
use comfyc_client::{AnyExecutor, Error, Executor, NodeError, Receipt, Status, WaitOptions, named, wait};

use crate::args::Run;
use crate::outcome::outcome;
use crate::printer::Printer;
use crate::service::{block_on, choose};
use crate::setup::{self, Setup};
use crate::{Done, Failure, files, review};

pub(crate) fn run(arguments: &Run, printer: &Printer) -> Result<Done, Failure> {
    if arguments.files.is_some() && arguments.service.on == "runcomfy" {
        return Err(Failure::Usage("--files is for a ComfyUI server: RunComfy takes addresses".to_owned()));
    }
    let setup = Setup::new(&arguments.catalog, &arguments.reading, &arguments.levels)?;
    let interface = arguments.values.interface.as_deref();
    let document = files::document(&setup.compiler, &arguments.workflow, interface, files::read)?;
    let compilation = setup.compiler.compile(document, &setup::given(&arguments.values)?);
    let note = compilation.embedded().map(|embedded| review::embedded_note(compilation.name(), embedded));
    let mut findings = setup.findings;
    let job = match compilation.into_job() {
        Ok(job) => {
            let (diagnostics, sources) = (job.warnings().clone(), job.sources().clone());
            findings.append(Findings { diagnostics, sources });
            Some(job)
        }
        Err(rejected) => {
            findings.append(rejected.into_findings());
            None
        }
    };
    printer.reports(&findings);
    if let Some(note) = &note {
        printer.note(note);
    }
    printer.note(&review::line(&arguments.workflow, &findings.diagnostics));
    let done = Done::of(&findings.diagnostics);
    let Some(job) = job.filter(|_| done == Done::Clean) else { return Ok(done) };

    let executor = choose(&arguments.service, arguments.catalog.network, folders(arguments))?;
    block_on(follow(&executor, &job, arguments, printer))
}

/// Where the files are that the workflow itself names: in the folder that the caller says, and in its own.
fn folders(arguments: &Run) -> Vec<PathBuf> {
    // The defaults are the interface's.
    let document = match &arguments.values.interface {
        Some(interface) => interface.as_path(),
        None => Path::new(&arguments.workflow),
    };
    let own = if document.is_dir() { Some(document) } else { document.parent() };
    // The parent of a file in the working directory is empty. Nothing lies beside stdin.
    let own = own.map(|own| if own.as_os_str().is_empty() { Path::new(".") } else { own });
    let own = own.filter(|_| document != Path::new("-"));
    arguments.files.iter().cloned().chain(own.map(Path::to_owned)).collect()
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
    let on_status = |status: &Status| progress.set_message(escaped(&status.to_string()).into_owned());
    let waited = tokio::select! {
        outcome = wait(executor, &receipt.id, &options, on_status) => outcome?,
        _ = tokio::signal::ctrl_c() => {
            progress.finish_and_clear();
            printer.note(&format!("interrupted; the job goes on: comfyc result {} --on {}", receipt.id, named(&arguments.service.on)));
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
