//! From bytes to documents: which kind a document is, and which other files belong to it.

use std::io;
use std::path::Path;

use serde_json::{Map, Value};

use super::Compiler;
use crate::catalog::Catalog;
use crate::diagnostic::{Findings, Levels};
use crate::front::document;
use crate::front::manifest::{self, Described};
#[cfg(feature = "media")]
use crate::front::media::{self, Container, Form};
use crate::front::published::Published;
use crate::graph::Graph;
use crate::interface::{Interface, Payload};
#[cfg(feature = "media")]
use crate::source::{Origin, Source};
use crate::source::{SourceId, Sources, Syntax};
use crate::workflow::Workflow;

/// A file that the compiler asks for. It is a path (`AsRef<Path>`), so `|file| std::fs::read(file)` is a reading function. One that
/// reads documents of other people must also respect [`within`](Self::within).
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    path: &'a str,
    within: Option<&'a str>,
}

impl<'a> File<'a> {
    /// A file that the caller names.
    pub fn named(path: &'a str) -> Self {
        Self { path, within: None }
    }

    /// The path: as the caller gave it, or beside that.
    pub fn path(self) -> &'a str {
        self.path
    }

    /// The folder that the file must be in, links followed, because a document and not the caller named it. The path is
    /// below this folder by its text.
    pub fn within(self) -> Option<&'a str> {
        self.within
    }
}

impl AsRef<Path> for File<'_> {
    fn as_ref(&self) -> &Path {
        Path::new(self.path)
    }
}

/// A document that was read, with what stands beside it and what reading found.
#[derive(Debug)]
pub struct Document {
    pub(super) name: String,
    pub(super) content: Content,
    pub(super) findings: Findings,
    pub(super) levels: Levels,
    pub(super) embedded: Option<Embedded>,
    pub(super) graph: Option<String>,
}

/// What a document is.
#[derive(Debug)]
#[non_exhaustive]
pub enum Content {
    /// A graph with its interface, which is not bound yet.
    Workflow(Workflow),
    /// A graph alone: a prompt, or a workflow of the editor.
    Graph(Graph),
    /// A published input schema alone.
    Interface(Interface),
    /// A published output schema.
    Output(Map<String, Value>),
    /// A catalog, and its text.
    Catalog(Catalog, SourceId),
    /// A payload, which means something only for a workflow.
    Payload(Payload),
    /// Nothing that can be used; the diagnostics say why.
    Nothing,
}

/// Which text of a media file was read.
#[cfg(feature = "media")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Embedded {
    /// The kind of file.
    pub container: Container,
    /// The graph that was read.
    pub form: Form,
    /// The graph that was asked for.
    pub asked: Form,
    /// Whether the file holds the other graph too.
    pub has_other: bool,
}

/// Which text of a media file was read: none, since this build of the crate reads no media.
#[cfg(not(feature = "media"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Embedded {}

impl Document {
    /// The name it was read under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// Which text of a media file was read, if it was one.
    pub fn embedded(&self) -> Option<Embedded> {
        self.embedded
    }

    /// The path of the graph that its manifest names.
    pub fn graph_path(&self) -> Option<&str> {
        self.graph.as_deref()
    }

    /// Reports that the document cannot be used for what is asked.
    pub fn unsupported(&mut self, found: &str) {
        self.findings.unsupported(&self.name, found);
    }

    /// What reading found, at the levels of the document and the caller, with the texts.
    pub fn into_findings(self) -> Findings {
        self.findings.judged(&self.levels)
    }
}

impl Compiler {
    /// Reads the document at `path`: a workflow folder, an `interface.toml`, or a file of any kind that can be read. There is
    /// always a result; what cannot be read is reported in it.
    ///
    /// `path` is read as a file first, and if that fails as a folder: its `interface.toml`, or else its `graph.json`.
    pub fn open(&self, path: &str, read: impl Fn(File<'_>) -> io::Result<Vec<u8>>) -> Document {
        let mut opening = Opening::new(self, &read);
        let content = opening.path(path);
        opening.done(path, content)
    }

    /// Reads the document at `path`, and for a graph alone also the interface at `interface`: an `interface.toml` or a
    /// published schema.
    pub fn open_with(
        &self,
        path: &str,
        interface: &str,
        read: impl Fn(File<'_>) -> io::Result<Vec<u8>>,
    ) -> Document {
        let mut opening = Opening::new(self, &read);
        let content = opening.path(path);
        let content = opening.join(content, interface);
        opening.done(path, content)
    }

    /// Reads the document at `path` as [`open`](Self::open) does, its texts behind those of `sources`: for graphs of several
    /// documents that are looked at together.
    pub fn open_after(
        &self,
        sources: &Sources,
        path: &str,
        read: impl Fn(File<'_>) -> io::Result<Vec<u8>>,
    ) -> Document {
        let mut opening = Opening::new(self, &read);
        opening.findings.sources = sources.clone();
        let content = opening.path(path);
        opening.done(path, content)
    }

    /// Reads the interface at `path` without its graph: an `interface.toml`, the folder that holds one, or a published schema.
    pub fn open_interface(&self, path: &str, read: impl Fn(File<'_>) -> io::Result<Vec<u8>>) -> Document {
        let mut opening = Opening::new(self, &read);
        let content = match opening.described(path) {
            Ok((interface, _)) => Content::Interface(interface),
            Err(content) => content,
        };
        opening.done(path, content)
    }

    /// Reads a document that is in memory.
    pub fn parse(&self, name: &str, bytes: impl Into<Vec<u8>>) -> Document {
        let nothing_beside = |_: File<'_>| Err(io::ErrorKind::NotFound.into());
        let mut opening = Opening::new(self, &nothing_beside);
        let content = opening.bytes(name, bytes.into());
        opening.done(name, content)
    }

    /// Reads a document that is in memory, and for a graph alone also the interface at `interface`.
    pub fn parse_with(
        &self,
        name: &str,
        bytes: impl Into<Vec<u8>>,
        interface: &str,
        read: impl Fn(File<'_>) -> io::Result<Vec<u8>>,
    ) -> Document {
        let mut opening = Opening::new(self, &read);
        let content = opening.bytes(name, bytes.into());
        let content = opening.join(content, interface);
        opening.done(name, content)
    }
}

/// A document in the course of being read.
struct Opening<'c, R> {
    compiler: &'c Compiler,
    read: &'c R,
    findings: Findings,
    lints: Levels,
    embedded: Option<Embedded>,
    graph: Option<String>,
}

impl<'c, R: Fn(File<'_>) -> io::Result<Vec<u8>>> Opening<'c, R> {
    fn new(compiler: &'c Compiler, read: &'c R) -> Self {
        let (findings, lints) = (Findings::default(), Levels::default());
        Self { compiler, read, findings, lints, embedded: None, graph: None }
    }

    fn done(self, name: &str, content: Content) -> Document {
        let levels = self.compiler.levels_of(&self.lints);
        let Self { findings, embedded, graph, .. } = self;
        Document { name: name.to_owned(), content, findings, levels, embedded, graph }
    }

    fn path(&mut self, path: &str) -> Content {
        if is_manifest(path) {
            return match self.get(path, None) {
                Ok(bytes) => self.workflow(path, bytes),
                Err(error) => self.unreadable(path, &error),
            };
        }
        let error = match self.get(path, None) {
            Ok(bytes) => return self.bytes(path, bytes),
            Err(error) => error,
        };
        let file = nested(path, manifest::FILE);
        match self.get(&file, Some(path)) {
            Ok(bytes) => return self.workflow(&file, bytes),
            Err(other) if !is_absent(&other) => return self.unreadable(&file, &other),
            Err(_) => {}
        }
        let file = nested(path, manifest::GRAPH);
        match self.get(&file, Some(path)) {
            Ok(bytes) => self.bytes(&file, bytes),
            Err(other) if !is_absent(&other) => self.unreadable(&file, &other),
            Err(_) if error.kind() == io::ErrorKind::IsADirectory => {
                let (file, graph) = (manifest::FILE, manifest::GRAPH);
                let found = format!("it is a folder without {file} and {graph}");
                self.unsupported(path, &found)
            }
            Err(_) => self.unreadable(path, &error),
        }
    }

    fn get(&self, path: &str, within: Option<&str>) -> io::Result<Vec<u8>> {
        (self.read)(File { path, within })
    }

    fn unreadable(&mut self, path: &str, error: &io::Error) -> Content {
        self.findings.unreadable(path, error);
        Content::Nothing
    }

    fn unsupported(&mut self, path: &str, found: &str) -> Content {
        self.findings.unsupported(path, found);
        Content::Nothing
    }

    /// Reads a document of any kind but a manifest.
    fn bytes(&mut self, name: &str, bytes: Vec<u8>) -> Content {
        #[cfg(feature = "media")]
        if let Some(container) = media::detect(&bytes) {
            return match self.media(name, &bytes, container) {
                Some(id) => self.document(id),
                None => Content::Nothing,
            };
        }
        match self.findings.add_text(name, Syntax::Json, bytes) {
            Some(id) => self.document(id),
            None => Content::Nothing,
        }
    }

    /// Reads a graph out of a media file into the sources; `None`, with a report, if there is none.
    #[cfg(feature = "media")]
    fn media(&mut self, name: &str, bytes: &[u8], container: Container) -> Option<SourceId> {
        let file = self.findings.sources.add(Source::new(name, Syntax::Json, ""));
        let (embedded, found) = media::read(bytes, container, &Origin::offset(file, 0));
        self.findings.diagnostics.append(found);
        let (form, text) = embedded.choose(self.compiler.form)?;
        let has_other = embedded.text(form.other()).is_some();
        let asked = self.compiler.form;
        self.embedded = Some(Embedded { container, form, asked, has_other });
        Some(self.findings.sources.add(Source::embedded(name, form.as_str(), text)))
    }

    /// Reads a JSON document of any kind.
    fn document(&mut self, id: SourceId) -> Content {
        let Some(source) = self.findings.sources.get(id) else { return Content::Nothing };
        let (document, found) = document::parse(source, id, &self.compiler.catalog, &self.compiler.reading);
        self.findings.diagnostics.append(found);
        match document {
            Some(document::Document::Prompt(graph) | document::Document::Ui(graph)) => Content::Graph(graph),
            Some(document::Document::Published(Published::Input(interface))) => Content::Interface(interface),
            Some(document::Document::Published(Published::Output(output))) => Content::Output(output),
            Some(document::Document::Payload(payload)) => Content::Payload(payload),
            Some(document::Document::Catalog) => {
                let (catalog, found) = Catalog::parse(source, id);
                self.findings.diagnostics.append(found);
                Content::Catalog(catalog, id)
            }
            None => Content::Nothing,
        }
    }

    fn manifest(&mut self, path: &str, bytes: Vec<u8>) -> Option<Described> {
        let id = self.findings.add_text(path, Syntax::Toml, bytes)?;
        let (described, found) = manifest::parse(self.findings.sources.get(id)?, id);
        self.findings.diagnostics.append(found);
        let described = described?;
        self.lints.clone_from(&described.lints);
        Some(described)
    }

    /// Reads the workflow whose manifest is at `path`.
    fn workflow(&mut self, path: &str, bytes: Vec<u8>) -> Content {
        let Some(described) = self.manifest(path, bytes) else { return Content::Nothing };
        let Described { interface, model, graph, lints } = described;
        let folder = Path::new(path).parent().map_or_else(String::new, |folder| folder.display().to_string());
        let graph_path = nested(&folder, &graph);
        let content = match self.get(&graph_path, Some(&folder)) {
            Ok(bytes) => self.bytes(&graph_path, bytes),
            Err(error) => self.unreadable(&graph_path, &error),
        };
        self.graph = Some(graph_path.clone());
        match content {
            Content::Graph(graph) => {
                Content::Workflow(Workflow { lints, ..Workflow::new(graph, interface).with_model(model) })
            }
            Content::Nothing => Content::Nothing,
            _ => self.unsupported(&graph_path, "a workflow's graph must be a prompt"),
        }
    }

    /// Puts the interface at `path` to a graph alone; anything else stays as it is.
    fn join(&mut self, content: Content, path: &str) -> Content {
        let Content::Graph(graph) = content else { return content };
        match self.described(path) {
            Ok((interface, model)) => {
                let lints = self.lints.clone();
                Content::Workflow(Workflow { lints, ..Workflow::new(graph, interface).with_model(model) })
            }
            Err(Content::Nothing) => Content::Nothing,
            Err(_) => self.unsupported(path, "an interface is an interface.toml or a published schema"),
        }
    }

    /// The interface at `path` and the model id; what else is there instead.
    fn described(&mut self, path: &str) -> Result<(Interface, Option<String>), Content> {
        let bytes = match self.get(path, None) {
            Ok(bytes) if is_manifest(path) => return self.manifest_at(path, bytes),
            Ok(bytes) => bytes,
            Err(error) => {
                let file = nested(path, manifest::FILE);
                return match self.get(&file, Some(path)) {
                    Ok(bytes) => self.manifest_at(&file, bytes),
                    Err(other) if !is_absent(&other) => Err(self.unreadable(&file, &other)),
                    Err(_) => Err(self.unreadable(path, &error)),
                };
            }
        };
        match self.bytes(path, bytes) {
            Content::Interface(interface) => Ok((interface, None)),
            other => Err(other),
        }
    }

    fn manifest_at(&mut self, path: &str, bytes: Vec<u8>) -> Result<(Interface, Option<String>), Content> {
        let Described { interface, model, .. } = self.manifest(path, bytes).ok_or(Content::Nothing)?;
        Ok((interface, model))
    }
}

/// Whether a path names a manifest.
fn is_manifest(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "toml")
}

/// The path of a file in `folder`.
fn nested(folder: &str, file: &str) -> String {
    Path::new(folder).join(file).display().to_string()
}

/// Whether a file is not there: the folder that it would be in may be a file, or not be there either.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename
    )
}
