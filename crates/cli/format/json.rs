//! `--format json`: the form that `schemas/report.schema.json` describes.

use comfyc::diagnostic::Reported;
use comfyc::source::escaped_json;
use serde::Serialize;

/// The reports as one JSON object on one line.
pub(crate) fn compact(reported: &Reported<'_>) -> String {
    safe(serde_json::to_string(reported))
}

/// The reports as one JSON object, indented.
pub(crate) fn pretty(reported: &Reported<'_>) -> String {
    indented(reported)
}

/// Anything as indented JSON, fit for a log.
pub(super) fn indented(value: &impl Serialize) -> String {
    safe(serde_json::to_string_pretty(value))
}

/// JSON that no terminal or log obeys. Writing to memory cannot fail, nor do reports hold maps whose keys are not texts.
fn safe(json: serde_json::Result<String>) -> String {
    let json = json.unwrap_or_default();
    match escaped_json(&json) {
        std::borrow::Cow::Owned(escaped) => escaped,
        std::borrow::Cow::Borrowed(_) => json,
    }
}
