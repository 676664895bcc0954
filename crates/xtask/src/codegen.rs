//! Files that are made from others: the embedded catalogs, the typed nodes, the JSON Schemas of our own formats, and the index of the codes.
//!
//! The catalogs come from real servers' `/object_info`, which only the reference data holds. Where that is not at hand,
//! they cannot be made again and `--check` says so; everything else is always checked.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use comfyc::catalog::{Catalog, Class, Input, Inputs, Kind, Traits};
use comfyc::diagnostic::{Code, Reported};
use comfyc::front::manifest::Manifest;
use comfyc::interface::Interface;
use comfyc::source::{Source, Sources, Syntax};
use indexmap::IndexMap;
use serde_json::Value;

use crate::{Failure, nodes, repository, shared};

/// Prose that a class carries and a catalog of facts does not: it belongs to its authors.
const CLASS_PROSE: [&str; 4] = ["description", "output_tooltips", "price_badge", "search_aliases"];
/// The same of an input.
const INPUT_PROSE: [&str; 4] = ["tooltip", "placeholder", "label_on", "label_off"];
/// Options by which an input says that its list names files of the server.
const FILE_OPTIONS: [&str; 5] = ["image_upload", "audio_upload", "video_upload", "file_upload", "remote"];
/// Inputs whose options depend on the hardware, which two dumps of one machine cannot show.
const DEVICE_INPUTS: [(&str, &str); 4] = [
    ("SelectModelDevice", "device"),
    ("SelectCLIPDevice", "device"),
    ("SelectVAEDevice", "device"),
    ("ModelAttentionBackend", "attention"),
];

/// Writes every generated file, or only compares when `check` is set.
pub(crate) fn run(check: bool) -> Result<(), Failure> {
    let mut stale = Vec::new();
    let files = generated()?;
    for path in nodes::left_over(&files)? {
        if check {
            stale.push(path.display().to_string());
        } else {
            fs::remove_file(repository().join(&path)).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
            eprintln!("removed {}", path.display());
        }
    }
    for (path, text) in files {
        let full = repository().join(&path);
        if fs::read_to_string(&full).is_ok_and(|old| old == text) {
            continue;
        }
        if check {
            stale.push(path.display().to_string());
        } else {
            if let Some(folder) = full.parent() {
                fs::create_dir_all(folder).map_err(|error| Failure(format!("{}: {error}", folder.display())))?;
            }
            fs::write(&full, text).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
            eprintln!("wrote {}", path.display());
        }
    }
    if stale.is_empty() {
        Ok(())
    } else {
        Err(Failure(format!("not up to date, run `cargo xtask codegen`: {}", stale.join(", "))))
    }
}

fn generated() -> Result<Vec<(PathBuf, String)>, Failure> {
    let mut files = vec![
        (PathBuf::from("schemas/interface.schema.json"), json_schema::<Manifest>("interface.toml")),
        (PathBuf::from("schemas/published.schema.json"), json_schema::<Interface>("published schema")),
        (PathBuf::from("schemas/report.schema.json"), json_schema::<Reported>("comfyc --format json")),
        (PathBuf::from("crates/core/src/diagnostic/pages/README.md"), index_of_codes()),
    ];
    files.extend(nodes::files());
    match shared() {
        Some(shared) => files.extend(catalogs(&shared)?),
        None => {
            eprintln!("codegen: the embedded catalogs are not checked: their source, ../shared, is not here");
        }
    }
    Ok(files)
}

/// The JSON Schema of one of our own formats.
fn json_schema<T: schemars::JsonSchema>(title: &str) -> String {
    let mut schema = schemars::schema_for!(T);
    schema.insert("title".to_owned(), title.into());
    format!("{:#}\n", schema.as_value())
}

/// The index of the pages, in the order of the registry.
fn index_of_codes() -> String {
    let mut text = "\
# The codes of comfyc

One page for each kind of problem; `comfyc explain CODE` prints it. This index is made from the registry, `../code.rs`, by
`cargo xtask codegen`; the examples of the pages are tests.

| code | severity | meaning |
|---|---|---|
"
    .to_owned();
    for code in Code::ALL {
        let (slug, severity) = (code.slug(), code.severity().as_str());
        let _ = writeln!(text, "| [`{slug}`]({slug}.md) | {severity} | {} |", code.meaning());
    }
    text
}

/// The three embedded snapshots.
fn catalogs(shared: &Path) -> Result<Vec<(PathBuf, String)>, Failure> {
    let folder = shared.join("data/object_info");
    let plain = read(&folder.join("comfyui-0.33.0.json"))?;
    let with_files = read(&folder.join("comfyui-0.33.0-with-files.json"))?;
    let with_packs = read(&folder.join("comfyui-0.33.0-with-custom-nodes.json"))?;
    let core_traits = json(&folder.join("comfyui-0.33.0-class-traits.json"))?;
    let pack_traits = json(&folder.join("comfyui-0.33.0-with-custom-nodes-class-traits.json"))?;

    let core = plain.classes().map(|class| facts(class, with_files.class(&class.name), &core_traits));
    let mut core = Catalog::new(Some("ComfyUI 0.33.0".to_owned()), core);
    core.set_replacements(&core_traits);
    let mut files = vec![("comfyui.json", core.to_snapshot())];
    for (pack, file) in
        [("ComfyUI-KJNodes", "kjnodes.json"), ("ComfyUI-VideoHelperSuite", "videohelpersuite.json")]
    {
        let classes = with_packs.classes().filter(|class| class.pack() == Some(pack));
        let snapshot =
            Catalog::new(Some(pack.to_owned()), classes.map(|class| facts(class, None, &pack_traits)));
        files.push((file, snapshot.to_snapshot()));
    }
    let folder = Path::new("crates/core/src/catalog/embedded");
    Ok(files.into_iter().map(|(file, text)| (folder.join(file), text)).collect())
}

/// A class without prose, with its traits, and with machine-specific lists marked open: those that are empty, that name
/// uploads or devices, or that differ in `other`, the same class on another machine.
fn facts(class: &Class, other: Option<&Class>, traits: &Value) -> Class {
    let mut class = class.clone();
    class.fields.retain(|field, _| !CLASS_PROSE.contains(&field.as_str()));
    let entry = traits.get("classes").and_then(|classes| classes.get(&class.name));
    class.traits = Some(Traits {
        v3: entry.and_then(|e| e.get("v3")).and_then(Value::as_bool).unwrap_or(false),
        validates: entry
            .and_then(|e| e.get("validates"))
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            .unwrap_or_default(),
        validates_all: entry.and_then(|e| e.get("kwargs")).and_then(Value::as_bool).unwrap_or(false),
    });
    let name = class.name.clone();
    strip(&name, &mut class.inputs, other.map(|class| &class.inputs));
    class
}

fn strip(class: &str, inputs: &mut Inputs, other: Option<&Inputs>) {
    let others = other.map(|o| [&o.required, &o.optional, &o.hidden]);
    let sections = [&mut inputs.required, &mut inputs.optional, &mut inputs.hidden];
    for (i, section) in sections.into_iter().enumerate() {
        let twin: Option<&IndexMap<String, Input>> =
            others.and_then(|o| o.get(i).copied().and_then(Option::as_ref));
        for (name, input) in section.iter_mut().flatten() {
            strip_input(class, name, input, twin.and_then(|inputs| inputs.get(name)));
        }
    }
}

fn strip_input(class: &str, name: &str, input: &mut Input, other: Option<&Input>) {
    let files = FILE_OPTIONS.iter().any(|option| input.options.other.contains_key(*option));
    strip_keywords(&mut input.options.other);
    match &mut input.kind {
        Kind::Combo(combo) => {
            let differs = match other.map(|input| &input.kind) {
                Some(Kind::Combo(other)) => other.options != combo.options,
                _ => false,
            };
            let device = DEVICE_INPUTS.contains(&(class, name));
            if combo.options.is_empty() || files || differs || device || combo.options == ["example.png"] {
                combo.open = true;
            }
        }
        Kind::DynamicCombo(branches) => {
            let others = match other.map(|input| &input.kind) {
                Some(Kind::DynamicCombo(others)) => others.as_slice(),
                _ => &[],
            };
            for (i, branch) in branches.iter_mut().enumerate() {
                strip(class, &mut branch.inputs, others.get(i).map(|branch| &branch.inputs));
            }
        }
        Kind::Autogrow(autogrow) => strip(class, &mut autogrow.template, None),
        Kind::DynamicSlot(slot) => strip(class, &mut slot.inputs, None),
        Kind::Named(_) | Kind::Match(_) | Kind::Opaque(_) => {}
    }
}

/// Takes prose out of an input's keywords, inside an autogrow's template too.
fn strip_keywords(keywords: &mut serde_json::Map<String, Value>) {
    keywords.retain(|keyword, _| !INPUT_PROSE.contains(&keyword.as_str()));
    let Some(sections) =
        keywords.get_mut("template").and_then(|t| t.get_mut("input")).and_then(Value::as_object_mut)
    else {
        return;
    };
    for section in sections.values_mut() {
        for spec in section.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
            if let Some(inner) = spec.get_mut(1).and_then(Value::as_object_mut) {
                inner.retain(|keyword, _| !INPUT_PROSE.contains(&keyword.as_str()));
            }
        }
    }
}

pub(crate) fn read(path: &Path) -> Result<Catalog, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
    let source = Source::new(path.display().to_string(), Syntax::Json, text);
    let (catalog, diagnostics) = Catalog::parse(&source, Sources::default().add(source.clone()));
    let codes: BTreeSet<_> = diagnostics.codes();
    if codes.is_empty() { Ok(catalog) } else { Err(Failure(format!("{}: {codes:?}", path.display()))) }
}

pub(crate) fn json(path: &Path) -> Result<Value, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
    serde_json::from_str(&text).map_err(|error| Failure(format!("{}: {error}", path.display())))
}
