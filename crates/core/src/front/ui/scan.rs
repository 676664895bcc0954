//! Going through JSON text from start to end, without making anything of what is passed over.
//!
//! Everything is checked to be JSON, but only its plain forms are taken: names of members and numbers as nearly every writer
//! writes them. `None` means that the text is to be read in another way, not that it is wrong.

/// The deepest nesting that is passed over; `serde_json` reads no deeper.
const DEEPEST: u32 = 120;

/// A place in a text.
#[derive(Debug, Clone)]
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// The first byte of what comes next.
    #[inline]
    pub(super) fn next(&mut self) -> Option<u8> {
        loop {
            match self.byte()? {
                b' ' => {
                    self.at += 1;
                    // Indentation is long.
                    while self.rest().first_chunk::<8>() == Some(b"        ") {
                        self.at += 8;
                    }
                }
                b'\n' | b'\r' | b'\t' => self.at += 1,
                other => return Some(other),
            }
        }
    }

    /// Steps over this byte when it comes next.
    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        let there = self.next() == Some(byte);
        self.at += usize::from(there);
        there
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        self.take(byte).then_some(())
    }

    /// Steps over this word when it comes next.
    pub(super) fn word(&mut self, word: &str) -> Option<()> {
        self.next()?;
        self.rest().starts_with(word.as_bytes()).then(|| self.at += word.len())
    }

    /// Whether nothing else comes.
    pub(super) fn is_done(&mut self) -> bool {
        self.next().is_none()
    }

    /// Steps into an object or a list; whether there is anything in it.
    #[inline]
    pub(super) fn open(&mut self, opening: u8) -> Option<bool> {
        self.expect(opening)?;
        Some(!self.take(closing(opening)))
    }

    /// Steps over what is between the elements of what was opened, or out of it; whether there is another.
    #[inline]
    pub(super) fn more(&mut self, opening: u8) -> Option<bool> {
        if self.take(b',') {
            return Some(true);
        }
        self.expect(closing(opening)).map(|()| false)
    }

    /// The name of a member, which has no escapes.
    pub(super) fn name(&mut self) -> Option<&'t str> {
        self.next()?;
        let (name, plain) = self.string()?;
        self.expect(b':')?;
        plain.then_some(name)
    }

    /// What is between the quotes of a string that starts here, and whether there are no escapes in it.
    pub(super) fn string(&mut self) -> Option<(&'t str, bool)> {
        if self.byte() != Some(b'"') {
            return None;
        }
        let start = self.at + 1;
        self.at = start;
        let mut plain = true;
        loop {
            while let Some(chunk) = self.rest().first_chunk::<8>() {
                let inside = inside(*chunk);
                self.at += inside;
                if inside < chunk.len() {
                    break;
                }
            }
            match self.byte()? {
                b'"' => {
                    let inside = self.text.get(start..self.at);
                    self.at += 1;
                    return inside.map(|inside| (inside, plain));
                }
                b'\\' => {
                    plain = false;
                    self.at += 1;
                    match self.byte()? {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
                        b'u' => {
                            let digits = self.rest().get(1..5)?;
                            if !digits.iter().all(u8::is_ascii_hexdigit) {
                                return None;
                            }
                            self.at += 5;
                        }
                        _ => return None,
                    }
                }
                0..b' ' => return None,
                _ => self.at += 1,
            }
        }
    }

    fn digits(&mut self) -> Option<()> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(())
    }

    /// The spelling of a number that starts here, and whether it is nothing but digits and perhaps a minus.
    pub(super) fn number(&mut self) -> Option<(&'t str, bool)> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        if self.byte() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        let mut whole = true;
        if self.byte() == Some(b'.') {
            whole = false;
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            whole = false;
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.digits()?;
        }
        Some((self.text.get(start..self.at)?, whole))
    }

    /// The text of any value.
    pub(super) fn value(&mut self) -> Option<&'t str> {
        self.next()?;
        let start = self.at;
        self.skip()?;
        self.text.get(start..self.at)
    }

    /// Steps over any value.
    pub(super) fn skip(&mut self) -> Option<()> {
        // A bit for each container that is open, the innermost last: whether it is an object.
        let (mut open, mut depth) = (0_u128, 0);
        loop {
            match self.next()? {
                b'"' => {
                    self.string()?;
                }
                b'-' | b'0'..=b'9' => {
                    self.number()?;
                }
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                b'n' => self.word("null")?,
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
                _ => return None,
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
    fn skip_name(&mut self) -> Option<()> {
        self.next()?;
        self.string()?;
        self.expect(b':')
    }
}

/// What ends what this starts.
#[inline]
fn closing(opening: u8) -> u8 {
    if opening == b'{' { b'}' } else { b']' }
}

/// How many of eight bytes are of the inside of a string, up to a quote, a backslash or a control character.
#[inline]
fn inside(chunk: [u8; 8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;
    let bytes = u64::from_le_bytes(chunk);
    // A byte that is zero, and perhaps one behind it, has its high bit set.
    let zero = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes;
    let quote = zero(bytes ^ (ONES * u64::from(b'"')));
    let backslash = zero(bytes ^ (ONES * u64::from(b'\\')));
    let control = bytes.wrapping_sub(ONES * u64::from(b' ')) & !bytes;
    let first = ((quote | backslash | control) & HIGHS).trailing_zeros() / u8::BITS;
    usize::try_from(first).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_passed_over_is_json() {
        let deep = format!("{}{}", "[".repeat(119), "]".repeat(119));
        for text in ["0", "-1.5e+3", "[]", r#"{"a": [1, {"b": {}}, "x\"\u00e9"], "": null}"#, " true ", &deep]
        {
            let mut scanner = Scanner::new(text);
            assert!(scanner.skip().is_some() && scanner.is_done(), "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "01",
            "1.",
            "-",
            "1e",
            "[1,]",
            "[1 2]",
            "{\"a\"}",
            "{a: 1}",
            "{\"a\": 1,}",
            "\"\\x\"",
            "\"a",
            "[}",
            "{\"a\": ]",
            "\"\n\"",
            "\"12345678\n\"",
            "nul",
            "+1",
            "'a'",
            "\"\\u12g4\"",
        ] {
            let mut scanner = Scanner::new(text);
            assert!(scanner.skip().is_none() || !scanner.is_done(), "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn text_is_told_from_what_ends_it() {
        assert_eq!(inside(*b"abcdefgh"), 8);
        assert_eq!(inside("äöüß".as_bytes().try_into().expect("eight bytes")), 8);
        for byte in [b'"', b'\\', 0, b'\n', 31] {
            for at in 0..8 {
                let mut chunk = *b"abcdefgh";
                chunk[at] = byte;
                assert_eq!(inside(chunk), at, "{byte}");
                chunk[7] = b'"';
                assert_eq!(inside(chunk), at, "{byte} before a quote");
            }
        }
    }
}
