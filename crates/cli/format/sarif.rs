//! `--format sarif`: a SARIF 2.1.0 log with one run, for code scanning.
//!
//! The run's rules are all codes of the registry, each with its page. A place in a file has a region, in lines and in columns
//! of code points; a place that is in no file, such as `--set`, is a logical location, and so is one in the text inside of a media file,
//! which has a location too, but no region.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Component, Path};

use comfyc::diagnostic::{Code, Place, Rendered, Reported};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

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

/// A log, and what stands in it, by the names of the standard.
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

/// Writes results one by one, so that no more than one is held as SARIF.
fn results<S: Serializer>(reports: &[Rendered<'_>], serializer: S) -> Result<S::Ok, S::Error> {
    let indices: HashMap<&str, usize> =
        Code::ALL.iter().enumerate().map(|(i, code)| (code.slug(), i)).collect();
    serializer.collect_seq(reports.iter().map(|rendered| Finding::new(rendered, &indices)))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'r> {
    rule_id: &'static str,
    level: &'static str,
    message: Text<'r>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locations: Option<[Location<'r>; 1]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'r>>,
}

#[derive(Serialize)]
struct Text<'r> {
    text: Cow<'r, str>,
}

/// A place: the file and the region where it is in one, and in any case what it is by name.
#[derive(Serialize)]
struct Location<'r> {
    #[serde(rename = "physicalLocation", skip_serializing_if = "Option::is_none")]
    physical: Option<Physical>,
    #[serde(rename = "logicalLocations", skip_serializing_if = "Option::is_none")]
    logical: Option<[Logical<'r>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical<'r> {
    fully_qualified_name: Cow<'r, str>,
}

/// Lines and columns of a place. As in SARIF, the end is the column after the last character.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
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

impl<'r> Finding<'r> {
    fn new(rendered: &'r Rendered<'_>, indices: &HashMap<&str, usize>) -> Self {
        let related = rendered.related.iter().enumerate();
        Self {
            rule_id: rendered.code,
            level: rendered.severity.as_str(),
            message: Text { text: message_and_help(&rendered.message, rendered.help.as_deref()) },
            rule_index: indices.get(rendered.code).copied(),
            locations: rendered.place.as_ref().map(|place| [Location::new(place)]),
            related_locations: related
                .map(|(id, related)| Location {
                    id: Some(id),
                    message: Some(Text { text: related.message.into() }),
                    ..Location::new(&related.place)
                })
                .collect(),
        }
    }
}

impl<'r> Location<'r> {
    fn new(place: &'r Place<'_>) -> Self {
        let file = path(place);
        let name: Cow<'_, str> = match file {
            Some(_) if place.embedded_in.is_none() => place.pointer.as_str().into(),
            _ => format!("{}{}", place.file, place.pointer).into(),
        };
        Self {
            physical: file.map(|file| Physical {
                artifact_location: Artifact { uri: uri(file) },
                region: Region::new(place).filter(|_| place.embedded_in.is_none()),
            }),
            logical: (!name.is_empty()).then_some([Logical { fully_qualified_name: name }]),
            id: None,
            message: None,
        }
    }
}

impl Region {
    fn new(place: &Place<'_>) -> Option<Self> {
        let (start_line, start_column) = (place.line?, place.column?);
        let (end_line, end_column) = (place.end_line?, place.end_column?);
        Some(Self { start_line, start_column, end_line, end_column })
    }
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
