//! Literal strings and comments: whatever the text, something that `rustc` reads back as the same text and a reader can see.

use unicode_width::UnicodeWidthStr as _;

/// A string literal on one line. It is raw where a plain one would need escapes only for quotes and backslashes.
pub(crate) fn string(text: &str) -> String {
    if text.contains(['"', '\\']) && text.chars().all(is_plain) { raw(text) } else { escaped(text) }
}

/// A string literal that shows a text of several lines as it is, where that can be.
pub(super) fn paragraph(text: &str) -> String {
    let lines = text.contains('\n') && text.chars().all(|c| c == '\n' || is_plain(c));
    // A space at the end of a line cannot be seen, and editors take it away.
    if lines && !text.lines().any(|line| line.ends_with(' ')) { raw(text) } else { string(text) }
}

/// Whether a text is better said elsewhere than in the midst of an expression.
pub(crate) fn is_long(text: &str) -> bool {
    text.contains('\n') || text.width() > 64
}

/// A text as part of a comment: one line, all of it visible.
pub(crate) fn comment(text: &str) -> String {
    let visible: String = text.chars().map(|c| if is_plain(c) { c } else { ' ' }).collect();
    visible.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether a character may stand in a literal as it is. Those that change the direction of text are denied by `rustc`, and
/// those without a form of their own would not be seen.
fn is_plain(c: char) -> bool {
    c == ' ' || c == '"' || c == '\'' || c == '\\' || c.escape_debug().count() == 1 && !is_invisible(c)
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}')
}

fn raw(text: &str) -> String {
    let mut hashes = String::new();
    if text.contains('"') {
        hashes.push('#');
    }
    while !hashes.is_empty() && text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}

fn escaped(text: &str) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            plain if is_plain(plain) => literal.push(plain),
            '\n' | '\r' | '\t' | '\0' => literal.extend(c.escape_debug()),
            odd => literal.extend(odd.escape_unicode()),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(paragraph(text), expected);
    }

    #[test]
    fn quotes_and_backslashes_make_a_literal_raw() {
        check("a", r#""a""#);
        check("it's", r#""it's""#);
        check(r"C:\models", r#"r"C:\models""#);
        check("a \"word\"", "r#\"a \"word\"\"#");
        check("a\"#b", "r##\"a\"#b\"##");
        check("", r#""""#);
    }

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        check("a\tb\r\n\0", r#""a\tb\r\n\0""#);
        check("\u{202e}abc \"", r#""\u{202e}abc \"""#);
        check("a\u{200b}\u{feff}\u{7f}", r#""a\u{200b}\u{feff}\u{7f}""#);
        check("日本語 é ❤", "\"日本語 é ❤\"");
        check("e\u{301}", r#""e\u{301}""#);
    }

    #[test]
    fn lines_stay_lines() {
        check("a\nb", "r\"a\nb\"");
        check("a\n\"b\"", "r#\"a\n\"b\"\"#");
        check("a \nb", r#""a \nb""#);
        check("a\r\nb", r#""a\r\nb""#);
    }

    #[test]
    fn comments_are_one_line() {
        assert_eq!(comment(" a\n  b\u{202e}c "), "a b c");
    }
}
