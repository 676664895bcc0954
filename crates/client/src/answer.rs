//! Reading what services say about an error, in whichever of their shapes.

use serde_json::{Map, Value};

/// The longest message that is taken from a service.
const LONGEST: usize = 2_000;

/// A service's text made fit for a message and a terminal: trimmed, control characters replaced, cut at `longest`
/// characters.
pub(crate) fn clean(text: &str, longest: usize) -> String {
    let mut characters = text.trim().chars();
    let mut cleaned: String = characters
        .by_ref()
        .take(longest)
        .map(|c| if c == '\n' || c == '\t' { ' ' } else { c })
        .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    if characters.next().is_some() {
        cleaned.push('…');
    }
    cleaned
}

/// The message in any JSON that stands for an error: a text; an object with one of the names that services use; a list
/// of such. `None` when there is none to be found.
pub(crate) fn message(error: &Value) -> Option<String> {
    let text = match error {
        Value::String(text) => text.clone(),
        Value::Array(errors) => errors.iter().take(20).filter_map(message).collect::<Vec<_>>().join("; "),
        Value::Object(fields) => ["error_message", "message", "error", "detail", "msg", "exception_message"]
            .iter()
            .find_map(|name| message(fields.get(*name)?))?,
        _ => return None,
    };
    Some(clean(&text, LONGEST)).filter(|text| !text.is_empty())
}

/// The service's own code: `error_code`, `errorCode` or `code`, a number or a word. Zero is no error.
pub(crate) fn code(fields: &Map<String, Value>) -> Option<String> {
    ["error_code", "errorCode", "code"].iter().find_map(|name| match fields.get(*name)? {
        Value::Number(number) => Some(number.to_string()).filter(|code| code != "0"),
        Value::String(word) => Some(clean(word, 64)).filter(|code| !code.is_empty() && code != "0"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_is_found_in_every_shape_of_error() {
        for (error, expected) in [
            (json!("boom\n"), Some("boom")),
            (json!({"error_code": 404_001, "error_message": "gone"}), Some("gone")),
            (
                json!({"error": {"type": "no_prompt", "message": "No prompt provided"}}),
                Some("No prompt provided"),
            ),
            (json!([{"errorCode": 1, "error": "a", "debugInfo": {}}, {"error": "b"}]), Some("a; b")),
            (json!({"detail": [{"loc": ["body"], "msg": "field required"}]}), Some("field required")),
            (json!({"message": "", "detail": "d"}), Some("d")),
            (json!({"x": 1}), None),
            (json!(null), None),
            (json!([]), None),
        ] {
            assert_eq!(message(&error).as_deref(), expected, "{error}");
        }
    }

    #[test]
    fn a_code_is_a_number_or_a_word() {
        for (error, expected) in [
            (json!({"error_code": 400_002}), Some("400002")),
            (json!({"error_code": "400002"}), Some("400002")),
            (json!({"errorCode": 10001}), Some("10001")),
            (json!({"error_code": null}), None),
            (json!({"error_code": 0}), None),
        ] {
            assert_eq!(code(error.as_object().unwrap()).as_deref(), expected, "{error}");
        }
    }

    #[test]
    fn a_message_cannot_steer_a_terminal_or_fill_it() {
        assert_eq!(clean("a\u{1b}[31mb\nc", 100), "a\u{fffd}[31mb c");
        assert_eq!(clean("aaaa", 3), "aaa…");
    }
}
