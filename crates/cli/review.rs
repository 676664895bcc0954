//! Checking many documents: each by itself, on all processors, with one line about each and one about all.

use std::collections::HashSet;
use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};

use comfyc::compiler::{Compilation, Compiler, Embedded, File, Given, Subject};
use comfyc::diagnostic::{Code, Diagnostics, Findings};

use crate::args::Check;
use crate::printer::counts;
use crate::walk::{self, Input, Inputs};
use crate::{Done, Failure, files, parallel, setup};

/// What became of one document.
#[derive(Debug)]
pub(crate) struct Reviewed {
    /// The document, as the caller or a folder names it.
    pub(crate) input: Input,
    /// What it is: `workflow, 16 nodes, 10 inputs`.
    pub(crate) what: Option<String>,
    pub(crate) findings: Findings,
    /// What to tell people besides: which text of a media file was read.
    pub(crate) note: Option<String>,
    /// The graph that its manifest names.
    graph: Option<String>,
}

/// What became of all of them.
#[derive(Debug, Default)]
pub(crate) struct Review {
    pub(crate) reviewed: Vec<Reviewed>,
    /// The workflow that payloads are for. It has no line of its own unless something is wrong with it.
    beside: Option<Reviewed>,
    passed_over: usize,
    /// How many graphs were checked with a manifest that names them.
    covered: usize,
}

impl Reviewed {
    /// A document that was compiled, with all that was found.
    pub(crate) fn of(input: &Input, compilation: Compilation<'_>) -> Self {
        let what = what(compilation.subject());
        let note = compilation.embedded().map(|embedded| embedded_note(compilation.name(), embedded));
        let graph = compilation.graph_path().map(str::to_owned);
        Self { input: input.clone(), what, findings: compilation.into_findings(), note, graph }
    }

    /// How a command that takes this document alone ends.
    pub(crate) fn done(&self) -> Done {
        Done::of(&self.findings.diagnostics)
    }

    /// Whether it was found in a folder and is plainly no document.
    fn is_none(&self) -> bool {
        let stranger = |code| {
            matches!(
                code,
                Code::UnsupportedDocument | Code::NoEmbeddedGraph | Code::UnreadableMedia | Code::Syntax
            )
        };
        self.input.walked
            && self.what.is_none()
            && self.findings.diagnostics.iter().any(|found| stranger(found.code()))
            && !self.findings.sources.iter().any(|(_, source)| looks_like_a_graph(source.text()))
    }

    /// The line about it.
    fn line(&self) -> String {
        let counts = counts(&self.findings.diagnostics);
        let what = self.what.as_deref().unwrap_or("document");
        format!("{}: {}: {what}: {counts}", self.done().as_str(), self.input.path)
    }
}

/// Whether a text that cannot be read was meant to be a graph.
fn looks_like_a_graph(text: &str) -> bool {
    text.contains("\"class_type\"") || text.contains("\"nodes\"")
}

/// How a document is read: from disk, or from an edited text that is not written yet.
pub(crate) type Read<'r> = dyn Fn(File<'_>) -> io::Result<Vec<u8>> + Sync + 'r;

/// Reads from disk.
pub(crate) fn on_disk(file: File<'_>) -> io::Result<Vec<u8>> {
    files::read(file)
}

/// Checks the documents that `check` names, or the payloads for a workflow.
pub(crate) fn documents(arguments: &Check, compiler: &Compiler, read: &Read<'_>) -> Result<Review, Failure> {
    let inputs = walk::expand(&arguments.files)?;
    let values = &arguments.values;
    if let Some(workflow) = &arguments.for_workflow {
        return payloads(workflow, &inputs, compiler, values.interface.as_deref(), read);
    }
    let given = setup::given(values)?;
    Review::of(compiler, &inputs, values.interface.as_deref(), &given, read, |compilation| {
        if matches!(compilation.subject(), Subject::Payload) {
            compilation
                .unsupported("a payload is checked for a workflow or a published schema: name it with --for");
        }
        // A workflow without values is checked by itself: what it requires is for its callers.
        if !given.is_empty() {
            compilation.job();
        }
    })
}

/// Checks files as payloads for a workflow or a published schema.
fn payloads(
    workflow: &str,
    inputs: &Inputs,
    compiler: &Compiler,
    interface: Option<&Path>,
    read: &Read<'_>,
) -> Result<Review, Failure> {
    let document = files::document(compiler, workflow, interface, read)?;
    let mut compilation = compiler.compile(document, &Given::default());
    let payloads = match compilation.subject() {
        Subject::Workflow(_) | Subject::Graph(_) | Subject::Interface(_) => {
            parallel::map(&inputs.inputs, |input| {
                let text = files::payload(&input.path, read);
                let findings = compilation.check_payload(files::shown(&input.path), text);
                let what = Some("payload".to_owned());
                Reviewed { input: input.clone(), what, findings, note: None, graph: None }
            })
        }
        Subject::Nothing => Vec::new(),
        _ => {
            compilation.unsupported("a payload is for a workflow or a published schema");
            Vec::new()
        }
    };
    let input = Input { path: workflow.to_owned(), walked: false };
    let mut review = Review::passing_over(inputs.passed_over);
    review.beside = Some(Reviewed::of(&input, compilation));
    for payload in payloads {
        review.add(payload);
    }
    Ok(review)
}

impl Review {
    /// A review of no documents yet, after so many files of folders were passed over.
    pub(crate) fn passing_over(passed_over: usize) -> Self {
        Self { passed_over, ..Self::default() }
    }

    /// Compiles every document, and has `then` do what the command is for.
    pub(crate) fn of(
        compiler: &Compiler,
        inputs: &Inputs,
        interface: Option<&Path>,
        given: &Given,
        read: &Read<'_>,
        then: impl Fn(&mut Compilation<'_>) + Sync,
    ) -> Result<Self, Failure> {
        let reviewed = parallel::map(&inputs.inputs, |input| {
            let document = files::document(compiler, &input.path, interface, read)?;
            let mut compilation = compiler.compile(document, given);
            then(&mut compilation);
            Ok::<_, Failure>(Reviewed::of(input, compilation))
        });
        let mut review = Self::passing_over(inputs.passed_over);
        for reviewed in reviewed {
            review.add(reviewed?);
        }
        review.drop_covered();
        Ok(review)
    }

    /// Adds a document, unless it is plainly none and was not asked for by name.
    pub(crate) fn add(&mut self, reviewed: Reviewed) {
        if reviewed.is_none() {
            self.pass_over();
        } else {
            self.reviewed.push(reviewed);
        }
    }

    /// Counts one more file that is no document for the command.
    pub(crate) fn pass_over(&mut self) {
        self.passed_over += 1;
    }

    /// Counts graphs that were checked with their manifests apart, so that naming both reports each problem once.
    fn drop_covered(&mut self) {
        let canonical = |path: &str| std::fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
        let covered: HashSet<PathBuf> =
            self.reviewed.iter().filter_map(|reviewed| Some(canonical(reviewed.graph.as_deref()?))).collect();
        if covered.is_empty() {
            return;
        }
        let before = self.reviewed.len();
        self.reviewed.retain(|reviewed| {
            reviewed.graph.is_some() || !covered.contains(&canonical(&reviewed.input.path))
        });
        self.covered = before - self.reviewed.len();
    }

    /// All that was found, in the order of the documents.
    pub(crate) fn take_findings(&mut self) -> Findings {
        let mut all = Findings::default();
        for reviewed in self.beside.iter_mut().chain(&mut self.reviewed) {
            all.append(std::mem::take(&mut reviewed.findings));
        }
        all
    }

    /// A line about each document, what to say of media files before, and for several documents a line about all.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        if let Some(beside) = &self.beside {
            lines.extend(beside.note.clone());
            if beside.findings.diagnostics.has_errors() {
                lines.push(beside.line());
            }
        }
        for reviewed in &self.reviewed {
            lines.extend(reviewed.note.clone());
            lines.push(reviewed.line());
        }
        lines.extend(self.sum());
        lines
    }

    /// The same without what each document is, for a command that makes something of them.
    pub(crate) fn brief_lines(&self) -> Vec<String> {
        let notes = self.reviewed.iter().filter_map(|reviewed| reviewed.note.clone());
        let line = |reviewed: &Reviewed| line(&reviewed.input.path, &reviewed.findings.diagnostics);
        let lines = self.reviewed.iter().map(line);
        notes.chain(lines).chain(self.sum()).collect()
    }

    /// `3 of 15 refused, 1 unreadable, 4 passed over`; `None` for one document, whose own line says it all.
    fn sum(&self) -> Option<String> {
        if self.reviewed.len() == 1 && self.passed_over + self.covered == 0 {
            return None;
        }
        let count = |done: Done| self.reviewed.iter().filter(|reviewed| reviewed.done() == done).count();
        let mut line = format!("{} of {} refused", count(Done::Refused), self.reviewed.len());
        for (number, what) in [
            (count(Done::Unreadable), "unreadable"),
            (self.covered, "checked with the interface.toml that names them"),
            (self.passed_over, "passed over"),
        ] {
            if number > 0 {
                let _ = write!(line, ", {number} {what}");
            }
        }
        Some(line)
    }

    /// How the command ends.
    pub(crate) fn done(&self) -> Done {
        self.beside.iter().chain(&self.reviewed).map(Reviewed::done).max().unwrap_or(Done::Clean)
    }
}

/// What a document is, with its size; `None` for one that cannot be used.
fn what(subject: &Subject) -> Option<String> {
    Some(match subject {
        Subject::Workflow(workflow) => {
            format!("workflow, {} nodes, {} inputs", workflow.graph.len(), workflow.interface.inputs().len())
        }
        Subject::Graph(workflow) => format!("prompt, {} nodes", workflow.graph.len()),
        Subject::Interface(interface) => format!("published schema, {} inputs", interface.inputs().len()),
        Subject::Output(_) => "published output schema".to_owned(),
        Subject::Catalog(classes) => format!("catalog, {classes} classes"),
        _ => return None,
    })
}

/// Which text of a media file was read.
pub(crate) fn embedded_note(name: &str, embedded: Embedded) -> String {
    let Embedded { container, form, has_other, asked } = embedded;
    let mut note = format!("note: {name}: reading the {form} in this {container} file");
    if has_other {
        let _ = write!(note, "; --embedded {} reads the other graph in it", form.other());
    } else if form != asked {
        let _ = write!(note, ", which holds no {asked}");
    }
    note
}

/// One line about one document for a command that takes one.
pub(crate) fn line(file: &str, diagnostics: &Diagnostics) -> String {
    format!("{}: {file}: {}", Done::of(diagnostics).as_str(), counts(diagnostics))
}
