//! The DSL without generated code; what the types do is tested with the nodes, in `comfyc-nodes`.

use serde_json::json;

use super::*;
use crate::compile;
use crate::diagnostic::{Code, Misbuilt, Problem};

/// The prompt of what is built, which nothing is wrong with.
#[track_caller]
fn prompt(write: impl for<'g> FnOnce(Scope<'g>)) -> Json {
    let built = workflow(write);
    assert!(built.diagnostics.is_empty(), "{:?}", built.diagnostics);
    let text = compile::prompt_unchecked(built);
    serde_json::from_str(&text).expect("JSON")
}

/// What is wrong with what is built.
fn misuses(write: impl for<'g> FnOnce(Scope<'g>)) -> Vec<Misbuilt> {
    let built = workflow(write);
    assert!(built.diagnostics.codes().iter().all(|code| *code == Code::MisbuiltGraph));
    let problems = built.diagnostics.iter().map(|diagnostic| diagnostic.problem.clone());
    problems
        .map(|problem| match problem {
            Problem::MisbuiltGraph { what, place } => {
                assert!(place.contains("tests.rs:"), "{place}");
                what
            }
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn nodes_without_an_id_get_the_next_number_that_is_free() {
    let made = prompt(|g| {
        g.untitled();
        g.raw("A");
        g.raw("B").at("2");
        g.raw("C");
        let inner = g.within("2");
        inner.raw("D").at("7");
        inner.within("9").raw("E");
    });
    let ids: Vec<&String> = made.as_object().expect("nodes").keys().collect();
    assert_eq!(ids, ["1", "2", "3", "2:7", "2:9:1"]);
    assert_eq!(made["3"], json!({"inputs": {}, "class_type": "C"}));
}

#[test]
fn titles_are_those_of_the_class_unless_said() {
    let made = prompt(|g| {
        g.raw("A");
        g.raw("B").titled("mine");
        g.raw("C").untitled();
        g.raw("D").meta(json!({"title": "D", "x": 1})).field("is_changed", json!([1]));
    });
    assert_eq!(made["1"]["_meta"], json!({"title": "A"}));
    assert_eq!(made["2"]["_meta"], json!({"title": "mine"}));
    assert_eq!(made["3"].get("_meta"), None);
    assert_eq!(
        made["4"],
        json!({"inputs": {}, "class_type": "D", "_meta": {"title": "D", "x": 1}, "is_changed": [1]})
    );
}

#[test]
fn numbers_are_written_as_the_editor_writes_them_or_as_they_are_spelled() {
    let made = prompt(|g| {
        let node = g.raw("A").set("whole", 8.0).set("tiny", 1e-7).set("huge", 1e21).set("third", 0.1 + 0.2);
        node.set("spelled", exact("8.0")).set("seed", u64::MAX);
    });
    let inputs = r#"{"whole":8,"tiny":1e-7,"huge":1e+21,"third":0.30000000000000004,"spelled":8.0,"seed":18446744073709551615}"#;
    assert_eq!(made["1"]["inputs"].to_string(), inputs);
}

#[test]
fn links_may_go_forward_in_circles_and_nowhere() {
    let made = prompt(|g| {
        let one = g.raw("A").at("1").set("x", g.link("2", 0)).set("y", g.link("gone", -1));
        g.raw("B").at("2").set("x", one.out(3)).set("z", open::<Out<'_, socket::Any>>());
    });
    assert_eq!(made["1"]["inputs"], json!({"x": ["2", 0], "y": ["gone", -1]}));
    assert_eq!(made["2"]["inputs"], json!({"x": ["1", 3]}));
}

#[test]
fn inputs_and_nodes_stand_in_the_order_that_is_asked_for() {
    let made = prompt(|g| {
        g.untitled();
        g.raw("A").at("x").set("a", 1).set("b", 2).set("c", 3).in_order(&["c", "a"]).without("b");
        g.raw("B").at("y");
        g.in_order(&["y"]);
    });
    let text = r#"{"y":{"inputs":{},"class_type":"B"},"x":{"inputs":{"c":3,"a":1},"class_type":"A"}}"#;
    assert_eq!(made.to_string(), text);
}

#[test]
fn a_published_value_is_in_the_graph_wherever_it_goes() {
    let built = workflow(|g| {
        let steps = g.expose(input("Steps").default(21).range(6..=30).required());
        let size = g.expose(input("Size").default("480x720 (2:3)"));
        let kept = g.expose(input("Kept"));
        g.raw("A").at("5").set("end", steps.scale(0.5).floor()).set("steps", steps);
        g.raw("B").at("6").set("steps", steps).set("height", size.part(1)).set("width", size.part(0));
        g.raw("C").at("7").set("text", "before").set("text", kept).set("cfg", input("Scale").default(0.5));
        g.model("a/b/c");
    });
    assert!(built.diagnostics.is_empty());
    let interface = &built.workflow.interface;
    let keys: Vec<&str> = interface.inputs().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["5_steps", "6_widthx6_height", "7_text", "7_cfg"]);
    assert_eq!(interface.required().len(), 1);
    let driven: Vec<&str> =
        interface.input("5_steps").expect("steps").derived.iter().map(|d| d.written.as_str()).collect();
    assert_eq!(driven, ["5_end", "6_steps"]);
    let literal = |node: &str, input: &str| {
        built.workflow.graph.node(node).and_then(|node| node.literal(input)).cloned().expect("a literal")
    };
    assert_eq!(literal("5", "end"), 10);
    assert_eq!(literal("6", "steps"), 21);
    assert_eq!((literal("6", "width"), literal("6", "height")), (480.into(), 720.into()));
    assert_eq!(literal("7", "text"), "before");
    assert_eq!(literal("7", "cfg"), 0.5);
}

#[test]
fn what_would_be_lost_is_told() {
    assert_eq!(
        misuses(|g| {
            g.raw("A").at("1");
            g.raw("B").at("1");
        }),
        [Misbuilt::IdTaken { id: "1".to_owned() }]
    );
    assert_eq!(
        misuses(|g| {
            g.expose(input("Unused"));
        }),
        [Misbuilt::DrivesNothing { title: "Unused".to_owned() }]
    );
    let unreadable = |input: &str, text: &str| Misbuilt::Unreadable {
        node: "1".to_owned(),
        input: input.to_owned(),
        text: text.to_owned(),
    };
    assert_eq!(
        misuses(|g| {
            g.raw("A").set("x", f64::NAN).set("y", exact("{")).field("z", exact("]"));
        }),
        [unreadable("z", "]"), unreadable("x", "NaN"), unreadable("y", "{")]
    );
}

#[test]
fn a_node_that_is_there_twice_is_kept_under_another_id() {
    let built = workflow(|g| {
        g.raw("A").at("1");
        g.raw("B").at("1");
    });
    assert_eq!(built.workflow.graph.len(), 2);
}
