//! Where the artifacts of a run go: decided for all of them before the first is made.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use comfyc::compiler::{Compiler, Content};
use comfyc::front::manifest;
use serde_json::Value;

use crate::args::Emit;
use crate::{Failure, atomic};

/// One document and the file that its artifact goes into.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) file: String,
    folder: PathBuf,
    name: String,
}

impl Output {
    /// Writes the artifact. A file that is there and no such artifact is kept unless the caller forces it.
    pub(super) fn write(&self, artifact: &str, emit: Emit, force: bool) -> Result<(), Failure> {
        let end = if artifact.ends_with('\n') { "" } else { "\n" };
        let text = format!("{artifact}{end}");
        let path = self.folder.join(&self.name);
        let old = comfyc_files::read(&path).ok().filter(|old| *old != text.as_bytes());
        if old.is_some_and(|old| !force && !is_artifact(emit, &old)) {
            let text = format!("{}: it is no {}; --force replaces it", path.display(), what(emit));
            return Err(Failure::Usage(text));
        }
        atomic::put(&self.folder, &self.name, &text)
    }
}

/// Whether a file can be the result of an earlier run, and so may be replaced. One that is empty holds nothing to lose.
fn is_artifact(emit: Emit, bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    if text.trim().is_empty() {
        return true;
    }
    let object = || serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
    match emit {
        Emit::Rust => text.contains("comfyc") || text.contains("Scope<'"),
        Emit::Ir => object().is_some_and(|ir| ir.get("ir").is_some_and(Value::is_u64)),
        Emit::Overrides => object().is_some_and(|body| body.get("overrides").is_some_and(Value::is_object)),
        Emit::Prompt | Emit::Payload | Emit::Schema => match Compiler::default().parse("", text).content() {
            // A workflow of the editor is a graph too, and its nodes are a list.
            Content::Graph(_) => emit == Emit::Prompt && object().is_some_and(|json| !is_of_editor(&json)),
            Content::Payload(_) => emit == Emit::Payload,
            Content::Interface(_) | Content::Output(_) => emit == Emit::Schema,
            _ => false,
        },
    }
}

fn is_of_editor(json: &Value) -> bool {
    json.get("nodes").is_some_and(Value::is_array)
}

fn what(emit: Emit) -> &'static str {
    match emit {
        Emit::Prompt => "prompt",
        Emit::Payload => "payload",
        Emit::Overrides => "body of overrides",
        Emit::Schema => "published schema",
        Emit::Rust => "program of comfyc's",
        Emit::Ir => "graph as `--emit ir` writes it",
    }
}

/// The files in `out`, which is made when it is not there; none without it. Refused are several documents without a folder,
/// two that would go into the same file, and one that would be overwritten by its own or another's artifact.
pub(super) fn plan(files: &[String], out: Option<&Path>, suffix: &str) -> Result<Vec<Output>, Failure> {
    let Some(out) = out else {
        if files.len() > 1 {
            let text = "several files want --out DIR: stdout takes one artifact";
            return Err(Failure::Usage(text.to_owned()));
        }
        return Ok(Vec::new());
    };
    let mut taken: HashMap<String, &str> = HashMap::new();
    let mut outputs = Vec::with_capacity(files.len());
    for file in files {
        let name = format!("{}{suffix}", stem(file)?);
        // Some systems do not tell names apart by case.
        if let Some(other) = taken.insert(name.to_lowercase(), file) {
            let text = format!("`{other}` and `{file}` would both be written to {name}");
            return Err(Failure::Usage(text));
        }
        outputs.push(Output { file: file.clone(), folder: out.to_owned(), name });
    }
    // Nothing can be overwritten by a file that is new, and most are.
    let there: Vec<(&Output, PathBuf)> = outputs
        .iter()
        .filter_map(|output| Some((output, fs::canonicalize(out.join(&output.name)).ok()?)))
        .collect();
    if !there.is_empty() {
        let inputs: HashSet<_> = files.iter().filter_map(|file| fs::canonicalize(file).ok()).collect();
        if let Some((Output { file, .. }, path)) = there.iter().find(|(_, path)| inputs.contains(path)) {
            let path = path.display();
            let text = format!("the artifact of `{file}` would overwrite {path}, which is to be read");
            return Err(Failure::Usage(text));
        }
    }
    fs::create_dir_all(out).map_err(|source| Failure::File { path: out.display().to_string(), source })?;
    Ok(outputs)
}

/// The name of a document without its ending: of a workflow folder, and of the manifest in it, the folder's.
fn stem(file: &str) -> Result<String, Failure> {
    if file == "-" {
        return Ok("stdin".to_owned());
    }
    let mut path = Path::new(file).to_owned();
    if path.file_name().is_some_and(|name| name == manifest::FILE) {
        path.pop();
    }
    let named = if path.file_name().is_some() { path } else { fs::canonicalize(path).unwrap_or_default() };
    let name = if named.is_dir() { named.file_name() } else { named.file_stem() };
    let name = name.map(|name| name.to_string_lossy().into_owned());
    name.ok_or_else(|| Failure::Usage(format!("{file}: it has no name to write its artifact under")))
}
