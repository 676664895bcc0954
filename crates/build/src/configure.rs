//! What a build script asks for beyond the one-liners.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use comfyc::back::rust::inputs;
use comfyc::back::rust::nodes::{self, Layout};
use comfyc::back::rust::select::{Selection, Unknown};
use comfyc::check::Checked;
use comfyc::compiler::Compiler;
use comfyc::interface::Interface;

use crate::documents::{self, Documents};
use crate::{Failed, Result, output};

/// What is generated, and how. Made by [`configure`]; each method says more, and [`nodes`](Self::nodes) or
/// [`inputs`](Self::inputs) writes.
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is written before `nodes` or `inputs`"]
pub struct Configuration {
    out_dir: Option<PathBuf>,
    file: Option<String>,
    name: Option<String>,
    renamed: BTreeMap<String, String>,
    replaced: BTreeMap<String, String>,
    derived: Vec<String>,
    selection: Selection,
    used_by: Vec<PathBuf>,
    layout: Layout,
}

/// The configuration that the one-liners use, to be changed.
///
/// ```no_run
/// fn main() -> comfyc_build::Result {
///     comfyc_build::configure().name("WanInputs").rename("57_cfg", "cfg").derive("Eq").inputs("schemas/wan-flf2v.json")
/// }
/// ```
pub fn configure() -> Configuration {
    Configuration::default()
}

impl Configuration {
    /// Writes into this folder instead of `OUT_DIR`, for generated code that is kept in the repository.
    pub fn out_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(folder.into());
        self
    }

    /// Writes a file of this name instead of the document's with `.rs`.
    pub fn file(mut self, name: impl Into<String>) -> Self {
        self.file = Some(name.into());
        self
    }

    /// Calls the struct of inputs this instead of `Inputs`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Calls the field of a published key, or the type of a node class, this.
    pub fn rename(mut self, what: impl Into<String>, name: impl Into<String>) -> Self {
        self.renamed.insert(what.into(), name.into());
        self
    }

    /// Takes the type of this path for a published key, or for a generated enum of nodes, instead of making one.
    pub fn replace(mut self, what: impl Into<String>, path: impl Into<String>) -> Self {
        self.replaced.insert(what.into(), path.into());
        self
    }

    /// Derives one more trait, by its path, for every type of its own that is generated.
    pub fn derive(mut self, path: impl Into<String>) -> Self {
        self.derived.push(path.into());
        self
    }

    /// Writes the nodes of these classes only. Classes, packs and workflows add up.
    pub fn classes<C: Into<String>>(mut self, classes: impl IntoIterator<Item = C>) -> Self {
        self.selection.classes.extend(classes.into_iter().map(Into::into));
        self
    }

    /// Writes the nodes of a pack only: the Python module as the server names it (`custom_nodes.ComfyUI-KJNodes`, `nodes`), or
    /// the name of the pack alone.
    pub fn pack(mut self, pack: impl Into<String>) -> Self {
        self.selection.packs.insert(pack.into());
        self
    }

    /// Writes the nodes that a workflow uses only: a prompt, a workflow of the editor, a workflow folder, or a folder with any
    /// of these in it. Links that lead out of the folder are passed over.
    pub fn used_by(mut self, path: impl Into<PathBuf>) -> Self {
        self.used_by.push(path.into());
        self
    }

    /// Puts nodes into modules called after the Python modules that define them, instead of all into one.
    pub fn modules(mut self) -> Self {
        self.layout = Layout::Modules;
        self
    }

    /// Writes the nodes of an `object_info.json`, or of a snapshot.
    pub fn nodes(&self, path: impl AsRef<Path>) -> Result {
        output::told(self.write_nodes(path.as_ref()))
    }

    fn write_nodes(&self, path: &Path) -> Result {
        let mut documents = Documents::default();
        let (catalog, id) = documents.catalog(path)?;
        documents.settle()?;
        let compiler = Compiler::new(catalog);
        let catalog = compiler.catalog();
        let mut selection = self.selection.clone();
        for workflow in &self.used_by {
            for graph in documents.graphs(workflow, &compiler)? {
                selection.use_graph(&graph);
            }
        }
        let only = match selection.of(catalog) {
            Ok(only) => only,
            Err(Unknown::Classes(unknown)) => {
                documents.keep(unknown);
                None
            }
            Err(unknown) => return Err(Failed::usage(format!("{}: {unknown}", path.display()))),
        };
        documents.keep_problems(catalog, id, only.as_ref());
        documents.settle()?;
        let (renamed, replaced) = (self.renamed.clone(), self.replaced.clone());
        let options =
            nodes::Options { only, renamed, replaced, derived: self.derived.clone(), layout: self.layout };
        self.write(&format!("{}.rs", inputs::stem(path)), &nodes::write(catalog, &options))
    }

    /// Writes the typed inputs of a published schema, of an `interface.toml`, or of the folder that holds one.
    pub fn inputs(&self, path: impl AsRef<Path>) -> Result {
        output::told(self.write_inputs(path.as_ref()))
    }

    /// Writes the typed inputs of several documents into one file, each in a module called after its document. The name of
    /// the file is `inputs.rs` unless [`file`](Self::file) says otherwise.
    pub fn inputs_together<P: AsRef<Path>>(&self, paths: impl IntoIterator<Item = P>) -> Result {
        output::told(self.write_together(paths.into_iter().map(|path| path.as_ref().to_owned()).collect()))
    }

    fn write_inputs(&self, path: &Path) -> Result {
        let interface = documents::interface(path)?;
        let text = inputs::write(&interface, &self.input_options(&[(path.to_owned(), interface.clone())])?);
        self.write(&format!("{}.rs", inputs::stem(path)), &text)
    }

    fn write_together(&self, paths: Vec<PathBuf>) -> Result {
        let read = |path: PathBuf| documents::interface(&path).map(|interface| (path, interface));
        let interfaces = paths.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        let options = self.input_options(&interfaces)?;
        let named = interfaces.iter().map(|(path, interface)| (path.as_path(), &**interface));
        self.write("inputs.rs", &inputs::write_modules(named, &options))
    }

    /// The options for inputs; a key that none of the interfaces publishes is a slip.
    fn input_options(&self, interfaces: &[(PathBuf, Checked<Interface>)]) -> Result<inputs::Options> {
        for key in self.renamed.keys().chain(self.replaced.keys()) {
            if interfaces.iter().all(|(_, interface)| interface.input(key).is_none()) {
                let paths: Vec<String> =
                    interfaces.iter().map(|(path, _)| path.display().to_string()).collect();
                return Err(Failed::usage(format!(
                    "{}: no input is published under `{key}`",
                    paths.join(", ")
                )));
            }
        }
        let mut options = inputs::Options::default();
        if let Some(name) = &self.name {
            options.name.clone_from(name);
        }
        options.renamed.clone_from(&self.renamed);
        options.replaced.clone_from(&self.replaced);
        options.derived.clone_from(&self.derived);
        Ok(options)
    }

    fn write(&self, name: &str, text: &str) -> Result {
        let folder = match &self.out_dir {
            Some(folder) => folder.clone(),
            None => output::out_dir()?,
        };
        output::write(&folder, self.file.as_deref().unwrap_or(name), text)
    }
}
