//! `comfyc catalog`, and checks against two catalogs.

use std::path::Path;

use comfyc::catalog::{Catalog, What, diff};
use comfyc::check::server::{VerdictOptions, verdict};
use comfyc::source::{Source, Sources, Syntax};
use proptest::prelude::*;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::ran;

/// A class that saves, with one list of options.
fn object_info(modes: &[&str]) -> Value {
    json!({"Save": {
        "input": {"required": {"mode": [modes, {"tooltip": "how"}], "level": ["INT", {"default": 1, "min": 0, "max": 9}]}},
        "output": [], "output_node": true, "display_name": "Save It", "category": "io", "python_module": "nodes"
    }})
}

fn written(folder: &Path, name: &str, value: &Value) -> String {
    let path = folder.join(name);
    std::fs::write(&path, value.to_string()).expect("written");
    path.to_str().expect("text").to_owned()
}

fn catalog(value: &Value) -> Catalog {
    let source = Source::new("object_info.json", Syntax::Json, value.to_string());
    Catalog::parse(&source, Sources::default().add(source.clone())).0
}

#[test]
fn a_diff_tells_what_breaks() {
    let folder = tempfile::tempdir().expect("a folder");
    let old = written(folder.path(), "old.json", &object_info(&["png", "gif"]));
    let new = written(folder.path(), "new.json", &object_info(&["png", "avif"]));
    let (stdout, stderr, code) = ran(&["catalog", "diff", &old, &new]);
    assert_eq!(code, 1, "{stderr}");
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "breaking: options-removed `Save` input `mode`: `gif`",
            "          options-added `Save` input `mode`: `avif`"
        ]
    );
    let (stdout, _, code) = ran(&["catalog", "diff", &old, &new, "--format", "json"]);
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(
        (&report["breaking"], &report["changes"][0]["change"], code),
        (&json!(1), &json!("options-removed"), 1)
    );
    assert_eq!(ran(&["catalog", "diff", &old, &old, "--quiet"]), (String::new(), String::new(), 0));
    assert_eq!(ran(&["catalog", "diff", &old, "no-such-file.json"]).2, 2);
}

#[test]
fn a_class_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = written(folder.path(), "old.json", &object_info(&["png", "gif"]));
    assert_eq!(ran(&["catalog", "show", "--catalog", &file]).0, "Save\n");
    let (stdout, _, _) = ran(&["catalog", "show", "Save", "--catalog", &file]);
    assert!(stdout.contains("mode   COMBO  png, gif") && stdout.contains("0 to 9; default 1"), "{stdout}");
    let (stdout, _, _) = ran(&["catalog", "show", "Save", "--catalog", &file, "--format", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&stdout).expect("JSON"), object_info(&["png", "gif"])["Save"]);
    let (_, stderr, code) = ran(&["catalog", "show", "Sav", "--catalog", &file]);
    assert!(code == 2 && stderr.contains("did you mean `Save`?"), "{stderr}");
}

#[test]
fn a_break_is_found_before_the_upgrade() {
    let folder = tempfile::tempdir().expect("a folder");
    let old = written(folder.path(), "old.json", &object_info(&["png", "gif"]));
    let new = written(folder.path(), "new.json", &object_info(&["png", "avif"]));
    // `level` is wrong with both, and so nothing new.
    let prompt = json!({"1": {"class_type": "Save", "inputs": {"mode": "gif", "level": 10}}});
    let prompt = written(folder.path(), "prompt.json", &prompt);
    let arguments = ["check", &prompt, "--against", &old, "--against", &new, "--format", "json"];
    let (stdout, stderr, code) = ran(&arguments);
    let report: Value = serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stderr}"));
    assert_eq!(
        (&report["errors"], &report["diagnostics"][0]["code"], code),
        (&json!(1), &json!("not-an-option"), 1)
    );
    assert_eq!(ran(&["check", &prompt, "--against", &old, "--against", &old]).2, 0);
    assert_eq!(ran(&["check", &prompt, "--against", &old]).2, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_keeps_all_and_can_be_locked() {
    let server = MockServer::start().await;
    let answer = |route: &'static str, body: Value| {
        Mock::given(method("GET"))
            .and(path(route))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
    };
    answer("/object_info", object_info(&["png", "gif"])).mount(&server).await;
    let rules = json!({"OldSave": [{"new_node_id": "Save", "old_node_id": "OldSave"}]});
    answer("/node_replacements", rules).mount(&server).await;
    let folder = tempfile::tempdir().expect("a folder");
    let snapshot = folder.path().join("snapshot.json");
    let (url, file) = (server.uri(), snapshot.to_str().expect("text").to_owned());
    let (_, stderr, code) = ran(&["catalog", "fetch", &url, "--out", &file]);
    assert_eq!(code, 0, "{stderr}");
    let text = std::fs::read_to_string(&snapshot).expect("a snapshot");
    assert!(text.contains("tooltip") && text.contains("OldSave"), "{text}");
    assert_eq!(ran(&["catalog", "fetch", &url]).0, text);
    assert_eq!(
        catalog(&serde_json::from_str(&text).expect("JSON")).to_object_info(),
        object_info(&["png", "gif"])
    );
    assert_eq!(ran(&["catalog", "fetch", &url, "--locked", &file]).2, 0);
    let other = written(folder.path(), "other.json", &object_info(&["png"]));
    let (stdout, _, code) = ran(&["catalog", "fetch", &url, "--locked", &other]);
    assert!(code == 1 && stdout.contains("options-added"), "{stdout}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2);
}

/// Any declaration of the input `x`.
fn declaration() -> impl Strategy<Value = Value> {
    let limit = prop_oneof![Just(Value::Null), (0..4_i64).prop_map(Value::from)];
    prop_oneof![
        (limit.clone(), limit).prop_map(|(min, max)| {
            let mut options = json!({"min": min, "max": max});
            options.as_object_mut().expect("an object").retain(|_, limit| !limit.is_null());
            json!(["INT", options])
        }),
        prop::collection::btree_set(prop::sample::select(vec!["a", "b", "c"]), 1..3)
            .prop_map(|options| json!([options, {}])),
        prop::sample::select(vec!["IMAGE", "IMAGE,MASK", "*"]).prop_map(|ty| json!([ty, {}])),
    ]
}

fn class() -> impl Strategy<Value = Value> {
    (declaration(), any::<bool>(), any::<bool>()).prop_map(|(input, required, there)| {
        let section = if required { "required" } else { "optional" };
        let inputs = if there { json!({section: {"x": input}}) } else { json!({}) };
        json!({"A": {"input": inputs, "output": [], "output_node": true}})
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_does_not_break_is_still_accepted(old in class(), new in class(), value in prop_oneof![
        (0..4_i64).prop_map(|value| Some(json!(value))),
        prop::sample::select(vec!["a", "b", "c"]).prop_map(|value| Some(json!(value))),
        Just(None),
    ]) {
        let (old, new) = (catalog(&old), catalog(&new));
        prop_assert_eq!(diff(&old, &old), []);
        let (there, back) = (diff(&old, &new), diff(&new, &old));
        let count = |changes: &[comfyc::catalog::Change], what| changes.iter().filter(|c| c.change == what).count();
        for (one, other) in [
            (What::InputAdded, What::InputRemoved),
            (What::LimitNarrowed, What::LimitWidened),
            (What::OptionsAdded, What::OptionsRemoved),
            (What::InputRequired, What::InputOptional),
            (What::TypeChanged, What::TypeChanged),
        ] {
            prop_assert_eq!(count(&there, one), count(&back, other));
        }
        let inputs = value.map_or(json!({}), |value| json!({"x": value}));
        let prompt = json!({"1": {"class_type": "A", "inputs": inputs}});
        let ok = |catalog: &Catalog| {
            verdict(&prompt, catalog, &VerdictOptions::default()).ok == Some(true)
        };
        if ok(&old) && there.iter().all(|change| !change.breaking) && count(&there, What::InputAdded) == 0 {
            prop_assert!(ok(&new), "{:?}", there);
        }
    }
}
