//! From a workflow built in Rust to an artifact, in one call: for programs that write one thing.
//!
//! Each function takes what [`dsl::workflow`](crate::dsl::workflow) gives, checks it with a catalog, and rejects what has
//! errors.

use crate::back::schema::Dialect;
use crate::back::{self, Layout};
use crate::catalog::Catalog;
use crate::check::{self, Checked};
use crate::dsl::Built;
use crate::interface::Payload;
use crate::workflow::Workflow;

pub use crate::check::Rejected;

/// The workflow, checked.
pub fn workflow(built: Built, catalog: &Catalog) -> Result<Checked<Workflow>, Rejected> {
    let Built { mut workflow, mut diagnostics } = built;
    diagnostics.append(check::bound(&mut workflow, catalog));
    Ok(Checked::decide(workflow, diagnostics)?)
}

/// The prompt with every published input at its default, as `comfyc build --emit prompt` prints it.
pub fn prompt(built: Built, catalog: &Catalog) -> Result<String, Rejected> {
    let workflow = workflow(built, catalog)?;
    let job = check::job(&workflow, &Payload::new(), catalog)?;
    Ok(job.prompt_json())
}

/// The same for a workflow that may have errors, as `comfyc build --emit prompt --unchecked` prints it.
pub fn prompt_unchecked(built: Built) -> String {
    let Workflow { graph, interface, .. } = built.workflow;
    let full = interface.complete(&Payload::new(), true);
    back::prompt::write(&interface.apply(&full, &graph), Layout::Pretty)
}

/// The input schema, as `comfyc build --emit schema` prints it.
pub fn schema(built: Built, catalog: &Catalog, dialect: Dialect) -> Result<String, Rejected> {
    let workflow = workflow(built, catalog)?;
    Ok(back::schema::write(&workflow.interface, dialect, Layout::Pretty))
}
