//! A text that must not be printed.

use std::fmt;

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A token, key or header value; `Debug` prints `…`, and there is no `Display`.
///
/// ```
/// let token = comfyc_client::Secret::new("abc123");
/// assert_eq!(format!("{token:?}"), "…");
/// assert_eq!(token.reveal(), "abc123");
/// ```
#[derive(Clone, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, to be sent and not shown.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// What is left of a secret in a text.
const GONE: &str = "…";
/// Below this a text is not looked for: it would be found by chance, and is no secret.
const SHORTEST: usize = 4;
/// The same in answers that are taken as they are, such as a catalog, which a find by chance would spoil.
const SHORTEST_IN_DATA: usize = 8;

/// The secrets of one client, which no answer of a server brings out again. They are looked for after an answer is parsed,
/// since JSON can spell every character in another way.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    pub(crate) fn new(texts: impl IntoIterator<Item = String>) -> Self {
        let mut secrets: Vec<String> = texts.into_iter().filter(|text| text.len() >= SHORTEST).collect();
        // The longest first, so that no rest of one remains when another is a part of it.
        secrets.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        secrets.dedup();
        Self(secrets)
    }

    /// Those that are taken out of data.
    pub(crate) fn in_data(&self) -> Self {
        Self(self.0.iter().filter(|secret| secret.len() >= SHORTEST_IN_DATA).cloned().collect())
    }

    /// A text without secrets. One in which a secret is spelled in the manner of URLs is given up.
    pub(crate) fn strip(&self, text: String) -> String {
        let stripped = self.0.iter().fold(text, |text, secret| {
            if text.contains(secret.as_str()) { text.replace(secret.as_str(), GONE) } else { text }
        });
        let spelled =
            stripped.contains('%') && self.is_in(&percent_decode_str(&stripped).decode_utf8_lossy());
        if spelled { GONE.to_owned() } else { stripped }
    }

    /// The body of an answer without secrets: unchanged where it has none.
    pub(crate) fn strip_body(&self, body: Vec<u8>) -> Vec<u8> {
        if self.0.is_empty() {
            return body;
        }
        let text = String::from_utf8(body)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        if !text.contains(['\\', '%']) && !self.is_in(&text) {
            return text.into_bytes();
        }
        let Ok(mut json) = serde_json::from_str::<Value>(&text) else {
            // Nothing parses it, but somebody may read it.
            let stripped = self.strip(text);
            return if self.is_in(&unescaped(&stripped)) { GONE.into() } else { stripped.into_bytes() };
        };
        let mut found = false;
        self.strip_json(&mut json, &mut found);
        if found { json.to_string().into_bytes() } else { text.into_bytes() }
    }

    /// Strips every text in a value, names of members too, and tells whether there was anything. The JSON parser bounds the
    /// nesting.
    fn strip_json(&self, json: &mut Value, found: &mut bool) {
        match json {
            Value::String(text) => {
                let stripped = self.strip(text.clone());
                *found |= stripped != *text;
                *text = stripped;
            }
            Value::Array(elements) => {
                for element in elements {
                    self.strip_json(element, found);
                }
            }
            Value::Object(members) => {
                for member in members.values_mut() {
                    self.strip_json(member, found);
                }
                if members.keys().any(|name| self.strip(name.clone()) != *name) {
                    let stripped = std::mem::take(members).into_iter();
                    *members = stripped.map(|(name, member)| (self.strip(name), member)).collect();
                    *found = true;
                }
            }
            // A whole number can be a token, but parts of numbers are found by chance.
            Value::Number(number) => {
                let digits = number.as_str();
                if digits.len() >= SHORTEST_IN_DATA && self.0.iter().any(|secret| secret == digits) {
                    *json = GONE.into();
                    *found = true;
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn is_in(&self, text: &str) -> bool {
        self.0.iter().any(|secret| text.contains(secret.as_str()))
    }
}

/// A text with the escapes of JSON resolved, as far as they are well formed.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let digits = after.strip_prefix('u').and_then(|after| after.get(..4));
        let character = digits.and_then(|digits| char::from_u32(u32::from_str_radix(digits, 16).ok()?));
        if let Some(character) = character {
            plain.push(character);
            rest = after.get(5..).unwrap_or_default();
        } else {
            // `\"`, `\/` and `\\` stand for what follows; others for nothing that a token may hold.
            let mut characters = after.chars();
            plain.extend(characters.next());
            rest = characters.as_str();
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: &str) {
        let secrets =
            Secrets::new(["Tok/3n&".to_owned(), "Tok/3n& and more".to_owned(), "12345678".to_owned()]);
        let stripped = secrets.strip_body(body.as_bytes().to_vec());
        assert_eq!(String::from_utf8(stripped).unwrap(), expected);
    }

    #[test]
    fn a_secret_is_found_however_json_spells_it() {
        check(r#"{"a": "x Tok/3n& and more y"}"#, r#"{"a":"x … y"}"#);
        check(r#"{"a": ["\u0054ok\/3n\u0026"]}"#, r#"{"a":["…"]}"#);
        check(r#"{"\u0054ok/3n&": {"Tok/3n&": 1}}"#, r#"{"…":{"…":1}}"#);
        check(r#"{"a": 12345678, "b": 912345678.5}"#, r#"{"a":"…","b":912345678.5}"#);
        check(r#""http://h/%54ok%2F3n%26/x""#, r#""…""#);
        // Nothing parses these.
        check("bad token Tok/3n&", "bad token …");
        check(r#"{"a": "\u0054ok\/3n&""#, "…");
        check("see /%54ok%2f3n%26", "…");
    }

    #[test]
    fn an_answer_without_secrets_keeps_its_text() {
        for body in [r#"{ "a" : 1.50, "b": "\u00e4 100% \n" }"#, "<p>100%</p>", "", "Tok", r#"{"a": "\"#] {
            check(body, body);
        }
    }

    #[test]
    fn data_is_spoilt_by_no_short_secret() {
        let secrets = Secrets::new(["pass".to_owned(), "passwords".to_owned()]);
        assert_eq!(secrets.strip("bypass passwords".to_owned()), "by… …");
        assert_eq!(secrets.in_data().strip("bypass passwords".to_owned()), "bypass …");
        assert_eq!(Secrets::new(["abc".to_owned()]).strip("abc".to_owned()), "abc");
    }
}
