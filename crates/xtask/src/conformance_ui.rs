//! UI workflows against the prompts that ComfyUI's own editor makes of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use comfyc::back::prompt::{self, Layout};
use comfyc::catalog::Catalog;
use comfyc::check::Checked;
use comfyc::diagnostic::{Code, Diagnostics, Severity};
use comfyc::front::ui;
use comfyc::source::{Source, Sources, Syntax};
use serde_json::Value;

use crate::{Failure, repository, shared};

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

/// Where to look and what to show.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder of workflow templates; only the cases are run without one.
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

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let shared = shared().ok_or_else(|| Failure("the reference data, ../shared, is not here".to_owned()))?;
    let golden = shared.join("data/golden");
    let catalog =
        arguments.catalog.clone().unwrap_or_else(|| shared.join("data/object_info/comfyui-0.33.0.json"));
    let source = Source::new("catalog", Syntax::Json, read(&catalog)?);
    let (catalog, _) = Catalog::parse(&source, Sources::default().add(source.clone()));
    let known = known_failures();
    let mut wrong = Vec::new();
    let mut sets = vec![("cases", golden.join("cases/in"), golden.join("cases/out"))];
    if let Some(folder) = &arguments.templates {
        sets.push(("templates", folder.clone(), golden.join("templates")));
    }
    for (set, inputs, outputs) in sets {
        let mut counts: BTreeMap<Outcome, Vec<String>> = BTreeMap::new();
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        let mut time = Duration::ZERO;
        for output in files(&outputs)? {
            let name = output.file_stem().and_then(|s| s.to_str()).unwrap_or_default().to_owned();
            let workflow = read(&inputs.join(format!("{name}.json")))?;
            let expected = read(&output)?;
            let start = Instant::now();
            let (made, diagnostics) = convert(&name, &workflow, &catalog, &ui::Options::default());
            time += start.elapsed();
            for diagnostic in diagnostics.iter() {
                *codes.entry(diagnostic.code().slug()).or_default() += 1;
            }
            let mut outcome = judge(&made, &diagnostics, &expected);
            if outcome != Outcome::Identical && diagnostics.codes().contains(&Code::UnknownClass) {
                let mut options = ui::Options::default();
                options.placeholders = true;
                let (made, diagnostics) = convert(&name, &workflow, &catalog, &options);
                if judge(&made, &diagnostics, &expected) == Outcome::Identical {
                    outcome = Outcome::Placeholders;
                }
            }
            if outcome != Outcome::Identical
                && let Some(out) = &arguments.out
            {
                save(out, &name, &made, &expected)?;
            }
            let id = format!("ui/{name}");
            if (outcome != Outcome::Identical) != known.contains(&id) {
                wrong.push(id);
            }
            counts.entry(outcome).or_default().push(name);
        }
        println!("{set}: {time:?}");
        for (outcome, names) in &counts {
            let names = if *outcome == Outcome::Identical { String::new() } else { names.join(" ") };
            println!("  {outcome:?}: {} {names}", counts.get(outcome).map_or(0, Vec::len));
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

fn convert(name: &str, workflow: &str, catalog: &Catalog, options: &ui::Options) -> (String, Diagnostics) {
    let source = Source::new(name, Syntax::Json, workflow);
    let id = Sources::default().add(source.clone());
    let (graph, diagnostics) = ui::parse(&source, id, catalog, options);
    (prompt::write(&Checked::assume_checked(graph), Layout::Pretty), diagnostics)
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

fn known_failures() -> BTreeSet<String> {
    let text = fs::read_to_string(repository().join("tests/known-failures.txt")).unwrap_or_default();
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
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

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure(format!("{}: {error}", path.display())))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| Failure(format!("{}: {error}", folder.display())))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    Ok(files)
}
