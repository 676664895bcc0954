//! `comfyc init`: propose an interface.toml.

use std::sync::Arc;

use comfyc::back::manifest;
use comfyc::interface::propose;

use super::{implicit, prepare};
use crate::args::{Init, LevelArguments, Values};
use crate::load::{Loaded, Loader};
use crate::printer::{Printer, counts};
use crate::{Done, Failure};

pub(crate) fn run(arguments: &Init, printer: &Printer) -> Result<Done, Failure> {
    let mut loader = Loader::new(&arguments.catalog, &arguments.reading, &LevelArguments::default())?;
    let catalog = Arc::clone(&loader.catalog);
    let graph = match loader.load(&arguments.file, None)? {
        Some(Loaded::Graph(graph)) => graph,
        Some(Loaded::Workflow(workflow)) => workflow.graph,
        Some(_) => {
            return Err(Failure::Usage(format!("{}: an interface is proposed for a prompt", arguments.file)));
        }
        None => {
            printer.reports(&loader.diagnostics, &loader.sources);
            return Ok(Done::Refused);
        }
    };
    let values = Values::default();
    let prepared = prepare(&mut loader, implicit(graph, &values), &values, &catalog)?;
    printer.reports(&loader.diagnostics, &loader.sources);
    let interface = propose(&prepared.workflow.graph, &catalog);
    loader.notes.iter().for_each(|note| printer.note(note));
    printer.note(&format!(
        "{}: {} inputs proposed; {}",
        arguments.file,
        interface.inputs().len(),
        counts(&loader.diagnostics)
    ));
    printer.data(&manifest::write(&interface, None))?;
    Ok(if loader.diagnostics.has_errors() { Done::Refused } else { Done::Clean })
}
