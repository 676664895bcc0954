//! JSON artifacts as text, laid out as `serde_json` lays them out. A prompt is written right from its graph; whatever is JSON
//! already is written by way of the same [`Writer`].
//!
//! Nothing here recurses: how deep a value may nest is not for a back end to say.

use std::{iter, slice};

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
    text: String,
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
        Self { text: String::with_capacity(room), layout, depth: 0, is_empty: false }
    }

    /// What was written.
    pub(super) fn into_text(self) -> String {
        debug_assert_eq!(self.depth, 0);
        self.text
    }

    /// Opens an object.
    pub(super) fn open_object(&mut self) {
        self.open('{');
    }

    /// Announces the next member of the object that was opened last.
    pub(super) fn member(&mut self, name: &str) {
        self.element();
        self.string(name);
        self.text.push_str(match self.layout {
            Layout::Pretty => ": ",
            Layout::Compact => ":",
        });
    }

    /// Closes the object that was opened last.
    pub(super) fn close_object(&mut self) {
        self.close('}');
    }

    /// Opens a list.
    pub(super) fn open_list(&mut self) {
        self.open('[');
    }

    /// Announces the next element of the list that was opened last.
    pub(super) fn element(&mut self) {
        if !self.is_empty {
            self.text.push(',');
        }
        self.is_empty = false;
        self.line();
    }

    /// Closes the list that was opened last.
    pub(super) fn close_list(&mut self) {
        self.close(']');
    }

    /// Writes a text.
    pub(super) fn string(&mut self, text: &str) {
        self.text.push('"');
        let mut rest = text;
        while let Some((plain, odd)) = rest.split_at_checked(plain_length(rest.as_bytes())) {
            self.text.push_str(plain);
            let mut odd = odd.chars();
            let Some(c) = odd.next() else { break };
            self.escape(c);
            rest = odd.as_str();
        }
        self.text.push('"');
    }

    fn escape(&mut self, c: char) {
        let short = match c {
            '"' | '\\' => c,
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{c}' => 'f',
            '\r' => 'r',
            _ => {
                let digit = |shift: u32| char::from_digit(u32::from(c) >> shift & 15, 16);
                self.text.push_str("\\u");
                return self.text.extend([12, 8, 4, 0].into_iter().filter_map(digit));
            }
        };
        self.text.push('\\');
        self.text.push(short);
    }

    /// Writes what needs no quotes: a number, or one of the three words.
    pub(super) fn bare(&mut self, text: &str) {
        self.text.push_str(text);
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

    fn open(&mut self, bracket: char) {
        self.text.push(bracket);
        self.depth += 1;
        self.is_empty = true;
    }

    fn close(&mut self, bracket: char) {
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
        if let Some(line) = LINE.get(..length) {
            self.text.push_str(line);
        } else {
            self.text.push('\n');
            self.text.extend(iter::repeat_n(' ', length - 1));
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
    if let Some(last) = text.last_chunk() {
        // Some of these bytes were looked at before, and need none.
        return text.len() - 8 + (escaped(*last).trailing_zeros() / 8) as usize;
    }
    rest.iter().take_while(|byte| **byte >= b' ' && !matches!(byte, b'"' | b'\\')).count()
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
