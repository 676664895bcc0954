//! From a workflow built in Rust to what is made of it, in one call: the pipeline of checks and back ends for programs that
//! write one thing.
//!
//! Each takes what [`dsl::workflow`](crate::dsl::workflow) gives, checks it with a catalog, and refuses what has errors.

use std::fmt;

use crate::back::schema::Dialect;
use crate::back::{self, Layout};
use crate::catalog::Catalog;
use crate::check::{self, Checked, Rejected};
use crate::diagnostic::{Diagnostics, render};
use crate::dsl::Built;
use crate::interface::Payload;
use crate::pass::apply;
use crate::source::Sources;
use crate::workflow::Workflow;

/// Why nothing was made: the errors that were found, and the warnings with them.
///
/// It prints as its reports, so that `fn main() -> Result<(), Refused>` says what is wrong.
#[derive(Clone, PartialEq)]
pub struct Refused {
    /// What was found.
    pub diagnostics: Diagnostics,
}

/// The workflow, checked.
pub fn workflow(built: Built, catalog: &Catalog) -> Result<Checked<Workflow>, Refused> {
    let Built { workflow, mut diagnostics } = built;
    match check::workflow(workflow, catalog) {
        Ok(checked) if !diagnostics.has_errors() => Ok(checked),
        Ok(checked) => {
            diagnostics.append(checked.warnings().clone());
            Err(Refused { diagnostics })
        }
        Err(Rejected { diagnostics: found, .. }) => {
            diagnostics.append(found);
            Err(Refused { diagnostics })
        }
    }
}

/// The prompt with every published input at its default, as `comfyc build --emit prompt` prints it.
pub fn prompt(built: Built, catalog: &Catalog) -> Result<String, Refused> {
    let workflow = workflow(built, catalog)?;
    let job = check::job(&workflow, &Payload::new(), catalog)
        .map_err(|Rejected { diagnostics, .. }| Refused { diagnostics })?;
    let mut graph = Checked::into_inner(job.prompt().clone());
    graph.sort_as_editor();
    Ok(back::prompt::write(&Checked::assume_checked(graph), Layout::Pretty))
}

/// The same of a workflow that may have errors, as `comfyc build --emit prompt --unchecked` prints it.
pub fn prompt_unchecked(built: Built) -> String {
    let Workflow { graph, interface, .. } = built.workflow;
    let full = interface.complete(&Payload::new(), true);
    let mut graph = apply::run(&graph, &interface, &full);
    graph.sort_as_editor();
    back::prompt::write(&Checked::assume_checked(graph), Layout::Pretty)
}

/// The input schema, as `comfyc build --emit schema` prints it.
pub fn schema(built: Built, catalog: &Catalog, dialect: Dialect) -> Result<String, Refused> {
    let workflow = workflow(built, catalog)?;
    let published = Checked::assume_checked(workflow.into_inner().interface);
    Ok(back::schema::write(&published, dialect, Layout::Pretty))
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for rendered in render(&self.diagnostics, &Sources::default()) {
            let (severity, code, message) = (rendered.severity.as_str(), rendered.code, rendered.message);
            write!(f, "\n{severity}[{code}]: {message}")?;
            if let Some(help) = rendered.help {
                write!(f, "\n  help: {help}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Refused {}
