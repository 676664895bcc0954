//! One file for each command.

mod against;
mod as_server;
pub(crate) mod build;
pub(crate) mod catalog;
pub(crate) mod check;
pub(crate) mod explain;
mod fix;
pub(crate) mod generate;
pub(crate) mod init;
pub(crate) mod job;
mod outputs;
pub(crate) mod run;
mod service;

use comfyc::catalog::Catalog;
use comfyc::check::{Checked, Rejected};
use comfyc::graph::Graph;
use comfyc::interface::{Interface, Payload};
use comfyc::job::Job;
use comfyc::workflow::Workflow;

use crate::Failure;
use crate::args::Values;
use crate::load::Loader;
use crate::printer::Printer;

/// A workflow with what a caller gives for it. A graph alone publishes whatever the caller sets.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) workflow: Checked<Workflow>,
    pub(crate) given: Payload,
}

/// Checks a workflow and reads the values for it. Errors go to the loader's diagnostics; the result can be used in spite of
/// them where the caller says so.
pub(crate) fn prepare(
    loader: &mut Loader,
    workflow: Workflow,
    values: &Values,
    catalog: &Catalog,
) -> Result<Prepared, Failure> {
    let workflow = settle(loader, comfyc::check::workflow(workflow, catalog));
    let given = loader.values(values, Some(&workflow.graph), &workflow.interface)?;
    Ok(Prepared { workflow, given })
}

/// Fails when something that was to be worked with, a catalog, cannot be read.
pub(crate) fn usable(loader: &Loader, printer: &Printer) -> Result<(), Failure> {
    if !loader.diagnostics.has_errors() {
        return Ok(());
    }
    printer.reports(&loader.diagnostics, &loader.sources);
    Err(Failure::Usage("the catalog cannot be read".to_owned()))
}

/// A graph alone as a workflow: it publishes the inputs that the caller sets.
pub(crate) fn implicit(graph: Graph, values: &Values) -> Workflow {
    let keys = values.set.iter().filter_map(|set| set.split_once('=')).map(|(key, _)| key);
    Workflow { model: None, graph, interface: Interface::of_keys(keys) }
}

/// The job of a prepared workflow; `None` when the values are refused.
pub(crate) fn job(loader: &mut Loader, prepared: &Prepared, catalog: &Catalog) -> Option<Checked<Job>> {
    match comfyc::check::job_at(&prepared.workflow, &prepared.given, catalog, &loader.levels) {
        Ok(job) => {
            loader.keep(job.warnings().clone());
            Some(job)
        }
        Err(rejected) => {
            loader.keep(rejected.diagnostics);
            None
        }
    }
}

/// Keeps what was found and goes on with the value, checked or not: whoever looks at the diagnostics decides.
pub(crate) fn settle<T>(loader: &mut Loader, checked: Result<Checked<T>, Rejected<T>>) -> Checked<T> {
    match checked {
        Ok(checked) => {
            loader.keep(checked.warnings().clone());
            checked
        }
        Err(rejected) => {
            loader.keep(rejected.diagnostics);
            Checked::assume_checked(rejected.value)
        }
    }
}
