//! The standard form of a published input: the same rules in the words of JSON Schema 2020-12.
//!
//! RunComfy's schemas say some things in words of their own: `float`, `image_uri`, composite keys, `validations`. The
//! standard form says them so that any validator takes them, and it is the *only* form by which payloads are checked here:
//! that is why a validator and this crate agree on every payload. Keywords that no standard knows are kept as they are;
//! standard keywords of an impossible form (a `minimum` that is text) are left out, since a validator would refuse them. So are
//! a `pattern` and a `multipleOf` that are too large to be judged.
//!
//! | published | standard |
//! |---|---|
//! | `"type": "float"` | `"type": "number"` |
//! | `"format": "image_uri"` | also a `pattern` for URLs and data URIs |
//! | `"format": "image_uris"` without `items` | also `items` of that form |
//! | a composite key without `enum` | also a `pattern` for its written form |
//! | `file_size_mb<` under `validations` | also a `maxLength` that no smaller file's data URI reaches |
//! | `"exclusiveMinimum": true` beside `minimum` | `exclusiveMinimum` with that number |
//! | `"nullable": true` | `null` among the types |

use serde_json::{Map, Value};

use super::patterns::Unusable;
use super::{Input, Key, Media, Patterns, ValueType, composite};

/// What every URL or data URI begins with.
pub(crate) const URL_PATTERN: &str = "^(https?://|data:)";

/// Assertions of JSON Schema that are not judged here. A published schema with one of them is printed with it, and the
/// check of the schema says that it is left to the service.
pub(crate) const UNJUDGED: [&str; 20] = [
    "$ref",
    "$dynamicRef",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentSchemas",
    "dependentRequired",
    "prefixItems",
    "contains",
    "minContains",
    "maxContains",
    "patternProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "additionalItems",
];

/// The digits that a `multipleOf` may have at most.
const LONGEST_STEP: usize = 400;

/// The standard form of an input published under `key`, by the patterns of its interface.
pub(crate) fn standard(key: &Key, input: &Input, patterns: &Patterns) -> Map<String, Value> {
    let mut keywords = input.schema.keywords().clone();
    let published = keywords.clone();
    // Nested schemas are few and shallow; the JSON parser bounds their depth.
    normalise(&mut keywords, patterns);
    let text = matches!(keywords.get("type"), Some(Value::String(ty)) if ty == "string");
    let parts = input.parts(key);
    if parts > 1 && text && !keywords.contains_key("enum") && !keywords.contains_key("pattern") {
        keywords.insert("pattern".to_owned(), composite::pattern(parts).into());
    }
    let limit = longest_text(&published);
    match input.schema.media() {
        Some((_, false)) if text => bound_file(&mut keywords, limit),
        Some((_, true)) if !keywords.contains_key("items") => {
            let mut items = Map::from_iter([("type".to_owned(), "string".into())]);
            bound_file(&mut items, limit);
            keywords.insert("items".to_owned(), Value::Object(items));
        }
        _ => {}
    }
    keywords
}

/// What a file field allows: a URL or a data URI, no longer than the size limit allows.
fn bound_file(keywords: &mut Map<String, Value>, longest: Option<u64>) {
    keywords.entry("pattern").or_insert_with(|| URL_PATTERN.into());
    if let Some(longest) = longest {
        keywords.entry("maxLength").or_insert_with(|| longest.into());
    }
}

/// The most characters of a data URI whose file is below the published size: base64 writes 4 characters for 3 bytes, and
/// a header comes before them. A megabyte is taken as 2²⁰ bytes, the larger of its two meanings.
fn longest_text(published: &Map<String, Value>) -> Option<u64> {
    const HEADER: u64 = 256;
    let megabytes = size_limit(published)?.as_f64().filter(|mb| *mb > 0.0 && *mb < 1e6)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded above and positive")]
    let bytes = (megabytes * 1_048_576.0) as u64;
    Some(bytes.div_ceil(3) * 4 + HEADER)
}

/// The number of a `file_size_mb<` validation.
pub(crate) fn size_limit(published: &Map<String, Value>) -> Option<&serde_json::Number> {
    let rules = published.get("validations")?.as_array()?;
    let rule = rules
        .iter()
        .find(|rule| rule.get("validation_rule").and_then(Value::as_str) == Some("file_size_mb<"))?;
    match rule.get("validation_value")? {
        Value::Number(limit) => Some(limit),
        _ => None,
    }
}

/// Rewrites one schema, and those inside it, to standard keywords of a possible form.
fn normalise(keywords: &mut Map<String, Value>, patterns: &Patterns) {
    rewrite_exclusive(keywords, "exclusiveMinimum", "minimum");
    rewrite_exclusive(keywords, "exclusiveMaximum", "maximum");
    rewrite_type(keywords);
    keywords.retain(|keyword, value| possible(keyword, value, patterns));
    for keyword in ["items", "additionalProperties"] {
        if let Some(Value::Object(inner)) = keywords.get_mut(keyword) {
            normalise(inner, patterns);
        }
    }
    if let Some(Value::Object(properties)) = keywords.get_mut("properties") {
        for property in properties.values_mut() {
            if let Value::Object(inner) = property {
                normalise(inner, patterns);
            }
        }
    }
}

/// The older drafts' boolean `exclusiveMinimum` next to `minimum`.
fn rewrite_exclusive(keywords: &mut Map<String, Value>, exclusive: &str, inclusive: &str) {
    match keywords.get(exclusive) {
        Some(Value::Bool(true)) => {
            if let Some(limit @ Value::Number(_)) = keywords.shift_remove(inclusive) {
                keywords.insert(exclusive.to_owned(), limit);
            } else {
                keywords.shift_remove(exclusive);
            }
        }
        Some(Value::Bool(false)) => {
            keywords.shift_remove(exclusive);
        }
        _ => {}
    }
}

/// Type names in either dialect, and `nullable`. A name that is no type says nothing and goes.
fn rewrite_type(keywords: &mut Map<String, Value>) {
    let names: Vec<&str> = match keywords.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let listed = names.len();
    let mut types: Vec<ValueType> = names.into_iter().filter_map(ValueType::named).collect();
    if types.len() < listed || types.is_empty() {
        keywords.shift_remove("type");
        return;
    }
    if keywords.get("nullable") == Some(&Value::Bool(true)) && !types.contains(&ValueType::Null) {
        types.push(ValueType::Null);
    }
    types.dedup();
    let ty = match types.as_slice() {
        [one] => one.as_str().into(),
        several => several.iter().map(|ty| Value::from(ty.as_str())).collect(),
    };
    keywords.insert("type".to_owned(), ty);
}

/// Whether a standard keyword has a form that a validator takes. Other keywords may have any.
fn possible(keyword: &str, value: &Value, patterns: &Patterns) -> bool {
    match keyword {
        "title" | "description" | "format" | "$comment" => value.is_string(),
        "pattern" => value.as_str().is_some_and(|pattern| patterns.usable(pattern).is_ok()),
        "enum" | "examples" => value.is_array(),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => value.is_number(),
        "multipleOf" => value.as_f64().is_some_and(|step| step > 0.0) && !is_long_step(keyword, value),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
            value.is_u64()
        }
        "uniqueItems" | "deprecated" | "readOnly" | "writeOnly" => value.is_boolean(),
        "items" | "additionalProperties" => value.is_object() || value.is_boolean(),
        "properties" => {
            value.as_object().is_some_and(|members| members.values().all(|m| m.is_object() || m.is_boolean()))
        }
        "required" => value.as_array().is_some_and(|keys| keys.iter().all(Value::is_string)),
        "$schema" | "$id" | "$anchor" | "$dynamicAnchor" | "$vocabulary" | "$defs" | "definitions" => false,
        _ => true,
    }
}

/// Whether this is a `multipleOf` of absurd length.
fn is_long_step(keyword: &str, value: &Value) -> bool {
    keyword == "multipleOf" && value.as_number().is_some_and(|step| step.as_str().len() > LONGEST_STEP)
}

/// The keywords of a published input that the standard form leaves out, and those it cannot judge.
pub(crate) fn doubts(published: &Map<String, Value>, patterns: &Patterns) -> Vec<String> {
    let mut doubts = Vec::new();
    for (keyword, value) in published {
        let draft = matches!(keyword.as_str(), "exclusiveMinimum" | "exclusiveMaximum") && value.is_boolean();
        let large = keyword == "pattern"
            && value.as_str().is_some_and(|pattern| patterns.usable(pattern) == Err(Unusable::TooLarge));
        if UNJUDGED.contains(&keyword.as_str()) {
            doubts.push(format!("`{keyword}` is not judged here, only by the service"));
        } else if large || is_long_step(keyword, value) {
            doubts.push(format!("`{keyword}` is too large to be judged here, so only the service does"));
        } else if !draft && !possible(keyword, value, patterns) {
            doubts.push(format!("`{keyword}` has a form that says nothing"));
        }
    }
    if let Some(Value::String(name)) = published.get("type")
        && ValueType::named(name).is_none()
    {
        doubts.push(format!("`{name}` is not a type, so any value is taken"));
    }
    doubts
}

/// Whether a text begins as every URL or data URI does: what [`URL_PATTERN`] matches.
pub(crate) fn is_url(text: &str) -> bool {
    ["http://", "https://", "data:"].iter().any(|start| text.starts_with(start))
}

/// The kind of file a pattern of this module stands for, for messages.
pub(crate) fn is_url_pattern(pattern: &str) -> bool {
    pattern == URL_PATTERN
}

impl Media {
    /// Whether the text names something that a service can fetch from outside: HTTPS on a public host, or a data URI.
    pub(crate) fn is_public(url: &str) -> bool {
        let Some(rest) = url.strip_prefix("https://") else { return url.starts_with("data:") };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or_default();
        let name = if host.starts_with('[') { host } else { host.split(':').next().unwrap_or_default() };
        let domain = name.rsplit('.').next().unwrap_or_default();
        let local = domain.eq_ignore_ascii_case("localhost") || domain.eq_ignore_ascii_case("local");
        let private = match name.parse::<std::net::Ipv4Addr>() {
            Ok(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified(),
            Err(_) => name.starts_with("[::1]") || name.starts_with("[f"),
        };
        !name.is_empty() && !local && !private
    }
}
