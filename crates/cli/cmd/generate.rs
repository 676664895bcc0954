//! `comfyc gen`: typed Rust, the same bytes that a build script with `comfyc-build` writes.

use std::path::Path;

use comfyc::back::rust::select::{Selection, Unknown};
use comfyc::back::rust::{inputs, nodes};
use comfyc::catalog::Catalog;
use comfyc::check;
use comfyc::compiler::{Compiler, Content};
use comfyc::diagnostic::Findings;
use comfyc::interface::Interface;

use crate::args::{GenCommand, GenInputs, GenNodes, LevelArguments};
use crate::printer::{Printer, counts};
use crate::setup::Setup;
use crate::{Done, Failure, atomic, files, walk};

pub(crate) fn run(command: &GenCommand, printer: &Printer) -> Result<Done, Failure> {
    match command {
        GenCommand::Nodes(nodes) => self::nodes(nodes, printer),
        GenCommand::Inputs(inputs) => self::inputs(inputs, printer),
    }
}

fn nodes(arguments: &GenNodes, printer: &Printer) -> Result<Done, Failure> {
    let setup =
        Setup::new(&arguments.catalog, &arguments.reading, &LevelArguments::default())?.usable(printer)?;
    let catalog = setup.compiler.catalog();
    let classes = arguments.classes.iter().cloned().collect();
    let mut selection = Selection { classes, packs: arguments.packs.iter().cloned().collect(), used: None };
    let mut findings = setup.findings;
    for input in walk::expand(&arguments.used_by)?.inputs {
        let mut document = files::document_after(&findings.sources, &setup.compiler, &input.path)?;
        match document.content() {
            Content::Graph(graph) => selection.use_graph(graph),
            Content::Workflow(workflow) => selection.use_graph(&workflow.graph),
            Content::Nothing => {}
            _ if input.walked => continue,
            _ => document.unsupported("nodes are generated for a workflow or a prompt"),
        }
        let found = document.into_findings();
        findings.diagnostics.append(found.diagnostics);
        findings.sources = found.sources;
    }
    let only = match selection.of(catalog) {
        Ok(only) => only,
        Err(Unknown::Classes(unknown)) => {
            findings.diagnostics.append(unknown);
            None
        }
        Err(unknown) => return Err(Failure::Usage(unknown.to_string())),
    };
    if let Some(done) = refused(&findings, printer) {
        return Ok(done);
    }
    let mut options = nodes::Options { only, ..nodes::Options::default() };
    if arguments.modules {
        options.layout = nodes::Layout::Modules;
    }
    put(&nodes::write(catalog, &options), arguments.out.as_deref(), printer)?;
    Ok(Done::Clean)
}

fn inputs(arguments: &GenInputs, printer: &Printer) -> Result<Done, Failure> {
    let compiler = Compiler::new(Catalog::embedded());
    let mut findings = Findings::default();
    let mut interfaces: Vec<(String, Interface)> = Vec::new();
    for input in walk::expand(&arguments.files)?.inputs {
        let mut document = files::interface(&compiler, &input.path)?;
        let interface = match document.content() {
            Content::Interface(interface) => Some(interface.clone()),
            Content::Nothing => None,
            _ if input.walked => continue,
            _ => {
                document.unsupported("inputs are generated from a published input schema or a workflow");
                None
            }
        };
        let mut found = document.into_findings();
        if let Some(interface) = interface {
            match check::published(interface) {
                Ok(interface) => {
                    found.diagnostics.append(interface.warnings().clone());
                    interfaces.push((input.path, interface.into_inner()));
                }
                Err(rejected) => found.diagnostics.append(rejected.diagnostics),
            }
        }
        findings.append(found);
    }
    if let Some(done) = refused(&findings, printer) {
        return Ok(done);
    }
    let options = inputs::Options::default();
    let text = match interfaces.as_slice() {
        [(_, one)] => inputs::write(one, &options),
        several => {
            let named = several.iter().map(|(path, interface)| (Path::new(path), interface));
            inputs::write_modules(named, &options)
        }
    };
    put(&text, arguments.out.as_deref(), printer)?;
    Ok(Done::Clean)
}

/// Reports what was found; how the command ends if nothing is generated.
fn refused(findings: &Findings, printer: &Printer) -> Option<Done> {
    printer.reports(findings);
    let done = Done::of(&findings.diagnostics);
    if done == Done::Clean {
        return None;
    }
    printer.note(&format!("{}: {}", done.as_str(), counts(&findings.diagnostics)));
    Some(done)
}

/// Puts what was generated where it is wanted.
fn put(text: &str, out: Option<&str>, printer: &Printer) -> Result<(), Failure> {
    match out.filter(|out| *out != "-") {
        Some(out) => {
            atomic::write(out, text)?;
            printer.note(&format!("{out}: {} lines", text.lines().count()));
            Ok(())
        }
        None => printer.data(text),
    }
}
