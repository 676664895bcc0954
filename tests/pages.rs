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

use comfyc::catalog::Catalog;
use comfyc::check;
use comfyc::diagnostic::{Code, Diagnostics};
use comfyc::front::media::{self, Form};
use comfyc::front::{api, document, manifest, published, ui};
use comfyc::graph::Graph;
use comfyc::interface::Interface;
use comfyc::source::{Origin, Source, SourceId, Sources, Syntax};
use comfyc::workflow::Workflow;
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

/// Checks documents that belong together, and gives all that was found.
#[derive(Default)]
struct Bench {
    sources: Sources,
    found: Diagnostics,
}

impl Bench {
    fn add(&mut self, name: &str, syntax: Syntax, text: &str) -> (Source, SourceId) {
        let source = Source::new(name, syntax, text);
        (source.clone(), self.sources.add(source))
    }

    /// What `found` holds is kept, and the rest is gone on with.
    fn keep<T>(&mut self, (value, found): (T, Diagnostics)) -> T {
        self.found.append(found);
        value
    }

    fn run(mut self, blocks: &Blocks, embedded: &Catalog) -> Diagnostics {
        let text = |kind: &str| blocks.get(kind).map(String::as_str);
        let mut catalog = embedded.clone();
        if let Some(text) = text("catalog") {
            let (source, id) = self.add("object_info.json", Syntax::Json, text);
            catalog = self.keep(Catalog::parse(&source, id)).taught_by(embedded.clone());
            self.found.append(catalog.problems(id));
        }
        if let Some(text) = text("workflow") {
            let (source, id) = self.add("workflow.json", Syntax::Json, text);
            self.keep(ui::parse(&source, id, &catalog, &ui::Options::default()));
        }
        if let Some(text) = text("document") {
            let (source, id) = self.add("document.json", Syntax::Json, text);
            self.keep(document::parse(&source, id));
        }
        if let Some(text) = text("media") {
            let (_, id) = self.add("media", Syntax::Json, "");
            let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(c).expect("a byte")).collect();
            let container = media::detect(&bytes).expect("a media file");
            let embedded = self.keep(media::read(&bytes, container, &Origin::offset(id, 0)));
            if let Some((form, text)) = embedded.choose(Form::Prompt) {
                let (source, id) = self.add(form.as_str(), Syntax::Json, text);
                self.keep(document::parse(&source, id));
            }
        }
        let described = text("manifest").map(|text| {
            let (source, id) = self.add(manifest::FILE, Syntax::Toml, text);
            self.keep(manifest::parse(&source, id)).map(|described| described.interface)
        });
        let schema = text("schema").map(|text| {
            let (source, id) = self.add("schema.json", Syntax::Json, text);
            match self.keep(document::parse(&source, id)) {
                Some(document::Document::Published(published::Published::Input(interface))) => {
                    Some(interface)
                }
                _ => None,
            }
        });
        let interface = described.or(schema);
        let graph = text("prompt").map(|text| {
            let (source, id) = self.add("prompt.json", Syntax::Json, text);
            self.keep(api::parse(&source, id))
        });
        let payload = text("payload");
        match (graph, interface) {
            (Some(graph), Some(Some(interface))) => self.workflow(graph, interface, payload, &catalog),
            (Some(graph), None) => {
                self.found.append(match check::graph(graph, &catalog) {
                    Ok(checked) => checked.warnings().clone(),
                    Err(rejected) => rejected.diagnostics,
                });
            }
            (None, Some(Some(interface))) => self.published(interface, payload),
            (_, Some(None)) | (None, None) => {}
        }
        self.found
    }

    fn workflow(&mut self, graph: Graph, interface: Interface, payload: Option<&str>, catalog: &Catalog) {
        let workflow = Workflow { model: None, graph, interface };
        let workflow = match check::workflow(workflow, catalog) {
            Ok(checked) => checked,
            Err(rejected) => return self.found.append(rejected.diagnostics),
        };
        self.found.append(workflow.warnings().clone());
        let Some(text) = payload else { return };
        let (source, id) = self.add("payload.json", Syntax::Json, text);
        let payload = self.keep(document::parse_payload(&source, id));
        self.found.append(match check::job(&workflow, &payload, catalog) {
            Ok(job) => job.warnings().clone(),
            Err(rejected) => rejected.diagnostics,
        });
    }

    fn published(&mut self, interface: Interface, payload: Option<&str>) {
        let interface = match check::published(interface) {
            Ok(checked) => checked,
            Err(rejected) => return self.found.append(rejected.diagnostics),
        };
        self.found.append(interface.warnings().clone());
        let Some(text) = payload else { return };
        let (source, id) = self.add("payload.json", Syntax::Json, text);
        let payload = self.keep(document::parse_payload(&source, id));
        self.found.append(match check::payload(&interface, payload) {
            Ok(checked) => checked.warnings().clone(),
            Err(rejected) => rejected.diagnostics,
        });
    }
}

/// What is wrong with one page.
fn faults(code: Code, embedded: &Catalog) -> Vec<String> {
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
    let found = Bench::default().run(&documents, embedded);
    if !found.codes().contains(&code) {
        faults.push(format!("its example shows {:?}", found.codes()));
    }
    let instead = blocks(parts[3].1);
    if !instead.is_empty() {
        documents.extend(instead);
        let found = Bench::default().run(&documents, embedded);
        if found.has_errors() || found.codes().contains(&code) {
            let said: Vec<String> = found.iter().map(|d| d.problem.to_string()).collect();
            faults.push(format!("what to write instead shows {said:#?}"));
        }
    }
    faults
}

#[test]
fn every_page_has_its_parts_and_shows_its_code() {
    let embedded = Catalog::embedded();
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
