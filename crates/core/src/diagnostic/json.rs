//! What a JSON parser has to say, as a diagnostic.

use super::{Diagnostic, Problem};
use crate::source::{Origin, Source, SourceId};

/// The diagnostic of a JSON parser's error: a syntax error at its byte, or, for valid JSON of another form, what was
/// expected instead.
pub(crate) fn json_error(
    error: &serde_json::Error,
    source: &Source,
    id: SourceId,
    expected: &str,
) -> Diagnostic {
    let mut detail = error.to_string();
    if let Some(cut) = detail.rfind(" at line ") {
        detail.truncate(cut);
    }
    let problem = if error.is_data() {
        Problem::WrongShape { what: "the document".to_owned(), expected: expected.to_owned(), found: detail }
    } else {
        Problem::Syntax { syntax: "JSON", detail }
    };
    let origin = if error.line() == 0 {
        Origin::offset(id, 0)
    } else {
        Origin::offset(id, byte_of(source, error.line(), error.column()))
    };
    Diagnostic::new(problem, Some(origin))
}

/// The byte offset in the whole text of a parser's line (from 1) and column (bytes, from 1) in the body.
fn byte_of(source: &Source, line: usize, column: usize) -> usize {
    let skipped = source.text().len() - source.body().len();
    let start: usize = source.body().split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    skipped + start + column.saturating_sub(1)
}
