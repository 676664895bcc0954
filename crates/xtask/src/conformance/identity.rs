//! What is read and written again is the same: catalogs, prompts, published schemas; and what is proposed is sound.

use std::path::Path;

use comfyc::back::schema::{self, Dialect};
use comfyc::back::{Layout, manifest, prompt};
use comfyc::catalog::Catalog;
use comfyc::check::{self, Checked};
use comfyc::diagnostic::Diagnostics;
use comfyc::front::published::{self, Published};
use comfyc::front::{api, manifest as manifest_front};
use comfyc::interface::{Interface, propose};
use comfyc::source::{Source, Sources, Syntax};
use comfyc::workflow::Workflow;
use serde_json::Value;

use super::{json_files, known_failures, text};
use crate::Failure;

/// What came of one case: nothing, or why it failed.
type Case = (String, Result<(), String>);

/// What makes the cases of a suite from the reference data.
type Suite = fn(&Path) -> Result<Vec<Case>, Failure>;

/// Runs every suite, prints its counts, and compares the failures with those on record.
pub(crate) fn run(shared: &Path) -> Result<(), Failure> {
    let suites: [(&str, Suite); 4] = [
        ("catalogs written as read", catalogs),
        ("prompts written as read", prompts),
        ("published schemas written as read", schemas),
        ("proposed interfaces without an error", proposals),
    ];
    let known = known_failures()?;
    let mut surprises = Vec::new();
    for (name, suite) in suites {
        let cases = suite(shared)?;
        let passed = cases.iter().filter(|(_, result)| result.is_ok()).count();
        println!("{name}: {passed} of {}", cases.len());
        for (case, result) in cases {
            match (result, known.get(&case)) {
                (Ok(()), None) | (Err(_), Some(_)) => {}
                (Ok(()), Some(_)) => surprises.push(format!("{case}: passes, but is on record as a failure")),
                (Err(why), None) => surprises.push(format!("{case}: {why}")),
            }
        }
    }
    if surprises.is_empty() { Ok(()) } else { Err(Failure(surprises.join("\n  "))) }
}

fn catalogs(shared: &Path) -> Result<Vec<Case>, Failure> {
    let mut cases = Vec::new();
    for path in json_files(&shared.join("data/object_info"))? {
        let name = file_name(&path);
        if name.contains("class-traits") {
            continue;
        }
        let text = text(&path)?;
        let source = Source::new(name.as_str(), Syntax::Json, text.as_str());
        let id = Sources::default().add(source.clone());
        let (catalog, mut diagnostics) = Catalog::parse(&source, id);
        diagnostics.append(catalog.problems(id));
        let original: Value = serde_json::from_str(&text).unwrap_or_default();
        let same_order =
            original.as_object().is_some_and(|o| o.keys().map(String::as_str).eq(catalog.names()));
        let result = if !diagnostics.is_empty() {
            Err(messages(&diagnostics))
        } else if catalog.to_object_info() != original || !same_order {
            Err("it is written differently".to_owned())
        } else {
            Ok(())
        };
        cases.push((format!("catalog/{name}"), result));
    }
    Ok(cases)
}

fn prompts(shared: &Path) -> Result<Vec<Case>, Failure> {
    each(&shared.join("data/golden/templates"), "prompt", |text| {
        let (graph, diagnostics) = read_prompt(text);
        if !diagnostics.is_empty() {
            return Err(messages(&diagnostics));
        }
        let written = prompt::write(&graph, Layout::Pretty);
        if written == text.trim_end() { Ok(()) } else { Err("it is written differently".to_owned()) }
    })
}

fn schemas(shared: &Path) -> Result<Vec<Case>, Failure> {
    let mut cases = each(&shared.join("data/runcomfy"), "schema", |text| {
        let canonical =
            serde_json::from_str::<Value>(text).map(|value| format!("{value:#}")).unwrap_or_default();
        let source = Source::new("schema.json", Syntax::Json, text);
        let written = match published::parse(&source, Sources::default().add(source.clone())) {
            (Some(Published::Input(interface)), _) => {
                let interface = match check::published(interface) {
                    Ok(checked) => checked,
                    Err(rejected) => return Err(messages(&rejected.diagnostics)),
                };
                schema::write(&interface, Dialect::RunComfy, Layout::Pretty)
            }
            (Some(Published::Output(output)), _) => {
                schema::write_output(&output, Dialect::RunComfy, Layout::Pretty)
            }
            (_, diagnostics) => {
                return Err(format!("it is not read as a schema: {}", messages(&diagnostics)));
            }
        };
        if written == canonical { Ok(()) } else { Err("it is written differently".to_owned()) }
    })?;
    // The folder also holds the seed's graph, which is no schema.
    cases.retain(|(name, _)| !name.ends_with("_api.json"));
    Ok(cases)
}

fn proposals(shared: &Path) -> Result<Vec<Case>, Failure> {
    let path = shared.join("data/object_info/comfyui-0.33.0.json");
    let source = Source::new("object_info.json", Syntax::Json, text(&path)?);
    let (catalog, _) = Catalog::parse(&source, Sources::default().add(source.clone()));
    let embedded = Catalog::embedded();
    let catalog = catalog.taught_by(embedded.clone());
    each(&shared.join("data/golden/templates"), "proposal", |text| {
        let (graph, _) = read_prompt(text);
        let manifest = manifest::write(&propose(&graph, &catalog), None);
        let source = Source::new(manifest_front::FILE, Syntax::Toml, manifest);
        let (described, diagnostics) = manifest_front::parse(&source, Sources::default().add(source.clone()));
        let Some(described) = described else { return Err(messages(&diagnostics)) };
        // What the graph itself is refused for is no fault of the proposal.
        let plain = Workflow::new(graph.clone(), Interface::new());
        let before = problems(check::workflow(plain, &embedded));
        let proposed = Workflow::new(graph, described.interface);
        let mut own = Diagnostics::default();
        for diagnostic in problems(check::workflow(proposed, &embedded)) {
            if !before.iter().any(|known| known.problem == diagnostic.problem) {
                own.push(diagnostic);
            }
        }
        if own.has_errors() { Err(messages(&own)) } else { Ok(()) }
    })
}

fn problems<T>(checked: Result<Checked<T>, check::Rejected<T>>) -> Diagnostics {
    match checked {
        Ok(checked) => checked.warnings().clone(),
        Err(rejected) => rejected.diagnostics,
    }
}

fn read_prompt(text: &str) -> (comfyc::graph::Graph, Diagnostics) {
    let source = Source::new("prompt.json", Syntax::Json, text);
    api::parse(&source, Sources::default().add(source.clone()))
}

/// One case for each JSON file of a folder.
fn each(folder: &Path, suite: &str, test: impl Fn(&str) -> Result<(), String>) -> Result<Vec<Case>, Failure> {
    let mut cases = Vec::new();
    for path in json_files(folder)? {
        cases.push((format!("{suite}/{}", file_name(&path)), test(&text(&path)?)));
    }
    Ok(cases)
}

fn messages(diagnostics: &Diagnostics) -> String {
    diagnostics.iter().map(|d| d.problem.to_string()).collect::<Vec<_>>().join("; ")
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
