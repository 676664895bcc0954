//! `comfyc gen`: typed Rust, the same bytes that a build script with `comfyc-build` writes.

use std::path::Path;
use std::sync::Arc;

use comfyc::back::rust::select::{Selection, Unknown};
use comfyc::back::rust::{inputs, nodes};
use comfyc::check;

use super::{settle, usable};
use crate::args::{CatalogArguments, GenCommand, GenInputs, GenNodes, LevelArguments, Reading};
use crate::load::{Loaded, Loader};
use crate::printer::{Printer, counts};
use crate::{Done, Failure, atomic};

pub(crate) fn run(command: &GenCommand, printer: &Printer) -> Result<Done, Failure> {
    match command {
        GenCommand::Nodes(nodes) => self::nodes(nodes, printer),
        GenCommand::Inputs(inputs) => self::inputs(inputs, printer),
    }
}

fn nodes(arguments: &GenNodes, printer: &Printer) -> Result<Done, Failure> {
    let mut loader = Loader::new(&arguments.catalog, &arguments.reading, &LevelArguments::default())?;
    usable(&loader, printer)?;
    let catalog = Arc::clone(&loader.catalog);
    let classes = arguments.classes.iter().cloned().collect();
    let mut selection = Selection { classes, packs: arguments.packs.iter().cloned().collect(), used: None };
    for file in &arguments.used_by {
        match loader.load(file, None)? {
            Some(Loaded::Graph(graph)) => selection.use_graph(&graph),
            Some(Loaded::Workflow(workflow)) => selection.use_graph(&workflow.graph),
            Some(_) => return Err(Failure::Usage(format!("{file}: --used-by wants a workflow or a prompt"))),
            None => {}
        }
    }
    let only = match selection.of(&catalog) {
        Ok(only) => only,
        Err(Unknown::Classes(unknown)) => {
            loader.keep(unknown);
            None
        }
        Err(unknown) => return Err(Failure::Usage(unknown.to_string())),
    };
    loader.judge();
    printer.reports(&loader.diagnostics, &loader.sources);
    if loader.diagnostics.has_errors() {
        printer.note(&format!("refused: {}", counts(&loader.diagnostics)));
        return Ok(Done::Refused);
    }
    let mut options = nodes::Options { only, ..nodes::Options::default() };
    if arguments.modules {
        options.layout = nodes::Layout::Modules;
    }
    put(&nodes::write(&catalog, &options), arguments.out.as_deref(), printer)?;
    Ok(Done::Clean)
}

fn inputs(arguments: &GenInputs, printer: &Printer) -> Result<Done, Failure> {
    let mut loader =
        Loader::new(&CatalogArguments::default(), &Reading::default(), &LevelArguments::default())?;
    let mut interfaces = Vec::new();
    for file in &arguments.files {
        let interface = match loader.load(file, None)? {
            Some(Loaded::Interface(interface)) => interface,
            Some(Loaded::Workflow(workflow)) => workflow.interface,
            Some(_) => {
                let text =
                    format!("{file}: inputs are generated from a published input schema or a workflow");
                return Err(Failure::Usage(text));
            }
            None => continue,
        };
        interfaces.push((Path::new(file), settle(&mut loader, check::published(interface))));
    }
    loader.judge();
    printer.reports(&loader.diagnostics, &loader.sources);
    let shown = arguments.files.join(", ");
    if loader.diagnostics.has_errors() {
        printer.note(&format!("refused: {shown}: {}", counts(&loader.diagnostics)));
        return Ok(Done::Refused);
    }
    let options = inputs::Options::default();
    let text = match interfaces.as_slice() {
        [(_, one)] => inputs::write(one, &options),
        several => {
            inputs::write_modules(several.iter().map(|(path, interface)| (*path, interface)), &options)
        }
    };
    put(&text, arguments.out.as_deref(), printer)?;
    Ok(Done::Clean)
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
