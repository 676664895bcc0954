//! Going through JSON text from start to end, without making anything of what is passed over.
//!
//! [`super::tokens`] has found where the tokens are; here they are put together. Everything is checked to be JSON, but only its
//! plain forms are taken: names of members and numbers as nearly every writer writes them. `None` means that the text is to be
//! read in another way, not that it is wrong.
#![expect(clippy::inline_always, reason = "each is a few instructions, and there are a million tokens")]

use super::tokens;

/// The deepest nesting that is passed over; `serde_json` reads no deeper.
const DEEPEST: u32 = 120;

/// How many digits an integer has at most that is the same in every reading.
const SHORT: usize = 15;

/// A place in a text.
#[derive(Debug)]
pub(super) struct Scanner<'t> {
    text: &'t str,
    /// Where the tokens are.
    tokens: Vec<u32>,
    /// The next of them.
    at: usize,
}

/// A place to go back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark(usize);

impl<'t> Scanner<'t> {
    /// The start of a text; `None` when it has strings that are none.
    pub(super) fn new(text: &'t str) -> Option<Self> {
        Some(Self { text, tokens: tokens::find(text)?, at: 0 })
    }

    /// This place.
    pub(super) fn mark(&self) -> Mark {
        Mark(self.at)
    }

    /// Goes back to a place.
    pub(super) fn go_back(&mut self, mark: Mark) {
        self.at = mark.0;
    }

    /// Where a token is, counted from the next one.
    #[inline(always)]
    fn position(&self, ahead: usize) -> Option<usize> {
        self.tokens.get(self.at + ahead).map(|position| tokens::index(*position))
    }

    #[inline(always)]
    fn byte(&self, position: usize) -> Option<u8> {
        self.text.as_bytes().get(position).copied()
    }

    /// The first byte of what comes next.
    #[inline(always)]
    pub(super) fn next(&self) -> Option<u8> {
        self.byte(self.position(0)?)
    }

    /// Steps over this byte when it comes next.
    #[inline(always)]
    fn take(&mut self, byte: u8) -> bool {
        let there = self.next() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// Steps over this word when it comes next.
    pub(super) fn word(&mut self, word: &str) -> Option<()> {
        let from = self.text.as_bytes().get(self.position(0)?..)?;
        let after = from.strip_prefix(word.as_bytes())?;
        self.end_scalar(after)
    }

    /// Steps over a token that is neither a string nor a bracket, where this is what comes behind it and ends it.
    #[inline(always)]
    fn end_scalar(&mut self, after: &[u8]) -> Option<()> {
        let ends = after.first().is_none_or(|byte| ends_scalar(*byte));
        self.at += usize::from(ends);
        ends.then_some(())
    }

    /// How many bytes there are from the next token on.
    pub(super) fn left(&self) -> usize {
        self.position(0).map_or(0, |position| self.text.len() - position)
    }

    /// Whether nothing else comes.
    pub(super) fn is_done(&self) -> bool {
        self.at == self.tokens.len()
    }

    /// Steps into an object or a list; whether there is anything in it.
    #[inline(always)]
    pub(super) fn open(&mut self, opening: u8) -> Option<bool> {
        self.take(opening).then(|| !self.take(closing(opening)))
    }

    /// Steps over what is between the elements of what was opened, or out of it; whether there is another.
    #[inline(always)]
    pub(super) fn more(&mut self, opening: u8) -> Option<bool> {
        let next = self.next()?;
        self.at += 1;
        match next {
            b',' => Some(true),
            next if next == closing(opening) => Some(false),
            _ => None,
        }
    }

    /// The name of a member, which has no escapes.
    #[inline(always)]
    pub(super) fn name(&mut self) -> Option<&'t [u8]> {
        let [open, close, colon] = *self.tokens.get(self.at..)?.first_chunk::<3>()?;
        let (open, close, colon) = (tokens::index(open), tokens::index(close), tokens::index(colon));
        if self.byte(open)? != b'"' || self.byte(close)? != b'"' || self.byte(colon)? != b':' {
            return None;
        }
        self.at += 3;
        self.text.as_bytes().get(open + 1..close)
    }

    /// What is between the quotes of a string that comes next, and whether there are no escapes in it.
    #[inline(always)]
    pub(super) fn string(&mut self) -> Option<(&'t str, bool)> {
        let (open, close) = (self.position(0)?, self.position(1)?);
        if self.byte(open)? != b'"' {
            return None;
        }
        if self.byte(close)? != b'"' {
            return self.escaped(open);
        }
        self.at += 2;
        self.text.get(open + 1..close).map(|inside| (inside, true))
    }

    /// The same for one with escapes.
    fn escaped(&mut self, open: usize) -> Option<(&'t str, bool)> {
        loop {
            self.at += 1;
            let position = self.position(0)?;
            let from = self.text.as_bytes().get(position..)?;
            match from {
                [b'"', ..] => {
                    self.at += 1;
                    return self.text.get(open + 1..position).map(|inside| (inside, false));
                }
                [b'\\', b'u', digits @ ..] => {
                    if !digits.first_chunk::<4>()?.iter().all(u8::is_ascii_hexdigit) {
                        return None;
                    }
                }
                [b'\\', letter, ..] => {
                    escape(*letter)?;
                }
                _ => return None,
            }
        }
    }

    /// What a string that comes next says; `None`, and no step is taken, for one with escapes by number.
    pub(super) fn unescaped(&mut self) -> Option<String> {
        if self.next()? != b'"' {
            return None;
        }
        let mut from = self.position(0)? + 1;
        let mut tokens = self.tokens.get(self.at + 1..)?.iter().map(|token| tokens::index(*token));
        let is_quote = |at: &usize| self.byte(*at) == Some(b'"');
        let mut said = String::with_capacity(tokens.clone().find(is_quote)? - from);
        let mut steps = 2;
        loop {
            let at = tokens.next()?;
            said.push_str(self.text.get(from..at)?);
            match self.text.as_bytes().get(at..)? {
                [b'"', ..] => break,
                [b'\\', letter, ..] => said.push(escape(*letter)?),
                _ => return None,
            }
            from = at + 2;
            steps += 1;
        }
        self.at += steps;
        Some(said)
    }

    /// Steps over a string.
    #[inline(always)]
    fn skip_string(&mut self) -> Option<()> {
        if self.byte(self.position(1)?)? == b'"' {
            self.at += 2;
            return Some(());
        }
        self.escaped(self.position(0)?).map(|_| ())
    }

    /// The spelling of a number that comes next.
    pub(super) fn number(&mut self) -> Option<&'t str> {
        if !matches!(self.next()?, b'-' | b'0'..=b'9') {
            return None;
        }
        self.value()
    }

    /// Steps over a number.
    #[inline(always)]
    fn skip_number(&mut self) -> Option<()> {
        let from = self.text.as_bytes().get(self.position(0)?..)?;
        let mut rest = from.strip_prefix(b"-").unwrap_or(from);
        rest = match rest {
            [b'0', rest @ ..] => rest,
            rest => after_digits(rest)?,
        };
        if let [b'.', fraction @ ..] = rest {
            rest = after_digits(fraction)?;
        }
        if let [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] = rest {
            rest = after_digits(exponent)?;
        }
        self.end_scalar(rest)
    }

    /// An integer that is the same in every reading; `None`, and no step is taken, when none comes.
    #[inline(always)]
    pub(super) fn short_integer(&mut self) -> Option<i64> {
        let from = self.text.as_bytes().get(self.position(0)?..)?;
        let digits = from.strip_prefix(b"-").unwrap_or(from);
        let (mut int, mut rest) = (0, digits);
        while let [digit @ b'0'..=b'9', after @ ..] = rest {
            if digits.len() - rest.len() == SHORT {
                return None;
            }
            int = int * 10 + i64::from(digit - b'0');
            rest = after;
        }
        let (length, negative) = (digits.len() - rest.len(), digits.len() < from.len());
        let odd = digits.first() == Some(&b'0') && (length > 1 || negative);
        if length == 0 || odd || matches!(rest, [b'.' | b'e' | b'E', ..]) {
            return None;
        }
        self.end_scalar(rest)?;
        Some(if negative { -int } else { int })
    }

    /// The text of any value.
    pub(super) fn value(&mut self) -> Option<&'t str> {
        let start = self.position(0)?;
        self.skip()?;
        let last = tokens::index(*self.tokens.get(self.at.checked_sub(1)?)?);
        // A string or a container ends with its last token, and a number or word is one.
        let length = match self.text.as_bytes().get(last..)? {
            [b'"' | b']' | b'}', ..] => 1,
            scalar => scalar.iter().take_while(|byte| !ends_scalar(**byte)).count(),
        };
        self.text.get(start..last + length)
    }

    /// Steps over any value.
    #[inline(always)]
    pub(super) fn skip(&mut self) -> Option<()> {
        match self.next()? {
            b'"' => self.skip_string(),
            b'{' | b'[' => self.skip_container(),
            first => self.skip_scalar(first),
        }
    }

    /// Steps over a number or a word.
    fn skip_scalar(&mut self, first: u8) -> Option<()> {
        match first {
            b'-' | b'0'..=b'9' => self.skip_number(),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => None,
        }
    }

    fn skip_container(&mut self) -> Option<()> {
        // A bit for each container that is open, the innermost last: whether it is an object.
        let (mut open, mut depth) = (0_u128, 0);
        loop {
            match self.next()? {
                b'"' => self.skip_string()?,
                opening @ (b'{' | b'[') => {
                    if self.open(opening)? {
                        depth += 1;
                        open = (open << 1) | u128::from(opening == b'{');
                        if depth > DEEPEST {
                            return None;
                        }
                        if opening == b'{' {
                            self.skip_name()?;
                        }
                        continue;
                    }
                }
                first => self.skip_scalar(first)?,
            }
            loop {
                if depth == 0 {
                    return Some(());
                }
                let opening = if open & 1 == 1 { b'{' } else { b'[' };
                if self.more(opening)? {
                    if opening == b'{' {
                        self.skip_name()?;
                    }
                    break;
                }
                open >>= 1;
                depth -= 1;
            }
        }
    }

    /// Steps over the name of a member and the colon.
    #[inline(always)]
    fn skip_name(&mut self) -> Option<()> {
        if self.next()? != b'"' {
            return None;
        }
        self.skip_string()?;
        self.take(b':').then_some(())
    }
}

/// What a letter behind a backslash stands for.
#[inline(always)]
fn escape(letter: u8) -> Option<char> {
    Some(match letter {
        b'"' | b'\\' | b'/' => char::from(letter),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    })
}

/// What ends what this starts.
#[inline(always)]
fn closing(opening: u8) -> u8 {
    if opening == b'{' { b'}' } else { b']' }
}

/// Whether no number or word goes on with this byte.
#[inline(always)]
fn ends_scalar(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b',' | b':' | b']' | b'}' | b'[' | b'{' | b'"')
}

/// What is behind digits, of which there is at least one.
#[inline(always)]
fn after_digits(digits: &[u8]) -> Option<&[u8]> {
    let [b'0'..=b'9', rest @ ..] = digits else { return None };
    let mut rest = rest;
    while let [b'0'..=b'9', after @ ..] = rest {
        rest = after;
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_passed_over_is_json() {
        let deep = format!("{}{}", "[".repeat(119), "]".repeat(119));
        for text in ["0", "-1.5e+3", "[]", r#"{"a": [1, {"b": {}}, "x\"\u00e9"], "": null}"#, " true ", &deep]
        {
            let mut scanner = Scanner::new(text).expect("tokens");
            assert_eq!(scanner.value(), Some(text.trim()), "{text}");
            assert!(scanner.is_done(), "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "01",
            "1.",
            "-",
            "1e",
            "1x",
            "truex",
            "true\u{c}",
            "[1,]",
            "[1 2]",
            "[1\"a\"]",
            "[\"a\"\"b\"]",
            "{\"a\"}",
            "{\"a\" \"b\"}",
            "{\"a\":: 1}",
            "{a: 1}",
            "{\"a\": 1,}",
            "\"\\x\"",
            "\"a",
            "\"a\\\"",
            "\\\"a\"",
            "[}",
            "{\"a\": ]",
            "\"\n\"",
            "\"12345678\n\"",
            "nul",
            "+1",
            "'a'",
            "\"\\u12g4\"",
            "1 \u{1}",
        ] {
            let scanner = Scanner::new(text);
            assert!(scanner.is_none_or(|mut all| all.skip().is_none() || !all.is_done()), "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn strings_say_what_they_say() {
        for text in [r#""""#, r#""a""#, r#""\"""#, r#" "a\\\n\t\r\b\f\/é\"b" "#] {
            let mut scanner = Scanner::new(text).expect("tokens");
            assert_eq!(scanner.unescaped(), serde_json::from_str(text).ok(), "{text}");
            assert!(scanner.is_done(), "{text}");
        }
        for text in [r#""\u00e9""#, r#""\x""#, "5", "[\"a\"]"] {
            let mut scanner = Scanner::new(text).expect("tokens");
            assert_eq!((scanner.unescaped(), scanner.at), (None, 0), "{text}");
        }
    }

    #[test]
    fn integers_that_are_the_same_in_every_reading() {
        let read = |text: &str| Scanner::new(text)?.short_integer();
        assert_eq!(read("0"), Some(0));
        assert_eq!(read(" -12 "), Some(-12));
        assert_eq!(read("123456789012345,"), Some(123_456_789_012_345));
        for text in ["", "-", "-0", "01", "1.0", "1e3", "1x", "1null", "1234567890123456", "\"1\"", "null"] {
            let mut scanner = Scanner::new(text).expect("tokens");
            assert_eq!((scanner.short_integer(), scanner.at), (None, 0), "{text}");
        }
    }
}
