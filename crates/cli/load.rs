//! From paths to documents: the only place of the tool that reads files and stdin.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use comfyc::catalog::Catalog;
use comfyc::diagnostic::{Diagnostics, Level, Levels, Problem};
use comfyc::front::document::{self, Document};
use comfyc::front::manifest::{self, Described};
use comfyc::front::media::{self, Container, Form};
use comfyc::front::published::Published;
use comfyc::front::ui;
use comfyc::graph::Graph;
use comfyc::interface::{Interface, Payload, ValueType};
use comfyc::source::{Origin, Pointer, Source, SourceId, Sources, Syntax};
use comfyc::workflow::Workflow;
use serde_json::{Map, Value};

use crate::Failure;
use crate::args::{CatalogArguments, LevelArguments, Reading, Values};

/// The word for the catalog that is built in, where a file or URL is asked for.
const BUILT_IN: &str = "built-in";

/// A document, with what stands beside it.
#[derive(Debug)]
pub(crate) enum Loaded {
    /// A graph with its interface.
    Workflow(Workflow),
    /// A graph alone.
    Graph(Graph),
    /// A published input schema alone.
    Interface(Interface),
    /// A published output schema.
    Output(Map<String, Value>),
    /// A catalog, and the source it was read from.
    Catalog(Catalog, SourceId),
    /// A payload, which means something only for a workflow.
    Payload,
}

/// Reads documents and keeps their texts for reports.
#[derive(Debug, Default)]
pub(crate) struct Loader {
    pub(crate) sources: Sources,
    pub(crate) diagnostics: Diagnostics,
    /// The classes that documents are read and checked with.
    pub(crate) catalog: Arc<Catalog>,
    reading: ui::Options,
    /// What is made of the problems of the document that was loaded last.
    pub(crate) levels: Levels,
    /// What the caller makes of any document's.
    asked: Levels,
    /// How many of the diagnostics have their level.
    judged: usize,
    /// Texts that stand for files: what they will hold.
    texts: BTreeMap<String, String>,
    /// Which of the graphs in a media file is read.
    form: Form,
    /// What to tell people besides: which text of a media file was read.
    pub(crate) notes: Vec<String>,
}

impl Loader {
    /// A loader with the catalog at a path or URL, or the one built in, for a caller who asks for these levels.
    pub(crate) fn new(
        catalog: &CatalogArguments,
        reading: &Reading,
        levels: &LevelArguments,
    ) -> Result<Self, Failure> {
        let asked = asked(levels)?;
        let mut options = ui::Options::default();
        options.exact_integers = reading.exact_integers;
        options.deep_mute = reading.deep_mute;
        options.repair = reading.repair;
        options.named_values = reading.named_values;
        options.primitive_values = reading.primitive_values;
        options.placeholders = reading.placeholders;
        options.seed = reading.seed;
        options.clock = reading.clock;
        let form = reading.embedded.into();
        let mut loader = Self { reading: options, form, levels: asked.clone(), asked, ..Self::default() };
        loader.catalog =
            Arc::new(loader.catalog_with(catalog.catalog.as_deref(), catalog.traits.as_deref())?);
        Ok(loader)
    }

    /// The same loader, which takes these texts for the files of those names.
    pub(crate) fn with_texts(mut self, texts: BTreeMap<String, String>) -> Self {
        self.texts = texts;
        self
    }

    /// Keeps what was found, but for what was found before at the same place: reading a workflow of the editor tells of
    /// unknown classes, and so does checking its graph.
    pub(crate) fn keep(&mut self, found: Diagnostics) {
        let known: HashSet<_> = self.diagnostics.iter().map(|d| (d.code(), d.origin.clone())).collect();
        for diagnostic in found {
            if diagnostic.origin.is_none() || !known.contains(&(diagnostic.code(), diagnostic.origin.clone()))
            {
                self.diagnostics.push(diagnostic);
            }
        }
    }

    /// Gives what was found since the last time its level, that of the document which was loaded last.
    pub(crate) fn judge(&mut self) {
        let found = self.diagnostics.split_off(self.judged);
        self.diagnostics.append(self.levels.judge(found));
        self.judged = self.diagnostics.len();
    }

    /// Reads the document at `path`, which may be a workflow folder, or `-` for stdin. `interface` stands in for the
    /// interface of a graph alone. `None` when the document cannot be used; the diagnostics then say why.
    pub(crate) fn load(&mut self, path: &str, interface: Option<&Path>) -> Result<Option<Loaded>, Failure> {
        self.judge();
        self.levels = self.asked.clone();
        if let Some(manifest) = manifest_of(path) {
            return self.workflow(&manifest);
        }
        let folder = Path::new(path);
        if folder.is_dir() {
            let graph = folder.join(manifest::GRAPH);
            if graph.is_file() {
                return self.load(&graph.display().to_string(), interface);
            }
            let text = format!("{path}: a workflow folder holds {} and {}", manifest::FILE, manifest::GRAPH);
            return Err(Failure::Usage(text));
        }
        let Some(id) = self.read(path, Syntax::Json)? else { return Ok(None) };
        let loaded = self.document(id);
        match (loaded, interface) {
            (Some(Loaded::Graph(graph)), Some(interface)) => {
                let Some((interface, model)) = self.interface(interface)? else { return Ok(None) };
                Ok(Some(Loaded::Workflow(Workflow { model, graph, interface })))
            }
            (loaded, _) => Ok(loaded),
        }
    }

    /// Reads a payload, from `path` or stdin.
    pub(crate) fn payload(&mut self, path: &str) -> Result<Payload, Failure> {
        let Some(id) = self.read(path, Syntax::Json)? else { return Ok(Payload::new()) };
        let Some(source) = self.sources.get(id) else { return Ok(Payload::new()) };
        let (payload, found) = document::parse_payload(source, id);
        self.diagnostics.append(found);
        Ok(payload)
    }

    /// What the caller gives for `interface`: `--inputs`, then `--set`. A value is read by the type that is published for
    /// its key; text that is not of that type stays text, and the check says so.
    pub(crate) fn values(
        &mut self,
        values: &Values,
        workflow: Option<&Graph>,
        interface: &Interface,
    ) -> Result<Payload, Failure> {
        let mut payload = match &values.inputs {
            Some(path) => self.payload(path)?,
            None => Payload::new(),
        };
        if values.set.is_empty() {
            return Ok(payload);
        }
        let shown: Vec<String> = values.set.iter().map(|set| set.replace('\n', "⏎")).collect();
        let id = self.sources.add(Source::new("--set", Syntax::Assignments, shown.join("\n")));
        for assignment in &values.set {
            let Some((key, text)) = assignment.split_once('=') else {
                return Err(Failure::Usage(format!("--set wants KEY=VALUE, found `{assignment}`")));
            };
            let value = read_value(key, text, workflow, interface);
            payload.set(key, value, Some(Origin::value(id, Pointer::root().join(key))));
        }
        Ok(payload)
    }

    /// The catalog at a path or URL, or the one built in. A catalog with errors is one the tool cannot work with.
    pub(crate) fn catalog(&mut self, from: Option<&str>) -> Result<Catalog, Failure> {
        let embedded = Catalog::embedded();
        let Some(from) = from.filter(|from| *from != BUILT_IN) else { return Ok(embedded) };
        let source = if from.starts_with("http://") || from.starts_with("https://") {
            Source::new(from, Syntax::Json, crate::cmd::run::object_info(from)?)
        } else {
            Source::new(from, Syntax::Json, text_of(&bytes_of(from)?).1)
        };
        let id = self.sources.add(source.clone());
        let (catalog, diagnostics) = Catalog::parse(&source, id);
        self.diagnostics.append(diagnostics);
        Ok(catalog.taught_by(embedded))
    }

    /// The catalog of an `/object_info` answer, as it is and no more.
    pub(crate) fn catalog_of_text(&mut self, name: &str, text: &str) -> Catalog {
        let source = Source::new(name, Syntax::Json, text);
        let id = self.sources.add(source.clone());
        let (catalog, diagnostics) = Catalog::parse(&source, id);
        self.diagnostics.append(diagnostics);
        catalog
    }

    /// The same with the class traits of a file.
    pub(crate) fn catalog_with(
        &mut self,
        from: Option<&str>,
        traits: Option<&str>,
    ) -> Result<Catalog, Failure> {
        let catalog = self.catalog(from)?;
        let Some(path) = traits else { return Ok(catalog) };
        let told: Value = serde_json::from_slice(&bytes_of(path)?)
            .map_err(|source| Failure::File { path: path.to_owned(), source: source.into() })?;
        if !told.get("classes").is_some_and(Value::is_object) {
            return Err(Failure::Usage(format!("{path}: --traits wants a file with `classes`")));
        }
        Ok(catalog.with_traits(&told))
    }

    fn workflow(&mut self, manifest: &Path) -> Result<Option<Loaded>, Failure> {
        let Some(described) = self.manifest(manifest)? else { return Ok(None) };
        let Described { interface, model, graph, .. } = described;
        let path = manifest.parent().unwrap_or(Path::new("")).join(&graph);
        let Some(id) = self.read(&path.display().to_string(), Syntax::Json)? else { return Ok(None) };
        match self.document(id) {
            Some(Loaded::Graph(graph)) => Ok(Some(Loaded::Workflow(Workflow { model, graph, interface }))),
            Some(_) => {
                let problem = Problem::UnsupportedDocument {
                    found: "a workflow's graph must be a prompt".to_owned(),
                    hint: None,
                };
                self.diagnostics.report(problem, Some(Origin::value(id, Pointer::root())));
                Ok(None)
            }
            None => Ok(None),
        }
    }

    fn interface(&mut self, path: &Path) -> Result<Option<(Interface, Option<String>)>, Failure> {
        let shown = path.display().to_string();
        if manifest_of(&shown).is_some() {
            return Ok(self.manifest(path)?.map(|described| (described.interface, described.model)));
        }
        let Some(id) = self.read(&shown, Syntax::Json)? else { return Ok(None) };
        match self.document(id) {
            Some(Loaded::Interface(interface)) => Ok(Some((interface, None))),
            Some(_) => Err(Failure::Usage(format!(
                "{shown}: --interface wants an interface.toml or a published schema"
            ))),
            None => Ok(None),
        }
    }

    fn manifest(&mut self, path: &Path) -> Result<Option<Described>, Failure> {
        let Some(id) = self.read(&path.display().to_string(), Syntax::Toml)? else { return Ok(None) };
        let Some(source) = self.sources.get(id) else { return Ok(None) };
        let (described, found) = manifest::parse(source, id);
        self.diagnostics.append(found);
        if let Some(described) = &described {
            self.levels = described.lints.under(&self.asked);
        }
        Ok(described)
    }

    /// Reads a JSON document of any kind.
    fn document(&mut self, id: SourceId) -> Option<Loaded> {
        let source = self.sources.get(id)?;
        let (document, found) = document::parse(source, id);
        self.diagnostics.append(found);
        match document? {
            Document::Prompt(graph) => Some(Loaded::Graph(graph)),
            Document::Published(Published::Input(interface)) => Some(Loaded::Interface(interface)),
            Document::Published(Published::Output(output)) => Some(Loaded::Output(output)),
            Document::Payload(_) => Some(Loaded::Payload),
            Document::Catalog => {
                let (catalog, found) = Catalog::parse(source, id);
                self.diagnostics.append(found);
                Some(Loaded::Catalog(catalog, id))
            }
            Document::Ui(json) => {
                let origin = Origin::value(id, Pointer::root());
                let (graph, found) = ui::lower(json, &origin, &self.catalog, &self.reading);
                self.diagnostics.append(found);
                Some(Loaded::Graph(graph))
            }
            _ => {
                self.unsupported(
                    id,
                    "it is of a kind this tool does not know",
                    "see `comfyc check --help` for the kinds it does",
                );
                None
            }
        }
    }

    fn unsupported(&mut self, id: SourceId, found: &str, hint: &'static str) {
        let problem = Problem::UnsupportedDocument { found: found.to_owned(), hint: Some(hint) };
        self.diagnostics.report(problem, Some(Origin::value(id, Pointer::root())));
    }

    /// Reads a text into the sources; `None`, with a report, when it is none.
    fn read(&mut self, path: &str, syntax: Syntax) -> Result<Option<SourceId>, Failure> {
        let bytes = match self.texts.get(path) {
            Some(text) => text.clone().into_bytes(),
            None => bytes_of(path)?,
        };
        let name = if path == "-" { "stdin" } else { path };
        if syntax == Syntax::Json
            && let Some(container) = media::detect(&bytes)
        {
            return Ok(self.embedded(name, &bytes, container));
        }
        let (broken, text) = text_of(&bytes);
        let id = self.sources.add(Source::new(name, syntax, text));
        if let Some(at) = broken {
            let detail = format!("byte {at} is not UTF-8");
            self.diagnostics.report(Problem::Syntax { syntax: "text", detail }, Some(Origin::offset(id, at)));
            return Ok(None);
        }
        Ok(Some(id))
    }

    /// Reads a graph out of a media file into the sources; `None`, with a report, when there is none.
    fn embedded(&mut self, name: &str, bytes: &[u8], container: Container) -> Option<SourceId> {
        let file = self.sources.add(Source::new(name, Syntax::Json, ""));
        let (embedded, found) = media::read(bytes, container, &Origin::offset(file, 0));
        self.diagnostics.append(found);
        let (form, text) = embedded.choose(self.form)?;
        let mut note = format!("note: {name}: reading the {form} in this {container} file");
        if embedded.text(form.other()).is_some() {
            let _ = write!(note, "; --embedded {} reads the other graph in it", form.other());
        } else if form != self.form {
            let _ = write!(note, ", which holds no {}", self.form);
        }
        self.notes.push(note);
        Some(self.sources.add(Source::embedded(name, form.as_str(), text)))
    }
}

/// The levels that the arguments ask for.
fn asked(arguments: &LevelArguments) -> Result<Levels, Failure> {
    let LevelArguments { deny, warn, allow } = arguments;
    let mut asked = Levels::default();
    for (codes, level) in [(deny, Level::Deny), (warn, Level::Warn), (allow, Level::Allow)] {
        for code in codes {
            asked
                .set(code, level)
                .map_err(|error| Failure::Usage(format!("--{} {code}: {error}", level.as_str())))?;
        }
    }
    Ok(asked)
}

/// The manifest that a path means: the file itself, or the one in a folder.
fn manifest_of(path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    if path.extension().is_some_and(|extension| extension == "toml") {
        return Some(path.to_owned());
    }
    let inside = path.join(manifest::FILE);
    inside.is_file().then_some(inside)
}

pub(crate) fn bytes_of(path: &str) -> Result<Vec<u8>, Failure> {
    let read = if path == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    read.map_err(|source| Failure::File { path: path.to_owned(), source })
}

/// The bytes of a prompt: those of the file, or the text inside of a media file.
pub(crate) fn prompt_of(path: &str) -> Result<Vec<u8>, Failure> {
    let bytes = bytes_of(path)?;
    let Some(container) = media::detect(&bytes) else { return Ok(bytes) };
    let nowhere = Origin::offset(Sources::default().add(Source::new(path, Syntax::Json, "")), 0);
    let (embedded, _) = media::read(&bytes, container, &nowhere);
    match embedded.text(Form::Prompt) {
        Some(prompt) => Ok(prompt.as_bytes().to_vec()),
        None => Err(Failure::Usage(format!("{path}: this {container} file holds no prompt"))),
    }
}

/// The text, and the first byte that is not of one; what follows is then shown as it can be.
fn text_of(bytes: &[u8]) -> (Option<usize>, String) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (None, text.to_owned()),
        Err(error) => (Some(error.valid_up_to()), String::from_utf8_lossy(bytes).into_owned()),
    }
}

fn read_value(key: &str, text: &str, graph: Option<&Graph>, interface: &Interface) -> Value {
    let ty = interface.input(key).map(|input| (input.schema.value_type(), input.schema.types().is_none()));
    let holds_text = || {
        let target = interface.input(key).and_then(|input| input.targets.first());
        let held = target.and_then(|target| graph?.node(target.node.as_str())?.literal(&target.input));
        held.is_some_and(Value::is_string)
    };
    match ty {
        Some((Some(ValueType::String), _)) => text.into(),
        Some((None, true)) if holds_text() => text.into(),
        _ => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
    }
}
