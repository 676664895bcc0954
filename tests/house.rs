//! The rules of the house that the compiler does not know: which layer may use which, and what no file may hold.

mod imports;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use self::imports::{Crate, Use};
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

/// The crates, each by the file at its root. All of `comfyc-nodes` is generated.
const CRATES: [&str; 6] = [
    "crates/core/src/lib.rs",
    "crates/client/src/lib.rs",
    "crates/build/src/lib.rs",
    "crates/files/src/lib.rs",
    "crates/xtask/src/main.rs",
    "crates/cli/main.rs",
];

/// The modules of core from the lowest up, each with those below that its code may use, and those that its tests may use
/// besides. A module that is not named here may not be.
const LAYERS: &[(&str, &[&str], &[&str])] = &[
    ("number", &[], &[]),
    ("source", &[], &[]),
    ("diagnostic", &["source"], &[]),
    ("catalog", &["number", "source", "diagnostic"], &[]),
    ("graph", &["source", "catalog"], &[]),
    ("interface", &["number", "source", "diagnostic", "catalog", "graph"], &[]),
    ("workflow", &["diagnostic", "graph", "interface"], &[]),
    ("job", &["graph", "interface", "workflow"], &["catalog", "check"]),
    ("front", &["number", "source", "diagnostic", "catalog", "graph", "interface", "workflow"], &["compile"]),
    (
        "check",
        &["number", "source", "diagnostic", "catalog", "graph", "interface", "workflow", "job"],
        &["front"],
    ),
    (
        "back",
        &[
            "number",
            "source",
            "diagnostic",
            "catalog",
            "graph",
            "interface",
            "workflow",
            "front",
            "job",
            "check",
        ],
        &[],
    ),
    ("inputs", &["number", "source", "diagnostic", "interface", "front", "check", "back"], &[]),
    ("compile", &["catalog", "interface", "workflow", "front", "check", "back"], &[]),
    (
        "compiler",
        &[
            "source",
            "diagnostic",
            "catalog",
            "graph",
            "interface",
            "workflow",
            "front",
            "job",
            "check",
            "back",
        ],
        &[],
    ),
];

#[test]
fn modules_of_core_use_only_those_below() {
    let core = Crate::read(&support::path("crates/core/src/lib.rs"));
    let mut broken = Vec::new();
    let order = |layer: &str| LAYERS.iter().position(|(known, ..)| *known == layer);
    for (at, (layer, code, _)) in LAYERS.iter().enumerate() {
        let above = code.iter().filter(|used| order(used).is_none_or(|used| used >= at));
        broken.extend(above.map(|used| format!("{layer}: {used} is not below it")));
    }
    for layer in core.layers() {
        if LAYERS.iter().all(|(known, ..)| *known != layer) {
            broken.push(format!("{layer}: nothing says what it may use"));
        }
    }
    for found in core.uses() {
        let (Some(from), Some(to)) = (found.from.first(), found.to.first()) else { continue };
        let Some((_, below, tests)) = LAYERS.iter().find(|(known, ..)| known == from) else { continue };
        let may = below.contains(&to.as_str()) || found.is_test && tests.contains(&to.as_str());
        if from != to && !may {
            broken.push(format!("{}: {}, of {to}", shown(&found.file), found.written));
        }
    }
    broken.sort();
    broken.dedup();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn no_files_of_a_folder_import_each_other() {
    let mut found: Vec<(String, Vec<String>, Vec<String>)> = Vec::new();
    for root in CRATES {
        let root = support::path(root);
        let mut folders: BTreeMap<PathBuf, Edges> = BTreeMap::new();
        for found in Crate::read(&root).uses() {
            let between = rooms(&found).filter(|_| !found.is_test);
            let Some((folder, from, to)) = between else { continue };
            let said = format!("{}: {}", shown(&found.file), found.written);
            folders.entry(folder).or_default().entry(from).or_default().entry(to).or_insert(said);
        }
        for (folder, edges) in folders {
            for circle in circles(&edges) {
                let inside = |name: &&String| circle.contains(name);
                let said = circle.iter().filter_map(|from| edges.get(from)).flatten();
                let said = said.filter(|(to, _)| inside(to)).map(|(_, said)| said.clone()).collect();
                found.push((shown(&folder), circle.clone(), said));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// For each file or folder those that it uses, each with an example.
type Edges = BTreeMap<String, BTreeMap<String, String>>;

/// The folder that two files have in common, and what in it they are or lie in. None for the file that gives a folder its
/// name, since it is the face of the others: it hands out what they have, and they may build on what it defines.
fn rooms(found: &Use) -> Option<(PathBuf, String, String)> {
    let split = |path: &Path| path.iter().map(OsStr::to_owned).collect::<Vec<_>>();
    let (from, to) = (split(&found.file), split(&found.to_file));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let name =
        |parts: &[OsString]| Some(parts.get(common)?.to_string_lossy().trim_end_matches(".rs").to_owned());
    let (a, b) = (name(&from)?, name(&to)?);
    let is_face = |name: &String| ["mod", "lib", "main"].contains(&name.as_str());
    (!is_face(&a) && !is_face(&b)).then(|| (from.iter().take(common).collect(), a, b))
}

/// The sets of names of which each leads to all others.
fn circles(edges: &Edges) -> Vec<Vec<String>> {
    let all: BTreeMap<&String, BTreeSet<&String>> =
        edges.keys().map(|name| (name, reached(edges, name))).collect();
    let leads = |a: &String, b: &String| all.get(a).is_some_and(|reached| reached.contains(b));
    let with = |name: &String| -> Vec<String> {
        edges.keys().filter(|other| leads(name, other) && leads(other, name)).cloned().collect()
    };
    let mut found: Vec<Vec<String>> = edges.keys().map(with).filter(|circle| !circle.is_empty()).collect();
    found.sort();
    found.dedup();
    found
}

/// What a name leads to.
fn reached<'e>(edges: &'e Edges, from: &'e String) -> BTreeSet<&'e String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        let next = edges.get(name).into_iter().flat_map(BTreeMap::keys);
        open.extend(next.filter(|to| reached.insert(*to)));
    }
    reached
}

#[test]
fn every_file_of_a_crate_is_part_of_it() {
    for entry in std::fs::read_dir(support::path("crates")).expect("a folder") {
        let folder = entry.expect("an entry").path();
        let is_known = CRATES.iter().any(|root| support::path(root).starts_with(&folder));
        assert!(is_known || !folder.is_dir() || folder.ends_with("nodes"), "{}", folder.display());
    }
    for root in CRATES {
        let root = support::path(root);
        let read = Crate::read(&root);
        let known = read.files();
        let folder =
            root.parent().expect("a folder").strip_prefix(support::path("")).expect("it is here").to_owned();
        let lost: Vec<PathBuf> = files(&folder.to_string_lossy(), "rs")
            .into_iter()
            .filter(|file| !known.contains(file.as_path()))
            .collect();
        assert!(lost.is_empty(), "{lost:#?}");
    }
}

#[test]
fn core_is_pure() {
    let forbidden = ["fs", "net", "env", "thread", "process", "time"];
    // Parsers and forms of addresses are text; they open nothing.
    let harmless = ["Ipv4Addr", "Ipv6Addr", "IpAddr"];
    let core = Crate::read(&support::path("crates/core/src/lib.rs"));
    let mut broken = Vec::new();
    for (file, path, is_test) in core.outside() {
        let of_std = path.first().is_some_and(|first| first == "std");
        let opens = of_std
            && path.get(1).is_some_and(|module| forbidden.contains(&module.as_str()))
            && path.get(2).is_none_or(|name| !harmless.contains(&name.as_str()));
        let is_async = path.first().is_some_and(|first| ["tokio", "reqwest"].contains(&first.as_str()));
        // What is only there for tests may ask rustfmt how it lays text out.
        if (opens || is_async) && !is_test {
            broken.push(format!("{}: {}", shown(file), path.join("::")));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    let manifest = support::read("crates/core/Cargo.toml");
    assert!(!manifest.contains("tokio") && !manifest.contains("reqwest"));
}

/// A path as it is called in the repository.
fn shown(path: &Path) -> String {
    path.strip_prefix(support::path("")).unwrap_or(path).display().to_string()
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
