//! Typed nodes: how long it takes to generate them, and to compile them, beside `rucomfyui` in the same run.
//!
//! Both sides are packages of one throw-away workspace in `target/bench/nodes`. Their dependencies are built first; then
//! the package with the nodes alone is compiled again, a few times. The rival comes from the registry; where that cannot be
//! reached, its rows are passed over aloud.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use comfyc::back::rust::nodes::{self, Options};
use comfyc::catalog::Catalog;
use serde_json::Value;

use super::{median, ratio, show};
use crate::conformance::text;
use crate::{Failure, codegen, repository, shared};

/// The package to compare with, its version, and how many node types it has.
const RIVAL: (&str, &str, u32) = ("rucomfyui", "1.1.1", 776);
/// How often a package is compiled.
const ROUNDS: usize = 3;

/// What is compiled.
struct Package {
    name: &'static str,
    classes: u32,
    manifest: String,
    /// The package that holds the nodes.
    nodes: &'static str,
    source: String,
}

pub(crate) fn run() -> Result<(), Failure> {
    let plain = plain();
    let options = Options { only: Some(plain.clone()), ..Options::default() };
    let embedded = Catalog::embedded();
    let mut sizes = vec![(embedded.len(), embedded.clone(), Options::default())];
    if let Some(shared) = shared() {
        for name in ["comfyui-0.33.0", "comfyui-0.33.0-with-custom-nodes"] {
            let catalog = codegen::read(&shared.join(format!("data/object_info/{name}.json")))?;
            sizes.push((catalog.len(), catalog, Options::default()));
        }
    }
    for (classes, catalog, options) in &sizes {
        let mut bytes = 0;
        let time = median(|| bytes = nodes::write(catalog, options).len());
        show(&format!("nodes of {classes} classes generated, {} kB", bytes / 1000), time);
    }

    let core = repository().join("crates/core").display().to_string();
    let ours = |name: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\ncomfyc = {{ path = {core:?} }}\n"
        )
    };
    let seed = seed()?;
    let pruned = Options { only: Some(seed.clone()), ..Options::default() };
    let count = |classes: &BTreeSet<String>| u32::try_from(classes.len()).unwrap_or(u32::MAX);
    let packages = [
        Package {
            name: "comfyc, the classes of a plain ComfyUI",
            classes: count(&plain),
            manifest: ours("whole"),
            nodes: "whole",
            source: nodes::write(&embedded, &options),
        },
        Package {
            name: "comfyc, the classes of the seed workflow",
            classes: count(&seed),
            manifest: ours("pruned"),
            nodes: "pruned",
            source: nodes::write(&embedded, &pruned),
        },
        Package {
            name: "rucomfyui",
            classes: RIVAL.2,
            manifest: format!(
                "[package]\nname = \"rival\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{} = {{ version = \"={}\", \
                 default-features = false, features = [\"typed_nodes\"] }}\n",
                RIVAL.0, RIVAL.1
            ),
            nodes: RIVAL.0,
            source: "//! Nothing of its own.\n".to_owned(),
        },
    ];
    let folder = repository().join("target/bench/nodes");
    let mut per_class: Vec<Vec<Duration>> = Vec::new();
    for package in &packages {
        let place = folder.join(package.nodes);
        lay_out(&place, package)?;
        let mut times = Vec::new();
        for (what, arguments) in [
            ("cargo check", ["check", "--profile=dev"]),
            ("dev build", ["build", "--profile=dev"]),
            ("release build", ["build", "--release"]),
        ] {
            let rounds = if what == "cargo check" { ROUNDS } else { 1 };
            let Some(time) = compile(&place, package, &arguments, rounds) else {
                println!("  {what}: {} could not be compiled here: passed over", package.name);
                continue;
            };
            show(&format!("{what} of {} ({} classes)", package.name, package.classes), time);
            times.push(time / package.classes);
        }
        per_class.push(times);
    }
    if let [whole, _, rival] = per_class.as_slice() {
        for (what, (ours, theirs)) in
            ["cargo check", "dev build", "release build"].iter().zip(whole.iter().zip(rival))
        {
            println!("  ratio rucomfyui / comfyc, {what} for each class: {:.2}", ratio(*theirs, *ours));
        }
    }
    Ok(())
}

/// The classes of ComfyUI itself.
fn plain() -> BTreeSet<String> {
    Catalog::embedded().classes().filter(|class| !class.is_custom()).map(|class| class.name.clone()).collect()
}

/// The classes of the seed workflow.
fn seed() -> Result<BTreeSet<String>, Failure> {
    let graph = text(&repository().join("workflows/wan-2-2/first-last-frame/graph.json"))?;
    let graph: Value = serde_json::from_str(&graph).map_err(|error| Failure(error.to_string()))?;
    let classes = graph.as_object().into_iter().flatten().filter_map(|(_, node)| node["class_type"].as_str());
    Ok(classes.map(str::to_owned).collect())
}

fn lay_out(place: &Path, package: &Package) -> Result<(), Failure> {
    let write = |path: PathBuf, text: &str| {
        fs::write(&path, text).map_err(|error| Failure(format!("{}: {error}", path.display())))
    };
    fs::create_dir_all(place.join("src"))
        .map_err(|error| Failure(format!("{}: {error}", place.display())))?;
    write(place.join("Cargo.toml"), &format!("{}\n[workspace]\n", package.manifest))?;
    write(place.join("src/lib.rs"), &package.source)
}

/// The median time to compile the package that holds the nodes, everything below it being there.
fn compile(place: &Path, package: &Package, arguments: &[&str], rounds: usize) -> Option<Duration> {
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        command
            .args(arguments)
            .current_dir(place)
            .env("CARGO_TARGET_DIR", repository().join("target/bench/nodes/target"));
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    if !cargo(arguments) {
        return None;
    }
    let mut times = Vec::new();
    for _ in 0..rounds {
        let mut clean = vec!["clean", "-p", package.nodes];
        if arguments.contains(&"--release") {
            clean.push("--release");
        }
        if !cargo(&clean) {
            return None;
        }
        let start = Instant::now();
        if !cargo(arguments) {
            return None;
        }
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}
