//! Text of strangers, made fit to be shown.
//!
//! A name, a value or a server's message may hold characters that no reader sees and a terminal or log obeys: control characters
//! (ANSI escapes and the bell among them), bidirectional marks, line separators, zero-width characters. [`escaped`] shows them
//! as `\u{202e}`, on one line. It also breaks up what the runner of GitHub Actions takes for a command: `##[`, wherever it
//! stands, and `::` at the start of a line.
//!
//! JSON has escapes of its own, so what programs read keeps every character: [`escaped_json`] writes them as `\u202e`.
//!
//! The document itself and the artifacts made of it are never escaped.

use std::borrow::Cow;
use std::fmt::{self, Write};

/// Whether a character is invisible or steers how others are shown: a control character, a line or paragraph separator, a
/// bidirectional mark, or one that Unicode lets be ignored when it is shown.
///
/// ```
/// use comfyc::source::is_hidden;
///
/// assert!("\u{1b}\u{7}\n\u{7f}\u{9b}\u{202e}\u{2028}\u{200b}\u{feff}\u{e0041}".chars().all(is_hidden));
/// assert!(!"aé\u{a0}字🎬ש".chars().any(is_hidden));
/// ```
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A stranger's text on one line, for people: hidden characters as `\n` or `\u{202e}`, and no command of a log in it.
///
/// Joiners and variation selectors stay where scripts and emoji need them, behind a visible character beyond ASCII.
///
/// ```
/// use comfyc::source::escaped;
///
/// assert_eq!(escaped("plain [1] a::b"), "plain [1] a::b");
/// assert_eq!(escaped("a\u{1b}[31m\nb\u{202e}"), r"a\u{1b}[31m\nb\u{202e}");
/// assert_eq!(escaped("##[error]x"), r"##\u{5b}error]x");
/// assert_eq!(escaped("::stop-commands::x"), r":\u{3a}stop-commands::x");
/// ```
pub fn escaped(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'[' && byte != b':';
    if text.bytes().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    // Writing to memory cannot fail.
    let _ = Escape::new(&mut shown).write_str(text);
    if shown == text { Cow::Borrowed(text) } else { Cow::Owned(shown) }
}

/// JSON text with every hidden character in its strings escaped as JSON does, and `##[` broken up: the same JSON. Line breaks
/// are taken for layout, since no string of JSON can hold one.
///
/// ```
/// use comfyc::source::escaped_json;
///
/// assert_eq!(escaped_json("{\n\"a\u{202e}\": \"##[x]\u{e0041}\"}"), "{\n\"a\\u202e\": \"##\\u005bx]\\udb40\\udc41\"}");
/// ```
pub fn escaped_json(json: &str) -> Cow<'_, str> {
    let is_layout = |c: char| matches!(c, '\n' | '\r' | '\t');
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    if json.bytes().all(is_plain) && !json.contains(COMMAND) {
        return Cow::Borrowed(json);
    }
    let mut shown = String::with_capacity(json.len() + json.len() / 8);
    let mut hashes = 0;
    for c in json.chars() {
        if (is_hidden(c) && !is_layout(c)) || (c == '[' && hashes >= 2) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(c);
        }
        hashes = if c == '#' { hashes + 1 } else { 0 };
    }
    Cow::Owned(shown)
}

/// What starts a command of GitHub's runner anywhere in a line.
const COMMAND: &str = "##[";

/// Text of several lines that was laid out with strangers' texts in it, without what is a command in a log: wrapping may have
/// put `::` at the start of a line.
///
/// ```
/// use comfyc::source::without_commands;
///
/// assert_eq!(without_commands("help: a\n      ::error::b"), "help: a\n      :\\u{3a}error::b");
/// ```
pub fn without_commands(text: &str) -> Cow<'_, str> {
    let leads = |line: &str| line.trim_start().starts_with("::");
    if !text.contains(COMMAND) && !text.lines().any(leads) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if leads(line) {
            let (before, after) = line.split_once("::").unwrap_or((line, ""));
            shown.push_str(before);
            shown.push_str(":\\u{3a}");
            shown.push_str(after);
        } else {
            shown.push_str(line);
        }
    }
    Cow::Owned(shown.replace(COMMAND, "##\\u{5b}"))
}

/// Writes strangers' text as [`escaped`] shows it, however many pieces it comes in.
#[derive(Debug)]
pub(crate) struct Escape<W> {
    out: W,
    /// How many `#` were written last.
    hashes: usize,
    /// Whether a `::` that comes next is at the start of a line, or follows a space, where wrapping may break the line.
    start: Start,
    /// How many more joiners the last character can have.
    joiners: usize,
    /// Whether tabs are written as they are.
    tabs: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// Nothing but white space comes before.
    Here,
    /// A colon stands at the start.
    Colon,
    /// Something comes before.
    No,
}

/// A joiner and a variation selector, as in emoji that are made of several.
const MOST_JOINERS: usize = 2;

impl<W: Write> Escape<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, hashes: 0, start: Start::Here, joiners: 0, tabs: false }
    }

    /// The same for text that is laid out with tabs.
    pub(crate) fn keeping_tabs(self) -> Self {
        Self { tabs: true, ..self }
    }

    /// Ends a line.
    pub(crate) fn line_break(&mut self) -> fmt::Result {
        (self.hashes, self.start, self.joiners) = (0, Start::Here, 0);
        self.out.write_char('\n')
    }

    pub(crate) fn get_ref(&self) -> &W {
        &self.out
    }

    pub(crate) fn into_inner(self) -> W {
        self.out
    }

    fn is_shown(&self, c: char) -> bool {
        match c {
            '[' => self.hashes < 2,
            ':' => self.start != Start::Colon,
            '\t' => self.tabs,
            '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' => self.joiners > 0,
            other => !is_hidden(other),
        }
    }
}

impl<W: Write> Write for Escape<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| self.write_char(c))
    }

    fn write_char(&mut self, c: char) -> fmt::Result {
        if !self.is_shown(c) {
            (self.hashes, self.start, self.joiners) = (0, Start::No, 0);
            return match c {
                '\n' | '\r' | '\t' => write!(self.out, "{}", c.escape_default()),
                _ => write!(self.out, "{}", c.escape_unicode()),
            };
        }
        self.hashes = if c == '#' { self.hashes + 1 } else { 0 };
        self.start = match c {
            c if c.is_whitespace() => Start::Here,
            ':' if self.start == Start::Here => Start::Colon,
            _ => Start::No,
        };
        self.joiners = match c {
            c if c.is_ascii() => 0,
            c if is_hidden(c) => self.joiners.saturating_sub(1),
            _ => MOST_JOINERS,
        };
        self.out.write_char(c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_shown() {
        for (text, shown) in [
            ("", ""),
            ("plain `a` [1]: b::c #[d", "plain `a` [1]: b::c #[d"),
            ("é字 🎬\u{a0}x", "é字 🎬\u{a0}x"),
            ("a\tb\r\nc\0", r"a\tb\r\nc\u{0}"),
            ("\u{1b}]0;x\u{7}\u{9b}\u{7f}", r"\u{1b}]0;x\u{7}\u{9b}\u{7f}"),
            (
                "\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}\u{2029}",
                r"\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}\u{2029}",
            ),
            ("a\u{200b}\u{feff}\u{ad}\u{e0041}", r"a\u{200b}\u{feff}\u{ad}\u{e0041}"),
        ] {
            assert_eq!(escaped(text), shown);
            assert_eq!(escaped(shown), shown, "escaping twice is escaping once");
        }
    }

    #[test]
    fn joiners_stay_where_scripts_and_emoji_need_them() {
        for text in ["❤\u{fe0f}\u{200d}🔥", "می\u{200c}خواهم"] {
            assert_eq!(escaped(text), text);
        }
        assert_eq!(escaped("a\u{200d}\u{fe0f}"), r"a\u{200d}\u{fe0f}");
        assert_eq!(escaped("é\u{200d}\u{200d}\u{200d}"), "é\u{200d}\u{200d}\\u{200d}");
    }

    #[test]
    fn commands_of_a_log_are_broken_up() {
        for (text, shown) in [
            ("##[error]", r"##\u{5b}error]"),
            ("a###[b", r"a###\u{5b}b"),
            ("::error::a", r":\u{3a}error::a"),
            (" \u{a0}::error::a", " \u{a0}:\\u{3a}error::a"),
            ("a ::error::b", r"a :\u{3a}error::b"),
            ("a::b ::: c:: d", r"a::b :\u{3a}: c:: d"),
            ("a: : b", "a: : b"),
        ] {
            assert_eq!(escaped(text), shown);
            assert_eq!(without_commands(&escaped(text)), shown);
        }
        assert_eq!(without_commands("a\n\u{a0} ::b::c\nd ##[e"), "a\n\u{a0} :\\u{3a}b::c\nd ##\\u{5b}e");
    }

    #[test]
    fn a_command_in_pieces_is_one() {
        let mut shown = String::new();
        let mut escape = Escape::new(&mut shown);
        for piece in ["#", "#", "[a] ", ":", ":b"] {
            escape.write_str(piece).expect("memory");
        }
        assert_eq!(shown, r"##\u{5b}a] :\u{3a}b");
    }

    #[test]
    fn escaped_json_is_the_same_json() {
        let value = serde_json::json!({"a\u{202e}\u{7f}": ["##[x", "\\##[", "\u{e0001}\u{85}\u{1b}\n", 1], "b": "##"});
        for json in [value.to_string(), format!("{value:#}")] {
            let shown = escaped_json(&json);
            assert!(!shown.contains("##[") && !shown.chars().any(|c| is_hidden(c) && c != '\n'), "{shown}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).expect("JSON"), value);
        }
    }
}
