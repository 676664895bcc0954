//! Rust programs of workflows. That they compile and print what they were made of is tested beside the nodes, in
//! `crates/nodes/tests/decompiled.rs`, with the files that are compared here.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{command, ran, read};

/// What the command prints with a text on its standard input.
fn ran_with(arguments: &[&str], input: &str) -> String {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the tool starts");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    String::from_utf8(output.stdout).expect("text")
}

/// Compares what a command prints with a file. The file is written anew when `COMFYC_UPDATE` is set.
#[track_caller]
fn check(arguments: &[&str], code: i32, file: &str) {
    let (printed, notes, status) = ran(arguments);
    assert_eq!(status, code, "{notes}");
    if std::env::var_os("COMFYC_UPDATE").is_some() {
        std::fs::write(crate::support::path(file), &printed).expect("the file is written");
    }
    assert!(printed == read(file), "{file} is not what `comfyc {}` prints", arguments.join(" "));
}

#[test]
fn a_workflow_is_a_program_with_what_it_publishes() {
    let seed = "workflows/wan-2-2/first-last-frame";
    check(&["build", seed, "--emit", "rust"], 0, "crates/nodes/tests/decompiled/first_last_frame.rs");
}

#[test]
fn a_prompt_that_is_refused_is_a_program_too() {
    let odd = "tests/fixtures/rust/odd.json";
    check(&["build", odd, "--emit", "rust", "--unchecked"], 1, "crates/nodes/tests/decompiled/odd.rs");
    check(&["build", odd, "--emit", "prompt", "--unchecked"], 1, "crates/nodes/tests/decompiled/odd.json");
}

#[test]
fn a_refused_prompt_is_no_program_unless_asked_for() {
    let (printed, _, code) = ran(&["build", "tests/fixtures/rust/odd.json", "--emit", "rust"]);
    assert_eq!((printed.as_str(), code), ("", 1));
}

#[test]
fn a_function_stands_alone() {
    let scale = "workflows/image/scale";
    let (printed, notes, code) = ran(&["build", scale, "--emit", "rust", "--fn", "scale"]);
    assert_eq!(code, 0, "{notes}");
    assert!(printed.starts_with("fn scale(g: Scope<'_>) {\n"), "{printed}");
    assert!(!printed.contains("fn main"), "{printed}");
}

#[test]
fn another_module_of_nodes_is_used_when_named() {
    let scale = "workflows/image/scale";
    let (printed, notes, code) = ran(&["build", scale, "--emit", "rust", "--nodes", "crate::nodes"]);
    assert_eq!(code, 0, "{notes}");
    assert!(printed.contains("\nuse crate::nodes::*;\n"), "{printed}");
}

#[test]
fn names_that_rust_does_not_take_are_refused() {
    for arguments in
        [["--fn", "self"], ["--fn", "a b"], ["--fn", "main"], ["--nodes", "a-b"], ["--nodes", "a::"]]
    {
        let (_, notes, code) = ran(&[&["build", "x.json", "--emit", "rust"][..], &arguments].concat());
        assert_eq!(code, 2, "{arguments:?}: {notes}");
    }
}

#[test]
fn a_workflow_on_standard_input_is_a_program_with_values_written_in() {
    let graph = read("workflows/image/scale/graph.json");
    let plain = ran_with(&["build", "-", "--emit", "rust"], &graph);
    let set = ran_with(&["build", "-", "--emit", "rust", "--set", "2_width=640"], &graph);
    assert!(plain.contains(".add(LoadImage"), "{plain}");
    assert!(set.contains(".width(640)") && !set.contains("expose"), "{set}");
}
