//! `comfyc check --fix`: what is edited, and that nothing else is.

use comfyc::catalog::Catalog;
use comfyc::check;
use comfyc::diagnostic::{Diagnostics, Fix, apply};
use comfyc::front::api;
use comfyc::source::{Source, Sources, Syntax};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::ran;

const WRONG: &str = "{\n    \"1\": {\"class_type\": \"EmptyImge\", \"inputs\": {\"width\": \"8\",\"heigt\":8, \"batch_size\": 1, \"color\": 0}},\r\n\t\"2\": { \"class_type\" : \"PreviewImage\", \"inputs\": {\"images\": [ 1, 0 ]} }\n}";
const RIGHT: &str = "{\n    \"1\": {\"class_type\": \"EmptyImage\", \"inputs\": {\"width\": 8,\"height\":8, \"batch_size\": 1, \"color\": 0}},\r\n\t\"2\": { \"class_type\" : \"PreviewImage\", \"inputs\": {\"images\": [ \"1\", 0 ]} }\n}";

fn checked(text: &str) -> (Source, Diagnostics) {
    let source = Source::new("prompt.json", Syntax::Json, text);
    let (graph, mut found) = api::parse(&source, Sources::default().add(source.clone()));
    match check::graph(graph, &Catalog::embedded()) {
        Ok(checked) => found.append(checked.warnings().clone()),
        Err(rejected) => found.append(rejected.diagnostics),
    }
    (source, found)
}

/// The text after all rounds.
fn fixed(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..8 {
        let (source, found) = checked(&text);
        let fixes: Vec<&Fix> = found.iter().filter_map(|found| found.fix.as_ref()).collect();
        let (edited, made) = apply(&source, &fixes);
        if !made.contains(&true) {
            return text;
        }
        text = edited;
    }
    panic!("it does not end: {text}")
}

#[test]
fn slips_are_put_right_and_nothing_else_is_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("prompt.json");
    std::fs::write(&path, WRONG).expect("written");
    let file = path.to_str().expect("text");
    let (_, stderr, code) = ran(&["check", "--fix", file]);
    assert_eq!(std::fs::read_to_string(&path).expect("text"), RIGHT, "{stderr}");
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(stderr.matches("fixed: ").count(), 4, "{stderr}");
    let (_, stderr, code) = ran(&["check", "--fix", file]);
    assert!(code == 0 && !stderr.contains("fixed: "), "{stderr}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    let (_, stderr, code) = ran(&["check", "--fix", "-"]);
    assert!(code == 2 && stderr.contains("--fix"), "{stderr}");
}

#[test]
fn payloads_are_fixed_and_what_is_not_certain_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("body.json");
    let text = r#"{"62_image": "https://example.com/a.png", "6_txt": "x", "57_steps": "12", "57_stpes": 99}"#;
    std::fs::write(&path, text).expect("written");
    let seed = "workflows/wan-2-2/first-last-frame";
    let (_, stderr, code) = ran(&["check", "--fix", "--for", seed, path.to_str().expect("text")]);
    let after = std::fs::read_to_string(&path).expect("text");
    assert!(after.contains("\"57_steps\": 12,"), "{after} {stderr}");
    // `57_steps` is given already.
    assert!(after.contains("\"57_stpes\": 99") && code == 1, "{after} {stderr}");
}

#[test]
fn fixes_are_in_the_json_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("prompt.json");
    std::fs::write(&path, WRONG).expect("written");
    let (stdout, _, _) = ran(&["check", path.to_str().expect("text"), "--format", "json"]);
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    let fixes: Vec<&Value> =
        report["diagnostics"].as_array().expect("a list").iter().filter_map(|d| d.get("fix")).collect();
    assert!(
        fixes.contains(&&json!([{"op": "replace", "pointer": "/1/class_type", "value": "EmptyImage"}])),
        "{stdout}"
    );
    assert_eq!(std::fs::read_to_string(&path).expect("text"), WRONG);
}

#[test]
fn a_replaced_class_is_renamed_with_its_inputs() {
    let text =
        r#"{"1": {"class_type": "T2IAdapterLoader", "inputs": {"t2i_adapter_name": "a.safetensors"}}}"#;
    let expected =
        r#"{"1": {"class_type": "ControlNetLoader", "inputs": {"control_net_name": "a.safetensors"}}}"#;
    assert_eq!(fixed(text), expected);
    // Here the server sets an input besides, which is no renaming.
    let text = r#"{"1": {"class_type": "ImageScaleBy2", "inputs": {"image": 1}}}"#;
    assert_eq!(fixed(text), text);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fixing_ends_adds_no_error_and_leaves_clean_documents_alone(
        class in prop::sample::select(vec!["EmptyImage", "EmptyImge", "emptyimage", "PreviewImage", "KSampler", "Nonsense"]),
        name in prop::sample::select(vec!["width", "widht", "Width", "wdth", "image", "images"]),
        value in prop_oneof![Just(json!(8)), Just(json!("8")), Just(json!("x")), Just(json!([1, 0])), Just(json!([2, 0])), Just(json!("99999999"))],
        link in prop_oneof![Just(json!(["1", 0])), Just(json!([1, 0])), Just(json!([2, 0])), Just(json!([1, 7]))],
    ) {
        let text = json!({
            "1": {"class_type": class, "inputs": {name: value, "height": 8, "batch_size": 1, "color": 0}},
            "2": {"class_type": "PreviewImage", "inputs": {"images": link}},
        }).to_string();
        let once = fixed(&text);
        prop_assert_eq!(&fixed(&once), &once);
        let (before, after) = (checked(&text).1, checked(&once).1);
        if before.is_empty() {
            prop_assert_eq!(&once, &text);
        }
        if !before.has_errors() {
            prop_assert!(!after.has_errors());
        }
    }
}
