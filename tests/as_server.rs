//! `comfyc check --as-server`: what a server would answer, one prompt or many.

use std::io::Write;
use std::process::Stdio;

use comfyc::catalog::Catalog;
use comfyc::check::server::{VerdictOptions, answer, verdict};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::{command, ran};

/// A prompt with a good output `2`, and a bad one `3` where wanted.
fn prompt(bad: bool) -> Value {
    let mut prompt = json!({
        "1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}},
        "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
    });
    if bad {
        let nodes = prompt.as_object_mut().expect("an object");
        nodes.insert("3".to_owned(), json!({"class_type": "PreviewImage", "inputs": {}}));
    }
    prompt
}

fn written(folder: &tempfile::TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("written");
    path.to_str().expect("text").to_owned()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn one_prompt_gets_one_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    for (body, ok, outputs, code) in [
        (prompt(false), json!(true), json!(["2"]), 0),
        (prompt(true), json!(true), json!(["2"]), 0),
        (json!({"prompt": prompt(true), "partial_execution_targets": ["3"]}), json!(false), json!([]), 1),
        (json!({"1": {"class_type": "Nonsense", "inputs": {}}}), json!(false), json!([]), 1),
        (json!({"prompt": 5}), json!(null), json!([]), 1),
    ] {
        let file = written(&folder, "prompt.json", &body.to_string());
        let (stdout, stderr, exit) = ran(&["check", "--as-server", &file]);
        let answer = parsed(&stdout);
        assert_eq!((&answer["ok"], &answer["outputs"], exit), (&ok, &outputs, code), "{stderr}");
        assert_eq!(answer.get("exception").is_some(), ok.is_null());
    }
    let file = written(&folder, "prompt.json", &prompt(true).to_string());
    let (stdout, _, code) = ran(&["check", "--as-server", "--target", "3", &file]);
    assert_eq!((&parsed(&stdout)["ok"], code), (&json!(false), 1));
    let file = written(&folder, "broken.json", "{");
    let (stdout, _, code) = ran(&["check", "--as-server", &file]);
    assert!(code == 1 && parsed(&stdout)["exception"].is_string(), "{stdout}");
}

#[test]
fn many_prompts_are_answered_line_by_line_and_a_bad_one_stops_nothing() {
    let mut child = command(&["check", "--as-server", "--jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the tool starts");
    let lines = [
        json!({"id": "a", "prompt": prompt(false)}).to_string(),
        "{oops".to_owned(),
        String::new(),
        json!({"id": "b"}).to_string(),
        json!({"id": 7, "prompt": prompt(true), "partial_execution_targets": ["3"]}).to_string(),
        "[]".to_owned(),
    ];
    child.stdin.take().expect("a pipe").write_all(lines.join("\n").as_bytes()).expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    let answers: Vec<Value> = String::from_utf8_lossy(&output.stdout).lines().map(parsed).collect();
    let told: Vec<(&Value, &Value, &Value)> =
        answers.iter().map(|answer| (&answer["id"], &answer["ok"], &answer["line"])).collect();
    let null = &Value::Null;
    let (a, b, seven, yes, no) = (&json!("a"), &json!("b"), &json!(7), &json!(true), &json!(false));
    let (two, four, six) = (&json!(2), &json!(4), &json!(6));
    assert_eq!(
        told,
        [(a, yes, null), (null, null, two), (b, null, four), (seven, no, null), (null, null, six)]
    );
    assert!([1, 2, 4].iter().all(|i| answers[*i]["failure"].is_string()));
}

#[test]
fn traits_and_replacements_are_the_servers() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = written(
        &folder,
        "catalog.json",
        r#"{"New": {"input": {"required": {"x": ["INT", {"max": 5}]}}, "output": [], "output_node": true}}"#,
    );
    let traits = written(
        &folder,
        "traits.json",
        r#"{"classes": {"New": {"v3": false, "validates": ["x"], "kwargs": false}},
            "replacements": {"Old": [{"new_node_id": "New", "old_node_id": "Old", "input_mapping": [{"new_id": "x", "old_id": "y"}]}]}}"#,
    );
    let file = written(
        &folder,
        "p.json",
        r#"{"1": {"class_type": "Old", "inputs": {"y": 9}, "_meta": {"title": ""}}}"#,
    );
    let answer = |arguments: &[&str]| {
        let all = [&["check", "--as-server", "--catalog", &catalog, &file][..], arguments].concat();
        let (stdout, stderr, _) = ran(&all);
        assert!(!stdout.is_empty(), "{stderr}");
        parsed(&stdout)
    };
    assert_eq!(answer(&["--traits", &traits])["error"]["type"], "missing_node_type");
    let replaced = answer(&["--traits", &traits, "--replace"]);
    // The class's own code judges `x`, and what that says nobody but the server knows.
    assert_eq!((replaced["ok"].is_boolean(), replaced["undecided"][0]["node"].as_str()), (true, Some("1")));
}

/// The same value with the members of every object in another order.
fn shuffled(value: &Value, seed: u64) -> Value {
    match value {
        Value::Object(members) => {
            let mut entries: Vec<(String, Value)> =
                members.iter().map(|(name, value)| (name.clone(), shuffled(value, seed))).collect();
            let weight =
                |name: &str| name.bytes().fold(seed, |sum, byte| sum.wrapping_mul(31) ^ u64::from(byte));
            entries.sort_by_key(|(name, _)| weight(name).wrapping_mul(0x9E37_79B9_7F4A_7C15));
            Value::Object(entries.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(elements) => elements.iter().map(|element| shuffled(element, seed)).collect(),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_changes_no_verdict(
        width in prop_oneof![Just(json!(8)), Just(json!(0)), Just(json!("8")), Just(json!(["1", 0])), Just(json!(null))],
        link in prop_oneof![Just(json!(["1", 0])), Just(json!(["1", 5])), Just(json!([1, 0])), Just(json!(["9", 0]))],
        body in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let catalog = Catalog::embedded();
        let mut prompt = prompt(true);
        prompt["1"]["inputs"]["width"] = width;
        prompt["3"]["inputs"]["images"] = link;
        let posted = if body { json!({"prompt": prompt, "partial_execution_targets": ["2", "3"]}) } else { prompt.clone() };
        let options = VerdictOptions::default();
        let (one, other) = (answer(&posted, &catalog, &options), answer(&shuffled(&posted, seed), &catalog, &options));
        let sorted = |outputs: &[String]| { let mut outputs = outputs.to_vec(); outputs.sort(); outputs };
        prop_assert_eq!(one.ok, other.ok);
        prop_assert_eq!(sorted(&one.outputs), sorted(&other.outputs));
        prop_assert_eq!(one.error.map(|error| error.kind), other.error.map(|error| error.kind));
        prop_assert_eq!(verdict(&prompt, &catalog, &options).ok, one.ok);
    }
}
