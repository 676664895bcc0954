//! `comfyc build`: compile documents to artifacts.

use std::sync::Arc;

use comfyc::back::rust::program;
use comfyc::back::schema::{self, Dialect};
use comfyc::back::{Layout, ir, overrides, payload, prompt};
use comfyc::catalog::Catalog;
use comfyc::check::{self, Checked};
use comfyc::diagnostic::Diagnostics;
use comfyc::graph::Graph;
use comfyc::interface::{Interface, Payload};
use comfyc::pass::apply;
use comfyc::workflow::Workflow;

use super::outputs::{self, Output};
use super::{Prepared, implicit, job, prepare, settle};
use crate::args::{Build, DialectArgument, Emit};
use crate::load::{Loaded, Loader};
use crate::printer::{Printer, counts};
use crate::{Done, Failure, atomic};

/// What became of one document.
struct Built {
    line: String,
    refused: bool,
    artifact: Option<String>,
}

pub(crate) fn run(arguments: &Build, printer: &Printer) -> Result<Done, Failure> {
    let outputs = outputs::plan(&arguments.files, arguments.out.as_deref(), suffix(arguments.emit))?;
    let mut loader = Loader::new(&arguments.catalog, &arguments.reading, &arguments.levels)?;
    let catalog = Arc::clone(&loader.catalog);
    let [file] = arguments.files.as_slice() else {
        return many(arguments, &outputs, &mut loader, printer);
    };
    let built = build(arguments, file, &mut loader, &catalog)?;
    printer.reports(&loader.diagnostics, &loader.sources);
    loader.notes.iter().for_each(|note| printer.note(note));
    printer.note(&built.line);
    if let Some(artifact) = &built.artifact {
        match outputs.first() {
            Some(output) => write(output, artifact)?,
            None => printer.data(artifact)?,
        }
    }
    Ok(if built.refused { Done::Refused } else { Done::Clean })
}

/// Builds every document. One that is refused, or cannot be read or written, does not stop the others; the first failure of
/// the tool is the command's at the end.
fn many(
    arguments: &Build,
    outputs: &[Output],
    loader: &mut Loader,
    printer: &Printer,
) -> Result<Done, Failure> {
    let catalog = Arc::clone(&loader.catalog);
    let mut lines = Vec::new();
    let mut failures = Vec::new();
    let mut refused = false;
    for output in outputs {
        let built = build(arguments, &output.file, loader, &catalog).and_then(|built| {
            if let Some(artifact) = &built.artifact {
                write(output, artifact)?;
            }
            Ok(built)
        });
        match built {
            Ok(built) => {
                refused |= built.refused;
                lines.push(built.line);
            }
            Err(failure) => failures.push(failure),
        }
    }
    printer.reports(&loader.diagnostics, &loader.sources);
    loader.notes.iter().for_each(|note| printer.note(note));
    for line in &lines {
        printer.note(line);
    }
    if let Some(last) = failures.pop() {
        for failure in &failures {
            printer.failure(failure);
        }
        return Err(last);
    }
    Ok(if refused { Done::Refused } else { Done::Clean })
}

fn write(output: &Output, artifact: &str) -> Result<(), Failure> {
    let end = if artifact.ends_with('\n') { "" } else { "\n" };
    atomic::write(&output.path, &format!("{artifact}{end}"))
}

/// Builds one document. What was found of it goes to the loader's diagnostics.
fn build(arguments: &Build, file: &str, loader: &mut Loader, catalog: &Catalog) -> Result<Built, Failure> {
    let before = loader.diagnostics.len();
    let artifact = artifact(arguments, file, loader, catalog);
    loader.judge();
    let mut own = Diagnostics::default();
    for diagnostic in loader.diagnostics.iter().skip(before) {
        own.push(diagnostic.clone());
    }
    let refused = own.has_errors();
    let verdict = if refused { "refused" } else { "ok" };
    let line = format!("{verdict}: {file}: {}", counts(&own));
    Ok(Built { line, refused, artifact: artifact?.filter(|_| !refused || arguments.unchecked) })
}

/// The artifact of one document, made in spite of errors: whether it is printed is decided later.
fn artifact(
    arguments: &Build,
    file: &str,
    loader: &mut Loader,
    catalog: &Catalog,
) -> Result<Option<String>, Failure> {
    Ok(match loader.load(file, arguments.values.interface.as_deref())? {
        Some(Loaded::Workflow(workflow)) => of_workflow(arguments, workflow, loader, catalog)?,
        Some(Loaded::Graph(graph)) => match arguments.emit {
            Emit::Prompt | Emit::Overrides | Emit::Rust | Emit::Ir => {
                of_workflow(arguments, implicit(graph, &arguments.values), loader, catalog)?
            }
            Emit::Payload | Emit::Schema => {
                let text = format!(
                    "{file}: a prompt alone publishes nothing: give it an --interface, or propose one with `comfyc init`"
                );
                return Err(Failure::Usage(text));
            }
        },
        Some(Loaded::Interface(interface)) => of_interface(arguments, interface, loader)?,
        Some(Loaded::Output(output)) if arguments.emit == Emit::Schema => {
            Some(schema::write_output(&output, dialect(arguments), layout(arguments)))
        }
        Some(Loaded::Output(_) | Loaded::Catalog(..) | Loaded::Payload) => {
            let text = format!("{file}: there is no such artifact of this kind of document");
            return Err(Failure::Usage(text));
        }
        None => None,
    })
}

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
    if arguments.emit == Emit::Rust && !is_complete(&prepared) {
        // A program can do without the values of a caller.
        return Ok(unchecked(arguments, &prepared, loader, catalog));
    }
    let completed = Prepared { given: interface.complete(&prepared.given, arguments.full), ..prepared };
    let Some(job) = job(loader, &completed, catalog) else {
        return Ok(unchecked(arguments, &completed, loader, catalog));
    };
    Ok(match arguments.emit {
        Emit::Prompt | Emit::Ir => {
            Some(of_graph(arguments, Checked::into_inner(job.prompt().clone()), loader))
        }
        Emit::Rust => Some(rust(arguments, Checked::into_inner(job.prompt().clone()), &completed, catalog)),
        Emit::Payload => Some(payload::write(&Checked::assume_checked(job.payload().clone()), layout)),
        Emit::Overrides => Some(overrides::write(&job, layout)),
        Emit::Schema => None,
    })
}

/// Whether every required key has a value.
fn is_complete(prepared: &Prepared) -> bool {
    let interface = &prepared.workflow.interface;
    let has_default =
        |key: &str| interface.input(key).is_some_and(|input| input.schema.default_value().is_some());
    interface
        .required()
        .iter()
        .all(|key| prepared.given.get(key.as_str()).is_some() || has_default(key.as_str()))
}

/// What can be made of values that were refused.
fn unchecked(arguments: &Build, prepared: &Prepared, loader: &Loader, catalog: &Catalog) -> Option<String> {
    let Prepared { workflow, given } = prepared;
    match arguments.emit {
        Emit::Prompt | Emit::Ir => {
            let full = workflow.interface.complete(given, true);
            let graph = apply::run(&workflow.graph, &workflow.interface, &full);
            Some(of_graph(arguments, graph, loader))
        }
        Emit::Rust => {
            let full = workflow.interface.complete(given, true);
            let graph = apply::run(&workflow.graph, &workflow.interface, &full);
            Some(rust(arguments, graph, prepared, catalog))
        }
        Emit::Payload => Some(payload::write(&Checked::assume_checked(given.clone()), layout(arguments))),
        Emit::Overrides | Emit::Schema => None,
    }
}

/// A Rust program that builds the workflow with these values, written into `graph`. It checks what it builds, unless that is
/// refused, or was checked with a catalog that the program does not have.
fn rust(arguments: &Build, mut graph: Graph, prepared: &Prepared, catalog: &Catalog) -> String {
    graph.sort_as_editor();
    let Prepared { workflow, given } = prepared;
    let workflow = Workflow { graph, ..Checked::into_inner(workflow.clone()) };
    let checked = check::workflow(workflow.clone(), catalog)
        .ok()
        .filter(|workflow| check::job(workflow, &Payload::new(), catalog).is_ok());
    let options = program::Options {
        function: arguments.function.clone(),
        nodes: arguments.nodes.clone(),
        unchecked: checked.is_none() || arguments.catalog.catalog.is_some(),
    };
    let workflow = checked.unwrap_or_else(|| Checked::assume_checked(workflow));
    program::write(&workflow, given, catalog, &options).trim_end().to_owned()
}

/// A graph with its values written in, in the editor's order.
fn of_graph(arguments: &Build, mut graph: Graph, loader: &Loader) -> String {
    graph.sort_as_editor();
    let graph = Checked::assume_checked(graph);
    match arguments.emit {
        Emit::Ir => ir::write(&graph, &loader.sources, layout(arguments)),
        _ => prompt::write(&graph, layout(arguments)),
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
        Emit::Prompt | Emit::Overrides | Emit::Rust | Emit::Ir => {
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

/// What the name of a file says of the artifact in it.
fn suffix(emit: Emit) -> &'static str {
    match emit {
        Emit::Prompt => ".prompt.json",
        Emit::Payload => ".payload.json",
        Emit::Overrides => ".overrides.json",
        Emit::Schema => ".schema.json",
        Emit::Rust => ".rs",
        Emit::Ir => ".ir.json",
    }
}
