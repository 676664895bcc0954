//! The texts a user handed in, and where in them a thing stands.
//!
//! Everything downstream names a place by [`Origin`]: which source, and which JSON Pointer (RFC 6901) in it. A TOML
//! document is addressed by the same pointers as the JSON it stands for. Byte spans are found by [`Source::locate`] from
//! the text alone, and only when a report is rendered: a run without diagnostics never computes one.
//!
//! What stands in such a text is a stranger's: [`escaped`] makes it fit for a terminal or a log.
//!
//! This module knows nothing of graphs or diagnostics and reads no files.

mod escape;
mod json;
mod lines;
mod pointer;
mod text;
mod toml;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

pub(crate) use escape::Escape;
pub use escape::{escaped, escaped_json, is_hidden, without_commands};
pub(crate) use lines::{Lines, Position};
pub use pointer::{Pointer, Token};
pub use text::SourceText;

/// Names one text within [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(usize);

/// How a source is written, which decides how places in it are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// JSON text.
    Json,
    /// TOML text.
    Toml,
    /// Command-line assignments, one `KEY=VALUE` a line: the place `/KEY` is the value after the last such `KEY=`.
    Assignments,
}

/// One text: its name as shown to people, its syntax and its contents.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    syntax: Syntax,
    text: SourceText,
    /// The file that the text was taken out of.
    file: Option<String>,
}

/// Which part of a member a place means: `{"steps": 99}` has a key and a value at the pointer `/steps`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The member's name; at the document's root and in arrays, the value.
    Key,
    /// The member's value.
    Value,
    /// The byte at this offset of the text, whatever the pointer: where a parser gave up.
    Offset(usize),
}

/// Where a thing in the user's document comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// The text.
    pub source: SourceId,
    /// The place in it.
    pub pointer: Pointer,
    /// The name or the value at that place.
    pub part: Part,
}

/// The texts that belong together, in the order they were read. A clone shares them.
#[derive(Debug, Clone, Default)]
pub struct Sources(Arc<Vec<Source>>);

impl Origin {
    /// The value at `pointer` in `source`.
    pub fn value(source: SourceId, pointer: Pointer) -> Self {
        Self { source, pointer, part: Part::Value }
    }

    /// The character at byte `at` of `source`.
    pub fn offset(source: SourceId, at: usize) -> Self {
        Self { source, pointer: Pointer::root(), part: Part::Offset(at) }
    }

    /// The member `token` of the value at this origin.
    #[must_use]
    pub fn member(&self, token: impl Into<Token>) -> Self {
        Self::value(self.source, self.pointer.join(token))
    }

    /// The same place, made to have more than one of its members named.
    #[must_use]
    pub(crate) fn shared(self) -> Self {
        Self { pointer: self.pointer.shared(), ..self }
    }

    /// The member of this name, which is known beforehand.
    #[must_use]
    pub(crate) fn field(&self, name: &'static str) -> Self {
        self.member(Token::Field(name))
    }

    /// The name of the member, where this is its value.
    #[must_use]
    pub fn key(mut self) -> Self {
        self.part = Part::Key;
        self
    }
}

impl SourceId {
    /// The name of the same text behind so many others.
    pub(crate) fn shifted(self, offset: usize) -> Self {
        Self(self.0 + offset)
    }
}

impl Source {
    /// A text under the name shown in reports.
    pub fn new(name: impl Into<String>, syntax: Syntax, text: impl Into<SourceText>) -> Self {
        Self { name: name.into(), syntax, text: text.into(), file: None }
    }

    /// A JSON text that was taken out of a media file, where it has a keyword. It is shown as `picture.png#prompt`.
    pub fn embedded(file: &str, keyword: &str, text: impl Into<SourceText>) -> Self {
        Self { file: Some(file.to_owned()), ..Self::new(format!("{file}#{keyword}"), Syntax::Json, text) }
    }

    /// The name shown in reports.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The media file that the text was taken out of, if it was.
    pub fn embedded_in(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// The whole text as handed in, a byte order mark included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same text, shared.
    pub(crate) fn shared(&self) -> SourceText {
        self.text.clone()
    }

    /// The text to parse: without a leading byte order mark, which editors add and JSON does not allow.
    pub fn body(&self) -> &str {
        self.text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&self.text)
    }

    /// How the text is written.
    pub fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// The byte spans of `places` in the text, in one pass over it. A place that is not there gives `None`.
    pub fn locate(&self, places: &[(&Pointer, Part)]) -> Vec<Option<Range<usize>>> {
        let skipped = self.text.len() - self.body().len();
        let spans = match self.syntax {
            Syntax::Json => json::locate(self.body(), places),
            Syntax::Toml => toml::locate(self.body(), places),
            Syntax::Assignments => assignments(&self.text, places),
        };
        spans
            .into_iter()
            .zip(places)
            .map(|(span, (_, part))| match part {
                Part::Offset(at) => Some(self.char_at(*at)),
                Part::Key | Part::Value => span.map(|s| s.start + skipped..s.end + skipped),
            })
            .collect()
    }

    /// The span of the character at byte `at`, or of nothing at the end of the text.
    fn char_at(&self, at: usize) -> Range<usize> {
        let start = self.text.floor_char_boundary(at.min(self.text.len()));
        let width = self.text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        start..start + width
    }
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The spans of `KEY=VALUE` lines; the last one of a key wins, as it does when the assignments are applied.
fn assignments(text: &str, places: &[(&Pointer, Part)]) -> Vec<Option<Range<usize>>> {
    let mut lines: HashMap<&str, (usize, &str)> = HashMap::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches('\n');
        if let Some((name, value)) = content.split_once('=') {
            lines.insert(name, (start, value));
        }
        start += line.len();
    }
    let find = |(pointer, part): &(&Pointer, Part)| {
        let key = pointer.steps().first()?.text();
        let (start, value) = *lines.get(&*key)?;
        let value_start = start + key.len() + 1;
        Some(match part {
            Part::Key => start..start + key.len(),
            Part::Value if value.is_empty() => start..value_start,
            Part::Value | Part::Offset(_) => value_start..value_start + value.len(),
        })
    };
    places.iter().map(find).collect()
}

impl Sources {
    /// Adds a text and returns its name within this collection.
    pub fn add(&mut self, source: Source) -> SourceId {
        let id = SourceId(self.0.len());
        Arc::make_mut(&mut self.0).push(source);
        id
    }

    /// Adds all texts of `other`; how far their ids are shifted by it.
    pub(crate) fn append(&mut self, other: &Self) -> usize {
        let offset = self.0.len();
        if offset == 0 {
            *self = other.clone();
        } else {
            Arc::make_mut(&mut self.0).extend(other.0.iter().cloned());
        }
        offset
    }

    /// The text of `id`; `None` when `id` is of another collection.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.0.get(id.0)
    }

    /// All texts with their ids, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.0.iter().enumerate().map(|(i, source)| (SourceId(i), source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(syntax: Syntax, text: &str, pointer: &str, part: Part, expected: &str) {
        let source = Source::new("test", syntax, text);
        let tokens = pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"));
        let pointer = tokens.fold(Pointer::root(), |pointer, token| pointer.join(token));
        let span = source.locate(&[(&pointer, part)]).remove(0);
        assert_eq!(span.and_then(|s| text.get(s)), Some(expected));
    }

    #[test]
    fn json_members_have_a_key_and_a_value() {
        let text = r#"{"a": {"b": [1, "x]", {"c/d": true}]}, "e": null}"#;
        check(Syntax::Json, text, "/a/b/0", Part::Value, "1");
        check(Syntax::Json, text, "/a/b/1", Part::Value, r#""x]""#);
        check(Syntax::Json, text, "/a/b/2/c~1d", Part::Value, "true");
        check(Syntax::Json, text, "/a/b/2/c~1d", Part::Key, r#""c/d""#);
        check(Syntax::Json, text, "/e", Part::Value, "null");
        check(Syntax::Json, text, "/a/b", Part::Value, r#"[1, "x]", {"c/d": true}]"#);
        check(Syntax::Json, text, "", Part::Value, text);
    }

    #[test]
    fn what_is_passed_over_on_the_way_may_hold_anything() {
        let text = r#"{"a": {"b": ["}", {"\"": "]\\"}, {}, []], "}": 1}, "b": [[1, "]"], {"c": "\\"}, 5]}"#;
        check(Syntax::Json, text, "/b/2", Part::Value, "5");
        check(Syntax::Json, text, "/b/0", Part::Value, r#"[1, "]"]"#);
        check(Syntax::Json, text, "/a/}", Part::Value, "1");
    }

    #[test]
    fn escaped_member_names_are_compared_unescaped() {
        check(Syntax::Json, r#"{"\u0061\"": 5}"#, "/a\"", Part::Value, "5");
    }

    #[test]
    fn the_last_of_repeated_members_is_the_one_that_counts() {
        check(Syntax::Json, r#"{"a": 1, "a": 2}"#, "/a", Part::Value, "2");
    }

    #[test]
    fn a_byte_order_mark_shifts_spans() {
        check(Syntax::Json, "\u{feff}{\"a\": 1}", "/a", Part::Value, "1");
    }

    #[test]
    fn toml_is_addressed_as_the_json_it_stands_for() {
        let text =
            "title = 'x'\n[[inputs]]\nkey = \"6_text\"\nenum = [1, 22]\n[[inputs.derived]]\nscale = 0.5\n";
        check(Syntax::Toml, text, "/inputs/0/key", Part::Value, "\"6_text\"");
        check(Syntax::Toml, text, "/inputs/0/enum/1", Part::Value, "22");
        check(Syntax::Toml, text, "/inputs/0/derived/0/scale", Part::Value, "0.5");
        check(Syntax::Toml, text, "/title", Part::Key, "title");
    }

    #[test]
    fn assignments_point_at_the_value_that_counts() {
        let text = "57_steps=99\n6_txt=a=b\n57_steps=7";
        check(Syntax::Assignments, text, "/57_steps", Part::Value, "7");
        check(Syntax::Assignments, text, "/6_txt", Part::Value, "a=b");
        check(Syntax::Assignments, text, "/6_txt", Part::Key, "6_txt");
    }
}
