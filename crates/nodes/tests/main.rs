//! The typed nodes: that none of the catalog's inputs is missing, that the seed workflow written with them is the one in
//! `workflows/`, and that what ComfyUI refuses does not compile.

#![allow(
    clippy::expect_used,
    clippy::needless_pass_by_value,
    clippy::print_stderr,
    clippy::wildcard_imports,
    reason = "a test that fails has done its work, and reads best with all nodes at hand"
)]

#[path = "../examples/first_last_frame.rs"]
#[expect(dead_code, reason = "the example is a program")]
mod first_last_frame;

#[path = "../../build/tests/rustc.rs"]
#[expect(
    clippy::panic,
    dead_code,
    reason = "a test that fails has done its work, and this one makes no program"
)]
mod rustc;

use std::collections::BTreeMap;
use std::path::Path;

use comfyc::back::rust::nodes::{self, Options};
use comfyc::back::schema::Dialect;
use comfyc::catalog::{Catalog, Inputs, Kind};
use comfyc::compile;
use comfyc::dsl::*;
use comfyc::front::{api, manifest};
use comfyc::source::{Source, Sources, Syntax};
use comfyc_nodes::*;

use rustc::Compiler;

/// How often each name of an input is declared in a catalog, behind dynamic combos too.
fn declared(catalog: &Catalog) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut open: Vec<&Inputs> = catalog.classes().map(|class| &class.inputs).collect();
    while let Some(inputs) = open.pop() {
        for (name, input, _) in inputs.settable() {
            *counts.entry(name.to_owned()).or_default() += 1;
            if let Kind::DynamicCombo(branches) = &input.kind {
                open.extend(branches.iter().map(|branch| &branch.inputs));
            }
        }
    }
    counts
}

/// How often each is set by generated code.
fn generated(text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in text.lines().map(str::trim) {
        let call = ["node.", "settings.", "self.node.", "self.settings."]
            .iter()
            .find_map(|on| line.strip_prefix(on));
        let named = call.and_then(|call| {
            ["put(", "link(", "grow(", "branch("].iter().find_map(|method| call.strip_prefix(method))
        });
        let Some(named) = named else { continue };
        let mut values = serde_json::Deserializer::from_str(named).into_iter::<String>();
        let name = values.next().expect("a name").expect("a text");
        *counts.entry(name).or_default() += 1;
    }
    counts
}

#[test]
fn no_input_of_the_catalog_is_missing() {
    let catalog = Catalog::embedded();
    let text = nodes::write(&catalog, &Options::default());
    let (declared, generated) = (declared(&catalog), generated(&text));
    assert!(declared.values().sum::<usize>() > 5_860);
    assert_eq!(declared, generated);
}

#[test]
fn the_seed_workflow_in_rust_is_the_one_in_its_folder() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../workflows/wan-2-2/first-last-frame");
    let read = |name: &str, syntax| {
        let text = std::fs::read_to_string(format!("{folder}/{name}")).expect("a file");
        Source::new(name, syntax, text)
    };
    let mut sources = Sources::default();
    let source = read("interface.toml", Syntax::Toml);
    let (described, found) = manifest::parse(&source, sources.add(source.clone()));
    assert!(!found.has_errors());
    let described = described.expect("a manifest");
    let source = read("graph.json", Syntax::Json);
    let (graph, found) = api::parse(&source, sources.add(source.clone()));
    assert!(!found.has_errors());
    let interface = described.interface;
    let workflow = comfyc::Workflow::new(graph, interface).with_model(described.model);
    let from_files = Built { workflow, diagnostics: comfyc::diagnostic::Diagnostics::default() };

    let from_code = workflow_of_code();
    assert_eq!(from_code.workflow.model, from_files.workflow.model);
    let catalog = Catalog::embedded();
    for dialect in [Dialect::RunComfy, Dialect::Draft2020] {
        let schema = |built: &Built| compile::schema(built.clone(), &catalog, dialect).expect("a schema");
        assert_eq!(schema(&from_code), schema(&from_files));
    }
    let prompt = |built| compile::prompt(built, &catalog).expect("a prompt");
    assert_eq!(prompt(from_code), prompt(from_files));
}

fn workflow_of_code() -> Built {
    let built = workflow(first_last_frame::graph);
    assert!(built.diagnostics.is_empty());
    built
}

/// The inputs of the only node that `build` adds, as the prompt has them.
#[track_caller]
fn check(write: impl for<'g> FnOnce(Scope<'g>), class: &str, inputs: Json) {
    let built = workflow(write);
    assert!(built.diagnostics.is_empty(), "{:?}", built.diagnostics);
    let prompt: Json = serde_json::from_str(&compile::prompt_unchecked(built)).expect("JSON");
    let nodes = prompt.as_object().expect("nodes").values();
    let node = nodes.into_iter().find(|node| node["class_type"] == class).expect("the node");
    assert_eq!(node["inputs"].to_string(), inputs.to_string());
}

#[test]
fn a_new_node_has_the_defaults_of_its_class_and_the_editors_order() {
    let inputs = json!({"width": 512, "height": 512, "batch_size": 4});
    check(
        |g| {
            g.add(EmptyLatentImage {}).batch_size(4);
        },
        "EmptyLatentImage",
        inputs,
    );
}

#[test]
fn a_widget_that_is_linked_keeps_its_place() {
    check(
        |g| {
            let width = g.add(PrimitiveInt { value: 64.into() }).int;
            g.add(EmptyLatentImage {}).width(width);
        },
        "EmptyLatentImage",
        json!({"width": ["1", 0], "height": 512, "batch_size": 1}),
    );
}

#[test]
fn values_behind_a_dynamic_combo_are_those_of_its_option() {
    check(
        |g| {
            let model = ClaudeNodeModelHaiku4_5::new().temperature(0.5);
            g.add(ClaudeNode {}).model(model).system_prompt("be brief");
        },
        "ClaudeNode",
        json!({
            "prompt": "", "model": "Haiku 4.5", "model.max_tokens": 32768, "model.temperature": 0.5, "seed": 0,
            "system_prompt": "be brief"
        }),
    );
}

#[test]
fn an_option_that_the_catalog_does_not_list_is_written_as_it_is() {
    check(
        |g| {
            g.add(ClaudeNode {}).model(ClaudeNodeModel::Other("Next".into())).set("model.depth", 3);
        },
        "ClaudeNode",
        json!({"prompt": "", "model": "Next", "model.depth": 3, "seed": 0, "system_prompt": ""}),
    );
}

#[test]
fn repeated_inputs_are_named_in_order_or_by_their_slots() {
    check(
        |g| {
            let image = g.add(LoadImage { image: "a.png".into() }).at("7").image;
            g.add(BatchImagesNode { images: [image, image].into() });
        },
        "BatchImagesNode",
        json!({"images.image0": ["7", 0], "images.image1": ["7", 0]}),
    );
    check(
        |g| {
            let image = g.add(LoadImage { image: "a.png".into() }).at("7").image;
            g.add(BatchImagesNode { images: Grow::slots([("image0", image), ("image5", image)]) });
        },
        "BatchImagesNode",
        json!({"images.image0": ["7", 0], "images.image5": ["7", 0]}),
    );
}

#[test]
fn a_match_type_carries_the_type_of_what_is_linked() {
    check(
        |g| {
            let one = g.add(EmptyLatentImage {}).latent;
            let other = g.add(EmptyLatentImage {}).latent;
            let switch = ComfySwitchNode { switch: true.into(), on_false: one, on_true: other };
            let chosen: Out<'_, socket::Latent> = g.add(switch).output;
            g.add(SaveLatent { samples: chosen });
        },
        "SaveLatent",
        json!({"filename_prefix": "latents/ComfyUI", "samples": ["3", 0]}),
    );
}

/// The compiler whose messages are kept beside the cases; another says the same in other words.
const COMPILER: &str = "rustc 1.95.";

/// A program that compiles, with a node of the catalog in a graph.
const ACCEPTED: &str = "use comfyc::dsl::*;
use comfyc_nodes::*;

fn main() {
    workflow(|g| {
        g.add(LoadImage { image: \"photo.png\".into() });
    });
}
";

/// Compares what the compiler says of each program with the file beside it. The file is written anew when `COMFYC_UPDATE` is
/// set.
#[test]
fn what_comfyui_refuses_does_not_compile() {
    let version = std::process::Command::new("rustc").arg("--version").output().expect("a compiler").stdout;
    let version = String::from_utf8_lossy(&version);
    let says_the_same = version.starts_with(COMPILER);
    if !says_the_same {
        eprintln!("messages are not compared: they are those of {COMPILER}x, and this is {version}");
    }
    let compiler = Compiler::with(&["comfyc", "comfyc_nodes"], ACCEPTED);
    // Where the paths of the libraries' own sources lead nowhere, so that none of their lines are shown.
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for entry in std::fs::read_dir(here.join("tests/refused")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        count += 1;
        let file = path.strip_prefix(here).expect("it is in this folder");
        let output = compiler.check(file).current_dir(here).output().expect("rustc starts");
        assert!(!output.status.success(), "{}: it compiles", file.display());
        if !says_the_same {
            continue;
        }
        let (said, kept) = (lasting(&rustc::errors(&output)), path.with_extension("stderr"));
        if std::env::var_os("COMFYC_UPDATE").is_some() {
            std::fs::write(&kept, &said).expect("the file is written");
        }
        assert_eq!(said, std::fs::read_to_string(&kept).expect("a file"), "{}", file.display());
    }
    assert_eq!(count, 8);
}

/// What lasts of the compiler's messages: without the lines of library files, and without counts of what else there is.
fn lasting(said: &str) -> String {
    let mut kept = String::new();
    for line in said.lines() {
        let line = match line.split_once("crates/") {
            Some((before, place)) if ["-->", ":::"].contains(&before.trim()) => {
                format!("{before}crates/{}", place.split(':').next().unwrap_or(place))
            }
            _ if line.trim_start().starts_with("and ") && line.ends_with(" others") => {
                format!("{}and others", " ".repeat(line.len() - line.trim_start().len()))
            }
            _ => line.to_owned(),
        };
        let sums_up = ["error: aborting due to", "For more information about", "Some errors have detailed"];
        if !sums_up.iter().any(|start| line.starts_with(start)) {
            kept.push_str(line.trim_end());
            kept.push('\n');
        }
    }
    format!("{}\n", kept.trim_end())
}
