//! A workflow, and a job made of it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Checked, Rejected, graph, interface, payload};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Levels, Problem, Subject};
use crate::graph::Graph;
use crate::interface::{Interface, Payload, Target};
use crate::job::Job;
use crate::workflow::Workflow;

/// Checks a workflow: its graph, its interface, and that the interface binds to the graph, which is done here.
pub fn workflow(mut workflow: Workflow, catalog: &Catalog) -> Result<Checked<Workflow>, Rejected<Workflow>> {
    let diagnostics = bound(&mut workflow, catalog);
    Checked::decide(workflow, diagnostics)
}

/// Binds the interface of a workflow to its graph, and says what is wrong with both.
pub(crate) fn bound(workflow: &mut Workflow, catalog: &Catalog) -> Diagnostics {
    let mut diagnostics = workflow.interface.bind(&workflow.graph, catalog);
    diagnostics.append(graph::problems(&workflow.graph, catalog));
    diagnostics.append(interface::problems(&workflow.interface, &workflow.graph, catalog));
    diagnostics
}

/// Checks what a caller gives for a workflow, and makes the job: the payload to send, and the graph with all values in
/// place, keys that were not given at their defaults. A graph that the values change is checked again, since a value within
/// the published limits may still be one that the graph cannot take.
pub fn job(
    workflow: &Checked<Workflow>,
    given: &Payload,
    catalog: &Catalog,
) -> Result<Checked<Job>, Rejected<Payload>> {
    job_at(workflow, given, catalog, &Levels::default())
}

/// The same as [`job`], where `levels` decide what is an error. Reports show the texts of the workflow; a payload that was read
/// from a text must be one of them, as [`Compiler::job`](crate::Compiler::job) sees to.
pub fn job_at(
    workflow: &Checked<Workflow>,
    given: &Payload,
    catalog: &Catalog,
    levels: &Levels,
) -> Result<Checked<Job>, Rejected<Payload>> {
    let sources = workflow.sources().clone();
    match values(workflow, &known(workflow, catalog), given, catalog, levels) {
        (Ok(job), warnings) => Ok(Checked::accepted(job, warnings).with_sources(sources)),
        (Err(body), diagnostics) => Err(Rejected::new(body, diagnostics).with_sources(sources)),
    }
}

/// What is wrong with a workflow already. One that was declared checked is looked at now.
pub(crate) fn known<'w>(workflow: &'w Checked<Workflow>, catalog: &Catalog) -> Cow<'w, Diagnostics> {
    if workflow.is_assumed() {
        Cow::Owned(graph::problems(&workflow.graph, catalog))
    } else {
        Cow::Borrowed(workflow.warnings())
    }
}

/// The job that a workflow makes of what a caller gives, and what is wrong with the values; the payload instead of a job if
/// they are rejected. `known` is what was found of the workflow, of which nothing is said twice.
pub(crate) fn values(
    workflow: &Workflow,
    known: &Diagnostics,
    given: &Payload,
    catalog: &Catalog,
    levels: &Levels,
) -> (Result<Job, Payload>, Diagnostics) {
    let interface = &workflow.interface;
    let body = interface.complete(given, false);
    let mut found = payload::problems(interface, &body);
    if found.has_errors() {
        found = levels.judge(found);
        if found.has_errors() {
            return (Err(body), found);
        }
    }
    let full = interface.complete(&body, true);
    let applied = interface.apply(&full, &workflow.graph);
    found.append(brought(&applied, workflow, known, catalog));
    let found = levels.judge(found);
    if found.has_errors() {
        return (Err(body), found);
    }
    (Ok(Job::new(workflow, given, body, &full, applied)), found)
}

/// What values bring that was not wrong with the graph before.
fn brought(applied: &Graph, workflow: &Workflow, known: &Diagnostics, catalog: &Catalog) -> Diagnostics {
    if *applied == workflow.graph {
        return Diagnostics::default();
    }
    let known: HashSet<&Problem> = known.iter().map(|known| &known.problem).collect();
    let is_new =
        |found: &Diagnostic| !known.contains(&found.problem) && !is_about_a_file(found, &workflow.interface);
    graph::problems(applied, catalog).into_iter().filter(is_new).collect()
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
