//! Edits that put a problem right, where there is but one way that its author can have meant.
//!
//! A check that finds a problem with a safe way out says so in [`Diagnostic::fix`](super::Diagnostic::fix). Safe means: a name
//! that is one slip away from the only name near it, and whose digits are the same; a number that is written as text; a
//! link's node that is written as a number; a class that the server itself would replace by renaming. Nothing is added
//! and nothing taken away.
//!
//! [`apply`] edits the text at the places that the fixes name, so whatever else is in it stays as it is.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Write};
use std::ops::Range;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::shorten::{LONGEST_NAME, shortened};
use super::words::show;
use crate::source::{Escape, Part, Pointer, Source};

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
    let mut accepted: BTreeMap<usize, (Range<usize>, String)> = BTreeMap::new();
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
        made.push(edits.is_some_and(|edits| accept(edits, &mut accepted)));
    }
    let mut edited = String::with_capacity(text.len());
    let mut done = 0;
    for (span, new) in accepted.into_values() {
        edited.push_str(text.get(done..span.start).unwrap_or_default());
        edited.push_str(&new);
        done = span.end;
    }
    edited.push_str(text.get(done..).unwrap_or_default());
    (edited, made)
}

/// Takes all of the edits, or none where one of them touches another that is taken. Those that are taken have their starts for
/// keys.
fn accept(
    edits: Vec<(Range<usize>, String)>,
    accepted: &mut BTreeMap<usize, (Range<usize>, String)>,
) -> bool {
    let mut starts = Vec::with_capacity(edits.len());
    for (span, new) in edits {
        // None touches another, so of those that start before its end the last one ends last.
        let before = accepted.range(..span.end.max(span.start + 1)).next_back();
        if before.is_some_and(|(_, (taken, _))| taken.end > span.start || taken.start == span.start) {
            for start in starts {
                accepted.remove(&start);
            }
            return false;
        }
        starts.push(span.start);
        accepted.insert(span.start, (span, new));
    }
    true
}

impl Edit {
    /// Whether neither its pointer nor what it writes has more bytes than this.
    pub(super) fn is_within(&self, longest: usize) -> bool {
        let (pointer, length) = match self {
            Self::Replace { pointer, value } => (pointer, value.to_string().len()),
            Self::Rename { pointer, key } => (pointer, key.len()),
        };
        length <= longest && pointer.is_within(longest)
    }

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

/// [`escaped`](crate::source::escaped) and, where it is long, shortened, for people.
impl Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, edit) in self.edits.iter().enumerate() {
            let (pointer, new) = match edit {
                Edit::Replace { pointer, value } => (pointer, show(value)),
                Edit::Rename { pointer, key } => (pointer, format!("`{}`", shortened(key, LONGEST_NAME))),
            };
            let pointer = pointer.to_string();
            let pointer = shortened(&pointer, LONGEST_NAME);
            write!(Escape::new(&mut *f), "{}{pointer} -> {new}", if i == 0 { "" } else { ", " })?;
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

    #[test]
    fn of_edits_that_touch_each_other_the_first_is_made() {
        const COUNT: usize = 20_000;
        let text = format!("[{}]", vec!["[1, 2]"; COUNT].join(","));
        let source = Source::new("a", Syntax::Json, text);
        let at = |i: usize| Pointer::root().join(i);
        let fixes: Vec<Fix> = (0..COUNT)
            .rev()
            .flat_map(|i| {
                [Fix::replace(at(i).join(1), 3), Fix::replace(at(i), 4), Fix::replace(at(i).join(0), 5)]
            })
            .collect();
        let (text, made) = apply(&source, &fixes.iter().collect::<Vec<_>>());
        assert_eq!(text, format!("[{}]", vec!["[5, 3]"; COUNT].join(",")));
        assert!(made.chunks(3).all(|made| made == [true, false, true]));
        let both = [at(0).join(0), at(0)].map(|pointer| Edit::Replace { pointer, value: 6.into() });
        let (text, made) = apply(&Source::new("a", Syntax::Json, "[[1]]"), &[&Fix { edits: both.into() }]);
        assert_eq!((text.as_str(), made.as_slice()), ("[[1]]", [false].as_slice()));
    }
}
