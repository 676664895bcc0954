//! The documents that a build script names, read by the compiler's driver; each is told to cargo.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use comfyc::catalog::Catalog;
use comfyc::check::{self, Checked};
use comfyc::compiler::{Compiler, Content, Document, File};
use comfyc::diagnostic::{Code, Diagnostics, Findings};
use comfyc::graph::Graph;
use comfyc::interface::Interface;
use comfyc::source::{Origin, Source, SourceId, Syntax};

use crate::{Failed, Result, output};

/// What was found in the documents that were read.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    findings: Findings,
}

/// The interface that a published schema or an `interface.toml` says, or the folder that holds one.
pub(crate) fn interface(path: &Path) -> Result<Checked<Interface>> {
    let mut document = Compiler::default().open_interface(&path.display().to_string(), read);
    let interface = match document.content() {
        Content::Interface(interface) => Some(interface.clone()),
        Content::Nothing => None,
        _ => {
            document.unsupported("inputs are generated from a published input schema");
            None
        }
    };
    let mut findings = settled(document)?;
    let checked = interface.ok_or_else(|| Failed::usage(format!("{}: nothing is published", path.display())));
    check::published(checked?).map_err(|rejected| {
        findings.diagnostics.append(rejected.diagnostics);
        Failed::refused(findings)
    })
}

impl Documents {
    /// A catalog: an `object_info.json` or a snapshot. What it does not say is taken from the one built in.
    pub(crate) fn catalog(&mut self, path: &Path) -> Result<(Catalog, SourceId)> {
        let name = path.display().to_string();
        let bytes = read(File::named(&name)).map_err(|error| Failed::file(path, error))?;
        let text = String::from_utf8(bytes).map_err(|error| Failed::file(path, io::Error::other(error)))?;
        let source = Source::new(name, Syntax::Json, text);
        let id = self.findings.sources.add(source.clone());
        let (catalog, found) = Catalog::parse(&source, id);
        self.findings.diagnostics.append(found);
        Ok((catalog.taught_by(Catalog::embedded()), id))
    }

    /// Keeps what is wrong inside those classes of the catalog that are wanted; `None` is all.
    pub(crate) fn keep_problems(
        &mut self,
        catalog: &Catalog,
        id: SourceId,
        wanted: Option<&BTreeSet<String>>,
    ) {
        let class = |origin: &Origin| origin.pointer.tokens().next();
        for found in catalog.problems(id) {
            let of = found.origin.as_ref().and_then(class);
            if wanted.is_none_or(|wanted| of.is_none_or(|class| wanted.contains(&class))) {
                self.findings.diagnostics.push(found);
            }
        }
    }

    /// The graphs at a path: a prompt, a workflow of the editor, a workflow folder, or a folder of any of these, where other
    /// files are passed over.
    pub(crate) fn graphs(&mut self, path: &Path, compiler: &Compiler) -> Result<Vec<Graph>> {
        output::depends_on(path).map_err(|error| Failed::file(path, error))?;
        let mut graphs = Vec::new();
        let mut open = vec![path.to_owned()];
        while let Some(inside) = open.pop() {
            let is_manifest = inside.join(comfyc::front::manifest::FILE).is_file();
            if inside.is_dir() && !is_manifest {
                let mut entries =
                    comfyc_files::entries(&inside).map_err(|error| Failed::file(&inside, error))?;
                entries.retain(|entry| {
                    entry.is_dir() || entry.extension().is_some_and(|extension| extension == "json")
                });
                open.extend(entries.into_iter().rev());
                continue;
            }
            let mut document =
                compiler.open_after(&self.findings.sources, &inside.display().to_string(), read);
            let mut is_other = false;
            match document.content() {
                Content::Graph(graph) => graphs.push(graph.clone()),
                Content::Workflow(workflow) => graphs.push(workflow.graph.clone()),
                Content::Nothing if is_manifest || inside == path => {}
                _ if inside == path => document.unsupported("it is no prompt and no workflow"),
                _ => is_other = true,
            }
            let found = document.into_findings();
            let is_read = found.diagnostics.iter().all(|found| found.code() != Code::UnreadableFile);
            if is_other && is_read {
                continue;
            }
            self.findings.diagnostics.append(found.diagnostics);
            self.findings.sources = found.sources;
        }
        if graphs.is_empty() && !self.findings.diagnostics.has_errors() {
            return Err(Failed::usage(format!("{}: there is no workflow", path.display())));
        }
        Ok(graphs)
    }

    /// Fails when something was an error.
    pub(crate) fn settle(&mut self) -> Result {
        if self.findings.diagnostics.has_errors() {
            Err(Failed::refused(std::mem::take(&mut self.findings)))
        } else {
            Ok(())
        }
    }

    /// Keeps what was found elsewhere.
    pub(crate) fn keep(&mut self, found: Diagnostics) {
        self.findings.diagnostics.append(found);
    }
}

/// What was found in a document without errors.
fn settled(document: Document) -> Result<Findings> {
    let findings = document.into_findings();
    if findings.diagnostics.has_errors() { Err(Failed::refused(findings)) } else { Ok(findings) }
}

/// Reads a file for the compiler, and tells cargo.
fn read(file: File<'_>) -> io::Result<Vec<u8>> {
    let path = Path::new(file.path());
    let bytes = match file.within() {
        Some(folder) => comfyc_files::read_within(Path::new(folder), path),
        None => comfyc_files::read(path),
    }?;
    output::depends_on(path)?;
    Ok(bytes)
}
