//! The pages of the codes: every one has its four parts, its example shows its problem, and what stands under `Instead` does not.
//!
//! A fenced block says what document it is: `json prompt`, `toml manifest`, `json schema`, `json payload`, `json catalog`,
//! `json workflow` for one of the editor, `json document` for one of any kind, or a media file: `xml media`, or `hex media` in
//! hexadecimal digits. The documents of one part belong together: a manifest to the prompt, a payload to
//! whichever of the others publishes keys, a prompt to the catalog. Those under `Instead` replace those of the same kind in
//! the example. In a `json prompt times=1000`, node 2 stands for as many of its kind, each linked to the one before; in a
//! `json workflow times=1000`, the subgraph stands for as many, each inside the one before. Blocks that say no kind, such as `console`, are for people only.
//! Where the example is in Rust, it is run as a test of the crate's documentation.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;
use std::sync::Arc;

use comfyc::catalog::Catalog;
use comfyc::compiler::{Compiler, Content, File, Given};
use comfyc::diagnostic::{Code, Diagnostics};
use serde_json::{Map, Value};

use crate::support;

const FOLDER: &str = "crates/core/src/diagnostic/pages";
const PARTS: [&str; 4] = ["What it means", "Why it matters", "Example", "Instead"];

/// Documents by kind.
type Blocks = BTreeMap<String, String>;

/// The parts of a page, each with its text.
fn parts(page: &str) -> Vec<(&str, &str)> {
    page.split("## ").skip(1).map(|part| part.split_once('\n').unwrap_or((part, ""))).collect()
}

/// The documents among the fenced blocks of a part.
fn blocks(part: &str) -> Blocks {
    const KINDS: [&str; 8] =
        ["prompt", "manifest", "schema", "payload", "catalog", "workflow", "document", "media"];
    let fenced = part.split("```").skip(1).step_by(2);
    let documents = fenced.filter_map(|block| {
        let (head, text) = block.split_once('\n')?;
        let kind = head.split(' ').nth(1)?;
        assert!(KINDS.contains(&kind), "there is no kind of document `{kind}`");
        let times = head.split_once("times=").map(|(_, times)| times.parse().expect("a number"));
        let text = match times {
            Some(times) if kind == "workflow" => nested(text, times),
            Some(times) => repeated(text, times),
            None if head.starts_with("hex ") => bytes_of(text),
            None => text.to_owned(),
        };
        Some((kind.to_owned(), text))
    });
    documents.collect()
}

/// Bytes from hexadecimal digits, each as the character of its number.
fn bytes_of(digits: &str) -> String {
    digits.split_whitespace().map(|byte| char::from(u8::from_str_radix(byte, 16).expect("a byte"))).collect()
}

/// A prompt with node 2 many times over: node 3 is linked to the last of them.
fn repeated(prompt: &str, times: usize) -> String {
    let mut nodes: Map<String, Value> = serde_json::from_str(prompt).expect("a prompt");
    let (second, mut last) = (nodes["2"].to_string(), nodes["3"].to_string());
    for i in 1..times {
        let before = if i == 1 { "[\"2\"".to_owned() } else { format!("[\"2.{}\"", i - 1) };
        let node = serde_json::from_str(&second.replace("[\"1\"", &before)).expect("a node");
        nodes.insert(format!("2.{i}"), node);
    }
    last = last.replace("[\"2\"", &format!("[\"2.{}\"", times - 1));
    nodes.insert("3".to_owned(), serde_json::from_str(&last).expect("a node"));
    Value::Object(nodes).to_string()
}

/// A workflow with its subgraph, `s0` that holds an `s1`, many times over, each inside the one before.
fn nested(workflow: &str, times: usize) -> String {
    let mut workflow: Value = serde_json::from_str(workflow).expect("a workflow");
    let subgraphs = &mut workflow["definitions"]["subgraphs"];
    let first = subgraphs[0].to_string();
    let all = (0..times).map(|i| {
        let one = first.replace("\"s1\"", &format!("\"s{}\"", i + 1)).replace("\"s0\"", &format!("\"s{i}\""));
        serde_json::from_str::<Value>(&one).expect("a subgraph")
    });
    *subgraphs = all.collect();
    workflow.to_string()
}

/// All that is found in documents that belong together, as the driver finds it, which reads them as files of one folder.
fn findings(blocks: &Blocks, embedded: &Arc<Catalog>) -> Diagnostics {
    let text = |kind: &str| blocks.get(kind).map(String::as_str);
    let mut all = Diagnostics::default();
    let mut compiler = Compiler::new(Arc::clone(embedded));
    if let Some(text) = text("catalog") {
        let document = compiler.parse("object_info.json", text);
        if let Content::Catalog(catalog, _) = document.content() {
            compiler = Compiler::new(catalog.clone().taught_by(Catalog::clone(embedded)));
        }
        all.append(compiler.compile(document, &Given::default()).into_findings().diagnostics);
    }
    for kind in ["workflow", "document"] {
        if let Some(text) = text(kind) {
            all.append(compiler.parse(kind, text).into_findings().diagnostics);
        }
    }
    if let Some(text) = text("media") {
        let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(c).expect("a byte")).collect();
        all.append(compiler.parse("media", bytes).into_findings().diagnostics);
    }
    let read = |file: File<'_>| {
        let kind = match file.path() {
            "interface.toml" => "manifest",
            "graph.json" => "prompt",
            "schema.json" => "schema",
            _ => "",
        };
        text(kind).map(|text| text.as_bytes().to_vec()).ok_or_else(|| io::ErrorKind::NotFound.into())
    };
    let names_graph = text("manifest").is_some_and(|manifest| manifest.contains("graph ="));
    let document = match (text("prompt"), text("manifest"), text("schema")) {
        (Some(_), None, None) => compiler.open("graph.json", read),
        (Some(_), None, Some(_)) => compiler.open_with("graph.json", "schema.json", read),
        (Some(_), Some(_), _) => compiler.open("interface.toml", read),
        (None, Some(_), _) if names_graph => compiler.open("interface.toml", read),
        (None, Some(_), _) => compiler.open_interface("interface.toml", read),
        (None, None, Some(_)) => compiler.open("schema.json", read),
        (None, None, None) => return all,
    };
    let given = text("payload")
        .map_or_else(Given::default, |payload| Given::default().with_text("payload.json", payload));
    let mut compilation = compiler.compile(document, &given);
    if !given.is_empty() {
        compilation.job();
    }
    all.append(compilation.into_findings().diagnostics);
    all
}

/// What is wrong with one page.
fn faults(code: Code, embedded: &Arc<Catalog>) -> Vec<String> {
    let page = code.page();
    let parts = parts(page);
    let headings: Vec<&str> = parts.iter().map(|(heading, _)| *heading).collect();
    let mut faults = Vec::new();
    if headings != PARTS {
        return vec![format!("its headings are {headings:?}")];
    }
    if parts.iter().any(|(_, text)| text.trim().is_empty()) {
        faults.push("a part of it is empty".to_owned());
    }
    // Examples in Rust are tests of the crate's documentation.
    if parts[2].1.contains("```rust\n") && parts[3].1.contains("```rust\n") {
        return faults;
    }
    let mut documents = blocks(parts[2].1);
    if documents.is_empty() {
        faults.push("it has no example".to_owned());
    }
    let found = findings(&documents, embedded);
    if !found.codes().contains(&code) {
        faults.push(format!("its example shows {:?}", found.codes()));
    }
    let instead = blocks(parts[3].1);
    if !instead.is_empty() {
        documents.extend(instead);
        let found = findings(&documents, embedded);
        if found.has_errors() || found.codes().contains(&code) {
            let said: Vec<String> = found.iter().map(|d| d.problem.to_string()).collect();
            faults.push(format!("what to write instead shows {said:#?}"));
        }
    }
    faults
}

#[test]
fn every_page_has_its_parts_and_shows_its_code() {
    let embedded = Arc::new(Catalog::embedded());
    let mut report = String::new();
    for code in Code::ALL {
        for fault in faults(*code, &embedded) {
            let _ = writeln!(report, "{FOLDER}/{code}.md: {fault}");
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn every_page_belongs_to_a_code() {
    let files = std::fs::read_dir(support::path(FOLDER)).expect("a folder");
    let mut strangers: Vec<String> = files
        .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
        .filter(|name| {
            name != "README.md" && name.strip_suffix(".md").is_none_or(|slug| Code::of(slug).is_none())
        })
        .collect();
    strangers.sort();
    assert!(strangers.is_empty(), "in {FOLDER}, of no code: {strangers:?}");
}

#[test]
fn explain_prints_the_page() {
    let (stdout, _, code) = support::ran(&["explain", "idle-stage"]);
    assert_eq!(code, 0);
    assert_eq!(stdout, format!("# idle-stage (warning)\n\n{}", Code::IdleStage.page()));
    let (stdout, _, code) = support::ran(&["explain"]);
    assert_eq!((stdout.lines().count(), code), (Code::ALL.len(), 0));
}
