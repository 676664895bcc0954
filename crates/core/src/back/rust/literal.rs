//! Values as Rust literals: whatever the text, `rustc` reads it back as the same text, and a person can read it.

use unicode_width::UnicodeWidthStr as _;

/// A raw literal has at most this many `#` at each end.
const MOST_HASHES: usize = 255;

/// A text on one line, with an escape for each quote and backslash.
pub(crate) fn text(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
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

/// A text on one line, raw where that saves the escapes.
pub(crate) fn line(text: &str) -> String {
    let is_raw = text.contains(['"', '\\']) && text.chars().all(is_plain);
    is_raw.then(|| raw(text)).flatten().unwrap_or_else(|| self::text(text))
}

/// A text of several lines as it is, where a raw literal can hold it.
pub(crate) fn paragraph(text: &str) -> String {
    // What makes a picture of the sign before it has no form of its own, but is seen.
    let lines = text.contains('\n') && text.chars().all(|c| matches!(c, '\n' | '\u{fe0f}') || is_plain(c));
    // A space at the end of a line cannot be seen, and editors take it away.
    let is_raw = lines && !text.lines().any(|line| line.ends_with(' '));
    is_raw.then(|| raw(text)).flatten().unwrap_or_else(|| line(text))
}

/// Whether a text is better said elsewhere than in the midst of an expression.
pub(crate) fn is_long(text: &str) -> bool {
    text.contains('\n') || text.width() > 64
}

/// A raw literal of a text without hidden signs; `None` where it needs more `#` than there may be.
fn raw(text: &str) -> Option<String> {
    let hashes = if text.contains('"') { longest_run_behind_quote(text) + 1 } else { 0 };
    let hashes = (hashes <= MOST_HASHES).then(|| "#".repeat(hashes))?;
    Some(format!("r{hashes}\"{text}\"{hashes}"))
}

/// The most `#` in a row that stand right behind a quote.
fn longest_run_behind_quote(text: &str) -> usize {
    let behind = text.split('"').skip(1);
    behind.map(|rest| rest.bytes().take_while(|b| *b == b'#').count()).max().unwrap_or_default()
}

/// Whether a character may stand in a literal as it is. Those that change the direction of text are denied by `rustc`, and
/// those without a form of their own would not be seen.
fn is_plain(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    c.escape_debug().count() == 1 && !is_invisible(c) && !is_equal_to_others(c)
}

/// Whether Unicode takes a character, alone or behind another one, for the same as others: whoever normalizes the file would
/// change the text. Marks on the letter before them, most of which are such, are escaped in any case.
fn is_equal_to_others(c: char) -> bool {
    matches!(c,
        '\u{374}' | '\u{37e}' | '\u{387}' | '\u{958}'..='\u{95f}' | '\u{9dc}'..='\u{9df}' | '\u{a33}'..='\u{a36}'
        | '\u{a59}'..='\u{a5e}' | '\u{b5c}'..='\u{b5d}' | '\u{f43}'..='\u{f69}' | '\u{1100}'..='\u{11ff}'
        | '\u{1f70}'..='\u{1fff}' | '\u{2000}'..='\u{2001}' | '\u{2126}'..='\u{212b}' | '\u{2329}'..='\u{232a}'
        | '\u{2adc}' | '\u{f900}'..='\u{faff}' | '\u{fb1d}'..='\u{fb4f}' | '\u{1d15e}'..='\u{1d1c0}'
        | '\u{2f800}'..='\u{2fa1f}')
}

/// Whether a character has no form of its own or changes the direction of the text around it.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A whole number: `96_860_978`.
pub(crate) fn integer(value: i128) -> String {
    let digits = value.unsigned_abs().to_string();
    let sign = if value < 0 { "-" } else { "" };
    if digits.len() < 5 { format!("{sign}{digits}") } else { format!("{sign}{}", grouped(&digits)) }
}

/// A finite float in its shortest form: `0.6`, `4.0`, `1e300`, `0.123_456`.
pub(crate) fn float(value: f64) -> String {
    let text = format!("{value:?}");
    if text.contains('e') {
        return text;
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
    let whole = match whole.parse() {
        Ok(number) if whole != "-0" => integer(number),
        _ => whole.to_owned(),
    };
    if fraction.len() < 5 {
        return format!("{whole}.{fraction}");
    }
    let mut grouped = String::new();
    for (i, digit) in fraction.chars().enumerate() {
        if i > 0 && i % 3 == 0 {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    format!("{whole}.{grouped}")
}

/// Digits in groups of three, counted from the end.
pub(crate) fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && digits.len().saturating_sub(i) % 3 == 0 {
            text.push('_');
        }
        text.push(digit);
    }
    text
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
        assert_eq!(text("a \"word\" \\"), r#""a \"word\" \\""#);
    }

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        check("a\tb\r\n\0", r#""a\tb\r\n\0""#);
        check("\u{202e}abc \"", r#""\u{202e}abc \"""#);
        check("a\u{200b}\u{feff}\u{7f}", r#""a\u{200b}\u{feff}\u{7f}""#);
        check("日本語 é ❤", "\"日本語 é ❤\"");
        check("e\u{301}", r#""e\u{301}""#);
        check("\u{212b}\u{1112}\u{1161}", r#""\u{212b}\u{1112}\u{1161}""#);
        check("⚠\u{fe0f}", r#""⚠\u{fe0f}""#);
    }

    #[test]
    fn lines_stay_lines() {
        check("a\nb", "r\"a\nb\"");
        check("a\n\"b\"", "r#\"a\n\"b\"\"#");
        check("a\n\"b\"#", "r##\"a\n\"b\"#\"##");
        check("⚠\u{fe0f}\nb", "r\"⚠\u{fe0f}\nb\"");
        check("a \nb", r#""a \nb""#);
        check("a\r\nb", r#""a\r\nb""#);
        check("a\n\u{202e}", r#""a\n\u{202e}""#);
    }

    #[test]
    fn a_literal_is_raw_with_as_many_hashes_as_there_may_be() {
        let quoted = |hashes: usize| format!("\n\"{}", "#".repeat(hashes));
        assert!(paragraph(&quoted(254)).starts_with(&format!("r{}\"\n\"", "#".repeat(255))));
        assert_eq!(paragraph(&quoted(255)), format!("\"\\n\\\"{}\"", "#".repeat(255)));
        // Hashes that follow no quote need none, and many of them take no more time than other signs.
        assert_eq!(paragraph(&"#\n".repeat(500_000)), format!("r\"{}\"", "#\n".repeat(500_000)));
        assert_eq!(line(&quoted(2_000_000)).len(), 2_000_006);
    }

    #[test]
    fn digits_are_grouped_where_there_are_many() {
        for (value, expected) in [
            (0, "0"),
            (-1, "-1"),
            (1024, "1024"),
            (96_860_978, "96_860_978"),
            (-12_345, "-12_345"),
            (100_000, "100_000"),
        ] {
            assert_eq!(integer(value), expected);
        }
        for (value, expected) in [
            (4.0, "4.0"),
            (0.6, "0.6"),
            (-0.0, "-0.0"),
            (0.062_5, "0.0625"),
            (0.123_456, "0.123_456"),
            (1e300, "1e300"),
            (-0.5, "-0.5"),
            (12_345.5, "12_345.5"),
        ] {
            assert_eq!(float(value), expected);
        }
    }
}
