//! Several documents and folders of them: what is found, what is passed over, and what one bad document does to the others.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{command, path};

const BAD: &str = r#"{"1": {"class_type": "NoSuch", "inputs": {}}}"#;

/// A folder with a workflow, a prompt, a prompt with an error, and what is no document.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("written");
    };
    let copy = |name: &str, from: &str| put(name, &fs::read_to_string(path(from)).expect("text"));
    copy("good.json", "workflows/wan-2-2/first-last-frame/graph.json");
    copy("sub/scale/graph.json", "workflows/image/scale/graph.json");
    copy("sub/scale/interface.toml", "workflows/image/scale/interface.toml");
    put("bad.json", BAD);
    put("package.json", r#"{"name": "x", "version": "1"}"#);
    put("readme.txt", "a text");
    put(".hidden/bad.json", BAD);
    put("node_modules/bad.json", BAD);
    put(".gitignore", "node_modules\n");
    folder
}

/// What the tool printed for programs and for people, and how it ended, in this folder.
fn ran(folder: &Path, arguments: &[&str]) -> (String, String, i32) {
    let output = command(arguments).current_dir(folder).output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr), output.status.code().expect("it ended by itself"))
}

/// The lines on documents: those of a verdict, and the sum.
fn verdicts(stderr: &str) -> Vec<&str> {
    let is_verdict = |line: &&str| {
        let starts = ["ok: ", "refused: ", "unreadable: "].iter().any(|start| line.starts_with(start));
        starts || line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(" of ")
    };
    stderr.lines().filter(is_verdict).collect()
}

#[test]
fn a_folder_is_searched_for_documents() {
    let folder = folder();
    let (_, stderr, code) = ran(folder.path(), &["check", "."]);
    assert_eq!(code, 1, "{stderr}");
    assert_eq!(
        verdicts(&stderr),
        [
            "refused: ./bad.json: prompt, 1 nodes: 1 error",
            "ok: ./good.json: prompt, 16 nodes: no problems",
            "ok: ./sub/scale/interface.toml: workflow, 3 nodes, 3 inputs: no problems",
            "1 of 3 refused, 2 passed over",
        ]
    );
    // A folder of a workflow is that workflow, and a file that is named is not passed over.
    let (_, stderr, code) = ran(folder.path(), &["check", "sub/scale", "package.json"]);
    assert_eq!(code, 1, "{stderr}");
    let expected = [
        "ok: sub/scale: workflow, 3 nodes, 3 inputs: no problems",
        "refused: package.json: document: 1 error",
        "1 of 2 refused",
    ];
    assert_eq!(verdicts(&stderr), expected);
}

#[test]
fn a_folder_is_built_document_by_document() {
    let folder = folder();
    let arguments = ["build", ".", "--out", "out", "--set", "1_image=a.png"];
    fs::remove_file(folder.path().join("good.json")).expect("removed");
    let (stdout, stderr, code) = ran(folder.path(), &arguments);
    assert_eq!((stdout.as_str(), code), ("", 1), "{stderr}");
    let expected = [
        "refused: ./bad.json: 2 errors",
        "ok: ./sub/scale/interface.toml: no problems",
        "1 of 2 refused, 2 passed over",
    ];
    assert_eq!(verdicts(&stderr), expected);
    let written: Vec<_> = fs::read_dir(folder.path().join("out")).expect("a folder").collect();
    assert_eq!(written.len(), 1);
    assert!(folder.path().join("out/scale.prompt.json").is_file());
}

/// Two workflows whose graphs have one name are no clash, whatever their manifests call them.
#[test]
fn a_graph_that_a_manifest_names_is_no_document_beside_it() {
    let folder = folder();
    let scale = folder.path().join("sub/scale");
    let other = folder.path().join("sub/other");
    fs::create_dir_all(other.join("graphs")).expect("a folder");
    fs::copy(scale.join("graph.json"), other.join("graphs/graph.json")).expect("copied");
    let manifest = fs::read_to_string(scale.join("interface.toml")).expect("text");
    fs::write(other.join("interface.toml"), format!("graph = \"graphs/graph.json\"\n{manifest}"))
        .expect("written");
    fs::copy(scale.join("graph.json"), other.join("graph.json")).expect("copied");
    let (_, stderr, code) = ran(folder.path(), &["check", "sub"]);
    assert_eq!(code, 0, "{stderr}");
    let expected = [
        // No manifest names this one.
        "ok: sub/other/graph.json: prompt, 3 nodes: no problems",
        "ok: sub/other/interface.toml: workflow, 3 nodes, 3 inputs: no problems",
        "ok: sub/scale/interface.toml: workflow, 3 nodes, 3 inputs: no problems",
        "0 of 3 refused",
    ];
    assert_eq!(verdicts(&stderr), expected);
    let (_, stderr, code) = ran(folder.path(), &["build", "sub", "--set", "1_image=a.png", "--out", "out"]);
    assert_eq!(code, 0, "{stderr}");
    for name in ["graph", "other", "scale"] {
        assert!(folder.path().join(format!("out/{name}.prompt.json")).is_file(), "{name}: {stderr}");
    }
}

#[test]
fn a_manifest_and_its_graph_that_are_both_named_are_checked_once() {
    let folder = folder();
    let graph = folder.path().join("sub/scale/graph.json");
    let broken = fs::read_to_string(&graph).expect("text").replace("\"ImageScale\"", "\"NoSuch\"");
    fs::write(&graph, broken).expect("written");
    let files = ["sub/scale/graph.json", "sub/scale/interface.toml"];
    let (_, stderr, code) = ran(folder.path(), &[&["check"], &files[..]].concat());
    assert_eq!(code, 1, "{stderr}");
    assert_eq!(stderr.matches("unknown class `NoSuch`").count(), 1, "{stderr}");
    let sum = verdicts(&stderr).pop();
    assert_eq!(sum, Some("1 of 1 refused, 1 checked with the interface.toml that names them"));
}

#[test]
fn an_empty_folder_is_said_to_be_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, stderr, code) = ran(folder.path(), &["check", "."]);
    assert_eq!((stderr.as_str(), code), ("0 of 0 refused\n", 0));
    let (_, stderr, code) = ran(folder.path(), &["build", "."]);
    assert_eq!((stderr.as_str(), code), ("comfyc: .: there is no document\n", 2));
}

#[test]
fn what_cannot_be_read_stops_no_other() {
    let folder = folder();
    let files = ["bad.json", "missing.json", "good.json"];
    let (_, stderr, code) = ran(folder.path(), &[&["check"], &files[..]].concat());
    assert_eq!(code, 2, "{stderr}");
    let expected = [
        "refused: bad.json: prompt, 1 nodes: 1 error",
        "unreadable: missing.json: document: 1 error",
        "ok: good.json: prompt, 16 nodes: no problems",
        "1 of 3 refused, 1 unreadable",
    ];
    assert_eq!(verdicts(&stderr), expected);
    let (stdout, _, code) = ran(folder.path(), &[&["check", "--format", "json"], &files[..]].concat());
    let answer: Value = serde_json::from_str(&stdout).expect("JSON");
    let found = answer["diagnostics"].as_array().expect("a list");
    let found: Vec<_> = found.iter().map(|found| (&found["code"], &found["file"])).collect();
    assert_eq!(code, 2);
    assert_eq!(
        found,
        [(&"unknown-class".into(), &"bad.json".into()), (&"unreadable-file".into(), &"missing.json".into())]
    );
}

#[test]
fn a_payload_that_cannot_be_read_is_its_only_error() {
    let folder = folder();
    let put = |name: &str, text: &[u8]| fs::write(folder.path().join(name), text).expect("written");
    put("not-utf8.json", b"{\"1_image\":\"\xff\"}");
    put("not-json.json", b"{");
    put("list.json", b"[]");
    put("good-payload.json", br#"{"1_image": "a.png"}"#);
    let bad =
        [("not-utf8.json", "byte 12 is not UTF-8"), ("not-json.json", "EOF"), ("list.json", "flat object")];
    for (file, said) in bad {
        for arguments in [
            &["check", file, "--for", "sub/scale"][..],
            &["check", "good-payload.json", file, "--for", "sub/scale"],
            &["build", "sub/scale", "--inputs", file],
            &["build", "sub/scale", "--emit", "payload", "--unchecked", "--inputs", file],
            &["run", "sub/scale", "--on", "comfyui", "--inputs", file],
        ] {
            let (stdout, stderr, code) = ran(folder.path(), arguments);
            assert_eq!((stdout.as_str(), code), ("", 1), "{arguments:?}: {stderr}");
            assert_eq!(stderr.matches("  × ").count(), 1, "{arguments:?}: {stderr}");
            assert!(stderr.contains(said), "{arguments:?}: {stderr}");
        }
    }
    let files = ["check", "good-payload.json", "missing.json", "list.json", "--for", "sub/scale"];
    let (_, stderr, code) = ran(folder.path(), &files);
    assert_eq!(code, 2, "{stderr}");
    let expected = [
        "ok: good-payload.json: payload: no problems",
        "unreadable: missing.json: payload: 1 error",
        "refused: list.json: payload: 1 error",
        "1 of 3 refused, 1 unreadable",
    ];
    assert_eq!(verdicts(&stderr), expected);
}
