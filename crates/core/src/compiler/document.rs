//! From bytes to documents: which kind a document is, and which other files belong to it.

use std::io;
use std::path::Path;

use serde_json::{Map, Value};

use super::{Compiler, unsupported};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Findings, Levels, Problem};
use crate::front::document;
use crate::front::manifest::{self, Described};
#[cfg(feature = "media")]
use crate::front::media::{self, Container, Form};
use crate::front::published::Published;
use crate::graph::Graph;
use crate::interface::{Interface, Payload};
use crate::source::{Origin, Source, SourceId, Sources, Syntax};
use crate::workflow::Workflow;

/// A file that the compiler asks for. It derefs to its path, so `|file| std::fs::read(file)` is a reading function; one that
/// reads a stranger's documents also keeps to [`within`](Self::within).
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

impl AsRef<str> for File<'_> {
    fn as_ref(&self) -> &str {
        self.path
    }
}

/// A document that was read, with what stands beside it and what reading found.
#[derive(Debug)]
pub struct Document {
    pub(super) name: String,
    pub(super) content: Content,
    pub(super) sources: Sources,
    pub(super) found: Diagnostics,
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
        unsupported(&mut self.found, &mut self.sources, &self.name, found);
    }

    /// What reading found, at the levels of the document and the caller, with the texts.
    pub fn into_findings(self) -> Findings {
        Findings { diagnostics: self.levels.judge(self.found), sources: self.sources }
    }

    /// Whether a file could not be read. Its diagnostic is an `unreadable-file`.
    pub fn is_unreadable(&self) -> bool {
        self.found.iter().any(|found| matches!(found.problem, Problem::UnreadableFile { .. }))
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
        opening.sources = sources.clone();
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
    sources: Sources,
    found: Diagnostics,
    lints: Levels,
    embedded: Option<Embedded>,
    graph: Option<String>,
}

impl<'c, R: Fn(File<'_>) -> io::Result<Vec<u8>>> Opening<'c, R> {
    fn new(compiler: &'c Compiler, read: &'c R) -> Self {
        let (sources, found, lints) = (Sources::default(), Diagnostics::default(), Levels::default());
        Self { compiler, read, sources, found, lints, embedded: None, graph: None }
    }

    fn done(self, name: &str, content: Content) -> Document {
        let levels = self.compiler.levels_of(&self.lints);
        let Self { sources, found, embedded, graph, .. } = self;
        Document { name: name.to_owned(), content, sources, found, levels, embedded, graph }
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
                unsupported(&mut self.found, &mut self.sources, path, &found);
                Content::Nothing
            }
            Err(_) => self.unreadable(path, &error),
        }
    }

    fn get(&self, path: &str, within: Option<&str>) -> io::Result<Vec<u8>> {
        (self.read)(File { path, within })
    }

    fn unreadable(&mut self, path: &str, error: &io::Error) -> Content {
        let id = self.sources.add(Source::new(path, Syntax::Json, ""));
        let problem = Problem::UnreadableFile { file: path.to_owned(), detail: error.to_string() };
        self.found.report(problem, Some(Origin::offset(id, 0)));
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
        match self.text(name, Syntax::Json, bytes) {
            Some(id) => self.document(id),
            None => Content::Nothing,
        }
    }

    /// Reads a text into the sources; `None`, with a report, if it is not UTF-8.
    fn text(&mut self, name: &str, syntax: Syntax, bytes: Vec<u8>) -> Option<SourceId> {
        let (broken, text) = match String::from_utf8(bytes) {
            Ok(text) => (None, text),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                (Some(at), String::from_utf8_lossy(error.as_bytes()).into_owned())
            }
        };
        let id = self.sources.add(Source::new(name, syntax, text));
        let Some(at) = broken else { return Some(id) };
        let detail = format!("byte {at} is not UTF-8");
        self.found.report(Problem::Syntax { syntax: "text", detail }, Some(Origin::offset(id, at)));
        None
    }

    /// Reads a graph out of a media file into the sources; `None`, with a report, if there is none.
    #[cfg(feature = "media")]
    fn media(&mut self, name: &str, bytes: &[u8], container: Container) -> Option<SourceId> {
        let file = self.sources.add(Source::new(name, Syntax::Json, ""));
        let (embedded, found) = media::read(bytes, container, &Origin::offset(file, 0));
        self.found.append(found);
        let (form, text) = embedded.choose(self.compiler.form)?;
        let has_other = embedded.text(form.other()).is_some();
        let asked = self.compiler.form;
        self.embedded = Some(Embedded { container, form, asked, has_other });
        Some(self.sources.add(Source::embedded(name, form.as_str(), text)))
    }

    /// Reads a JSON document of any kind.
    fn document(&mut self, id: SourceId) -> Content {
        let Some(source) = self.sources.get(id) else { return Content::Nothing };
        let (document, found) = document::parse(source, id, &self.compiler.catalog, &self.compiler.reading);
        self.found.append(found);
        match document {
            Some(document::Document::Prompt(graph) | document::Document::Ui(graph)) => Content::Graph(graph),
            Some(document::Document::Published(Published::Input(interface))) => Content::Interface(interface),
            Some(document::Document::Published(Published::Output(output))) => Content::Output(output),
            Some(document::Document::Payload(payload)) => Content::Payload(payload),
            Some(document::Document::Catalog) => {
                let (catalog, found) = Catalog::parse(source, id);
                self.found.append(found);
                Content::Catalog(catalog, id)
            }
            None => Content::Nothing,
        }
    }

    fn manifest(&mut self, path: &str, bytes: Vec<u8>) -> Option<Described> {
        let id = self.text(path, Syntax::Toml, bytes)?;
        let (described, found) = manifest::parse(self.sources.get(id)?, id);
        self.found.append(found);
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
            _ => {
                let found = "a workflow's graph must be a prompt";
                unsupported(&mut self.found, &mut self.sources, &graph_path, found);
                Content::Nothing
            }
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
            Err(_) => {
                let found = "an interface is an interface.toml or a published schema";
                unsupported(&mut self.found, &mut self.sources, path, found);
                Content::Nothing
            }
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
