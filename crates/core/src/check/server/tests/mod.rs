//! The rules of the server, case by case, on a catalog of a few made-up classes.

mod varies;

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{VerdictOptions, differences, json as read, verdict};
use crate::catalog::Catalog;
use crate::source::{Source, Sources, Syntax};

/// `Save` and `Show` are outputs. `Img` makes an image and a mask, `Pass` hands one on. `Val` has a value of each type.
const CLASSES: &str = r#"{
    "comfyc_catalog": 1,
    "classes": {
        "Img": {"input": {}, "output": ["IMAGE", "MASK"], "traits": {"v3": false}},
        "Pass": {"input": {"required": {"image": ["IMAGE"]}, "optional": {"more": ["IMAGE", {}]}}, "output": ["IMAGE"],
            "traits": {"v3": true}},
        "Save": {"input": {"required": {"image": ["IMAGE"]}, "hidden": {"unique_id": "UNIQUE_ID"}}, "output": [],
            "output_node": true, "traits": {"v3": false}},
        "Show": {"input": {"required": {"any": ["*"]}}, "output": [], "output_node": true, "traits": {"v3": false}},
        "Val": {"input": {"optional": {
            "int": ["INT", {"min": 0, "max": 18446744073709551615}], "float": ["FLOAT", {"min": -1.5, "max": 2}],
            "string": ["STRING"], "bool": ["BOOLEAN"], "both": ["FLOAT,INT", {"min": 1}],
            "list": [["a", 1, true]], "combo": ["COMBO", {"options": ["a", "b"]}], "empty": ["COMBO", {}],
            "many": ["COMBO", {"options": ["a", "b"], "multiselect": true}], "mask": ["MASK"], "match": ["COMFY_MATCHTYPE_V3",
            {"template": {"template_id": "t", "allowed_types": "*"}}], "union": [" IMAGE , AUDIO"]
            }}, "output": [], "output_node": true, "traits": {"v3": false}},
        "Out": {"input": {}, "output": ["*", ["a", 1], "COMBO", "AUDIO,VIDEO", "COMFY_MATCHTYPE_V3"], "traits": {"v3": false}},
        "Own": {"input": {"required": {"n": ["INT", {"max": 5}], "c": [["x"]]}}, "output": [], "output_node": true,
            "traits": {"v3": false, "validates": ["n"]}},
        "OwnAll": {"input": {"required": {"n": ["INT", {"max": 5}], "c": [["x"]]}}, "output": [], "output_node": true,
            "traits": {"v3": false, "validates": [], "kwargs": true}},
        "OwnTypes": {"input": {"required": {"image": ["IMAGE"]}}, "output": [], "output_node": true,
            "traits": {"v3": false, "validates": ["input_types"]}},
        "Dyn": {"input": {"required": {
            "format": ["COMFY_DYNAMICCOMBO_V3", {"options": [
                {"key": "mp4", "inputs": {"required": {"crf": ["INT", {"max": 51}]}}},
                {"key": "gif", "inputs": {"optional": {"loop": ["BOOLEAN", {}]}}}]}],
            "images": ["COMFY_AUTOGROW_V3", {"template": {"input": {"required": {"image": ["IMAGE"]}}, "prefix": "img", "min": 1,
                "max": 3}}],
            "notes": ["COMFY_AUTOGROW_V3", {"template": {"input": {"optional": {"x": ["STRING"]}}, "names": ["p", "q"],
                "min": 1}}]
            }}, "output": [], "output_node": true, "traits": {"v3": true}},
        "LoadImage": {"input": {"required": {"image": [["a.png", "sub/b.png"], {"image_upload": true}]}},
            "output": ["IMAGE", "MASK"], "traits": {"v3": false, "validates": ["image"]}},
        "LoadAudio": {"input": {"required": {"audio": ["COMBO", {"options": ["c.mp3"], "audio_upload": true}]}},
            "output": ["AUDIO"], "traits": {"v3": true, "validates": ["audio"]}},
        "Load3D": {"input": {"required": {"model_file": ["COMBO", {"options": ["none"], "file_upload": true}],
            "width": ["INT", {"max": 5}]}}, "output": ["IMAGE"], "traits": {"v3": true, "validates": ["model_file"],
            "kwargs": true}},
        "FluxProUltraImageNode": {"input": {"required": {"aspect_ratio": ["STRING", {}]}}, "output": ["IMAGE"],
            "traits": {"v3": true, "validates": ["aspect_ratio"]}},
        "TripoConversionNode": {"input": {"required": {"original_model_task_id": ["MODEL_TASK_ID,RIG_TASK_ID"]}},
            "output": [], "output_node": true, "traits": {"v3": true, "validates": ["input_types"]}},
        "Task": {"input": {}, "output": ["MODEL_TASK_ID", "IMAGE"], "traits": {"v3": true}},
        "CustomCombo": {"input": {"required": {"choice": [["x"]]}}, "output": ["STRING"],
            "traits": {"v3": true, "validates": ["choice", "index"], "kwargs": true}},
        "Other": {"input": {"required": {"any": ["*"], "image": ["IMAGE"], "list": [["a"]], "combo": ["COMBO", {"options":
            ["a"]}]}}, "output": [], "output_node": true, "python_module": "custom_nodes.pack", "traits": {"v3": false}}
    },
    "replacements": {"Old": [{"new_node_id": "Pass", "old_node_id": "Old", "input_mapping": [
            {"new_id": "image", "old_id": "picture"}], "output_mapping": [{"new_idx": 0, "old_idx": 3}]}],
        "Older": [{"new_node_id": "Img", "old_node_id": "Older", "input_mapping": null, "output_mapping": null}]}
}"#;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let source = Source::new("classes.json", Syntax::Json, CLASSES);
    let (catalog, diagnostics) = Catalog::parse(&source, Sources::default().add(source.clone()));
    assert!(diagnostics.is_empty());
    catalog
});

/// A prompt of nodes written `id: Class {inputs}`, one a line.
fn prompt(text: &str) -> Json {
    let mut nodes = serde_json::Map::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (id, rest) = line.split_once(": ").expect("an id");
        let (class, inputs) = rest.split_once(' ').unwrap_or((rest, "{}"));
        let inputs = read(inputs).unwrap_or_else(|error| panic!("{inputs}: {error}"));
        nodes.insert(id.to_owned(), json!({"class_type": class, "inputs": inputs}));
    }
    Json::Object(nodes)
}

/// The verdict in short: the outputs that run, then `node: kind input` for each error, then `?node` for what is undecided.
fn short(prompt: &Json, options: &VerdictOptions) -> String {
    let verdict = verdict(prompt, &CATALOG, options);
    if let Some(exception) = &verdict.exception {
        return format!("500 {exception}");
    }
    let mut parts = vec![match &verdict.error {
        Some(error) if error.kind != "prompt_outputs_failed_validation" => error.kind.to_owned(),
        _ => format!(
            "runs {}",
            if verdict.outputs.is_empty() { "nothing".to_owned() } else { verdict.outputs.join(" ") }
        ),
    }];
    for node in &verdict.node_errors {
        for error in &node.errors {
            parts.push(format!("{}: {} {}", node.node, error.kind(), error.input_name().unwrap_or("-")));
        }
    }
    parts.extend(verdict.undecided.iter().map(|undecided| format!("?{}", undecided.node)));
    let recorded = verdict.to_json();
    assert_eq!(differences(prompt, &CATALOG, options, &recorded), super::Differences::default(), "{prompt}");
    parts.join("; ")
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(short(&prompt(text), &VerdictOptions::default()), expected, "{text}");
}

/// A value of `Val`, and the error it is: `-` for none.
#[track_caller]
fn check_value(input: &str, value: &str, expected: &str) {
    let node = format!("1: Val {{\"{input}\": {value}}}\n2: Img");
    let expected = match expected {
        "-" => "runs 1".to_owned(),
        "raises" => "runs nothing; 1: exception_during_validation -".to_owned(),
        kind => format!("runs nothing; 1: {kind} {input}"),
    };
    check(&node, &expected);
}

#[test]
fn an_input_is_judged_by_the_first_rule_that_applies() {
    for (input, value, expected) in [
        ("int", "5", "-"),
        ("int", "[1]", "bad_linked_input"),
        ("mask", "[]", "bad_linked_input"),
        ("mask", "[1, 2, 3]", "bad_linked_input"),
        ("mask", "7", "-"),
        ("int", "-1", "value_smaller_than_min"),
        ("int", "-0.9", "-"),
        ("int", "18446744073709551615", "-"),
        ("int", "18446744073709551616", "value_bigger_than_max"),
        ("int", "\" 1_0 \"", "-"),
        ("int", "\"-１\"", "value_smaller_than_min"),
        ("int", "\"1e3\"", "invalid_input_type"),
        ("int", "null", "invalid_input_type"),
        ("int", "NaN", "invalid_input_type"),
        ("int", "-Infinity", "invalid_input_type"),
        ("int", "{\"__value__\": [1]}", "invalid_input_type"),
        ("int", "{\"__value__\": 3}", "-"),
        ("float", "NaN", "-"),
        ("float", "\"nan\"", "-"),
        ("float", "Infinity", "value_bigger_than_max"),
        ("float", "2.0000000000000001", "-"),
        ("float", "2.0000000000000005", "value_bigger_than_max"),
        ("float", "true", "-"),
        ("float", "\"1.\"", "-"),
        ("float", "{}", "invalid_input_type"),
        ("string", "{\"a\": 1}", "-"),
        ("bool", "\"false\"", "-"),
        ("both", "1", "-"),
        ("both", "0.5", "value_smaller_than_min"),
        ("both", "false", "value_smaller_than_min"),
        ("both", "\"5\"", "raises"),
        ("both", "null", "raises"),
        ("list", "1.0", "-"),
        ("list", "\"1\"", "value_not_in_list"),
        ("list", "{\"__value__\": \"a\"}", "-"),
        ("combo", "\"c\"", "value_not_in_list"),
        ("combo", "{\"__value__\": [\"a\"]}", "value_not_in_list"),
        ("empty", "\"a\"", "value_not_in_list"),
        ("many", "{\"__value__\": [\"a\", \"b\"]}", "-"),
        ("many", "{\"__value__\": [\"a\", \"c\"]}", "value_not_in_list"),
        ("unknown", "[5]", "-"),
        ("unique_id", "[\"nowhere\", 0]", "-"),
    ] {
        check_value(input, value, expected);
    }
}

#[test]
fn a_list_of_two_is_a_link_whatever_the_type() {
    for (input, value, expected) in [
        ("mask", "[\"2\", 1]", "-"),
        ("mask", "[\"2\", true]", "-"),
        ("mask", "[\"2\", -1]", "-"),
        ("mask", "[\"2\", -3]", "raises"),
        ("mask", "[\"2\", 2]", "raises"),
        ("mask", "[\"2\", 1.0]", "raises"),
        ("mask", "[\"2\", \"1\"]", "raises"),
        ("mask", "[\"2\", null]", "raises"),
        ("mask", "[\"2\", 18446744073709551617]", "raises"),
        ("mask", "[2, 1]", "raises"),
        ("mask", "[\"9\", 0]", "raises"),
        ("mask", "[\"2\", 0]", "return_type_mismatch"),
        ("int", "[\"2\", 0]", "return_type_mismatch"),
        ("match", "[\"2\", 0]", "-"),
        ("union", "[\"2\", 0]", "-"),
        ("union", "[\"2\", 1]", "return_type_mismatch"),
    ] {
        check_value(input, value, expected);
    }
}

#[test]
fn types_fit_by_name_union_wildcard_or_list() {
    for (input, slot, expected) in [
        ("int", 0, "-"),
        ("list", 0, "-"),
        ("list", 1, "return_type_mismatch"),
        ("list", 2, "return_type_mismatch"),
        ("combo", 1, "-"),
        ("combo", 2, "-"),
        ("string", 1, "return_type_mismatch"),
        ("match", 1, "-"),
        ("union", 3, "-"),
        ("mask", 3, "return_type_mismatch"),
        ("mask", 4, "-"),
        ("list", 4, "-"),
    ] {
        let expected = if expected == "-" {
            "runs 1".to_owned()
        } else {
            format!("runs nothing; 1: {expected} {input}")
        };
        check(&format!("1: Val {{\"{input}\": [\"2\", {slot}]}}\n2: Out"), &expected);
    }
}

#[test]
fn the_prompt_as_a_whole_is_judged_first() {
    let check = |prompt: Json, expected: &str| {
        assert_eq!(short(&prompt, &VerdictOptions::default()), expected, "{prompt}");
    };
    check(json!({}), "prompt_no_outputs");
    check(json!([]), "500 the prompt is not an object");
    check(json!({"1": 5}), "500 node \"1\" is not an object");
    check(json!({"1": {"class_type": "Img", "inputs": null}}), "500 `inputs` of node \"1\" is not an object");
    check(
        json!({"1": {"class_type": ["Img"], "inputs": {}}}),
        "500 `class_type` of node \"1\" cannot be a name",
    );
    check(json!({"1": {"inputs": {}}}), "missing_node_type");
    check(json!({"1": {"class_type": "None", "_meta": null}}), "500 `_meta` of node \"1\" is not an object");
    check(json!({"1": {"class_type": "Img", "inputs": {}}}), "prompt_no_outputs");
    check(json!({"1": {"class_type": "Show"}}), "runs nothing; 1: exception_during_validation -");
    check(
        json!({"1": {"class_type": "Save", "inputs": {}}, "2": {"class_type": 5, "inputs": {}}}),
        "missing_node_type",
    );
}

#[test]
fn a_missing_class_is_told_by_title_or_id() {
    for (node, message) in [
        (
            json!({"_meta": {"title": "T"}}),
            "Node 'T' has no class_type. The workflow may be corrupted or a custom node is missing.",
        ),
        (
            json!({"_meta": {}}),
            "Node 'ID #1' has no class_type. The workflow may be corrupted or a custom node is missing.",
        ),
        (
            json!({"class_type": "X", "_meta": {"title": "T"}}),
            "Node 'T' not found. The custom node may not be installed.",
        ),
    ] {
        let verdict_json = verdict(&json!({"1": node}), &CATALOG, &VerdictOptions::default()).to_json();
        assert_eq!(verdict_json["error"]["message"], message);
        assert_eq!(verdict_json["error"]["extra_info"]["node_id"], "1");
    }
}

#[test]
fn only_what_an_output_reaches_over_fitting_links_is_looked_at() {
    check("1: Save {\"image\": [\"2\", 0]}\n2: Img\n3: Pass", "runs 1");
    check(
        "1: Save {\"image\": [\"2\", 1], \"x\": [\"3\", 0]}\n2: Img\n3: Pass",
        "runs nothing; 1: return_type_mismatch image",
    );
    check("1: Save {\"image\": [\"2\", 0]}\n2: Pass", "runs nothing; 2: required_input_missing image");
    check(
        "1: Save {\"image\": [\"2\", 0]}\n2: Pass\n3: Save {\"image\": [\"4\", 0]}\n4: Img",
        "runs 3; 2: required_input_missing image",
    );
}

#[test]
fn targets_restrict_the_outputs() {
    let prompt = prompt("1: Save {\"image\": [\"2\", 0]}\n2: Img\n3: Save");
    let with = |targets: &[&str]| VerdictOptions {
        targets: Some(targets.iter().map(ToString::to_string).collect()),
        ..Default::default()
    };
    assert_eq!(short(&prompt, &with(&["1"])), "runs 1");
    assert_eq!(short(&prompt, &with(&["2"])), "prompt_no_outputs");
}

#[test]
fn a_node_that_raises_has_one_entry_under_its_consumers_input() {
    check(
        "1: Save {\"image\": [\"2\", 0]}\n2: Pass {\"image\": [\"9\", 0], \"more\": [3]}",
        "runs nothing; 2: exception_during_inner_validation image",
    );
    check("1: Save {\"image\": [\"9\", 0]}", "runs nothing; 1: exception_during_validation -");
}

#[test]
fn every_node_on_a_cycle_is_told_so() {
    check(
        "1: Pass {\"image\": [\"1\", 0]}\n2: Save {\"image\": [\"1\", 0]}",
        "runs nothing; 1: dependency_cycle -",
    );
    check(
        "1: Save {\"image\": [\"2\", 0]}\n2: Pass {\"image\": [\"3\", 0]}\n3: Pass {\"image\": [\"2\", 0], \"more\": [1]}",
        "runs nothing; 2: dependency_cycle -; 3: dependency_cycle -; 3: bad_linked_input more",
    );
    // An exception hides it.
    check(
        "1: Save {\"image\": [\"2\", 0]}\n2: Pass {\"image\": [\"2\", 0], \"more\": [\"9\", 0]}",
        "runs nothing; 2: exception_during_inner_validation image",
    );
}

#[test]
fn a_cycle_tells_the_way_around() {
    let prompt = prompt(
        "1: Save {\"image\": [\"2\", 0]}\n2: Pass {\"image\": [\"3\", 0]}\n3: Pass {\"image\": [\"2\", 0]}",
    );
    let answer = verdict(&prompt, &CATALOG, &VerdictOptions::default()).to_json();
    let error = &answer["node_errors"]["3"]["errors"][0];
    assert_eq!(error["details"], "2 (Pass) -> 3 (Pass) -> 2 (Pass)");
    assert_eq!(error["extra_info"], json!({"node_id": "3", "cycle_nodes": ["2", "3"]}));
}

#[test]
fn dynamic_inputs_depend_on_the_prompt() {
    let images = "\"images.img0\": [\"2\", 0]";
    for (inputs, expected) in [
        (format!("{{{images}}}"), "runs 1"),
        ("{}".to_owned(), "runs nothing; 1: required_input_missing images.img0"),
        (format!("{{{images}, \"format\": \"bogus\"}}"), "runs 1"),
        (format!("{{{images}, \"format\": [\"2\", 0]}}"), "runs 1"),
        (format!("{{{images}, \"format\": {{\"__value__\": \"mp4\"}}}}"), "runs 1"),
        (format!("{{{images}, \"format\": \"mp4\"}}"), "runs nothing; 1: required_input_missing format.crf"),
        (
            format!("{{{images}, \"format\": \"mp4\", \"format.crf\": 52}}"),
            "runs nothing; 1: value_bigger_than_max format.crf",
        ),
        (format!("{{{images}, \"format\": \"gif\"}}"), "runs 1"),
        (format!("{{{images}, \"images.img2\": 5, \"images.img3\": [], \"images.img02\": []}}"), "runs 1"),
        (format!("{{{images}, \"images.img2\": []}}"), "runs nothing; 1: bad_linked_input images.img2"),
        (
            format!("{{{images}, \"notes.q\": [], \"notes.r\": []}}"),
            "runs nothing; 1: bad_linked_input notes.q",
        ),
        (format!("{{{images}, \"images\": [], \"notes\": []}}"), "runs 1"),
    ] {
        check(&format!("1: Dyn {inputs}\n2: Img"), expected);
    }
}

#[test]
fn a_missing_dynamic_input_shows_its_last_part() {
    let answer = verdict(&prompt("1: Dyn {}"), &CATALOG, &VerdictOptions::default()).to_json();
    let error = &answer["node_errors"]["1"]["errors"][0];
    assert_eq!(
        (&error["details"], &error["extra_info"]["input_name"]),
        (&json!("img0"), &json!("images.img0"))
    );
}

#[test]
fn limits_and_options_give_way_to_a_validator() {
    check("1: Own {\"n\": 9, \"c\": \"y\"}", "runs nothing; 1: value_not_in_list c; ?1");
    check("1: Own {\"n\": \"z\", \"c\": \"x\"}", "runs nothing; 1: invalid_input_type n; ?1");
    check("1: OwnAll {\"n\": 9, \"c\": \"y\"}", "runs 1; ?1");
    check("1: OwnTypes {\"image\": [\"2\", 1]}\n2: Img", "runs 1; ?1");
}

#[test]
fn loaders_of_files_look_for_the_file() {
    const REFUSED: &str = "runs nothing; 1: custom_validation_failed image";
    const RAISES: &str = "runs nothing; 1: exception_during_inner_validation any";
    for (value, expected) in [
        ("\"a.png\"", "runs 9"),
        ("\"a.png [input]\"", "runs 9"),
        ("\"./sub//b.png\"", "runs 9"),
        ("\"sub\"", "runs 9"),
        ("\"c.mp3\"", "runs 9"),
        ("\"\"", "runs 9"),
        ("\".\"", "runs 9"),
        ("\"[output]\"", "runs 9"),
        ("\"../x\"", REFUSED),
        ("\"a\\u0000\"", REFUSED),
        ("\"new.png\"", "runs nothing; 1: custom_validation_failed image; ?1"),
        ("\"a.png [output]\"", "runs nothing; 1: custom_validation_failed image; ?1"),
        ("5", RAISES),
        ("{\"__value__\": [\"a.png\"]}", RAISES),
        ("[\"2\", 0]", "runs nothing; 1: return_type_mismatch image"),
    ] {
        let expected = if value.starts_with("[\"2") { RAISES.to_owned() } else { expected.to_owned() };
        let origin = if value.starts_with("[\"2") { "2: Out" } else { "2: Img" };
        check(
            &format!("9: Show {{\"any\": [\"1\", 0]}}\n1: LoadImage {{\"image\": {value}}}\n{origin}"),
            &expected,
        );
    }
    check("9: Show {\"any\": [\"1\", 0]}\n1: LoadImage", RAISES);
}

#[test]
fn a_3d_model_may_be_absent_from_the_list() {
    for (value, expected) in [
        ("\"none\"", "runs 9"),
        ("\"\"", "runs 9"),
        ("null", "runs 9"),
        ("0", "runs 9"),
        ("[\"2\", 0]", "runs 9"),
        ("\"3d/x.glb\"", "runs 9; ?1"),
        (
            "\"../x\"",
            "runs nothing; 1: custom_validation_failed model_file; 1: custom_validation_failed width",
        ),
        ("7", "runs nothing; 1: exception_during_inner_validation any"),
    ] {
        check(
            &format!(
                "9: Show {{\"any\": [\"1\", 0]}}\n1: Load3D {{\"model_file\": {value}, \"width\": 9}}\n2: Out"
            ),
            expected,
        );
    }
}

#[test]
fn other_core_validators_are_known() {
    for (ratio, fine) in [
        ("16:9", true),
        ("1:4", true),
        ("1:5", false),
        ("16x9", false),
        ("1:0", false),
        ("１:1", true),
        ("4: 1", true),
    ] {
        let expected = if fine { "runs 9" } else { "runs nothing; 1: exception_during_inner_validation any" };
        check(
            &format!(
                "9: Show {{\"any\": [\"1\", 0]}}\n1: FluxProUltraImageNode {{\"aspect_ratio\": \"{ratio}\"}}"
            ),
            expected,
        );
    }
    check("1: TripoConversionNode {\"original_model_task_id\": [\"2\", 0]}\n2: Task", "runs 1");
    check(
        "1: TripoConversionNode {\"original_model_task_id\": [\"2\", 1]}\n2: Task",
        "runs nothing; 1: custom_validation_failed input_types",
    );
    check(
        "1: TripoConversionNode {\"original_model_task_id\": \"x\"}",
        "runs nothing; 1: exception_during_validation -",
    );
    check("9: Show {\"any\": [\"1\", 0]}\n1: CustomCombo {\"choice\": \"anything\"}", "runs 9");
    check(
        "9: Show {\"any\": [\"1\", 0]}\n1: CustomCombo {}",
        "runs nothing; 1: exception_during_inner_validation any",
    );
}

#[test]
fn custom_nodes_leave_doubts() {
    let good = "\"image\": [\"2\", 0], \"list\": \"a\", \"combo\": \"a\"";
    check(&format!("1: Other {{\"any\": [\"2\", 0], {good}}}\n2: Img"), "runs 1");
    check(&format!("1: Other {{\"any\": 5, {good}}}\n2: Img"), "runs 1; ?1");
    let bad = "\"image\": [\"2\", 1], \"list\": \"z\", \"combo\": \"z\"";
    check(
        &format!("1: Other {{\"any\": [\"2\", 0], {bad}}}\n2: Img"),
        "runs nothing; 1: return_type_mismatch image; 1: value_not_in_list list; 1: value_not_in_list combo; ?1; ?1",
    );
}

#[test]
fn replacements_rewrite_nodes_of_classes_that_are_gone() {
    let old = |class: &str, extra: &str| {
        read(&format!(
            r#"{{"1": {{"class_type": "{class}", "inputs": {{"picture": ["2", 0]}}{extra}}},
                "2": {{"class_type": "Img", "inputs": {{}}}},
                "3": {{"class_type": "Save", "inputs": {{"image": ["1", {}]}}}}}}"#,
            if class == "Old" { 3 } else { 0 }
        ))
        .expect("JSON")
    };
    let replace = VerdictOptions { replace: true, ..Default::default() };
    let meta = r#", "_meta": {"title": "T"}"#;
    assert_eq!(short(&old("Old", meta), &VerdictOptions::default()), "missing_node_type");
    assert_eq!(short(&old("Old", meta), &replace), "runs 3");
    assert_eq!(short(&old("Older", meta), &replace), "runs 3");
    assert_eq!(short(&old("Old", ""), &replace), "500 KeyError('_meta')");
    let mut unmapped = old("Old", meta);
    unmapped["1"]["inputs"] = json!({});
    assert_eq!(short(&unmapped, &replace), "500 KeyError('picture')");
}

/// The prompt with nodes and inputs in another order.
fn reversed(prompt: &Json) -> Json {
    match prompt {
        Json::Object(members) => {
            members.iter().rev().map(|(key, value)| (key.clone(), reversed(value))).collect()
        }
        other => other.clone(),
    }
}

fn input() -> impl Strategy<Value = Json> {
    let link = ("[1-7]", -2_i64..3).prop_map(|(node, slot)| json!([node, slot]));
    let literals = [
        json!(5),
        json!("a"),
        json!("x"),
        json!(null),
        json!([]),
        json!([5, 0]),
        json!({"__value__": []}),
        json!(-9),
    ];
    prop_oneof![4 => link, 1 => proptest::sample::select(literals.to_vec())]
}

fn node() -> impl Strategy<Value = Json> {
    let class = proptest::sample::select(vec![
        "Img",
        "Pass",
        "Pass",
        "Save",
        "Show",
        "Val",
        "Dyn",
        "Own",
        "LoadImage",
    ]);
    let name = proptest::sample::select(vec![
        "image",
        "more",
        "any",
        "mask",
        "int",
        "format",
        "images.img0",
        "images.img1",
        "n",
        "c",
    ]);
    (class, proptest::collection::vec((name, input()), 0..4)).prop_map(|(class, inputs)| {
        let inputs: serde_json::Map<String, Json> =
            inputs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        json!({"class_type": class, "inputs": inputs})
    })
}

proptest! {
    #[test]
    fn the_order_of_keys_changes_no_verdict(nodes in proptest::collection::vec(node(), 1..7)) {
        let prompt: Json = nodes.into_iter().enumerate().map(|(i, node)| ((i + 1).to_string(), node)).collect::<serde_json::Map<_, _>>().into();
        let options = VerdictOptions::default();
        let turned = verdict(&reversed(&prompt), &CATALOG, &options).to_json();
        prop_assert_eq!(differences(&prompt, &CATALOG, &options, &turned), super::Differences::default());
    }
}

#[test]
fn long_chains_and_wide_fans_are_judged_in_linear_time() {
    const MANY: usize = 100_000;
    let chain: serde_json::Map<String, Json> = (0..MANY)
        .map(|i| {
            (i.to_string(), json!({"class_type": "Pass", "inputs": {"image": [(i + 1).to_string(), 0]}}))
        })
        .chain([("end".to_owned(), json!({"class_type": "Save", "inputs": {"image": ["0", 0]}}))])
        .collect();
    let chain = Json::Object(chain);
    let chain_verdict = verdict(&chain, &CATALOG, &VerdictOptions::default());
    assert_eq!(chain_verdict.ok, Some(false));
    assert_eq!(chain_verdict.undecided.len(), 1);
    let fan: serde_json::Map<String, Json> = (0..MANY)
        .map(|i| (i.to_string(), json!({"class_type": "Save", "inputs": {"image": ["img", 1]}})))
        .chain([("img".to_owned(), json!({"class_type": "Img", "inputs": {}}))])
        .collect();
    let fan = Json::Object(fan);
    let fan_verdict = verdict(&fan, &CATALOG, &VerdictOptions::default());
    assert_eq!(fan_verdict.node_errors.len(), MANY);
    let ring: serde_json::Map<String, Json> = (0..MANY)
        .map(|i| {
            (
                i.to_string(),
                json!({"class_type": "Pass", "inputs": {"image": [((i + 1) % MANY).to_string(), 0]}}),
            )
        })
        .chain([("end".to_owned(), json!({"class_type": "Save", "inputs": {"image": ["0", 0]}}))])
        .collect();
    assert_eq!(verdict(&Json::Object(ring), &CATALOG, &VerdictOptions::default()).node_errors.len(), MANY);
}
