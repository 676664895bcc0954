//! Lines and columns of byte offsets.

/// A line and a column of a text, counted from 1. A column is a character; a byte order mark at the start of the text is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// The lines of a text, indexed: every so many bytes, where that is. So a position costs the same in any text, whether its
/// lines are many or long.
#[derive(Debug)]
pub(crate) struct Lines<'t> {
    /// The text without a byte order mark.
    text: &'t [u8],
    /// The length of the byte order mark.
    skipped: usize,
    /// The position of every [`STEP`]th byte.
    marks: Vec<Position>,
}

/// The bytes between two marks.
const STEP: usize = 1024;

impl<'t> Lines<'t> {
    /// Indexes a text in one pass.
    pub(crate) fn new(text: &'t str) -> Self {
        let body = text.strip_prefix(super::BYTE_ORDER_MARK).unwrap_or(text);
        let mut position = Position { line: 1, column: 1 };
        let marks = body.as_bytes().chunks(STEP).map(|chunk| {
            let mark = position;
            position = position.after(chunk);
            mark
        });
        Self { marks: marks.collect(), text: body.as_bytes(), skipped: text.len() - body.len() }
    }

    /// The position of the character at a byte offset of the text; of its end, where the offset is beyond it.
    pub(crate) fn at(&self, offset: usize) -> Position {
        let offset = offset.saturating_sub(self.skipped).min(self.text.len());
        // The end of a text of whole steps has no mark of its own.
        let mark = (offset / STEP).min(self.marks.len().saturating_sub(1));
        let start = self.marks.get(mark).copied().unwrap_or(Position { line: 1, column: 1 });
        start.after(self.text.get(mark * STEP..offset).unwrap_or_default())
    }
}

impl Position {
    /// The position behind `bytes` that begin here.
    fn after(self, bytes: &[u8]) -> Self {
        /// How many bytes are so; few enough at a time that a byte can count them, which is many at once for a processor.
        fn count(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
            let few = bytes.chunks(usize::from(u8::MAX));
            few.map(|few| usize::from(few.iter().map(|byte| u8::from(is(*byte))).sum::<u8>())).sum()
        }
        /// The bytes that begin a character: all but those that go on with one.
        fn characters(bytes: &[u8]) -> usize {
            count(bytes, |byte| byte & 0xC0 != 0x80)
        }
        let Some(last) = bytes.iter().rposition(|byte| *byte == b'\n') else {
            return Self { line: self.line, column: self.column + characters(bytes) };
        };
        let (before, after) = bytes.split_at(last + 1);
        let breaks = count(before, |byte| byte == b'\n');
        Self { line: self.line + breaks, column: 1 + characters(after) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What counting from the start gives.
    fn counted(text: &str, at: usize) -> Position {
        let (before, _) = text.split_at(at);
        let line = before.rsplit('\n').next().unwrap_or_default();
        let column = line.trim_start_matches('\u{feff}').chars().count() + 1;
        Position { line: before.matches('\n').count() + 1, column }
    }

    #[test]
    fn positions_are_those_that_counting_gives() {
        let long = "é".repeat(3 * STEP);
        let lines = (0..STEP).map(|i| format!("{i}é")).collect::<Vec<_>>().join("\n");
        let whole = "x".repeat(2 * STEP);
        for text in
            ["", "a", "\n", "\u{feff}a\nb", "a\r\nb\n\n", &long, &lines, &whole, &format!("{lines}{long}\n")]
        {
            let index = Lines::new(text);
            for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                assert_eq!(index.at(at), counted(text, at), "{at}");
            }
            assert_eq!(index.at(text.len() + 5), index.at(text.len()));
        }
    }
}
