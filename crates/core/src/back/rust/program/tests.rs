//! Small prompts as functions, and many made-up ones.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::{Options, write};
use crate::catalog::Catalog;
use crate::front::api;
use crate::interface::{Interface, Payload};
use crate::source::{Source, Sources, Syntax};
use crate::workflow::Workflow;

fn function(prompt: &str) -> String {
    let source = Source::new("prompt.json", Syntax::Json, prompt);
    let (graph, _) = api::parse(&source, Sources::default().add(source.clone()));
    let workflow = Workflow::new(graph, Interface::new());
    let options = Options { function: Some("graph".to_owned()), ..Options::default() };
    write(&workflow, &Payload::new(), &Catalog::embedded(), &options)
}

#[track_caller]
fn check(prompt: &str, body: &str) {
    let expected = format!("fn graph(g: Scope<'_>) {{\n{body}\n}}\n");
    assert_eq!(function(prompt), expected);
}

#[test]
fn a_node_is_what_its_defaults_do_not_say() {
    check(
        r#"{"1": {"inputs": {"width": 512, "height": 64, "batch_size": 1}, "class_type": "EmptyLatentImage"}}"#,
        "    g.untitled();\n    g.add(EmptyLatentImage {}).at(\"1\").height(64);",
    );
    check(
        r#"{"1": {"inputs": {"width": 512.0, "batch_size": 1, "extra": []}, "class_type": "EmptyLatentImage"}}"#,
        "    g.untitled();\n    g.add(EmptyLatentImage {})\n        .at(\"1\")\n        .width(exact(\"512.0\"))\n        \
         .set(\"extra\", exact(\"[]\"))\n        .without(\"height\");",
    );
    check(
        r#"{"1": {"inputs": {"height": 512, "width": 512, "batch_size": 1}, "class_type": "EmptyLatentImage"}}"#,
        "    g.untitled();\n    g.add(EmptyLatentImage {})\n        .at(\"1\")\n        \
         .in_order(&[\"height\", \"width\", \"batch_size\"]);",
    );
}

#[test]
fn links_to_what_comes_later_or_is_not_there_are_by_id() {
    check(
        r#"{"1": {"inputs": {"a": ["2", 0]}, "class_type": "A"}, "2": {"inputs": {"b": ["1", 1], "c": ["x", -1]}, "class_type": "B"}}"#,
        "    g.untitled();\n    let a = g.raw(\"A\").at(\"1\").set(\"a\", g.link(\"2\", 0)).out(1);\n    \
         g.raw(\"B\").at(\"2\").set(\"b\", a).set(\"c\", g.link(\"x\", -1));",
    );
}

#[test]
fn subgraphs_that_are_alike_share_a_function() {
    let text = function(
        r#"{"5:1": {"inputs": {}, "class_type": "A"}, "5:2": {"inputs": {"image": ["5:1", 0]}, "class_type": "B"},
            "6:1": {"inputs": {}, "class_type": "A"}, "6:2": {"inputs": {"image": ["6:1", 0]}, "class_type": "B"},
            "7": {"inputs": {"first": ["5:2", 0], "second": ["6:2", 0]}, "class_type": "C"}}"#,
    );
    assert_eq!(text.matches("fn ").count(), 2, "{text}");
    assert!(text.contains("let second = subgraph_5(g.within(\"6\"));"), "{text}");
}

#[test]
fn nodes_in_an_order_of_their_own_are_put_into_it() {
    let text = function(
        r#"{"b": {"inputs": {"x": ["a", 0]}, "class_type": "B"}, "a": {"inputs": {}, "class_type": "A"}}"#,
    );
    assert!(text.ends_with("    g.in_order(&[\"b\", \"a\"]);\n}\n"), "{text}");
}

#[test]
fn ten_thousand_nodes_are_many_functions() {
    let nodes: Vec<String> = (0..10_000)
        .map(|i| {
            format!(r#""{i}": {{"inputs": {{"image": ["{}", 0]}}, "class_type": "ImageInvert"}}"#, i + 1)
        })
        .collect();
    let text = function(&format!("{{{}}}", nodes.join(",")));
    assert!(text.matches("\nfn part_of_graph").count() >= 40);
    assert_eq!(text.matches(".add(ImageInvert").count(), 10_000);
}

#[test]
fn ids_nest_as_deep_as_anybody_likes() {
    let deep = "a:".repeat(10_000);
    let text = function(&format!(
        r#"{{"{deep}1": {{"inputs": {{}}, "class_type": "A"}}, "{deep}2": {{"inputs": {{}}, "class_type": "B"}}}}"#
    ));
    assert!(text.contains("raw(\"A\")"));
}

/// Any JSON that a prompt can hold somewhere.
fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        ".{0,90}".prop_map(Json::from),
        ("[1-5]", -2_i64..4).prop_map(|(id, slot)| Json::from(vec![Json::from(id), slot.into()])),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| prop::collection::vec(inner, 0..3).prop_map(Json::from))
}

fn node() -> impl Strategy<Value = Json> {
    let classes = [
        "KSampler",
        "VAEDecode",
        "LoadImage",
        "ClaudeNode",
        "BatchImagesNode",
        "ResizeImageMaskNode",
        "SaveVideo",
        "ComfySwitchNode",
        "No Such Class",
    ];
    let names = prop_oneof![
        prop::sample::select(vec![
            "model",
            "seed",
            "steps",
            "samples",
            "image",
            "model.max_tokens",
            "images.image0",
            "images.image1",
            "resize_type",
            "resize_type.width",
            "format",
            "format.codec",
            "on_true",
            "on_false",
            "switch",
            "input",
        ])
        .prop_map(str::to_owned),
        ".{0,8}",
    ];
    let inputs = prop::collection::btree_map(names, json(), 0..6);
    (prop::sample::select(classes.to_vec()), inputs, json(), ".{0,5}").prop_map(
        |(class, inputs, odd, field)| {
            let mut node =
                serde_json::json!({"class_type": class, "inputs": inputs, "_meta": {"title": "a"}});
            if let Some(node) = node.as_object_mut().filter(|_| !odd.is_null()) {
                node.insert(field, odd);
            }
            node
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_prompt_is_a_program(nodes in prop::collection::btree_map("[1-5](:[12])?", node(), 0..8)) {
        let prompt = serde_json::to_string(&nodes).expect("JSON");
        let text = function(&prompt);
        prop_assert!(text.contains("fn graph(g: Scope<'_>)"));
        let is_hidden = |c: char| ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
        prop_assert!(!text.contains(is_hidden));
    }
}
