//! Workflows of the editor that are larger and deeper than real ones, in sizes that a test can afford; `cargo xtask
//! conformance stress` has them at full size.

use comfyc::catalog::Catalog;
use comfyc::diagnostic::{Code, Diagnostic};
use comfyc::front::ui;
use comfyc::source::{Source, Sources, Syntax};
use serde_json::{Value, json};

/// The number of nodes of the prompt, and what is said of the workflow.
#[track_caller]
fn check(workflow: &Value, nodes: usize, codes: &[Code]) {
    let source = Source::new("workflow.json", Syntax::Json, workflow.to_string());
    let id = Sources::default().add(source.clone());
    let (graph, diagnostics) = ui::parse(&source, id, &Catalog::embedded(), &ui::Options::default());
    let found: Vec<Code> = diagnostics.iter().map(Diagnostic::code).collect();
    assert_eq!((graph.len(), found.as_slice()), (nodes, codes));
}

fn definition(id: usize, nodes: &Value) -> Value {
    json!({"id": format!("d{id}"), "name": "D", "nodes": nodes, "links": []})
}

fn with_subgraphs(subgraphs: &[Value]) -> Value {
    let nodes = json!([{"id": 1, "type": "d0"}]);
    json!({"version": 0.4, "nodes": nodes, "links": [], "definitions": {"subgraphs": subgraphs}})
}

#[test]
fn twenty_thousand_links_are_followed() {
    let mut nodes = vec![json!({"id": 0, "type": "EmptyImage"})];
    let mut links = Vec::new();
    for id in 1..=10_000 {
        let input = |name: &str, link| json!({"name": name, "type": "IMAGE", "link": link});
        let inputs = [input("image1", 2 * id), input("image2", 2 * id + 1)];
        nodes.push(json!({"id": id, "type": "ImageBatch", "inputs": inputs}));
        links.push(json!([2 * id, id - 1, 0, id, 0, "IMAGE"]));
        links.push(json!([2 * id + 1, 0, 0, id, 1, "IMAGE"]));
    }
    check(&json!({"version": 0.4, "nodes": nodes, "links": links}), 10_001, &[]);
}

#[test]
fn texts_of_megabytes_are_read() {
    let text = "x".repeat(100_000);
    let node = |id| json!({"id": id, "type": "CLIPTextEncode", "widgets_values": [text]});
    let nodes: Vec<Value> = (1..=50).map(node).collect();
    check(&json!({"version": 0.4, "nodes": nodes, "links": []}), 50, &[]);
}

#[test]
fn subgraphs_nested_too_deep_are_one_error() {
    let subgraphs: Vec<Value> =
        (0..10_000).map(|i| definition(i, &json!([{"id": 9, "type": format!("d{}", i + 1)}]))).collect();
    check(&with_subgraphs(&subgraphs), 0, &[Code::TooLarge]);
}

#[test]
fn subgraphs_in_a_circle_are_one_error() {
    let subgraphs: Vec<Value> =
        (0..300).map(|i| definition(i, &json!([{"id": 9, "type": format!("d{}", (i + 1) % 300)}]))).collect();
    check(&with_subgraphs(&subgraphs), 0, &[Code::SubgraphCycle]);
}

#[test]
fn a_name_is_taken_through_every_level() {
    let get = json!({"id": 9, "type": "GetNode", "widgets_values": ["n"],
        "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [1]}]});
    let preview = json!({"id": 10, "type": "PreviewImage",
        "inputs": [{"name": "images", "type": "IMAGE", "link": 1}]});
    let mut last = definition(200, &json!([get, preview]));
    last["links"] = json!([[1, 9, 0, 10, 0, "IMAGE"]]);
    let mut subgraphs: Vec<Value> =
        (0..200).map(|i| definition(i, &json!([{"id": 9, "type": format!("d{}", i + 1)}]))).collect();
    subgraphs.push(last);
    let mut workflow = with_subgraphs(&subgraphs);
    let image = json!({"id": 2, "type": "EmptyImage"});
    let set = json!({"id": 3, "type": "SetNode", "widgets_values": ["n"],
        "inputs": [{"name": "IMAGE", "type": "IMAGE", "link": 1}]});
    let nodes = json!([image, set, {"id": 1, "type": "d0"}]);
    (workflow["nodes"], workflow["links"]) = (nodes, json!([[1, 2, 0, 3, 0, "IMAGE"]]));
    check(&workflow, 2, &[]);
}
