//! The documents that files and folders on the command line mean.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use comfyc::front::manifest::{self, FILE};
use comfyc::source::{Source, Sources, Syntax};
use ignore::WalkBuilder;

use crate::Failure;
use crate::files::shows_no_secret;

/// A document to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Input {
    /// Its path, or `-`.
    pub(crate) path: String,
    /// Whether it was found in a folder, where what is plainly no document is passed over.
    pub(crate) walked: bool,
}

/// What folders were expanded to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Inputs {
    /// The documents, in the order of the arguments; those of a folder in that of their paths.
    pub(crate) inputs: Vec<Input>,
    /// How many other files the folders hold.
    pub(crate) passed_over: usize,
}

/// A larger file in a folder is no document.
const LARGEST: u64 = 256 << 20;

/// The endings of files that may be documents: JSON, and media that ComfyUI saves.
const ENDINGS: [&str; 21] = [
    "json", "png", "webp", "jpg", "jpeg", "avif", "tif", "tiff", "exr", "svg", "gif", "mp4", "mov", "webm",
    "mkv", "flac", "ogg", "opus", "mp3", "latent", "glb",
];

/// The documents that `files` mean. A folder that holds an `interface.toml` or a `graph.json` is a document; any other folder
/// is searched for documents, without what its `.gitignore` excludes and without hidden files.
pub(crate) fn expand(files: &[String]) -> Result<Inputs, Failure> {
    let mut found = Inputs::default();
    for file in files {
        shows_no_secret(file)?;
        let path = Path::new(file);
        if path.is_dir() && !is_workflow(path) {
            walk(file, &mut found)?;
        } else {
            found.inputs.push(Input { path: file.clone(), walked: false });
        }
    }
    Ok(found)
}

fn is_workflow(folder: &Path) -> bool {
    folder.join(FILE).is_file() || folder.join(manifest::GRAPH).is_file()
}

fn walk(folder: &str, found: &mut Inputs) -> Result<(), Failure> {
    let mut paths = BTreeSet::new();
    for entry in WalkBuilder::new(folder).require_git(false).build() {
        let entry = entry.map_err(|error| Failure::Usage(format!("{folder}: {error}")))?;
        let kind = entry.file_type();
        if kind.is_some_and(|kind| kind.is_dir()) {
            continue;
        }
        let path = entry.path();
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let is_file = kind.is_some_and(|kind| kind.is_file());
        let may_be = is_file
            && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
            && entry.metadata().is_ok_and(|metadata| metadata.len() <= LARGEST);
        if (is_file && is_manifest(path)) || may_be {
            paths.insert(path.to_owned());
        } else {
            found.passed_over += 1;
        }
    }
    let manifests = paths.iter().filter(|path| is_manifest(path));
    let graphs: Vec<_> = manifests.filter_map(|path| graph_of(path)).collect();
    for graph in graphs {
        paths.remove(&graph);
    }
    for path in paths {
        let Some(path) = path.to_str() else {
            found.passed_over += 1;
            continue;
        };
        found.inputs.push(Input { path: path.to_owned(), walked: true });
    }
    Ok(())
}

fn is_manifest(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == FILE)
}

/// The graph of a manifest, which is no document of its own beside it.
fn graph_of(manifest: &Path) -> Option<PathBuf> {
    let text = String::from_utf8(comfyc_files::read(manifest).ok()?).ok()?;
    let source = Source::new(FILE, Syntax::Toml, text);
    let id = Sources::default().add(source.clone());
    Some(manifest.with_file_name(manifest::parse(&source, id).0?.graph))
}
