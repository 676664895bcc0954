//! Workflows of the editor, each for one rule: `tests/ui/<name>.json` makes `tests/ui/<name>.prompt.json`, byte for byte.
//!
//! Every workflow is read as each version of the editor does. Where the newer one exports something else, that is in
//! `tests/ui/<name>.prompt-1.58.json`.
//!
//! A workflow says under `"test"`, which the editor does not read, `why` it is there, the `codes` of the diagnostics in their
//! order when there are any, the `codes-1.58` where those are others, and the `options` it is read with when they are not
//! the default. The catalog is the embedded one, or that of the `classes` it brings: those of node packs are not embedded.

use std::fs;

use comfyc::back::{Layout, prompt};
use comfyc::catalog::Catalog;
use comfyc::front::ui::{self, Clock, Editor};
use comfyc::source::{Origin, Pointer, Source, Sources, Syntax};
use serde_json::Value;

use crate::support::{path, read};

const FOLDER: &str = "tests/ui";

/// Every workflow of the folder, by name.
fn names() -> Vec<String> {
    let entries = fs::read_dir(path(FOLDER)).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| !name.contains(".prompt"))
        .map(|name| name.strip_suffix(".json").unwrap_or_else(|| panic!("{name} is no JSON")).to_owned())
        .collect();
    names.sort();
    names
}

fn options(asked: &Value, editor: Editor) -> ui::Options {
    let mut options = ui::Options::default();
    options.editor = editor;
    for (name, value) in asked.as_object().into_iter().flatten() {
        let on = value == &Value::Bool(true);
        match name.as_str() {
            "exact_integers" => options.exact_integers = on,
            "deep_mute" => options.deep_mute = on,
            "repair" => options.repair = on,
            "named_values" => options.named_values = on,
            "primitive_values" => options.primitive_values = on,
            "placeholders" => options.placeholders = on,
            "seed" => options.seed = value.as_u64(),
            "clock" => {
                // The one time at which all tests are.
                options.clock = Some(Clock { year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5 });
            }
            other => panic!("there is no option `{other}`"),
        }
    }
    options
}

/// The catalog of some classes.
fn classes(json: &Value) -> Catalog {
    let source = Source::new("classes", Syntax::Json, json.to_string());
    let id = Sources::default().add(source.clone());
    let (catalog, diagnostics) = Catalog::parse(&source, id);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    catalog
}

/// What one version of the editor does otherwise than the fixture says.
fn compare(name: &str, text: &str, about: &Value, embedded: &Catalog, editor: Editor) -> Result<(), String> {
    let source = Source::new(format!("{name}.json"), Syntax::Json, text);
    let id = Sources::default().add(source.clone());
    let own = about.get("classes").map(classes);
    let catalog = own.as_ref().unwrap_or(embedded);
    let options = options(&about["options"], editor);
    let (graph, diagnostics) = ui::parse(&source, id, catalog, &options);
    if let Ok(json) = serde_json::from_str(text) {
        // A text is read without what does not matter; a document is not.
        let whole = Origin::value(id, Pointer::root());
        let (again, found) = ui::lower(json, &whole, catalog, &options);
        assert!(again == graph && found.iter().eq(diagnostics.iter()), "{name}");
    }
    for diagnostic in diagnostics.iter() {
        let origin = diagnostic.origin.as_ref().expect("every diagnostic has a place");
        let span = source.locate(&[(&origin.pointer, origin.part)]);
        assert!(span.iter().all(Option::is_some), "{name}: {} is not in the file", origin.pointer);
    }
    let is_newest = editor == Editor::default();
    let both = fs::read_to_string(path(FOLDER).join(format!("{name}.prompt.json"))).unwrap_or_default();
    let newest = fs::read_to_string(path(FOLDER).join(format!("{name}.prompt-1.58.json"))).ok();
    assert!(newest.as_ref() != Some(&both), "{name}: both versions export the same");
    let prompt = newest.filter(|_| is_newest).unwrap_or(both);
    let codes: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code().slug()).collect();
    let expected = about.get("codes-1.58").filter(|_| is_newest).unwrap_or(&about["codes"]);
    let expected: Vec<&str> = expected.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let made = format!("{}\n", prompt::write(&graph, Layout::Pretty));
    if codes == expected && prompt == made {
        return Ok(());
    }
    Err(format!("{name} with {editor:?}: {}\n{codes:?}\n{made}", about["why"]))
}

#[test]
fn every_workflow_becomes_its_prompt() {
    let embedded = Catalog::embedded();
    let mut wrong = Vec::new();
    for name in names() {
        let text = read(&format!("{FOLDER}/{name}.json"));
        // What the parser does not take has no `test`; the rest must have a reason.
        let about = serde_json::from_str::<Value>(&text).map_or(Value::Null, |json| json["test"].clone());
        assert!(about.is_null() || about["why"].is_string(), "{name}: why is it here?");
        for editor in [Editor::V1_49, Editor::V1_58] {
            wrong.extend(compare(&name, &text, &about, &embedded, editor).err());
        }
    }
    assert!(wrong.is_empty(), "{} are otherwise than recorded:\n\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_prompt_has_its_workflow() {
    let names = names();
    assert!(names.len() > 20);
    for entry in fs::read_dir(path(FOLDER)).expect("a folder") {
        let file = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        let of = file.strip_suffix(".prompt.json").or_else(|| file.strip_suffix(".prompt-1.58.json"));
        if let Some(name) = of {
            assert!(names.iter().any(|known| known == name), "{file} is of no workflow");
        }
    }
}
