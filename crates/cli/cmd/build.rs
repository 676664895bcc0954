//! `comfyc build`: compile a document to an artifact.

use std::sync::Arc;

use comfyc::back::rust::program;
use comfyc::back::schema::{self, Dialect};
use comfyc::back::{Layout, overrides, payload, prompt};
use comfyc::catalog::Catalog;
use comfyc::check::{self, Checked};
use comfyc::graph::Graph;
use comfyc::interface::Interface;
use comfyc::pass::apply;
use comfyc::workflow::Workflow;

use super::{Prepared, implicit, job, prepare, settle};
use crate::args::{Build, DialectArgument, Emit};
use crate::load::{Loaded, Loader};
use crate::printer::{Printer, counts};
use crate::{Done, Failure};

pub(crate) fn run(arguments: &Build, printer: &Printer) -> Result<Done, Failure> {
    let mut loader = Loader::new(&arguments.catalog, &arguments.reading, &arguments.levels)?;
    let catalog = Arc::clone(&loader.catalog);
    let artifact = match loader.load(&arguments.file, arguments.values.interface.as_deref())? {
        Some(Loaded::Workflow(workflow)) => of_workflow(arguments, workflow, &mut loader, &catalog)?,
        Some(Loaded::Graph(graph)) => match arguments.emit {
            Emit::Prompt | Emit::Overrides | Emit::Rust => {
                of_workflow(arguments, implicit(graph, &arguments.values), &mut loader, &catalog)?
            }
            Emit::Payload | Emit::Schema => {
                let text = "a prompt alone publishes nothing: give it an --interface, or propose one with `comfyc init`";
                return Err(Failure::Usage(text.to_owned()));
            }
        },
        Some(Loaded::Interface(interface)) => of_interface(arguments, interface, &mut loader)?,
        Some(Loaded::Output(output)) if arguments.emit == Emit::Schema => {
            Some(schema::write_output(&output, dialect(arguments), layout(arguments)))
        }
        Some(Loaded::Output(_) | Loaded::Catalog(..) | Loaded::Payload) => {
            let text = format!("{}: there is no such artifact of this kind of document", arguments.file);
            return Err(Failure::Usage(text));
        }
        None => None,
    };
    loader.judge();
    printer.reports(&loader.diagnostics, &loader.sources);
    let refused = loader.diagnostics.has_errors();
    let verdict = if refused { "refused" } else { "ok" };
    printer.note(&format!("{verdict}: {}: {}", arguments.file, counts(&loader.diagnostics)));
    if let Some(artifact) = artifact.filter(|_| !refused || arguments.unchecked) {
        printer.data(&artifact)?;
    }
    Ok(if refused { Done::Refused } else { Done::Clean })
}

/// An artifact of a workflow, made in spite of errors: whether it is printed is decided later.
fn of_workflow(
    arguments: &Build,
    workflow: Workflow,
    loader: &mut Loader,
    catalog: &Catalog,
) -> Result<Option<String>, Failure> {
    let prepared = prepare(loader, workflow, &arguments.values, catalog)?;
    let layout = layout(arguments);
    let interface = &prepared.workflow.interface;
    if arguments.emit == Emit::Schema {
        let published = Checked::assume_checked(interface.clone());
        return Ok(Some(schema::write(&published, dialect(arguments), layout)));
    }
    let completed = Prepared { given: interface.complete(&prepared.given, arguments.full), ..prepared };
    let Some(job) = job(loader, &completed, catalog) else {
        return Ok(unchecked(arguments, &completed, catalog));
    };
    Ok(Some(match arguments.emit {
        Emit::Prompt => {
            let mut graph = Checked::into_inner(job.prompt().clone());
            graph.sort_as_editor();
            prompt::write(&Checked::assume_checked(graph), layout)
        }
        Emit::Rust => {
            let graph = Checked::into_inner(job.prompt().clone());
            let refused = loader.diagnostics.has_errors();
            rust(arguments, graph, &completed, catalog, refused)
        }
        Emit::Payload => payload::write(&Checked::assume_checked(job.payload().clone()), layout),
        Emit::Overrides => overrides::write(&job, layout),
        Emit::Schema => return Ok(None),
    }))
}

/// A Rust program that builds the workflow with these values. It checks what it builds where that was checked with the
/// catalog that it has as well.
fn rust(
    arguments: &Build,
    mut graph: Graph,
    prepared: &Prepared,
    catalog: &Catalog,
    refused: bool,
) -> String {
    graph.sort_as_editor();
    let Prepared { workflow, given } = prepared;
    let workflow = Workflow { graph, ..Checked::into_inner(workflow.clone()) };
    let options = program::Options {
        function: arguments.function.clone(),
        nodes: arguments.nodes.clone(),
        unchecked: refused || arguments.catalog.catalog.is_some(),
    };
    program::write(&Checked::assume_checked(workflow), given, catalog, &options)
}

/// What can be made of values that were refused.
fn unchecked(arguments: &Build, prepared: &Prepared, catalog: &Catalog) -> Option<String> {
    let Prepared { workflow, given } = prepared;
    match arguments.emit {
        Emit::Prompt => {
            let full = workflow.interface.complete(given, true);
            let mut graph = apply::run(&workflow.graph, &workflow.interface, &full);
            graph.sort_as_editor();
            Some(prompt::write(&Checked::assume_checked(graph), layout(arguments)))
        }
        Emit::Rust => {
            let full = workflow.interface.complete(given, true);
            let graph = apply::run(&workflow.graph, &workflow.interface, &full);
            Some(rust(arguments, graph, prepared, catalog, true))
        }
        Emit::Payload => Some(payload::write(&Checked::assume_checked(given.clone()), layout(arguments))),
        Emit::Overrides | Emit::Schema => None,
    }
}

fn of_interface(
    arguments: &Build,
    interface: Interface,
    loader: &mut Loader,
) -> Result<Option<String>, Failure> {
    let interface = settle(loader, check::published(interface));
    match arguments.emit {
        Emit::Schema => Ok(Some(schema::write(&interface, dialect(arguments), layout(arguments)))),
        Emit::Payload => {
            let given = loader.values(&arguments.values, None, &interface)?;
            let body = settle(loader, check::payload(&interface, interface.complete(&given, arguments.full)));
            Ok(Some(payload::write(&body, layout(arguments))))
        }
        Emit::Prompt | Emit::Overrides | Emit::Rust => {
            let text =
                "a published schema alone has no graph: give the graph as FILE and the schema as --interface";
            Err(Failure::Usage(text.to_owned()))
        }
    }
}

fn layout(arguments: &Build) -> Layout {
    if arguments.compact { Layout::Compact } else { Layout::Pretty }
}

fn dialect(arguments: &Build) -> Dialect {
    match arguments.dialect {
        DialectArgument::Runcomfy => Dialect::RunComfy,
        DialectArgument::Draft2020 => Dialect::Draft2020,
    }
}
