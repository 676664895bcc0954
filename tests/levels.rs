//! `--deny`, `--warn`, `--allow` and `[lints]`: what becomes of a problem, and of the exit code.

use serde_json::Value;

use crate::support::ran;

/// A workflow with one warning, `unknown-input`.
const PROMPT: &str = r#"{
  "1": {"class_type": "LoadImage", "inputs": {"image": "a.png", "imag": 1}},
  "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}}
}"#;
/// The same with one error, `not-an-option`.
const WITH_ERROR: &str = r#"{
  "1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
  "2": {"class_type": "ImageScaleBy", "inputs": {"image": ["1", 0], "upscale_method": "best", "scale_by": 2.0}},
  "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "x"}}
}"#;

/// A folder with a graph and a manifest that publishes nothing.
fn workflow(graph: &str, manifest: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("graph.json"), graph).expect("written");
    std::fs::write(folder.path().join("interface.toml"), manifest).expect("written");
    folder
}

/// Checks a workflow, and gives its codes with their severities, and the exit code.
#[track_caller]
fn check(graph: &str, manifest: &str, arguments: &[&str], expected: (&[(&str, &str)], i32)) {
    let folder = workflow(graph, manifest);
    let path = folder.path().to_str().expect("text");
    let (stdout, stderr, code) = ran(&[&["check", path, "--format", "json"], arguments].concat());
    let report: Value = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"));
    let found: Vec<(&str, &str)> = report["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|d| (d["code"].as_str().expect("a code"), d["severity"].as_str().expect("a severity")))
        .collect();
    assert_eq!((found.as_slice(), code), expected, "{stdout}");
}

#[test]
fn warnings_are_denied_and_allowed() {
    let warned: &[(&str, &str)] = &[("unknown-input", "warning")];
    let denied: &[(&str, &str)] = &[("unknown-input", "error")];
    check(PROMPT, "", &[], (warned, 0));
    check(PROMPT, "", &["--deny", "unknown-input"], (denied, 1));
    check(PROMPT, "", &["--deny", "warnings"], (denied, 1));
    check(PROMPT, "", &["--deny", "warnings", "--warn", "unknown-input"], (warned, 0));
    check(PROMPT, "", &["--allow", "unknown-input"], (&[], 0));
    check(PROMPT, "[lints]\nunknown-input = 'deny'", &[], (denied, 1));
    check(PROMPT, "[lints]\nwarnings = 'deny'", &[], (denied, 1));
    check(PROMPT, "[lints]\nunknown-input = 'allow'", &[], (&[], 0));
    check(PROMPT, "[lints]\nunknown-input = 'allow'", &["--deny", "unknown-input"], (denied, 1));
    check(PROMPT, "[lints]\nunknown-input = 'allow'", &["--deny", "warnings"], (&[], 0));
}

#[test]
fn an_error_is_lowered_and_the_workflow_compiled() {
    check(WITH_ERROR, "", &[], (&[("not-an-option", "error")], 1));
    check(WITH_ERROR, "", &["--warn", "not-an-option"], (&[("not-an-option", "warning")], 0));
    let folder = workflow(WITH_ERROR, "[lints]\nnot-an-option = 'warn'\n");
    let path = folder.path().to_str().expect("text");
    let (stdout, stderr, code) = ran(&["build", path, "--emit", "prompt"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("\"best\"") && stderr.contains("1 warning"), "{stderr}");
    let (stdout, _, code) = ran(&["build", path, "--emit", "prompt", "--deny", "warnings"]);
    assert_eq!((stdout.as_str(), code), ("", 1));
}

#[test]
fn nothing_is_submitted_with_a_denied_warning() {
    let folder = workflow(PROMPT, "");
    let path = folder.path().to_str().expect("text");
    // Nobody listens there: an attempt would be a failure of the tool, exit code 2.
    let on = ["--on", "http://127.0.0.1:9"];
    let (stdout, stderr, code) = ran(&[&["run", path, "--deny", "warnings"], &on[..]].concat());
    assert_eq!((stdout.as_str(), code), ("", 1), "{stderr}");
    let (_, stderr, code) = ran(&[&["run", path], &on[..]].concat());
    assert_eq!(code, 2, "{stderr}");
}

#[test]
fn a_value_at_a_lowered_level_is_still_checked_against_the_graph() {
    let manifest = "[lints]\nout-of-range = 'warn'\n[[inputs]]\nkey = '2_scale_by'\ntype = 'number'\nmaximum = 4\ndefault = 2.0\n[[inputs]]\nkey = '2_upscale_method'\ntype = 'string'\ndefault = 'area'\n";
    let graph = WITH_ERROR.replace("best", "area");
    let set = ["--set", "2_scale_by=5", "--set", "2_upscale_method=best"];
    check(&graph, manifest, &set[..2], (&[("out-of-range", "warning")], 0));
    check(&graph, manifest, &set, (&[("out-of-range", "warning"), ("not-an-option", "error")], 1));
}

#[test]
fn the_lints_of_a_manifest_hold_for_its_workflow_only() {
    let (strict, plain) = (workflow(PROMPT, "[lints]\nunknown-input = 'deny'\n"), workflow(PROMPT, ""));
    let [strict, plain] = [&strict, &plain].map(|folder| folder.path().to_str().expect("text"));
    for files in [[strict, plain], [plain, strict]] {
        let (_, stderr, code) = ran(&[&["check"], &files[..]].concat());
        assert_eq!(code, 1);
        assert!(stderr.contains(&format!("refused: {strict}: ")), "{stderr}");
        assert!(stderr.contains(&format!("ok: {plain}: ")), "{stderr}");
    }
}

#[test]
fn what_cannot_be_said_is_refused() {
    for (arguments, message) in [
        (["--deny", "idle-stge"], "--deny idle-stge: there is no such code: did you mean `idle-stage`?"),
        (["--allow", "unknown-class"], "an error cannot be silenced, only lowered to a warning"),
        (["--warn", "syntax"], "there is no document"),
        (["--allow", "warnings"], "can only be denied"),
    ] {
        let (stdout, stderr, code) = ran(&[&["check", "workflows/image/scale"], &arguments[..]].concat());
        assert_eq!((stdout.as_str(), code), ("", 2), "{stderr}");
        assert!(stderr.contains(message), "{stderr}");
    }
    for lint in ["idle-stge = 'deny'", "unknown-class = 'allow'", "idle-stage = 'forbid'"] {
        check(
            PROMPT.replace(", \"imag\": 1", "").as_str(),
            &format!("[lints]\n{lint}\n"),
            &[],
            (&[("bad-manifest", "error")], 1),
        );
    }
}
