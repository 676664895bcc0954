//! The command line end to end: what goes where, and how it ends.

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{command, path, ran};

const SEED: &str = "workflows/wan-2-2/first-last-frame";

#[test]
fn a_wrong_payload_is_refused_with_the_place_the_limit_and_the_near_key() {
    for arguments in
        [&["build", SEED, "--emit", "payload"][..], &["check", SEED], &["build", SEED, "--emit", "prompt"]]
    {
        let all = [arguments, &["--set", "57_steps=99", "--set", "6_txt=x"]].concat();
        let (stdout, stderr, code) = ran(&all);
        assert_eq!((stdout.as_str(), code), ("", 1), "{stderr}");
        for part in [
            "--set:1:10",
            "57_steps=99",
            "at most 20",
            "interface.toml:",
            "maximum = 20",
            "unknown key `6_txt`",
            "did you mean `6_text`?",
        ] {
            assert!(stderr.contains(part), "{part}: {stderr}");
        }
        assert!(stderr.contains("2 errors"));
    }
}

#[test]
fn reports_as_json_have_lines_and_columns() {
    let (stdout, stderr, code) =
        ran(&["check", SEED, "--set", "57_steps=99", "--set", "6_txt=x", "--format", "json"]);
    assert_eq!((stderr.as_str(), code), ("", 1));
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(report["errors"], 2);
    let first = &report["diagnostics"][0];
    assert_eq!(
        (&first["code"], &first["file"], &first["line"], &first["column"]),
        (&"out-of-range".into(), &"--set".into(), &1.into(), &10.into())
    );
    assert_eq!(first["related"][0]["file"], format!("{SEED}/interface.toml"));
    assert_eq!(report["diagnostics"][1]["help"], "did you mean `6_text`?");
}

#[test]
fn a_file_of_values_is_reported_in_its_own_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("body.json");
    std::fs::write(&file, "{\n  \"62_image\": \"a.png\",\n  \"6_text\": 5,\n  \"57_cfg\": 4.5\n}\n")
        .expect("written");
    let file = file.to_str().expect("text");
    let (stdout, _, code) = ran(&["check", "--for", SEED, file, "--format", "json"]);
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    let found: Vec<(&str, Option<u64>)> = report["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|d| (d["code"].as_str().expect("a code"), d["line"].as_u64()))
        .collect();
    assert_eq!(found, [("missing-key", Some(1)), ("invalid-value", Some(3)), ("out-of-range", Some(4))]);
    let (payload, _, code) = ran(&[
        "build",
        SEED,
        "--emit",
        "payload",
        "--inputs",
        file,
        "--set",
        "6_text=b",
        "--set",
        "57_cfg=2",
        "--compact",
    ]);
    assert_eq!(
        (payload.trim_end(), code),
        (r#"{"62_image":"a.png","6_text":"b","68_image":"Runcomfy_Example_1259_1.png","57_cfg":2}"#, 0,)
    );
}

#[test]
fn unchecked_prints_the_artifact_and_still_fails() {
    let (stdout, stderr, code) =
        ran(&["build", SEED, "--emit", "payload", "--set", "57_steps=99", "--unchecked"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("at most 20"));
    assert!(stdout.contains("\"57_steps\": 99"));
}

#[test]
fn a_prompt_comes_by_stdin_and_takes_values_for_any_input() {
    let prompt = std::fs::read(path(SEED).join("graph.json")).expect("a graph");
    let mut child = command(&[
        "build",
        "-",
        "--emit",
        "prompt",
        "--compact",
        "--set",
        "57_steps=12",
        "--set",
        "6_text=12",
    ])
    .stdin(Stdio::piped())
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .expect("the tool starts");
    child.stdin.take().expect("a pipe").write_all(&prompt).expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let built: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(built["57"]["inputs"]["steps"], 12);
    assert_eq!(built["6"]["inputs"]["text"], "12");
}

#[test]
fn what_the_tool_cannot_do_is_exit_code_two() {
    for (arguments, message) in [
        (&["check", "no-such-file.json"][..], "cannot read `no-such-file.json`"),
        (&["build", SEED, "--emit", "payload", "--set", "57_steps"], "KEY=VALUE"),
        (&["build", "workflows/image/scale/graph.json", "--emit", "schema"], "comfyc init"),
        (&["explain", "unknown-kye"], "unknown-key"),
        (&["build", "schemas/runcomfy/output.json", "--emit", "payload"], "no such artifact"),
    ] {
        let (stdout, stderr, code) = ran(arguments);
        assert_eq!((stdout.as_str(), code), ("", 2), "{stderr}");
        assert!(stderr.contains(message), "{stderr}");
    }
}

#[test]
fn bad_documents_are_refused_with_a_place() {
    let folder = tempfile::tempdir().expect("a folder");
    for (text, message) in [
        (&b"{\"1\": {\"class_type\": \"SaveImage\", "[..], "invalid JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"[1, 2]", "not a JSON object"),
        (b"{\"1\": {\"class_type\": \"SaveImge\", \"inputs\": {}}}", "did you mean `SaveImage`?"),
        (b"{\"1\": {\"class_type\": \"SaveImage\", \"inputs\": {\"images\": [\"2\", 0], \"filename_prefix\": \"x\"}}}", "links to node `2`"),
        (b"{\"1\": {\"class_type\": \"SaveImage\", \"inputs\": {\"filename_prefix\": \"x\"}}}", "required input `images`"),
        (b"{\"nodes\": [], \"links\": [], \"version\": 0.4}", "no output node"),
    ] {
        let file = folder.path().join("document.json");
        std::fs::write(&file, text).expect("written");
        let (_, stderr, code) = ran(&["check", file.to_str().expect("text")]);
        assert_eq!(code, 1, "{stderr}");
        assert!(stderr.contains(message), "{message}: {stderr}");
    }
}

#[cfg(unix)]
#[test]
fn a_closed_stdout_is_no_failure() {
    let mut child = command(&["build", SEED, "--emit", "prompt"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the tool starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn published_schemas_can_be_checked_and_compiled_alone() {
    let schema = "schemas/runcomfy/wan-ai__wan-3.0__image-to-video.json";
    let (_, stderr, code) = ran(&["check", schema, "--set", "prompt=x", "--set", "image_url=a.png"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("must be a URL or a data URI"), "{stderr}");
    let (payload, _, code) = ran(&[
        "build",
        schema,
        "--emit",
        "payload",
        "--compact",
        "--set",
        "image_url=https://example.com/a.png",
        "--set",
        "duration=7",
    ]);
    assert_eq!(
        (payload.trim_end(), code),
        (r#"{"prompt":"","image_url":"https://example.com/a.png","duration":7}"#, 0)
    );
}

#[test]
fn a_graph_and_a_published_schema_make_a_workflow() {
    let graph = format!("{SEED}/graph.json");
    let schema = "schemas/runcomfy/community__wan-2-2__first-last-frame.json";
    let (prompt, stderr, code) =
        ran(&["build", &graph, "--interface", schema, "--emit", "prompt", "--set", "67_length=141"]);
    assert_eq!(code, 0, "{stderr}");
    let prompt: Value = serde_json::from_str(&prompt).expect("JSON");
    assert_eq!(prompt["67"]["inputs"]["length"], 141);
    // The published schema drives only the high-noise pass: with few steps it runs to its end, and the other is left nothing.
    assert!(stderr.contains("with `57_steps` = 6, sampler stage `58` does nothing"), "{stderr}");
}

#[test]
fn a_proposal_can_be_used_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (manifest, stderr, code) = ran(&["init", &format!("{SEED}/graph.json")]);
    assert_eq!(code, 0, "{stderr}");
    std::fs::write(folder.path().join("interface.toml"), manifest).expect("written");
    std::fs::copy(path(SEED).join("graph.json"), folder.path().join("graph.json")).expect("copied");
    let (_, stderr, code) = ran(&["check", folder.path().to_str().expect("text")]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("no problems"), "{stderr}");
}
