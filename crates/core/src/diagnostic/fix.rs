//! Edits that put a problem right, where there is but one way that its author can have meant.
//!
//! A check that finds a problem with a safe way out says so in [`Diagnostic::fix`](super::Diagnostic::fix). Safe means: a name
//! that is one slip away from the only name near it, and whose digits are the same; a number that is written as text; a
//! link's node that is written as a number; a class that the server itself would replace by renaming. Nothing is added
//! and nothing taken away.
//!
//! [`apply`] edits the text at the places that the fixes name, so whatever else is in it stays as it is.

use std::fmt::{self, Display};
use std::ops::Range;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::source::{Part, Pointer, Source};

/// Edits that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// The edits, none of which touches another. Their pointers are into the source of the diagnostic.
    pub edits: Vec<Edit>,
}

/// One edit of a JSON text.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(tag = "op", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Edit {
    /// Puts a value in the place of another.
    Replace {
        /// Where.
        #[serde(serialize_with = "as_text")]
        #[schemars(with = "String")]
        pointer: Pointer,
        /// The new value.
        value: Value,
    },
    /// Gives a member another name.
    Rename {
        /// The member.
        #[serde(serialize_with = "as_text")]
        #[schemars(with = "String")]
        pointer: Pointer,
        /// Its new name.
        key: String,
    },
}

impl Fix {
    /// Puts a value in the place of the one at `pointer`.
    pub(crate) fn replace(pointer: Pointer, value: impl Into<Value>) -> Self {
        Self { edits: vec![Edit::Replace { pointer, value: value.into() }] }
    }

    /// Renames the member at `pointer`.
    pub(crate) fn rename(pointer: Pointer, key: impl Into<String>) -> Self {
        Self { edits: vec![Edit::Rename { pointer, key: key.into() }] }
    }
}

/// The text of `source` with the fixes that can be made, and which of them were: one is left out whole when a place of its is
/// not in the text or was edited already.
///
/// ```
/// use comfyc::{catalog::Catalog, check, diagnostic, front::api, source::{Source, Sources, Syntax}};
///
/// let source = Source::new("a.json", Syntax::Json, r#"{ "1": {"class_type": "SaveImge", "inputs": {}} }"#);
/// let (graph, _) = api::parse(&source, Sources::default().add(source.clone()));
/// let rejected = check::graph(graph, &Catalog::embedded()).unwrap_err();
/// let fixes: Vec<_> = rejected.diagnostics.iter().filter_map(|found| found.fix.as_ref()).collect();
/// let (text, made) = diagnostic::apply(&source, &fixes);
/// assert_eq!(text, r#"{ "1": {"class_type": "SaveImage", "inputs": {}} }"#);
/// assert_eq!(made, [true]);
/// ```
pub fn apply(source: &Source, fixes: &[&Fix]) -> (String, Vec<bool>) {
    let text = source.text();
    let places: Vec<(&Pointer, Part)> = fixes.iter().flat_map(|fix| &fix.edits).map(Edit::place).collect();
    let mut spans = source.locate(&places).into_iter();
    let mut accepted: Vec<(Range<usize>, String)> = Vec::new();
    let mut made = Vec::new();
    for fix in fixes {
        let edits: Option<Vec<(Range<usize>, String)>> = fix
            .edits
            .iter()
            .map(|edit| (edit, spans.next().flatten()))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|(edit, span)| edit.at(text, span?))
            .collect();
        let free = |span: &Range<usize>| {
            accepted.iter().all(|(taken, _)| span.end <= taken.start || taken.end <= span.start)
        };
        match edits {
            Some(edits) if edits.iter().all(|(span, _)| free(span)) => {
                accepted.extend(edits);
                made.push(true);
            }
            _ => made.push(false),
        }
    }
    accepted.sort_by_key(|(span, _)| span.start);
    let mut edited = String::with_capacity(text.len());
    let mut done = 0;
    for (span, new) in accepted {
        edited.push_str(text.get(done..span.start).unwrap_or_default());
        edited.push_str(&new);
        done = span.end;
    }
    edited.push_str(text.get(done..).unwrap_or_default());
    (edited, made)
}

impl Edit {
    /// The place in the text that is written anew.
    fn place(&self) -> (&Pointer, Part) {
        match self {
            Self::Replace { pointer, .. } => (pointer, Part::Value),
            Self::Rename { pointer, .. } => (pointer, Part::Key),
        }
    }

    /// What is written there; `None` when a name is to be changed that is none.
    fn at(&self, text: &str, span: Range<usize>) -> Option<(Range<usize>, String)> {
        match self {
            Self::Replace { value, .. } => Some((span, value.to_string())),
            Self::Rename { key, .. } => {
                let is_name = text.get(span.clone())?.starts_with('"')
                    && text.get(span.end..)?.trim_start().starts_with(':');
                is_name.then(|| (span, Value::from(key.as_str()).to_string()))
            }
        }
    }
}

impl Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, edit) in self.edits.iter().enumerate() {
            let (pointer, new) = match edit {
                Edit::Replace { pointer, value } => (pointer, value.to_string()),
                Edit::Rename { pointer, key } => (pointer, format!("`{key}`")),
            };
            write!(f, "{}{pointer} -> {new}", if i == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// The one name that a misspelt one can only stand for: nothing else is near it, it is one slip away or differs in case and
/// separators alone, and its digits are the same (`image1` is not a misspelt `image2`).
pub(crate) fn sole<'n>(written: &str, near: &'n [String]) -> Option<&'n str> {
    /// In shorter names a slip makes another word.
    const SHORTEST: usize = 4;
    let [near] = near else { return None };
    let letters = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let slip = near.chars().count() >= SHORTEST
        && digits(written) == digits(near)
        && strsim::damerau_levenshtein(written, near) == 1;
    (slip || (letters(written) == letters(near) && !letters(near).is_empty())).then_some(near.as_str())
}

/// The number that a text spells as JSON would, whole if it must be.
pub(crate) fn spelled(text: &str, whole: bool) -> Option<Value> {
    let number: serde_json::Number = serde_json::from_str(text).ok()?;
    let is_whole = number.as_str().bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    (is_whole || !whole).then_some(Value::Number(number))
}

fn as_text<S: Serializer>(pointer: &Pointer, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Syntax;

    #[test]
    fn only_slips_are_certain() {
        let certain = |written: &str, near: &[&str]| {
            let near: Vec<String> = near.iter().map(|name| (*name).to_owned()).collect();
            sole(written, &near).map(str::to_owned)
        };
        for (written, near) in
            [("imags", "images"), ("SaveImge", "SaveImage"), ("Save Image", "SaveImage"), ("eluer", "euler")]
        {
            assert_eq!(certain(written, &[near]), Some(near.to_owned()), "{written}");
        }
        for (written, near) in [
            ("image1", "image2"),
            ("image", "image2"),
            ("cpu", "gpu"),
            ("trilinear", "bilinear"),
            ("fp16", "bf16"),
        ] {
            assert_eq!(certain(written, &[near]), None, "{written}");
        }
        assert_eq!(certain("imags", &["images", "image"]), None);
    }

    #[test]
    fn numbers_are_those_of_json() {
        for (text, whole, number) in [
            ("12", true, true),
            ("1.5", false, true),
            ("-3", true, true),
            ("1.5", true, false),
            (" 12", true, true),
            ("0x1", true, false),
            ("nan", false, false),
            ("1_0", true, false),
        ] {
            assert_eq!(spelled(text, whole).is_some(), number, "{text}");
        }
    }

    #[test]
    fn the_rest_of_the_text_stays() {
        let at = |tokens: &[&str]| tokens.iter().fold(Pointer::root(), |pointer, token| pointer.join(*token));
        let source = Source::new("a", Syntax::Json, "\u{feff}{ \"a\" : [1,\r\n\t2],\"a/b\":\"x\" }\n");
        let (first, second) = (Fix::replace(at(&["a", "1"]), "é\""), Fix::rename(at(&["a/b"]), "c"));
        let (twice, gone) = (Fix::replace(at(&["a"]), 5), Fix::rename(at(&["a", "0"]), "d"));
        let (text, made) = apply(&source, &[&second, &first, &twice, &gone]);
        assert_eq!(text, "\u{feff}{ \"a\" : [1,\r\n\t\"é\\\"\"],\"c\":\"x\" }\n");
        assert_eq!(made, [true, true, false, false]);
    }
}
