//! What several tests need: the repository's files, and checked things made of text.

use std::path::PathBuf;
use std::process::{Command, Output};

use comfyc::diagnostic::Diagnostics;
use comfyc::front::manifest;
use comfyc::front::published::{self, Published};
use comfyc::graph::Graph;
use comfyc::interface::Interface;
use comfyc::source::{Source, Sources, Syntax};

/// The path of a file of the repository.
pub(crate) fn path(relative: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// The text of a file of the repository.
pub(crate) fn read(relative: &str) -> String {
    std::fs::read_to_string(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// Every workflow folder, as `workflows/…`.
pub(crate) fn workflow_folders() -> Vec<String> {
    let mut open = vec![path("workflows")];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        if folder.join(manifest::FILE).is_file() {
            let relative = folder.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("it is in the repository");
            found.push(relative.to_string_lossy().replace('\\', "/"));
        }
        let entries = std::fs::read_dir(&folder).expect("a folder");
        open.extend(entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()));
    }
    found.sort();
    assert!(!found.is_empty());
    found
}

/// A graph and whatever is wrong with its form.
pub(crate) fn graph(text: &str) -> (Graph, Diagnostics) {
    let source = Source::new("prompt.json", Syntax::Json, text);
    comfyc::front::api::parse(&source, Sources::default().add(source.clone()))
}

/// A published input schema.
pub(crate) fn published(text: &str) -> Interface {
    let source = Source::new("schema.json", Syntax::Json, text);
    match published::parse(&source, Sources::default().add(source.clone())) {
        (Some(Published::Input(interface)), _) => interface,
        (other, diagnostics) => panic!("{other:?} {diagnostics:?}"),
    }
}

/// The interface of a manifest.
pub(crate) fn manifest(text: &str) -> Interface {
    let source = Source::new(manifest::FILE, Syntax::Toml, text);
    let (described, diagnostics) = manifest::parse(&source, Sources::default().add(source.clone()));
    described.unwrap_or_else(|| panic!("{diagnostics:?}")).interface
}

/// Runs the tool in the repository, without the variables that would lead it to a service.
pub(crate) fn comfyc(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the tool starts")
}

/// The tool, ready to run.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_comfyc"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
    for variable in ["RUNCOMFY_TOKEN", "YOUR_API_TOKEN", "RUNCOMFY_MODEL_API_BASE", "COMFYUI_URL", "NO_COLOR"]
    {
        command.env_remove(variable);
    }
    command
}

/// What the tool printed for programs and for people, and how it ended.
pub(crate) fn ran(arguments: &[&str]) -> (String, String, i32) {
    let output = comfyc(arguments);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr), output.status.code().expect("it ended by itself"))
}
