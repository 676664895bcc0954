//! Typed nodes from the catalogs of the reference data: none of their inputs is missing, and the modules compile without a
//! warning, clippy's pedantic ones and those about missing documentation included.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use comfyc::back::rust::nodes::{Layout, Options, write};
use comfyc::catalog::{Catalog, Inputs, Kind};

use crate::{Failure, codegen, repository};

/// The catalogs, each with how its types lie in modules.
const CATALOGS: [(&str, Layout); 3] = [
    ("comfyui-0.33.0", Layout::Flat),
    ("comfyui-0.33.0-with-files", Layout::Modules),
    ("comfyui-0.33.0-with-custom-nodes", Layout::Flat),
];

/// What generated code sets inputs by.
const CALLS: [&str; 4] = [".put(\"", ".link(\"", ".grow(\"", ".branch(\""];

pub(super) fn run(shared: &Path) -> Result<(), Failure> {
    let folder = repository().join("target/conformance/nodes");
    let mut main = String::from("//! Generated nodes.\n#![warn(clippy::pedantic, missing_docs)]\n");
    let mut missing = 0;
    let failed = |error: std::io::Error| Failure(format!("{}: {error}", folder.display()));
    fs::create_dir_all(folder.join("src")).map_err(failed)?;
    for (name, layout) in CATALOGS {
        let catalog = codegen::read(&shared.join("data/object_info").join(format!("{name}.json")))?;
        let text = write(&catalog, &Options { layout, ..Options::default() });
        let (declared, generated) = (declared(&catalog), generated(&text));
        println!("nodes: {name}: {} classes, {declared} inputs, {generated} generated", catalog.len());
        missing += declared.abs_diff(generated);
        fs::write(folder.join("src").join(format!("{name}.rs")), text).map_err(failed)?;
        let module = name.replace(['-', '.'], "_");
        let _ =
            writeln!(main, "/// The nodes of {name}.\npub mod {module} {{\n    include!(\"{name}.rs\");\n}}");
    }
    let core = repository().join("crates/core");
    let manifest = format!(
        "[package]\nname = \"generated\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\ncomfyc = {{ path = {:?} }}\n\n\
         [workspace]\n",
        core.display().to_string()
    );
    fs::write(folder.join("Cargo.toml"), manifest).map_err(failed)?;
    fs::write(folder.join("src/lib.rs"), main).map_err(failed)?;
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).map_err(failed)?;
    let status = Command::new(env!("CARGO"))
        .args(["clippy", "--quiet", "--offline", "--", "-D", "warnings"])
        .env("CARGO_TARGET_DIR", repository().join("target/conformance/target"))
        .current_dir(&folder)
        .status();
    let compiled =
        status.map_err(|error| Failure(format!("nodes: cargo cannot be started: {error}")))?.success();
    println!("nodes: compiled without a warning: {}", if compiled { "yes" } else { "no" });
    if missing > 0 {
        return Err(Failure(format!("nodes: {missing} inputs are missing")));
    }
    if compiled {
        Ok(())
    } else {
        Err(Failure("nodes: the generated modules have errors or warnings".to_owned()))
    }
}

/// How many inputs a catalog declares, behind dynamic combos too.
fn declared(catalog: &Catalog) -> usize {
    let mut count = 0;
    let mut open: Vec<&Inputs> = catalog.classes().map(|class| &class.inputs).collect();
    while let Some(inputs) = open.pop() {
        for (_, input, _) in inputs.settable() {
            count += 1;
            match &input.kind {
                Kind::DynamicCombo(branches) => open.extend(branches.iter().map(|branch| &branch.inputs)),
                Kind::DynamicSlot(slot) => open.push(&slot.inputs),
                _ => {}
            }
        }
    }
    count
}

/// How many inputs generated code sets.
fn generated(text: &str) -> usize {
    let sets = |line: &&str| {
        let line = line.trim_start();
        let line = line.strip_prefix("self.").unwrap_or(line);
        let call = line.strip_prefix("node").or_else(|| line.strip_prefix("settings"));
        call.is_some_and(|call| CALLS.iter().any(|name| call.starts_with(name)))
    };
    text.lines().filter(sets).count()
}
