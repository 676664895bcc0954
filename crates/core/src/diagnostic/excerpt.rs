//! The part of a text that a report shows: lines around a place, or, where a line is long, what stands next to the place.
//!
//! Programs write JSON on one line, and a prompt inside of a picture is always one: shown whole, a single report would fill the
//! screen many times.

use std::sync::Arc;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// The longest line that is shown whole, in bytes.
const LONGEST: usize = 160;
/// How much of a longer one is shown on either side of the place.
const AROUND: usize = 60;
/// The longest stretch of a long line that is marked.
pub(super) const MARKED: usize = 120;

/// A text to take excerpts of.
#[derive(Debug)]
pub(super) struct Excerpt(pub(super) Arc<str>);

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text: &'a str = &self.0;
        let lines = text.read_span(span, before, after)?;
        let is_short = |line: &[u8]| line.len() <= LONGEST;
        if before + after == 0 || lines.data().split(|byte| *byte == b'\n').all(is_short) {
            return Ok(lines);
        }
        // Two places that are far apart are shown each by itself.
        if span.len() > 4 * MARKED {
            return Err(MietteError::OutOfBounds);
        }
        let first = lines.span().offset();
        let last = first + lines.span().len();
        let from = text.floor_char_boundary(span.offset().saturating_sub(AROUND)).max(first);
        let to = text.ceil_char_boundary(span.offset() + span.len() + AROUND).min(last);
        let breaks = |from: usize, to: usize| text.get(from..to).unwrap_or_default().matches('\n').count();
        let shown = text.get(from..to).ok_or(MietteError::OutOfBounds)?;
        Ok(Box::new(MietteSpanContents::new(
            shown.as_bytes(),
            (from, to - from).into(),
            lines.line() + breaks(first, from),
            from - first,
            breaks(from, to) + 1,
        )))
    }
}
