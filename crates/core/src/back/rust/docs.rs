//! Published prose as documentation comments.
//!
//! Titles and descriptions are plain text of someone else; in a comment they are Markdown, which rustdoc reads. Whatever
//! would mean something there is escaped, so that it stands there as it was written.

use super::literal::is_invisible;

/// The widest that a line of a comment gets, its indentation included.
const WIDTH: usize = 98;

/// Prose as Markdown of one paragraph that shows the same text.
pub(crate) fn prose(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .map(word)
        .collect::<Vec<_>>()
        .join(" ")
}

fn word(word: &str) -> String {
    let shown: String = word.chars().filter(|c| !is_invisible(*c)).collect();
    if shown.contains("://") && !shown.contains('`') {
        let address = shown.trim_end_matches(['.', ',', ';', ')', '!', '?']);
        return format!("`{address}`{}", shown.strip_prefix(address).unwrap_or_default());
    }
    let mut escaped = String::with_capacity(shown.len());
    // Whether all before is digits, so that a point would make it the number of a list.
    let mut counts = true;
    for (i, c) in shown.chars().enumerate() {
        let always = matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '|' | '$');
        let at_start = i == 0 && matches!(c, '#' | '-' | '+' | '=');
        let listed = matches!(c, '.' | ')') && i > 0 && counts;
        if always || at_start || listed {
            escaped.push('\\');
        }
        escaped.push(c);
        counts = counts && c.is_ascii_digit();
    }
    escaped
}

/// A text as one line of a comment, all of it visible.
pub(crate) fn line(text: &str) -> String {
    let visible = text.split(|c: char| c.is_whitespace() || c.is_control() || is_invisible(c));
    visible.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A value as code, if code can hold it.
pub(crate) fn code(text: &str) -> Option<String> {
    let plain = !text.is_empty()
        && !text.contains(|c: char| c == '`' || c.is_control() || is_invisible(c))
        && text.trim() == text;
    plain.then(|| format!("`{text}`"))
}

/// Paragraphs as the lines of a documentation comment, each line with `indent` before it and a line break behind.
pub(crate) fn comment(indent: &str, paragraphs: &[String]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in paragraphs.iter().filter(|paragraph| !paragraph.is_empty()) {
        if !lines.is_empty() {
            lines.push(format!("{indent}///"));
        }
        let mut line = format!("{indent}///");
        let empty = line.len();
        for word in unbroken(paragraph) {
            if line.len() > empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
                lines.push(line);
                line = format!("{indent}///");
            }
            line.push(' ');
            line.push_str(word);
        }
        lines.push(line);
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

/// The words of a paragraph; what stands in back-ticks is one word with what touches it.
fn unbroken(paragraph: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = paragraph;
    while !rest.is_empty() {
        let mut code = false;
        let mut escaped = false;
        let end = rest.find(|c: char| {
            if c == '`' && !escaped {
                code = !code;
            }
            escaped = c == '\\' && !escaped && !code;
            c == ' ' && !code
        });
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        words.push(word);
        rest = after.trim_start_matches(' ');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_shows_what_was_written() {
        for (text, expected) in [
            ("a  b\nc", "a b c"),
            ("use <b> [x](y) foo_bar", r"use \<b\> \[x\](y) foo\_bar"),
            ("see https://example.com/a_b.", "see `https://example.com/a_b`."),
            ("1. one - # two", r"1\. one \- \# two"),
            ("-1 is random", r"\-1 is random"),
        ] {
            assert_eq!(prose(text), expected);
        }
    }

    #[test]
    fn a_line_of_a_comment_is_one_line() {
        assert_eq!(line(" a\n  b\u{202e}c "), "a b c");
    }

    #[test]
    fn a_long_word_is_read_once() {
        for long in ["#".repeat(1_000_000), format!("1{}", ".1".repeat(500_000)), "`".repeat(1_000_001)] {
            assert!(comment("", &[prose(&long)]).len() >= long.len());
        }
    }

    #[test]
    fn lines_are_as_wide_as_they_may_be_and_code_is_not_broken() {
        let comment =
            comment("    ", &["word ".repeat(30).trim().to_owned(), String::new(), "`a b`, c".to_owned()]);
        assert!(comment.lines().all(|line| line.len() <= WIDTH));
        assert!(comment.ends_with("    ///\n    /// `a b`, c\n"), "{comment}");
        assert_eq!(unbroken("a `b c`. d"), ["a", "`b c`.", "d"]);
    }
}
