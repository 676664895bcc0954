//! Prompts as Rust programs: all of them are compiled in one crate, run, and what they print is compared byte by byte.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use comfyc::back::rust::program::{self, Options};
use comfyc::back::{Layout, prompt};
use comfyc::catalog::Catalog;
use comfyc::check::{self, Checked};
use comfyc::front::api;
use comfyc::interface::{Interface, Payload};
use comfyc::source::{Source, Sources, Syntax};
use comfyc::workflow::Workflow;

use super::{json_files, known_failures, text};
use crate::{Failure, repository};

/// What to compile.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Arguments {
    /// A folder of prompts, in place of those of the reference data.
    #[arg(long)]
    prompts: Option<PathBuf>,
}

/// A prompt, its program, and what that is to print.
struct Case {
    name: String,
    program: String,
    expected: String,
    unchecked: bool,
}

/// Compiles and runs the programs; fails when one comes out otherwise than `tests/known-failures.txt` says.
pub(crate) fn run(arguments: &Arguments, shared: &Path) -> Result<(), Failure> {
    let catalog = Catalog::embedded();
    let folder = arguments.prompts.clone().unwrap_or_else(|| shared.join("data/golden/templates"));
    let mut cases = Vec::new();
    for path in json_files(&folder)? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        cases.push(case(name, &text(&path)?, &catalog));
    }
    let folder = repository().join("target/conformance/rust");
    lay_out(&folder, &cases)?;
    let files = sources(&cases, &folder);
    let unformatted = rustfmt(&files)?;
    let printed = printed(&folder)?;
    let known = known_failures()?;
    let mut wrong = Vec::new();
    let mut passed = 0;
    for case in &cases {
        let made = fs::read_to_string(printed.join(format!("{}.json", case.name))).unwrap_or_default();
        let same = made == format!("{}\n", case.expected);
        passed += usize::from(same);
        let id = format!("rust/{}", case.name);
        if same == known.contains_key(&id) {
            wrong.push(id);
        }
    }
    println!("prompts that are Rust programs and print themselves: {passed} of {}", cases.len());
    println!("programs laid out as rustfmt does: {} of {}", cases.len() - unformatted.len(), cases.len());
    if !unformatted.is_empty() {
        return Err(Failure(format!(
            "rustfmt lays out otherwise: {}",
            unformatted.iter().take(10).cloned().collect::<Vec<_>>().join(" ")
        )));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Failure(format!("otherwise than tests/known-failures.txt says: {}", wrong.join(" "))))
    }
}

/// The case of a prompt. Where the prompt is refused, its program does not check what it prints.
fn case(name: String, text: &str, catalog: &Catalog) -> Case {
    let source = Source::new(name.as_str(), Syntax::Json, text);
    let (mut graph, _) = api::parse(&source, Sources::default().add(source.clone()));
    graph.sort_as_editor();
    let expected = prompt::write(&Checked::assume_checked(graph.clone()), Layout::Pretty);
    let workflow = Workflow { model: None, graph, interface: Interface::new() };
    let checked = check::workflow(workflow.clone(), catalog)
        .ok()
        .filter(|workflow| check::job(workflow, &Payload::new(), catalog).is_ok());
    let unchecked = checked.is_none();
    let workflow = checked.unwrap_or_else(|| Checked::assume_checked(workflow));
    let options = Options { unchecked, ..Options::default() };
    let program = program::write(&workflow, &Payload::new(), catalog, &options);
    Case { name, program, expected, unchecked }
}

/// Writes the crate: a module for each program, and a `main` that runs them all.
fn lay_out(folder: &Path, cases: &[Case]) -> Result<(), Failure> {
    let root = repository();
    let root = fs::canonicalize(&root).unwrap_or(root);
    let (core, nodes) = (root.join("crates/core"), root.join("crates/nodes"));
    let manifest = format!(
        "[package]\nname = \"programs\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         comfyc = {{ path = {core:?} }}\ncomfyc-nodes = {{ path = {nodes:?} }}\n\n[profile.dev]\ndebug = false\n"
    );
    save(&folder.join("Cargo.toml"), &manifest)?;
    let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap_or_default();
    save(&folder.join("Cargo.lock"), &lock)?;
    let mut main = String::from("#![allow(dead_code, unused_imports)]\n\n");
    for (i, _) in cases.iter().enumerate() {
        let _ = writeln!(main, "mod program_{i};");
    }
    main.push_str("\nfn main() -> std::io::Result<()> {\n    let folder = std::path::PathBuf::from(\"printed\");\n    std::fs::create_dir_all(&folder)?;\n");
    for (i, case) in cases.iter().enumerate() {
        let file = format!("{}.json", case.name);
        let _ = writeln!(main, "    std::fs::write(folder.join({file:?}), program_{i}::printed())?;");
    }
    main.push_str("    Ok(())\n}\n");
    save(&folder.join("src/main.rs"), &main)?;
    for (path, case) in sources(cases, folder).iter().zip(cases) {
        // What the program's own `main` prints.
        let made = if case.unchecked {
            "    let made = compile::prompt_unchecked(workflow(graph));\n"
        } else {
            "    let made = compile::prompt(workflow(graph), &Catalog::embedded()).unwrap_or_default();\n"
        };
        let printed =
            format!("\npub(crate) fn printed() -> String {{\n{made}    format!(\"{{made}}\\n\")\n}}\n");
        save(path, &format!("{}{printed}", case.program))?;
    }
    Ok(())
}

fn sources(cases: &[Case], folder: &Path) -> Vec<PathBuf> {
    (0..cases.len()).map(|i| folder.join(format!("src/program_{i}.rs"))).collect()
}

/// The files that rustfmt would change.
fn rustfmt(files: &[PathBuf]) -> Result<Vec<String>, Failure> {
    let output = Command::new("rustfmt")
        .args([
            "--edition",
            "2024",
            "--check",
            "-l",
            "--config",
            "max_width=100,use_small_heuristics=Default",
        ])
        .args(files)
        .output()
        .map_err(|error| Failure(format!("rustfmt: {error}")))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if errors.contains("error:") {
        return Err(Failure(format!("rustfmt: {errors}")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// Builds and runs the crate; the folder of what its programs print.
fn printed(folder: &Path) -> Result<PathBuf, Failure> {
    let printed = folder.join("printed");
    let _ = fs::remove_dir_all(&printed);
    let status = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline"])
        .current_dir(folder)
        .status()
        .map_err(|error| Failure(format!("cargo: {error}")))?;
    if status.success() { Ok(printed) } else { Err(Failure("the programs do not compile or run".to_owned())) }
}

/// Writes a file where it is not there already as it should be, so that cargo builds no more than it must.
fn save(path: &Path, text: &str) -> Result<(), Failure> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| Failure(format!("{}: {error}", path.display())))
}
