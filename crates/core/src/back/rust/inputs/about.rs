//! What stands above a field or its type: what is published of it as documentation, and derived traits.

use serde_json::Value;

use super::Options;
use super::fields::Field;
use crate::back::rust::docs;

/// A default longer than this is not shown in documentation.
const LONGEST_SHOWN: usize = 60;

/// What is published of an input: title, description, and a line of facts.
pub(super) fn about(field: &Field<'_>) -> Vec<String> {
    let schema = &field.input.schema;
    let text =
        |keyword: &str| schema.get(keyword).and_then(Value::as_str).map(docs::prose).unwrap_or_default();
    let mut facts: Vec<String> = docs::code(field.key).map(|key| format!("Key {key}")).into_iter().collect();
    if let Some((media, list)) = schema.media() {
        let media = media.as_str();
        facts.push(if list {
            format!("{media} addresses or data URIs")
        } else {
            format!("{media} address or data URI")
        });
    }
    for (keyword, says) in [
        ("minimum", "at least"),
        ("exclusiveMinimum", "above"),
        ("maximum", "at most"),
        ("exclusiveMaximum", "below"),
        ("multipleOf", "a multiple of"),
    ] {
        facts.extend(schema.number(keyword).map(|limit| format!("{says} {limit}")));
    }
    for (keyword, says, unit) in [
        ("minItems", "at least", "element"),
        ("maxItems", "at most", "element"),
        ("minLength", "at least", "character"),
        ("maxLength", "at most", "character"),
    ] {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        facts.extend(schema.count(keyword).map(|count| format!("{says} {count} {unit}{}", plural(count))));
    }
    let shown = schema.default_value().map(|default| match default {
        Value::String(text) if text.is_empty() => "empty by default".to_owned(),
        Value::String(text) if text.chars().count() <= LONGEST_SHOWN => {
            docs::code(text).map(|text| format!("{text} by default")).unwrap_or_default()
        }
        Value::Number(_) | Value::Bool(_) => format!("`{default}` by default"),
        _ => String::new(),
    });
    facts.extend(shown.filter(|shown| !shown.is_empty()));
    let mut title = text("title");
    if !title.is_empty() && !title.ends_with(['.', '!', '?']) {
        title.push('.');
    }
    vec![title, text("description"), facts.join("; ") + "."]
}

/// What is derived besides: not again what the type `has` already.
pub(super) fn derive(options: &Options, has: &[&str]) -> String {
    let last = |path: &str| path.rsplit("::").next().unwrap_or(path).trim().to_owned();
    let more: Vec<&str> = options
        .derived
        .iter()
        .map(String::as_str)
        .filter(|path| !has.contains(&last(path).as_str()))
        .collect();
    if more.is_empty() { String::new() } else { format!("#[derive({})]\n", more.join(", ")) }
}
