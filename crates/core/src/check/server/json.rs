//! Prompts as Python reads them: JSON, and what Python's parser takes besides.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::check::python::MOST_DIGITS;
use crate::number;

/// Infinity, as a literal that both JSON and Python read as that float.
const INFINITY: &str = "1e999";

/// Reads JSON as the server does. Python takes the bare words `NaN`, `Infinity` and `-Infinity` for floats, and `\u` escapes
/// that are half a character. `NaN` becomes the number [`number::NAN`], which every check takes for that float; half a
/// character becomes U+FFFD.
///
/// ```
/// use comfyc::check::server::json;
///
/// let value = json(r#"{"a": [NaN, -Infinity], "b": "NaN"}"#).unwrap();
/// assert!(value["a"][0].is_number());
/// assert_eq!(value["b"], "NaN");
/// ```
pub fn json(text: &str) -> serde_json::Result<Json> {
    if has_endless_integer(text) {
        return Err(serde::de::Error::custom("an integer of more digits than Python reads"));
    }
    serde_json::from_str(text).or_else(|error| match plain(text) {
        Cow::Borrowed(_) => Err(error),
        Cow::Owned(plain) => serde_json::from_str(&plain),
    })
}

/// Whether there is an integer literal that Python's parser refuses for its length.
fn has_endless_integer(text: &str) -> bool {
    if text.len() <= MOST_DIGITS {
        return false;
    }
    let mut digits = 0;
    let mut in_string = false;
    let mut escaped = false;
    let mut fraction = false;
    for byte in text.bytes().chain([b' ']) {
        match byte {
            b'"' if !escaped => in_string = !in_string,
            b'0'..=b'9' if !in_string => {
                digits += 1;
                continue;
            }
            b'.' | b'e' | b'E' | b'+' | b'-' if !in_string && digits > 0 => {
                fraction = true;
                continue;
            }
            _ => {}
        }
        if digits > MOST_DIGITS && !fraction {
            return true;
        }
        (digits, fraction) = (0, false);
        escaped = in_string && byte == b'\\' && !escaped;
    }
    false
}

/// The text with Python's own words replaced.
fn plain(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut done = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    let mut in_string = false;
    while let Some(byte) = bytes.get(at) {
        let rest = text.get(at..).unwrap_or_default();
        let found = match byte {
            b'"' => {
                in_string = !in_string;
                None
            }
            b'\\' if in_string => match half_character(rest) {
                Escape::Half => Some((6, "\\ufffd")),
                Escape::Whole(length) => {
                    at += length;
                    continue;
                }
            },
            b'N' if !in_string && rest.starts_with("NaN") => Some((3, number::NAN)),
            b'I' if !in_string && rest.starts_with("Infinity") => Some((8, INFINITY)),
            _ => None,
        };
        match found {
            Some((length, replacement)) => {
                out.push_str(text.get(done..at).unwrap_or_default());
                out.push_str(replacement);
                at += length;
                done = at;
            }
            None => at += 1,
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}

enum Escape {
    /// Half of a surrogate pair: six bytes.
    Half,
    /// Any other escape, of so many bytes.
    Whole(usize),
}

fn half_character(text: &str) -> Escape {
    let unit = |text: Option<&str>| {
        let digits = text?.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    match unit(Some(text)) {
        Some(0xD800..=0xDBFF) => match unit(text.get(6..)) {
            Some(0xDC00..=0xDFFF) => Escape::Whole(12),
            _ => Escape::Half,
        },
        Some(0xDC00..=0xDFFF) => Escape::Half,
        Some(_) => Escape::Whole(6),
        None => Escape::Whole(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_python_are_replaced_outside_of_strings() {
        for (text, expected) in [
            ("[NaN]", format!("[{}]", number::NAN)),
            (r#"{"NaN": [Infinity, -Infinity]}"#, r#"{"NaN": [1e999, -1e999]}"#.to_owned()),
            (r#"["a\"NaN", NaN]"#, format!(r#"["a\"NaN", {}]"#, number::NAN)),
            (
                r#"["\ud800", "\ud83d\ude00", "\\ud800"]"#,
                r#"["\ufffd", "\ud83d\ude00", "\\ud800"]"#.to_owned(),
            ),
            (r#"["é", 1]"#, r#"["é", 1]"#.to_owned()),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }

    #[test]
    fn what_python_refuses_is_refused() {
        for text in ["\u{feff}{}", "[nan]", "{'a': 1}", "[1,]", "", &format!("[{}]", "9".repeat(4301))] {
            assert!(json(text).is_err(), "{text}");
        }
        let long = "9".repeat(4301);
        for text in [format!("[{long}.5]"), format!("[\"\\\"{long}\"]"), format!("[{}]", "9".repeat(4300))] {
            assert!(json(&text).is_ok(), "{text}");
        }
    }
}
