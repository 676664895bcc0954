//! Where the artifacts of a run go: decided for all of them before the first is made.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use comfyc::front::manifest;

use crate::Failure;

/// One document and the file that its artifact goes into.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) file: String,
    pub(super) path: String,
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
        outputs.push(Output { file: file.clone(), path: out.join(name).display().to_string() });
    }
    let inputs: Vec<_> = files.iter().filter_map(|file| fs::canonicalize(file).ok()).collect();
    for Output { file, path } in &outputs {
        if fs::canonicalize(path).is_ok_and(|path| inputs.contains(&path)) {
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
