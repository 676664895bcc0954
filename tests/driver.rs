//! The compiler used as a library: what a caller holds when a document or a value is refused.

use std::error::Error;
use std::io;

use comfyc::compiler::{Content, Emit, File, Given, Options};
use comfyc::diagnostic::{Code, Diagnostic, Diagnostics};
use comfyc::interface::{Builder, Exposed};
use comfyc::{Catalog, Checked, Compiler, Workflow};

use crate::support::path;

const SEED: &str = "workflows/wan-2-2/first-last-frame";

/// An editor's workflow whose only node takes its image from a node that is not there.
const DANGLING: &str = r#"{"version": 0.4, "last_node_id": 2, "last_link_id": 7, "nodes": [
    {"id": 2, "type": "SaveImage", "pos": [0, 0], "size": [9, 9], "flags": {}, "order": 0, "mode": 0,
     "inputs": [{"name": "images", "type": "IMAGE", "link": 7}], "outputs": [], "properties": {},
     "widgets_values": ["a"]}],
  "links": [[7, 99, 0, 2, 0, "IMAGE"]], "groups": [], "config": {}, "extra": {}}"#;

/// Of what kind each problem is.
fn codes(found: &Diagnostics) -> Vec<Code> {
    found.iter().map(Diagnostic::code).collect()
}

fn compiler() -> Compiler {
    Compiler::new(Catalog::embedded())
}

fn workflow() -> Checked<Workflow> {
    compiler().workflow(SEED, |file| std::fs::read(path(file.path()))).expect("it is fine")
}

/// Reads one document, whatever its name.
fn reading(text: &str) -> impl Fn(File<'_>) -> io::Result<Vec<u8>> {
    move |_| Ok(text.as_bytes().to_vec())
}

#[test]
fn a_refused_value_is_an_error_with_its_place() {
    let workflow = workflow();
    let given = Given::default().with_text("payload.json", "{\"57_steps\": 6,\n \"57_stepz\": 7}");
    let rejected = compiler().job(&workflow, given).expect_err("the key is not published");
    assert_eq!(codes(&rejected.diagnostics), [Code::UnknownKey]);
    assert_eq!(rejected.summary(), "unknown key `57_stepz`");
    let shown = rejected.to_string();
    assert!(shown.starts_with("error[unknown-key]: unknown key `57_stepz`"), "{shown}");
    assert!(shown.contains("payload.json:2:2"), "{shown}");
    assert_eq!(format!("{rejected:?}"), format!("rejected\n{shown}"));

    let related: Vec<_> = miette::Diagnostic::related(&rejected).expect("reports").collect();
    let [report] = related.as_slice() else { panic!("{} reports", related.len()) };
    assert_eq!(report.code().map(|code| code.to_string()).as_deref(), Some("unknown-key"));
    assert_eq!(report.severity(), Some(miette::Severity::Error));
    assert_eq!(report.labels().expect("labels").next().map(|label| label.offset()), Some(17));
    let error: Box<dyn Error + Send + Sync> = rejected.into();
    assert_eq!(error.to_string(), shown);
}

#[test]
fn a_refused_workflow_is_an_error_with_its_text() {
    let unknown = "{\"1\": {\"class_type\": \"NoSuch\", \"inputs\": {}}}";
    for (text, code, place) in [
        (unknown, Code::UnknownClass, "a.json:1:22"),
        ("{", Code::Syntax, "a.json:1:1"),
        ("{\"a\": 1}", Code::UnsupportedDocument, "a.json:1:1"),
        (DANGLING, Code::DanglingLink, "a.json:3"),
    ] {
        let rejected = compiler().workflow("a.json", reading(text)).expect_err(text);
        // One cause is one error.
        assert_eq!(codes(&rejected.diagnostics), [code], "{rejected}");
        assert!(rejected.to_string().contains(place), "{rejected}");
    }
    let missing = |_: File<'_>| Err(io::ErrorKind::NotFound.into());
    let rejected = compiler().workflow("missing.json", missing).expect_err("no such file");
    assert_eq!(codes(&rejected.diagnostics), [Code::UnreadableFile]);
    assert!(rejected.to_string().contains("missing.json"), "{rejected}");
}

/// Who declares a workflow checked hears of its values only.
#[test]
fn a_workflow_that_is_declared_checked_is_not_reported_on() {
    let compiler = compiler();
    let text = r#"{"1": {"class_type": "NoSuch", "inputs": {"steps": 1}}}"#;
    let document = compiler.parse("a.json", text);
    let Content::Graph(graph) = document.content() else { panic!("{document:?}") };
    let mut interface = Builder::new().expose(Exposed::integer("1_steps")).build();
    assert!(interface.bind(graph, compiler.catalog()).is_empty());
    let workflow = Checked::assume_checked(Workflow::new(graph.clone(), interface));
    let job = compiler.job(&workflow, [("1_steps", "6")]).expect("the value is fine");
    assert!(job.prompt_json().contains("\"steps\": 6"));
    let rejected = compiler.job(&workflow, [("1_steps", "six")]).expect_err("the value is none");
    assert_eq!(codes(&rejected.diagnostics), [Code::InvalidValue]);
}

#[test]
fn an_artifact_is_made_only_of_values_that_were_read() {
    let compiler = compiler();
    let document = || compiler.open(SEED, |file: File<'_>| std::fs::read(path(file.path())));
    let mut options = Options::default();
    options.unchecked = true;
    for emit in [Emit::Prompt, Emit::Payload, Emit::Overrides, Emit::Ir] {
        let given = Given::default().with_text("payload.json", *b"\xff").set("57_steps", "6");
        let mut compilation = compiler.compile(document(), &given);
        assert_eq!(compilation.emit(&emit, options).expect("there is one"), None);
        assert!(compilation.job().is_none());
        assert_eq!(codes(&compilation.diagnostics()), [Code::Syntax]);
    }
    let mut compilation = compiler.compile(document(), &Given::from([("57_steps", "6")]));
    let prompt = compilation.emit(&Emit::Prompt, Options::default()).expect("there is one");
    assert!(prompt.expect("no errors").contains("\"steps\": 6"));
}
