//! UI workflows against the prompts that ComfyUI's own editor makes of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use comfyc::back::{Layout, prompt};
use comfyc::catalog::Catalog;
use comfyc::diagnostic::{Code, Diagnostics, Severity};
use comfyc::front::ui;
use comfyc::source::{Source, Sources, Syntax};
use serde_json::Value;

use super::{json_files, known_failures, text};
use crate::{Failure, repository};

/// How a workflow came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Identical,
    /// The same text once nodes of unknown classes are written as the editor does.
    Placeholders,
    /// The same content in another order.
    Reordered,
    Different,
    /// The editor fails and we do not, or the other way round.
    Failed,
}

/// The package of workflow templates whose prompts the reference data holds, and the folder in it.
pub(crate) const PACKAGE: &str = "comfyui-workflow-templates-json==0.1.50";
const FOLDER: &str = "comfyui_workflow_templates_json/templates";

/// Where to look and what to show.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Arguments {
    /// The folder of workflow templates; without one, the pinned package is fetched into a cache.
    #[arg(long)]
    templates: Option<PathBuf>,
    /// The catalog; that of the reference data without one.
    #[arg(long)]
    catalog: Option<PathBuf>,
    /// Write what came out otherwise than expected into this folder.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Count the diagnostics by code.
    #[arg(long)]
    codes: bool,
}

/// Compares the cases and the templates; fails when one comes out otherwise than `tests/known-failures.txt` says. Templates
/// that cannot be fetched are a failure with `must_fetch`, and else passed over aloud.
pub(crate) fn run(arguments: &Arguments, shared: &Path, must_fetch: bool) -> Result<(), Failure> {
    let golden = shared.join("data/golden");
    let catalog =
        arguments.catalog.clone().unwrap_or_else(|| shared.join("data/object_info/comfyui-0.33.0.json"));
    let source = Source::new("catalog", Syntax::Json, text(&catalog)?);
    let (catalog, _) = Catalog::parse(&source, Sources::default().add(source.clone()));
    let known = known_failures()?;
    let mut wrong = Vec::new();
    let mut sets = vec![("UI cases", golden.join("cases/in"), golden.join("cases/out"))];
    match arguments.templates.clone().map_or_else(fetched, Ok) {
        Ok(templates) => sets.push(("UI templates", templates, golden.join("templates"))),
        Err(failure) if must_fetch => return Err(failure),
        Err(failure) => println!("UI templates: PASSED OVER, {PACKAGE} cannot be fetched: {failure}"),
    }
    for (set, inputs, outputs) in sets {
        let mut counts: BTreeMap<Outcome, Vec<String>> = BTreeMap::new();
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        for output in json_files(&outputs)? {
            let name = output.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let workflow = text(&inputs.join(format!("{name}.json")))?;
            let expected = text(&output)?;
            let (made, diagnostics) = convert(&name, &workflow, &catalog, &ui::Options::default());
            for diagnostic in diagnostics.iter() {
                *codes.entry(diagnostic.code().slug()).or_default() += 1;
            }
            let outcome = outcome(&name, &workflow, &catalog, (&made, &diagnostics), &expected);
            if outcome != Outcome::Identical
                && let Some(out) = &arguments.out
            {
                save(out, &name, &made, &expected)?;
            }
            let id = format!("ui/{name}");
            if (outcome != Outcome::Identical) != known.contains_key(&id) {
                wrong.push(id);
            }
            counts.entry(outcome).or_default().push(name);
        }
        let count = |outcome| counts.get(&outcome).map_or(0, Vec::len);
        let whole: usize = counts.values().map(Vec::len).sum();
        println!("{set}: {} of {whole} identical", count(Outcome::Identical));
        for (outcome, names) in counts.iter().filter(|(outcome, _)| **outcome != Outcome::Identical) {
            println!("  {outcome:?}: {} {}", names.len(), names.join(" "));
        }
        if arguments.codes {
            println!("  {codes:?}");
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Failure(format!("otherwise than tests/known-failures.txt says: {}", wrong.join(" "))))
    }
}

/// How a conversion compares with what the editor made.
fn outcome(
    name: &str,
    workflow: &str,
    catalog: &Catalog,
    made: (&str, &Diagnostics),
    expected: &str,
) -> Outcome {
    let (made, diagnostics) = made;
    let outcome = judge(made, diagnostics, expected);
    if outcome == Outcome::Identical || !diagnostics.codes().contains(&Code::UnknownClass) {
        return outcome;
    }
    let mut options = ui::Options::default();
    options.placeholders = true;
    let (made, diagnostics) = convert(name, workflow, catalog, &options);
    match judge(&made, &diagnostics, expected) {
        Outcome::Identical => Outcome::Placeholders,
        _ => outcome,
    }
}

/// The templates of the pinned package, fetched from the registry of Python packages when they are not in the cache yet.
pub(crate) fn fetched() -> Result<PathBuf, Failure> {
    let cache = repository().join("target/conformance").join(PACKAGE);
    let templates = cache.join(FOLDER);
    if templates.is_dir() {
        return Ok(templates);
    }
    fs::create_dir_all(&cache).map_err(|error| Failure(format!("{}: {error}", cache.display())))?;
    let python = |arguments: &[&str]| crate::python(Path::new("python3"), &cache, arguments);
    python(&["-m", "pip", "download", "--quiet", "--no-deps", "--dest", ".", PACKAGE])?;
    let files = fs::read_dir(&cache).map_err(|error| Failure(format!("{}: {error}", cache.display())))?;
    for file in files.filter_map(Result::ok).map(|entry| entry.path()) {
        if file.extension().is_some_and(|extension| extension == "whl") {
            python(&["-m", "zipfile", "-e", &file.to_string_lossy(), "."])?;
        }
    }
    if templates.is_dir() { Ok(templates) } else { Err(Failure(format!("{PACKAGE} holds no {FOLDER}"))) }
}

fn convert(name: &str, workflow: &str, catalog: &Catalog, options: &ui::Options) -> (String, Diagnostics) {
    let source = Source::new(name, Syntax::Json, workflow);
    let id = Sources::default().add(source.clone());
    let (graph, diagnostics) = ui::parse(&source, id, catalog, options);
    (prompt::write(&graph, Layout::Pretty), diagnostics)
}

/// `expected` is a prompt, or an object with `output` or `error`.
fn judge(made: &str, diagnostics: &Diagnostics, expected: &str) -> Outcome {
    let json: Value = serde_json::from_str(expected).unwrap_or_default();
    let failed = diagnostics.count(Severity::Error) > 0;
    if json.get("error").is_some_and(Value::is_string) {
        return if failed { Outcome::Identical } else { Outcome::Failed };
    }
    let (text, json) = match json.get("output") {
        Some(output) if json.get("class_type").is_none() && output.get("class_type").is_none() => {
            (serde_json::to_string_pretty(output).unwrap_or_default(), output.clone())
        }
        _ => (expected.trim_end().to_owned(), json),
    };
    if made == text {
        Outcome::Identical
    } else if serde_json::from_str::<Value>(made).ok() == Some(json) {
        Outcome::Reordered
    } else if failed {
        Outcome::Failed
    } else {
        Outcome::Different
    }
}

fn save(folder: &Path, name: &str, made: &str, expected: &str) -> Result<(), Failure> {
    let write = |file: String, text: &str| {
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(folder.join(file), text))
            .map_err(|e| Failure(e.to_string()))
    };
    let json: Value = serde_json::from_str(expected).unwrap_or_default();
    let expected = serde_json::to_string_pretty(json.get("output").unwrap_or(&json)).unwrap_or_default();
    write(format!("{name}.made.json"), made)?;
    write(format!("{name}.want.json"), &expected)
}
