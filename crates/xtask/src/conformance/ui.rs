//! UI workflows against the prompts that ComfyUI's own editor makes of them, in each of its versions that are reproduced.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use comfyc::back::{Layout, prompt};
use comfyc::catalog::Catalog;
use comfyc::diagnostic::{Code, Diagnostics, Severity};
use comfyc::front::ui::{self, Editor};
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
    /// Compare the workflows of this folder and nothing else.
    #[arg(long, requires = "exports")]
    workflows: Option<PathBuf>,
    /// What the newest editor exports for them, under the same names.
    #[arg(long, requires = "workflows")]
    exports: Option<PathBuf>,
}

/// Workflows, and what one version of the editor exports for them.
struct Set {
    /// What its cases are called in `tests/known-failures.txt`, and in what is printed.
    name: &'static str,
    editor: Editor,
    workflows: PathBuf,
    exports: PathBuf,
    /// Whether the editor had node packs.
    packs: bool,
}

impl Set {
    fn new(name: &'static str, editor: Editor, workflows: PathBuf, exports: PathBuf) -> Self {
        Self { name, editor, workflows, exports, packs: false }
    }
}

/// The sets of the reference data that need no templates.
fn cases(data: &Path) -> Vec<Set> {
    let (golden, field) = (data.join("golden"), data.join("field"));
    let cases = |out| (golden.join("cases/in"), golden.join("cases").join(out));
    let set = |name, editor, (workflows, exports)| Set::new(name, editor, workflows, exports);
    vec![
        set("ui-1.49", Editor::V1_49, cases("out")),
        set("ui-1.58", Editor::V1_58, cases("out-1.58.1")),
        set("newer-1.58", Editor::V1_58, (golden.join("newer/in"), golden.join("newer/out-1.58.1"))),
        Set { packs: true, ..set("field-1.49", Editor::V1_49, (field.clone(), field.join("editor-1.49.6"))) },
        set("field-1.58", Editor::V1_58, (field.clone(), field.join("editor-1.58.1"))),
    ]
}

/// Compares the cases and the templates; fails when one comes out otherwise than `tests/known-failures.txt` says. Templates
/// that cannot be fetched are a failure with `must_fetch`, and else passed over aloud.
pub(crate) fn run(arguments: &Arguments, shared: &Path, must_fetch: bool) -> Result<(), Failure> {
    let data = shared.join("data");
    let info = data.join("object_info");
    let read = |path: &Path| -> Result<Catalog, Failure> {
        let source = Source::new("catalog", Syntax::Json, text(path)?);
        Ok(Catalog::parse(&source, Sources::default().add(source.clone())).0)
    };
    let plain = arguments.catalog.clone().unwrap_or_else(|| info.join("comfyui-0.33.0.json"));
    let (plain, packed) = (read(&plain)?, read(&info.join("comfyui-0.33.0-with-custom-nodes.json"))?);
    let known = known_failures()?;
    let mut sets = Vec::new();
    if let (Some(workflows), Some(exports)) = (&arguments.workflows, &arguments.exports) {
        sets.push(Set::new("asked", Editor::V1_58, workflows.clone(), exports.clone()));
    } else {
        sets.extend(cases(&data));
        match arguments.templates.clone().map_or_else(fetched, Ok) {
            Ok(templates) => {
                let set = |name, editor, out| {
                    Set::new(name, editor, templates.clone(), data.join("golden").join(out))
                };
                sets.push(set("templates-1.49", Editor::V1_49, "templates"));
                sets.push(set("templates-1.58", Editor::V1_58, "templates-1.58.1"));
            }
            Err(failure) if must_fetch => return Err(failure),
            Err(failure) => println!("templates: PASSED OVER, {PACKAGE} cannot be fetched: {failure}"),
        }
    }
    let mut wrong = Vec::new();
    for set in sets {
        let catalog = if set.packs { &packed } else { &plain };
        wrong.extend(compare(&set, catalog, arguments, &known)?);
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Failure(format!("otherwise than tests/known-failures.txt says: {}", wrong.join(" "))))
    }
}

/// Compares one set; the cases that come out otherwise than the failures on record say.
fn compare(
    set: &Set,
    catalog: &Catalog,
    arguments: &Arguments,
    known: &BTreeMap<String, String>,
) -> Result<Vec<String>, Failure> {
    let mut counts: BTreeMap<Outcome, Vec<String>> = BTreeMap::new();
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut options = ui::Options::default();
    options.editor = set.editor;
    for output in json_files(&set.exports)? {
        let name = output.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let workflow = text(&set.workflows.join(format!("{name}.json")))?;
        let expected = text(&output)?;
        let (made, diagnostics) = convert(&name, &workflow, catalog, &options);
        for diagnostic in diagnostics.iter() {
            *codes.entry(diagnostic.code().slug()).or_default() += 1;
        }
        let outcome = outcome(&name, &workflow, catalog, (&made, &diagnostics), &expected, &options);
        if outcome != Outcome::Identical
            && let Some(out) = &arguments.out
        {
            save(&out.join(set.name), &name, &made, &expected)?;
        }
        let id = format!("{}/{name}", set.name);
        if (outcome != Outcome::Identical) != known.contains_key(&id) {
            wrong.push(id);
        }
        counts.entry(outcome).or_default().push(name);
    }
    let count = |outcome| counts.get(&outcome).map_or(0, Vec::len);
    let whole: usize = counts.values().map(Vec::len).sum();
    println!("{}: {} of {whole} identical", set.name, count(Outcome::Identical));
    for (outcome, names) in counts.iter().filter(|(outcome, _)| **outcome != Outcome::Identical) {
        println!("  {outcome:?}: {} {}", names.len(), names.join(" "));
    }
    if arguments.codes {
        println!("  {codes:?}");
    }
    Ok(wrong)
}

/// How a conversion compares with what the editor made.
fn outcome(
    name: &str,
    workflow: &str,
    catalog: &Catalog,
    made: (&str, &Diagnostics),
    expected: &str,
    options: &ui::Options,
) -> Outcome {
    let (made, diagnostics) = made;
    let outcome = judge(made, diagnostics, expected);
    if outcome == Outcome::Identical || !diagnostics.codes().contains(&Code::UnknownClass) {
        return outcome;
    }
    let mut options = options.clone();
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
