//! What a compilation can be made into.

use super::Compilation;
use super::compilation::Subject;
use crate::back::rust::program;
use crate::back::schema::{self, Dialect};
use crate::back::{Layout, ir, overrides, payload, prompt};
use crate::check;
use crate::diagnostic::Levels;
use crate::graph::Graph;
use crate::interface::Payload;
use crate::job::Job;
use crate::workflow::Workflow;

/// An artifact.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Emit {
    /// The prompt that a ComfyUI server takes.
    Prompt,
    /// The flat payload of RunComfy's Model API.
    Payload,
    /// The overrides of RunComfy's Serverless API.
    Overrides,
    /// The published schema.
    Schema(Dialect),
    /// A Rust program that builds the workflow and prints its prompt. It checks what it builds unless that is rejected.
    Rust(program::Options),
    /// The graph as the compiler holds it.
    Ir,
}

/// How an artifact is written.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Options {
    /// Indented, or on one line.
    pub layout: Layout,
    /// Whether a payload or overrides hold every key that has a value, not only those that are required or given.
    pub full: bool,
    /// Whether there is an artifact even if there are errors.
    pub unchecked: bool,
}

/// Why a kind of document has no artifact of the kind that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unavailable {
    /// A graph alone has no interface.
    #[error("a prompt alone publishes nothing: it needs an interface, which `comfyc init` proposes")]
    NoInterface,
    /// A published schema alone has no graph.
    #[error(
        "a published schema alone has no graph: give the graph as the document and the schema as its interface"
    )]
    NoGraph,
    /// A catalog, a payload or an output schema has no such artifact.
    #[error("this kind of document has no such artifact")]
    Kind,
}

impl Compilation<'_> {
    /// Checks the values given and writes an artifact, without a final line break; `None` if there are errors.
    pub fn emit(&mut self, emit: &Emit, options: Options) -> Result<Option<String>, Unavailable> {
        let given = self.given.take();
        let artifact = self.artifact(emit, given.as_ref(), options);
        self.given = given;
        Ok(artifact?.filter(|_| options.unchecked || !self.is_rejected()))
    }

    /// The artifact, whether there are errors or not.
    fn artifact(
        &mut self,
        emit: &Emit,
        given: Option<&Payload>,
        options: Options,
    ) -> Result<Option<String>, Unavailable> {
        Ok(match &self.subject {
            Subject::Graph(_) if matches!(emit, Emit::Payload | Emit::Schema(_)) => {
                return Err(Unavailable::NoInterface);
            }
            Subject::Workflow(_) | Subject::Graph(_) => {
                given.and_then(|given| self.of_workflow(emit, given, options))
            }
            Subject::Interface(interface) => match emit {
                Emit::Schema(dialect) => Some(schema::write(interface, *dialect, options.layout)),
                Emit::Payload => match given {
                    Some(given) => {
                        let body = interface.complete(given, options.full);
                        let text = payload::write(&body, options.layout);
                        self.job_of(&body);
                        Some(text)
                    }
                    None => None,
                },
                _ => return Err(Unavailable::NoGraph),
            },
            Subject::Output(output) => match emit {
                Emit::Schema(dialect) => Some(schema::write_output(output, *dialect, options.layout)),
                _ => return Err(Unavailable::Kind),
            },
            Subject::Catalog(_) | Subject::Payload => return Err(Unavailable::Kind),
            Subject::Nothing => None,
        })
    }

    fn of_workflow(&mut self, emit: &Emit, given: &Payload, options: Options) -> Option<String> {
        let interface = &self.workflow()?.interface;
        if let Emit::Schema(dialect) = emit {
            return Some(schema::write(interface, *dialect, options.layout));
        }
        // A program can do without the values of a caller.
        if matches!(emit, Emit::Rust(_)) && !self.is_complete(given) {
            let graph = self.applied(given)?;
            return self.of_graph(emit, graph, given, options);
        }
        let body = interface.complete(given, options.full);
        if let Some(job) = self.job_of(&body) {
            return self.of_job(emit, job, &body, options);
        }
        match emit {
            Emit::Payload => Some(payload::write(&body, options.layout)),
            Emit::Overrides => None,
            _ if !options.unchecked => None,
            _ => {
                let graph = self.applied(&body)?;
                self.of_graph(emit, graph, &body, options)
            }
        }
    }

    fn of_job(&self, emit: &Emit, job: Job, values: &Payload, options: Options) -> Option<String> {
        match emit {
            Emit::Payload => Some(payload::write(job.payload(), options.layout)),
            Emit::Overrides => Some(overrides::write(&job, options.layout)),
            _ => self.of_graph(emit, job.into_prompt(), values, options),
        }
    }

    /// An artifact of the graph with all values in place.
    fn of_graph(&self, emit: &Emit, graph: Graph, values: &Payload, options: Options) -> Option<String> {
        match emit {
            Emit::Ir => Some(ir::write(&graph, &self.findings.sources, options.layout)),
            Emit::Rust(program) => self.program(program, graph, values),
            _ => Some(prompt::write(&graph, options.layout)),
        }
    }

    /// A Rust program that builds the workflow with these values, written into `graph`.
    fn program(&self, options: &program::Options, graph: Graph, values: &Payload) -> Option<String> {
        let workflow = self.workflow()?;
        let changed = graph != workflow.graph;
        let mut built = Workflow { graph, ..workflow.clone() };
        let checks = !options.unchecked && self.would_pass(&mut built, changed);
        let options = program::Options { unchecked: !checks, ..options.clone() };
        Some(program::write(&built, values, &self.compiler.catalog, &options).trim_end().to_owned())
    }

    /// Whether the check that a program makes of the workflow it builds would accept it, with its defaults.
    fn would_pass(&self, built: &mut Workflow, changed: bool) -> bool {
        let catalog = &self.compiler.catalog;
        let found = if changed { check::bound(built, catalog) } else { self.found_of_document() };
        let none = Payload::new();
        !found.has_errors() && check::values(built, &found, &none, catalog, &Levels::default()).0.is_ok()
    }

    /// Whether every required key has a value.
    fn is_complete(&self, given: &Payload) -> bool {
        self.workflow().is_none_or(|workflow| {
            let interface = &workflow.interface;
            let has_default =
                |key: &str| interface.input(key).is_some_and(|input| input.schema.default_value().is_some());
            interface
                .required()
                .iter()
                .all(|key| given.get(key.as_str()).is_some() || has_default(key.as_str()))
        })
    }
}

impl Job {
    /// The graph with all values in place as the prompt that a ComfyUI server takes.
    pub fn prompt_json(&self) -> String {
        prompt::write(self.prompt(), Layout::Pretty)
    }
}
