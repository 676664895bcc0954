//! `comfyc check`: would these documents be accepted?

use std::sync::Arc;

use comfyc::catalog::Catalog;
use comfyc::check;
use comfyc::diagnostic::Diagnostics;
use comfyc::interface::Interface;

use super::{against, as_server, fix, implicit, job, prepare, settle};
use crate::args::{Check, Values};
use crate::load::{Loaded, Loader};
use crate::printer::{Printer, counts};
use crate::{Done, Failure};

pub(crate) fn run(arguments: &Check, printer: &Printer) -> Result<Done, Failure> {
    if arguments.server.as_server {
        return as_server::run(arguments, printer);
    }
    if !arguments.against.is_empty() {
        return against::run(arguments, printer);
    }
    let mut loader = Loader::new(&arguments.catalog, &arguments.reading, &arguments.levels)?;
    let catalog = Arc::clone(&loader.catalog);
    if arguments.fix {
        fix::run(arguments, &catalog, printer)?;
    }
    let summaries = documents(arguments, &mut loader, &catalog)?;
    printer.answer(&loader.diagnostics, &loader.sources)?;
    for line in &summaries {
        printer.note(line);
    }
    Ok(if loader.diagnostics.has_errors() { Done::Refused } else { Done::Clean })
}

/// Checks all documents; a line about each.
pub(super) fn documents(
    arguments: &Check,
    loader: &mut Loader,
    catalog: &Catalog,
) -> Result<Vec<String>, Failure> {
    let mut summaries = Vec::new();
    if let Some(workflow) = &arguments.for_workflow {
        payloads(arguments, workflow, loader, catalog, &mut summaries)?;
        return Ok(summaries);
    }
    for file in &arguments.files {
        let before = loader.diagnostics.len();
        let what = document(arguments, file, loader, catalog)?;
        loader.judge();
        summaries.append(&mut loader.notes);
        summaries.push(summary(file, &what, loader, before));
    }
    Ok(summaries)
}

/// Checks one document and says what it is.
fn document(
    arguments: &Check,
    file: &str,
    loader: &mut Loader,
    catalog: &Catalog,
) -> Result<String, Failure> {
    let values = &arguments.values;
    Ok(match loader.load(file, values.interface.as_deref())? {
        Some(Loaded::Workflow(workflow)) => {
            let what = format!(
                "workflow, {} nodes, {} inputs",
                workflow.graph.len(),
                workflow.interface.inputs().len()
            );
            let prepared = prepare(loader, workflow, values, catalog)?;
            if is_given(values) {
                job(loader, &prepared, catalog);
            }
            what
        }
        Some(Loaded::Graph(graph)) => {
            let what = format!("prompt, {} nodes", graph.len());
            let prepared = prepare(loader, implicit(graph, values), values, catalog)?;
            if is_given(values) {
                job(loader, &prepared, catalog);
            }
            what
        }
        Some(Loaded::Interface(interface)) => {
            let what = format!("published schema, {} inputs", interface.inputs().len());
            let interface = settle(loader, check::published(interface));
            given(arguments, loader, &interface)?;
            what
        }
        Some(Loaded::Output(_)) => "published output schema".to_owned(),
        Some(Loaded::Catalog(catalog, id)) => {
            loader.keep(catalog.problems(id));
            format!("catalog, {} classes", catalog.len())
        }
        Some(Loaded::Payload) => {
            let text = format!("{file}: a payload is checked for a workflow: say which with --for");
            return Err(Failure::Usage(text));
        }
        None => "document".to_owned(),
    })
}

/// Whether there are values to check. A workflow without any is checked by itself: what it requires is for its callers.
fn is_given(values: &Values) -> bool {
    !values.set.is_empty() || values.inputs.is_some()
}

/// What `--set` and `--inputs` give for a published schema.
fn given(arguments: &Check, loader: &mut Loader, interface: &Interface) -> Result<(), Failure> {
    if !is_given(&arguments.values) {
        return Ok(());
    }
    let payload = loader.values(&arguments.values, None, interface)?;
    settle(loader, check::payload(interface, payload));
    Ok(())
}

/// Checks files as payloads for a workflow or a published schema.
fn payloads(
    arguments: &Check,
    workflow: &str,
    loader: &mut Loader,
    catalog: &Catalog,
    summaries: &mut Vec<String>,
) -> Result<(), Failure> {
    let beside = arguments.values.interface.as_deref();
    let (workflow, interface) = match loader.load(workflow, beside)? {
        Some(Loaded::Workflow(workflow)) => {
            let workflow = settle(loader, check::workflow(workflow, catalog));
            let interface = workflow.interface.clone();
            (Some(workflow), interface)
        }
        Some(Loaded::Interface(interface)) => {
            (None, settle(loader, check::published(interface)).into_inner())
        }
        Some(_) => {
            return Err(Failure::Usage(format!(
                "{workflow}: a payload is for a workflow or a published schema"
            )));
        }
        None => {
            loader.judge();
            return Ok(());
        }
    };
    loader.judge();
    summaries.append(&mut loader.notes);
    for file in &arguments.files {
        let before = loader.diagnostics.len();
        let payload = loader.payload(file)?;
        if loader.diagnostics.len() == before {
            match check::payload(&interface, payload).or_else(|rejected| rejected.judged(&loader.levels)) {
                Ok(checked) => match &workflow {
                    // The values may still be ones that the graph cannot take.
                    Some(workflow) => match check::job_at(workflow, &checked, catalog, &loader.levels) {
                        Ok(job) => loader.keep(job.warnings().clone()),
                        Err(rejected) => loader.keep(rejected.diagnostics),
                    },
                    None => loader.keep(checked.warnings().clone()),
                },
                Err(rejected) => loader.keep(rejected.diagnostics),
            }
        }
        loader.judge();
        summaries.push(summary(file, "payload", loader, before));
    }
    Ok(())
}

/// One line on one file, from what was found since `before`.
fn summary(file: &str, what: &str, loader: &Loader, before: usize) -> String {
    let mut own = Diagnostics::default();
    for diagnostic in loader.diagnostics.iter().skip(before) {
        own.push(diagnostic.clone());
    }
    let verdict = if own.has_errors() { "refused" } else { "ok" };
    format!("{verdict}: {file}: {what}: {}", counts(&own))
}
