//! Workflows as Rust programs: all of them are compiled in one crate, run, and what they print is compared byte by byte. So
//! are prompts with every class of a large catalog, right and wrong, with nodes generated for it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use comfyc::back::rust::nodes;
use comfyc::back::rust::program::{self, Options};
use comfyc::back::schema::{self, Dialect};
use comfyc::back::{Layout, prompt};
use comfyc::catalog::Catalog;
use comfyc::check::{self, Checked};
use comfyc::front::api;
use comfyc::graph::Graph;
use comfyc::interface::{Interface, Payload, propose};
use comfyc::source::{Source, Sources, Syntax};
use comfyc::workflow::Workflow;

use super::{json_files, known_failures, made, text};
use crate::{Failure, repository};

/// What to compile.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Arguments {
    /// A folder of prompts, in place of those of the reference data.
    #[arg(long)]
    prompts: Option<PathBuf>,
    /// A catalog; its nodes are generated, and made-up prompts with all its classes are compiled as well.
    #[arg(long)]
    catalog: Option<PathBuf>,
    /// Leave the made-up prompts out.
    #[arg(long)]
    no_made: bool,
}

/// A workflow, its program, and what that is to print.
struct Case {
    name: String,
    program: String,
    prompt: String,
    schema: Option<String>,
    unchecked: bool,
}

/// Whether a case of this name is of a kind.
type IsKind = fn(&str) -> bool;

/// The catalog with the most classes, those of extensions included.
const CUSTOM: &str = "data/object_info/comfyui-0.33.0-with-custom-nodes.json";
/// Of how many prompts one is compiled with what is proposed to publish, too.
const PUBLISHING: usize = 8;

/// Compiles and runs the programs; fails when one comes out otherwise than `tests/known-failures.txt` says.
pub(crate) fn run(arguments: &Arguments, shared: &Path) -> Result<(), Failure> {
    let embedded = Catalog::embedded();
    let folder = arguments.prompts.clone().unwrap_or_else(|| shared.join("data/golden/templates"));
    let mut cases = Vec::new();
    for (i, path) in json_files(&folder)?.into_iter().enumerate() {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let graph = read(&text(&path)?);
        if i % PUBLISHING == 0 {
            let interface = propose(&graph, &embedded);
            cases.push(case(format!("{name}_published"), graph.clone(), Some(interface), &embedded, None));
        }
        cases.push(case(name, graph, None, &embedded, None));
    }
    let mut module = String::new();
    if !arguments.no_made {
        let path = arguments.catalog.clone().unwrap_or_else(|| shared.join(CUSTOM));
        let source = Source::new("object_info.json", Syntax::Json, text(&path)?);
        let (catalog, _) = Catalog::parse(&source, Sources::default().add(source.clone()));
        // As the command reads a catalog.
        let catalog = catalog.taught_by(embedded.clone());
        module = nodes::write(&catalog, &nodes::Options::default());
        for (name, json) in made::prompts(&catalog) {
            cases.push(case(name, read(&json.to_string()), None, &catalog, Some("crate::made_nodes")));
        }
    }
    let folder = repository().join("target/conformance/rust");
    lay_out(&folder, &cases, &module)?;
    let unformatted = rustfmt(&sources(&cases, &folder))?;
    let printed = printed(&folder)?;
    compare(&cases, &printed, &unformatted)
}

fn compare(cases: &[Case], printed: &Path, unformatted: &[String]) -> Result<(), Failure> {
    let known = known_failures()?;
    let mut wrong = Vec::new();
    let kinds: [(&str, IsKind); 3] = [
        ("prompts", |name| !name.ends_with("_published") && !name.starts_with("made_")),
        ("workflows with proposed interfaces", |name| name.ends_with("_published")),
        ("made-up prompts", |name| name.starts_with("made_")),
    ];
    for (kind, is_kind) in kinds {
        let (mut passed, mut whole) = (0, 0);
        for case in cases.iter().filter(|case| is_kind(&case.name)) {
            let file = |end: &str| fs::read_to_string(printed.join(format!("{}.{end}", case.name))).ok();
            let same = file("prompt") == Some(format!("{}\n", case.prompt)) && file("schema") == case.schema;
            whole += 1;
            passed += usize::from(same);
            let id = format!("rust/{}", case.name);
            if same == known.contains_key(&id) {
                wrong.push(id);
            }
        }
        println!("{kind} whose Rust programs print them: {passed} of {whole}");
    }
    println!("programs laid out as rustfmt does: {} of {}", cases.len() - unformatted.len(), cases.len());
    if !unformatted.is_empty() {
        let first: Vec<&str> = unformatted.iter().take(5).map(String::as_str).collect();
        return Err(Failure(format!("rustfmt lays out otherwise: {}", first.join(" "))));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Failure(format!("otherwise than tests/known-failures.txt says: {}", wrong.join(" "))))
    }
}

fn read(text: &str) -> Graph {
    let source = Source::new("prompt.json", Syntax::Json, text);
    api::parse(&source, Sources::default().add(source.clone())).0
}

/// The case of a graph. Where it is refused, its program does not check what it prints.
fn case(
    name: String,
    graph: Graph,
    interface: Option<Interface>,
    catalog: &Catalog,
    nodes: Option<&str>,
) -> Case {
    let with_schema = interface.is_some();
    let workflow = Workflow::new(graph, interface.unwrap_or_default());
    let (workflow, accepted) = match check::workflow(workflow, catalog) {
        Ok(checked) => (checked.into_inner(), true),
        Err(rejected) => (rejected.value, false),
    };
    let full = workflow.interface.complete(&Payload::new(), true);
    let graph = workflow.interface.apply(&full, &workflow.graph);
    let prompt = prompt::write(&graph, Layout::Pretty);
    let mut applied = Workflow::new(graph, workflow.interface).with_model(workflow.model);
    applied.lints = workflow.lints;
    let workflow = Checked::assume_checked(applied);
    let unchecked = !accepted || nodes.is_some() || check::job(&workflow, &Payload::new(), catalog).is_err();
    let schema = (with_schema && !unchecked)
        .then(|| schema::write(&workflow.interface, Dialect::RunComfy, Layout::Pretty));
    let options = Options { unchecked, nodes: nodes.map(str::to_owned), ..Options::default() };
    let program = program::write(&workflow, &Payload::new(), catalog, &options);
    Case { name, program, prompt, schema, unchecked }
}

/// Writes the crate: a module for each program, and a `main` that runs them all.
fn lay_out(folder: &Path, cases: &[Case], module: &str) -> Result<(), Failure> {
    let root = repository();
    let root = fs::canonicalize(&root).unwrap_or(root);
    let [core, nodes] = ["crates/core", "crates/nodes"].map(|path| root.join(path).display().to_string());
    let manifest = format!(
        "[package]\nname = \"programs\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         comfyc = {{ path = {core:?} }}\ncomfyc-nodes = {{ path = {nodes:?} }}\n\n[profile.dev]\ndebug = false\nincremental = false\n"
    );
    save(&folder.join("Cargo.toml"), &manifest)?;
    let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap_or_default();
    save(&folder.join("Cargo.lock"), &lock)?;
    save(&folder.join("src/made_nodes.rs"), module)?;
    let mut main = String::from("#![allow(dead_code, unused_imports)]\n\nmod made_nodes;\n");
    for (i, _) in cases.iter().enumerate() {
        let _ = writeln!(main, "mod program_{i};");
    }
    main.push_str("\nfn main() -> std::io::Result<()> {\n    let folder = std::path::PathBuf::from(\"printed\");\n    std::fs::create_dir_all(&folder)?;\n");
    for (i, case) in cases.iter().enumerate() {
        let file = format!("{}.prompt", case.name);
        let _ = writeln!(main, "    std::fs::write(folder.join({file:?}), program_{i}::prompt())?;");
        if case.schema.is_some() {
            let file = format!("{}.schema", case.name);
            let _ = writeln!(main, "    std::fs::write(folder.join({file:?}), program_{i}::schema())?;");
        }
    }
    main.push_str("    Ok(())\n}\n");
    save(&folder.join("src/main.rs"), &main)?;
    for (path, case) in sources(cases, folder).iter().zip(cases) {
        save(path, &format!("{}{}", case.program, functions(case)))?;
    }
    Ok(())
}

/// What the program's own `main` prints, as a function; and its schema.
fn functions(case: &Case) -> String {
    let made = if case.unchecked {
        "    let made = compile::prompt_unchecked(workflow(graph));\n"
    } else {
        "    let made = compile::prompt(workflow(graph), &Catalog::embedded()).unwrap_or_default();\n"
    };
    let mut text = format!("\npub(crate) fn prompt() -> String {{\n{made}    format!(\"{{made}}\\n\")\n}}\n");
    if case.schema.is_some() {
        text.push_str(
            "\npub(crate) fn schema() -> String {\n    let dialect = comfyc::back::schema::Dialect::RunComfy;\n    \
             compile::schema(workflow(graph), &Catalog::embedded(), dialect).unwrap_or_default()\n}\n",
        );
    }
    text
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
