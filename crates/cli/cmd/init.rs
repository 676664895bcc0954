//! `comfyc init`: propose an interface.toml.

use comfyc::back::manifest;
use comfyc::compiler::Given;
use comfyc::interface::propose;

use crate::args::{Init, LevelArguments};
use crate::printer::{Printer, counts};
use crate::setup::Setup;
use crate::{Done, Failure, files, review};

pub(crate) fn run(arguments: &Init, printer: &Printer) -> Result<Done, Failure> {
    let setup = Setup::new(&arguments.catalog, &arguments.reading, &LevelArguments::default())?;
    let document = files::document(&setup.compiler, &arguments.file, None, files::read)?;
    let mut compilation = setup.compiler.compile(document, &Given::default());
    let proposed = compilation.workflow().map(|workflow| propose(&workflow.graph, setup.compiler.catalog()));
    if proposed.is_none() && !compilation.is_rejected() {
        compilation.unsupported("an interface is proposed for a workflow or a prompt");
    }
    let note = compilation.embedded().map(|embedded| review::embedded_note(compilation.name(), embedded));
    let mut findings = setup.findings;
    findings.append(compilation.into_findings());
    printer.reports(&findings);
    if let Some(note) = &note {
        printer.note(note);
    }
    if let Some(interface) = proposed {
        let (inputs, counts) = (interface.inputs().len(), counts(&findings.diagnostics));
        printer.note(&format!("{}: {inputs} inputs proposed; {counts}", arguments.file));
        printer.data(&manifest::write(&interface, None))?;
    }
    Ok(Done::of(&findings.diagnostics))
}
