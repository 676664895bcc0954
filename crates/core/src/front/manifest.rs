//! `interface.toml` to interface: what stands beside a graph and says what is published of it.
//!
//! [`Manifest`] is the form of the file, and its JSON Schema (`schemas/interface.schema.json`) is made from it. The order in
//! which an input's keywords are written is the order in which they are published. A field that is not known is an error,
//! with one exception: everything under `keywords` is published as it stands.
//!
//! A manifest may come from a stranger, so the file that it names for its graph is one below its folder. Whether links lead
//! out of it is for whoever opens the file to see.

use std::fmt::Write;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Number, Value};
use toml_edit::{Document, Item, TableLike};

use crate::diagnostic::{Diagnostics, Guesses, Level, Levels, Problem};
use crate::interface::{Derived, Input, Interface, Key, Media, Output, Round, Rule, Schema};
use crate::source::{Origin, Pointer, Source, SourceId};

/// The name of the file in a workflow folder.
pub const FILE: &str = "interface.toml";
/// The graph of a workflow folder, where the manifest names no other.
pub const GRAPH: &str = "graph.json";

/// The published interface of the ComfyUI graph beside this file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The id under which the workflow is served: `community/wan-2-2/first-last-frame`.
    #[serde(default)]
    pub model: Option<String>,
    /// The file that holds the graph, in the folder of this one or below it; `graph.json` when absent.
    #[serde(default)]
    pub graph: Option<String>,
    /// The title of the published schema; `Input` when absent.
    #[serde(default)]
    pub title: Option<String>,
    /// The keys that a caller must give, in the order they are published.
    #[serde(default)]
    pub required: Vec<String>,
    /// The published inputs in display order.
    #[serde(default)]
    pub inputs: Vec<ManifestInput>,
    /// The nodes whose results are the workflow's.
    #[serde(default)]
    pub outputs: Vec<ManifestOutput>,
    /// What is made of a kind of problem in this workflow: `allow`, `warn` or `deny`, by code. `warnings = "deny"` is for every
    /// warning that is not named. An error can be lowered to `warn`, but not allowed.
    #[serde(default)]
    #[schemars(schema_with = "crate::diagnostic::lints_schema")]
    pub lints: IndexMap<String, Level>,
}

/// One published input.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestInput {
    /// `<node>_<input>`, or several of them joined by `x`.
    pub key: String,
    /// The name shown to people.
    #[serde(default)]
    pub title: Option<String>,
    /// What it does.
    #[serde(default)]
    pub description: Option<String>,
    /// The type of its values.
    #[serde(rename = "type")]
    pub ty: ManifestType,
    /// The value of a caller who leaves it out.
    #[serde(default)]
    pub default: Option<Value>,
    /// The smallest value.
    #[serde(default)]
    pub minimum: Option<Number>,
    /// The largest value.
    #[serde(default)]
    pub maximum: Option<Number>,
    /// The values allowed: plain ones, or tables of `value` and `label`.
    #[serde(default, rename = "enum")]
    pub members: Option<Vec<Value>>,
    /// The kind of file it takes. It is not published; `format` is.
    #[serde(default)]
    pub media: Option<Media>,
    /// The published form of a file: `image_uri`, `image_uris`, `video_uri`, `audio_uri`, ….
    #[serde(default)]
    pub format: Option<String>,
    /// Further keywords, published as they stand.
    #[serde(default)]
    pub keywords: Map<String, Value>,
    /// Further inputs that the same value drives.
    #[serde(default)]
    pub derived: Vec<ManifestDerived>,
}

/// The type of a published value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ManifestType {
    /// Text; a composite key has this type too.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Float,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// A list.
    Array,
    /// An object.
    Object,
}

/// An input that is driven by the value of a key: `value * scale + offset`, rounded.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestDerived {
    /// The input: `<node>_<input>`.
    pub target: String,
    /// The factor; 1 when absent.
    #[serde(default)]
    pub scale: Option<Number>,
    /// What is added; 0 when absent.
    #[serde(default)]
    pub offset: Option<Number>,
    /// How the result becomes a whole number.
    #[serde(default)]
    pub round: Option<Round>,
}

/// A node whose results are the workflow's.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestOutput {
    /// The node's id.
    pub node: String,
    /// The name shown to people.
    #[serde(default)]
    pub title: Option<String>,
}

/// An interface and what its manifest says besides.
#[derive(Debug, Clone)]
pub struct Described {
    /// The interface, not yet bound to the graph.
    pub interface: Interface,
    /// The model id.
    pub model: Option<String>,
    /// The graph's file: a path below the manifest's folder, without `..`.
    pub graph: String,
    /// What is made of the problems of this workflow.
    pub lints: Levels,
}

/// Reads an `interface.toml`. `None` when its form is not that of a manifest; the diagnostics then say where.
pub fn parse(source: &Source, id: SourceId) -> (Option<Described>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let Some(json) = to_json(source, id, &mut diagnostics) else { return (None, diagnostics) };
    report_non_finite(&json, &mut Vec::new(), &Origin::value(id, Pointer::root()), &mut diagnostics);
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    match serde_path_to_error::deserialize::<_, Manifest>(&json) {
        Ok(manifest) => (Some(describe(manifest, &json, id, &mut diagnostics)), diagnostics),
        Err(error) => {
            report_misshapen(&error, "", Origin::value(id, Pointer::root()), &mut diagnostics);
            (None, diagnostics)
        }
    }
}

/// Reads only the `[lints]` of a TOML document, an `interface.toml` or any other. A document without them has none.
pub fn lints(source: &Source, id: SourceId) -> (Levels, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let json = to_json(source, id, &mut diagnostics);
    let Some(lints) = json.as_ref().and_then(|json| json.get("lints")) else {
        return (Levels::default(), diagnostics);
    };
    let origin = Origin::value(id, Pointer::root()).member("lints");
    match serde_path_to_error::deserialize::<_, IndexMap<String, Level>>(lints) {
        Ok(lints) => (levels(&lints, &origin, &mut diagnostics), diagnostics),
        Err(error) => {
            report_misshapen(&error, "lints", origin, &mut diagnostics);
            (Levels::default(), diagnostics)
        }
    }
}

fn to_json(source: &Source, id: SourceId, diagnostics: &mut Diagnostics) -> Option<Value> {
    match Document::parse(source.body()) {
        Ok(document) => Some(table_to_json(document.as_table(), source.body())),
        Err(error) => {
            let detail = error.message().trim_end().replace('\n', ", ");
            let at = error.span().map_or(0, |span| span.start) + (source.text().len() - source.body().len());
            diagnostics.report(Problem::Syntax { syntax: "TOML", detail }, Some(Origin::offset(id, at)));
            None
        }
    }
}

/// Reports a part of the table at `root`, the table `name` of the document, that has the wrong shape.
fn report_misshapen(
    error: &serde_path_to_error::Error<serde_json::Error>,
    name: &str,
    root: Origin,
    diagnostics: &mut Diagnostics,
) {
    let mut origin = root;
    for segment in error.path() {
        use serde_path_to_error::Segment;
        origin = match segment {
            Segment::Seq { index } => origin.member(index),
            Segment::Map { key } => origin.member(key),
            Segment::Enum { variant } => origin.member(variant),
            Segment::Unknown => origin,
        };
    }
    let detail = error.inner().to_string();
    let place = match (name, error.path().to_string()) {
        ("", path) => path,
        (name, path) if path == "." => name.to_owned(),
        (name, path) => format!("{name}.{path}"),
    };
    let origin = if detail.starts_with("unknown field `") { origin.key() } else { origin };
    diagnostics.report(Problem::BadManifest { place, detail }, Some(origin));
}

/// A step into a document: a member's name, or the index of an element.
enum Step<'a> {
    Member(&'a str),
    Element(usize),
}

/// Reports every `inf` and `nan`. JSON has neither, so they are null in `json`; TOML has no null, so nothing else is. The TOML
/// parser bounds the nesting.
fn report_non_finite<'a>(
    json: &'a Value,
    path: &mut Vec<Step<'a>>,
    root: &Origin,
    diagnostics: &mut Diagnostics,
) {
    match json {
        Value::Null => {
            let (mut place, mut origin) = (String::new(), root.clone());
            for step in path.iter() {
                origin = match step {
                    Step::Member(name) => {
                        place.push_str(if place.is_empty() { "" } else { "." });
                        place.push_str(name);
                        origin.member(*name)
                    }
                    Step::Element(index) => {
                        let _ = write!(place, "[{index}]");
                        origin.member(*index)
                    }
                };
            }
            let detail = "`inf` and `nan` are not numbers here".to_owned();
            diagnostics.report(Problem::BadManifest { place, detail }, Some(origin));
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                path.push(Step::Element(index));
                report_non_finite(element, path, root, diagnostics);
                path.pop();
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                path.push(Step::Member(name));
                report_non_finite(member, path, root, diagnostics);
                path.pop();
            }
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Why `path` cannot be the graph of a manifest: it must name a file below the manifest's folder, on every system.
fn outside(path: &str) -> Option<&'static str> {
    let mut names = path.split(['/', '\\']);
    let has_drive = matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    if path.is_empty() || path == "-" {
        Some("it does not name a file")
    } else if path.starts_with(['/', '\\']) || has_drive {
        Some("it is absolute, but the graph must be in the folder of this file or below it")
    } else if names.any(|name| name == "..") {
        Some("`..` leads out of the folder of this file, where the graph must be")
    } else if path.contains(char::is_control) {
        Some("it contains a control character")
    } else {
        None
    }
}

fn describe(manifest: Manifest, json: &Value, id: SourceId, diagnostics: &mut Diagnostics) -> Described {
    let root = Origin::value(id, Pointer::root());
    let mut interface = Interface::new();
    interface.origin = Some(root.clone());
    if let Some(title) = manifest.title {
        interface.root.insert("title".to_owned(), title.into());
    }
    let mut inputs: IndexMap<Key, Input> = IndexMap::new();
    for (i, written) in manifest.inputs.into_iter().enumerate() {
        let origin = root.member("inputs").member(i);
        let fields = json.get("inputs").and_then(|inputs| inputs.get(i)).and_then(Value::as_object);
        let key = Key::new(written.key.as_str());
        if inputs.contains_key(&key) {
            diagnostics.report(Problem::DuplicateKey { key: written.key }, Some(origin.member("key")));
            continue;
        }
        let mut input = Input::new(Schema::new(keywords(&written, fields)));
        input.media = written.media.or(input.media);
        for (j, written) in written.derived.into_iter().enumerate() {
            let origin = origin.member("derived").member(j);
            for (name, number) in [("scale", &written.scale), ("offset", &written.offset)] {
                if number.as_ref().is_some_and(|number| number.as_f64().is_none_or(|n| !n.is_finite())) {
                    let place = format!("inputs[{i}].derived[{j}].{name}");
                    let problem = Problem::BadManifest { place, detail: "it is too large".to_owned() };
                    diagnostics.report(problem, Some(origin.member(name)));
                }
            }
            input.derived.push(derived(written));
        }
        input.origin = Some(origin);
        inputs.insert(key, input);
    }
    let guesses = Guesses::new();
    for (i, key) in manifest.required.into_iter().enumerate() {
        let origin = root.member("required").member(i);
        if inputs.contains_key(key.as_str()) {
            interface.required.push(Key::new(key));
        } else {
            let near = guesses.nearest(&key, inputs.keys().map(Key::as_str));
            diagnostics.report(Problem::UnknownKey { key, near }, Some(origin));
        }
    }
    let outputs = manifest.outputs.into_iter().enumerate();
    interface.outputs = outputs
        .map(|(i, output)| {
            let origin = Some(root.member("outputs").member(i).member("node"));
            Output { node: output.node, title: output.title, origin }
        })
        .collect();
    interface.inputs = inputs;
    let lints = levels(&manifest.lints, &root.member("lints"), diagnostics);
    let mut graph = manifest.graph;
    if let Some(why) = graph.as_deref().and_then(outside) {
        let problem = Problem::BadManifest { place: "graph".to_owned(), detail: why.to_owned() };
        diagnostics.report(problem, Some(root.member("graph")));
        graph = None;
    }
    let graph = graph.unwrap_or_else(|| GRAPH.to_owned());
    Described { interface, model: manifest.model, graph, lints }
}

/// The levels that a `[lints]` table at `origin` gives.
fn levels(lints: &IndexMap<String, Level>, origin: &Origin, diagnostics: &mut Diagnostics) -> Levels {
    let mut levels = Levels::default();
    for (code, level) in lints {
        if let Err(error) = levels.set(code, *level) {
            let place = format!("lints.{code}");
            let problem = Problem::BadManifest { place, detail: error.to_string() };
            diagnostics.report(problem, Some(origin.member(code).key()));
        }
    }
    levels
}

/// The published keywords of an input: in the order of `fields`, with a title and a description in any case.
fn keywords(written: &ManifestInput, fields: Option<&Map<String, Value>>) -> Map<String, Value> {
    let mut published = Map::new();
    let fields = fields.into_iter().flatten();
    if written.title.is_none() {
        published.insert("title".to_owned(), "".into());
    }
    if written.description.is_none() {
        published.insert("description".to_owned(), "".into());
    }
    for (field, value) in fields {
        match field.as_str() {
            "key" | "media" | "derived" => {}
            "type" if written.ty == ManifestType::Number => {
                published.insert(field.clone(), "float".into());
            }
            "enum" => {
                let (members, labels) = members(&written.key, written.members.as_deref().unwrap_or_default());
                published.insert(field.clone(), members);
                published.extend(labels.map(|labels| ("x-enum-labels".to_owned(), labels)));
            }
            "keywords" => published.extend(written.keywords.clone()),
            _ => {
                published.insert(field.clone(), value.clone());
            }
        }
    }
    published
}

/// The members of an enum, and their labels where they have any that the members do not show. The label of a composite
/// value is part of its written form.
fn members(key: &str, written: &[Value]) -> (Value, Option<Value>) {
    let composite = Key::new(key).guess().len() > 1;
    let label = |member: &Value| member.get("label").and_then(Value::as_str).map(str::to_owned);
    let value = |member: &Value| match (member.get("value"), label(member)) {
        (Some(Value::String(text)), Some(label)) if composite => format!("{text} ({label})").into(),
        (Some(value), _) => value.clone(),
        (None, _) => member.clone(),
    };
    let labelled = !composite && written.iter().any(|member| label(member).is_some());
    let labels = labelled.then(|| {
        written
            .iter()
            .map(|m| Value::from(label(m).unwrap_or_else(|| m.to_string().trim_matches('"').to_owned())))
            .collect()
    });
    (written.iter().map(value).collect(), labels)
}

fn derived(written: ManifestDerived) -> Derived {
    let float = |number: Option<Number>, default: f64| number.and_then(|n| n.as_f64()).unwrap_or(default);
    Derived {
        written: written.target,
        target: None,
        rule: Rule {
            scale: float(written.scale, 1.0),
            offset: float(written.offset, 0.0),
            round: written.round,
        },
    }
}

/// A TOML table of `text` as ordered JSON. The TOML parser bounds the nesting.
fn table_to_json(table: &dyn TableLike, text: &str) -> Value {
    Value::Object(table.iter().map(|(key, item)| (key.to_owned(), item_to_json(item, text))).collect())
}

fn item_to_json(item: &Item, text: &str) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(value) => value_to_json(value, text),
        Item::Table(table) => table_to_json(table, text),
        Item::ArrayOfTables(tables) => tables.iter().map(|table| table_to_json(table, text)).collect(),
    }
}

fn value_to_json(value: &toml_edit::Value, text: &str) -> Value {
    match value {
        toml_edit::Value::String(string) => string.value().as_str().into(),
        toml_edit::Value::Integer(int) => (*int.value()).into(),
        toml_edit::Value::Float(float) => {
            let spelling = float.as_repr().and_then(|repr| text.get(repr.as_raw().span()?));
            number_to_json(*float.value(), spelling.unwrap_or_default())
        }
        toml_edit::Value::Boolean(flag) => (*flag.value()).into(),
        toml_edit::Value::Datetime(date) => date.value().to_string().into(),
        toml_edit::Value::Array(array) => array.iter().map(|value| value_to_json(value, text)).collect(),
        toml_edit::Value::InlineTable(table) => table_to_json(table, text),
    }
}

/// A float as it is spelled, where JSON spells it the same way. JSON has no NaN and no infinities: they become null, and are
/// reported.
fn number_to_json(float: f64, spelling: &str) -> Value {
    match spelling.parse::<Number>() {
        Ok(number) => Value::Number(number),
        Err(_) => Number::from_f64(float).map_or(Value::Null, Value::Number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Diagnostic};
    use crate::source::{Sources, Syntax};

    #[track_caller]
    fn check(text: &str, expected: &[Code]) -> Option<Described> {
        let source = Source::new(FILE, Syntax::Toml, text);
        let (described, diagnostics) = parse(&source, Sources::default().add(source.clone()));
        assert_eq!(diagnostics.iter().map(Diagnostic::code).collect::<Vec<_>>(), expected);
        described
    }

    #[test]
    fn keywords_are_published_in_the_order_they_are_written() {
        let text = "[[inputs]]\nkey = '6_text'\ndefault = 'x'\ntitle = 'Prompt'\ntype = 'string'\n";
        let described = check(text, &[]).expect("a manifest");
        let input = described.interface.input("6_text").expect("it is published");
        let order: Vec<&str> = input.schema.keywords().keys().map(String::as_str).collect();
        assert_eq!(order, ["description", "default", "title", "type"]);
    }

    #[test]
    fn numbers_keep_their_spelling() {
        let text = "[[inputs]]\nkey = '1_a'\ntype = 'number'\nminimum = 0.60\nmaximum = 4\n";
        let described = check(text, &[]).expect("a manifest");
        let input = described.interface.input("1_a").expect("it is published");
        assert_eq!(input.schema.number("minimum").map(Number::as_str), Some("0.60"));
        assert_eq!(input.schema.get("type"), Some(&"float".into()));
    }

    #[test]
    fn labels_of_composites_are_part_of_the_value() {
        let text = "[[inputs]]\nkey = '1_wx1_h'\ntype = 'string'\nenum = [{ value = '7x8', label = 'odd' }, '1x1']\n";
        let described = check(text, &[]).expect("a manifest");
        let input = described.interface.input("1_wx1_h").expect("it is published");
        assert_eq!(input.schema.members(), Some(["7x8 (odd)".into(), "1x1".into()].as_slice()));
    }

    #[test]
    fn mistakes_of_form_are_errors() {
        check("inputs = 5", &[Code::BadManifest]);
        check("[[inputs]]\nkey = '1_a'\ntype = 'integer'\ndefalt = 4\n", &[Code::BadManifest]);
        check("[[inputs]]\nkey = '1_a'\n", &[Code::BadManifest]);
        check("[lints]\nidle-stge = 'deny'", &[Code::BadManifest]);
        check("[lints]\nidle-stage = 'forbid'", &[Code::BadManifest]);
        check("[lints]\nunknown-class = 'allow'", &[Code::BadManifest]);
        check("[lints]\nidle-stage = 'deny'\nwarnings = 'deny'\nunknown-class = 'warn'", &[]);
        check("= 5", &[Code::Syntax]);
        check("lints = 5", &[Code::BadManifest]);
        check("required = ['1_a']", &[Code::UnknownKey]);
        check(
            "[[inputs]]\nkey='1_a'\ntype='string'\n[[inputs]]\nkey='1_a'\ntype='string'\n",
            &[Code::DuplicateKey],
        );
    }

    #[test]
    fn the_graph_is_a_file_below_the_manifest() {
        for graph in ["graph.json", "./graph.json", "sub/graph.json", "..graph.json", "a b/ü.json", "-/x"] {
            let described = check(&format!("graph = '{graph}'"), &[]).expect("a manifest");
            assert_eq!(described.graph, graph);
        }
        for graph in [
            "",
            "-",
            "/etc/passwd",
            "../graph.json",
            "sub/../../x",
            "a/..",
            "..",
            "..\\\\x",
            "\\\\\\\\host\\\\x",
            "C:x",
            "c:/x",
            "a\\nb.json",
            "a\\u0000",
            "a\\u001b[31m",
        ] {
            let described = check(&format!("graph = \"{graph}\""), &[Code::BadManifest]);
            // Whoever goes on in spite of the error reads nothing else.
            assert_eq!(described.expect("a manifest").graph, GRAPH, "{graph}");
        }
    }

    #[test]
    fn numbers_that_are_none_are_errors_wherever_they_stand() {
        const INPUT: &str = "[[inputs]]\nkey = '1_a'\ntype = 'number'\n";
        const DERIVED: &str = "[[inputs.derived]]\ntarget = '2_a'\n";
        for text in
            ["default = inf", "minimum = -inf", "keywords = { x = [1, { y = nan }] }", "enum = [1, nan]"]
        {
            check(&format!("{INPUT}{text}"), &[Code::BadManifest]);
        }
        for text in ["scale = inf", "scale = nan", "offset = -inf"] {
            check(&format!("{INPUT}{DERIVED}{text}"), &[Code::BadManifest]);
        }
        let (_, found) = {
            let source =
                Source::new(FILE, Syntax::Toml, format!("{INPUT}{DERIVED}scale = nan\noffset = inf"));
            parse(&source, Sources::default().add(source.clone()))
        };
        let said: Vec<String> = found.iter().map(|found| found.problem.to_string()).collect();
        let expected = ["scale", "offset"].map(|name| {
            format!(
                "bad interface.toml at `inputs[0].derived[0].{name}`: `inf` and `nan` are not numbers here"
            )
        });
        assert_eq!(said, expected);
    }

    #[test]
    fn lints_are_read_alone_from_any_document() {
        let read = |text: &str| {
            let source = Source::new("lints.toml", Syntax::Toml, text);
            lints(&source, Sources::default().add(source.clone()))
        };
        let (levels, found) = read("graph = '../x'\nanything = nan\n[lints]\nidle-stage = 'deny'\n");
        let mut expected = Levels::default();
        expected.set("idle-stage", Level::Deny).expect("a level");
        assert_eq!((levels, found.len()), (expected, 0));
        assert_eq!(read("model = 'x'"), (Levels::default(), Diagnostics::default()));
        for (text, expected) in [
            ("lints = 5", "bad interface.toml at `lints`: invalid type: number, expected a map"),
            (
                "[lints]\nidle-stage = 'forbid'",
                "bad interface.toml at `lints.idle-stage`: unknown variant `forbid`, expected one of `allow`, `warn`, `deny`",
            ),
            (
                "[lints]\nunknown-class = 'allow'",
                "bad interface.toml at `lints.unknown-class`: an error cannot be silenced, only lowered to a warning",
            ),
        ] {
            let (_, found) = read(text);
            let said: Vec<String> = found.iter().map(|found| found.problem.to_string()).collect();
            assert_eq!(said, [expected]);
        }
        assert!(read("[lints").1.has_errors());
    }
}
