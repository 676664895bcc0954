//! Workflows that are far larger or deeper than any real one, at full size: each must be done in bounded time, with the errors
//! that are expected and no others.

use std::fmt::Write;
use std::time::{Duration, Instant};

use comfyc::catalog::Catalog;
use comfyc::diagnostic::{Code, Diagnostic, Severity};
use comfyc::front::ui;
use comfyc::source::{Source, Sources, Syntax};

use crate::Failure;

/// The longest that one may take. A release build takes a small part of it; what grows with the square takes far more.
const LONGEST: Duration = Duration::from_secs(90);

/// Makes and converts each; fails when one takes too long or ends otherwise than expected.
pub(super) fn run() -> Result<(), Failure> {
    let catalog = Catalog::embedded();
    let mut failures = Vec::new();
    for (what, workflow, expected) in [
        ("50 MB of nodes", nodes(50_000_000), None),
        ("a million links", links(1_000_000), None),
        ("a chain of 200,000 Reroutes with as many ends", reroutes(200_000), None),
        ("10,000 nested subgraphs", nested(10_000), Some(Code::TooLarge)),
        ("subgraphs that double 60 times", doubling(60), Some(Code::TooLarge)),
        ("10,000 subgraphs in a circle", circle(10_000), Some(Code::SubgraphCycle)),
        ("50,000 names set and taken through 900 levels", names(50_000, 900), None),
    ] {
        let megabytes = workflow.len() / 1_000_000;
        let start = Instant::now();
        let source = Source::new("workflow.json", Syntax::Json, workflow);
        let id = Sources::default().add(source.clone());
        let (graph, diagnostics) = ui::parse(&source, id, &catalog, &ui::Options::default());
        let took = start.elapsed();
        println!(
            "stress: {what}: {megabytes} MB, {} nodes in the prompt, {:.1} s",
            graph.len(),
            took.as_secs_f64()
        );
        let error = diagnostics.iter().find(|d| d.severity() == Severity::Error).map(Diagnostic::code);
        if error != expected || took > LONGEST {
            failures.push(format!("{what}: {:?} in {:.1} s", error.map(Code::slug), took.as_secs_f64()));
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(Failure(failures.join("\n"))) }
}

/// A workflow of the old form.
fn workflow(nodes: &str, links: &str, subgraphs: &str) -> String {
    format!(
        r#"{{"version": 0.4, "nodes": [{}], "links": [{}], "definitions": {{"subgraphs": [{}]}}}}"#,
        nodes.trim_end_matches(','),
        links.trim_end_matches(','),
        subgraphs.trim_end_matches(',')
    )
}

/// Writing to memory cannot fail.
macro_rules! put {
    ($text:expr, $($part:tt)*) => { let _ = write!($text, $($part)*); };
}

fn nodes(bytes: usize) -> String {
    let mut nodes = String::new();
    let filler = "a long text ".repeat(80);
    let mut id = 0;
    while nodes.len() < bytes {
        id += 1;
        put!(nodes, r#"{{"id": {id}, "type": "CLIPTextEncode", "widgets_values": ["{filler}"]}},"#);
    }
    workflow(&nodes, "", "")
}

fn links(count: usize) -> String {
    let (mut nodes, mut links) = (String::new(), String::new());
    nodes.push_str(
        r#"{"id": 0, "type": "EmptyImage", "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": []}]},"#,
    );
    for id in 1..=count / 2 {
        let (a, b) = (2 * id, 2 * id + 1);
        let from = id - 1;
        put!(
            nodes,
            r#"{{"id": {id}, "type": "ImageBatch", "inputs": [{{"name": "image1", "type": "IMAGE", "link": {a}}}, {{"name": "image2", "type": "IMAGE", "link": {b}}}], "outputs": [{{"name": "IMAGE", "type": "IMAGE"}}]}},"#
        );
        put!(links, r#"[{a}, {from}, 0, {id}, 0, "IMAGE"],[{b}, 0, 0, {id}, 1, "IMAGE"],"#);
    }
    workflow(&nodes, &links, "")
}

fn reroutes(count: usize) -> String {
    let (mut nodes, mut links) = (String::new(), String::new());
    nodes.push_str(
        r#"{"id": 0, "type": "EmptyImage", "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [1]}]},"#,
    );
    for id in 1..=count {
        let (from, end, to) = (id - 1, count + id, id + 1);
        put!(
            nodes,
            r#"{{"id": {id}, "type": "Reroute", "inputs": [{{"name": "", "type": "*", "link": {id}}}], "outputs": [{{"name": "", "type": "*", "links": [{to}, {end}]}}]}},"#
        );
        put!(
            nodes,
            r#"{{"id": {end}, "type": "PreviewImage", "inputs": [{{"name": "images", "type": "IMAGE", "link": {}}}]}},"#,
            end + 1
        );
        put!(links, r#"[{id}, {from}, 0, {id}, 0, "*"],[{}, {id}, 0, {end}, 0, "IMAGE"],"#, end + 1);
    }
    workflow(&nodes, &links, "")
}

fn nested(count: usize) -> String {
    let mut subgraphs = String::new();
    for i in 0..count {
        put!(
            subgraphs,
            r#"{{"id": "d{i}", "name": "D", "nodes": [{{"id": 9, "type": "d{}"}}], "links": []}},"#,
            i + 1
        );
    }
    workflow(r#"{"id": 1, "type": "d0"}"#, "", &subgraphs)
}

fn doubling(count: usize) -> String {
    let mut subgraphs = String::new();
    for i in 0..count {
        let next = i + 1;
        put!(
            subgraphs,
            r#"{{"id": "d{i}", "name": "D", "nodes": [{{"id": 8, "type": "d{next}"}}, {{"id": 9, "type": "d{next}"}}], "links": []}},"#
        );
    }
    workflow(r#"{"id": 1, "type": "d0"}"#, "", &subgraphs)
}

fn circle(count: usize) -> String {
    let mut subgraphs = String::new();
    for i in 0..count {
        put!(
            subgraphs,
            r#"{{"id": "d{i}", "name": "D", "nodes": [{{"id": 9, "type": "d{}"}}], "links": []}},"#,
            (i + 1) % 500.min(count)
        );
    }
    workflow(r#"{"id": 1, "type": "d0"}"#, "", &subgraphs)
}

/// Names that are set at the root, and one of them taken through every level.
fn names(count: usize, levels: usize) -> String {
    let mut nodes = String::from(
        r#"{"id": 0, "type": "EmptyImage", "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [1]}]},"#,
    );
    for i in 0..count {
        put!(
            nodes,
            r#"{{"id": {}, "type": "SetNode", "widgets_values": ["n{i}"], "inputs": [{{"name": "IMAGE", "type": "IMAGE", "link": 1}}]}},"#,
            i + 1
        );
        put!(
            nodes,
            r#"{{"id": {}, "type": "GetNode", "widgets_values": ["n{i}"], "outputs": []}},"#,
            count + i + 1
        );
    }
    put!(nodes, r#"{{"id": {}, "type": "d0"}}"#, 3 * count);
    let mut subgraphs = String::new();
    for i in 0..levels {
        put!(
            subgraphs,
            r#"{{"id": "d{i}", "name": "D", "nodes": [{{"id": 9, "type": "d{}"}}], "links": []}},"#,
            i + 1
        );
    }
    put!(
        subgraphs,
        r#"{{"id": "d{levels}", "name": "D", "nodes": [{{"id": 9, "type": "GetNode", "widgets_values": ["n0"], "outputs": [{{"name": "IMAGE", "type": "IMAGE", "links": [1]}}]}}, {{"id": 10, "type": "PreviewImage", "inputs": [{{"name": "images", "type": "IMAGE", "link": 1}}]}}], "links": [[1, 9, 0, 10, 0, "IMAGE"]]}}"#
    );
    workflow(&nodes, r#"[1, 0, 0, 1, 0, "IMAGE"]"#, &subgraphs)
}
