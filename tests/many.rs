//! `build` of several documents: what is written where, and what one bad document among them does.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{path, ran};

const SEED: &str = "workflows/wan-2-2/first-last-frame";
const SCALE: &str = "workflows/image/scale";

/// The files of a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

#[test]
fn each_document_is_written_under_its_own_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("new/out");
    let graph = format!("{SCALE}/graph.json");
    let (stdout, stderr, code) = ran(&["build", SEED, &graph, "--out", text(&out)]);
    assert_eq!((stdout.as_str(), code), ("", 0), "{stderr}");
    assert_eq!(names(&out), ["first-last-frame.prompt.json", "graph.prompt.json"]);
    let written = fs::read_to_string(out.join("first-last-frame.prompt.json")).expect("written");
    assert_eq!(written, fs::read_to_string(path(SEED).join("graph.json")).expect("the graph"));
    assert_eq!(stderr.lines().filter(|line| line.starts_with("ok: ")).count(), 2);
    let (_, _, code) =
        ran(&["build", &format!("{SEED}/interface.toml"), "--emit", "schema", "--out", text(&out)]);
    assert_eq!(code, 0);
    assert!(out.join("first-last-frame.schema.json").is_file());
}

#[test]
fn one_that_is_refused_does_not_stop_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let bad = folder.path().join("bad.json");
    fs::write(&bad, r#"{"1": {"class_type": "NoSuch", "inputs": {}}}"#).expect("written");
    let graph = format!("{SCALE}/graph.json");
    let out = folder.path().join("out");
    let (_, stderr, code) = ran(&["build", text(&bad), &graph, "--out", text(&out)]);
    assert_eq!(code, 1, "{stderr}");
    assert_eq!(names(&out), ["graph.prompt.json"]);
    assert!(stderr.contains("refused: ") && stderr.contains("unknown class"), "{stderr}");
    let missing = folder.path().join("missing.json");
    let (_, stderr, code) =
        ran(&["build", text(&missing), &graph, SEED, "--emit", "ir", "--out", text(&out)]);
    assert_eq!(code, 2, "{stderr}");
    assert_eq!(names(&out), ["first-last-frame.ir.json", "graph.ir.json", "graph.prompt.json"]);
}

#[test]
fn what_cannot_be_told_apart_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let own = folder.path().join("a.prompt.json");
    let other = folder.path().join("a.json");
    for file in [&own, &other] {
        fs::write(file, "{}").expect("written");
    }
    let (scale, seed) = (format!("{SCALE}/graph.json"), format!("{SEED}/graph.json"));
    for (arguments, message) in [
        (&[scale.as_str(), &seed][..], "several files want --out DIR"),
        (&[&scale, &seed, "--out", text(&out)], "would both be written to graph.prompt.json"),
        (&["-", "-", "--out", text(&out)], "would both be written to stdin.prompt.json"),
        (&[text(&other), text(&own), "--out", text(folder.path())], "would overwrite"),
    ] {
        let (stdout, stderr, code) = ran(&[&["build"], arguments].concat());
        assert_eq!((stdout.as_str(), code), ("", 2), "{stderr}");
        assert!(stderr.contains(message), "{message}: {stderr}");
        assert!(!out.exists());
    }
}

#[test]
fn the_graph_as_it_is_held_says_where_each_part_was_said() {
    let (stdout, stderr, code) = ran(&["build", SEED, "--emit", "ir", "--set", "57_steps=6"]);
    assert_eq!(code, 0, "{stderr}");
    let ir: Value = serde_json::from_str(&stdout).expect("JSON");
    let nodes = ir["nodes"].as_array().expect("nodes");
    let sampler = nodes.iter().find(|node| node["id"] == "57").expect("the node");
    assert_eq!(sampler["class"], "KSamplerAdvanced");
    let inputs = sampler["inputs"].as_array().expect("inputs");
    let steps = inputs.iter().find(|input| input["name"] == "steps").expect("the input");
    assert_eq!(steps["value"], 6);
    let model = inputs.iter().find(|input| input["name"] == "model").expect("the input");
    assert!(model["link"]["node"].is_string() && model["origin"]["line"].is_number(), "{model}");
    let source = model["origin"]["source"].as_u64().and_then(|at| usize::try_from(at).ok()).expect("a place");
    assert_eq!(ir["sources"][source], format!("{SEED}/graph.json"));
}
