//! Programs as `comfyc build --emit rust` writes them: they compile, and print the prompts they were made of.
//! `tests/rust.rs` of the repository holds the files to what the command writes now.

#![allow(
    dead_code,
    missing_docs,
    unused_imports,
    clippy::pedantic,
    clippy::print_stdout,
    reason = "the programs are of no crate of this repository"
)]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails has done its work")]

#[path = "../../build/tests/rustc.rs"]
mod rustc;

use std::path::Path;
use std::process::Command;

use comfyc::back::rust::program;
use comfyc::back::{Layout, prompt};
use comfyc::catalog::Catalog;
use comfyc::dsl::{Json, json};
use comfyc::interface::{Interface, Payload};
use comfyc::source::{Source, Sources, Syntax};
use comfyc::workflow::Workflow;

use rustc::Compiler;

mod first_last_frame {
    include!("decompiled/first_last_frame.rs");

    pub(super) fn prompt() -> Result<String, compile::Rejected> {
        compile::prompt(workflow(graph), &Catalog::embedded())
    }

    pub(super) fn schema() -> Result<String, compile::Rejected> {
        compile::schema(workflow(graph), &Catalog::embedded(), comfyc::back::schema::Dialect::RunComfy)
    }
}

mod odd {
    include!("decompiled/odd.rs");

    pub(super) fn prompt() -> String {
        compile::prompt_unchecked(workflow(graph))
    }
}

#[test]
fn the_seed_workflow_prints_its_graph() {
    let prompt = first_last_frame::prompt().expect("a prompt");
    assert_eq!(prompt, include_str!("../../../workflows/wan-2-2/first-last-frame/graph.json").trim_end());
}

#[test]
fn the_seed_workflow_publishes_the_published_schema() {
    let schema = first_last_frame::schema().expect("a schema");
    let published = include_str!("../../../schemas/runcomfy/community__wan-2-2__first-last-frame.json");
    assert_eq!(schema, published.trim_end());
}

#[test]
fn a_prompt_that_is_wrong_in_every_way_prints_itself() {
    assert_eq!(odd::prompt(), include_str!("decompiled/odd.json").trim_end());
}

/// Texts that would break out of a literal, a comment or the name of a variable.
const HOSTILE: [&str; 24] = [
    "",
    "{}",
    "{a}",
    "\"",
    "\\",
    "\\\"",
    "'",
    "*/",
    "//",
    "///",
    "\n",
    "a\n\"b\" \\",
    "\r\n",
    "\0",
    "\u{7f}",
    "\u{202e}a\nb",
    "\u{feff}",
    "e\u{301}",
    "图像",
    "self",
    "g",
    "fn main() {}",
    "#![x]",
    "\"#",
];

#[test]
fn a_program_keeps_whatever_texts_a_prompt_has() {
    let hashes = [format!("\"{}", "#".repeat(255)), format!("a\nb\"{}", "#".repeat(100_000))];
    let texts = HOSTILE.into_iter().chain(hashes.iter().map(String::as_str));
    let nodes = texts.enumerate().map(|(i, text)| {
        let known = json!({
            "class_type": "CLIPTextEncode",
            "inputs": {"text": text, "clip": [format!("{i}:class"), 0], text: text},
            "_meta": {"title": text, "more": [text]},
        });
        let own = json!({"class_type": text, "inputs": {text: {text: text}, "a": 1e5}, text: text});
        [(text.to_owned(), known), (format!("{i}:class"), own)]
    });
    let nodes: Json = nodes.flatten().collect::<serde_json::Map<_, _>>().into();

    let source = Source::new("prompt.json", Syntax::Json, nodes.to_string());
    let (graph, _) = comfyc::front::api::parse(&source, Sources::default().add(source.clone()));
    let expected = prompt::write(&graph, Layout::Pretty);
    let workflow = Workflow::new(graph, Interface::new()).with_model(Some("\"{}".to_owned()));
    let options = program::Options { unchecked: true, ..program::Options::default() };
    let text = program::write(&workflow, &Payload::new(), &Catalog::embedded(), &options);

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (file, made) = (folder.join("hostile-program.rs"), folder.join("hostile-program"));
    std::fs::write(&file, text).expect("a file");
    let control = "use comfyc::dsl::*;\nuse comfyc_nodes::*;\n\nfn main() {\n    workflow(|g| {\n        \
                   g.add(LoadImage { image: \"a\".into() });\n    });\n}\n";
    let compiler = Compiler::with(&["comfyc", "comfyc_nodes"], control);
    let output = compiler.program("rustc", &file, &made).output().expect("rustc starts");
    let errors: String = rustc::errors(&output).chars().take(4_000).collect();
    assert!(output.status.success(), "{errors}");
    let printed = Command::new(&made).output().expect("the program starts");
    assert!(String::from_utf8_lossy(&printed.stdout) == format!("{expected}\n"), "it prints another prompt");
}
