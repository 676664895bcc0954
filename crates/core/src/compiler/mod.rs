//! The driver: the one place that knows how documents, workflow folders, values, lint levels, the catalog and artifacts fit
//! together. Commands, build scripts, servers and web pages use it and assemble nothing themselves.
//!
//! A [`Compiler`] holds what is the same for every document: the catalog, the caller's lint levels, how workflows of the
//! editor are read. It keeps nothing of a document, so one compiler serves many threads for as long as they like.
//! [`Compiler::open`] reads a [`Document`] through a function of the caller's, [`Compiler::compile`] checks it once, with the
//! values given for it, and a [`Compilation`] holds the findings and emits artifacts. [`Compiler::workflow`] and
//! [`Compiler::job`] are the same for a caller who wants a checked value or an error.
//!
//! What a document names (its graph) lies in its own folder or below: [`File::within`] tells the reading function, which
//! must refuse links that lead out of it. What the caller names may lie anywhere.

mod artifact;
mod compilation;
mod document;
mod given;

use std::io;
use std::sync::Arc;

pub use artifact::{Emit, Options, Unavailable};
pub use compilation::{Compilation, Subject};
pub use document::{Content, Document, Embedded, File};
pub use given::Given;

use crate::catalog::Catalog;
use crate::check::{self, Checked, Rejected};
use crate::diagnostic::{Findings, Levels};
use crate::front::ui;
use crate::interface::Interface;
use crate::job::Job;
use crate::workflow::Workflow;

/// What documents are read and checked with.
///
/// ```
/// use comfyc::{Catalog, Compiler};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))?;
/// let compiler = Compiler::new(Catalog::embedded());
/// let workflow = compiler.workflow("workflows/wan-2-2/first-last-frame", |file| std::fs::read(file))?;
/// let job = compiler.job(&workflow, [("57_steps", "6")])?;
/// assert!(job.prompt_json().contains("\"steps\": 6"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Compiler {
    catalog: Arc<Catalog>,
    levels: Levels,
    lints: Option<Levels>,
    reading: ui::Options,
    #[cfg(feature = "media")]
    form: crate::front::media::Form,
}

impl Compiler {
    /// A compiler that reads and checks with these classes.
    pub fn new(catalog: impl Into<Arc<Catalog>>) -> Self {
        Self { catalog: catalog.into(), ..Self::default() }
    }

    /// The same with lint levels, which override those that documents ask for.
    #[must_use]
    pub fn with_levels(self, levels: Levels) -> Self {
        Self { levels, ..self }
    }

    /// The same with lint levels in place of those that documents ask for, which are then ignored: for documents whose authors
    /// are not to decide what is an error.
    #[must_use]
    pub fn with_lints(self, lints: Levels) -> Self {
        Self { lints: Some(lints), ..self }
    }

    /// The same with another reading of workflows of the editor.
    #[must_use]
    pub fn with_reading(self, reading: ui::Options) -> Self {
        Self { reading, ..self }
    }

    /// The same with a choice of which graph to read in a media file that holds two.
    #[cfg(feature = "media")]
    #[must_use]
    pub fn with_embedded(self, form: crate::front::media::Form) -> Self {
        Self { form, ..self }
    }

    /// The classes.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Reads a workflow and checks it: a folder, its `interface.toml`, or a graph alone, which publishes nothing.
    pub fn workflow(
        &self,
        path: &str,
        read: impl Fn(File<'_>) -> io::Result<Vec<u8>>,
    ) -> Result<Checked<Workflow>, Rejected> {
        self.compile(self.open(path, read), &Given::default()).into_workflow()
    }

    /// Makes a job of a workflow: the values given for it are checked, and written into its graph.
    pub fn job(
        &self,
        workflow: &Checked<Workflow>,
        given: impl Into<Given>,
    ) -> Result<Checked<Job>, Rejected> {
        let mut findings = Findings { sources: workflow.sources().clone(), ..Findings::default() };
        let levels = self.levels_of(&workflow.lints);
        let values = given.into().values(&workflow.interface, Some(&workflow.graph), &mut findings);
        let Some(values) = values else { return settled(None, findings.judged(&levels)) };
        let known = check::known(workflow, &self.catalog);
        let (job, brought) = check::values(workflow, &known, &values, &self.catalog, &levels);
        findings.diagnostics.append(brought);
        settled(job.ok(), findings.judged(&levels))
    }

    /// The levels for a document that asks for `lints`.
    fn levels_of(&self, lints: &Levels) -> Levels {
        self.lints.as_ref().unwrap_or(lints).under(&self.levels)
    }
}

/// An interface that publishes the inputs that a caller sets, for a graph that has none.
fn implicit(given: &Given) -> Interface {
    Interface::of_keys(given.keys())
}

/// A value that was checked, with what was found; rejected if there is none or anything found is an error.
fn settled<T>(value: Option<T>, findings: Findings) -> Result<Checked<T>, Rejected> {
    let Findings { diagnostics, sources } = findings;
    match value {
        Some(value) => Checked::decide(value, diagnostics)
            .map(|checked| checked.with_sources(sources.clone()))
            .map_err(|rejected| rejected.with_value(()).with_sources(sources)),
        None => Err(Rejected::new((), diagnostics).with_sources(sources)),
    }
}
