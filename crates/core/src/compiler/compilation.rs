//! What became of a document: the one check of it, the values given for it, and all that was found.

use std::collections::HashSet;
use std::io;

use serde_json::{Map, Value};

use super::document::{Content, Document, Embedded};
use super::given::read_payload;
use super::{Compiler, Given, implicit, settled};
use crate::check::{self, Checked, Rejected};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Findings, Levels, Problem, Severity};
use crate::graph::Graph;
use crate::interface::{Interface, Payload};
use crate::job::Job;
use crate::source::{Origin, Sources};
use crate::workflow::Workflow;

/// A document that was checked, with the values given for it.
///
/// It goes on in spite of errors, so that everything wrong is found and an artifact can be had all the same: whoever looks
/// at [`diagnostics`](Self::diagnostics) decides.
#[derive(Debug)]
pub struct Compilation<'c> {
    pub(super) compiler: &'c Compiler,
    name: String,
    pub(super) subject: Subject,
    /// Everything found so far, as it was found.
    pub(super) findings: Findings,
    /// How much of that came before any value was looked at.
    pub(super) of_document: usize,
    pub(super) levels: Levels,
    /// `None` if they could not be read.
    pub(super) given: Option<Payload>,
    embedded: Option<Embedded>,
    graph_path: Option<String>,
}

/// What was checked.
#[derive(Debug)]
#[non_exhaustive]
pub enum Subject {
    /// A workflow, its interface bound to its graph.
    Workflow(Workflow),
    /// A graph alone, as a workflow that publishes the inputs that the caller assigns.
    Graph(Workflow),
    /// A published input schema.
    Interface(Interface),
    /// A published output schema.
    Output(Map<String, Value>),
    /// A catalog of this many classes.
    Catalog(usize),
    /// A payload.
    Payload,
    /// Nothing that can be used.
    Nothing,
}

impl Compiler {
    /// Checks a document, and reads the values given for it. The values are checked when a job or an artifact is asked for.
    pub fn compile(&self, document: Document, given: &Given) -> Compilation<'_> {
        let Document { name, content, mut findings, levels, embedded, graph } = document;
        let mut subject = match content {
            Content::Workflow(workflow) => Subject::Workflow(workflow),
            Content::Graph(graph) => Subject::Graph(Workflow::new(graph, implicit(given))),
            Content::Interface(interface) => Subject::Interface(interface),
            Content::Output(output) => Subject::Output(output),
            Content::Catalog(catalog, id) => {
                findings.diagnostics.append(catalog.problems(id));
                Subject::Catalog(catalog.len())
            }
            Content::Payload(_) => Subject::Payload,
            Content::Nothing => Subject::Nothing,
        };
        match &mut subject {
            Subject::Workflow(workflow) | Subject::Graph(workflow) => {
                let checked = check::bound(workflow, &self.catalog);
                let new = without_known(&findings.diagnostics, checked);
                findings.diagnostics.append(new);
            }
            Subject::Interface(interface) => {
                findings.diagnostics.append(check::published_problems(interface));
            }
            Subject::Output(_) | Subject::Catalog(_) | Subject::Payload | Subject::Nothing => {}
        }
        let of_document = findings.diagnostics.len();
        let given = match &subject {
            Subject::Workflow(workflow) | Subject::Graph(workflow) => {
                given.values(&workflow.interface, Some(&workflow.graph), &mut findings)
            }
            Subject::Interface(interface) => given.values(interface, None, &mut findings),
            Subject::Output(_) | Subject::Catalog(_) | Subject::Payload | Subject::Nothing => None,
        };
        Compilation {
            compiler: self,
            name,
            subject,
            findings,
            of_document,
            levels,
            given,
            embedded,
            graph_path: graph,
        }
    }
}

/// What a check found that reading has not said before. Reading a workflow of the editor tells of unknown classes, and so
/// does checking its graph; and an input whose link was lost on the way is not missing besides.
fn without_known(found: &Diagnostics, checked: Diagnostics) -> Diagnostics {
    if found.is_empty() {
        return checked;
    }
    let places: HashSet<(Code, &Origin)> =
        found.iter().filter_map(|known| Some((known.code(), known.origin.as_ref()?))).collect();
    let lost: HashSet<(&str, &str)> = found.iter().filter_map(|known| lost_input(&known.problem)).collect();
    let is_new = |diagnostic: &Diagnostic| {
        let told =
            diagnostic.origin.as_ref().is_some_and(|origin| places.contains(&(diagnostic.code(), origin)));
        let lacking = match &diagnostic.problem {
            Problem::MissingInput { node, input, .. } => lost.contains(&(node.as_str(), input.as_str())),
            _ => false,
        };
        !told && !lacking
    };
    checked.into_iter().filter(is_new).collect()
}

/// Whether anything is an error at these levels.
fn has_errors(found: &Diagnostics, levels: &Levels) -> bool {
    found.iter().any(|found| levels.severity(found) == Some(Severity::Error))
}

/// The input whose link a problem says is lost.
fn lost_input(problem: &Problem) -> Option<(&str, &str)> {
    match problem {
        Problem::DanglingLink { node, input, .. } | Problem::LostLink { node, input, .. } => {
            Some((node, input))
        }
        _ => None,
    }
}

impl Compilation<'_> {
    /// The name of the document.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What was checked.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The workflow, if it is one, or a graph alone.
    pub fn workflow(&self) -> Option<&Workflow> {
        match &self.subject {
            Subject::Workflow(workflow) | Subject::Graph(workflow) => Some(workflow),
            _ => None,
        }
    }

    /// Which text of a media file was read, if it was one.
    pub fn embedded(&self) -> Option<Embedded> {
        self.embedded
    }

    /// The path of the graph that the document's manifest names.
    pub fn graph_path(&self) -> Option<&str> {
        self.graph_path.as_deref()
    }

    /// The texts that the diagnostics point into.
    pub fn sources(&self) -> &Sources {
        &self.findings.sources
    }

    /// Everything found so far, at the levels of the document and the caller.
    pub fn diagnostics(&self) -> Diagnostics {
        self.levels.judge(self.findings.diagnostics.clone())
    }

    /// The same, with the texts, of which none is kept if nothing was found.
    pub fn into_findings(self) -> Findings {
        let findings = self.findings.judged(&self.levels);
        if findings.diagnostics.is_empty() { Findings::default() } else { findings }
    }

    /// Whether anything found so far is an error.
    pub fn is_rejected(&self) -> bool {
        has_errors(&self.findings.diagnostics, &self.levels)
    }

    /// The workflow as a checked value. Values that were given are not part of it.
    pub fn into_workflow(mut self) -> Result<Checked<Workflow>, Rejected> {
        if self.workflow().is_none() && !self.is_rejected() {
            self.unsupported("it is no workflow");
        }
        let workflow = match self.subject {
            Subject::Workflow(workflow) | Subject::Graph(workflow) => Some(workflow),
            _ => None,
        };
        settled(workflow, self.findings.judged(&self.levels))
    }

    /// Checks the values given for a workflow and makes its job, or checks them against a published schema. Returns `None`
    /// if the values are rejected or the document takes none; an error in the workflow itself does not count here.
    pub fn job(&mut self) -> Option<Job> {
        let given = self.given.take()?;
        let job = self.job_of(&given);
        self.given = Some(given);
        job
    }

    /// The same with these values.
    pub(super) fn job_of(&mut self, values: &Payload) -> Option<Job> {
        match &self.subject {
            Subject::Workflow(workflow) | Subject::Graph(workflow) => {
                let catalog = &self.compiler.catalog;
                let known = &self.findings.diagnostics;
                let (job, found) = check::values(workflow, known, values, catalog, &self.levels);
                self.findings.diagnostics.append(found);
                job.ok()
            }
            Subject::Interface(interface) => {
                let found = check::payload_problems(interface, values);
                self.findings.diagnostics.append(found);
                None
            }
            _ => None,
        }
    }

    /// The job of a run, with evidence: nothing that was found is an error.
    pub fn into_job(mut self) -> Result<Checked<Job>, Rejected> {
        if self.workflow().is_none() && !self.is_rejected() {
            self.unsupported("only a workflow or a prompt can be run");
        }
        let job = self.job();
        settled(job, self.findings.judged(&self.levels))
    }

    /// Checks the text of a payload, or reports that it could not be read, for this workflow or published schema. The findings
    /// are those of the payload alone; the texts are its own and those of the workflow, whose limits the findings point to.
    pub fn check_payload(&self, name: &str, text: io::Result<Vec<u8>>) -> Findings {
        let mut findings = Findings { sources: self.findings.sources.clone(), ..Findings::default() };
        match text {
            Ok(text) => {
                if let Some(payload) = read_payload(name, text, &mut findings) {
                    findings.diagnostics.append(self.payload_problems(&payload));
                }
            }
            Err(error) => findings.unreadable(name, &error),
        }
        findings.judged(&self.levels)
    }

    fn payload_problems(&self, payload: &Payload) -> Diagnostics {
        let interface = match &self.subject {
            Subject::Workflow(workflow) | Subject::Graph(workflow) => &workflow.interface,
            Subject::Interface(interface) => interface,
            _ => return Diagnostics::default(),
        };
        let found = check::payload_problems(interface, payload);
        match self.workflow() {
            // The values may still be ones that the graph cannot take.
            Some(workflow) if !has_errors(&found, &self.levels) => {
                let known = &self.findings.diagnostics;
                check::values(workflow, known, payload, &self.compiler.catalog, &self.levels).1
            }
            _ => found,
        }
    }

    /// Reports that the document cannot be used for what is asked.
    pub fn unsupported(&mut self, found: &str) {
        self.findings.unsupported(&self.name, found);
    }

    /// What was found of the document before any value was looked at.
    pub(super) fn found_of_document(&self) -> Diagnostics {
        self.findings.diagnostics.iter().take(self.of_document).cloned().collect()
    }

    /// The graph with the values in place, defaults included, whether they were rejected or not.
    pub(super) fn applied(&self, values: &Payload) -> Option<Graph> {
        let workflow = self.workflow()?;
        let full = workflow.interface.complete(values, true);
        Some(workflow.interface.apply(&full, &workflow.graph))
    }
}
