//! The conformance runs: the reference data beside the repository, and what we make of it.
//!
//! A case that fails must stand in `tests/known-failures.txt` with its reason, and one that stands there must fail: an
//! unexpected pass is a failure too.

mod identity;
mod made;
mod nodes;
mod rust;
mod stress;
pub(crate) mod ui;
mod validation;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::{Failure, repository, shared};

/// One of the runs.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Suite {
    /// What is read is written again the same.
    Identity,
    /// Verdicts on recorded prompts, against those of a real ComfyUI server.
    Validation(validation::Arguments),
    /// UI workflows, against the prompts that ComfyUI's editor makes of them.
    Ui(ui::Arguments),
    /// Typed nodes from the catalogs: complete, and without a warning.
    Nodes,
    /// Workflows that are far larger than any real one, in bounded time. It needs no reference data.
    Stress,
    /// Prompts as Rust programs, against what those print.
    Rust(rust::Arguments),
}

/// Runs one suite, or all; all of them run even when one fails.
pub(crate) fn run(suite: Option<Suite>) -> Result<(), Failure> {
    if matches!(suite, Some(Suite::Stress)) {
        return stress::run();
    }
    let shared = shared()
        .ok_or_else(|| Failure("the reference data, ../shared, is not beside the repository".to_owned()))?;
    match suite {
        Some(Suite::Identity) => identity::run(&shared),
        Some(Suite::Validation(arguments)) => validation::run(arguments, &shared),
        Some(Suite::Ui(arguments)) => ui::run(&arguments, &shared, true),
        Some(Suite::Nodes) => nodes::run(&shared),
        Some(Suite::Stress) => stress::run(),
        Some(Suite::Rust(arguments)) => rust::run(&arguments, &shared),
        None => {
            let runs = [
                identity::run(&shared),
                validation::run(validation::Arguments::default(), &shared),
                ui::run(&ui::Arguments::default(), &shared, false),
                nodes::run(&shared),
                stress::run(),
                rust::run(&rust::Arguments::default(), &shared),
            ];
            let failures: Vec<String> =
                runs.into_iter().filter_map(Result::err).map(|failure| failure.0).collect();
            if failures.is_empty() { Ok(()) } else { Err(Failure(failures.join("\n"))) }
        }
    }
}

/// The failures on record, by case.
pub(crate) fn known_failures() -> Result<BTreeMap<String, String>, Failure> {
    let text = text(&repository().join("tests/known-failures.txt"))?;
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    Ok(lines
        .filter_map(|line| line.split_once("  "))
        .map(|(case, why)| (case.to_owned(), why.to_owned()))
        .collect())
}

pub(crate) fn json_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| Failure(format!("{}: {error}", folder.display())))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    Ok(files)
}

pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure(format!("{}: {error}", path.display())))
}
