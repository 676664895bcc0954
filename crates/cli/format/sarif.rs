//! `--format sarif`: a SARIF 2.1.0 log with one run, for code scanning.
//!
//! The run's rules are all codes of the registry, each with its page. A place in a file has a region, in lines and in columns
//! of code points; a place that is in no file, such as `--set`, is a logical location, and so is one in the text inside of a media file,
//! which has a location too, but no region.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Component, Path};

use comfyc::diagnostic::{Code, Place, Rendered, Reported};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::json::indented;
use super::{message_and_help, path};

/// The reports as a log.
pub(crate) fn log(reported: &Reported<'_>) -> String {
    indented(&Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: json!({"driver": {
                "name": "comfyc",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": Code::ALL.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }}),
            column_kind: "unicodeCodePoints",
            results: &reported.diagnostics,
        }],
    })
}

#[derive(Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    tool: Value,
    column_kind: &'static str,
    #[serde(serialize_with = "results")]
    results: &'r [Rendered<'r>],
}

/// Writes results one by one, so that no more than one is held as JSON.
fn results<S: Serializer>(reports: &[Rendered<'_>], serializer: S) -> Result<S::Ok, S::Error> {
    let indices: HashMap<&str, usize> =
        Code::ALL.iter().enumerate().map(|(i, code)| (code.slug(), i)).collect();
    serializer.collect_seq(reports.iter().map(|rendered| result(rendered, &indices)))
}

fn rule(code: Code) -> Value {
    // Plain text for those who do not show Markdown: the first part of the page, which has none but back-ticks.
    let meaning = code.page().split("## ").nth(1).and_then(|part| part.split_once('\n'));
    let meaning = meaning.map_or_else(|| code.meaning(), |(_, text)| text.trim());
    json!({
        "id": code.slug(),
        "shortDescription": {"text": code.meaning()},
        "help": {"text": meaning, "markdown": code.page()},
        "defaultConfiguration": {"level": code.severity().as_str()},
    })
}

fn result(rendered: &Rendered<'_>, indices: &HashMap<&str, usize>) -> Value {
    let message = message_and_help(&rendered.message, rendered.help.as_deref());
    let mut result = Map::from_iter([
        ("ruleId".to_owned(), rendered.code.into()),
        ("level".to_owned(), rendered.severity.as_str().into()),
        ("message".to_owned(), json!({"text": message})),
    ]);
    if let Some(index) = indices.get(rendered.code) {
        result.insert("ruleIndex".to_owned(), (*index).into());
    }
    if let Some(place) = &rendered.place {
        result.insert("locations".to_owned(), json!([location(place)]));
    }
    let related: Vec<Value> = rendered
        .related
        .iter()
        .zip(0..)
        .map(|(related, id)| {
            let mut location = location(&related.place);
            location.insert("id".to_owned(), id.into());
            location.insert("message".to_owned(), json!({"text": related.message}));
            Value::Object(location)
        })
        .collect();
    if !related.is_empty() {
        result.insert("relatedLocations".to_owned(), related.into());
    }
    Value::Object(result)
}

/// A place: the file and the region where it is in one, and in any case what it is by name.
fn location(place: &Place<'_>) -> Map<String, Value> {
    let mut location = Map::new();
    let file = path(place);
    if let Some(file) = file {
        let mut physical = Map::from_iter([("artifactLocation".to_owned(), json!({"uri": uri(file)}))]);
        let region = region(place).filter(|_| place.embedded_in.is_none());
        physical.extend(region.map(|region| ("region".to_owned(), region)));
        location.insert("physicalLocation".to_owned(), Value::Object(physical));
    }
    let name = match file {
        Some(_) if place.embedded_in.is_none() => place.pointer.clone(),
        _ => format!("{}{}", place.file, place.pointer),
    };
    if !name.is_empty() {
        location.insert("logicalLocations".to_owned(), json!([{"fullyQualifiedName": name}]));
    }
    location
}

/// The lines and columns of a place that is in the text. As in SARIF, the end is the column after the last character.
fn region(place: &Place<'_>) -> Option<Value> {
    let (line, column) = (place.line?, place.column?);
    let (end_line, end_column) = (place.end_line?, place.end_column?);
    Some(json!({"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}))
}

/// A path as a URI reference: relative as it was given, or with its scheme.
fn uri(path: &str) -> String {
    let absolute = Path::new(path).is_absolute();
    let mut segments = Vec::new();
    for component in Path::new(path).components() {
        match component {
            Component::CurDir | Component::RootDir => {}
            // A drive, whose colon is its own.
            Component::Prefix(prefix) => segments.push(prefix.as_os_str().to_string_lossy().into_owned()),
            Component::ParentDir => segments.push("..".to_owned()),
            Component::Normal(segment) => segments.push(encoded(&segment.to_string_lossy())),
        }
    }
    let joined = segments.join("/");
    if absolute { format!("file:///{joined}") } else { joined }
}

/// A path segment with everything escaped that is not unreserved.
fn encoded(segment: &str) -> String {
    segment.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uris() {
        for (path, expected) in [
            ("a/b.json", "a/b.json"),
            ("./a b/100%.json", "a%20b/100%25.json"),
            ("../ä:b#c?.json", "../%C3%A4%3Ab%23c%3F.json"),
        ] {
            assert_eq!(uri(path), expected);
        }
        #[cfg(unix)]
        assert_eq!(uri("/srv/a b.json"), "file:///srv/a%20b.json");
    }
}
