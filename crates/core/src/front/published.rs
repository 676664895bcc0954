//! Published schemas to interfaces, as RunComfy writes them and as standard JSON Schema.
//!
//! A published schema survives with all its quirks: nothing about its content is refused here. Only a document that is no
//! object, or whose `properties` or `required` have another form, cannot be read. A schema in the standard dialect (it has
//! `$schema`) is turned back into RunComfy's: `number` becomes `float`, `$schema` and `additionalProperties` go.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostics, Problem, json_error};
use crate::interface::{Input, Interface, Key, Schema};
use crate::source::{Origin, Pointer, Source, SourceId};

/// A published document: what goes in, or what comes out.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Published {
    /// An input schema.
    Input(Interface),
    /// An output schema, oddly wrapped in `{"output": …}`.
    Output(Map<String, Value>),
}

/// The key under which an output schema is wrapped.
pub(crate) const OUTPUT: &str = "output";
/// The key of a catalog entry that holds the input schema.
const INPUT_SCHEMA: &str = "input_schema";

/// Reads a published schema from its text.
pub fn parse(source: &Source, id: SourceId) -> (Option<Published>, Diagnostics) {
    match serde_json::from_str(source.body()) {
        Ok(json) => lower(json, &Origin::value(id, Pointer::root())),
        Err(error) => {
            let mut diagnostics = Diagnostics::default();
            diagnostics.push(json_error(&error, source, id, "a published schema"));
            (None, diagnostics)
        }
    }
}

/// Reads a published schema that stands at `origin`, or the catalog entry of a model that holds one.
pub(crate) fn lower(mut json: Value, origin: &Origin) -> (Option<Published>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let mut origin = origin.clone();
    if let Some(entry) = json.get_mut(INPUT_SCHEMA)
        && entry.is_object()
    {
        json = entry.take();
        origin = origin.member(INPUT_SCHEMA);
    }
    let Value::Object(root) = json else {
        report(&mut diagnostics, "a published schema", "an object", &json, origin);
        return (None, diagnostics);
    };
    if root.len() == 1 && root.get(OUTPUT).is_some_and(Value::is_object) {
        return (Some(Published::Output(root)), diagnostics);
    }
    let interface = lower_input(root, &origin, &mut diagnostics);
    let usable = !diagnostics.has_errors();
    (usable.then_some(Published::Input(interface)), diagnostics)
}

fn lower_input(mut root: Map<String, Value>, origin: &Origin, diagnostics: &mut Diagnostics) -> Interface {
    let standard = root.shift_remove("$schema").is_some();
    if standard {
        root.shift_remove("additionalProperties");
    }
    let mut inputs: IndexMap<Key, Input> = IndexMap::new();
    match root.get_mut("properties").map(Value::take) {
        Some(Value::Object(properties)) => {
            let origin = origin.member("properties");
            for (key, property) in properties {
                let origin = origin.member(&key);
                match property {
                    Value::Object(keywords) => {
                        let mut input =
                            Input::new(Schema::new(if standard { unstandard(keywords) } else { keywords }));
                        input.origin = Some(origin);
                        inputs.insert(Key::new(key), input);
                    }
                    other => report(diagnostics, &format!("property `{key}`"), "an object", &other, origin),
                }
            }
        }
        None => {}
        Some(other) => report(diagnostics, "`properties`", "an object", &other, origin.member("properties")),
    }
    let mut required = Vec::new();
    match root.get_mut("required").map(Value::take) {
        Some(Value::Array(keys)) => {
            let origin = origin.member("required");
            for (i, key) in keys.into_iter().enumerate() {
                match key {
                    Value::String(key) => required.push((Key::new(key), origin.member(i))),
                    other => report(diagnostics, "a required key", "a string", &other, origin.member(i)),
                }
            }
        }
        None => {}
        Some(other) => report(diagnostics, "`required`", "a list of keys", &other, origin.member("required")),
    }
    for (key, origin) in &required {
        // Published schemas may require a key that they do not describe; a caller must still send it.
        if !inputs.contains_key(key) {
            let mut input = Input::new(Schema::default());
            input.undescribed = true;
            input.origin = Some(origin.clone());
            inputs.insert(key.clone(), input);
        }
    }
    let required = required.into_iter().map(|(key, _)| key).collect();
    Interface { root, inputs, required, origin: Some(origin.clone()), ..Interface::new() }
}

/// A property of a standard schema as RunComfy would publish it.
fn unstandard(mut keywords: Map<String, Value>) -> Map<String, Value> {
    if let Some(ty) = keywords.get_mut("type")
        && *ty == "number"
    {
        *ty = "float".into();
    }
    keywords
}

fn report(diagnostics: &mut Diagnostics, what: &str, expected: &str, found: &Value, origin: Origin) {
    diagnostics.report(Problem::wrong_shape(what, expected, found), Some(origin));
}
