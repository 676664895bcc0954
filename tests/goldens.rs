//! Every artifact of every workflow, compared with the one on record. Raw files where a real service takes them.

use crate::support::{ran, read, workflow_folders};

/// The artifact of a workflow, which must be made without a warning.
fn build(folder: &str, arguments: &[&str]) -> String {
    let mut all = vec!["build", folder];
    all.extend_from_slice(arguments);
    let (artifact, notes, code) = ran(&all);
    assert_eq!(code, 0, "{notes}");
    assert_eq!(notes, format!("ok: {folder}: no problems\n"));
    artifact
}

#[test]
fn every_artifact_of_every_workflow_is_as_recorded() {
    for folder in workflow_folders() {
        let slug = folder.trim_start_matches("workflows/").replace('/', "__");
        let set = ["--set", "1_image=picture.png"];
        // A required input without a default needs a value; the seed workflow has defaults for all.
        let values: &[&str] = if folder.ends_with("image/scale") { &set } else { &[] };
        for (name, emit) in [
            ("prompt", &["--emit", "prompt"][..]),
            ("payload", &["--emit", "payload"]),
            ("payload-full", &["--emit", "payload", "--full"]),
            ("overrides-full", &["--emit", "overrides", "--full"]),
            ("schema-runcomfy", &["--emit", "schema"]),
            ("schema-2020-12", &["--emit", "schema", "--dialect", "2020-12"]),
        ] {
            let artifact = build(&folder, &[emit, values].concat());
            insta::with_settings!({snapshot_path => "goldens", prepend_module_to_snapshot => false, omit_expression => true}, {
                insta::assert_snapshot!(format!("{slug}.{name}"), artifact);
            });
        }
    }
}

const SEED: &str = "workflows/wan-2-2/first-last-frame";

#[test]
fn the_seed_workflow_publishes_the_published_schema() {
    let published = read("schemas/runcomfy/community__wan-2-2__first-last-frame.json");
    assert_eq!(build(SEED, &["--emit", "schema", "--dialect", "runcomfy"]), published);
}

#[test]
fn the_seed_workflow_with_its_defaults_is_its_graph() {
    assert_eq!(build(SEED, &["--emit", "prompt"]), read(&format!("{SEED}/graph.json")));
}

#[test]
fn the_seed_payload_is_the_seed_body() {
    let body = r#"{"62_image":"Runcomfy_Example_1259_2.png","6_text":"Puppy, playing, happy, barking, joyful","68_image":"Runcomfy_Example_1259_1.png"}"#;
    let set = [
        "--set",
        "6_text=Puppy, playing, happy, barking, joyful",
        "--set",
        "62_image=Runcomfy_Example_1259_2.png",
        "--set",
        "68_image=Runcomfy_Example_1259_1.png",
    ];
    let payload = build(SEED, &[&["--emit", "payload", "--compact"][..], &set].concat());
    assert_eq!(payload.trim_end(), body);
}

#[test]
fn steps_drive_both_passes_and_the_split_between_them() {
    let prompt = build(SEED, &["--emit", "prompt", "--set", "57_steps=6"]);
    let prompt: serde_json::Value = serde_json::from_str(&prompt).expect("JSON");
    let input = |node: &str, input: &str| prompt[node]["inputs"][input].clone();
    assert_eq!([input("57", "steps"), input("58", "steps")], [6, 6]);
    assert_eq!([input("57", "end_at_step"), input("58", "start_at_step")], [3, 3]);
    let untouched: serde_json::Value =
        serde_json::from_str(&read(&format!("{SEED}/graph.json"))).expect("JSON");
    let changed = |id: &str| prompt[id] != untouched[id];
    assert_eq!(
        prompt.as_object().expect("nodes").keys().filter(|id| changed(id)).collect::<Vec<_>>(),
        ["57", "58"]
    );
}

#[test]
fn overrides_say_derived_targets_too() {
    let overrides = build(SEED, &["--emit", "overrides", "--set", "57_cfg=2.5"]);
    let overrides: serde_json::Value = serde_json::from_str(&overrides).expect("JSON");
    let written: serde_json::Value = serde_json::from_str("2.5").expect("JSON");
    assert_eq!(overrides["overrides"]["57"]["inputs"]["cfg"], written);
    assert_eq!(overrides["overrides"]["58"]["inputs"]["cfg"], written);
}
