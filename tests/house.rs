//! The rules of the house that the compiler does not know: which layer may use which, and what no file may hold.

use std::path::{Path, PathBuf};

use crate::support;

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut open = vec![support::path(folder)];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} holds no {extension} files");
    found
}

/// The module of core that a file belongs to.
fn layer(path: &Path) -> String {
    let relative = path.strip_prefix(support::path("crates/core/src")).expect("a file of core");
    let first = relative.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

#[test]
fn layers_of_core_use_only_those_below() {
    // Each layer with those that it must not use.
    let rules: [(&str, &[&str]); 9] = [
        (
            "number",
            &["source", "diagnostic", "catalog", "graph", "interface", "front", "pass", "check", "back"],
        ),
        (
            "source",
            &[
                "diagnostic",
                "catalog",
                "graph",
                "interface",
                "front",
                "pass",
                "check",
                "back",
                "inputs",
                "job",
                "workflow",
            ],
        ),
        (
            "diagnostic",
            &["catalog", "graph", "interface", "front", "pass", "check", "back", "inputs", "job", "workflow"],
        ),
        ("catalog", &["graph", "interface", "pass", "check", "back", "inputs", "job", "workflow"]),
        ("graph", &["interface", "front", "pass", "check", "back", "inputs", "job", "workflow"]),
        ("interface", &["front", "pass", "check", "back", "inputs", "job", "workflow"]),
        ("front", &["pass", "check", "back", "inputs"]),
        ("pass", &["front", "back", "check", "inputs"]),
        ("check", &["back", "front", "inputs"]),
    ];
    let mut broken = Vec::new();
    for file in files("crates/core/src", "rs") {
        let layer = layer(&file);
        let Some((_, forbidden)) = rules.iter().find(|(name, _)| *name == layer) else { continue };
        let text = std::fs::read_to_string(&file).expect("a file");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (i, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for other in *forbidden {
                if line.contains(&format!("crate::{other}::")) {
                    broken.push(format!("{}:{}: {line}", file.display(), i + 1));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn core_is_pure() {
    let forbidden =
        ["std::fs", "std::net", "std::env", "std::thread", "std::process", "std::time", "tokio", "reqwest"];
    // What is only there for tests may ask rustfmt how it lays text out.
    for file in files("crates/core/src", "rs").into_iter().filter(|file| !file.ends_with("tests.rs")) {
        let text = std::fs::read_to_string(&file).expect("a file");
        for word in forbidden {
            let found = text.lines().find(|line| line.contains(word) && !line.trim_start().starts_with("//"));
            // An address is text; `std::net` has the parser for one and opens nothing.
            let found = found.filter(|line| !line.contains("std::net::Ipv4Addr"));
            assert!(found.is_none(), "{}: {found:?}", file.display());
        }
    }
    let manifest = support::read("crates/core/Cargo.toml");
    assert!(!manifest.contains("tokio") && !manifest.contains("reqwest"));
}

#[test]
fn no_recorded_failure_is_out_of_order() {
    let text = support::read("tests/known-failures.txt");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    let mut sorted = lines.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(lines, sorted);
    assert!(
        lines.iter().all(|line| line.split_once("  ").is_some_and(|(_, reason)| !reason.trim().is_empty()))
    );
}
