//! A workflow, and a job made of it.

use super::{Checked, Rejected, graph, interface, payload};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Levels, Problem, Subject};
use crate::interface::{Interface, Payload, Target};
use crate::job::Job;
use crate::pass::apply;
use crate::workflow::Workflow;

/// Checks a workflow: its graph, its interface, and that the interface binds to the graph, which is done here.
pub fn workflow(mut workflow: Workflow, catalog: &Catalog) -> Result<Checked<Workflow>, Rejected<Workflow>> {
    let mut diagnostics = workflow.interface.bind(&workflow.graph, catalog);
    diagnostics.append(graph::problems(&workflow.graph, catalog));
    diagnostics.append(interface::problems(&workflow.interface, &workflow.graph, catalog));
    Checked::decide(workflow, diagnostics)
}

/// Checks what a caller gives for a workflow, and makes the job: the payload to send, and the graph with all values in
/// place, keys that were not given at their defaults. The graph is checked again, since a value within the published
/// limits may still be one that the graph cannot take.
pub fn job(
    workflow: &Checked<Workflow>,
    given: &Payload,
    catalog: &Catalog,
) -> Result<Checked<Job>, Rejected<Payload>> {
    job_at(workflow, given, catalog, &Levels::default())
}

/// The same as [`job`], where `levels` decide what is an error.
pub fn job_at(
    workflow: &Checked<Workflow>,
    given: &Payload,
    catalog: &Catalog,
    levels: &Levels,
) -> Result<Checked<Job>, Rejected<Payload>> {
    let interface = &workflow.interface;
    let body =
        payload(interface, interface.complete(given, false)).or_else(|rejected| rejected.judged(levels))?;
    let full = interface.complete(given, true);
    let applied = apply::run(&workflow.graph, interface, &full);
    // What was wrong before the values came is known already; only what they bring counts.
    let mut diagnostics = body.warnings().clone();
    let before = graph::problems(&workflow.graph, catalog);
    for diagnostic in graph::problems(&applied, catalog) {
        let known = before.iter().any(|known| known.problem == diagnostic.problem);
        if !known && !is_about_a_file(&diagnostic, interface) {
            diagnostics.push(diagnostic);
        }
    }
    let diagnostics = levels.judge(diagnostics);
    if diagnostics.has_errors() {
        return Err(Rejected { value: body.into_inner(), diagnostics });
    }
    let job = Job::new(workflow, body.into_inner(), &full, Checked::assume_checked(applied));
    Ok(Checked::accepted(job, diagnostics))
}

/// Whether a diagnostic judges the name of a published file as the server's own. A caller may give a path or an address
/// there, which the executor replaces by a name that the server knows.
fn is_about_a_file(diagnostic: &Diagnostic, interface: &Interface) -> bool {
    let (Problem::InvalidValue { subject, .. } | Problem::UnlistedFile { subject, .. }) = &diagnostic.problem
    else {
        return false;
    };
    let Subject::Input { node, input } = subject else { return false };
    let named = Target::new(node.as_str(), input.as_str());
    interface.inputs().any(|(_, input)| input.media.is_some() && input.targets.contains(&named))
}
