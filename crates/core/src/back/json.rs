//! JSON artifacts as text, laid out as `serde_json` lays them out. A prompt is written right from its graph; whatever is JSON
//! already is written by way of the same [`Writer`].
//!
//! Nothing here recurses: how deep a value may nest is not for a back end to say.

use std::slice;

use serde_json::{Value, map};

/// How a JSON artifact is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// Two spaces of indentation.
    #[default]
    Pretty,
    /// One line.
    Compact,
}

/// The room that is made for a text of which nothing is known.
const USUAL_SIZE: usize = 8 * 1024;

/// A line break, and the indentation of most lines.
const LINE: &str = "\n                ";

/// Any JSON artifact as text, without a final line break.
pub(super) fn to_text(value: &Value, layout: Layout) -> String {
    let mut writer = Writer::new(layout, USUAL_SIZE);
    writer.value(value);
    writer.into_text()
}

/// A JSON text in the making. Whoever opens an object or a list writes its members or elements, each right after what
/// announces it, and closes it.
pub(super) struct Writer {
    text: Vec<u8>,
    layout: Layout,
    /// How many objects and lists are open.
    depth: usize,
    /// Whether the last of them is empty so far.
    is_empty: bool,
}

/// An object or a list, and what of it is still to be written.
enum Open<'v> {
    Object(map::Iter<'v>),
    List(slice::Iter<'v, Value>),
}

impl Writer {
    /// With room for so many bytes.
    pub(super) fn new(layout: Layout, room: usize) -> Self {
        Self { text: Vec::with_capacity(room), layout, depth: 0, is_empty: false }
    }

    /// What was written.
    pub(super) fn into_text(self) -> String {
        debug_assert_eq!(self.depth, 0);
        // Nothing but texts was put together.
        String::from_utf8(self.text).unwrap_or_default()
    }

    /// Opens an object.
    pub(super) fn open_object(&mut self) {
        self.open(b'{');
    }

    /// Announces the next member of the object that was opened last.
    pub(super) fn member(&mut self, name: &str) {
        self.element();
        self.string(name);
        self.text.extend_from_slice(match self.layout {
            Layout::Pretty => b": ",
            Layout::Compact => b":",
        });
    }

    /// Closes the object that was opened last.
    pub(super) fn close_object(&mut self) {
        self.close(b'}');
    }

    /// Opens a list.
    pub(super) fn open_list(&mut self) {
        self.open(b'[');
    }

    /// Announces the next element of the list that was opened last.
    pub(super) fn element(&mut self) {
        if !self.is_empty {
            self.text.push(b',');
        }
        self.is_empty = false;
        self.line();
    }

    /// Closes the list that was opened last.
    pub(super) fn close_list(&mut self) {
        self.close(b']');
    }

    /// Writes a text.
    pub(super) fn string(&mut self, text: &str) {
        self.text.push(b'"');
        let mut rest = text.as_bytes();
        while let Some((plain, [byte, after @ ..])) = rest.split_at_checked(plain_length(rest)) {
            self.text.extend_from_slice(plain);
            self.escape(*byte);
            rest = after;
        }
        self.text.extend_from_slice(rest);
        self.text.push(b'"');
    }

    fn escape(&mut self, byte: u8) {
        let short = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0c => b'f',
            b'\r' => b'r',
            _ => {
                let digit = |four: u8| if four < 10 { b'0' + four } else { b'a' - 10 + four };
                return self.text.extend([b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
            }
        };
        self.text.extend([b'\\', short]);
    }

    /// Writes what needs no quotes: a number, or one of the three words.
    pub(super) fn bare(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    /// Writes any value.
    pub(super) fn value(&mut self, value: &Value) {
        let mut open: Vec<Open<'_>> = self.begin(value).into_iter().collect();
        while let Some(last) = open.last_mut() {
            let next = match last {
                Open::Object(members) => members.next().map(|(name, value)| {
                    self.member(name);
                    value
                }),
                Open::List(elements) => elements.next().inspect(|_| self.element()),
            };
            if let Some(value) = next {
                open.extend(self.begin(value));
                continue;
            }
            match open.pop() {
                Some(Open::Object(_)) => self.close_object(),
                Some(Open::List(_)) => self.close_list(),
                None => {}
            }
        }
    }

    /// Writes a value, or opens it.
    fn begin<'v>(&mut self, value: &'v Value) -> Option<Open<'v>> {
        match value {
            Value::Null => self.bare("null"),
            Value::Bool(true) => self.bare("true"),
            Value::Bool(false) => self.bare("false"),
            Value::Number(number) => self.bare(number.as_str()),
            Value::String(text) => self.string(text),
            Value::Array(elements) => {
                self.open_list();
                return Some(Open::List(elements.iter()));
            }
            Value::Object(members) => {
                self.open_object();
                return Some(Open::Object(members.iter()));
            }
        }
        None
    }

    fn open(&mut self, bracket: u8) {
        self.text.push(bracket);
        self.depth += 1;
        self.is_empty = true;
    }

    fn close(&mut self, bracket: u8) {
        self.depth -= 1;
        if !self.is_empty {
            self.line();
        }
        self.is_empty = false;
        self.text.push(bracket);
    }

    fn line(&mut self) {
        if self.layout == Layout::Compact {
            return;
        }
        let length = 1 + 2 * self.depth;
        if let Some(line) = LINE.as_bytes().get(..length) {
            self.text.extend_from_slice(line);
        } else {
            self.text.push(b'\n');
            self.text.resize(self.text.len() + length - 1, b' ');
        }
    }
}

/// How many bytes of a text come before the first that needs an escape.
fn plain_length(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let found = escaped(*word);
        if found != 0 {
            return at * 8 + (found.trailing_zeros() / 8) as usize;
        }
    }
    let needs_none = |byte: &&u8| **byte >= b' ' && !matches!(byte, b'"' | b'\\');
    words.len() * 8 + rest.iter().take_while(needs_none).count()
}

/// The highest bit of the first of eight bytes that needs an escape is set, and that of no byte before it.
fn escaped(bytes: [u8; 8]) -> u64 {
    const fn all(byte: u8) -> u64 {
        u64::from_le_bytes([byte; 8])
    }
    let word = u64::from_le_bytes(bytes);
    // The same for the first byte that is zero: only behind it do others borrow.
    let zero = |word: u64| word.wrapping_sub(all(1)) & !word;
    let control = word.wrapping_sub(all(b' ')) & !word;
    (control | zero(word ^ all(b'"')) | zero(word ^ all(b'\\'))) & all(0x80)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_is_laid_out_as_serde_json_lays_it_out() {
        let empty = json!({"a": {}, "b": [], "c": [[], {}], "": null});
        let plain = json!([true, false, null, -1, 1.5, {"a": [1, [2, {"b": 3}]], "c": "d"}]);
        let text = |c: char, at: usize| format!("{}{c}{}", "x".repeat(at), "y".repeat(at % 9));
        let odd: Vec<char> = ('\u{0}'..'\u{80}').chain(['é', '\u{2028}', '😀']).collect();
        let texts: Vec<Value> =
            odd.iter().flat_map(|c| (0..20).map(move |at| json!({text(*c, at): text(*c, at)}))).collect();
        let deep = (0..30)
            .fold(json!(0), |inner, at| if at % 2 == 0 { json!([inner]) } else { json!({"a": inner}) });
        for value in [empty, plain, json!(texts), deep, json!("x"), json!(5), json!({}), json!([])] {
            let pretty = serde_json::to_string_pretty(&value).expect("text");
            assert_eq!(to_text(&value, Layout::Pretty), pretty);
            assert_eq!(to_text(&value, Layout::Compact), value.to_string());
        }
    }

    #[test]
    fn a_number_keeps_its_spelling() {
        let value: Value = serde_json::from_str("[1.50, 1e5, 123456789012345678901234567890]").expect("JSON");
        assert_eq!(to_text(&value, Layout::Compact), value.to_string());
    }

    #[test]
    fn a_value_may_nest_as_deep_as_it_likes() {
        let mut value = Value::Null;
        for _ in 0..100_000 {
            value = Value::Array(vec![value]);
        }
        assert_eq!(to_text(&value, Layout::Compact).len(), 200_004);
        // Dropping it would recurse.
        while let Value::Array(mut inner) = value {
            value = inner.pop().unwrap_or_default();
        }
    }
}
