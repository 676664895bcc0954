//! The parts of a text that a report shows: lines around its places, or, where a line is long, what stands next to a place.
//!
//! Programs write JSON on one line, and a prompt inside of a picture is always one: shown whole, a single report would fill the
//! screen many times. An excerpt is taken without looking at the rest of the text, so a report of a large text costs no more
//! than one of a small.
//!
//! Hidden characters are [`escaped`](crate::source::escaped), so an excerpt is a text of its own, with spans of its own.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::source::{Escape, Lines, Position};

/// How many lines are shown before and after that of a place.
const CONTEXT: usize = 1;
/// The longest line that is shown whole, in bytes.
const LONGEST: usize = 160;
/// How much of a longer one is shown on either side of the place.
const AROUND: usize = 60;
/// The longest stretch of a long line that is marked, in characters.
const MARKED: usize = 120;
/// How far apart places of one long line may be to be shown together.
const TOGETHER: usize = 2 * MARKED;

/// Parts of a text, in its order, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    parts: Vec<Part>,
    places: Vec<(Range<usize>, Position)>,
}

/// A stretch of the text, as it is shown.
#[derive(Debug)]
struct Part {
    /// Where it begins in the excerpt.
    start: usize,
    shown: String,
    /// The line of the text that it begins in, counted from 0.
    line: usize,
}

impl Excerpt {
    /// The excerpt around `spans` of a text, and the spans in it that are to be marked, in the same order.
    pub(super) fn new(text: &str, lines: &Lines<'_>, spans: &[Range<usize>]) -> (Self, Vec<SourceSpan>) {
        let marks: Vec<Range<usize>> = spans.iter().map(|span| marked(text, span)).collect();
        let mut sorted: Vec<&Range<usize>> = marks.iter().collect();
        sorted.sort_by_key(|mark| (mark.start, mark.end));
        let mut stretches: Vec<(Range<usize>, Vec<&Range<usize>>)> = Vec::new();
        for mark in sorted {
            let stretch = around(text, mark);
            match stretches.last_mut() {
                Some((last, held)) if is_together(text, last, &stretch) => {
                    last.end = last.end.max(stretch.end);
                    held.push(mark);
                }
                _ => stretches.push((stretch, vec![mark])),
            }
        }
        let mut excerpt = Self::default();
        let mut start = 0;
        let mut found: BTreeMap<(usize, usize), SourceSpan> = BTreeMap::new();
        for (stretch, held) in stretches {
            let line = lines.at(stretch.start).line - 1;
            let (shown, at) = show(text, stretch, &held);
            for mark in held {
                let place = |offset: usize| start + at.get(&offset).copied().unwrap_or_default();
                let span = place(mark.start)..place(mark.end);
                found.insert((mark.start, mark.end), span.clone().into());
                excerpt.places.push((span, lines.at(mark.start)));
            }
            let length = shown.len();
            excerpt.parts.push(Part { start, shown, line });
            // A place at the end of one part is none of the next.
            start += length + 1;
        }
        let spans = marks.iter().filter_map(|mark| found.get(&(mark.start, mark.end)).copied()).collect();
        (excerpt, spans)
    }
}

/// What is marked of a place: a caret under a whole subtree would underline pages, so it is the first line of it, and the start
/// of that where it is long.
fn marked(text: &str, span: &Range<usize>) -> Range<usize> {
    let place = text.get(span.clone()).unwrap_or_default();
    let end = place.char_indices().take(MARKED).find(|(_, c)| matches!(c, '\n' | '\r'));
    let end = end.or_else(|| place.char_indices().nth(MARKED)).map_or(place.len(), |(at, _)| at);
    span.start..span.start + end
}

/// Whether two stretches are shown as one.
fn is_together(text: &str, one: &Range<usize>, next: &Range<usize>) -> bool {
    match text.get(one.end..next.start) {
        Some(between) => {
            between.is_empty()
                || (between.len() <= TOGETHER
                    && !between.contains('\n')
                    && !text.get(one.clone()).is_some_and(|one| one.ends_with('\n')))
        }
        None => true,
    }
}

/// The stretch of a text that is shown around a place.
fn around(text: &str, mark: &Range<usize>) -> Range<usize> {
    whole_lines(text, mark).unwrap_or_else(|| {
        let from = text.floor_char_boundary(mark.start.saturating_sub(AROUND));
        let to = text.ceil_char_boundary(mark.end.saturating_add(AROUND));
        let before = text.get(from..mark.start).and_then(first_line).map_or(from, |at| from + at);
        let after = text.get(mark.end..to).and_then(last_line).map_or(to, |at| mark.end + at);
        before..after
    })
}

/// The lines around a place; `None` when one of them is long.
fn whole_lines(text: &str, mark: &Range<usize>) -> Option<Range<usize>> {
    const REACH: usize = (CONTEXT + 1) * (LONGEST + 1);
    let from = text.floor_char_boundary(mark.start.saturating_sub(REACH));
    let to = text.ceil_char_boundary(mark.end.saturating_add(REACH));
    let before = first_line(text.get(from..mark.start)?).map(|at| from + at);
    let after = last_line(text.get(mark.end..to)?).map(|at| mark.end + at);
    let before = before.or((from == 0).then_some(0))?;
    let after = after.or((to == text.len()).then_some(to))?;
    let lines = text.get(before..after)?;
    lines.split('\n').all(|line| line.len() <= LONGEST).then_some(before..after)
}

/// In what stands before a place, where the first line begins that is shown; `None` when it is not in it.
fn first_line(before: &str) -> Option<usize> {
    before.rmatch_indices('\n').nth(CONTEXT).map(|(at, _)| at + 1)
}

/// In what stands after a place, where the last line ends that is shown; `None` when it is not in it.
fn last_line(after: &str) -> Option<usize> {
    after.match_indices('\n').nth(CONTEXT).map(|(at, _)| at + 1)
}

/// A stretch of a text as it is shown, and where in it the ends of the marks are.
fn show(text: &str, stretch: Range<usize>, marks: &[&Range<usize>]) -> (String, BTreeMap<usize, usize>) {
    let mut at: BTreeMap<usize, usize> =
        marks.iter().flat_map(|mark| [mark.start, mark.end]).map(|offset| (offset, 0)).collect();
    let mut shown = Escape::new(String::new()).keeping_tabs();
    let mut note = |offset: usize, length: usize| {
        if let Some(place) = at.get_mut(&offset) {
            *place = length;
        }
    };
    let part = text.get(stretch.clone()).unwrap_or_default();
    let mut characters = part.char_indices().peekable();
    while let Some((offset, c)) = characters.next() {
        note(stretch.start + offset, shown.get_ref().len());
        let next = characters.peek().map(|(_, next)| *next);
        // Writing to memory cannot fail.
        let _ = match c {
            '\n' => shown.line_break(),
            '\r' if next == Some('\n') => Ok(()),
            '\u{feff}' if stretch.start + offset == 0 => Ok(()),
            c => shown.write_char(c),
        };
    }
    note(stretch.end, shown.get_ref().len());
    (shown.into_inner(), at)
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let part = self.parts.iter().rfind(|part| part.start <= span.offset());
        let part = part.ok_or(MietteError::OutOfBounds)?;
        let own = SourceSpan::from((span.offset() - part.start, span.len()));
        // Two places that are far apart are shown each by itself.
        if own.offset() + own.len() > part.shown.len() {
            return Err(MietteError::OutOfBounds);
        }
        let lines = part.shown.read_span(&own, before, after)?;
        let place = self.places.iter().find(|(place, _)| before + after == 0 && place.start == span.offset());
        let (line, column) = match place {
            Some((_, position)) => (position.line - 1, position.column - 1),
            None => (part.line + lines.line(), lines.column()),
        };
        Ok(Box::new(MietteSpanContents::new(
            lines.data(),
            (part.start + lines.span().offset(), lines.span().len()).into(),
            line,
            column,
            lines.line_count(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown for places of a text, each marked by brackets, with the line that it begins with and the line and column of the
    /// place.
    #[track_caller]
    fn check(text: &str, places: &[(usize, usize)], expected: &[&str]) {
        let places: Vec<Range<usize>> = places.iter().map(|(start, end)| *start..*end).collect();
        let (excerpt, spans) = Excerpt::new(text, &Lines::new(text), &places);
        let shown: Vec<String> = spans
            .iter()
            .map(|span| {
                let lines = excerpt.read_span(span, 1, 1).expect("an excerpt");
                let place = excerpt.read_span(span, 0, 0).expect("a place");
                let mut shown = String::from_utf8(lines.data().to_vec()).expect("text");
                let start = span.offset() - lines.span().offset();
                shown.insert(start + span.len(), ']');
                shown.insert(start, '[');
                format!("{}:{}:{}: {shown}", lines.line() + 1, place.line() + 1, place.column() + 1)
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn lines_around_a_place_are_shown() {
        let text = "one\ntwo\r\nthréé four\nfive\nsix";
        check(text, &[(16, 20)], &["2:3:6: two\nthréé[ fou]r\nfive\n"]);
        check(text, &[(0, 3), (17, 21)], &["1:1:1: [one]\ntwo\n", "2:3:7: two\nthréé [four]\nfive\n"]);
        check(text, &[(27, 30)], &["4:5:1: five\n[six]"]);
        check("\u{feff}a", &[(3, 4)], &["1:1:1: [a]"]);
        check("", &[(0, 0)], &["1:1:1: []"]);
    }

    #[test]
    fn hidden_characters_are_shown_and_places_stay_where_they_are() {
        let text = "a\u{202e}b\tc\u{1b}[31md ##[e]\n::f\rg";
        let at = |c: char| text.find(c).map(|at| (at, at + c.len_utf8())).expect("it is there");
        let shown = |c: &str| {
            let line = r"a\u{202e}b	c\u{1b}[31md ##\u{5b}e]";
            let lines = format!("{line}\n:\\u{{3a}}f\\rg");
            format!("1:1:1: {}", lines.replacen(c, &format!("[{c}]"), 1))
        };
        check(text, &[(0, 1)], &[&shown("a")]);
        check(text, &[at('\u{202e}')], &[&shown(r"\u{202e}").replace("1:1:1", "1:1:2")]);
        check(text, &[at('d')], &[&shown("d").replace("1:1:1", "1:1:11")]);
        check(text, &[at('g')], &[&shown("g").replace("1:1:1", "1:2:5")]);
        let both = &[text.find("##[").map(|at| (at, at + 2)).expect("it is there")];
        check(text, both, &[&shown("##").replace("1:1:1", "1:1:13")]);
    }

    #[test]
    fn of_a_long_line_what_stands_next_to_a_place_is_shown() {
        let (left, right) = ("x".repeat(1_000_000), "é".repeat(1_000));
        let text = format!("{left}12{right}3{right}\nend");
        let (one, two) = (1_000_000, 1_002_002);
        let near = format!("1:1:1000001: {}[1]2{}", "x".repeat(AROUND), "é".repeat(AROUND / 2));
        let (excerpt, spans) = Excerpt::new(&text, &Lines::new(&text), &[one..one + 1, two..two + 1]);
        check(&text, &[(one, one + 1)], &[&near]);
        let both = spans[1].offset() + 1 - spans[0].offset();
        assert!(excerpt.read_span(&(spans[0].offset(), both).into(), 1, 1).is_err());
        let (excerpt, spans) = Excerpt::new(&text, &Lines::new(&text), &[one..one + 1, one + 50..one + 52]);
        let both = spans[1].offset() + 2 - spans[0].offset();
        assert!(excerpt.read_span(&(spans[0].offset(), both).into(), 1, 1).is_ok());
    }

    #[test]
    fn little_is_shown_of_places_that_are_large() {
        let text = format!("[{}", "1,\n".repeat(100_000));
        let line = "[\"".to_owned() + &"\u{202e}".repeat(100_000);
        for text in [&text, &line] {
            let whole = 0..text.len();
            let (excerpt, _) = Excerpt::new(text, &Lines::new(text), std::slice::from_ref(&whole));
            assert!(excerpt.parts.iter().map(|part| part.shown.len()).sum::<usize>() < 2_000);
        }
    }
}
