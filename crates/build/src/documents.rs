//! The documents that a build script names, read and checked; each is told to cargo.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use comfyc::catalog::Catalog;
use comfyc::check::{self, Checked};
use comfyc::diagnostic::{Diagnostics, Problem};
use comfyc::front::document::{self, Document};
use comfyc::front::published::Published;
use comfyc::front::{manifest, ui};
use comfyc::graph::Graph;
use comfyc::interface::Interface;
use comfyc::source::{Origin, Pointer, Source, SourceId, Sources, Syntax};

use crate::{Failed, Result, output};

/// Texts that were read, and what is wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    sources: Sources,
    diagnostics: Diagnostics,
}

impl Documents {
    /// The interface that a published schema or an `interface.toml` says, or the folder that holds one.
    pub(crate) fn interface(mut self, path: &Path) -> Result<Checked<Interface>> {
        let interface = match manifest_of(path) {
            Some(path) => self.manifest(&path)?.map(|described| described.interface),
            None => self.published(path)?,
        };
        let Some(interface) = interface.filter(|_| !self.diagnostics.has_errors()) else {
            return Err(self.refused());
        };
        check::published(interface).map_err(|rejected| {
            self.diagnostics.append(rejected.diagnostics);
            self.refused()
        })
    }

    /// A catalog: an `object_info.json` or a snapshot. What it does not say is taken from the one built in.
    pub(crate) fn catalog(&mut self, path: &Path) -> Result<(Catalog, SourceId)> {
        let id = self.read(path, Syntax::Json)?;
        let Some(source) = self.sources.get(id) else { return Ok((Catalog::default(), id)) };
        let (catalog, found) = Catalog::parse(source, id);
        self.diagnostics.append(found);
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
                self.diagnostics.push(found);
            }
        }
    }

    /// The graphs at a path: a prompt, a workflow of the editor, a workflow folder, or a folder of any of these, where other
    /// files are passed over.
    pub(crate) fn graphs(&mut self, path: &Path, catalog: &Catalog) -> Result<Vec<Graph>> {
        output::depends_on(path);
        let mut graphs = Vec::new();
        let mut open = vec![path.to_owned()];
        while let Some(path) = open.pop() {
            let named = graphs.is_empty() && open.is_empty();
            if let Some(manifest) = manifest_of(&path) {
                let Some(described) = self.manifest(&manifest)? else { continue };
                let graph = manifest.parent().unwrap_or(Path::new("")).join(&described.graph);
                graphs.extend(self.graph(&graph, catalog, true)?);
            } else if path.is_dir() {
                let mut inside = entries(&path).map_err(|error| Failed::file(&path, error))?;
                inside.retain(|path| {
                    path.is_dir() || path.extension().is_some_and(|extension| extension == "json")
                });
                inside.sort();
                open.extend(inside.into_iter().rev());
            } else {
                graphs.extend(self.graph(&path, catalog, named)?);
            }
        }
        if graphs.is_empty() && !self.diagnostics.has_errors() {
            return Err(Failed::usage(format!("{}: there is no workflow", path.display())));
        }
        Ok(graphs)
    }

    /// Fails when something was an error.
    pub(crate) fn settle(&mut self) -> Result {
        if self.diagnostics.has_errors() { Err(std::mem::take(self).refused()) } else { Ok(()) }
    }

    /// Keeps what was found elsewhere.
    pub(crate) fn keep(&mut self, found: Diagnostics) {
        self.diagnostics.append(found);
    }

    fn published(&mut self, path: &Path) -> Result<Option<Interface>> {
        let id = self.read(path, Syntax::Json)?;
        let Some(source) = self.sources.get(id) else { return Ok(None) };
        let (document, found) = document::parse(source, id);
        self.diagnostics.append(found);
        match document {
            Some(Document::Published(Published::Input(interface))) => return Ok(Some(interface)),
            Some(_) => self.unsupported(id, "inputs are generated from a published input schema"),
            None => {}
        }
        Ok(None)
    }

    fn manifest(&mut self, path: &Path) -> Result<Option<manifest::Described>> {
        let id = self.read(path, Syntax::Toml)?;
        let Some(source) = self.sources.get(id) else { return Ok(None) };
        let (described, found) = manifest::parse(source, id);
        self.diagnostics.append(found);
        Ok(described)
    }

    fn graph(&mut self, path: &Path, catalog: &Catalog, must: bool) -> Result<Option<Graph>> {
        let id = self.read(path, Syntax::Json)?;
        let Some(source) = self.sources.get(id) else { return Ok(None) };
        let (document, found) = document::parse(source, id);
        let graph = match document {
            Some(Document::Prompt(graph)) => Some((graph, found)),
            Some(Document::Ui(json)) => {
                let origin = Origin::value(id, Pointer::root());
                let (graph, more) = ui::lower(json, &origin, catalog, &ui::Options::default());
                let mut found = found;
                found.append(more);
                Some((graph, found))
            }
            Some(_) if must => {
                self.unsupported(id, "it is no prompt and no workflow");
                None
            }
            None if must => {
                self.diagnostics.append(found);
                None
            }
            _ => None,
        };
        Ok(graph.map(|(graph, found)| {
            self.diagnostics.append(found);
            graph
        }))
    }

    fn unsupported(&mut self, id: SourceId, found: &str) {
        let problem = Problem::UnsupportedDocument { found: found.to_owned(), hint: None };
        self.diagnostics.report(problem, Some(Origin::value(id, Pointer::root())));
    }

    fn read(&mut self, path: &Path, syntax: Syntax) -> Result<SourceId> {
        output::depends_on(path);
        let text = fs::read_to_string(path).map_err(|error| Failed::file(path, error))?;
        Ok(self.sources.add(Source::new(path.display().to_string(), syntax, text)))
    }

    fn refused(self) -> Failed {
        Failed::refused(self.diagnostics, self.sources)
    }
}

/// The manifest that a path means: the file itself, or the one in a folder.
fn manifest_of(path: &Path) -> Option<PathBuf> {
    if path.extension().is_some_and(|extension| extension == "toml") {
        return Some(path.to_owned());
    }
    let inside = path.join(manifest::FILE);
    inside.is_file().then_some(inside)
}

fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}
