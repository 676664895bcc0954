//! Checking many documents: each by itself, on all processors, with one line about each and one about all.

use std::collections::HashSet;
use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};

use comfyc::compiler::{Compilation, Compiler, Embedded, File, Given, Subject};
use comfyc::diagnostic::{Code, Diagnostics, Findings, Problem};
use comfyc::source::{Origin, Source, Syntax};

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
        match verdict_of(&self.findings.diagnostics) {
            "unreadable" => Done::Unreadable,
            "refused" => Done::Refused,
            _ => Done::Clean,
        }
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
        format!("{}: {}: {what}: {counts}", verdict_of(&self.findings.diagnostics), self.input.path)
    }
}

/// Whether a text that cannot be read was meant to be a graph.
fn looks_like_a_graph(text: &str) -> bool {
    text.contains("\"class_type\"") || text.contains("\"nodes\"")
}

fn verdict_of(diagnostics: &Diagnostics) -> &'static str {
    if diagnostics.iter().any(|found| found.code() == Code::UnreadableFile) {
        "unreadable"
    } else if diagnostics.has_errors() {
        "refused"
    } else {
        "ok"
    }
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
    if !matches!(
        compilation.subject(),
        Subject::Workflow(_) | Subject::Graph(_) | Subject::Interface(_) | Subject::Nothing
    ) {
        compilation.unsupported("a payload is for a workflow or a published schema");
    }
    let usable =
        matches!(compilation.subject(), Subject::Workflow(_) | Subject::Graph(_) | Subject::Interface(_));
    let payloads = if usable {
        parallel::map(&inputs.inputs, |input| {
            let findings = match files::payload(&input.path, read) {
                Ok(source) => compilation.check_payload(&source),
                Err(error) => unreadable(&input.path, &error),
            };
            let what = Some("payload".to_owned());
            Reviewed { input: input.clone(), what, findings, note: None, graph: None }
        })
    } else {
        Vec::new()
    };
    let input = Input { path: workflow.to_owned(), walked: false };
    let mut review = Review::passing_over(inputs.passed_over);
    review.beside = Some(Reviewed::of(&input, compilation));
    for payload in payloads {
        review.add(payload);
    }
    Ok(review)
}

/// The report on a file that cannot be read.
fn unreadable(path: &str, error: &io::Error) -> Findings {
    let mut findings = Findings::default();
    let id = findings.sources.add(Source::new(path, Syntax::Json, ""));
    let problem = Problem::UnreadableFile { file: path.to_owned(), detail: error.to_string() };
    findings.diagnostics.report(problem, Some(Origin::offset(id, 0)));
    findings
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
            self.passed_over += 1;
        } else {
            self.reviewed.push(reviewed);
        }
    }

    /// Drops graphs that were checked with their manifests: naming both reports each problem once.
    fn drop_covered(&mut self) {
        let canonical = |path: &str| std::fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
        let covered: HashSet<PathBuf> =
            self.reviewed.iter().filter_map(|reviewed| Some(canonical(reviewed.graph.as_deref()?))).collect();
        if covered.is_empty() {
            return;
        }
        self.reviewed.retain(|reviewed| {
            reviewed.graph.is_some() || !covered.contains(&canonical(&reviewed.input.path))
        });
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
        if self.reviewed.len() + self.passed_over > 1 {
            lines.push(self.sum());
        }
        lines
    }

    /// The same without what each document is, for a command that makes something of them.
    pub(crate) fn brief_lines(&self) -> Vec<String> {
        let notes = self.reviewed.iter().filter_map(|reviewed| reviewed.note.clone());
        let line = |reviewed: &Reviewed| line(&reviewed.input.path, &reviewed.findings.diagnostics);
        let lines = self.reviewed.iter().map(line);
        let sum = (self.reviewed.len() + self.passed_over > 1).then(|| self.sum());
        notes.chain(lines).chain(sum).collect()
    }

    /// `3 of 15 refused, 1 unreadable, 4 passed over`.
    fn sum(&self) -> String {
        let count = |word: &str| {
            self.reviewed.iter().filter(|reviewed| verdict_of(&reviewed.findings.diagnostics) == word).count()
        };
        let mut line = format!("{} of {} refused", count("refused"), self.reviewed.len());
        for (number, word) in [(count("unreadable"), "unreadable"), (self.passed_over, "passed over")] {
            if number > 0 {
                let _ = write!(line, ", {number} {word}");
            }
        }
        line
    }

    /// How the command ends.
    pub(crate) fn done(&self) -> Done {
        let any = |word: &str| {
            self.beside
                .iter()
                .chain(&self.reviewed)
                .any(|reviewed| verdict_of(&reviewed.findings.diagnostics) == word)
        };
        if any("unreadable") {
            Done::Unreadable
        } else if any("refused") {
            Done::Refused
        } else {
            Done::Clean
        }
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
    format!("{}: {file}: {}", verdict_of(diagnostics), counts(diagnostics))
}
