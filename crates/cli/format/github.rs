//! `--format github`: workflow commands of GitHub Actions, one line for each report, which become annotations of a pull
//! request.
//!
//! GitHub takes columns only where a place begins and ends on one line, so they are left out elsewhere. A place that is in no
//! file, such as `--set`, stands before the message, and so does one in the text inside of a media file.
//!
//! The runner takes a command from any line that begins with `::` or has `##[` in it, so whatever is not ours is
//! [`escaped`], with these broken up.

use std::fmt::Write;

use comfyc::diagnostic::{Place, Rendered, Reported};
use comfyc::source::escaped;

use super::{message_and_help, path};

/// How many related places a report tells.
const MOST_RELATED: usize = 8;

/// The reports as lines, each with its line break.
pub(crate) fn lines(reported: &Reported<'_>) -> String {
    reported.diagnostics.iter().fold(String::new(), |mut text, rendered| {
        text.push_str(&annotation(rendered));
        text.push('\n');
        text
    })
}

/// A failure of the tool as an annotation of the run.
pub(crate) fn failure(text: &str) -> String {
    format!("::error title=comfyc::{}", data(&escaped(text)))
}

fn annotation(rendered: &Rendered<'_>) -> String {
    let help = rendered.help.as_deref().map(escaped);
    let mut message = message_and_help(&escaped(&rendered.message), help.as_deref()).into_owned();
    for related in rendered.related.iter().take(MOST_RELATED) {
        let _ = write!(message, "\n{}: {}", related.message, elsewhere(&related.place));
    }
    if rendered.related.len() > MOST_RELATED {
        let _ = write!(message, "\nand {} more places", rendered.related.len() - MOST_RELATED);
    }
    let place = rendered.place.as_ref();
    let mut properties = Vec::new();
    match place.and_then(|place| Some((place, path(place)?))) {
        Some((place, path)) => {
            properties.push(format!("file={}", property(&escaped(path))));
            if place.embedded_in.is_some() {
                message = format!("{}: {message}", elsewhere(place));
            } else {
                properties.extend(range(place));
            }
        }
        None => {
            if let Some(place) = place {
                message = format!("{}: {message}", elsewhere(place));
            }
        }
    }
    properties.push(format!("title={}", property(rendered.code)));
    format!("::{} {}::{}", rendered.severity.as_str(), properties.join(","), data(&message))
}

/// Where something is, in a message: with the line where there is one.
fn elsewhere(place: &Place<'_>) -> String {
    match place.line {
        Some(line) => format!("{}:{line}", escaped(place.file)),
        None => escaped(place.file).into_owned(),
    }
}

fn range(place: &Place<'_>) -> Vec<String> {
    let (Some(line), Some(end_line)) = (place.line, place.end_line) else { return Vec::new() };
    let columns = place.column.zip(place.end_column).filter(|_| line == end_line);
    let mut range = vec![format!("line={line}")];
    range.extend(columns.map(|(column, _)| format!("col={column}")));
    range.push(format!("endLine={end_line}"));
    range.extend(columns.map(|(_, end)| format!("endColumn={end}")));
    range
}

/// The message of a command: on one line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The text of a property, which ends at a comma or a colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use comfyc::diagnostic::Severity;

    use super::*;

    #[track_caller]
    fn check(file: &str, end_line: usize, message: &str, expected: &str) {
        let place = Place {
            file,
            embedded_in: None,
            pointer: String::new(),
            line: Some(2),
            column: Some(5),
            end_line: Some(end_line),
            end_column: Some(9),
        };
        let rendered = Rendered {
            code: "unknown-key",
            severity: Severity::Error,
            message: message.to_owned(),
            help: None,
            place: Some(place),
            related: Vec::new(),
            fix: &[],
        };
        assert_eq!(annotation(&rendered), expected);
    }

    #[test]
    fn text_is_escaped_where_github_would_misread_it() {
        check(
            "a,b/c:d%.json",
            2,
            "50%: one, two",
            "::error file=a%2Cb/c%3Ad%25.json,line=2,col=5,endLine=2,endColumn=9,title=unknown-key::50%25: one, two",
        );
        check("a.json", 4, "x", "::error file=a.json,line=2,endLine=4,title=unknown-key::x");
        check("--set", 2, "x", "::error title=unknown-key::--set:2: x");
        check("stdin", 2, "x", "::error title=unknown-key::stdin:2: x");
    }

    #[test]
    fn what_is_not_ours_cannot_give_commands() {
        check(
            "a\n::b##[c]",
            4,
            "one\r\n::two##[three]\u{1b}\u{202e}",
            "::error file=a\\n%3A%3Ab##\\u{5b}c],line=2,endLine=4,title=unknown-key::one\\r\\n::two##\\u{5b}three]\\u{1b}\\u{202e}",
        );
        assert_eq!(failure("::a\nb"), "::error title=comfyc:::\\u{3a}a\\nb");
    }
}
