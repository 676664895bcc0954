//! `--format json`: the form that `schemas/report.schema.json` describes.

use comfyc::diagnostic::Reported;

/// The reports as one JSON object on one line.
pub(crate) fn compact(reported: &Reported) -> String {
    serde_json::json!(reported).to_string()
}

/// The reports as one JSON object, indented.
pub(crate) fn pretty(reported: &Reported) -> String {
    format!("{:#}", serde_json::json!(reported))
}
