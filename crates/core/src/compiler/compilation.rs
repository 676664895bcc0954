//! What became of a document: the one check of it, the values given for it, and all that was found.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::document::{Content, Document, Embedded};
use super::{Compiler, Given, implicit, unsupported};
use crate::check::{self, Checked, Rejected};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Findings, Levels, Problem, Severity};
use crate::front::document;
use crate::graph::Graph;
use crate::interface::{Interface, Payload};
use crate::job::Job;
use crate::source::{Origin, Source, Sources};
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
    pub(super) sources: Sources,
    /// Everything found so far, as it was found.
    pub(super) found: Diagnostics,
    /// How much of that came before any value was looked at.
    pub(super) of_document: usize,
    pub(super) levels: Levels,
    pub(super) given: Payload,
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
        let Document { name, content, mut sources, mut found, levels, embedded, graph } = document;
        let read = found.len();
        let mut values = Payload::new();
        let subject = match content {
            Content::Workflow(workflow) => Subject::Workflow(workflow),
            Content::Graph(graph) => Subject::Graph(Workflow::new(graph, implicit(given))),
            Content::Interface(interface) => Subject::Interface(interface),
            Content::Output(output) => Subject::Output(output),
            Content::Catalog(catalog, id) => {
                found.append(catalog.problems(id));
                Subject::Catalog(catalog.len())
            }
            Content::Payload(_) => Subject::Payload,
            Content::Nothing => Subject::Nothing,
        };
        let mut compilation = Compilation {
            compiler: self,
            name,
            subject,
            sources: Sources::default(),
            found: Diagnostics::default(),
            of_document: 0,
            levels,
            given: Payload::new(),
            embedded,
            graph_path: graph,
        };
        match &mut compilation.subject {
            Subject::Workflow(workflow) | Subject::Graph(workflow) => {
                let checked = check::bound(workflow, &self.catalog);
                found.append(without_known(&found, read, checked));
                values = given.values(&workflow.interface, Some(&workflow.graph), &mut sources, &mut found);
            }
            Subject::Interface(interface) => {
                found.append(check::published_problems(interface));
                values = given.values(interface, None, &mut sources, &mut found);
            }
            Subject::Output(_) | Subject::Catalog(_) | Subject::Payload | Subject::Nothing => {}
        }
        compilation.of_document = found.len();
        Compilation { sources, found, given: values, ..compilation }
    }
}

/// What a check found that reading has not said before. Reading a workflow of the editor tells of unknown classes, and so
/// does checking its graph; and an input whose link was lost on the way is not missing besides.
fn without_known(found: &Diagnostics, read: usize, checked: Diagnostics) -> Diagnostics {
    if read == 0 {
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
        &self.sources
    }

    /// Everything found so far, at the levels of the document and the caller.
    pub fn diagnostics(&self) -> Diagnostics {
        self.levels.judge(self.found.clone())
    }

    /// The same, with the texts, of which none is kept if nothing was found.
    pub fn into_findings(self) -> Findings {
        let diagnostics = self.levels.judge(self.found);
        let sources = if diagnostics.is_empty() { Sources::default() } else { self.sources };
        Findings { diagnostics, sources }
    }

    /// Whether a file could not be read.
    pub fn is_unreadable(&self) -> bool {
        self.found.iter().any(|found| matches!(found.problem, Problem::UnreadableFile { .. }))
    }

    /// Whether anything found so far is an error.
    pub fn is_rejected(&self) -> bool {
        self.found.iter().any(|found| self.levels.severity(found) == Some(Severity::Error))
    }

    /// The workflow as a checked value. Values that were given are not part of it.
    pub fn into_workflow(mut self) -> Result<Checked<Workflow>, Rejected> {
        if self.workflow().is_none() && !self.is_rejected() {
            self.unsupported("it is no workflow");
        }
        let rejected = self.is_rejected();
        let (diagnostics, sources) = (self.levels.judge(self.found), self.sources);
        match self.subject {
            Subject::Workflow(workflow) | Subject::Graph(workflow) if !rejected => {
                Ok(Checked::decide(workflow, diagnostics)?.with_sources(sources))
            }
            _ => Err(Rejected::new((), diagnostics).with_sources(sources)),
        }
    }

    /// Checks the values given for a workflow and makes its job, or checks them against a published schema. Returns `None`
    /// if the values are rejected or the document takes none; an error in the workflow itself does not count here.
    pub fn job(&mut self) -> Option<Job> {
        let given = std::mem::take(&mut self.given);
        let job = self.job_of(&given);
        self.given = given;
        job
    }

    /// The same with these values.
    pub(super) fn job_of(&mut self, values: &Payload) -> Option<Job> {
        match &self.subject {
            Subject::Workflow(workflow) | Subject::Graph(workflow) => {
                let catalog = &self.compiler.catalog;
                let (job, found) = check::values(workflow, &self.found, values, catalog, &self.levels);
                self.found.append(found);
                job.ok()
            }
            Subject::Interface(interface) => {
                self.found.append(check::payload_problems(interface, values));
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
        let (diagnostics, sources) = (self.levels.judge(self.found), self.sources);
        match job {
            Some(job) => match Checked::decide(job, diagnostics) {
                Ok(job) => Ok(job.with_sources(sources)),
                Err(rejected) => Err(rejected.with_value(()).with_sources(sources)),
            },
            None => Err(Rejected::new((), diagnostics).with_sources(sources)),
        }
    }

    /// Checks the text of a payload for this workflow or published schema. The findings are those of the payload alone; the
    /// texts are its own and those of the workflow, whose limits the findings point to.
    pub fn check_payload(&self, source: &Source) -> Findings {
        let mut sources = self.sources.clone();
        let id = sources.add(source.clone());
        let (payload, mut found) = document::parse_payload(source, id);
        if found.is_empty() {
            found = self.payload_problems(&payload);
        }
        Findings { diagnostics: self.levels.judge(found), sources }
    }

    fn payload_problems(&self, payload: &Payload) -> Diagnostics {
        let interface = match &self.subject {
            Subject::Workflow(workflow) | Subject::Graph(workflow) => &workflow.interface,
            Subject::Interface(interface) => interface,
            _ => return Diagnostics::default(),
        };
        let found = check::payload_problems(interface, payload);
        let errors = found.iter().any(|found| self.levels.severity(found) == Some(Severity::Error));
        match self.workflow() {
            // The values may still be ones that the graph cannot take.
            Some(workflow) if !errors => {
                check::values(workflow, &self.found, payload, &self.compiler.catalog, &self.levels).1
            }
            _ => found,
        }
    }

    /// Reports that the document cannot be used for what is asked.
    pub fn unsupported(&mut self, found: &str) {
        unsupported(&mut self.found, &mut self.sources, &self.name, found);
    }

    /// What was found of the document before any value was looked at.
    pub(super) fn found_of_document(&self) -> Diagnostics {
        self.found.iter().take(self.of_document).cloned().collect()
    }

    /// The graph with the values in place, defaults included, whether they were rejected or not.
    pub(super) fn applied(&self, values: &Payload) -> Option<Graph> {
        let workflow = self.workflow()?;
        let full = workflow.interface.complete(values, true);
        Some(workflow.interface.apply(&full, &workflow.graph))
    }
}
