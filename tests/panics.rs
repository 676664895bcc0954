//! Checked means that no back end panics, and nothing unchecked makes a check panic: arbitrary graphs, interfaces and
//! payloads through every check and every back end.

use comfyc::back::schema::{self, Dialect};
use comfyc::back::{Layout, manifest, overrides, payload, prompt};
use comfyc::catalog::Catalog;
use comfyc::check::{self, Checked};
use comfyc::compiler::{Compiler, Content};
use comfyc::diagnostic::Findings;
use comfyc::interface::{Payload, propose};
use comfyc::source::Sources;
use comfyc::workflow::Workflow;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support;

/// A node of a class with much to go wrong, with inputs by the right names and any values.
fn node() -> impl Strategy<Value = Value> {
    let class = prop::sample::select(vec![
        "KSamplerAdvanced",
        "SaveImage",
        "LoadImage",
        "ImageScale",
        "SaveVideo",
        "BatchImagesNode",
        "VHS_VideoCombine",
        "ImageResizeKJv2",
        "Nonsense",
        "",
    ]);
    let name = prop::sample::select(vec![
        "steps",
        "start_at_step",
        "end_at_step",
        "image",
        "images",
        "images.image0",
        "width",
        "height",
        "format",
        "format.codec",
        "seed",
        "cfg",
        "sampler_name",
        "model",
        "positive",
        "filename_prefix",
        "frame_rate",
        "x",
        "",
    ]);
    let value = prop_oneof![
        (0..6_i32, -2..4_i32).prop_map(|(node, slot)| json!([node.to_string(), slot])),
        Just(json!([1, 0])),
        Just(json!([])),
        Just(json!(["1", 0, 2])),
        Just(json!({"__value__": [1]})),
        Just(json!(null)),
        Just(json!("12")),
        Just(json!("nan")),
        Just(json!(1e308)),
        Just(json!(-1)),
        Just(json!(u64::MAX)),
        Just(json!(true)),
        Just(json!("auto")),
        Just(json!("mp4")),
        Just(json!("euler")),
        Just(json!({"a": {"b": []}})),
    ];
    let inputs = prop::collection::vec((name, value), 0..7).prop_map(|inputs| {
        inputs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>()
    });
    prop_oneof![
        9 => (class, inputs).prop_map(|(class, inputs)| json!({"class_type": class, "inputs": inputs, "_meta": {"title": class}})),
        1 => Just(json!({"class_type": 5, "inputs": [], "_meta": 5})),
        1 => Just(json!(null)),
    ]
}

fn interface() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "0_steps",
        "1_width",
        "1_widthx1_height",
        "2_image",
        "0_stepsx1_width",
        "3_format",
        "9_none",
        "x",
        "_",
        "",
    ]);
    let keywords = prop::sample::select(vec![
        json!({"type": "integer", "minimum": 1, "maximum": 0, "default": "x"}),
        json!({"type": "string", "enum": ["720x720 (1:1)", "auto", 5]}),
        json!({"type": "string", "format": "image_uri", "validations": [{"validation_rule": "file_size_mb<", "validation_value": -5}]}),
        json!({"enum": []}),
        json!({"type": ["string", "nothing"], "items": 5, "pattern": "("}),
        json!({"default": [1, {"a": null}]}),
    ]);
    prop::collection::vec((key, keywords), 0..4).prop_map(|properties| {
        let members: Map<String, Value> =
            properties.into_iter().map(|(key, p)| (key.to_owned(), p)).collect();
        json!({"type": "object", "properties": members, "required": ["2_image"]})
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn nothing_panics(
        nodes in prop::collection::vec(node(), 0..6),
        schema in interface(),
        given in prop::collection::vec(("[0-9]_[a-z]{1,6}|1_widthx1_height", prop_oneof![Just(json!("1x2")), Just(json!(5)), Just(json!(null))]), 0..4),
    ) {
        let catalog = catalog();
        let prompt: Map<String, Value> = nodes.into_iter().enumerate().map(|(i, node)| (i.to_string(), node)).collect();
        let (graph, _) = support::graph(&Value::Object(prompt).to_string());
        let interface = support::published(&schema.to_string());
        let proposed = propose(&graph, catalog);
        let _ = manifest::write(&proposed, Some("a/b"));
        let mut values = Payload::new();
        for (key, value) in given {
            values.set(key, value, None);
        }
        for interface in [interface, proposed] {
            let workflow = Workflow::new(graph.clone(), interface);
            let (workflow, diagnostics) = match check::workflow(workflow, catalog) {
                Ok(checked) => {
                    let warnings = checked.warnings().clone();
                    (checked, warnings)
                }
                Err(rejected) => (Checked::assume_checked(rejected.value), rejected.diagnostics),
            };
            let _ = comfyc::diagnostic::render(&diagnostics, &Sources::default());
            let _ = schema::write(&workflow.interface, Dialect::RunComfy, Layout::Pretty);
            let _ = schema::write(&workflow.interface, Dialect::Draft2020, Layout::Compact);
            let _ = prompt::write(&workflow.graph, Layout::Pretty);
            let _ = payload::write(&values, Layout::Compact);
            if let Ok(job) = check::job(&workflow, &values, catalog) {
                let _ = overrides::write(&job, Layout::Pretty);
                let _ = prompt::write(job.prompt(), Layout::Compact);
            }
        }
    }

    #[test]
    fn any_text_is_a_document_or_a_report(text in "\\PC{0,60}", json in r#"[\[\]{}":,0-9a-z ]{0,40}"#) {
        for text in [text, json] {
            let document = compiler().parse("any.json", text);
            let is_nothing = matches!(document.content(), Content::Nothing);
            let Findings { diagnostics, sources } = document.into_findings();
            prop_assert!(!is_nothing || diagnostics.has_errors());
            let rendered = comfyc::diagnostic::render(&diagnostics, &sources);
            prop_assert_eq!(rendered.len(), diagnostics.len());
        }
    }
}

fn catalog() -> &'static Catalog {
    static CATALOG: std::sync::OnceLock<Catalog> = std::sync::OnceLock::new();
    CATALOG.get_or_init(Catalog::embedded)
}

fn compiler() -> &'static Compiler {
    static COMPILER: std::sync::OnceLock<Compiler> = std::sync::OnceLock::new();
    COMPILER.get_or_init(|| Compiler::new(Catalog::embedded()))
}

/// Deep and wide documents end in a report or a result, on the stack of a test thread.
#[test]
fn depth_and_size_are_no_danger() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let document = compiler().parse("deep.json", deep);
    assert!(matches!(document.content(), Content::Nothing));
    assert!(document.into_findings().diagnostics.has_errors());

    let mut prompt = Map::new();
    for i in 0..20_000 {
        let inputs = json!({"images": [(i + 1).to_string(), 0], "filename_prefix": "x"});
        prompt.insert(i.to_string(), json!({"class_type": "SaveImage", "inputs": inputs}));
    }
    let (graph, _) = support::graph(&Value::Object(prompt).to_string());
    let rejected = check::graph(graph, catalog()).expect_err("the chain starts nowhere");
    assert!(rejected.diagnostics.has_errors());
}
