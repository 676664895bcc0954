//! What is read and written again is the same: catalogs, prompts, published schemas, manifests.

use comfyc::back::Layout;
use comfyc::back::schema::{self, Dialect};
use comfyc::back::{manifest, prompt};
use comfyc::catalog::Catalog;
use comfyc::check;
use comfyc::source::{Source, Sources, Syntax};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support;

fn parse_catalog(text: &str) -> Catalog {
    let source = Source::new("object_info.json", Syntax::Json, text);
    let (catalog, diagnostics) = Catalog::parse(&source, Sources::default().add(source.clone()));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    catalog
}

#[test]
fn the_embedded_catalog_is_written_as_it_is_read() {
    let embedded = Catalog::embedded();
    assert_eq!(embedded.len(), 1177);
    let text = embedded.to_object_info().to_string();
    let again = parse_catalog(&text);
    assert_eq!(again.to_object_info().to_string(), text);
    let names: Vec<&str> = again.names().collect();
    assert_eq!(names, embedded.names().collect::<Vec<_>>());
}

#[test]
fn a_snapshot_keeps_traits_and_open_lists() {
    let embedded = Catalog::embedded();
    let again = parse_catalog(&embedded.to_snapshot());
    for class in embedded.classes() {
        assert_eq!(Some(class), again.class(&class.name));
    }
    assert!(embedded.class("LoadImage").is_some_and(|class| class.traits.is_some()));
}

/// Any JSON, small.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has finite numbers", |f| f.is_finite()).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        "[A-Z]{1,8}(,[A-Z]{1,4})?".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec(("[a-z_]{1,8}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A declaration of any form: those that servers print, and some that nobody should.
fn any_declaration() -> impl Strategy<Value = Value> {
    let ty = prop_oneof![
        Just(json!("INT")),
        Just(json!("FLOAT,INT")),
        Just(json!("*")),
        Just(json!("COMBO")),
        Just(json!(["a", "b", 3])),
        Just(json!([])),
        Just(json!("COMFY_DYNAMICCOMBO_V3")),
        Just(json!("COMFY_AUTOGROW_V3")),
        Just(json!("COMFY_MATCHTYPE_V3")),
        Just(json!("COMFY_DYNAMICSLOT_V3")),
        any_json(),
    ];
    let keywords = prop_oneof![
        Just(json!({})),
        Just(
            json!({"default": 1, "min": 0, "max": 18_446_744_073_709_551_615_u64, "step": 0.5, "tooltip": "x"})
        ),
        Just(json!({"options": ["a"], "multiselect": true, "open": true})),
        Just(
            json!({"options": [{"key": "k", "inputs": {"required": {"w": ["INT", {"min": 1}]}, "odd": 5}}]})
        ),
        Just(json!({"options": [{"key": "k"}]})),
        Just(
            json!({"template": {"input": {"required": {"image": ["IMAGE", {}]}}, "prefix": "image", "min": 1, "max": 9}})
        ),
        Just(json!({"template": {"input": {"optional": {"a": ["INT"]}}, "names": ["x", "y"]}})),
        Just(json!({"template": {"template_id": "t", "allowed_types": "IMAGE,MASK"}})),
        Just(json!({"inputs": {"required": {"a": ["INT"]}}})),
        any_json(),
    ];
    prop_oneof![
        (ty.clone(), keywords.clone()).prop_map(|(ty, keywords)| json!([ty, keywords])),
        (ty.clone(), keywords, any_json()).prop_map(|(ty, keywords, more)| json!([ty, keywords, more])),
        ty.prop_map(|ty| json!([ty])),
        any_json(),
    ]
}

proptest! {
    #[test]
    fn any_object_info_is_written_as_it_is_read(
        required in prop::collection::vec(("[a-z]{1,6}", any_declaration()), 0..4),
        hidden in any_declaration(),
        outputs in prop::collection::vec(any_json(), 0..3),
        field in any_json(),
    ) {
        let required: Map<String, Value> = required.into_iter().collect();
        let class = json!({
            "input": {"required": required, "hidden": {"h": hidden}, "other": 5},
            "output": outputs,
            "output_name": field,
            "extra": field,
        });
        let text = json!({"A": class, "B": {"input": field}}).to_string();
        let catalog = parse_catalog(&text);
        prop_assert_eq!(catalog.to_object_info(), serde_json::from_str::<Value>(&text).expect("JSON"));
    }

    #[test]
    fn any_prompt_is_written_as_it_is_read(
        nodes in prop::collection::vec(
            ("[0-9:a-z_]{1,5}", "[A-Za-z+]{1,6}", prop::collection::vec(("[a-z.]{1,6}", any_input()), 0..4), any_json()),
            0..6,
        ),
    ) {
        let mut prompt = Map::new();
        for (id, class, inputs, meta) in nodes {
            let inputs: Map<String, Value> = inputs.into_iter().collect();
            prompt.insert(id, json!({"inputs": inputs, "class_type": class, "_meta": meta, "extra": 1}));
        }
        let text = format!("{:#}", Value::Object(in_editor_order(prompt)));
        let (graph, diagnostics) = support::graph(&text);
        prop_assert!(diagnostics.is_empty());
        prop_assert_eq!(prompt::write(&graph, Layout::Pretty), text);
    }

    #[test]
    fn editor_order_is_reached_in_one_step(ids in prop::collection::vec("[0-9:a-z]{1,4}", 0..8)) {
        let prompt: Map<String, Value> =
            ids.into_iter().map(|id| (id, json!({"inputs": {"b": 1, "7": 2, "10": 3}}))).collect();
        let (graph, _) = support::graph(&Value::Object(prompt).to_string());
        let once = prompt::write(&graph, Layout::Compact);
        let (graph, _) = support::graph(&once);
        prop_assert_eq!(prompt::write(&graph, Layout::Compact), once);
    }
}

/// The members in the order of a JavaScript engine: array indices ascending, then the others as they stand.
fn in_editor_order(members: Map<String, Value>) -> Map<String, Value> {
    let index = |name: &str| name.parse::<u32>().ok().filter(|index| index.to_string() == name);
    let (mut indices, others): (Vec<_>, Vec<_>) =
        members.into_iter().partition(|(name, _)| index(name).is_some());
    indices.sort_by_key(|(name, _)| index(name));
    indices.into_iter().chain(others).collect()
}

/// A value of a node's input: a link, something like a link, or anything.
fn any_input() -> impl Strategy<Value = Value> {
    prop_oneof![
        ("[0-9]{1,2}", 0..4).prop_map(|(node, slot)| json!([node, slot])),
        Just(json!(["1", -1])),
        Just(json!(["1", 1.0])),
        Just(json!([1, 0])),
        any_json(),
    ]
}

/// Every published schema of the repository, by name.
fn published_schemas() -> Vec<(String, String)> {
    let folder = support::path("schemas/runcomfy");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    files.sort();
    files
        .into_iter()
        .filter(|path| !path.ends_with("output.json"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("a schema")))
        .collect()
}

#[test]
fn published_schemas_are_written_as_they_are_read() {
    for (name, text) in published_schemas() {
        let interface = support::published(&text);
        let written = schema::write(&interface, Dialect::RunComfy, Layout::Pretty);
        assert_eq!(written, text.trim_end(), "{name}");
    }
}

#[test]
fn quirks_survive_and_are_told() {
    let text = r#"{"properties":{"1_a":{"type":"float","minimum":0.60,"default":1.50,"x":null},"b":{"type":"image"}},"required":["c","1_a"],"type":"object"}"#;
    let interface = support::published(text);
    let written = schema::write(&interface, Dialect::RunComfy, Layout::Compact);
    assert_eq!(written, text);
    let checked = check::published(interface).expect("quirks are no errors");
    let told: Vec<String> = checked.warnings().iter().map(|d| d.problem.to_string()).collect();
    assert_eq!(
        told,
        [
            "`b`: `image` is not a type, so any value is taken",
            "`c`: it is required but not described, so any value is taken",
        ]
    );
}

#[test]
fn a_standard_schema_is_read_back_as_the_published_one() {
    let text = support::read("schemas/runcomfy/kling__kling-video-o3__pro__reference-to-video.json");
    let standard = |text: &str| {
        let interface = support::published(text);
        schema::write(&interface, Dialect::Draft2020, Layout::Pretty)
    };
    let once = standard(&text);
    assert_eq!(standard(&once), once);
}

#[test]
fn a_written_manifest_is_read_as_the_same_interface() {
    for folder in support::workflow_folders() {
        let interface = support::manifest(&support::read(&format!("{folder}/interface.toml")));
        let again = support::manifest(&manifest::write(&interface, None));
        let schema = |interface| schema::write(&interface, Dialect::RunComfy, Layout::Pretty);
        let derived = |interface: &comfyc::interface::Interface| {
            interface.inputs().map(|(key, input)| (key.clone(), input.derived.clone())).collect::<Vec<_>>()
        };
        assert_eq!(derived(&again), derived(&interface));
        let keywords = |text: String| serde_json::from_str::<Value>(&text).expect("JSON");
        assert_eq!(keywords(schema(again)), keywords(schema(interface)));
    }
}
